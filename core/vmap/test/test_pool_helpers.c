/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_pool_helpers.c - the helpers of a purge of pools: how many there are and on which CPUs, and
 * that no purge waits for a worker that waits for it.
 */
#include "pool.h"

/*
 * helped: CPUs on which a worker has done something. A worker whose item was cancelled runs once,
 * to end; one that works passes scheduling points, and so runs several times.
 */
static u64 helped, let_in;

static void watch(void *arg __maybe_unused, u64 step __maybe_unused,
		  const struct task *from __maybe_unused, const struct task *to,
		  enum switch_reason why __maybe_unused)
{
	u64 bit;

	if (!to || task_number(to) < SCHED_WORKER_FIRST || task_number(to) > SCHED_WORKER_LAST)
		return;
	bit = 1ULL << task_cpu(to);
	helped |= let_in & bit;
	let_in |= bit;
}

static void run_watched(struct fixture *f, void (*body)(struct fixture *f))
{
	struct sched_params p = {.nr_cpus = f->cfg.topology.nr_cpu_ids,
				 .schedule = &f->schedule,
				 .on_switch = watch};

	helped = let_in = 0;
	f->body = body;
	sched_run(f->s, &p, run_body, f, &f->result);
	assert_clean(&f->result);
}

/*
 * 16 areas of 16 pages, four in each of four nodes, are freed by one call. After one purge they are
 * in the pools of their nodes, whichever tasks have put them there.
 */
static void free_at_once(struct fixture *f)
{
	struct vmap_area *va[16];

	for (unsigned int i = 0; i < 16; i++)
		va[i] = alloc_pages_any(f, 16);
	pcpu_free_vm_areas(f->vs, va, 16);
	purge_vmap_area_lazy(f->vs);
	CHECK(cached(f).nr == 16 && vstats(f).cached_pages == 256);
	CHECK(vstats(f).purges == 1);
}

/* With @most lazy pages allowed: the number of CPUs whose workers have helped. */
static unsigned int helpers(struct fixture *f, unsigned long most)
{
	f->vmap.lazy_max_pages = most;
	run_watched(f, free_at_once);
	assert_int_equal(helped & 1, 0);
	return (unsigned int)__builtin_popcountll(helped);
}

static void test_helpers(void **state)
{
	struct fixture *f = *state;

	f->vmap.nodes = 4;
	f->schedule.kind = SCHEDULE_ROUND_ROBIN;
	assert_int_equal(helpers(f, 1), 3);
	assert_int_equal(helpers(f, 64), 3);
	/* Two shares of two nodes, whether three or two tasks are to work. */
	assert_int_equal(helpers(f, 65), 1);
	assert_int_equal(helpers(f, 128), 1);
	assert_int_equal(helpers(f, 129), 0);
	assert_int_equal(helpers(f, 255), 0);
	f->vmap.nodes = 1;
	assert_int_equal(helpers(f, 1), 0);
	f->vmap.nodes = 3;
	assert_int_equal(helpers(f, 1), 2);
	/* At most one a CPU. */
	f->vmap.nodes = 128;
	assert_int_equal(helpers(f, 1), 3);
	topology_init(&f->cfg.topology, 2, 1, 2048);
	assert_int_equal(helpers(f, 1), 1);
	/* Only online CPUs work. */
	topology_init(&f->cfg.topology, 6, 1, 2048);
	f->cfg.topology.possible[0] = f->cfg.topology.online[0] = 1 << 0 | 1 << 3 | 1 << 5;
	assert_int_equal(helpers(f, 1), 2);
	assert_int_equal(helped, 1 << 3 | 1 << 5);

	/* If no other task runs, the purge does everything itself. */
	f->schedule.kind = SCHEDULE_SPARSE;
	assert_int_equal(helpers(f, 1), 0);
}

/* Every worker that there can be waits for the purge that waits for its helpers. */
#define WORKERS (SCHED_WORKER_LAST - SCHED_WORKER_FIRST + 1)

struct waiter {
	struct work_struct work;
	struct fixture *f;
};

static struct waiter waiters[WORKERS];

static void also_purge(struct work_struct *work)
{
	purge_vmap_area_lazy(container_of(work, struct waiter, work)->f->vs);
}

static void occupy_workers(void *arg)
{
	struct fixture *f = arg;

	for (unsigned int i = 0; i < WORKERS; i++) {
		waiters[i].f = f;
		INIT_WORK(&waiters[i].work, also_purge);
		schedule_work_on(i % f->cfg.topology.nr_cpu_ids, &waiters[i].work);
	}
	for (unsigned int i = 0; i < WORKERS; i++)
		flush_work(&waiters[i].work);
}

static void free_much(void *arg)
{
	struct fixture *f = arg;
	struct vmap_area *va[16];

	for (unsigned int i = 0; i < 16; i++)
		va[i] = alloc_pages_any(f, 16);
	pcpu_free_vm_areas(f->vs, va, 16);
}

static void workers_purge(struct fixture *f)
{
	void (*const fn[])(void *) = {free_much, occupy_workers, free_much};
	struct task *task[ARRAY_SIZE(fn)];

	for (unsigned int i = 0; i < ARRAY_SIZE(fn); i++) {
		struct task_params p = {.name = "t", .cpu = i, .fn = fn[i], .arg = f};

		task[i] = task_spawn(&p);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fn); i++)
		task_join(task[i]);
	purge_vmap_area_lazy(f->vs);
	CHECK(!vstats(f).lazy_pages);
	vmap_verify(f->vs, true);
}

static void test_workers_purge(void **state)
{
	struct fixture *f = *state;
	unsigned int most = 0;

	f->vmap.nodes = 4;
	f->vmap.lazy_max_pages = 1;
	f->schedule.kind = SCHEDULE_RANDOM;
	for (f->schedule.seed = 0; f->schedule.seed < 1000; f->schedule.seed++) {
		f->schedule.odds = 1 + f->schedule.seed % 13;
		run_watched(f, workers_purge);
		most = max(most, (unsigned int)__builtin_popcountll(helped));
	}
	assert_int_equal(most, 4);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, pool_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {T(test_helpers), T(test_workers_purge)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
