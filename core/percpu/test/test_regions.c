/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_regions.c - objects in the regions of a first chunk of each kind, and in further chunks,
 * whose units have the same distances.
 */
#include "run.h"

#define NR_OBJECTS 48

struct kind {
	enum pcpu_backing backing;
	enum pcpu_fc fc, made;
	u32 groups;
};

static const struct kind kinds[] = {
	{PCPU_VM, PCPU_FC_AUTO, PCPU_FC_EMBED, 2},
	{PCPU_VM, PCPU_FC_PAGE, PCPU_FC_PAGE, 1},
	{PCPU_KM, PCPU_FC_AUTO, PCPU_FC_EMBED, 1},
};

/* 5 CPUs of 8 are possible, 3 of them on node 1 from CPU 0 on: the lower group is not the first. */
static void any_topology(struct fixture *f)
{
	static const u8 node[] = {1, 1, 0, 0, 1, 0, 1, 0};
	struct topology *t = &f->cfg.topology;

	topology_init(t, 8, 2, 2048);
	memcpy(t->cpu_node, node, sizeof(node));
	t->possible[0] = BIT_ULL(0) | BIT_ULL(3) | BIT_ULL(4) | BIT_ULL(6) | BIT_ULL(7);
	t->online[0] = t->possible[0];
	f->pcpu.static_size = 1001;
	f->pcpu.reserved_size = 600;
	f->pcpu.dyn_size = 2 * PAGE_SIZE;
	f->pcpu.atom_size = 8 * PAGE_SIZE;
	f->pcpu.unit_size = 4 * PAGE_SIZE;
}

static void use(struct fixture *f, const struct kind *kind)
{
	f->pcpu.backing = kind->backing;
	f->pcpu.fc = kind->fc;
	f->pcpu.arg = (void *)(uintptr_t)kind;
}

/* Check all addresses of an object. */
static void check_addresses(struct fixture *f, const struct object *o)
{
	struct page *page;
	unsigned int cpu;
	u64 addr;

	for_each_possible_cpu (cpu, &f->cfg.topology) {
		addr = per_cpu_ptr(f->pc, o->addr, cpu);
		CHECK(addr == o->addr + f->pc->unit_off[cpu]);
		CHECK(!is_percpu_address(f->pc, addr));
		page = pfn_to_page(f->m, per_cpu_ptr_to_phys(f->pc, addr) >> PAGE_SHIFT);
		CHECK(page && page == mem_page(f->m, addr));
		CHECK(per_cpu_ptr_to_phys(f->pc, addr) % PAGE_SIZE == addr % PAGE_SIZE);
	}
}

/* Is @o in the region [@start, @end) of the first chunk? */
static bool in_region(struct fixture *f, const struct object *o, u32 start, u32 end)
{
	u32 chunk, off;

	CHECK(!pcpu_place(f->pc, o->addr, &chunk, &off));
	return chunk == 0 && off >= start && off + o->size <= end;
}

static bool make_reserved(struct fixture *f, struct object *o, u32 size)
{
	o->addr = alloc_reserved_percpu(f->pc, size, 8);
	if (!o->addr)
		return false;
	o->size = size;
	o->cookie = (u8)random_next(&f->seed);
	object_bytes(f, o, 0);
	object_bytes(f, o, -1);
	return true;
}

static void check_static(struct fixture *f)
{
	const struct pcpu *pc = f->pc;
	unsigned int cpu;

	for_each_possible_cpu (cpu, &f->cfg.topology) {
		u64 addr = pc->first_base + pc->unit_off[cpu];

		CHECK(is_percpu_address(pc, addr) && is_percpu_address(pc, addr + 1003));
		CHECK(!is_percpu_address(pc, addr - 1) && !is_percpu_address(pc, addr + 1004));
		CHECK(per_cpu_ptr_to_phys(pc, addr + 1003) == per_cpu_ptr_to_phys(pc, addr) + 1003);
	}
}

static void regions(struct fixture *f)
{
	const struct kind *kind = f->pcpu.arg;
	struct object o[NR_OBJECTS] = {0}, r[NR_OBJECTS] = {0};
	bool full = false;

	CHECK(pcpu_fc_kind(f->pc) == kind->made);
	CHECK(pcpu_alloc_info(f->pc)->nr_groups == kind->groups);
	check_static(f);
	for (u32 i = 0; i < 1500; i++) {
		struct object *a = &o[random_next(&f->seed) % NR_OBJECTS];
		struct object *b = &r[random_next(&f->seed) % NR_OBJECTS];

		if (a->addr) {
			object_free(f, a);
		} else if (object_make(f, a, 1 + (u32)(random_next(&f->seed) % 1500), 16,
				       GFP_KERNEL)) {
			check_addresses(f, a);
			CHECK(!in_region(f, a, 0, 1604));
		}
		if (b->addr) {
			object_free(f, b);
		} else if (make_reserved(f, b, 1 + (u32)(random_next(&f->seed) % 60))) {
			check_addresses(f, b);
			CHECK(in_region(f, b, 1004, 1604));
		} else {
			full = true;
		}
		pcpu_verify(f->pc, false);
	}
	CHECK(full && pstats(f).max_chunks > 2);
	for (u32 i = 0; i < NR_OBJECTS; i++) {
		if (o[i].addr)
			object_free(f, &o[i]);
		if (r[i].addr)
			object_free(f, &r[i]);
	}
	check_static(f);
}

static void test_regions(void **state)
{
	struct fixture *f = *state;

	any_topology(f);
	for (u32 i = 0; i < 2 * ARRAY_SIZE(kinds); i++) {
		use(f, &kinds[i / 2]);
		f->pcpu.allocator = i % 2 ? PCPU_AREAMAP : PCPU_BITMAP;
		expect_clean(f, regions);
	}
}

/* Some objects of each kind; a refused one is left out. */
static void few(struct fixture *f)
{
	struct object o[4], r;
	bool made[4], reserved = make_reserved(f, &r, 100);

	for (u32 i = 0; i < ARRAY_SIZE(o); i++)
		made[i] = object_make(f, &o[i], f->pcpu.unit_size / 2 - 8 * i, 8, GFP_KERNEL);
	for (u32 i = 0; i < ARRAY_SIZE(o); i++)
		if (made[i])
			object_free(f, &o[i]);
	if (reserved)
		object_free(f, &r);
}

static void test_fail_each(void **state)
{
	struct fixture *f = *state;

	any_topology(f);
	for (u32 i = 0; i < 2 * ARRAY_SIZE(kinds); i++) {
		use(f, &kinds[i / 2]);
		f->pcpu.allocator = i % 2 ? PCPU_AREAMAP : PCPU_BITMAP;
		f->cfg.fail.at[0] = 0;
		expect_clean(f, few);
		for (u32 n = 1, end = (u32)f->requests; n <= end; n++) {
			f->cfg.fail.at[0] = n;
			expect_clean(f, few);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_regions, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_fail_each, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
