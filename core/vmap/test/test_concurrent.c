/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_concurrent.c - tasks and interrupts at once, under many schedules: no finding.
 *
 * Workers exchange mappings and areas through slots, so that objects are mostly freed by other
 * workers than those that allocated them. The engine checks the lock rules; the body checks the
 * mappings, and that no alias outlives vm_unmap_aliases(); vmap_verify() checks the rest at the
 * end, the bound on the queues included, which must hold for every interleaving. ThreadSanitizer
 * must find no race.
 */
#include "hunt.h"

#define RAM_SLOTS 6
#define AREA_SLOTS 3
#define GROUP_SLOTS 2
#define GROUP_NR 3
#define OPS 14

/* Congruent areas, at a random distance from each other, in no order. */
struct group {
	struct vmap_area *va[GROUP_NR];
};

struct shared {
	u64 ram[RAM_SLOTS]; /* address, a multiple of the page size, plus pages, below that */
	struct vmap_area *area[AREA_SLOTS];
	struct group *group[GROUP_SLOTS];
};

static struct shared shared;

static void unmap(struct fixture *f, u64 ram)
{
	u64 addr = ram & PAGE_MASK;

	if (!addr)
		return;
	CHECK(vmalloc_to_page(f->m, addr) == f->page[0]);
	vm_unmap_ram(f->vs, addr, ram & ~PAGE_MASK);
}

static void ram_op(struct fixture *f, u64 r, gfp_t gfp)
{
	u64 *slot = &shared.ram[(r >> 8) % RAM_SLOTS];
	unsigned int count = 1;
	u64 addr = 0;

	if (r >> 16 & 1) {
		count = 1U << (r >> 17) % 7;
		if ((r >> 24) % 16 == 0)
			count = 70;
		addr = vm_map_ram(f->vs, f->page, count, gfp);
	}
	unmap(f, xchg(slot, addr ? addr | count : 0));
}

static void area_op(struct fixture *f, u64 r, gfp_t gfp)
{
	struct vmap_area **slot = &shared.area[(r >> 8) % AREA_SLOTS], *va = NULL;

	if (r >> 16 & 1) {
		va = alloc_vmap_area(f->vs, (1 + (r >> 17) % 200) * PAGE_SIZE,
				     PAGE_SIZE << (r >> 40) % 6, f->vs->start, f->vs->end, gfp);
		if (IS_ERR(va))
			va = NULL;
		else if (vmap_pages_range(f->m, va->va_start, f->page, 1, gfp))
			mm_report(ORACLE_CRASH, "no table page");
	}
	va = xchg(slot, va);
	if (va)
		free_unmap_vmap_area(f->vs, va);
}

static void free_group(struct fixture *f, struct group *g)
{
	if (!g)
		return;
	pcpu_free_vm_areas(f->vs, g->va, GROUP_NR);
	kfree(f->m, g);
}

/* Interrupts free groups only: allocating one may sleep. */
static void group_op(struct fixture *f, u64 r, bool irq)
{
	u64 gap = (1 + (r >> 17) % 60) * PAGE_SIZE, size = (1 + (r >> 24) % 40) * PAGE_SIZE;
	const u64 offsets[GROUP_NR] = {size + gap, 2 * size + 3 * gap, 0};
	const u64 sizes[GROUP_NR] = {size, PAGE_SIZE, size};
	struct group *g = NULL;

	if (!irq && r >> 16 & 1) {
		g = kmalloc(f->m, sizeof(*g), GFP_KERNEL);
		CHECK(g);
		if (pcpu_get_vm_areas(f->vs, offsets, sizes, GROUP_NR, PAGE_SIZE << (r >> 40) % 4,
				      GFP_KERNEL, g->va)) {
			kfree(f->m, g);
			g = NULL;
		}
	}
	if (g) {
		u64 base = g->va[2]->va_start;

		CHECK(IS_ALIGNED(base, PAGE_SIZE << (r >> 40) % 4));
		for (unsigned int i = 0; i < GROUP_NR; i++) {
			CHECK(g->va[i]->va_start == base + offsets[i]);
			if (vmap_pages_range(f->m, g->va[i]->va_start, f->page, 1, GFP_KERNEL))
				mm_report(ORACLE_CRASH, "no table page");
		}
	}
	free_group(f, xchg(&shared.group[(r >> 8) % GROUP_SLOTS], g));
}

static void aliases(struct fixture *f)
{
	u64 ended = oldest_ticket(), addr;

	vm_unmap_aliases(f->vs);
	MM_CHECK(!tlb_stale_before(f->m, ended, &addr), ALIAS, "%#llx", addr);
}

/* A walk beside all the others: info.c checks the areas that it meets. */
static void info(struct fixture *f)
{
	struct vmalloc_info info;

	get_vmalloc_info(f->vs, &info);
	CHECK(info.total == f->vmap.size);
	CHECK(info.used + info.largest_chunk <= info.total);
}

static void one_op(struct worker *w)
{
	struct fixture *f = w->f;
	u64 r = random_next(&w->seed);
	gfp_t gfp = w->irq || r >> 60 == 0 ? GFP_ATOMIC : GFP_KERNEL;

	switch (w->irq ? r % 13 : 1 + r % 17) {
	default:
		ram_op(f, r, gfp);
		break;
	case 0:
	case 17:
		info(f);
		break;
	case 8 ... 10:
		area_op(f, r, gfp);
		break;
	case 11 ... 12:
		group_op(f, r, w->irq);
		break;
	case 13:
		aliases(f);
		break;
	case 14:
		purge_vmap_area_lazy(f->vs);
		break;
	case 15:
		task_migrate((r >> 8) % 2);
		break;
	}
}

static void many_tasks(struct fixture *f)
{
	memset(&shared, 0, sizeof(shared));
	run_workers(f, OPS, one_op);
	settle(f);
	vmap_verify(f->vs, true);
	aliases(f);
	CHECK(mstats(f).stale == 0);
	for (unsigned int i = 0; i < RAM_SLOTS; i++)
		unmap(f, shared.ram[i]);
	for (unsigned int i = 0; i < AREA_SLOTS; i++)
		if (shared.area[i])
			free_unmap_vmap_area(f->vs, shared.area[i]);
	for (unsigned int i = 0; i < GROUP_SLOTS; i++)
		free_group(f, shared.group[i]);
}

static void expect_many_clean(struct fixture *f)
{
	expect_clean(f, many_tasks);
}

/*
 * @lazy_runs schedules on a lazy space, and @runs on a space of each other kind. Zones are small,
 * so that CPUs fetch often.
 */
static void hunt(struct fixture *f, unsigned int kind, unsigned int lazy_runs, unsigned int runs)
{
	f->cfg.kva_size = f->vmap.size = 1024 * PAGE_SIZE;
	f->vmap.zone_pages = 30;
	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		hunt_with(f, kind, kva == VMAP_LAZY ? lazy_runs : runs, 150, expect_many_clean);
	}
}

#ifdef MM_ENGINE_THREADS

/* The host schedules. There are few runs, since each waits for a grace period of liburcu. */
static void test_host(void **state)
{
	hunt(*state, SCHEDULE_SPARSE, 80, 80);
}

#else

static void test_sequential(void **state)
{
	hunt(*state, SCHEDULE_SPARSE, 200, 100);
}

static void test_round_robin(void **state)
{
	hunt(*state, SCHEDULE_ROUND_ROBIN, 200, 100);
}

static void test_random(void **state)
{
	hunt(*state, SCHEDULE_RANDOM, 2000, 500);
}

static void test_pct(void **state)
{
	hunt(*state, SCHEDULE_PCT, 1000, 500);
}

/* Two tasks of a CPU may make one block more than needed: it is marked as raced, and allowed. */
static void map_64(void *arg)
{
	struct fixture *f = arg;
	u64 addr = vm_map_ram(f->vs, f->page, 64, GFP_KERNEL);

	CHECK(addr);
	unmap(f, addr | 64);
}

static unsigned int most_blocks;

static void racing_makers(struct fixture *f)
{
	struct task_params p = {.name = "maker", .fn = map_64, .arg = f};
	struct task *task[2];

	for (unsigned int i = 0; i < 2; i++)
		task[i] = task_spawn(&p);
	for (unsigned int i = 0; i < 2; i++)
		task_join(task[i]);
	most_blocks = max(most_blocks, (unsigned int)vstats(f).blocks);
	vmap_verify(f->vs, true);
}

static void test_racing_makers(void **state)
{
	struct fixture *f = *state;

	f->schedule.kind = SCHEDULE_RANDOM;
	f->schedule.odds = 3;
	most_blocks = 0;
	for (f->schedule.seed = 0; f->schedule.seed < 200; f->schedule.seed++)
		expect_clean(f, racing_makers);
	assert_int_equal(most_blocks, 2);
}

#endif

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
#ifdef MM_ENGINE_THREADS
		T(test_host),
#else
		T(test_sequential), T(test_round_robin),   T(test_random),
		T(test_pct),	    T(test_racing_makers),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
