/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_exec_threads.c - the executor and all rooms above it run programs on the threads engine too.
 *
 * The programs have one task. With several, the tables of the harness (live objects, the frame
 * pool, counters) would need locks, which runs on fibers do without.
 */
#include "run_text.h"

static void expect_done(struct executor *x, const char *text)
{
	struct exec_result r;

	run(x, text, &r);
	assert_sound(&r, text);
	assert_int_equal(r.boot_error, 0);
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.skipped, 0);
}

static void runs_per_cpu_objects(void **state)
{
	expect_done(*state, "target percpu_pair\nmachine cpus=4 verify=1\ntask a\n"
			    "p1 = alloc_percpu size=64\ntouch_percpu p1 whole\n"
			    "p2 = alloc_percpu size=4K align=64\nfree_percpu p1\nfree_percpu p2\n");
}

static void runs_mappings(void **state)
{
	expect_done(*state, "target vmap\nmachine cpus=2 verify=1\ntask a\n"
			    "m1 = vm_map_ram pages=16\nv1 = alloc_vmap_area pages=3 map\n"
			    "vm_unmap_ram m1\nvm_unmap_aliases\ntouch_area v1\n"
			    "free_vmap_area v1\npurge_vmap_areas\n");
	expect_done(*state, "target vmap_trio\nmachine cpus=4 verify=1\ntask a\n"
			    "v1 = alloc_vmap_area pages=2\nm1 = vm_map_ram pages=40\n"
			    "free_vmap_area v1\nv2 = alloc_vmap_area pages=1\n");
}

static void runs_the_boot(void **state)
{
	expect_done(*state, "target boot\nmachine cpus=4 nodes=2 verify=1\ntask a\n"
			    "b1 = vmalloc size=12345 how=zero\np1 = alloc_percpu size=16\n"
			    "touch_vmalloc b1\nvfree b1\n");
	expect_done(*state, "target bootmem_pair\ntask a\nr1 = alloc_bootmem size=8K\n"
			    "free_bootmem r1\nfree_all_bootmem\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_per_cpu_objects),
		cmocka_unit_test(runs_mappings),
		cmocka_unit_test(runs_the_boot),
	};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
