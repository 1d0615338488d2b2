/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_schedule.c - each kind of schedule does what schedule.h says, and any run, written
 * down, is the same run again.
 */
#include "run.h"

#define STEPS 3
#define SEEDS 200

static struct schedule schedule, taken;

/* Three tasks a, b, c (numbers 1, 2, 3), each with three events and a point after each. */

static void letters(void *arg)
{
	for (int i = 0; i < STEPS; i++) {
		log_event((char)(long)arg);
		sched_turn();
	}
}

static void init_letters(void *arg)
{
	struct task *t[3];

	for (long i = 0; i < 3; i++)
		t[i] = spawn("letter", (unsigned int)i, letters, (void *)('a' + i));
	for (int i = 0; i < 3; i++)
		task_join(t[i]);
}

static const struct schedule *sparse(u32 nr, const struct change *changes)
{
	memset(&schedule, 0, offsetof(struct schedule, changes));
	schedule.kind = SCHEDULE_SPARSE;
	schedule.nr = nr;
	for (u32 i = 0; i < nr; i++)
		schedule.changes[i] = changes[i];
	return &schedule;
}

static const struct schedule *seeded(enum schedule_kind kind, u64 seed)
{
	memset(&schedule, 0, offsetof(struct schedule, changes));
	schedule.kind = (u8)kind;
	schedule.odds = 2;
	schedule.depth = 3;
	schedule.length = 30;
	schedule.seed = seed;
	return &schedule;
}

static void test_sequential(void **state)
{
	expect_clean(init_letters, NULL);
	assert_string_equal(log_text, "aaabbbccc");
	expect_clean(init_letters, sparse(0, NULL));
	assert_string_equal(log_text, "aaabbbccc");
	assert_int_equal(result.points, 9);
}

static void test_round_robin(void **state)
{
	expect_clean(init_letters, seeded(SCHEDULE_ROUND_ROBIN, 0));
	assert_string_equal(log_text, "abcabcabc");
}

static void test_turns(void **state)
{
	static const u8 turn[] = {2, 1, 1, 3, 40, 2, 2, 2, 3};

	memset(&schedule, 0, offsetof(struct schedule, changes));
	schedule.kind = SCHEDULE_TURNS;
	schedule.nr = 4;
	for (u32 i = 0; i < ARRAY_SIZE(turn); i++)
		schedule.changes[i] = (struct change){.task = turn[i]};
	/* Step 1 is the choice of the first task. After the list, the default rule. */
	expect_clean(init_letters, &schedule);
	assert_string_equal(log_text, "baacccabb");
	/* A number that is no task is waited for in vain, under the default rule. */
	schedule.nr = 9;
	expect_clean(init_letters, &schedule);
	assert_string_equal(log_text, "baacccabb");
	/* A task that has ended is passed over: the second to fourth 2 of these five. */
	schedule.changes[4].task = 2;
	expect_clean(init_letters, &schedule);
	assert_string_equal(log_text, "baacbbcca");
	/* A turn of two operations; the rest of a turn is dropped when its task ends. */
	schedule.nr = 3;
	schedule.changes[0] = (struct change){.task = 3, .step = 1};
	schedule.changes[1] = (struct change){.task = 2, .step = 9};
	schedule.changes[2] = (struct change){.task = 1, .step = 0};
	expect_clean(init_letters, &schedule);
	assert_string_equal(log_text, "ccbbbaaac");
}

static void test_sparse(void **state)
{
	/* Step 1: a, b or c when init waits. Steps 2..: after each event. */
	static const struct change changes[] = {
		{.step = 1, .task = 2},
		{.step = 3, .task = 3},
		{.step = 4, .task = 1},
		{.step = 4, .task = 2},
		{.step = 5, .task = 40},
		{.step = 5, .task = 99},
		{.step = 5, .kind = CHANGE_MIGRATE, .task = 1, .cpu = 64},
	};

	expect_clean(init_letters, sparse(1, changes));
	assert_string_equal(log_text, "bbbaaaccc");
	expect_clean(init_letters, sparse(2, changes));
	assert_string_equal(log_text, "bbcccaaab");
	/* Of two changes at one step the last counts. Impossible changes are skipped. */
	expect_clean(init_letters, sparse(ARRAY_SIZE(changes), changes));
	assert_string_equal(log_text, "bbcbaaacc");
}

static void count_logs(enum schedule_kind kind, unsigned int atleast)
{
	static char seen[SEEDS][16];
	unsigned int nr = 0, i;
	u64 digest;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		expect_clean(init_letters, seeded(kind, seed));
		assert_int_equal(strlen(log_text), 9);
		for (i = 0; i < nr && strcmp(seen[i], log_text) != 0; i++)
			;
		if (i == nr)
			strcpy(seen[nr++], log_text);
		digest = result.digest;
		expect_clean(init_letters, seeded(kind, seed));
		assert_int_equal(digest, result.digest);
	}
	assert_true(nr >= atleast);
}

static void test_random(void **state)
{
	count_logs(SCHEDULE_RANDOM, SEEDS / 2);
	/* Switching has a probability: almost never here, except where the task ends. */
	for (u64 seed = 0; seed < 20; seed++) {
		unsigned int switches = 0;

		seeded(SCHEDULE_RANDOM, seed);
		schedule.odds = 60000;
		expect_clean(init_letters, &schedule);
		for (int i = 1; i < 9; i++)
			switches += log_text[i] != log_text[i - 1];
		assert_true(switches <= 3);
	}
}

static void test_pct(void **state)
{
	unsigned int whole = 0;

	count_logs(SCHEDULE_PCT, 20);
	/* Depth 1: priorities alone, so each task runs to its end; all six orders occur. */
	for (u64 seed = 0; seed < SEEDS; seed++) {
		seeded(SCHEDULE_PCT, seed);
		schedule.depth = 1;
		expect_clean(init_letters, &schedule);
		for (int i = 0; i < 9; i += 3) {
			assert_int_equal(log_text[i], log_text[i + 1]);
			assert_int_equal(log_text[i], log_text[i + 2]);
		}
		whole |= 1u << ((log_text[0] - 'a') * 3 + (log_text[3] - 'a'));
	}
	assert_int_equal(__builtin_popcount(whole), 6);
	/* More points of demotion than there is room for, and none. */
	schedule.depth = 65535;
	expect_clean(init_letters, &schedule);
	schedule.depth = 0;
	schedule.length = 0;
	expect_clean(init_letters, &schedule);
}

/* A task that waits for another by yielding: no priority may starve the other. */

static atomic_t flag;

static void waits(void *arg)
{
	while (!atomic_read(&flag))
		cpu_relax();
}

static void sets(void *arg)
{
	cond_resched();
	atomic_set(&flag, 1);
}

static void init_yield(void *arg)
{
	struct task *a, *b;

	flag.counter = 0;
	a = spawn("waits", 0, waits, NULL);
	b = spawn("sets", 0, sets, NULL);
	task_join(a);
	task_join(b);
}

static void test_yield(void **state)
{
	params.max_points = 1000;
	expect_clean(init_yield, NULL);
	for (u64 seed = 0; seed < SEEDS; seed++) {
		expect_clean(init_yield, seeded(SCHEDULE_PCT, seed));
		expect_clean(init_yield, seeded(SCHEDULE_RANDOM, seed));
		expect_clean(init_yield, seeded(SCHEDULE_ROUND_ROBIN, seed));
	}
	params.max_points = 0;
}

/* A program with a bit of everything. */

static struct {
	spinlock_t spin;
	struct mutex mutex;
	struct completion go;
	struct work_struct work[3];
	struct rcu_head rcu[2];
} w;

static void work_func(struct work_struct *work)
{
	unsigned long flags;

	spin_lock_irqsave(&w.spin, flags);
	log_event('w');
	spin_unlock_irqrestore(&w.spin, flags);
}

static void rcu_func(struct rcu_head *head)
{
	log_event('r');
	sched_point();
}

static void mixed(void *arg)
{
	long n = (long)arg;
	unsigned long flags;

	for (long i = 0; i < 2; i++) {
		task_set_op((s32)(n * 2 + i));
		mutex_lock(&w.mutex);
		log_event((char)('a' + n));
		schedule_work(&w.work[(n + i) % 3]);
		mutex_unlock(&w.mutex);
		rcu_read_lock();
		spin_lock_irqsave(&w.spin, flags);
		log_event((char)('A' + n));
		spin_unlock_irqrestore(&w.spin, flags);
		rcu_read_unlock();
		task_migrate((unsigned int)(n + i) % 4);
		cond_resched();
		task_set_op(-1);
		sched_turn();
	}
	if (n == 0)
		complete_all(&w.go);
	else
		wait_for_completion(&w.go);
	if (n < 2)
		call_rcu(&w.rcu[n], rcu_func);
	else
		synchronize_rcu();
}

static void interrupts(void *arg)
{
	unsigned long flags;

	for (int i = 0; i < 3; i++) {
		irq_enter();
		spin_lock_irqsave(&w.spin, flags);
		log_event('i');
		spin_unlock_irqrestore(&w.spin, flags);
		irq_exit();
		sched_turn();
	}
}

static void init_mixed(void *arg)
{
	struct task *t[4];

	spin_lock_init(&w.spin, "spin");
	mutex_init(&w.mutex, "mutex");
	init_completion(&w.go);
	for (int i = 0; i < 3; i++)
		INIT_WORK(&w.work[i], work_func);
	for (long i = 0; i < 3; i++)
		t[i] = spawn("mixed", (unsigned int)i / 2, mixed, (void *)i);
	t[3] = spawn_irq("irq", 0, interrupts, NULL);
	for (int i = 0; i < 4; i++)
		task_join(t[i]);
}

static void replay(void)
{
	static struct schedule again;
	struct sched_result first = result;
	char text[sizeof(log_text)];
	u32 nr = taken.nr;

	assert_false(result.taken_overflow);
	assert_int_equal(taken.kind, SCHEDULE_SPARSE);
	for (u32 i = 1; i < nr; i++)
		assert_true(taken.changes[i - 1].step <= taken.changes[i].step);
	memcpy(text, log_text, sizeof(text));
	again = taken;
	expect_clean(init_mixed, &again);
	assert_string_equal(log_text, text);
	assert_int_equal(result.digest, first.digest);
	assert_int_equal(result.points, first.points);
	assert_int_equal(result.steps, first.steps);
	/* The list of the replay is the list itself. */
	assert_int_equal(taken.nr, nr);
	assert_memory_equal(taken.changes, again.changes, nr * sizeof(again.changes[0]));
}

static void test_replay(void **state)
{
	params.taken = &taken;
	expect_clean(init_mixed, NULL);
	assert_int_equal(taken.nr, 0);
	for (u64 seed = 0; seed < SEEDS; seed++) {
		expect_clean(init_mixed, seeded(SCHEDULE_RANDOM, seed));
		replay();
		expect_clean(init_mixed, seeded(SCHEDULE_PCT, seed));
		replay();
	}
	expect_clean(init_mixed, seeded(SCHEDULE_ROUND_ROBIN, 0));
	replay();
	seeded(SCHEDULE_TURNS, 0);
	schedule.nr = 9;
	for (u32 i = 0; i < 9; i++)
		schedule.changes[i] = (struct change){.task = (u8)(1 + i * 7 % 4)};
	expect_clean(init_mixed, &schedule);
	replay();
	params.taken = NULL;
}

/* Sparse lists of random changes, migrations among them, are replayed too. */
static void test_replay_migrations(void **state)
{
	u64 x = 1, migrations = 0;

	params.taken = &taken;
	for (int n = 0; n < SEEDS; n++) {
		u32 step = 0;

		memset(&schedule, 0, offsetof(struct schedule, changes));
		schedule.nr = 40;
		for (u32 i = 0; i < schedule.nr; i++) {
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
			step += (u32)(x >> 60) % 4;
			schedule.changes[i] = (struct change){
				.step = step,
				.kind = x >> 59 & 1 ? CHANGE_MIGRATE : CHANGE_SWITCH,
				.task = (u8)(x >> 40 & 7),
				.cpu = (u16)(x >> 30 & 3),
			};
		}
		expect_clean(init_mixed, &schedule);
		for (u32 i = 0; i < taken.nr; i++)
			migrations += taken.changes[i].kind == CHANGE_MIGRATE;
		replay();
	}
	assert_true(migrations > SEEDS);
	params.taken = NULL;
}

static void test_same_program_twice(void **state)
{
	struct sched_result first;
	struct sched *other;

	expect_clean(init_mixed, seeded(SCHEDULE_RANDOM, 5));
	first = result;
	expect_clean(init_mixed, seeded(SCHEDULE_RANDOM, 6));
	assert_int_not_equal(first.digest, result.digest);
	/* Another engine, which has run nothing before. */
	other = engine;
	engine = sched_create();
	expect_clean(init_mixed, seeded(SCHEDULE_RANDOM, 5));
	assert_int_equal(first.digest, result.digest);
	sched_destroy(engine);
	engine = other;
}

static void many(void *arg)
{
	for (int i = 0; i < SCHEDULE_MAX; i++)
		sched_point();
}

static void init_many(void *arg)
{
	struct task *a = spawn("a", 0, many, NULL), *b = spawn("b", 1, many, NULL);

	task_join(a);
	task_join(b);
}

static void test_taken_overflow(void **state)
{
	params.taken = &taken;
	expect_clean(init_many, seeded(SCHEDULE_ROUND_ROBIN, 0));
	assert_true(result.taken_overflow);
	assert_int_equal(taken.nr, SCHEDULE_MAX);
	expect_clean(init_letters, seeded(SCHEDULE_ROUND_ROBIN, 0));
	assert_false(result.taken_overflow);
	params.taken = NULL;
}

/* The hook sees each change of the running task, in order. */

static const struct task *running;
static unsigned int switches[4];

static void on_switch(void *arg, u64 step, const struct task *from, const struct task *to,
		      enum switch_reason why)
{
	assert_ptr_equal(arg, &running);
	assert_ptr_not_equal(from, to);
	if (running)
		assert_ptr_equal(from, running);
	else
		assert_int_equal(task_number(from), SCHED_TASK_INIT);
	running = to;
	switches[why]++;
}

static void test_hook(void **state)
{
	running = NULL;
	memset(switches, 0, sizeof(switches));
	params.on_switch = on_switch;
	params.hook_arg = &running;
	expect_clean(init_letters, seeded(SCHEDULE_ROUND_ROBIN, 0));
	params.on_switch = NULL;
	assert_int_equal(task_number(running), SCHED_TASK_INIT);
	assert_true(switches[SWITCH_SCHEDULE] >= 6);
	assert_true(switches[SWITCH_BLOCKED] >= 1);
	assert_int_equal(switches[SWITCH_YIELD], 0);
	assert_int_equal(switches[SWITCH_DONE], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sequential),
		cmocka_unit_test(test_round_robin),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_pct),
		cmocka_unit_test(test_yield),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_replay_migrations),
		cmocka_unit_test(test_same_program_twice),
		cmocka_unit_test(test_taken_overflow),
		cmocka_unit_test(test_hook),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}
