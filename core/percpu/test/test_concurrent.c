/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_concurrent.c - several tasks and interrupt sources at once, under many schedules: objects
 * keep their contents, also if another task or an interrupt frees them.
 */
#include "run.h"

#define BOXES 12
#define TASKS 3
#define SOURCES 2
#define OPS 14

struct worker {
	struct fixture *f;
	u64 seed;
	bool irq;
};

/* Objects on their way from one task to another, under a lock that ThreadSanitizer knows. */
static spinlock_t box_lock;
static struct object *box[BOXES];
/* No scheduling point lies between reading and writing the count. */
static struct object object[(TASKS + SOURCES) * OPS];
static u32 used;

static struct object *exchange(u32 i, struct object *o)
{
	struct object *was;
	unsigned long flags;

	spin_lock_irqsave(&box_lock, flags);
	was = box[i % BOXES];
	box[i % BOXES] = o;
	spin_unlock_irqrestore(&box_lock, flags);
	return was;
}

static void one_op(void *arg)
{
	struct worker *w = arg;
	u64 r = random_next(&w->seed);
	gfp_t gfp = w->irq || r & 8 ? GFP_ATOMIC : GFP_KERNEL;
	struct object *o = exchange(r >> 8, NULL);

	if (o && r & 1) {
		object_free(w->f, o);
		return;
	}
	if (!o) {
		u32 size = r >> 16 & 3 ? 1 + (r >> 20) % 200 : 1 + (r >> 20) % (3 * PAGE_SIZE);

		o = &object[used++];
		o->cookie = (u8)(r >> 40);
		o->size = size;
		o->addr = alloc_percpu_gfp(w->f->pc, size, 1 << (r >> 48) % 8, gfp);
		if (!o->addr)
			return;
		object_bytes(w->f, o, 0);
		object_bytes(w->f, o, -1);
	}
	o = exchange(r >> 56, o);
	if (o)
		object_free(w->f, o);
}

static void work(void *arg)
{
	struct worker *w = arg;

	do_ops(OPS, w->irq, one_op, w);
}

static void together(struct fixture *f)
{
	struct worker w[TASKS + SOURCES];
	struct task *t[TASKS + SOURCES];
	u32 i;

	spin_lock_init(&box_lock, "box_lock");
	for (i = 0; i < BOXES; i++)
		box[i] = NULL;
	used = 0;
	for (i = 0; i < TASKS + SOURCES; i++) {
		struct task_params p = {.name = "t",
					.cpu = i % f->cfg.topology.nr_cpu_ids,
					.irq = i >= TASKS,
					.fn = work,
					.arg = &w[i]};

		w[i] = (struct worker){f, f->schedule.seed * 64 + i, p.irq};
		t[i] = task_spawn(&p);
	}
	for (i = 0; i < TASKS + SOURCES; i++)
		task_join(t[i]);
	flush_work(&f->pc->balance_work);
	pcpu_verify(f->pc, true);
	/* Background work is done, unless it had no memory. */
	CHECK(cds_list_empty(&f->pc->slot[pcpu_to_depopulate_slot(f->pc)]));
	CHECK(f->cfg.fail.every || f->pc->nr_empty >= f->pc->empty_low);
	for (i = 0; i < BOXES; i++)
		if (box[i])
			object_free(f, box[i]);
}

static void many(struct fixture *f, u32 runs)
{
	for (u64 seed = 1; seed <= runs; seed++) {
		f->schedule.seed = seed;
		f->schedule.odds = (u16)(1 + seed % 11);
		run(f, together);
		if (f->result.report.oracle)
			fail_msg("schedule %llu: %s: %s", seed, oracle_id(f->result.report.oracle),
				 f->result.report.text);
	}
}

static void test_random_schedules(void **state)
{
	struct fixture *f = *state;

	f->schedule.kind = SCHEDULE_RANDOM;
	many(f, 400);
	f->pcpu.static_size = 100;
	f->pcpu.dyn_size = 3 * PAGE_SIZE;
	f->pcpu.empty_low = 3;
	f->pcpu.empty_high = 3;
	many(f, 200);
	f->schedule.kind = SCHEDULE_PCT;
	f->schedule.depth = 4;
	f->schedule.length = 600;
	many(f, 200);
}

/* Watermarks so close that one page more or less starts background work. */
static void test_marks(void **state)
{
	struct fixture *f = *state;

	f->schedule.kind = SCHEDULE_RANDOM;
	f->pcpu.empty_low = f->pcpu.empty_high = 1;
	for (f->pcpu.allocator = 0; f->pcpu.allocator < NR_PCPU_ALLOCATORS; f->pcpu.allocator++)
		many(f, 300);
}

/* Requests to the machine fail meanwhile. */
static void test_failures(void **state)
{
	struct fixture *f = *state;

	f->schedule.kind = SCHEDULE_RANDOM;
	for (f->pcpu.allocator = 0; f->pcpu.allocator < NR_PCPU_ALLOCATORS; f->pcpu.allocator++) {
		f->pcpu.empty_low = f->pcpu.empty_high = 1;
		f->cfg.fail.classes = FAIL_PAGE;
		for (u32 every = 5; every < 40; every += 7) {
			f->cfg.fail.every = every;
			many(f, 30);
		}
		f->pcpu.empty_low = 2;
		f->cfg.fail.classes = FAIL_ALL;
		for (u32 every = 2; every < 20; every++) {
			f->cfg.fail.every = every;
			many(f, 15);
		}
	}
}

/* pcpu_alloc_at() while another task takes the last entries of the area map. */
static void take_entries(void *arg)
{
	struct fixture *f = arg;

	free_percpu(f->pc, alloc_percpu_gfp(f->pc, 4, 4, GFP_ATOMIC));
}

static void place_or_entries(struct fixture *f)
{
	const struct task_params p = {.name = "t", .cpu = 1, .fn = take_entries, .arg = f};
	const struct pcpu_areamap *map;
	pcpu_addr_t a[64], at;
	struct task *t;
	u32 n = 0;

	do {
		a[n] = pcpu_alloc_at(f->pc, 0, n * 32, 4);
		CHECK(a[n++]);
		map = &pcpu_chunk_first(f->pc)->map;
	} while (map->room - map->used > 2);
	t = task_spawn(&p);
	at = pcpu_alloc_at(f->pc, 0, 3 * PAGE_SIZE, 64);
	task_join(t);
	CHECK(at);
	free_percpu(f->pc, at);
	while (n--)
		free_percpu(f->pc, a[n]);
}

static void test_place_or_entries(void **state)
{
	struct fixture *f = *state;

	f->schedule.kind = SCHEDULE_RANDOM;
	f->schedule.odds = 2;
	f->pcpu.allocator = PCPU_AREAMAP;
	for (f->schedule.seed = 1; f->schedule.seed < 300; f->schedule.seed++)
		expect_clean(f, place_or_entries);
}

/* Two tasks find no room at the same time: one chunk is created, and serves both. */
static void ask(void *arg)
{
	struct object o;

	CHECK(object_make(arg, &o, 64, 8, GFP_KERNEL));
	CHECK(pstats(arg).chunks == 1);
	sched_turn();
	object_free(arg, &o);
}

static void one_chunk(struct fixture *f)
{
	struct task *t[2];

	for (u32 i = 0; i < 2; i++)
		t[i] = task_spawn(
			&(struct task_params){.name = "t", .cpu = i, .fn = ask, .arg = f});
	for (u32 i = 0; i < 2; i++)
		task_join(t[i]);
}

static void test_one_chunk(void **state)
{
	struct fixture *f = *state;

	f->schedule.kind = SCHEDULE_RANDOM;
	f->schedule.odds = 2;
	f->pcpu.empty_low = 0;
	for (f->schedule.seed = 1; f->schedule.seed < 300; f->schedule.seed++)
		expect_clean(f, one_chunk);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_random_schedules), T(test_marks),     T(test_failures),
		T(test_place_or_entries), T(test_one_chunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
