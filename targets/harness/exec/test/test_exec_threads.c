/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_exec_threads.c - the executor and all rooms above it run programs on the threads engine too,
 * with one task and with several that execute at the same time.
 */
#include "exec/claims.h"
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

/* Tasks run at once, hand objects to each other, and are verified when all of them have ended. */
static void runs_tasks_at_once(void **state)
{
	static const char *const texts[] = {
		/* Objects are freed by another task, in an interrupt too. */
		"target percpu_pair\nmachine cpus=4 verify=1\n"
		"task a\np1 = alloc_percpu size=64\np2 = alloc_percpu size=4K\n"
		"p3 = alloc_percpu size=2\n"
		"task b cpu=1\ntouch_percpu p1 whole\np4 = alloc_percpu size=100 atomic\n"
		"free_percpu p2\n"
		"irq c cpu=2\nfree_percpu p1\nfree_percpu p3\np5 = alloc_percpu size=8\n",
		/* Frames of one pool, mapped by all; aliases flushed meanwhile. */
		"target vmap\nmachine cpus=2 verify=1\n"
		"task a\nm1 = vm_map_ram pages=40\nv1 = alloc_vmap_area pages=3 map\n"
		"m2 = vm_map_ram pages=1\nvm_unmap_ram m2\n"
		"task b cpu=1\nm3 = vm_map_ram pages=16\nvm_unmap_ram m1\n"
		"touch_area v1\nfree_vmap_area v1\n"
		"task c\nvm_unmap_aliases\npurge_vmap_areas\nvm_unmap_aliases\n",
		/* Listings and readers beside writers; memory freed in an interrupt. */
		"target boot\nmachine cpus=4 nodes=2 verify=1\n"
		"task a\nb1 = vmalloc size=12345 how=zero\nu1 = vmap pages=3\n"
		"g1 = get_vm_areas nr=3\nvmallocinfo\n"
		"task b cpu=3\nvread b1 at=5 size=4000\nvunmap u1\nfree_vm_areas g1\n"
		"irq c cpu=1\nvfree b1\np1 = alloc_percpu size=16\n",
	};

	/* An atomic request may be refused. */
	for (u32 i = 0; i < ARRAY_SIZE(texts); i++) {
		for (u32 n = 0; n < 25; n++) {
			struct exec_result r;

			run(*state, texts[i], &r);
			assert_sound(&r, texts[i]);
		}
	}
}

/* A second claim of an address is found, whatever the two objects are. */
static void claims_find_overlaps(void **state)
{
	struct machine_config cfg = {.kva_start = MACHINE_KVA_START, .kva_size = 1 << 20};
	const u64 at = MACHINE_KVA_START + 4 * PAGE_SIZE;
	struct machine *m = machine_create();
	struct claims c = {0};

	topology_init(&cfg.topology, 1, 1, 64);
	assert_non_null(m);
	assert_int_equal(machine_boot(m, &cfg), 0);
	assert_int_equal(claims_prepare(&c, m), 0);
	assert_int_equal(claims_take(&c, at, 3 * PAGE_SIZE, true), 0);
	assert_int_equal(claims_take(&c, at - PAGE_SIZE, 2 * PAGE_SIZE, true), at);
	assert_int_equal(claims_take(&c, at + 2 * PAGE_SIZE + 100, 4, false), at + 2 * PAGE_SIZE);
	claims_give(&c, at, 3 * PAGE_SIZE, true);
	/* Per-CPU objects side by side, the last of them across a word and a page. */
	assert_int_equal(claims_take(&c, at + 200, 100, false), 0);
	assert_int_equal(claims_take(&c, at + 300, PAGE_SIZE, false), 0);
	assert_int_equal(claims_take(&c, at + 192, 8, false), 0);
	assert_int_equal(claims_take(&c, at + 299, 1, false), at + 296);
	assert_int_equal(claims_take(&c, at + 300 + PAGE_SIZE - 1, 1, false), at + 296 + PAGE_SIZE);
	assert_int_equal(claims_take(&c, at + PAGE_SIZE, PAGE_SIZE, true), at + PAGE_SIZE);
	/* Addresses that the machine does not have. */
	assert_int_equal(claims_take(&c, PAGE_SIZE, 1, false), PAGE_SIZE);
	assert_int_equal(claims_take(&c, MACHINE_DIRECT_START, 64 * PAGE_SIZE, true), 0);
	assert_int_equal(claims_take(&c, MACHINE_DIRECT_START + 64 * PAGE_SIZE, 4, false),
			 MACHINE_DIRECT_START + 64 * PAGE_SIZE);
	claims_free(&c);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_per_cpu_objects), cmocka_unit_test(runs_mappings),
		cmocka_unit_test(runs_the_boot),	cmocka_unit_test(runs_tasks_at_once),
		cmocka_unit_test(claims_find_overlaps),
	};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
