/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_strategy.c - the contract of strategy.h: what the engine tells a strategy, and what it does
 * with the answers. A strategy of the test's own takes part in runs, and checks.
 */
#include <stdio.h>

#include "../strategy.h"
#include "run.h"
#include "verify.h"

#define OPS 5

static struct schedule schedule, taken;

/* Calls of the strategy of the test. */
static struct {
	unsigned int begun, chosen, spawned, yielded, turned;
	u64 last_step, ask_from;
	u32 why;
	bool first, moves;
} seen;

static void spy_begin(struct sched *s)
{
	seen.begun++;
	CHECK(!seen.spawned);
	*strategy_state(s, u64) = 0xfeed;
	if (seen.ask_from)
		strategy_ask_from(s, seen.ask_from);
}

static struct task *spy_choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
			       enum switch_reason why)
{
	CHECK(*strategy_state(s, u64) == 0xfeed);
	CHECK(run == runnable(s) && task_set_count(run) > 1);
	CHECK(t == current && (run & dflt->bit));
	verify_engine(s, t, why == SWITCH_SCHEDULE);
	CHECK(why != SWITCH_SCHEDULE || dflt == t);
	CHECK(s->step > seen.last_step && s->step >= seen.ask_from);
	seen.last_step = s->step;
	seen.why |= 1u << why;
	seen.chosen++;
	if (seen.moves)
		strategy_move(s, SCHED_TASK_FIRST, (unsigned int)s->step % 8);
	run = runnable(s);
	return seen.first || !(run & dflt->bit) ? strategy_lowest(s, run) : dflt;
}

static void spy_spawned(struct sched *s, struct task *t)
{
	seen.spawned++;
}

static void spy_yielded(struct sched *s, struct task *t)
{
	CHECK(t == current);
	seen.yielded++;
}

static void spy_turned(struct sched *s, struct task *t)
{
	CHECK(t == current);
	seen.turned++;
}

static bool spy_moves_tasks(const struct sched *s)
{
	return seen.moves;
}

static const struct sched_strategy spy = {
	.begin = spy_begin,
	.choose = spy_choose,
	.spawned = spy_spawned,
	.yielded = spy_yielded,
	.turned = spy_turned,
	.moves_tasks = spy_moves_tasks,
};

static spinlock_t spin;
static rwlock_t rw;
static struct mutex mutex;
static struct rcu_head callbacks[3 * OPS];
static struct work_struct work;
static unsigned int nr_callbacks;

static void work_func(struct work_struct *item)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
}

static void callback(struct rcu_head *head)
{
	spin_lock(&spin);
	spin_unlock(&spin);
}

static void interrupts(void *arg)
{
	unsigned long flags;

	for (s32 i = 0; i < OPS; i++) {
		irq_enter();
		task_set_op(i);
		read_lock_irqsave(&rw, flags);
		read_unlock_irqrestore(&rw, flags);
		task_set_op(-1);
		irq_exit();
	}
}

/* All that the invariants speak of. */
static void does_all(void *arg)
{
	unsigned long flags;

	for (s32 i = 0; i < OPS; i++) {
		task_set_op(i);
		spin_lock(&spin);
		atomic_set(&(atomic_t){0}, 1);
		spin_unlock(&spin);
		mutex_lock(&mutex);
		write_lock_irqsave(&rw, flags);
		write_unlock_irqrestore(&rw, flags);
		mutex_unlock(&mutex);
		rcu_read_lock();
		call_rcu(&callbacks[nr_callbacks++], callback);
		rcu_read_unlock();
		schedule_work(&work);
		task_set_op(-1);
		sched_turn();
	}
}

static void init_all(void *arg)
{
	spin_lock_init(&spin, "spin");
	rwlock_init(&rw, "rw");
	mutex_init(&mutex, "mutex");
	INIT_WORK(&work, work_func);
	nr_callbacks = 0;
	for (unsigned int i = 0; i < 3; i++)
		spawn("does all", i % 2, does_all, NULL);
	spawn_irq("interrupts", 0, interrupts, NULL);
}

static u64 random_state;

/* A random walk that verifies the engine at each step. */
static struct task *verifying_choose(struct sched *s, struct task *t, task_set run,
				     struct task *dflt, enum switch_reason why)
{
	verify_engine(s, t, why == SWITCH_SCHEDULE);
	seen.chosen++;
	return &s->task[task_set_nth(run, random_below(&random_state, task_set_count(run)))];
}

static const struct sched_strategy verifying = {
	.choose = verifying_choose,
};

static void test_invariants(void **state)
{
	memset(&seen, 0, sizeof(seen));
	params.strategy = &verifying;
	params.taken = NULL;
	for (u32 run = 0; run < 300; run++) {
		random_state = run;
		expect_clean(init_all, NULL);
	}
	params.strategy = NULL;
	assert_true(seen.chosen > 300 * 50);
}

static void works(void *arg)
{
	for (s32 i = 0; i < OPS; i++) {
		log_event((char)('0' + task_number(current)));
		CHECK(sched_moves_tasks() == seen.moves);
		if (i == 2)
			cpu_relax();
		sched_turn();
	}
}

static void init(void *arg)
{
	struct task *t[3];

	for (unsigned int i = 0; i < 3; i++)
		t[i] = spawn("works", i, works, NULL);
	for (unsigned int i = 0; i < 3; i++)
		task_join(t[i]);
}

static void spy_run(bool first, bool moves, u64 ask_from)
{
	memset(&seen, 0, sizeof(seen));
	seen.first = first;
	seen.moves = moves;
	seen.ask_from = ask_from;
	params.strategy = &spy;
	params.taken = &taken;
	expect_clean(init, NULL);
	params.strategy = NULL;
	assert_int_equal(seen.begun, 1);
}

static void test_hooks(void **state)
{
	spy_run(false, false, 0);
	assert_int_equal(seen.chosen, result.steps);
	assert_int_equal(seen.spawned, 4);
	assert_int_equal(seen.yielded, 3);
	assert_int_equal(seen.turned, 3 * OPS);
	assert_int_equal(seen.why, 1u << SWITCH_SCHEDULE | 1u << SWITCH_BLOCKED |
					   1u << SWITCH_YIELD | 1u << SWITCH_DONE);
	assert_int_equal(taken.nr, 0);
	assert_false(sched_moves_tasks());
}

/* Steps before the one that the strategy asks for belong to the default rule. */
static void test_ask_from(void **state)
{
	spy_run(true, false, 9);
	assert_int_equal(seen.chosen, result.steps - 8);
	spy_run(true, false, UINT64_MAX);
	assert_int_equal(seen.chosen, 0);
}

/* Its choices and moves are recorded, and replay. */
static void replays(void)
{
	static struct schedule list;
	char before[sizeof(log_text)];
	u64 digest = result.digest;

	assert_true(taken.nr);
	list = taken;
	snprintf(before, sizeof(before), "%s", log_text);
	seen.moves = false;
	for (u32 i = 0; i < list.nr; i++)
		seen.moves |= list.changes[i].kind == CHANGE_MIGRATE;
	expect_clean(init, &list);
	assert_string_equal(log_text, before);
	assert_int_equal(result.digest, digest);
	assert_int_equal(taken.nr, list.nr);
	assert_memory_equal(taken.changes, list.changes, list.nr * sizeof(list.changes[0]));
}

static void test_replay(void **state)
{
	spy_run(true, false, 0);
	replays();
	spy_run(false, true, 0);
	replays();
	spy_run(true, true, 4);
	replays();
}

/* A CPU that is not possible stands for the next one, after the last for the first. */
static void test_possible(void **state)
{
	static const u16 cpu[8] = {2, 2, 2, 3, 6, 6, 6, 2};

	params.nr_cpus = 8;
	params.possible = 0x4c;
	spy_run(false, true, 0);
	assert_true(taken.nr > 2);
	for (u32 i = 0; i < taken.nr; i++)
		if (taken.changes[i].kind == CHANGE_MIGRATE)
			assert_int_equal(taken.changes[i].cpu, cpu[taken.changes[i].step % 8]);
	params.nr_cpus = 4;
	params.possible = 0;
}

static void turns(void *arg)
{
	for (s32 i = 0; i < OPS; i++)
		sched_turn();
}

static void init_turns(void *arg)
{
	for (unsigned int i = 0; i < 3; i++)
		spawn("turns", i % num_possible_cpus(), turns, NULL);
}

/* `changes` draws up to @depth of them over @length steps, of both kinds; a move needs two CPUs. */
static void test_changes(void **state)
{
	u32 kinds[2] = {0, 0}, longest = 0, latest = 0;

	memset(&schedule, 0, offsetof(struct schedule, changes));
	schedule.kind = SCHEDULE_CHANGES;
	schedule.depth = 3;
	schedule.length = 12;
	params.nr_tasks = 3;
	params.taken = &taken;
	for (schedule.seed = 0; schedule.seed < 600; schedule.seed++) {
		params.nr_cpus = 1 + schedule.seed % 2;
		expect_clean(init_turns, &schedule);
		for (u32 i = 0; i < taken.nr; i++) {
			kinds[schedule.seed % 2] |= 1u << taken.changes[i].kind;
			latest = max(latest, taken.changes[i].step);
		}
		longest = max(longest, taken.nr);
	}
	assert_int_equal(kinds[0], 1u << CHANGE_SWITCH);
	assert_int_equal(kinds[1], 1u << CHANGE_SWITCH | 1u << CHANGE_MIGRATE);
	assert_int_equal(longest, 3);
	assert_int_equal(latest, 12);
	/* Nothing is out of range, and an unknown kind is the sequential run. */
	schedule.depth = schedule.length = 0;
	expect_clean(init_turns, &schedule);
	schedule.depth = UINT32_MAX;
	schedule.kind = NR_SCHEDULE_KINDS;
	expect_clean(init_turns, &schedule);
	assert_int_equal(taken.nr, 0);
	params.nr_cpus = 4;
	params.nr_tasks = 0;
	params.taken = NULL;
}

/* Each entry of the table can be found, in the listing and by its name. */
static void test_table(void **state)
{
	u32 listed = 0;

	for (unsigned int i = 0; i < NR_SCHEDULE_KINDS; i++) {
		listed |= 1u << schedule_listing[i];
		assert_int_equal(schedule_kind_by_name(schedule_info[i].name), i);
		assert_true(*schedule_info[i].help);
	}
	assert_int_equal(listed, (1u << NR_SCHEDULE_KINDS) - 1);
	assert_int_equal(schedule_kind_by_name("luck"), NR_SCHEDULE_KINDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hooks),	   cmocka_unit_test(test_ask_from),
		cmocka_unit_test(test_replay),	   cmocka_unit_test(test_possible),
		cmocka_unit_test(test_changes),	   cmocka_unit_test(test_table),
		cmocka_unit_test(test_invariants),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}
