/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_tolerance.c - runs without a finding: refusals with a reason, and results that cannot be
 * checked.
 *
 * The oracles of test_oracles.c must not fire if memory or addresses are short, if a request failed
 * by plan, or if another task may have interfered: no ORACLE_SPURIOUS and no ORACLE_DIFFERENTIAL.
 */
#include <string.h>

#include "faulty_allocators.h"
#include "exec/test/run_text.h"

#define PERCPU_A "target percpu_bitmap\ntask a cpu=0\n"
#define VMAP_A "target vmap\ntask a cpu=0\n"
#define ALL_THERE_IS                                                                               \
	"target vm_areas\nmachine kva=1M dynamic=64\ntask a cpu=0\n"                               \
	"c1 = get_vm_areas nr=4 pages=64\n"

#define VMALLOC_A "target vmalloc\ntask a cpu=0\n"
#define FREED_IN_IRQ "target vmalloc\nirq i cpu=0\nb1 = vmalloc\nvfree b1\ntask a cpu=0\n"

/* As run(), without a finding, where boot may fail. */
static void run_sound(struct executor *x, const char *text, struct exec_result *r)
{
	struct program p;

	program_init(&p, TARGET_VMAP);
	from_text(&p, text);
	exec_program(x, &p, NULL, r);
	assert_sound(r, text);
	program_fini(&p);
}

/* Refusals that have a reason, or for which no operation is responsible. */
static void refusals_with_a_reason(void **state)
{
	static const struct {
		enum fault fault;
		u32 failed;
		const char *text;
	} refused[] = {
		/* Larger than a unit. */
		{FAULT_NONE, 1, PERCPU_A "p1 = alloc_percpu size=64K\n"},
		/* An atomic request creates no chunk. */
		{FAULT_NONE, 1, PERCPU_A "p1 = alloc_percpu atomic\n"},
		{FAULT_NONE, 1, "target percpu_bitmap\nirq i cpu=0\np1 = alloc_percpu\n"},
		/* No frames, and no addresses, for another chunk. */
		{FAULT_NONE, 1,
		 "target percpu_bitmap\nmachine pages=64 unit=64K\ntask a cpu=0\n"
		 "p1 = alloc_percpu size=64K\np2 = alloc_percpu size=64K\n"},
		{FAULT_NONE, 1,
		 "target percpu_bitmap\nmachine kva=1M unit=512K cpus=1\ntask a cpu=0\n"
		 "p1 = alloc_percpu size=512K\np2 = alloc_percpu size=512K\n"
		 "p3 = alloc_percpu size=512K\nfree_percpu p1\n"},
		/* No addresses for an area, or none with that alignment. */
		{FAULT_NONE, 1,
		 "target vmap\nmachine kva=1M\ntask a cpu=0\n"
		 "v1 = alloc_vmap_area pages=200\nv2 = alloc_vmap_area pages=57\n"},
		{FAULT_NONE, 1,
		 "target vmap\nmachine kva=1M\ntask a cpu=0\n"
		 "v1 = alloc_vmap_area pages=1\nv2 = alloc_vmap_area pages=200 align=64\n"},
		/* None in the requested part of the space, which begins after its end. */
		{FAULT_NONE, 1,
		 "target vmap_area\ntask a cpu=0\nv1 = alloc_vmap_area pages=3\n"
		 "v2 = alloc_vmap_range pages=2 range=144\n"},
		{FAULT_NONE, 1,
		 "target vmap_area\ntask a cpu=0\nv1 = alloc_vmap_range range=271\n"
		 "v2 = alloc_vmap_range pages=1024 range=271\n"},
		/* A mapping needs a block of addresses. */
		{FAULT_RAM_REFUSED, 1,
		 "target vmap\nmachine kva=1M\ntask a cpu=0\n"
		 "v1 = alloc_vmap_area pages=200\nm1 = vm_map_ram\n"},
		/* No base for ranges that take the whole space, or more. */
		{FAULT_NONE, 1, ALL_THERE_IS},
		{FAULT_NONE, 1,
		 "target vm_areas\nmachine kva=1M\ntask a cpu=0\n"
		 "c1 = get_vm_areas nr=8 pages=64 layout=4095\n"},
		/* No contiguous frames for a chunk of kernel memory; no frames for all groups. */
		{FAULT_NONE, 1,
		 "target percpu_bitmap\nmachine pages=100 unit=64K backing=km cpus=4\ntask a "
		 "cpu=0\n"
		 "p1 = alloc_percpu size=64K\np2 = alloc_percpu size=64K\n"},
		{FAULT_NONE, 1,
		 "target percpu_bitmap\nmachine cpus=4 nodes=2 pages=100 unit=64K dynamic=4\n"
		 "task a cpu=0\np1 = alloc_percpu size=64K\np2 = alloc_percpu size=64K\n"},
		/* No reserved region; a full one. */
		{FAULT_NONE, 1,
		 "target percpu_bitmap\nmachine dynamic=8K\ntask a cpu=0\n"
		 "p1 = alloc_reserved_percpu\n"},
		{FAULT_NONE, 1,
		 "target percpu_areamap\nmachine reserved=8K\ntask a cpu=0\n"
		 "p1 = alloc_reserved_percpu size=8K\np2 = alloc_reserved_percpu\n"},
		/* Memory suffices for one of two allocators, or a request is atomic: both must free
		   it. */
		{FAULT_NONE, 1,
		 "target percpu_pair\nmachine unit=512K cpus=1 kva=4M pages=200\ntask a cpu=0\n"
		 "p1 = alloc_percpu\n"},
		{FAULT_TWIN_REFUSED, 1,
		 "target percpu_pair\nmachine dynamic=200\ntask a cpu=0\n"
		 "p1 = alloc_percpu size=200\nfree_percpu p1\n"
		 "p2 = alloc_percpu size=201 atomic\n"},
		/* Contiguous boot memory may be short, and so may memory for a second first chunk.
		 */
		{FAULT_PCPU_CREATE, 0,
		 "target first_chunk\nmachine percpu_alloc=embed static=100\ntask a cpu=0\n"},
		{FAULT_PCPU_CREATE, 0,
		 "target first_chunk\nmachine backing=km static=100\ntask a cpu=0\n"},
		{FAULT_PCPU_CREATE, 0,
		 "target first_chunk\nmachine backing=km percpu_alloc=page\ntask a cpu=0\n"},
		{FAULT_TWIN_CREATE, 0, "target percpu_pair\nmachine static=100\ntask a cpu=0\n"},
		/* No frames, no addresses for a guard page. */
		{FAULT_VMALLOC_REFUSED, 1,
		 "target vmalloc\nmachine pages=64\ntask a cpu=0\nb1 = vmalloc size=300K\n"},
		{FAULT_NONE, 1,
		 "target vmalloc\nmachine kva=1M\ntask a cpu=0\nb1 = vmalloc size=1M\n"},
		{FAULT_VMAP_REFUSED, 1,
		 "target vmalloc\nmachine pages=64\ntask a cpu=0\nw1 = vmap pages=65\n"},
		{FAULT_NONE, 1,
		 "target vmalloc\nmachine kva=1M\ntask a cpu=0\ng1 = get_vm_area pages=20\n"
		 "g2 = get_vm_area pages=128 how=upper\n"},
		{FAULT_NONE, 1,
		 "target vmalloc\nmachine kva=1M\ntask a cpu=0\ng1 = get_vm_area\n"
		 "g2 = get_vm_area pages=130 how=ioremap\n"},
		/* Memory that a worker has not freed yet. */
		{FAULT_LIST_EXTRA, 0, FREED_IN_IRQ "vmallocinfo\n"},
		{FAULT_INFO_USED, 0, FREED_IN_IRQ "vmallocinfo\n"},
		/* Frames of other nodes, since the requested one may have none. */
		{FAULT_NONE, 0,
		 "target vmalloc\nmachine nodes=2 pages=100\ntask a cpu=0\n"
		 "b1 = vmalloc size=150001 how=node\nb2 = vmalloc size=100001 how=node\n"},
		/* The eager space has no room for the two, the lazy one none for a block. */
		{FAULT_NONE, 1,
		 "target vmap_pair\nmachine kva=1M verify=1\ntask a cpu=0\n"
		 "v1 = alloc_vmap_area pages=200\nm2 = vm_map_ram pages=2\n"},
		/* Zones and pools have no room for both, and free their cached ranges. */
		{FAULT_NONE, 1,
		 "target vmap_trio\nmachine kva=1M verify=1\ntask a cpu=0\n"
		 "v1 = alloc_vmap_area\nv2 = alloc_vmap_area pages=256\n"},
		/* A request without a search leaves the cached ranges. */
		{FAULT_CACHED_STAYS, 1,
		 "target vmap_zone\nmachine kva=1M\ntask a cpu=0\nv1 = alloc_vmap_area\n"
		 "v2 = alloc_vmap_area pages=257\n"},
		/* The plan made a request fail. */
		{FAULT_PCPU_CREATE, 0, "target vmap\nfail at=1\ntask a cpu=0\n"},
	};
	struct exec_result r;

	for (u32 i = 0; i < ARRAY_SIZE(refused); i++) {
		faulty_choose(refused[i].fault);
		run_sound(*state, refused[i].text, &r);
		assert_int_equal(r.failed, refused[i].failed);
	}
}

/*
 * A refusal is checked only if the operation ran alone from begin to end. Two tasks, with one
 * switch at each step in turn: if the operations overlap, no oracle fires.
 */
static void refusals_among_others(void **state)
{
	static const struct {
		enum fault fault;
		const char *text;
	} among[] = {
		/* The other one is in flight when the refused one begins, */
		{FAULT_RAM_REFUSED, "target vmap\ntask a cpu=0\nv1 = alloc_vmap_area pages=3 map\n"
				    "task b cpu=1\nm1 = vm_map_ram\nschedule @%u b\n"},
		/* or begins, and ends, before the refused one has ended. */
		{FAULT_RAM_REFUSED, "target vmap\ntask a cpu=0\nm1 = vm_map_ram pages=3\n"
				    "task b cpu=1\nv1 = alloc_vmap_area\nschedule @%u b\n"},
		{FAULT_AREAS_REFUSED,
		 "target vm_areas\ntask a cpu=0\nv1 = alloc_vmap_area pages=3 map\n"
		 "task b cpu=1\nc1 = get_vm_areas\nschedule @%u b\n"},
		{FAULT_AREAS_REFUSED, "target vm_areas\ntask a cpu=0\nc1 = get_vm_areas nr=3\n"
				      "task b cpu=1\nv1 = alloc_vmap_area\nschedule @%u b\n"},
		{FAULT_AREA_NO_EXACT,
		 "target vmap_area\ntask a cpu=0\nv1 = alloc_vmap_range pages=3 range=128\n"
		 "task b cpu=1\nv2 = alloc_vmap_area map\nschedule @%u b\n"},
		{FAULT_VMALLOC_REFUSED, "target vmalloc\ntask a cpu=0\nw1 = vmap pages=3\n"
					"task b cpu=1\nb2 = vmalloc\nschedule @%u b\n"},
		{FAULT_VMAP_REFUSED, "target vmalloc\ntask a cpu=0\nw1 = vmap pages=3\n"
				     "task b cpu=1\nb2 = vmalloc\nschedule @%u b\n"},
		/* The presence of the other one suffices. */
		{FAULT_PCPU_REFUSED,
		 "target percpu_bitmap\nmachine cpus=4 nodes=2 dynamic=4\n"
		 "task a cpu=0\np1 = alloc_percpu\ntask b cpu=1\ncond_resched\nschedule @%u b\n"},
		{FAULT_TWIN_REFUSED, "target percpu_pair\ntask a cpu=0\np1 = alloc_percpu\n"
				     "task b cpu=1\ncond_resched\nschedule @%u b\n"},
		{FAULT_RESERVED_REFUSED,
		 "target percpu_bitmap\nmachine reserved=8K\ntask a cpu=0\n"
		 "p1 = alloc_reserved_percpu\ntask b cpu=1\ncond_resched\nschedule @%u b\n"},
	};

	for (u32 t = 0; t < ARRAY_SIZE(among); t++) {
		u32 judged = 0, passed_over = 0;

		faulty_choose(among[t].fault);

		for (u32 step = 1; step <= 120; step++) {
			struct exec_result r;
			char text[200];

			snprintf(text, sizeof(text), among[t].text, step);
			run(*state, text, &r);
			if (r.sched.report.oracle == ORACLE_SPURIOUS)
				judged++;
			else
				passed_over++;
			assert_true(r.sched.report.oracle == ORACLE_SPURIOUS || r.failed == 1);
		}
		assert_true(judged && passed_over);
	}
}

/*
 * Two allocators, or a space and its model, are compared only if no operation is in flight in them,
 * or begins during the comparison. Sound ones agree, wherever the other task interleaves; mappings
 * are read only while they exist.
 */
static void compared_among_others(void **state)
{
	static const char *const among[] = {
		"target percpu_pair\nmachine verify=1\n"
		"task a cpu=0\np1 = alloc_percpu\ncond_resched\nfree_percpu p1\n"
		"task b cpu=1\np2 = alloc_percpu size=64\np3 = alloc_percpu size=4\n",
		"target vmap_area\n"
		"task a cpu=0\nv1 = alloc_vmap_area pages=3 map\ncond_resched\nfree_vmap_area v1\n"
		"task b cpu=1\nv2 = alloc_vmap_area pages=9\nfree_vmap_area v2\n"
		"v3 = alloc_vmap_area\n",
		"target vmap_block\n"
		"task a cpu=0\nm1 = vm_map_ram pages=3\ncond_resched\nvm_unmap_ram m1\n"
		"task b cpu=1\nm2 = vm_map_ram\nvm_unmap_aliases\nvm_unmap_ram m2\n",
		"target vmap_aliases\n"
		"task a cpu=0\nm1 = vm_map_ram pages=32\ntouch_ram m1\nvm_unmap_ram m1\n"
		"task b cpu=1\nm2 = vm_map_ram pages=65\nvm_unmap_aliases\ntouch_ram m2\n",
		"target vmap_pair\nmachine verify=1\n"
		"task a cpu=0\nm1 = vm_map_ram pages=3\ncond_resched\nvm_unmap_ram m1\n"
		"task b cpu=1\nv2 = alloc_vmap_area map\nm3 = vm_map_ram pages=70\n",
		"target vmap_zone\nmachine verify=1\n"
		"task a cpu=0\nv1 = alloc_vmap_area pages=3 map\nv2 = alloc_vmap_area pages=8\n"
		"free_vmap_area v1\ntask b cpu=0\nv3 = alloc_vmap_area pages=3\n"
		"purge_vmap_areas\nv4 = alloc_vmap_area pages=9\n",
		"target vmap_pool\nmachine verify=1\n"
		"task a cpu=0\nv1 = alloc_vmap_area pages=3 map\nfree_vmap_area v1\n"
		"v2 = alloc_vmap_area pages=3\ntask b cpu=1\nv3 = alloc_vmap_area pages=3\n"
		"free_vmap_area v3\npurge_vmap_areas\nv4 = alloc_vmap_area pages=3\n",
		"target vmap_trio\nmachine verify=1\n"
		"task a cpu=0\nm1 = vm_map_ram pages=3\ncond_resched\nvm_unmap_ram m1\n"
		"task b cpu=1\nv2 = alloc_vmap_area map\nm3 = vm_map_ram pages=70\n",
		/* Readers and listings next to allocations and frees. */
		"target vmalloc\n"
		"task a cpu=0\nb1 = vmalloc size=100\nvread b1 size=4160\n"
		"vread b1 at=4000 size=4160\ntask b cpu=1\nb2 = vmalloc size=100\n"
		"touch_vmalloc b1\nvfree b2\n",
		"target vmalloc\n"
		"task a cpu=0\nb1 = vmalloc size=100\nvmallocinfo\nvmallocinfo\nvfree b1\n"
		"task b cpu=1\ng2 = get_vm_area\nmap_vm_area g2\nremove_vm_area g2\n"
		"w3 = vmap\nvunmap w3\n",
		"target vmalloc\n"
		"task a cpu=0\ng1 = get_vm_area pages=3\nmap_vm_area g1\n"
		"unmap_kernel_range g1 from=1\ntask b cpu=1\nb2 = vmalloc how=user\n"
		"map_vm_area g1\nremap_vmalloc_range b2\nunmap_kernel_range g1\n",
	};

	faulty_choose(FAULT_NONE);
	for (u32 t = 0; t < ARRAY_SIZE(among); t++) {
		for (u32 step = 1; step <= 120; step++) {
			struct exec_result r;
			char text[400];

			snprintf(text, sizeof(text), "%sschedule @%u b\n", among[t], step);
			run(*state, text, &r);
			assert_sound(&r, text);
		}
	}
}

/*
 * An address below the one that the documented search finds is valid too: here the search skips it
 * after eight holes in a row that were long enough.
 */
static void lower_than_documented(void **state)
{
	char text[3000] = "target vmap_area\ntask a cpu=0\n";
	size_t at = strlen(text);
	struct exec_result r;

	for (u32 i = 1; i <= 40; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "v%u = alloc_vmap_area\n", i);
	for (u32 i = 2; i <= 34; i += 4)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "free_vmap_area v%u\n", i);
	snprintf(text + at, sizeof(text) - at,
		 "free_vmap_area v37\nv41 = alloc_vmap_area align=4\n");
	faulty_choose(FAULT_NONE);
	run(*state, text, &r);
	assert_sound(&r, text);
	assert_int_equal(r.failed, 0);
}

/* With each request failing in turn, also at boot, naive allocators cope, and there is no finding.
 */
static void every_failure_is_tolerated(void **state)
{
	static const struct {
		const char *target, *machine, *text;
	} among[] = {
		{"vmap", "dynamic=64",
		 "task a cpu=0\nm1 = vm_map_ram pages=40\nv1 = alloc_vmap_area pages=3 map\n"
		 "touch_ram m1\nvm_unmap_ram m1\nfree_vmap_area v1\nm2 = vm_map_ram\n"},
		{"vmap_area", "dynamic=64",
		 "task a cpu=0\nv1 = alloc_vmap_area pages=3 map\nv2 = alloc_vmap_area pages=9\n"
		 "v3 = alloc_vmap_range align=4 range=8\nfree_vmap_area v2\npurge_vmap_areas\n"},
		{"vmap_aliases", "dynamic=64",
		 "task a cpu=0\nm1 = vm_map_ram pages=40\nm2 = vm_map_ram pages=100\n"
		 "m3 = vm_map_ram\nvm_unmap_ram m1\nvm_unmap_aliases\ntouch_ram m2\n"},
		{"vmap_pair", "verify=1",
		 "task a cpu=0\nm1 = vm_map_ram pages=40\nv2 = alloc_vmap_area pages=3 map\n"
		 "m3 = vm_map_ram pages=100\nvm_unmap_ram m1\nv4 = alloc_vmap_range range=128\n"},
		{"vmalloc", "vmap=eager",
		 "task a cpu=0\nb1 = vmalloc size=30K\nw2 = vmap pages=3 user\n"
		 "g3 = get_vm_area pages=9\nmap_vm_area g3\nvmallocinfo\nvfree b1\n"
		 "map_vm_area g3\nunmap_kernel_range g3\n"},
		{"percpu_bitmap", "dynamic=64",
		 "task a cpu=0\np1 = alloc_percpu size=100\np2 = alloc_percpu size=32K\n"
		 "touch_percpu p1\nfree_percpu p1\np3 = alloc_percpu size=64\n"},
		{"vm_areas", "dynamic=64",
		 "task a cpu=0\nc1 = get_vm_areas nr=5 pages=3 layout=99\nc2 = get_vm_areas\n"
		 "free_vm_areas c1\nc3 = get_vm_areas nr=8\nfree_vm_areas c2\n"},
		{"percpu_pair", "static=100 reserved=100 cpus=4 nodes=2 verify=1",
		 "task a cpu=0\np1 = alloc_percpu size=8K\np2 = alloc_reserved_percpu size=40\n"
		 "misfree_percpu p1\nfree_percpu p2 twice\np3 = alloc_percpu size=32K\n"},
		{"first_chunk", "static=100 reserved=100 backing=km",
		 "task a cpu=0\np1 = alloc_percpu size=30K\np2 = alloc_reserved_percpu\n"
		 "misfree_percpu p1 how=static\ntouch_percpu p1 whole\n"},
	};

	faulty_choose(FAULT_NONE);
	for (u32 t = 0; t < ARRAY_SIZE(among); t++) {
		u64 failed = 0;

		for (u32 at = 1; at <= 120; at++) {
			struct exec_result r;
			char text[400];

			snprintf(text, sizeof(text), "target %s\nmachine %s\nfail at=%u\n%s",
				 among[t].target, among[t].machine, at, among[t].text);
			run_sound(*state, text, &r);
			failed += r.failed;
		}
		assert_true(failed > 2);
	}
}

/*
 * A task that the schedule moves during a request may use either CPU's cache without a finding.
 */
static void moved_while_asking(void **state)
{
	static const char *const asking[] = {
		"target vmap_zone\ntask a cpu=0\nv1 = alloc_vmap_area pages=3\n"
		"migrate cpu=1\nv2 = alloc_vmap_area pages=3\nmigrate cpu=0\n"
		"v3 = alloc_vmap_area pages=3\n",
		"target vmap_pool\ntask a cpu=0\nv1 = alloc_vmap_area pages=3\n"
		"free_vmap_area v1\npurge_vmap_areas\nv2 = alloc_vmap_area pages=3\n",
	};

	faulty_choose(FAULT_NONE);
	for (u32 t = 0; t < ARRAY_SIZE(asking); t++) {
		for (u32 step = 1; step <= 60; step++) {
			struct exec_result r;
			char text[400];

			snprintf(text, sizeof(text),
				 "%stask b cpu=1\ncond_resched\nschedule @%u a>1\n", asking[t],
				 step);
			run(*state, text, &r);
			assert_sound(&r, text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_with_a_reason),
		cmocka_unit_test(refusals_among_others),
		cmocka_unit_test(compared_among_others),
		cmocka_unit_test(moved_while_asking),
		cmocka_unit_test(lower_than_documented),
		cmocka_unit_test(every_failure_is_tolerated),
	};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
