/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_many_numbers.c - tasks above number 63: how they are numbered, chosen, put into digests and
 * named in reports; and sets of tasks.
 */
#include "../random.h"
#include "../task_set.h"
#include "../vtime.h"
#include "child.h"
#include "many.h"

/* Sets against arrays. */
static void test_set(void **state)
{
	u64 rng = 1;

	for (int round = 0; round < 2000; round++) {
		bool in[SCHED_MAX_TASKS] = {false};
		unsigned int n, nr = 0, seen = 0, one = random_next(&rng) % SCHED_MAX_TASKS;
		task_set set = 0, left, above;

		for (n = random_next(&rng) % 8 + 1; n; n--) {
			unsigned int t = random_next(&rng) % SCHED_MAX_TASKS;

			nr += !in[t];
			in[t] = true;
			set |= TASK_BIT(t);
		}
		assert_int_equal(task_set_count(set), nr);
		assert_int_equal(!task_set_rest(set), nr == 1);
		above = task_set_above(set, TASK_BIT(one));
		left = set;
		for_each_task (n, left) {
			assert_true(in[n]);
			assert_int_equal(task_set_nth(set, seen), n);
			assert_int_equal(!(above & TASK_BIT(n)), n <= one);
			in[n] = false;
			seen++;
		}
		assert_int_equal(seen, nr);
	}
}

/* All of them are there at once. */
static struct task *task[SCHED_MAX_SPAWNED + 1];
static struct completion go;
static unsigned int nr_ended;

static void waits(void *arg)
{
	wait_for_completion(&go);
	nr_ended++;
}

static void init_numbers(void *arg)
{
	init_completion(&go);
	for (unsigned int k = 0; k < SCHED_MAX_SPAWNED; k++) {
		task[k] = spawn("a name", k % 4, waits, NULL);
		CHECK(task_number(task[k]) == (k < 47 ? 1 + k : 64 + k - 47));
		CHECK(task_number(task[k]) == sched_task_number(k));
		CHECK(!strcmp(task_name(task[k]), "a name"));
	}
	cond_resched();
	complete_all(&go);
	for (unsigned int k = 0; k < SCHED_MAX_SPAWNED; k++)
		task_join(task[k]);
}

static void test_numbers(void **state)
{
	nr_ended = 0;
	expect_clean(init_numbers, NULL);
	assert_int_equal(nr_ended, 111);
	assert_int_equal(sched_task_number(SCHED_MAX_SPAWNED - 1), SCHED_MAX_TASKS - 1);
}

/* One more is refused. */
static void init_too_many(void *arg)
{
	init_numbers(arg);
	spawn("one more", 0, nothing, NULL);
}

static int run_too_many(void *arg)
{
	return run(init_too_many, NULL);
}

static void test_too_many(void **state)
{
	char text[128];

	assert_aborted(run_in_child(run_too_many, NULL, text, sizeof(text)), text);
	assert_non_null(strstr(text, "task_spawn(): more than 111 tasks in a run\n"));
}

/* Each of many tasks is the first in some schedule. */
#define HIGH 20

static long first;

static void says(void *arg)
{
	sched_point();
	log_event((char)('0' + (long)arg));
	if (!first)
		first = 1 + (long)arg;
}

static void init_high(void *arg)
{
	struct task *t[HIGH];

	first = 0;
	use_low_numbers();
	for (long i = 0; i < HIGH; i++) {
		t[i] = spawn("high", 0, says, (void *)i);
		CHECK(task_number(t[i]) == SCHED_MORE_FIRST + i);
	}
	for (int i = 0; i < HIGH; i++)
		task_join(t[i]);
}

static void check_all_first(struct schedule *schedule)
{
	unsigned int times[HIGH] = {0};

	for (schedule->seed = 0; schedule->seed < 2000; schedule->seed++) {
		expect_clean(init_high, schedule);
		times[first - 1]++;
	}
	for (int i = 0; i < HIGH; i++)
		assert_in_range(times[i], 2000 / HIGH / 5, 2000 / HIGH * 5);
}

static void test_chosen(void **state)
{
	static struct schedule random = {.kind = SCHEDULE_RANDOM, .odds = 1},
			       pct = {.kind = SCHEDULE_PCT, .depth = 1, .length = 100};

	check_all_first(&random);
	check_all_first(&pct);
}

/* A task that only passes points must let others run. */
static bool flag;

static void waits_for_flag(void *arg)
{
	while (!flag)
		sched_point();
}

static void sets_flag(void *arg)
{
	sched_point();
	flag = true;
}

static void init_points(void *arg)
{
	flag = false;
	use_low_numbers();
	spawn("waits", 0, waits_for_flag, NULL);
	spawn("sets", 1, sets_flag, NULL);
}

static void test_points(void **state)
{
	static struct schedule random = {.kind = SCHEDULE_RANDOM, .odds = 2};

	for (random.seed = 0; random.seed < 100; random.seed++) {
		expect_clean(init_points, &random);
		assert_true(result.points < 1000);
	}
}

/* In virtual time the lowest number goes first, of tasks whose events are at once. */
static void logs(void *arg)
{
	log_event(task_number(current) < SCHED_MORE_FIRST ? 'l' : 'h');
}

static void init_at_once(void *arg)
{
	for (unsigned int k = 0; k < NR_LOW + 3; k++)
		spawn("logs", k % 4, logs, NULL);
}

static void test_vtime_order(void **state)
{
	static const struct sched_vtime vtime = {.point = 0};

	params.vtime = &vtime;
	expect_clean(init_at_once, NULL);
	params.vtime = NULL;
	assert_int_equal(log_len, NR_LOW + 3);
	assert_int_equal(strspn(log_text, "l"), NR_LOW);
}

/* Schedules that name them. */
static unsigned int ran_on;

static void says_cpu(void *arg)
{
	ran_on = raw_smp_processor_id();
	says(arg);
}

static void init_named(void *arg)
{
	struct task *t[4];

	first = 0;
	use_low_numbers();
	for (long i = 0; i < 4; i++)
		t[i] = spawn("high", 0, i == 2 ? says_cpu : says, (void *)i);
	sched_point();
	sched_point();
	for (int i = 0; i < 4; i++)
		task_join(t[i]);
}

static void test_named(void **state)
{
	static struct schedule list, turns = {.kind = SCHEDULE_TURNS,
					      .nr = 4,
					      .changes = {{.task = SCHED_MORE_FIRST + 2},
							  {.task = SCHED_MORE_FIRST},
							  {.task = SCHED_MORE_FIRST + 3},
							  {.task = SCHED_MORE_FIRST + 1}}};
	u64 before;

	params.taken = &list;
	expect_clean(init_named, NULL);
	params.taken = NULL;
	assert_int_equal(first, 1);
	assert_int_equal(list.nr, 0);
	assert_int_equal(ran_on, 0);
	/* Steps up to the first at which all of them are there. */
	for (before = 1; before < result.steps; before++) {
		list.nr = 2;
		list.changes[0] = (struct change){.step = (u32)before,
						  .kind = CHANGE_MIGRATE,
						  .task = SCHED_MORE_FIRST + 2,
						  .cpu = 3};
		list.changes[1] = (struct change){
			.step = (u32)before, .kind = CHANGE_SWITCH, .task = SCHED_MORE_FIRST + 2};
		expect_clean(init_named, &list);
		if (first == 3)
			break;
	}
	assert_int_equal(first, 3);
	assert_int_equal(ran_on, 3);
	/* A task that has ended has no turn. */
	expect_clean(init_named, &turns);
	assert_string_equal(log_text, "2031");
}

/* Runs of as many steps, in which other high tasks can run: other digests. */
static struct completion held;
static long holds;

static void may_wait(void *arg)
{
	if ((long)arg == holds)
		wait_for_completion(&held);
	for (int i = 0; i < 3; i++)
		sched_point();
}

static void init_digest(void *arg)
{
	struct task *t[3];

	init_completion(&held);
	use_low_numbers();
	for (long i = 0; i < 3; i++)
		t[i] = spawn("high", (unsigned int)i, may_wait, (void *)i);
	for (long i = 0; i < 3; i++)
		if (i != holds)
			task_join(t[i]);
	complete_all(&held);
	task_join(t[holds]);
}

static void test_digest(void **state)
{
	static const struct schedule round_robin = {.kind = SCHEDULE_ROUND_ROBIN};
	struct sched_result other;

	holds = 0;
	expect_clean(init_digest, &round_robin);
	other = result;
	holds = 1;
	expect_clean(init_digest, &round_robin);
	assert_int_not_equal(result.digest, other.digest);
	holds = 0;
	expect_clean(init_digest, &round_robin);
	assert_int_equal(result.digest, other.digest);
}

/* Reports. */
static struct mutex mutex, mutex_b;

static void locks_and_waits(void *arg)
{
	mutex_lock(&mutex);
	wait_for_completion(&held);
}

static void locks(void *arg)
{
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
}

static void joins(void *arg)
{
	task_join(arg);
}

static void init_deadlock(void *arg)
{
	struct task *a;

	init_completion(&held);
	mutex_init(&mutex, "mutex");
	use_low_numbers();
	a = spawn("anna", 0, locks_and_waits, NULL);
	spawn("bert", 1, locks, NULL);
	spawn("carl", 2, joins, a);
}

static void spins(void *arg)
{
	for (;;)
		cpu_relax();
}

static void init_livelock(void *arg)
{
	use_low_numbers();
	spawn("anna", 0, spins, NULL);
	spawn("bert", 1, spins, NULL);
}

static void locks_ab(void *arg)
{
	task_set_op(7);
	mutex_lock(&mutex);
	mutex_lock(&mutex_b);
	mutex_unlock(&mutex_b);
	mutex_unlock(&mutex);
}

static void locks_ba(void *arg)
{
	mutex_lock(&mutex_b);
	mutex_lock(&mutex);
}

static void init_order(void *arg)
{
	mutex_init(&mutex, "mutex");
	mutex_init(&mutex_b, "other");
	use_low_numbers();
	task_join(spawn("anna", 0, locks_ab, NULL));
	task_join(spawn("bert", 1, locks_ba, NULL));
}

static void test_reports(void **state)
{
	static struct schedule random = {.kind = SCHEDULE_RANDOM, .odds = 2};

	expect_report(init_deadlock, NULL, ORACLE_DEADLOCK,
		      "anna waits for a completion; bert waits for mutex 'mutex' of anna; "
		      "carl waits for the end of anna");
	expect_report(init_order, NULL, ORACLE_LOCK_ORDER,
		      "'other' was taken while holding 'mutex' by task anna in operation 7");
	assert_string_equal(result.report.task, "bert");
	params.max_points = 2000;
	expect_report(init_livelock, NULL, ORACLE_LIVELOCK, "runnable: anna bert");
	params.max_points = 0;
	/* Abandoned tasks can be reused. */
	for (random.seed = 0; random.seed < 20; random.seed++) {
		run(init_deadlock, &random);
		assert_int_equal(result.report.oracle, ORACLE_DEADLOCK);
		nr_ended = 0;
		expect_clean(init_numbers, &random);
		assert_int_equal(nr_ended, SCHED_MAX_SPAWNED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),	 cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_too_many), cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_points),	 cmocka_unit_test(test_vtime_order),
		cmocka_unit_test(test_named),	 cmocka_unit_test(test_digest),
		cmocka_unit_test(test_reports),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}
