/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vtime_lock.c - locks in virtual time: the order in which tasks get them, and the cost, to
 * the nanosecond; all of it is the same in each run.
 */
#include "vtime.h"

#define ROUNDS 10

static spinlock_t lock, locks[4];
static struct mutex mutex;
static rwlock_t rw;

/* The locks are made once: what a run leaves in them is not to be seen in the next. */
static int setup_group(void **state)
{
	spin_lock_init(&lock, "lock");
	for (int i = 0; i < 4; i++)
		spin_lock_init(&locks[i], "locks");
	mutex_init(&mutex, "mutex");
	rwlock_init(&rw, "rw");
	return setup_engine(state);
}

/* CPUs that want one lock: two, or all that there can be. */
static unsigned int contenders;

static void contend(unsigned int nr)
{
	contenders = nr;
	params.nr_cpus = max(nr, 4u);
}

/* @fn on the first @nr CPUs. */
static void on_cpus(unsigned int nr, void (*fn)(void *arg), void *arg)
{
	for (unsigned int i = 0; i < nr; i++)
		spawn("task", i, fn, arg);
}

static void under_spin(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		spin_lock(arg ? arg : &locks[task_cpu(current)]);
		sched_vtime_add(WORK);
		spin_unlock(arg ? arg : &locks[task_cpu(current)]);
	}
	ends();
}

static void under_irqsave(void *arg)
{
	unsigned long flags;

	for (int i = 0; i < ROUNDS; i++) {
		spin_lock_irqsave(&lock, flags);
		sched_vtime_add(WORK);
		spin_unlock_irqrestore(&lock, flags);
	}
}

static void under_mutex(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		mutex_lock(&mutex);
		sched_vtime_add(WORK);
		mutex_unlock(&mutex);
	}
}

static void under_write(void *arg)
{
	unsigned long flags;

	for (int i = 0; i < ROUNDS; i++) {
		write_lock_irqsave(&rw, flags);
		sched_vtime_add(WORK);
		write_unlock_irqrestore(&rw, flags);
	}
}

static void under_read(void *arg)
{
	unsigned long flags;

	for (int i = 0; i < ROUNDS; i++) {
		read_lock_irqsave(&rw, flags);
		sched_vtime_add(WORK);
		read_unlock_irqrestore(&rw, flags);
	}
}

static void init_contended(void *arg)
{
	on_cpus(contenders, under_spin, &lock);
}

static void init_irqsave(void *arg)
{
	on_cpus(contenders, under_irqsave, NULL);
}

static void init_free(void *arg)
{
	on_cpus(4, under_spin, NULL);
}

static void init_mutex(void *arg)
{
	on_cpus(contenders, under_mutex, NULL);
}

static void init_writers(void *arg)
{
	on_cpus(contenders, under_write, NULL);
}

static void init_readers(void *arg)
{
	on_cpus(contenders, under_read, NULL);
}

/* One after the other, by turns: all but the first have to fetch the lock. */
static void test_contended(void **state)
{
	static void (*const inits[])(void *arg) = {init_contended, init_irqsave, init_mutex,
						   init_writers};

	static const u64 nrs[] = {2, SCHED_MAX_CPUS};

	for (size_t i = 0; i < ARRAY_SIZE(inits) * ARRAY_SIZE(nrs); i++) {
		u64 all = nrs[i % ARRAY_SIZE(nrs)] * ROUNDS;

		contend((unsigned int)nrs[i % ARRAY_SIZE(nrs)]);
		expect_clean(inits[i / ARRAY_SIZE(nrs)], NULL);
		assert_int_equal(result.vtime, all * WORK + (all - 1) * HANDOVER);
	}
}

static void test_uncontended(void **state)
{
	expect_clean(init_free, NULL);
	assert_int_equal(result.vtime, ROUNDS * WORK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(ended[i], ROUNDS * WORK);
}

/* At once, but for the line of the lock, which each of the two fetches to come and to go. */
static void test_readers(void **state)
{
	contend(2);
	expect_clean(init_readers, NULL);
	assert_in_range(result.vtime, ROUNDS * WORK + HANDOVER, ROUNDS * (WORK + 2 * HANDOVER));
	vtime.handover = 0;
	expect_clean(init_readers, NULL);
	assert_int_equal(result.vtime, ROUNDS * WORK);
	contend(SCHED_MAX_CPUS);
	expect_clean(init_readers, NULL);
	assert_int_equal(result.vtime, ROUNDS * WORK);
}

/* A mutex that is given back elsewhere. */
static void moves_with_mutex(void *arg)
{
	mutex_lock(&mutex);
	task_migrate(1);
	mutex_unlock(&mutex);
	ends();
}

static void init_moves(void *arg)
{
	spawn("task", 0, moves_with_mutex, NULL);
}

static void test_moved_holder(void **state)
{
	expect_clean(init_moves, NULL);
	assert_int_equal(ended[1], HANDOVER);
}

/* A writer gets in when the last of two readers has left, at 700. */
static void reads_for(void *arg)
{
	unsigned long flags;

	read_lock_irqsave(&rw, flags);
	sched_vtime_add(task_cpu(current) ? 700 : 300);
	read_unlock_irqrestore(&rw, flags);
}

static void writes_at_10(void *arg)
{
	unsigned long flags;

	sched_vtime_add(10);
	write_lock_irqsave(&rw, flags);
	ends();
	write_unlock_irqrestore(&rw, flags);
}

static void init_writer_waits(void *arg)
{
	on_cpus(2, reads_for, NULL);
	spawn("writer", 2, writes_at_10, NULL);
}

static void test_writer_waits_for_readers(void **state)
{
	vtime.handover = 0;
	expect_clean(init_writer_waits, NULL);
	assert_int_equal(ended[2], 700);
}

/* The later the number, the earlier the clock: 3, 2, 1 while 0 has the lock. */
static void comes_late(void *arg)
{
	unsigned int cpu = task_cpu(current);

	sched_vtime_add(cpu ? 10 * (SCHED_MAX_CPUS - cpu) : 0);
	if (arg)
		mutex_lock(&mutex);
	else
		spin_lock(&lock);
	log_event((char)('0' + cpu));
	sched_vtime_add(WORK);
	if (arg)
		mutex_unlock(&mutex);
	else
		spin_unlock(&lock);
}

static void init_order(void *arg)
{
	on_cpus(contenders, comes_late, NULL);
}

static void init_order_mutex(void *arg)
{
	on_cpus(contenders, comes_late, &mutex);
}

static void test_order_of_acquisition(void **state)
{
	contend(4);
	expect_clean(init_order, NULL);
	assert_string_equal(log_text, "0321");
	expect_clean(init_order_mutex, NULL);
	assert_string_equal(log_text, "0321");
	contend(SCHED_MAX_CPUS);
	expect_clean(init_order, NULL);
	assert_int_equal(log_len, SCHED_MAX_CPUS);
	for (int i = 1; i < SCHED_MAX_CPUS; i++)
		assert_int_equal(log_text[i], '0' + SCHED_MAX_CPUS - i);
}

/*
 * An interrupt at 100 on a CPU that waits for a lock from 0 on, until 1,000: with interrupts
 * enabled it is part of the wait, with interrupts disabled it comes when the lock is given back.
 */
static void interrupts_at_100(void *arg)
{
	sched_vtime_add(100);
	irq_enter();
	sched_vtime_add(50);
	ends();
	irq_exit();
}

static void holds(void *arg)
{
	spin_lock(&lock);
	sched_vtime_add(WORK);
	spin_unlock(&lock);
	log_event('u');
}

static void holds_irqsave(void *arg)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	sched_vtime_add(WORK);
	spin_unlock_irqrestore(&lock, flags);
	log_event('u');
	sched_point();
	log_event('e');
}

static void init_irq_waits(void *arg)
{
	spawn("holds", 0, holds, NULL);
	spawn("waits", 1, holds_irqsave, NULL);
	spawn_irq("device", 1, interrupts_at_100, NULL);
}

static void init_irq_in_wait(void *arg)
{
	spawn("holds", 0, holds, NULL);
	spawn("waits", 1, holds, NULL);
	spawn_irq("device", 1, interrupts_at_100, NULL);
}

static void test_interrupt_of_a_waiter(void **state)
{
	expect_clean(init_irq_in_wait, NULL);
	assert_int_equal(ended[1], 150);
	assert_int_equal(result.vtime, WORK + HANDOVER + WORK);
	expect_clean(init_irq_waits, NULL);
	assert_string_equal(log_text, "uue");
	assert_int_equal(ended[1], WORK + HANDOVER + WORK + 50);
	assert_int_equal(result.vtime, ended[1]);
}

/*
 * A task that is refused reads the lock, which costs its line once. A task that tries again does so
 * every two points, and gets the lock at the first try after the release.
 */
static void tries(void *arg)
{
	bool mutexes = arg;

	sched_vtime_add(200);
	while (mutexes ? !mutex_trylock(&mutex) : !spin_trylock(&lock)) {
		log_event('-');
		cpu_relax();
	}
	ends();
	if (mutexes)
		mutex_unlock(&mutex);
	else
		spin_unlock(&lock);
}

static void holds_mutex(void *arg)
{
	mutex_lock(&mutex);
	sched_vtime_add(WORK);
	mutex_unlock(&mutex);
}

static void init_try(void *arg)
{
	spawn("holds", 0, holds, NULL);
	spawn("tries", 1, tries, NULL);
}

static void init_try_mutex(void *arg)
{
	spawn("holds", 0, holds_mutex, NULL);
	spawn("tries", 1, tries, &mutex);
}

static void test_trylock(void **state)
{
	static void (*const inits[])(void *arg) = {init_try, init_try_mutex};

	vtime.point = 50;
	for (size_t i = 0; i < ARRAY_SIZE(inits); i++) {
		u64 without;

		/* Held from 50 to 1,100; tried at 250, 350 and so on. */
		vtime.line = 0;
		expect_clean(inits[i], NULL);
		without = ended[1];
		assert_int_equal(without, 1150 + HANDOVER);
		vtime.line = 30;
		expect_clean(inits[i], NULL);
		assert_int_equal(ended[1], 1180 + HANDOVER);
	}
}

/* The schedule has no say, and each run is like the other. */
static void test_deterministic(void **state)
{
	static struct schedule random = {.kind = SCHEDULE_RANDOM, .odds = 2};
	struct sched_result first;

	vtime.point = 7;
	contend(2);
	expect_clean(init_contended, NULL);
	first = result;
	for (u64 seed = 0; seed < 20; seed++) {
		random.seed = seed;
		expect_clean(init_contended, &random);
		assert_int_equal(result.vtime, first.vtime);
		assert_int_equal(result.digest, first.digest);
		assert_int_equal(result.points, first.points);
	}
}

/* A run in virtual time can be replayed without it, as a list of switches. */
static void test_written_down(void **state)
{
	static struct schedule taken;
	struct sched_result first;

	contend(4);
	params.taken = &taken;
	expect_clean(init_order, NULL);
	params.taken = NULL;
	first = result;
	params.vtime = NULL;
	expect_clean(init_order, &taken);
	assert_string_equal(log_text, "0321");
	assert_int_equal(result.digest, first.digest);
	assert_int_equal(result.vtime, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VTIME_TEST(test_contended),
		VTIME_TEST(test_uncontended),
		VTIME_TEST(test_readers),
		VTIME_TEST(test_moved_holder),
		VTIME_TEST(test_writer_waits_for_readers),
		VTIME_TEST(test_order_of_acquisition),
		VTIME_TEST(test_interrupt_of_a_waiter),
		VTIME_TEST(test_trylock),
		VTIME_TEST(test_deterministic),
		VTIME_TEST(test_written_down),
	};

	return cmocka_run_group_tests(tests, setup_group, teardown_engine);
}
