/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_first.c - the first chunk's memory: near its CPUs, with the right contents, refused with a
 * reason, and given back after each failure.
 *
 * The tests call first.c alone, with a struct pcpu that has only the fields that it reads.
 */
#include "../internal.h"
#include "../../sched/test/checks.h"

#define PAGES(n) ((u32)((n)*PAGE_SIZE))

struct fixture {
	struct machine *m;
	struct sched *s;
	struct machine_config cfg;
	struct pcpu_config pcpu;
	struct pcpu_fc_provider provider;
	struct schedule schedule;
	struct sched_result result;
	u8 data[3 * PAGE_SIZE];

	/* In a run. */
	void (*body)(struct fixture *f);
	struct vmap_space *vs;
	struct pcpu *pc;
	u64 requests; /* to the machine, until the first chunk is made */
	u64 failed;
	int err;
	char notices[512];
	u32 gave, refuse; /* blocks from the provider; number of the block that it refuses, or 0 */
	u64 held;	  /* pages of these that were not given back */
};

#include "../../machine/test/fixture.h"

static void note(void *arg, const char *text)
{
	struct fixture *f = arg;

	strncat(f->notices, text, sizeof(f->notices) - strlen(f->notices) - 2);
	strcat(f->notices, "\n");
}

static u64 give(void *arg, unsigned int cpu, u64 size, u64 align)
{
	struct fixture *f = arg;
	struct page *page;

	CHECK(IS_ALIGNED(size, PAGE_SIZE) && is_power_of_2(align) && align >= PAGE_SIZE);
	if (++f->gave == f->refuse)
		return 0;
	page = alloc_contig_pages(f->m, (int)cpu_to_node(&f->cfg.topology, cpu), size / PAGE_SIZE,
				  align / PAGE_SIZE, GFP_KERNEL, "boot memory");
	if (!page)
		return 0;
	CHECK(IS_ALIGNED(page_to_virt(f->m, page), align));
	f->held += size / PAGE_SIZE;
	return page_to_virt(f->m, page);
}

static void take_back(void *arg, u64 addr, u64 size)
{
	struct fixture *f = arg;

	CHECK(size && IS_ALIGNED(addr | size, PAGE_SIZE));
	for (u64 off = 0; off < size; off += PAGE_SIZE)
		put_page(f->m, virt_to_page(f->m, addr + off));
	f->held -= size / PAGE_SIZE;
}

static inline void fixture_init(struct fixture *f)
{
	topology_init(&f->cfg.topology, 4, 2, 2048);
	f->pcpu = (struct pcpu_config){.unit_size = PAGES(8),
				       .static_size = PAGES(1) + 5,
				       .reserved_size = 10,
				       .dyn_size = 100,
				       .static_data = f->data,
				       .notice = note,
				       .arg = f};
	f->provider = (struct pcpu_fc_provider){.alloc = give, .free = take_back, .arg = f};
	for (u32 i = 0; i < sizeof(f->data); i++)
		f->data[i] = (u8)(i * 7 + i / 251);
}

/* The invariants of all layouts with addresses; no two units overlap. */
static void check_places(const struct fixture *f)
{
	const struct topology *t = &f->cfg.topology;
	const struct pcpu *pc = f->pc;
	unsigned int a, b;
	u32 nr = 0;

	CHECK(pc->unit_size == pc->ai->unit_size && pc->unit_pages << PAGE_SHIFT == pc->unit_size);
	CHECK(pc->map_bits * PCPU_MIN_ALLOC_SIZE == pc->unit_size);
	CHECK(cpu_possible(t, pc->low_unit_cpu) && cpu_possible(t, pc->high_unit_cpu));
	CHECK(pc->unit_off[pc->low_unit_cpu] == 0);
	for_each_possible_cpu (a, t) {
		CHECK(pc->unit_off[a] <= pc->unit_off[pc->high_unit_cpu]);
		for_each_possible_cpu (b, t)
			CHECK(a == b || pc->unit_off[a] + pc->unit_size <= pc->unit_off[b] ||
			      pc->unit_off[b] + pc->unit_size <= pc->unit_off[a]);
		nr++;
	}
	CHECK(nr == pc->nr_possible);
	for (u32 i = 0; i < pc->ai->nr_groups; i++) {
		const struct pcpu_group_info *g = &pc->ai->group[i];

		CHECK(pc->group_off[i] == g->base_offset);
		CHECK(pc->group_size[i] == (u64)g->nr_units * pc->unit_size);
		CHECK(IS_ALIGNED(pc->first_base + g->base_offset, pc->ai->atom_size));
		for (u32 j = 0; j < g->nr_units; j++) {
			u32 cpu = pc->ai->cpu_map[g->first_unit + j];

			CHECK(cpu == PCPU_NO_CPU ||
			      pc->unit_off[cpu] == pc->group_off[i] + (u64)j * pc->unit_size);
		}
	}
}

/* Each CPU has its pages near it, with the static data, and no page after them. */
static void check_memory(struct fixture *f)
{
	const struct pcpu *pc = f->pc;
	const bool page = pc->fc_kind == PCPU_FC_PAGE;
	const bool near = page || pc->ai->nr_groups > 1;
	unsigned int cpu;

	CHECK(pc->first_base && pc->first_pages == 2);
	for_each_possible_cpu (cpu, &f->cfg.topology) {
		u64 addr = pc->first_base + pc->unit_off[cpu];

		for (u32 i = 0; i < pc->ai->static_size; i++) {
			u8 *byte = mem_address(f->m, addr + i, 1);
			bool given = f->pcpu.static_data && i < f->pcpu.static_size;

			CHECK(*byte == (given ? f->data[i] : 0));
		}
		for (u32 i = 0; i < pc->unit_pages; i++) {
			const struct page *p = page ? vmalloc_to_page(f->m, addr + PAGES(i))
						    : virt_to_page(f->m, addr + PAGES(i));

			if (i < pc->first_pages)
				CHECK(!near || p->nid == cpu_to_node(&f->cfg.topology, cpu));
			else
				CHECK(page ? !p : !p || p->count == 0);
		}
	}
}

/* Create a first chunk, run the body, and destroy it. */
static inline void run_body(void *arg)
{
	struct fixture *f = arg;
	const struct vmap_config vmap = {.start = f->cfg.kva_start,
					 .size = f->cfg.kva_size,
					 .block_pages = 128,
					 .lazy_max_pages = 64};

	f->vs = NULL;
	f->notices[0] = '\0';
	f->gave = 0;
	f->err = -ENOMEM;
	CHECK(!machine_boot(f->m, &f->cfg));
	f->pc = kzalloc(f->m, sizeof(*f->pc), GFP_KERNEL);
	if (f->pc && !vmap_create(f->m, &vmap, &f->vs)) {
		f->pc->m = f->m;
		f->pc->vs = f->vs;
		f->pc->topology = machine_topology(f->m);
		f->pc->cfg = f->pcpu;
		f->err = pcpu_first_chunk_create(f->pc);
		CHECK(mstats(f).stale == 0);
		f->requests = mstats(f).kmallocs + mstats(f).pages + mstats(f).tables;
		if (!f->err) {
			check_places(f);
			if (f->body)
				f->body(f);
			pcpu_first_chunk_destroy(f->pc);
			/* No stale TLB entry for a page that may have a new owner. */
			CHECK(mstats(f).stale == 0);
		}
		vmap_verify(f->vs, true);
		vmap_destroy(f->vs);
	}
	kfree(f->m, f->pc);
	f->failed = mstats(f).failed;
	machine_check_leaks(f->m);
	CHECK(f->held == 0);
}

/* This configuration ends in @err, after these notices. */
static void expect(struct fixture *f, int err, const char *notices, void (*body)(struct fixture *f))
{
	expect_clean(f, body);
	assert_int_equal(f->err, err);
	assert_string_equal(f->notices, notices);
}

static void no_memory_body(struct fixture *f)
{
	unsigned int cpu;
	u32 nr = 0;

	CHECK(f->pc->fc_kind == (f->pcpu.backing == PCPU_KM ? PCPU_FC_EMBED : PCPU_FC_PAGE));
	CHECK(!f->pc->first_base && !f->pc->first_pages);
	CHECK(f->pc->ai->nr_groups == 1);
	for_each_possible_cpu (cpu, &f->cfg.topology)
		CHECK(f->pc->unit_off[cpu] == (u64)PAGES(8) * nr++);
}

/* Most programs create an allocator like this one: two requests for metadata. */
static void test_no_first_chunk(void **state)
{
	struct fixture *f = *state;
	u64 others;

	f->pcpu.static_size = 0;
	f->pcpu.reserved_size = 0;
	f->pcpu.dyn_size = 0;
	expect(f, 0, "", no_memory_body);
	others = f->requests - 2;
	f->pcpu.unit_size++;
	expect(f, -EINVAL, "", NULL);
	assert_int_equal(f->requests, others);
	f->pcpu.unit_size--;
	f->cfg.topology.possible[0] = 10;
	f->cfg.topology.online[0] = 8;
	expect(f, 0, "", no_memory_body);
	/* Without a first chunk nothing is embedded. */
	f->pcpu.fc = PCPU_FC_EMBED;
	expect(f, 0, "", no_memory_body);
	f->pcpu.backing = PCPU_KM;
	expect(f, 0, "", no_memory_body);
}

static void two_groups_body(struct fixture *f)
{
	CHECK(f->pc->fc_kind == PCPU_FC_EMBED && f->pc->ai->nr_groups == 2);
	check_memory(f);
	CHECK(mstats(f).pages_used == 2 * f->pc->nr_possible);
	if (f->pcpu.provider)
		CHECK(f->gave == 2 && f->held == 2 * f->pc->nr_possible);
}

static void test_embed(void **state)
{
	struct fixture *f = *state;

	expect(f, 0, "", two_groups_body);
	f->pcpu.provider = &f->provider;
	expect(f, 0, "", two_groups_body);
	f->pcpu.fc = PCPU_FC_EMBED;
	f->pcpu.static_data = NULL;
	expect(f, 0, "", two_groups_body);
	/* The first chunk fills its units: no tails. */
	f->pcpu.unit_size = PAGES(2);
	expect(f, 0, "", two_groups_body);
	/* Units without a CPU go back too. */
	topology_init(&f->cfg.topology, 6, 2, 2048);
	f->pcpu.atom_size = PAGES(8);
	expect(f, 0, "", two_groups_body);
}

/* 3 of 4 units have a CPU. The group of CPU 0 lies above the other one. */
static void upside_down_body(struct fixture *f)
{
	two_groups_body(f);
	CHECK(f->pc->ai->nr_units == 8 && f->pc->ai->upa == 4);
	CHECK(f->pc->group_off[1] == 0 && f->pc->group_off[0] != 0);
	CHECK(f->pc->low_unit_cpu == 1 && f->pc->high_unit_cpu == 4);
}

static void test_any_order(void **state)
{
	static const u8 node[] = {1, 0, 1, 0, 1, 0};
	struct fixture *f = *state;

	topology_init(&f->cfg.topology, 6, 2, 2048);
	memcpy(f->cfg.topology.cpu_node, node, sizeof(node));
	f->pcpu.unit_size = PAGES(2);
	f->pcpu.atom_size = PAGES(8);
	expect(f, 0, "", upside_down_body);
}

static void crowded_body(struct fixture *f)
{
	CHECK(f->pc->ai->nr_groups == 2 && f->pc->group_off[1] == 2 * PAGES(8));
}

/* A node without room: its group lies after the other group, not in the tails of that group. */
static void test_crowded(void **state)
{
	struct fixture *f = *state;

	f->cfg.topology.range[0].nr = 2048;
	f->cfg.topology.range[1] = (struct node_range){.start = 2048, .nr = 1, .nid = 1};
	expect(f, 0, "", crowded_body);
}

static void page_body(struct fixture *f)
{
	CHECK(f->pc->fc_kind == PCPU_FC_PAGE);
	CHECK(f->pc->ai->nr_groups == 1 && f->pc->ai->upa == 1);
	CHECK(f->pc->first_base == f->cfg.kva_start);
	CHECK(vmap_area_end(f->pc->first_va) - f->pc->first_base == f->pc->group_size[0]);
	check_memory(f);
}

static void test_page(void **state)
{
	struct fixture *f = *state;

	f->pcpu.fc = PCPU_FC_PAGE;
	expect(f, 0, "", page_body);
	f->cfg.topology.possible[0] = 10;
	f->cfg.topology.online[0] = 8;
	f->pcpu.static_data = NULL;
	f->pcpu.atom_size = PAGES(8);
	expect(f, 0, "", page_body);
	/* There is no room for it. */
	f->cfg.kva_size = PAGES(15);
	expect(f, -EBUSY, "", NULL);
}

/* The span of the groups is at most three quarters of the space. */
static void test_distance(void **state)
{
	struct fixture *f = *state;

	/* The second group begins at page 1,024, and has two units. */
	f->pcpu.unit_size = PAGES(4);
	f->cfg.kva_size = PAGES(1032 / 3 * 4);
	expect(f, 0, "", two_groups_body);
	f->cfg.kva_size -= PAGE_SIZE;
	expect(f, 0,
	       "percpu: max_distance=0x408000 too large for vmalloc space 0x55f000\n"
	       "percpu: embed allocator failed (-22), falling back to page size\n",
	       page_body);
	f->pcpu.provider = &f->provider;
	f->pcpu.fc = PCPU_FC_EMBED;
	expect(f, -EINVAL, "percpu: max_distance=0x408000 too large for vmalloc space 0x55f000\n",
	       NULL);
	assert_int_equal(f->gave, 2);
}

/* One group: near its first CPU only. */
static void one_group_body(struct fixture *f)
{
	CHECK(f->pc->fc_kind == PCPU_FC_EMBED && f->pc->ai->nr_groups == 1);
	CHECK(mstats(f).pages_used == 2 * f->pc->nr_possible);
}

static void test_km(void **state)
{
	struct fixture *f = *state;

	f->pcpu.backing = PCPU_KM;
	expect(f, 0, "", one_group_body);
	/* It does not depend on the space for mappings. */
	f->cfg.kva_size = PAGES(24);
	expect(f, 0, "", one_group_body);
	f->cfg.kva_size = 16 << 20;
	f->pcpu.fc = PCPU_FC_EMBED;
	expect(f, -EINVAL, "percpu: a contiguous chunk cannot have 2 groups\n", NULL);
	f->pcpu.fc = PCPU_FC_PAGE;
	expect(f, -EINVAL, "percpu: page by page needs an MMU\n", NULL);
	f->pcpu.fc = PCPU_FC_EMBED;
	topology_init(&f->cfg.topology, 3, 1, 2048);
	expect(f, 0, "percpu: wasting 8 pages per chunk\n", one_group_body);
	f->pcpu.notice = NULL;
	expect(f, 0, "", one_group_body);
	f->pcpu.notice = note;
	topology_init(&f->cfg.topology, 1, 1, 2048);
	f->pcpu.unit_size = PAGES(9);
	expect(f, 0, "percpu: wasting 7 pages per chunk\n", one_group_body);
	/* Without an MMU there is no fallback. */
	f->pcpu.fc = PCPU_FC_AUTO;
	f->pcpu.provider = &f->provider;
	f->refuse = 1;
	expect(f, -ENOMEM, "", NULL);
}

static void page_provider_body(struct fixture *f)
{
	page_body(f);
	CHECK(f->gave == 2 * f->pc->nr_possible && f->held == f->gave);
}

static void test_refused(void **state)
{
	struct fixture *f = *state;

	f->pcpu.provider = &f->provider;
	/* Page by page: each page comes from the provider. */
	f->pcpu.fc = PCPU_FC_PAGE;
	for (f->refuse = 1; f->refuse <= 8; f->refuse++)
		expect(f, -ENOMEM, "", NULL);
	f->refuse = 0;
	expect(f, 0, "", page_provider_body);
	for (f->refuse = 1; f->refuse <= 2; f->refuse++) {
		f->pcpu.fc = PCPU_FC_AUTO;
		expect(f, 0, "percpu: embed allocator failed (-12), falling back to page size\n",
		       page_body);
		f->pcpu.fc = PCPU_FC_EMBED;
		expect(f, -ENOMEM, "", NULL);
	}
	f->pcpu.static_size = UINT32_MAX;
	expect(f, -EINVAL, "", NULL);
	f->pcpu.static_size = PAGES(PCPU_MAX_UNIT_PAGES);
	expect(f, -EINVAL, "", NULL);
	f->pcpu.static_size = 4;
	f->pcpu.atom_size = PAGES(3);
	expect(f, -EINVAL, "", NULL);
}

/* Each request to the machine fails in turn. */
static void fail_each(struct fixture *f, bool must_fail)
{
	u32 failed = 0;

	expect_clean(f, check_memory);
	assert_int_equal(f->err, 0);
	for (u32 n = 1, end = (u32)f->requests; n <= end; n++) {
		f->cfg.fail.at[0] = n;
		expect_clean(f, check_memory);
		assert_true(f->failed == 1 && (f->err == 0 || f->err == -ENOMEM));
		failed += f->err != 0;
	}
	f->cfg.fail.at[0] = 0;
	assert_in_range(failed, must_fail ? f->requests : 1, f->requests - !must_fail);
}

static void test_fail_each(void **state)
{
	struct fixture *f = *state;

	f->pcpu.fc = PCPU_FC_PAGE;
	fail_each(f, true);
	/* Two table pages, the second one for the third unit. */
	f->cfg.kva_start += PAGES(512 - 16);
	fail_each(f, true);
	f->pcpu.fc = PCPU_FC_EMBED;
	fail_each(f, true);
	f->pcpu.fc = PCPU_FC_AUTO;
	fail_each(f, false);
	/* Groups too far apart: all requests of both ways. */
	f->cfg.kva_size = PAGES(512);
	fail_each(f, false);
	f->cfg.kva_size = 16 << 20;
	f->pcpu.backing = PCPU_KM;
	fail_each(f, true);
	/* Both ways fail, in many combinations. */
	f->pcpu.backing = PCPU_VM;
	for (f->cfg.fail.every = 1; f->cfg.fail.every < 40; f->cfg.fail.every++)
		expect_clean(f, check_memory);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_no_first_chunk), T(test_embed),	  T(test_any_order), T(test_crowded),
		T(test_page),		T(test_distance), T(test_km),	     T(test_refused),
		T(test_fail_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
