/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vtime_line.c - cache lines in virtual time: their cost for each CPU, to the nanosecond.
 */
#include "vtime.h"

#define LINE 30
#define LINE_BYTES 64
#define ROUNDS 10
#define CPUS 4

/* Two of them in a line, or each in one of its own. */
struct counters {
	atomic_t near[2];
	struct {
		atomic_t v;
	} __attribute__((aligned(LINE_BYTES))) own[CPUS];
} __attribute__((aligned(LINE_BYTES)));

static struct counters counters;
static atomic_t *const shared = &counters.near[0];
static u64 took[SCHED_MAX_CPUS];

/* Each CPU does this ROUNDS times; @took receives the time of all of it. */
static void (*body)(unsigned int cpu);

static void repeats(void *arg)
{
	unsigned int cpu = task_cpu(current);

	for (int i = 0; i < ROUNDS; i++)
		body(cpu);
	took[cpu] = sched_vtime_now();
}

static void init_cpus(void *arg)
{
	for (unsigned int cpu = 0; cpu < params.nr_cpus; cpu++)
		spawn("task", cpu, repeats, NULL);
}

static void on_cpus(unsigned int cpus, void (*fn)(unsigned int cpu))
{
	memset(&counters, 0, sizeof(counters));
	memset(took, 0, sizeof(took));
	vtime.line = LINE;
	body = fn;
	params.nr_cpus = cpus;
	expect_clean(init_cpus, NULL);
	params.nr_cpus = CPUS;
}

static void adds_shared(unsigned int cpu)
{
	atomic_inc(shared);
}

static void exchanges(unsigned int cpu)
{
	xchg(&shared->counter, 1);
}

static void compares(unsigned int cpu)
{
	cmpxchg(&shared->counter, 1, 1);
}

static void returns_sum(unsigned int cpu)
{
	atomic_inc_return(shared);
}

static void stores(unsigned int cpu)
{
	WRITE_ONCE(shared->counter, 1);
}

static void releases(unsigned int cpu)
{
	smp_store_release(&shared->counter, 1);
}

static void touches(unsigned int cpu)
{
	sched_point();
	sched_vtime_touch(shared, true);
}

/* N CPUs at one counter have it one after the other; one alone pays once. */
static void test_shared_counter(void **state)
{
	static void (*const writes[])(unsigned int cpu) = {
		adds_shared, exchanges, compares, returns_sum, stores, releases, touches,
	};

	static const unsigned int nrs[] = {2, 3, CPUS, SCHED_MAX_CPUS};

	for (size_t i = 0; i < ARRAY_SIZE(writes); i++) {
		on_cpus(1, writes[i]);
		assert_int_equal(result.vtime, LINE);
		for (size_t k = 0; k < ARRAY_SIZE(nrs); k++) {
			unsigned int cpus = nrs[k];

			on_cpus(cpus, writes[i]);
			assert_int_equal(result.vtime, ROUNDS * cpus * LINE);
			for (unsigned int cpu = 0; cpu < cpus; cpu++)
				assert_int_equal(took[cpu], ((ROUNDS - 1) * cpus + cpu + 1) * LINE);
		}
	}
}

static void adds_own(unsigned int cpu)
{
	atomic_inc(&counters.own[cpu].v);
}

static void adds_near(unsigned int cpu)
{
	atomic_inc(&counters.near[cpu]);
}

static void test_own_counters(void **state)
{
	on_cpus(CPUS, adds_own);
	for (unsigned int cpu = 0; cpu < CPUS; cpu++)
		assert_int_equal(took[cpu], LINE);
	/* Two counters of two CPUs, but one line. */
	on_cpus(2, adds_near);
	assert_int_equal(result.vtime, 2 * ROUNDS * LINE);
}

static void reads_shared(unsigned int cpu)
{
	READ_ONCE(shared->counter);
}

static void acquires(unsigned int cpu)
{
	smp_load_acquire(&shared->counter);
}

static void reads_atomic(unsigned int cpu)
{
	atomic_read(shared);
}

static void touches_to_read(unsigned int cpu)
{
	sched_point();
	sched_vtime_touch(shared, false);
}

/* A step has its price where the line is there too, and a word has none. */
static void test_steps(void **state)
{
	vtime.touch = 7;
	on_cpus(1, touches);
	assert_int_equal(result.vtime, LINE + ROUNDS * 7);
	on_cpus(1, adds_shared);
	assert_int_equal(result.vtime, LINE);
	vtime.touch = 0;
}

/* A line that is never written is read by all at once, and for free once each CPU has it. */
static void test_readers(void **state)
{
	static void (*const reads[])(unsigned int cpu) = {reads_shared, acquires, reads_atomic,
							  touches_to_read};

	for (size_t i = 0; i < ARRAY_SIZE(reads); i++) {
		on_cpus(CPUS, reads[i]);
		for (unsigned int cpu = 0; cpu < CPUS; cpu++)
			assert_int_equal(took[cpu], LINE);
	}
}

/* A lone reader has the line alone and writes for nothing; beside others it does not. */
static void reads_then_writes(unsigned int cpu)
{
	READ_ONCE(counters.own[cpu].v.counter);
	WRITE_ONCE(counters.own[cpu].v.counter, 1);
}

/* Reads at 0, and again at 150, when the other has written at 100. */
static void one_writes(unsigned int cpu)
{
	atomic_read(shared);
	sched_vtime_add(100 + 50 * cpu - (sched_vtime_now() - LINE));
	if (!cpu)
		atomic_inc(shared);
	else
		atomic_read(shared);
}

static void once(void *arg)
{
	unsigned int cpu = task_cpu(current);

	body(cpu);
	took[cpu] = sched_vtime_now();
}

static void init_once(void *arg)
{
	spawn("writes", 0, once, NULL);
	spawn("reads", 1, once, NULL);
}

static void test_states(void **state)
{
	on_cpus(CPUS, reads_then_writes);
	for (unsigned int cpu = 0; cpu < CPUS; cpu++)
		assert_int_equal(took[cpu], LINE);
	body = one_writes;
	expect_clean(init_once, NULL);
	assert_int_equal(took[0], LINE + 100 + LINE);
	assert_int_equal(took[1], LINE + 150 + LINE);
	/* A reader waits for a line that is under way to its writer. */
	vtime.line = 500;
	expect_clean(init_once, NULL);
	assert_int_equal(took[0], LINE + 100 + 500);
	assert_int_equal(took[1], LINE + 100 + 500 + 500);
}

/* A lock's line comes with the lock: other data in it costs nothing, data in another line does. */
static struct {
	spinlock_t lock;
	atomic_t inside;
	atomic_t outside __attribute__((aligned(LINE_BYTES)));
} __attribute__((aligned(LINE_BYTES))) locked;

static void locks_inside(unsigned int cpu)
{
	spin_lock(&locked.lock);
	sched_vtime_touch(&locked.inside, true);
	sched_vtime_add(WORK);
	spin_unlock(&locked.lock);
}

static void locks_outside(unsigned int cpu)
{
	spin_lock(&locked.lock);
	sched_vtime_touch(&locked.outside, true);
	sched_vtime_add(WORK);
	spin_unlock(&locked.lock);
}

static void test_lock_brings_line(void **state)
{
	const u64 locks = 2 * ROUNDS * WORK + (2 * ROUNDS - 1) * HANDOVER;

	spin_lock_init(&locked.lock, "locked");
	on_cpus(2, locks_inside);
	assert_int_equal(result.vtime, locks);
	on_cpus(2, locks_outside);
	assert_int_equal(result.vtime, locks + 2 * ROUNDS * LINE);
}

/* The table grows: of many lines none is forgotten, and none is mistaken for another. */
#define MANY 5000

static char many[MANY][LINE_BYTES] __attribute__((aligned(LINE_BYTES)));

static void init_many(void *arg)
{
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < MANY; i++)
			sched_vtime_touch(&many[i][i % LINE_BYTES], true);
		assert_int_equal(sched_vtime_now(), MANY * LINE);
	}
	task_migrate(1);
	for (size_t i = 0; i < MANY; i++)
		sched_vtime_touch(&many[i], false);
	ends();
}

static void test_many_lines(void **state)
{
	vtime.line = LINE;
	/* No run knows the lines of the one before. */
	for (int i = 0; i < 2; i++) {
		expect_clean(init_many, NULL);
		assert_int_equal(ended[1], 2 * MANY * LINE);
	}
}

static void test_off(void **state)
{
	on_cpus(CPUS, adds_shared);
	vtime.line = 0;
	expect_clean(init_cpus, NULL);
	assert_int_equal(result.vtime, 0);
	params.vtime = NULL;
	body = touches;
	expect_clean(init_cpus, NULL);
	assert_int_equal(result.vtime, 0);
	sched_vtime_touch(shared, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VTIME_TEST(test_shared_counter), VTIME_TEST(test_own_counters),
		VTIME_TEST(test_readers),	 VTIME_TEST(test_steps),
		VTIME_TEST(test_states),	 VTIME_TEST(test_lock_brings_line),
		VTIME_TEST(test_many_lines),	 VTIME_TEST(test_off),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}
