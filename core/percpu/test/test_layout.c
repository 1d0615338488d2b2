/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_layout.c - layouts: computed by hand, on any topology against the announcement's search, and
 * printed.
 */
#include "../layout.h"
#include "../../machine/meta.h"
#include "../../sched/random.h"
#include "../../sched/test/checks.h"

#define KIB 1024u
#define MIB (1024u * KIB)

struct fixture {
	struct machine *m;
	struct machine_config cfg;
	struct pcpu_layout_params p;
};

static int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->m = machine_create();
	f->cfg.kva_start = MACHINE_KVA_START;
	f->cfg.kva_size = 16 * MIB;
	f->cfg.fail.classes = FAIL_ALL;
	f->p = (struct pcpu_layout_params){
		.min_unit_size = 64 * KIB, .atom_size = 2 * MIB, .distances = true};
	*state = f;
	return f->m ? 0 : -1;
}

static int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	machine_destroy(f->m);
	free(f);
	return 0;
}

/* Build a layout for a topology; a refusal leaves nothing allocated. */
static int build(struct fixture *f, struct pcpu_alloc_info **ai)
{
	int err;

	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	err = pcpu_build_alloc_info(f->m, &f->p, ai);
	if (err)
		machine_check_leaks(f->m);
	return err;
}

static struct pcpu_alloc_info *must_build(struct fixture *f)
{
	struct pcpu_alloc_info *ai = NULL;

	assert_int_equal(build(f, &ai), 0);
	return ai;
}

static void drop(struct fixture *f, struct pcpu_alloc_info *ai)
{
	pcpu_free_alloc_info(f->m, ai);
	machine_check_leaks(f->m);
}

static bool local(const struct topology *t, u32 a, u32 b)
{
	unsigned int x = cpu_to_node(t, a), y = cpu_to_node(t, b);

	return t->distance[x][y] <= LOCAL_DISTANCE && t->distance[y][x] <= LOCAL_DISTANCE;
}

/* L3 and L4 of layout.c, and the regions fit. */
static void check_sizes(const struct fixture *f, const struct pcpu_alloc_info *ai)
{
	u32 units = 0;

	assert_int_equal(ai->static_size, f->p.static_size);
	assert_int_equal(ai->reserved_size, f->p.reserved_size);
	assert_int_equal(ai->dyn_size, f->p.dyn_size);
	assert_int_equal(ai->atom_size, f->p.atom_size);
	assert_true(ai->unit_size >= f->p.min_unit_size);
	assert_true(ai->unit_size >= f->p.static_size + f->p.reserved_size + f->p.dyn_size);
	assert_true(ai->unit_size <= PCPU_MAX_UNIT_PAGES << PAGE_SHIFT);
	assert_int_equal(ai->unit_size % PAGE_SIZE, 0);
	assert_int_equal(ai->alloc_size % ai->atom_size, 0);
	assert_int_equal(ai->alloc_size, ai->upa * ai->unit_size);
	for (u32 i = 0; i < ai->nr_groups; i++) {
		assert_int_equal(ai->group[i].base_offset, 0);
		assert_int_equal(ai->group[i].first_unit, units);
		assert_true(ai->group[i].nr_units > 0);
		assert_int_equal(ai->group[i].nr_units % ai->upa, 0);
		units += ai->group[i].nr_units;
	}
	assert_int_equal(ai->nr_units, units);
}

/* L1, L2 and L5; groups in order of their lowest CPU, CPUs in order, no piece without a CPU. */
static void check_map(const struct fixture *f, const struct pcpu_alloc_info *ai)
{
	const struct topology *t = &f->cfg.topology;
	bool seen[TOPOLOGY_MAX_CPUS] = {false};
	u32 cpus = 0, possible = 0;
	unsigned int cpu;

	for (u32 i = 0; i < ai->nr_groups; i++) {
		const u32 *map = &ai->cpu_map[ai->group[i].first_unit];
		u32 nr = ai->group[i].nr_units;

		while (map[nr - 1] == PCPU_NO_CPU)
			nr--;
		assert_true(ai->group[i].nr_units - nr < ai->upa);
		for (u32 j = 0; j < nr; j++) {
			assert_true(map[j] < t->nr_cpu_ids && cpu_possible(t, map[j]));
			assert_false(seen[map[j]]);
			seen[map[j]] = true;
			assert_true(!j || map[j - 1] < map[j]);
			for (u32 k = 0; f->p.distances && k < j; k++)
				assert_true(local(t, map[j], map[k]));
		}
		assert_true(!i || map[0] > ai->cpu_map[ai->group[i - 1].first_unit]);
		/* No CPU of a later group fits into this one. */
		for (u32 j = ai->group[i].first_unit + ai->group[i].nr_units; j < ai->nr_units; j++)
			assert_true(ai->cpu_map[j] == PCPU_NO_CPU ||
				    !local(t, map[0], ai->cpu_map[j]));
		cpus += nr;
	}
	for_each_possible_cpu (cpu, t)
		possible++;
	assert_int_equal(cpus, possible);
	assert_true(4 * cpus >= 3 * ai->nr_units);
	assert_true(f->p.distances || ai->nr_groups == 1);
}

/* The announcement's search, step by step, on the groups of the layout. */
static u32 announced_upa(const struct pcpu_alloc_info *ai, u32 least_unit)
{
	u32 max_upa = ai->alloc_size / least_unit, last = UINT32_MAX, best = 0, cpus = 0;
	u32 count[TOPOLOGY_MAX_NODES] = {0};

	for (u32 i = 0; i < ai->nr_groups; i++) {
		const u32 *map = &ai->cpu_map[ai->group[i].first_unit];

		for (u32 j = 0; j < ai->group[i].nr_units; j++)
			count[i] += map[j] != PCPU_NO_CPU;
		cpus += count[i];
	}
	for (u32 upa = max_upa; upa; upa--) {
		u32 allocs = 0, wasted = 0;

		if (ai->alloc_size % upa || ai->alloc_size / upa % PAGE_SIZE)
			continue;
		for (u32 i = 0; i < ai->nr_groups; i++) {
			allocs += DIV_ROUND_UP(count[i], upa);
			wasted += DIV_ROUND_UP(count[i], upa) * upa - count[i];
		}
		if (wasted > cpus / 3)
			continue;
		if (allocs > last)
			break;
		last = allocs;
		best = upa;
	}
	return best;
}

/* Computed by hand. */
static void test_units_per_allocation(void **state)
{
	static const struct {
		u32 cpus, nodes, least_pages, atom_pages;
		u32 upa, unit_pages, groups, units;
	} row[] = {
		/* One CPU has the whole atom; one unit is never more than rounded up to atoms. */
		{1, 1, 4, 1, 1, 4, 1, 1},
		{1, 1, 4, 512, 1, 512, 1, 1},
		{1, 1, 5, 4, 1, 8, 1, 1},
		{7, 1, 5, 4, 1, 8, 1, 7},
		/* 32 and 16 and 8 of 4 waste more than one; with 2 there are two allocations. */
		{4, 1, 16, 512, 4, 128, 1, 4},
		/* One of 4 is a third of 3; of 5, one of 6 is allowed, three of 8 are not. */
		{3, 1, 16, 512, 4, 128, 1, 4},
		{5, 1, 16, 512, 2, 256, 1, 6},
		/* 14 of 64 are wasted, 16 may be. */
		{50, 1, 16, 512, 32, 16, 1, 64},
		/* 47 CPUs may not waste 17, but 1. */
		{47, 1, 16, 512, 16, 32, 1, 48},
		/* 25 and 25: 32 each would waste 14 as well. */
		{50, 2, 16, 512, 32, 16, 2, 64},
		/* 16, 17, 17: 32 each would waste 46, and 16, 32, 32 waste 30; 8 wastes 14. */
		{50, 3, 16, 512, 8, 64, 3, 64},
		/* 512 / 5 is 102, of which 64 is the largest power of two. */
		{100, 1, 5, 512, 64, 8, 1, 128},
		/* A CPU alone on its node shares no piece. */
		{64, 64, 1, 512, 1, 512, 64, 64},
		{1024, 64, 16, 512, 16, 32, 64, 1024},
		{1024, 1, 1, 512, 512, 1, 1, 1024},
	};
	struct fixture *f = *state;

	for (u32 i = 0; i < ARRAY_SIZE(row); i++) {
		struct pcpu_alloc_info *ai;

		topology_init(&f->cfg.topology, row[i].cpus, row[i].nodes, 256);
		f->p.min_unit_size = row[i].least_pages * PAGE_SIZE;
		f->p.atom_size = row[i].atom_pages * PAGE_SIZE;
		ai = must_build(f);
		if (ai->upa != row[i].upa || ai->unit_size != row[i].unit_pages * PAGE_SIZE ||
		    ai->nr_groups != row[i].groups || ai->nr_units != row[i].units)
			fail_msg("row %u: upa %u, unit %u, %u groups, %u units", i, ai->upa,
				 ai->unit_size, ai->nr_groups, ai->nr_units);
		check_sizes(f, ai);
		check_map(f, ai);
		drop(f, ai);
	}
}

static void possible_only(struct topology *t, const u32 *cpu, u32 nr)
{
	memset(t->possible, 0, sizeof(t->possible));
	for (u32 i = 0; i < nr; i++)
		t->possible[cpu[i] / 64] |= BIT_ULL(cpu[i] % 64);
	memcpy(t->online, t->possible, sizeof(t->online));
}

static void expect_printed(const struct pcpu_alloc_info *ai, const char *text)
{
	char *got = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&got, &len);

	assert_non_null(file);
	pcpu_print_alloc_info(ai, file);
	fclose(file);
	assert_string_equal(got, text);
	free(got);
}

static void test_printed(void **state)
{
	struct fixture *f = *state;
	struct pcpu_alloc_info *ai;

	topology_init(&f->cfg.topology, 7, 2, 64);
	f->p.static_size = 1024;
	f->p.reserved_size = 8192;
	f->p.dyn_size = 20480;
	ai = must_build(f);
	expect_printed(ai, "pcpu-alloc: s1024 r8192 d20480 u524288 alloc=1*2097152\n"
			   "pcpu-alloc: [0] 0 1 2 3 [1] 4 5 6 -\n");
	drop(f, ai);

	/* Several pieces a group. */
	topology_init(&f->cfg.topology, 12, 2, 64);
	f->p.min_unit_size = MIB / 2;
	f->p.atom_size = MIB;
	ai = must_build(f);
	expect_printed(ai, "pcpu-alloc: s1024 r8192 d20480 u524288 alloc=1*1048576\n"
			   "pcpu-alloc: [0] 0 1 [0] 2 3 [0] 4 5 [1] 6 7 [1] 8 9 [1] 10 11\n");
	drop(f, ai);

	f->p.min_unit_size = MIB;
	f->p.atom_size = 4 * KIB;
	topology_init(&f->cfg.topology, 1, 1, 64);
	ai = must_build(f);
	expect_printed(ai, "pcpu-alloc: s1024 r8192 d20480 u1048576 alloc=256*4096\n"
			   "pcpu-alloc: [0] 0\n");
	drop(f, ai);
}

/* Few CPUs far apart, on nodes in descending order. */
static void test_sparse(void **state)
{
	static const u32 cpu[] = {3, 63, 64, 192, 198, 199};
	struct fixture *f = *state;
	struct topology *t = &f->cfg.topology;
	struct pcpu_alloc_info *ai;

	topology_init(t, 200, 4, 64);
	possible_only(t, cpu, ARRAY_SIZE(cpu));
	t->cpu_node[3] = 2;
	t->cpu_node[63] = 0;
	t->cpu_node[64] = 2;
	t->cpu_node[192] = 0;
	t->cpu_node[198] = 2;
	t->cpu_node[199] = 3;
	ai = must_build(f);
	check_sizes(f, ai);
	check_map(f, ai);
	expect_printed(ai, "pcpu-alloc: s0 r0 d0 u1048576 alloc=1*2097152\n"
			   "pcpu-alloc: [0] 3 64 [0] 198 - [1] 63 192 [2] 199 -\n");
	drop(f, ai);

	f->p.distances = false;
	ai = must_build(f);
	check_sizes(f, ai);
	check_map(f, ai);
	expect_printed(ai, "pcpu-alloc: s0 r0 d0 u262144 alloc=1*2097152\n"
			   "pcpu-alloc: [0] 3 63 64 192 198 199 - -\n");
	drop(f, ai);
}

static void test_sizes(void **state)
{
	const struct pcpu_layout_params good = {
		.min_unit_size = 4 * PAGE_SIZE, .atom_size = PAGE_SIZE, .distances = true};
	struct fixture *f = *state;
	struct pcpu_alloc_info *ai;

	topology_init(&f->cfg.topology, 2, 1, 64);
	/* The three regions are rounded up together. */
	f->p = good;
	f->p.static_size = 2 * PAGE_SIZE + 4;
	f->p.reserved_size = PAGE_SIZE + 4;
	f->p.dyn_size = PAGE_SIZE - 8;
	ai = must_build(f);
	assert_int_equal(ai->unit_size, 4 * PAGE_SIZE);
	drop(f, ai);
	f->p.dyn_size += 4;
	ai = must_build(f);
	assert_int_equal(ai->unit_size, 5 * PAGE_SIZE);
	drop(f, ai);

	f->p = good;
	f->p.min_unit_size++;
	assert_int_equal(build(f, &ai), -EINVAL);
	f->p.min_unit_size = 0;
	assert_int_equal(build(f, &ai), -EINVAL);
	f->p.dyn_size = 4;
	ai = must_build(f);
	assert_int_equal(ai->unit_size, PAGE_SIZE);
	drop(f, ai);
	f->p = good;
	f->p.atom_size = 0;
	assert_int_equal(build(f, &ai), -EINVAL);
	f->p.atom_size = PAGE_SIZE / 2;
	assert_int_equal(build(f, &ai), -EINVAL);
	f->p.atom_size = 3 * PAGE_SIZE;
	assert_int_equal(build(f, &ai), -EINVAL);

	/* The largest unit, by min_unit_size or by the atom; and larger ones. */
	f->p = good;
	f->p.static_size = 2 * MIB;
	ai = must_build(f);
	assert_int_equal(ai->unit_size, PCPU_MAX_UNIT_PAGES * PAGE_SIZE);
	drop(f, ai);
	f->p.dyn_size = 4;
	assert_int_equal(build(f, &ai), -EINVAL);
	f->p.dyn_size = UINT32_MAX;
	f->p.static_size = UINT32_MAX;
	f->p.reserved_size = 2 + PAGE_SIZE;
	assert_int_equal(build(f, &ai), -EINVAL);
	f->p = good;
	f->p.atom_size = 4 * MIB;
	ai = must_build(f);
	assert_int_equal(ai->unit_size, PCPU_MAX_UNIT_PAGES * PAGE_SIZE);
	drop(f, ai);
	f->p.atom_size = 8 * MIB;
	assert_int_equal(build(f, &ai), -EINVAL);
	f->p.atom_size = BIT_ULL(31);
	assert_int_equal(build(f, &ai), -EINVAL);

	f->p = good;
	f->cfg.fail.at[0] = 1;
	assert_int_equal(build(f, &ai), -ENOMEM);
	pcpu_free_alloc_info(f->m, NULL);
}

/* Any CPUs on any nodes, any of them possible. */
static void random_topology(u64 *seed, struct topology *t)
{
	u32 odds = 1 + (u32)(random_next(seed) % 4);

	topology_init(t, 1 + (u32)(random_next(seed) % (random_next(seed) % 8 ? 100 : 1024)),
		      1 + (u32)(random_next(seed) % (random_next(seed) % 2 ? 8 : 64)), 64);
	if (random_next(seed) % 2) {
		memset(t->possible, 0, sizeof(t->possible));
		for (u32 i = 0; i < t->nr_cpu_ids; i++)
			if (random_next(seed) % odds == 0 || i == t->nr_cpu_ids / 2)
				t->possible[i / 64] |= BIT_ULL(i % 64);
		memcpy(t->online, t->possible, sizeof(t->online));
	}
	if (random_next(seed) % 2)
		for (u32 i = 0; i < t->nr_cpu_ids; i++)
			t->cpu_node[i] = (u8)(random_next(seed) % t->nr_nodes);
}

static void test_any_topology(void **state)
{
	struct fixture *f = *state;
	u32 built = 0, shared = 0;
	u64 seed = 1;

	for (int i = 0; i < 3000; i++) {
		u32 room = (u32)(random_next(&seed) % 3 ? 16 : 512) * PAGE_SIZE;
		struct pcpu_alloc_info *ai;
		u32 sum;
		int err;

		random_topology(&seed, &f->cfg.topology);
		f->p.static_size = (u32)(random_next(&seed) % (room / 3 + 1));
		f->p.reserved_size = (u32)(random_next(&seed) % (room / 3 + 1));
		f->p.dyn_size = (u32)(random_next(&seed) % (room / 3 + 1));
		f->p.min_unit_size = (1 + (u32)(random_next(&seed) % 16)) * PAGE_SIZE;
		f->p.atom_size = (u32)PAGE_SIZE << random_next(&seed) % 11;
		f->p.distances = random_next(&seed) % 4;
		err = build(f, &ai);
		if (err) {
			/* Refused only because one unit alone has to fill the atom. */
			assert_int_equal(err, -EINVAL);
			assert_true(f->p.atom_size > PCPU_MAX_UNIT_PAGES * PAGE_SIZE);
			continue;
		}
		check_sizes(f, ai);
		check_map(f, ai);
		sum = f->p.static_size + f->p.reserved_size + f->p.dyn_size;
		assert_int_equal(ai->upa, announced_upa(ai, max(ALIGN(sum, (u32)PAGE_SIZE),
								f->p.min_unit_size)));
		built++;
		shared += ai->upa > 1;
		drop(f, ai);
	}
	/* Most layouts were built, and many have several units per allocation. */
	assert_in_range(built, 2500, 3000);
	assert_in_range(shared, 500, 2500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_units_per_allocation, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_printed, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_sparse, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_sizes, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_any_topology, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
