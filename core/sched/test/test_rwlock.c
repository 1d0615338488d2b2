/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rwlock.c - reader-writer locks: mutual exclusion, and each rule of locking for them.
 */
#include "run.h"

#define SEEDS 300

static rwlock_t lock;
static spinlock_t spin;
static unsigned int reading, writing, most_reading, writes;

static void init_locks(void)
{
	rwlock_init(&lock, "rw");
	spin_lock_init(&spin, "spin");
	reading = writing = most_reading = writes = 0;
}

static void read_once(void)
{
	unsigned long flags;

	read_lock_irqsave(&lock, flags);
	CHECK(irqs_disabled() && in_atomic());
	most_reading = max(most_reading, ++reading);
	CHECK(!writing);
	sched_point();
	CHECK(!writing);
	reading--;
	read_unlock_irqrestore(&lock, flags);
}

static void write_once(void)
{
	unsigned long flags;

	write_lock_irqsave(&lock, flags);
	CHECK(irqs_disabled() && in_atomic());
	CHECK(!writing && !reading);
	writing++;
	sched_point();
	CHECK(writing == 1 && !reading);
	writing--;
	writes++;
	write_unlock_irqrestore(&lock, flags);
}

static void reads(void *arg)
{
	for (int i = 0; i < 3; i++)
		read_once();
	CHECK(!in_atomic());
}

static void writer(void *arg)
{
	for (int i = 0; i < 3; i++)
		write_once();
	CHECK(!in_atomic());
}

static void irq_reads(void *arg)
{
	irq_enter();
	read_once();
	irq_exit();
}

static void init_mix(void *arg)
{
	init_locks();
	spawn("r0", 0, reads, NULL);
	spawn("r1", 1, reads, NULL);
	spawn("w2", 2, writer, NULL);
	spawn("w3", 3, writer, NULL);
	spawn_irq("irq3", 3, irq_reads, NULL);
}

/* Under any schedule: writers alone, readers together in some of them, and no task waits for ever.
 */
static void test_exclusion(void **state)
{
	static struct schedule schedule = {.kind = SCHEDULE_RANDOM, .odds = 2};
	unsigned int together = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		schedule.seed = seed;
		expect_clean(init_mix, &schedule);
		assert_int_equal(writes, 6);
		assert_false(irqs_disabled());
		together = max(together, most_reading);
	}
	assert_int_equal(together, 3);
}

static void waits_for_reader(void *arg)
{
	unsigned long flags;

	read_lock_irqsave(&lock, flags);
	reading++;
	while (!most_reading)
		cpu_relax();
	reading--;
	read_unlock_irqrestore(&lock, flags);
}

static void irq_joins_reader(void *arg)
{
	while (!reading)
		cpu_relax();
	irq_enter();
	read_once();
	irq_exit();
}

static void writes_late(void *arg)
{
	while (!reading)
		cpu_relax();
	write_once();
}

static void init_beside(void *arg)
{
	init_locks();
	spawn("reader", 0, waits_for_reader, NULL);
	spawn("writer", 2, writes_late, NULL);
	spawn_irq("irq", 1, irq_joins_reader, NULL);
}

/* A reader that does not end before an interrupt has read as well, and a writer that waits. */
static void test_reader_beside_reader(void **state)
{
	static const struct schedule round = {.kind = SCHEDULE_ROUND_ROBIN};

	expect_clean(init_beside, NULL);
	assert_int_equal(most_reading, 2);
	expect_clean(init_beside, &round);
	assert_int_equal(most_reading, 2);
	assert_int_equal(writes, 1);
}

/* The body of one task, or of two one after the other, on two CPUs. */
static void (*first)(void *arg), (*second)(void *arg);

static void init_two(void *arg)
{
	init_locks();
	task_join(spawn("first", 0, first, NULL));
	if (second)
		task_join(spawn("second", 1, second, NULL));
}

static void breaks(void (*x)(void *arg), void (*y)(void *arg), enum oracle o, const char *words)
{
	first = x;
	second = y;
	expect_report(init_two, NULL, o, words);
	assert_string_equal(result.report.task, y ? "second" : "first");
}

static void passes(void (*x)(void *arg), void (*y)(void *arg))
{
	first = x;
	second = y;
	expect_clean(init_two, NULL);
}

static void spin_then_read(void *arg)
{
	unsigned long outer, inner;

	spin_lock_irqsave(&spin, outer);
	read_lock_irqsave(&lock, inner);
	read_unlock_irqrestore(&lock, inner);
	CHECK(irqs_disabled());
	spin_unlock_irqrestore(&spin, outer);
}

static void read_then_spin(void *arg)
{
	unsigned long outer, inner;

	read_lock_irqsave(&lock, outer);
	spin_lock_irqsave(&spin, inner);
	spin_unlock_irqrestore(&spin, inner);
	read_unlock_irqrestore(&lock, outer);
}

static void write_then_spin(void *arg)
{
	unsigned long outer, inner;

	write_lock_irqsave(&lock, outer);
	spin_lock_irqsave(&spin, inner);
	spin_unlock_irqrestore(&spin, inner);
	write_unlock_irqrestore(&lock, outer);
}

static void test_order(void **state)
{
	passes(write_then_spin, read_then_spin);
	breaks(spin_then_read, write_then_spin, ORACLE_LOCK_ORDER,
	       "'spin' is taken while holding 'rw'");
	breaks(read_then_spin, spin_then_read, ORACLE_LOCK_ORDER,
	       "'rw' is taken while holding 'spin'");
}

static void read_read(void *arg)
{
	__read_lock_irqsave(&lock);
	__read_lock_irqsave(&lock);
}

static void read_write(void *arg)
{
	__read_lock_irqsave(&lock);
	__write_lock_irqsave(&lock);
}

static void write_read(void *arg)
{
	__write_lock_irqsave(&lock);
	__read_lock_irqsave(&lock);
}

static void write_write(void *arg)
{
	__write_lock_irqsave(&lock);
	__write_lock_irqsave(&lock);
}

static void test_twice(void **state)
{
	breaks(read_read, NULL, ORACLE_LOCK_ORDER, "'rw' is taken while another 'rw' is held");
	breaks(read_write, NULL, ORACLE_DEADLOCK, "'rw' is taken to write by a task that reads it");
	breaks(write_read, NULL, ORACLE_DEADLOCK, "'rw' is taken by the task that holds it");
	breaks(write_write, NULL, ORACLE_DEADLOCK, "'rw' is taken by the task that holds it");
}

static void keeps_reading(void *arg)
{
	__read_lock_irqsave(&lock);
	while (!most_reading)
		cpu_relax();
}

static void keeps_writing(void *arg)
{
	__write_lock_irqsave(&lock);
	while (!most_reading)
		cpu_relax();
}

static void ends_read(void *arg)
{
	read_unlock_irqrestore(&lock, 0);
}

static void ends_write(void *arg)
{
	write_unlock_irqrestore(&lock, 0);
}

static void never_initialised(void *arg)
{
	static rwlock_t zero;

	__read_lock_irqsave(&zero);
}

static void init_foreign(void *arg)
{
	init_locks();
	spawn("first", 0, first, NULL);
	spawn("second", 1, second, NULL);
}

static void breaks_foreign(void (*x)(void *arg), void (*y)(void *arg), const char *words)
{
	first = x;
	second = y;
	expect_report(init_foreign, NULL, ORACLE_LOCK_OWNER, words);
	assert_string_equal(result.report.task, "second");
}

static void test_owner(void **state)
{
	breaks_foreign(keeps_writing, ends_write, "does not hold it (first)");
	breaks_foreign(keeps_writing, ends_read, "'rw' is released by a task that does not read");
	breaks_foreign(keeps_reading, ends_write, "does not hold it (no task does)");
	breaks_foreign(keeps_reading, ends_read, "'rw' is released by a task that does not read");
	breaks(ends_read, NULL, ORACLE_LOCK_OWNER, "does not read");
	breaks(ends_write, NULL, ORACLE_LOCK_OWNER, "(no task does)");
	breaks(never_initialised, NULL, ORACLE_LOCK_OWNER, "never initialised");
}

static void reads_then_enables(void *arg)
{
	__read_lock_irqsave(&lock);
	local_irq_restore(0);
}

static void init_irq(void *arg)
{
	init_locks();
	task_join(spawn_irq("irq", 0, irq_reads, NULL));
	task_join(spawn("first", 1, first, NULL));
}

static void test_irq(void **state)
{
	first = reads_then_enables;
	expect_report(init_irq, NULL, ORACLE_LOCK_IRQ, "'rw' is taken in an interrupt");
	first = writer;
	expect_clean(init_irq, NULL);
}

static void read_and_turn(void *arg)
{
	__read_lock_irqsave(&lock);
	sched_turn();
}

static void write_and_turn(void *arg)
{
	__write_lock_irqsave(&lock);
	sched_turn();
}

static void read_and_sleep(void *arg)
{
	__read_lock_irqsave(&lock);
	might_sleep();
}

static void test_unbalanced(void **state)
{
	breaks(read_and_turn, NULL, ORACLE_LOCK_UNBALANCED, "operation ended and still holds 'rw'");
	breaks(write_and_turn, NULL, ORACLE_LOCK_UNBALANCED,
	       "operation ended and still holds 'rw'");
	breaks(read_and_sleep, NULL, ORACLE_LOCK_SLEEP, "with a spinlock held");
}

/*
 * A deadlock that no rule of order foresees, since a subclass hides it: the holder of the spinlock
 * waits for the lock, and those who have that wait for the spinlock.
 */
static void (*take)(void), (*take_under_spin)(void);

static void takes_then_spin(void *arg)
{
	take();
	most_reading++;
	spin_lock_nested(&spin, 1);
}

static void spin_then_takes(void *arg)
{
	spin_lock(&spin);
	while (most_reading < 2)
		cpu_relax();
	take_under_spin();
}

static void to_read(void)
{
	__read_lock_irqsave(&lock);
}

static void to_write(void)
{
	__write_lock_irqsave(&lock);
}

static void init_two_readers(void *arg)
{
	init_locks();
	spawn("r0", 0, takes_then_spin, NULL);
	spawn("r1", 1, takes_then_spin, NULL);
	spawn("holder", 2, spin_then_takes, NULL);
}

static void init_writer(void *arg)
{
	init_locks();
	most_reading = 1;
	spawn("w", 0, takes_then_spin, NULL);
	spawn("holder", 2, spin_then_takes, NULL);
}

static void test_deadlock(void **state)
{
	static const struct schedule round = {.kind = SCHEDULE_ROUND_ROBIN};

	take = to_read;
	take_under_spin = to_write;
	expect_report(init_two_readers, &round, ORACLE_DEADLOCK,
		      "holder waits to write 'rw', which r0, r1 read");
	take = to_write;
	take_under_spin = to_read;
	expect_report(init_writer, &round, ORACLE_DEADLOCK,
		      "holder waits to read 'rw', which w writes");
	take_under_spin = to_write;
	expect_report(init_writer, &round, ORACLE_DEADLOCK,
		      "holder waits to write 'rw', which w writes");
}

/* Outside of a run there is one task, and locks are free. */
static void test_outside(void **state)
{
	unsigned long flags;

	init_locks();
	write_lock_irqsave(&lock, flags);
	read_lock_irqsave(&lock, flags);
	read_unlock_irqrestore(&lock, flags);
	write_unlock_irqrestore(&lock, flags);
	write_unlock_irqrestore(&lock, flags);
	assert_false(in_atomic());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exclusion),  cmocka_unit_test(test_reader_beside_reader),
		cmocka_unit_test(test_order),	   cmocka_unit_test(test_twice),
		cmocka_unit_test(test_owner),	   cmocka_unit_test(test_irq),
		cmocka_unit_test(test_unbalanced), cmocka_unit_test(test_deadlock),
		cmocka_unit_test(test_outside),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}
