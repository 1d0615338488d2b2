/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_topology.c - topology_init(), masks of CPUs, and the faults that topology_check() finds.
 */
#include "run.h"

static void test_plain(void **state)
{
	static const unsigned int shape[][2] = {{1, 1},	 {2, 1},     {4, 2},  {7, 3},
						{64, 8}, {1024, 64}, {1, 64}, {65, 5}};
	struct topology *t = calloc(1, sizeof(*t));
	const char *why;
	unsigned int i, cpu, n;

	for (i = 0; i < ARRAY_SIZE(shape); i++) {
		u64 pages = 0;

		topology_init(t, shape[i][0], shape[i][1], 1000 + i);
		if (topology_check(t, &why))
			fail_msg("%u CPUs, %u nodes: %s", shape[i][0], shape[i][1], why);
		n = 0;
		for_each_possible_cpu (cpu, t) {
			assert_true(cpu_online(t, cpu));
			assert_int_equal(cpu_to_node(t, cpu), cpu * shape[i][1] / shape[i][0]);
			n++;
		}
		assert_int_equal(n, shape[i][0]);
		assert_int_equal(num_online(t), n);
		for (n = 0; n < t->nr_ranges; n++) {
			assert_int_equal(t->range[n].start, pages);
			pages += t->range[n].nr;
		}
		assert_int_equal(pages, 1000 + i);
	}
	free(t);
}

static void test_sparse_mask(void **state)
{
	struct topology *t = calloc(1, sizeof(*t));
	unsigned int cpu, seen[4] = {0}, n = 0;
	const char *why;

	topology_init(t, 200, 1, 64);
	memset(t->possible, 0, sizeof(t->possible));
	memset(t->online, 0, sizeof(t->online));
	t->possible[0] = BIT_ULL(3) | BIT_ULL(63);
	t->possible[3] = BIT_ULL(0) | BIT_ULL(7);
	t->online[3] = BIT_ULL(7);
	assert_int_equal(topology_check(t, &why), 0);
	for_each_possible_cpu (cpu, t) {
		assert_true(n < ARRAY_SIZE(seen));
		seen[n++] = cpu;
	}
	assert_int_equal(n, 4);
	assert_int_equal(seen[0], 3);
	assert_int_equal(seen[1], 63);
	assert_int_equal(seen[2], 192);
	assert_int_equal(seen[3], 199);
	assert_false(cpu_possible(t, 4));
	assert_false(cpu_possible(t, 1000));
	assert_false(cpu_online(t, 192));
	assert_true(cpu_online(t, 199));
	assert_int_equal(num_online(t), 1);
	free(t);
}

static void refuse(struct topology *t, const char *words)
{
	const char *why;

	assert_int_equal(topology_check(t, &why), -EINVAL);
	if (!strstr(why, words))
		fail_msg("\"%s\" is not in \"%s\"", words, why);
	topology_init(t, 4, 2, 64);
}

static void test_refused(void **state)
{
	struct topology *t = calloc(1, sizeof(*t));

	topology_init(t, 4, 2, 64);
	t->nr_cpu_ids = 0;
	refuse(t, "number of CPUs");
	t->nr_cpu_ids = TOPOLOGY_MAX_CPUS + 1;
	refuse(t, "number of CPUs");
	t->possible[0] |= BIT_ULL(4);
	refuse(t, "not below nr_cpu_ids");
	t->online[0] |= BIT_ULL(5);
	refuse(t, "online CPU is not possible");
	t->possible[0] = 0;
	t->online[0] = 0;
	refuse(t, "no CPU is possible");
	t->online[0] = 0;
	refuse(t, "no CPU is online");
	t->cpu_node[3] = 2;
	refuse(t, "node that does not exist");
	t->nr_nodes = 0;
	refuse(t, "number of nodes");
	t->nr_nodes = TOPOLOGY_MAX_NODES + 1;
	refuse(t, "number of nodes");
	t->distance[1][1] = 20;
	refuse(t, "distance to itself");
	t->distance[1][0] = 10;
	refuse(t, "distance between two nodes");
	t->nr_ranges = 0;
	refuse(t, "number of ranges");
	t->range[1].nid = 2;
	refuse(t, "range of page frames is on a node");
	t->range[0].nr = 0;
	refuse(t, "empty");
	t->range[0].nr++;
	refuse(t, "overlap");
	t->range[1].nr = UINT64_MAX / PAGE_SIZE;
	refuse(t, "beyond the last address");
	t->range[1].nr = 1ULL << 32;
	refuse(t, "2^32");
	free(t);
}

/* After machine_boot() has refused a configuration, the machine boots again. */
static void test_boot_refused(void **state)
{
	struct fixture *f = *state;
	struct machine_config good = f->cfg;

	f->cfg.topology.range[0].nr = 0;
	assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	f->cfg = good;
	f->cfg.kva_start++;
	assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	f->cfg.kva_start = 0;
	assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	f->cfg = good;
	f->cfg.kva_size = 0;
	assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	f->cfg.kva_size = PAGE_SIZE + 8;
	assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	f->cfg.kva_size = -f->cfg.kva_start + PAGE_SIZE;
	assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	f->cfg.kva_start = BIT_ULL(48) - PAGE_SIZE;
	f->cfg.kva_size = 2 * PAGE_SIZE;
	assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	f->cfg = good;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(nr_free_pages(f->m), 2048);
	assert_ptr_equal(machine_topology(f->m), &machine_config(f->m)->topology);
	assert_int_equal(machine_config(f->m)->kva_size, good.kva_size);
}

/* One machine boots with many shapes: no trace of the last one is left. */
static void test_reboot_shapes(void **state)
{
	struct fixture *f = *state;
	struct machine *m = f->m;
	u64 seed = 1;
	int i;

	for (i = 0; i < 300; i++) {
		unsigned int nodes = 1 + random_next(&seed) % 8;
		unsigned int cpus = 1 + random_next(&seed) % 64;
		u64 pages = 64 + random_next(&seed) % 4096;
		u64 left;

		topology_init(&f->cfg.topology, cpus, nodes, pages);
		f->cfg.kva_start = KVA + random_next(&seed) % 3 * (1ULL << 30);
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		assert_int_equal(nr_free_pages(f->m), pages);
		assert_null(pfn_to_page(f->m, pages));
		assert_int_equal(pfn_to_page(f->m, pages - 1)->pfn, pages - 1);
		assert_int_equal(pfn_to_page(f->m, pages - 1)->nid, nodes - 1);
		assert_null(vmalloc_to_page(f->m, f->cfg.kva_start));
		/* Leave frames and mappings, as an abandoned run does. */
		for (left = random_next(&seed) % pages; left > 1; left--) {
			struct page *page = alloc_page_node(f->m, left % nodes, 0, "shape");

			assert_non_null(page);
			assert_int_equal(page->count, 1);
			if (left % 5 == 0)
				memset(page_address(f->m, page), 0x11, PAGE_SIZE);
			if (left % 64 == 0 && left < 4096)
				assert_int_equal(
					vmap_pages_range(m, f->cfg.kva_start + left * PAGE_SIZE,
							 &page, 1, 0),
					0);
			if (nr_free_pages(f->m) < 16)
				break;
		}
		assert_non_null(kmalloc(f->m, 100, 0));
	}
}

#ifndef MM_ASAN
/* The largest machine: 1,024 CPUs, 64 nodes of two ranges each, a million frames. */
static void test_large(void **state)
{
	struct fixture *f = *state;
	struct topology *t = &f->cfg.topology;
	unsigned int i;

	model_only();
	topology_init(t, TOPOLOGY_MAX_CPUS, TOPOLOGY_MAX_NODES, 64);
	t->nr_ranges = TOPOLOGY_MAX_RANGES;
	for (i = 0; i < t->nr_ranges; i++)
		t->range[i] = (struct node_range){
			.start = (u64)i << 20, .nr = 8192, .nid = i % TOPOLOGY_MAX_NODES};
	f->cfg.kva_size = 1ULL << 45;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(nr_free_pages(f->m), 8192 * TOPOLOGY_MAX_RANGES);
	for (i = 0; i < t->nr_ranges; i++) {
		struct page *page = pfn_to_page(f->m, ((u64)i << 20) + 8191);

		assert_int_equal(page->nid, i % TOPOLOGY_MAX_NODES);
		assert_null(pfn_to_page(f->m, page->pfn + 1));
	}
	/* The node's own frames, then those of the lowest among the equally far nodes. */
	for (i = 0; i < 3 * 8192; i++) {
		struct page *page = alloc_page_node(f->m, 63, GFP_KERNEL, "large");

		assert_int_equal(page->nid, i < 2 * 8192 ? 63 : 0);
		if (i % 512 == 0)
			assert_int_equal(vmap_pages_range(f->m, KVA + ((u64)i << 30), &page, 1, 0),
					 0);
	}
	assert_int_equal(vunmap_range(f->m, KVA, f->cfg.kva_size / PAGE_SIZE), 48);
	flush_tlb_kernel_range(f->m, KVA, KVA + f->cfg.kva_size);
	assert_int_equal(stats(f->m).stale, 0);
	assert_int_equal(stats(f->m).ipis, TOPOLOGY_MAX_CPUS - 1);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_sparse_mask),
		cmocka_unit_test(test_refused),
		T(test_boot_refused),
		T(test_reboot_shapes),
#ifndef MM_ASAN
		T(test_large),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
