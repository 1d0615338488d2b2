/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vtime.c - virtual time: what contended and free CPUs cost, to the nanosecond.
 *
 * Work is added by hand and points are free, unless a test says otherwise, so that each sum can be
 * written down.
 */
#include "../vtime.h"
#include "run.h"

#define ROUNDS 10
#define WORK 1000
#define HANDOVER 80

static struct sched_vtime vtime;
static spinlock_t lock, locks[4];
static struct mutex mutex;
static rwlock_t rw;
static struct completion done;
static struct rcu_head rcu;
static struct work_struct work;
static u64 ended[4];
static bool flag;

static int setup(void **state)
{
	vtime = (struct sched_vtime){.handover = HANDOVER,
				     .flush = 100,
				     .ipi_wait = 1000,
				     .ipi = 200,
				     .ipi_handler = 500};
	params.vtime = &vtime;
	memset(ended, 0, sizeof(ended));
	flag = false;
	return 0;
}

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

static void ends(void)
{
	ended[task_cpu(current)] = sched_vtime_now();
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
	on_cpus(2, under_spin, &lock);
}

static void init_free(void *arg)
{
	on_cpus(4, under_spin, NULL);
}

static void init_mutex(void *arg)
{
	on_cpus(2, under_mutex, NULL);
}

static void init_writers(void *arg)
{
	on_cpus(2, under_write, NULL);
}

static void init_readers(void *arg)
{
	on_cpus(2, under_read, NULL);
}

/* One after the other, by turns: all but the first have to fetch the lock. */
static void test_contended(void **state)
{
	static void (*const inits[])(void *arg) = {init_contended, init_mutex, init_writers};

	for (size_t i = 0; i < ARRAY_SIZE(inits); i++) {
		expect_clean(inits[i], NULL);
		assert_int_equal(result.vtime, 2 * ROUNDS * WORK + (2 * ROUNDS - 1) * HANDOVER);
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
	expect_clean(init_readers, NULL);
	assert_in_range(result.vtime, ROUNDS * WORK + HANDOVER, ROUNDS * (WORK + 2 * HANDOVER));
	vtime.handover = 0;
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

	sched_vtime_add(cpu ? 100 - 10 * cpu : 0);
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
	on_cpus(4, comes_late, NULL);
}

static void init_order_mutex(void *arg)
{
	on_cpus(4, comes_late, &mutex);
}

static void test_order_of_acquisition(void **state)
{
	expect_clean(init_order, NULL);
	assert_string_equal(log_text, "0321");
	expect_clean(init_order_mutex, NULL);
	assert_string_equal(log_text, "0321");
}

/* The schedule has no say, and each run is like the other. */
static void test_deterministic(void **state)
{
	static struct schedule random = {.kind = SCHEDULE_RANDOM, .odds = 2};
	struct sched_result first;

	vtime.point = 7;
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

/* What was run in virtual time can be run again without, as a list of switches. */
static void test_written_down(void **state)
{
	static struct schedule taken;
	struct sched_result first;

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

static void flushes(void *arg)
{
	sched_vtime_flush(2);
	ends();
}

static void flushes_here(void *arg)
{
	sched_vtime_flush(0);
	ends();
}

static void works(void *arg)
{
	sched_point();
	sched_vtime_add(WORK);
	sched_point();
	ends();
}

static void init_flush(void *arg)
{
	spawn("flusher", 0, arg ? flushes_here : flushes, NULL);
	spawn("one", 1, works, NULL);
	spawn("two", 2, works, NULL);
}

/* The CPU of a task that comes later was idle, and lost nothing. */
static void init_flush_idle(void *arg)
{
	task_join(spawn("flusher", 0, flushes, NULL));
	spawn("later", 3, works, NULL);
}

static void init_flush_here(void *arg)
{
	init_flush(&flag);
}

static void test_flush(void **state)
{
	expect_clean(init_flush, NULL);
	assert_int_equal(ended[0], 100 + 1000 + 2 * 200);
	assert_int_equal(ended[1], 500 + WORK);
	assert_int_equal(ended[2], 500 + WORK);
	expect_clean(init_flush_here, NULL);
	assert_int_equal(ended[0], 100);
	assert_int_equal(ended[1], WORK);
	vtime.ipi_handler = 5000;
	expect_clean(init_flush_idle, NULL);
	assert_int_equal(ended[3], 1500 + WORK);
}

/* Two tasks of one CPU share its time; one that is made on an idle CPU starts no earlier. */
static void init_one_cpu(void *arg)
{
	spawn("a", 1, works, NULL);
	spawn("b", 1, works, NULL);
	sched_vtime_add(5 * WORK);
	spawn("later", 2, works, NULL);
}

static void test_cpu_is_shared(void **state)
{
	expect_clean(init_one_cpu, NULL);
	assert_int_equal(ended[1], 2 * WORK);
	assert_int_equal(ended[2], 6 * WORK);
}

/* Waits that end at the clock of who ends them, on a CPU that was idle. */
static void waits(void *arg)
{
	wait_for_completion(&done);
	ends();
}

static void frees(struct rcu_head *head)
{
	sched_vtime_add(WORK);
}

static void waits_for_callbacks(void *arg)
{
	call_rcu(&rcu, frees);
	synchronize_rcu();
	ends();
	task_migrate(3);
	rcu_barrier();
	ends();
}

static void reads_long(void *arg)
{
	rcu_read_lock();
	sched_vtime_add(3 * WORK);
	rcu_read_unlock();
	complete_all(&done);
}

static void init_waits(void *arg)
{
	init_completion(&done);
	spawn("reader", 0, reads_long, NULL);
	spawn("waits", 1, waits, NULL);
	spawn("barrier", 2, waits_for_callbacks, NULL);
}

static void work_func(struct work_struct *w)
{
	sched_vtime_add(WORK);
}

static void queues(void *arg)
{
	sched_vtime_add(WORK);
	schedule_work(&work);
	ends();
	task_migrate(2);
	flush_work(&work);
	ends();
	sched_vtime_add(WORK);
	task_migrate(3);
	ends();
}

static void init_work(void *arg)
{
	INIT_WORK(&work, work_func);
	task_join(spawn("queues", 1, queues, NULL));
	ends();
}

static void test_other_waits(void **state)
{
	expect_clean(init_waits, NULL);
	assert_int_equal(ended[1], 3 * WORK);
	assert_int_equal(ended[2], 3 * WORK);
	assert_int_equal(ended[3], 4 * WORK);
	expect_clean(init_work, NULL);
	assert_int_equal(ended[1], WORK);
	assert_int_equal(ended[2], 2 * WORK);
	assert_int_equal(ended[3], 3 * WORK);
	assert_int_equal(ended[0], 3 * WORK);
}

/* A device that interrupts every 400 ns, twice, for 50 ns; the second finds interrupts disabled. */
static void device(void *arg)
{
	for (int i = 0; i < 2; i++) {
		sched_vtime_add(400);
		irq_enter();
		log_event('i');
		sched_vtime_add(50);
		irq_exit();
	}
	CHECK(sched_vtime_now() == 1050);
}

static void interrupted(void *arg)
{
	unsigned long flags;

	for (int i = 0; i < 5; i++) {
		log_event('t');
		sched_vtime_add(100);
		sched_point();
	}
	local_irq_save(flags);
	for (int i = 0; i < 5; i++) {
		log_event('T');
		sched_vtime_add(90);
		sched_point();
	}
	local_irq_restore(flags);
	log_event('e');
	ends();
}

static void init_interrupts(void *arg)
{
	spawn_irq("device", 1, device, NULL);
	spawn("task", 1, interrupted, NULL);
}

static void test_interrupts(void **state)
{
	expect_clean(init_interrupts, NULL);
	assert_string_equal(log_text, "ttttitTTTTTie");
	assert_int_equal(ended[1], 5 * 100 + 50 + 5 * 90 + 50);
}

/* Tasks that only wait in a loop leave their CPU to others, though no time goes by. */
static void spins(void *arg)
{
	while (!flag)
		cpu_relax();
}

static void sets_flag(void *arg)
{
	flag = true;
}

static void init_spin(void *arg)
{
	spawn("spins", 1, spins, NULL);
	spawn("sets", 1, sets_flag, NULL);
}

static void test_yield(void **state)
{
	params.max_points = 1000;
	expect_clean(init_spin, NULL);
	params.max_points = 0;
}

/* A run that is too long is found; the points themselves take time. */
static void for_ever(void *arg)
{
	for (;;)
		sched_point();
}

static void counts_points(void *arg)
{
	for (int i = 0; i < 10; i++)
		sched_point();
	ends();
}

static void init_points(void *arg)
{
	spawn("points", 0, counts_points, NULL);
}

static void init_for_ever(void *arg)
{
	spawn("task", 0, for_ever, NULL);
}

static void test_points(void **state)
{
	vtime.point = 7;
	expect_clean(init_points, NULL);
	assert_int_equal(ended[0], 70);
	params.max_points = 1000;
	expect_report(init_for_ever, NULL, ORACLE_LIVELOCK, "more than 1000 scheduling points");
	params.max_points = 0;
	assert_int_equal(result.vtime, 7000);
}

static void test_off(void **state)
{
	assert_int_equal(sched_vtime_now(), 0);
	sched_vtime_add(5);
	sched_vtime_flush(1);
	params.vtime = NULL;
	expect_clean(init_flush, NULL);
	assert_int_equal(ended[0] + ended[1] + ended[2], 0);
	assert_int_equal(result.vtime, 0);
}

#define VTIME_TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VTIME_TEST(test_contended),
		VTIME_TEST(test_uncontended),
		VTIME_TEST(test_readers),
		VTIME_TEST(test_moved_holder),
		VTIME_TEST(test_writer_waits_for_readers),
		VTIME_TEST(test_order_of_acquisition),
		VTIME_TEST(test_deterministic),
		VTIME_TEST(test_written_down),
		VTIME_TEST(test_flush),
		VTIME_TEST(test_cpu_is_shared),
		VTIME_TEST(test_other_waits),
		VTIME_TEST(test_interrupts),
		VTIME_TEST(test_yield),
		VTIME_TEST(test_points),
		VTIME_TEST(test_off),
	};

	return cmocka_run_group_tests(tests, setup_group, teardown_engine);
}
