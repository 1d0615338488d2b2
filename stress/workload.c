/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workload.c - see workload.h.
 *
 * Address spaces are small enough to fill, and requests small enough that most of them succeed.
 */
#include "workload.h"

#include <string.h>

#define PERCPU_MIX                                                                                 \
	"alloc_percpu=26:size=512:align=256,alloc_percpu=4:size=8192,free_percpu=30,"              \
	"touch_percpu=7:whole=0,touch_percpu=1,misfree_percpu=1,"                                  \
	"migrate=1,cond_resched=1"
#define PERCPU_IRQ_MIX "alloc_percpu=4:size=64:align=64,free_percpu=4,touch_percpu=1"
#define AREA_MIX                                                                                   \
	"alloc_vmap_area=8:pages=16:align=8,free_vmap_area=8,touch_area=1,"                        \
	"alloc_vmap_range=2:pages=8:align=4"
#define RAM_MIX "vm_map_ram=30:pages=16,vm_unmap_ram=30,touch_ram=3"
#define VMALLOC_MIX                                                                                \
	"vmalloc=10:size=32768,vfree=10,touch_vmalloc=2,remap_vmalloc_range=1,vread=2,"            \
	"vmap=5:pages=16,vunmap=5,touch_vmap=1,get_vm_area=5:pages=16,remove_vm_area=5,"           \
	"map_vm_area=3,unmap_kernel_range=2,vread_area=1"
#define VMALLOC_IRQ_MIX                                                                            \
	"vmalloc=1:size=8192,vfree=10,touch_vmalloc=1,get_vm_area=1:pages=4,remove_vm_area=4"
#define MIXED_MIX                                                                                  \
	PERCPU_MIX "," RAM_MIX ",alloc_vmap_area=8:pages=16:align=8,free_vmap_area=8,"             \
		   "get_vm_areas=1:nr=4:pages=4,free_vm_areas=1,vmalloc=5:size=32768,vfree=5,"     \
		   "touch_vmalloc=1,vmap=3:pages=16,vunmap=3"
#define PURGE_MIX "vm_unmap_aliases=1,purge_vmap_areas=1"

const struct workload workloads[] = {
	{
		.name = "percpu",
		.help = "per-CPU objects: chunks come and go, objects are freed by other threads "
			"and "
			"in interrupts, statistics are read meanwhile; bitmap and area map",
		.world =
			{
				"target percpu_bitmap\nmachine pages=8192 kva=64M unit=32K\n",
				"target percpu_areamap\nmachine nodes=2 pages=8192 kva=64M "
				"unit=4K\n",
				"target percpu_bitmap\nmachine pages=8192 kva=64M unit=4K low=0 "
				"high=1\n",
				"target percpu_areamap\nmachine cpus=4 nodes=2 pages=8192 kva=64M "
				"unit=32K\n",
			},
		.role =
			{
				{"worker", .mix = PERCPU_MIX},
				{"irq", .count = 1, .irq = true, .pause = 20,
				 .mix = PERCPU_IRQ_MIX},
				{"reader", .count = 1, .kind = ROLE_STATISTICS, .pause = 200},
				{"rcu", .count = 2, .kind = ROLE_RCU, .pause = 100},
			},
		.odds = 256,
		.live = 1024,
	},
	{
		.name = "vmap",
		.help = "areas and short mappings in a space so small that it fills, with purges; "
			"eager, lazy, zone and pool",
		.world =
			{
				"target vmap\nmachine cpus=4 pages=8192 kva=16M lazy=256 "
				"vmap=lazy\n",
				"target vmap_zone\nmachine cpus=4 pages=8192 kva=16M lazy=256 "
				"zone=64\n",
				"target vmap_pool\nmachine cpus=4 pages=8192 kva=16M lazy=256\n",
				"target vmap\nmachine cpus=4 pages=8192 kva=16M lazy=256 "
				"vmap=eager\n",
			},
		.role =
			{
				{"worker", .mix = RAM_MIX "," AREA_MIX ",migrate=1"},
				{"irq", .count = 1, .irq = true, .pause = 50,
				 .mix = "vm_map_ram=4:pages=4,vm_unmap_ram=4,alloc_vmap_area=1:"
					"pages=4:align=1,"
					"free_vmap_area=1"},
				{"purger", .count = 1, .pause = 500, .mix = PURGE_MIX},
				{"reader", .count = 1, .kind = ROLE_STATISTICS, .pause = 500},
			},
		.odds = 256,
		.live = 512,
	},
	{
		.name = "aliases",
		.help = "short mappings of one to eight pages against vm_unmap_aliases() in a loop",
		.world =
			{
				"target vmap_aliases\nmachine cpus=4 pages=4096 kva=16M lazy=64\n",
				"target vmap_block\nmachine cpus=2 pages=4096 kva=8M lazy=256\n",
			},
		.role =
			{
				{"worker",
				 .mix = "vm_map_ram=10:pages=8,vm_unmap_ram=10,touch_ram=2"},
				{"flusher", .count = 2, .mix = "vm_unmap_aliases=4,migrate=1"},
			},
		.odds = 256,
		.live = 512,
	},
	{
		.name = "zone",
		.help = "prefetch races of zones: tasks that migrate at every chance, sparse CPUs, "
			"purges that empty caches while they fill",
		.world =
			{
				"target vmap_zone\nmachine cpus=2 pages=4096 kva=16M lazy=64 "
				"zone=8\n",
				"target vmap_zone\nmachine cpus=8 sparse=21 pages=4096 kva=16M "
				"lazy=64 zone=16\n",
			},
		.role =
			{
				{"worker", .mix = AREA_MIX ",migrate=4"},
				{"worker2", .count = 2, .mix = AREA_MIX ",migrate=4"},
				{"purger", .count = 1, .pause = 50, .mix = "purge_vmap_areas=1"},
			},
		.odds = 1,
		.live = 512,
	},
	{
		.name = "vmalloc",
		.help = "the vmalloc interface: memory freed in interrupts, readers and listings "
			"beside writers",
		.world =
			{
				"target vmalloc\nmachine cpus=4 nodes=2 pages=8192 kva=32M "
				"lazy=256 vmap=lazy\n",
				"target vmalloc\nmachine cpus=4 nodes=2 pages=8192 kva=32M "
				"lazy=256 vmap=zone\n",
				"target vmalloc\nmachine cpus=4 nodes=2 pages=8192 kva=32M "
				"lazy=256 vmap=pool\n",
				"target vmalloc\nmachine cpus=4 nodes=2 pages=8192 kva=32M "
				"vmap=eager\n",
			},
		.role =
			{
				{"worker", .mix = VMALLOC_MIX ",migrate=1"},
				{"irq", .count = 1, .irq = true, .pause = 50,
				 .mix = VMALLOC_IRQ_MIX},
				{"lister", .count = 1, .pause = 1000, .mix = "vmallocinfo=1"},
				{"purger", .count = 1, .pause = 500, .mix = "vm_unmap_aliases=1"},
			},
		.odds = 256,
		.live = 256,
	},
	{
		.name = "boot",
		.help = "many small machines, booted through boot memory and taken down",
	},
	{
		.name = "mixed",
		.help = "all allocators at once in one world, which comes up through boot memory",
		.world =
			{
				"target boot\nmachine cpus=4 nodes=2 pages=16384 kva=64M unit=32K "
				"lazy=256 "
				"static=1000 reserved=512 dynamic=2000 vmap=lazy\n",
				"target boot\nmachine cpus=4 nodes=2 pages=16384 kva=64M unit=32K "
				"lazy=256 "
				"vmap=zone zone=32\n",
				"target boot\nmachine cpus=4 nodes=1 pages=16384 kva=64M unit=32K "
				"lazy=256 "
				"vmap=pool\n",
			},
		.role =
			{
				{"worker", .mix = MIXED_MIX},
				{"owner", .count = 1, .mix = VMALLOC_MIX},
				{"irq", .count = 1, .irq = true, .pause = 50,
				 .mix = PERCPU_IRQ_MIX ",vm_map_ram=2:pages=4,vm_unmap_ram=2"},
				{"purger", .count = 1, .pause = 500,
				 .mix = PURGE_MIX ",vmallocinfo=1"},
				{"rcu", .count = 2, .kind = ROLE_RCU, .pause = 100},
				{"reader", .count = 1, .kind = ROLE_STATISTICS, .pause = 500},
			},
		.odds = 256,
		.live = 1024,
	},
	{
		.name = "fail",
		.help = "as mixed, and one request in 200 to the machine fails",
		.world =
			{
				"target boot\nmachine cpus=4 nodes=2 pages=16384 kva=64M unit=32K "
				"lazy=256 "
				"memory=frames vmap=lazy\n",
				"target boot\nmachine cpus=4 nodes=2 pages=16384 kva=64M unit=32K "
				"lazy=256 "
				"memory=frames vmap=zone zone=32\n",
				"target boot\nmachine cpus=4 nodes=1 pages=16384 kva=64M unit=32K "
				"lazy=256 "
				"memory=frames vmap=pool\n",
			},
		.role =
			{
				{"worker", .mix = MIXED_MIX},
				{"owner", .count = 1, .mix = VMALLOC_MIX},
				{"irq", .count = 1, .irq = true, .pause = 50,
				 .mix = PERCPU_IRQ_MIX ",vm_map_ram=2:pages=4,vm_unmap_ram=2"},
				{"purger", .count = 1, .pause = 500, .mix = PURGE_MIX},
			},
		.odds = 256,
		.fail = 200,
		.live = 1024,
	},
	{0},
};

const struct workload *workload_by_name(const char *name)
{
	for (const struct workload *w = workloads; w->name; w++)
		if (!strcmp(w->name, name))
			return w;
	return NULL;
}
