/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_vmalloc.c - mm/vmalloc.c of a tree, and what the bridge asks of it.
 *
 * The file is included because the judges need its static functions and types. The differences
 * between trees are probed (probe.cmake): TREE_* says what this one has.
 */
#define MM_FRAME_OWNER "vmalloc"

/*
 * A purge looks at all pools of each node, some thousands, most of which are empty: an empty one is
 * no scheduling point, or walks over them would be most of a run. As long as nothing was put into
 * any, walks of ours leave them out.
 */
static bool in_nodes(const struct list_head *head);
static bool is_pool(const struct list_head *head);
static bool pools_used;

static inline int list_empty_or_point(const struct list_head *head)
{
	if (in_nodes(head) && __atomic_load_n(&head->next, __ATOMIC_RELAXED) == head)
		return 1;
	return list_empty(head);
}

static inline void list_add_and_note(struct list_head *entry, struct list_head *head)
{
	if (is_pool(head))
		__atomic_store_n(&pools_used, true, __ATOMIC_RELAXED);
	list_add(entry, head);
}

#define list_empty(head) list_empty_or_point(head)
#define list_add(entry, head) list_add_and_note(entry, head)
#include <mm/vmalloc.c>
#undef list_empty
#undef list_add

#include <probe.h>
#include "../tree.h"
#include "judge.h"
#include "vmalloc_lists.h"
#include "judge_vmalloc.h"

#ifdef TREE_NODES
static bool in_nodes(const struct list_head *head)
{
	return (unsigned long)head - (unsigned long)vmap_nodes <
	       nr_vmap_nodes * sizeof(*vmap_nodes);
}

/* The pools are the first member of a node. */
static bool is_pool(const struct list_head *head)
{
	static_assert(offsetof(struct vmap_node, pool) == 0);
	return in_nodes(head) &&
	       ((unsigned long)head - (unsigned long)vmap_nodes) % sizeof(*vmap_nodes) <
		       sizeof(vmap_nodes->pool);
}
#else
static bool in_nodes(const struct list_head *head)
{
	return false;
}

static bool is_pool(const struct list_head *head)
{
	return false;
}
#endif

static gfp_t gfp_of(unsigned int flags)
{
	return (flags & BR_GFP_WAIT ? GFP_KERNEL : GFP_NOWAIT) |
	       (flags & BR_GFP_ZERO ? __GFP_ZERO : 0) |
	       (flags & BR_GFP_THISNODE ? __GFP_THISNODE : 0);
}

#ifndef TREE_BLOCKS_PER_CPU
/* The lock of a static xarray. */
static const struct br_init init_of_blocks __used __attribute__((section("mm_inits"))) = {
	.kind = MM_INIT_SPINLOCK, .object = &vmap_blocks.xa_lock, .name = "vmap_blocks.xa_lock"};
#endif

/*
 * The kernel takes all addresses for its own, and hands out those that a request's range allows.
 * The harness asks for ranges that are larger than the space, so what lies outside of it is in use
 * from the beginning.
 */
static struct vm_struct outside[2];

static void boot(void)
{
	outside[0] = (struct vm_struct){.addr = (void *)1UL, .size = br.kva_start - 1};
	outside[1] = (struct vm_struct){.addr = (void *)br.kva_end, .size = ULONG_MAX - br.kva_end};
	vm_area_add_early(&outside[0]);
	vm_area_add_early(&outside[1]);
	vmalloc_init();
}

static bool is_outside(const struct vmap_area *va)
{
	return va->vm == &outside[0] || va->vm == &outside[1];
}

/* A request's range is cut to the space: the kernel compares with its bounds. */
static unsigned long clip(unsigned long addr)
{
	return clamp(addr, br.kva_start, br.kva_end);
}

static long alloc(unsigned long size, unsigned long align, unsigned long from, unsigned long to,
		  unsigned int gfp, struct vmap_area **area)
{
	struct vmap_area *va;

	if (from >= to || size > to - from)
		return -EBUSY;
#ifdef TREE_ALLOC_VM
	va = alloc_vmap_area(size, align, clip(from), clip(to), NUMA_NO_NODE, gfp_of(gfp), 0, NULL);
#elif defined(TREE_ALLOC_FLAGS)
	va = alloc_vmap_area(size, align, clip(from), clip(to), NUMA_NO_NODE, gfp_of(gfp), 0);
#else
	va = alloc_vmap_area(size, align, clip(from), clip(to), NUMA_NO_NODE, gfp_of(gfp));
#endif
	if (IS_ERR(va))
		return PTR_ERR(va);
	*area = va;
	return 0;
}

static void free_area(struct vmap_area *va)
{
#ifdef TREE_FIND_UNLINK
	BUG_ON(find_unlink_vmap_area(va->va_start) != va);
#endif
	free_unmap_vmap_area(va);
}

/* The bridge reads both. */
static_assert(offsetof(struct vmap_area, va_start) == 0);
static_assert(offsetof(struct vmap_area, va_end) == sizeof(long));

static unsigned long area_start(const struct vmap_area *va)
{
	return va->va_start;
}

static unsigned long area_size(const struct vmap_area *va)
{
	return va->va_end - va->va_start;
}

static void purge(void)
{
	drain_vmap_area_work(NULL);
}

/* A request that no space of this size has room for is an error of the caller to the kernel. */
static struct vm_struct **get_vm_areas(const unsigned long *offset, const size_t *size, int nr,
				       size_t align)
{
	unsigned long end = 0;

	for (int i = 0; i < nr; i++)
		end = max(end, offset[i] + size[i]);
	if (ALIGN(VMALLOC_START, align) + end > (VMALLOC_END & ~(align - 1)))
		return NULL;
	return pcpu_get_vm_areas(offset, size, nr, align);
}

static struct vmap_area *area_of(const struct vm_struct *vm)
{
	return find_vmap_area((unsigned long)vm->addr);
}

static struct vm_struct *owner_of_area(const struct vmap_area *va)
{
	return va->vm;
}

static unsigned long map_ram(struct page **pages, unsigned int nr)
{
	return (unsigned long)vm_map_ram(pages, nr, NUMA_NO_NODE);
}

static void unmap_ram(unsigned long addr, unsigned int nr)
{
	vm_unmap_ram((void *)addr, nr);
}

static unsigned long get_area(unsigned long size, unsigned long flags, unsigned long from,
			      unsigned long to, const char *caller)
{
	struct vm_struct *vm;

	if (from >= to)
		return 0;
	vm = __get_vm_area_caller(size, flags, clip(from), clip(to), caller);
	return vm ? (unsigned long)vm->addr : 0;
}

static struct tree_owner owner_of(const struct vm_struct *vm)
{
	return (struct tree_owner){(unsigned long)vm->addr, vm->size, vm->flags, vm->caller};
}

static bool find_owner(unsigned long addr, struct tree_owner *o)
{
	const struct vm_struct *vm = find_vm_area((void *)addr);

	if (vm)
		*o = owner_of(vm);
	return vm;
}

/* A struct vm_struct begins where its area begins: the kernel's caller knows that address. */
static bool remove_area(unsigned long addr, struct tree_owner *o)
{
	struct vm_struct *vm = find_vm_area((void *)addr);

	if (!vm || (unsigned long)vm->addr != addr)
		return false;
	vm = remove_vm_area((void *)addr);
	if (!vm)
		return false;
	*o = owner_of(vm);
	kfree(vm);
	return true;
}

static int map_area(unsigned long addr, struct page **pages)
{
	const struct vm_struct *vm = find_vm_area((void *)addr);
	const unsigned long end = addr + get_vm_area_size(vm);
	int err;

	/* To map over a mapping is an error of the caller, which the kernel warns of. */
	for (unsigned long at = addr; at < end; at += PAGE_SIZE)
		if (vmalloc_to_page((void *)at))
			return -EBUSY;
	err = vmap_pages_range(addr, end, PAGE_KERNEL, pages, PAGE_SHIFT);
	if (err)
		vunmap_range(addr, end);
	return err;
}

static void unmap_range(unsigned long addr, unsigned long size)
{
	vunmap_range(addr, addr + size);
}

/* The kernel notes the address of its caller; here callers are strings. */
static unsigned long with_caller(void *p, const char *caller)
{
	if (p)
		find_vm_area(p)->caller = caller;
	return (unsigned long)p;
}

static unsigned long map(struct page **pages, unsigned int nr, unsigned long flags,
			 const char *caller)
{
	return with_caller(vmap(pages, nr, VM_MAP | flags, PAGE_KERNEL), caller);
}

static void unmap(unsigned long addr)
{
	vunmap((void *)addr);
}

static unsigned long alloc_memory(unsigned long size, int node, unsigned int gfp,
				  unsigned long flags, const char *caller)
{
	return (unsigned long)__vmalloc_node_range(size, 1, VMALLOC_START, VMALLOC_END, gfp_of(gfp),
						   PAGE_KERNEL, flags, node, caller);
}

static void free_memory(unsigned long addr, bool atomic)
{
	if (atomic)
		vfree_atomic((void *)addr);
	else
		vfree((void *)addr);
}

/* The pages go to @user (br_insert_page()), from user address 0 on. */
static int remap(unsigned long addr, unsigned long pgoff, unsigned long nr, void *user)
{
	struct vm_area_struct vma = {.vm_end = nr << PAGE_SHIFT, .user = user};

	return remap_vmalloc_range(&vma, (void *)addr, pgoff);
}

static unsigned long read(char *buf, unsigned long addr, unsigned long size)
{
#ifdef TREE_VREAD_ITER
	struct iov_iter iter = {buf};

	return vread_iter(&iter, (char *)addr, size);
#else
	return vread(buf, (char *)addr, size);
#endif
}

static struct page *to_page(unsigned long addr)
{
	return vmalloc_to_page((void *)addr);
}

#ifdef TREE_NODES
static unsigned int node_of_cpu(unsigned int cpu)
{
	return cpu % nr_vmap_nodes;
}
#endif

static unsigned long end(void)
{
	unsigned long in_use = 0;
	struct vmap_area *va, *next;
	unsigned int cpu;

	flush_work(&drain_vmap_work);
	for_each_possible_cpu (cpu)
		flush_work(&per_cpu(vfree_deferred, cpu).wq);
	FOR_EACH_BUSY(va)
	if (is_early(va))
		vunmap_range(va->va_start, va->va_end);
	purge_all();
	rcu_barrier();
	FOR_EACH_BUSY(va)
	in_use += va->va_start >= br.kva_start && va->va_end <= br.kva_end && !is_outside(va) &&
		  !is_early(va);
	for_each_possible_cpu (cpu)
		kfree(per_cpu(ne_fit_preload_node, cpu));
	list_for_each_entry_safe(va, next, &free_vmap_area_list, list)
		kmem_cache_free(vmap_area_cachep, va);
	free_early_areas();
	return in_use;
}

const struct tree_vmap tree_vmap = {
#ifdef TREE_NODES
	.nodes = true,
	.node_of_cpu = node_of_cpu,
	.for_each_cached = for_each_cached,
#endif
#ifndef TREE_PURGE_THRESHOLD
	.drops_blocks = true,
#endif
	.block_pages = VMAP_BBMAP_BITS,
	.block_max = VMAP_MAX_ALLOC,
	.boot = boot,
	.end = end,
	.verify = judge_vmalloc,
	.for_each_area = for_each_area,
	.for_each_busy = for_each_busy,
	.for_each_lazy = for_each_lazy,
	.alloc = alloc,
	.free = free_area,
	.find = find_vmap_area,
	.start = area_start,
	.size = area_size,
	.purge = purge,
	.get_vm_areas = get_vm_areas,
	.free_vm_areas = pcpu_free_vm_areas,
	.area_of = area_of,
	.owner_of_area = owner_of_area,
	.map_ram = map_ram,
	.unmap_ram = unmap_ram,
	.unmap_aliases = vm_unmap_aliases,
	.get_area = get_area,
	.find_owner = find_owner,
	.remove_area = remove_area,
	.map_area = map_area,
	.unmap_range = unmap_range,
	.map = map,
	.unmap = unmap,
	.alloc_memory = alloc_memory,
	.free_memory = free_memory,
	.remap = remap,
	.read = read,
	.to_page = to_page,
};
