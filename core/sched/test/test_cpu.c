/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_cpu.c - the model: tasks are not CPUs, a task that is not preemptible keeps its CPU, and
 * interrupts occur wherever they may and nowhere else.
 */
#include "run.h"

#define SEEDS 500

static struct schedule schedule;

static const struct schedule *seeded(enum schedule_kind kind, u64 seed)
{
	memset(&schedule, 0, offsetof(struct schedule, changes));
	schedule.kind = (u8)kind;
	schedule.odds = 2;
	schedule.depth = 4;
	schedule.length = 40;
	schedule.seed = seed;
	return &schedule;
}

/* Regions on two CPUs: those of one CPU exclude each other, those of two interleave. */

static int inside[4];
static unsigned int overlaps, others;

static void region_enter(unsigned int cpu)
{
	assert_int_equal(inside[cpu], 0);
	inside[cpu] = 1;
	for (int i = 0; i < 4; i++)
		sched_point();
	overlaps += inside[0] && inside[1];
	inside[cpu] = 0;
}

static void region_preempt(void *arg)
{
	preempt_disable();
	region_enter(smp_processor_id());
	preempt_enable();
}

static void region_irq(void *arg)
{
	unsigned long flags;

	local_irq_save(flags);
	region_enter(smp_processor_id());
	local_irq_restore(flags);
}

static void region_spin(void *arg)
{
	spinlock_t lock;

	spin_lock_init(&lock, "own");
	spin_lock(&lock);
	region_enter(smp_processor_id());
	spin_unlock(&lock);
}

static void no_region(void *arg)
{
	for (int i = 0; i < 8; i++) {
		sched_point();
		others += inside[0];
		/* It runs on CPU 1, where a region may not be under way. */
		assert_int_equal(inside[1], 0);
	}
}

static void init_regions(void *arg)
{
	memset(inside, 0, sizeof(inside));
	spawn("p0", 0, region_preempt, NULL);
	spawn("i0", 0, region_irq, NULL);
	spawn("s0", 0, region_spin, NULL);
	spawn("p1", 1, region_preempt, NULL);
	spawn("n1", 1, no_region, NULL);
}

static void test_regions(void **state)
{
	overlaps = others = 0;
	for (u64 seed = 0; seed < SEEDS; seed++)
		expect_clean(init_regions, seeded(seed % 2 ? SCHEDULE_RANDOM : SCHEDULE_PCT, seed));
	/* Both kinds of company do happen. */
	assert_true(overlaps > SEEDS / 10);
	assert_true(others > SEEDS / 10);
}

/* Preemptible tasks of one CPU interleave, and can be moved between any two points. */

static unsigned int moved;

static void wanders(void *arg)
{
	unsigned int cpu = raw_smp_processor_id();

	for (int i = 0; i < 6; i++) {
		sched_point();
		if (raw_smp_processor_id() != cpu)
			moved++;
		cpu = raw_smp_processor_id();
	}
	cpu = get_cpu();
	for (int i = 0; i < 6; i++) {
		sched_point();
		assert_int_equal(smp_processor_id(), cpu);
	}
	put_cpu();
	task_migrate(3);
	cpu = raw_smp_processor_id();
	/* It may have been moved on already, but not to anywhere else. */
	assert_true(cpu == 3 || cpu == 2);
	assert_int_equal(task_cpu(current), cpu);
}

static void init_wander(void *arg)
{
	spawn("a", 0, wanders, NULL);
	spawn("b", 0, wanders, NULL);
}

static void test_migration(void **state)
{
	moved = 0;
	memset(&schedule, 0, offsetof(struct schedule, changes));
	schedule.nr = 1;
	for (u32 step = 1; step < 40; step++) {
		schedule.changes[0] =
			(struct change){.step = step, .kind = CHANGE_MIGRATE, .task = 1, .cpu = 2};
		expect_clean(init_wander, &schedule);
	}
	assert_true(moved >= 6);
	expect_clean(init_wander, NULL);
}

/* To be moved to a CPU that is kept: one waits until it is given up. */

static int entered;

static void keeps_cpu(void *arg)
{
	preempt_disable();
	entered = 1;
	for (int i = 0; i < 10; i++)
		sched_point();
	entered = 0;
	preempt_enable();
}

static void moves_there(void *arg)
{
	while (!READ_ONCE(entered))
		cpu_relax();
	task_migrate(1);
	assert_int_equal(entered, 0);
}

static void init_moves(void *arg)
{
	entered = 0;
	spawn("moves", 0, moves_there, NULL);
	spawn("keeps", 1, keeps_cpu, NULL);
}

static void test_migrate_to_kept_cpu(void **state)
{
	/* Round robin alternates, so that the mover finds the other inside. */
	expect_clean(init_moves, seeded(SCHEDULE_ROUND_ROBIN, 0));
}

/*
 * One task on CPU 0 that passes through all states, and an interrupt there that comes at a
 * step of our choice. Letters stand for where it came.
 */

static char where;
static bool irqs_on;
static unsigned int in_irq;
static spinlock_t lock;

static void at(char c)
{
	where = c;
	sched_point();
}

static void interrupted(void *arg)
{
	unsigned long flags;

	irqs_on = true;
	at('a');
	preempt_disable();
	at('p');
	preempt_enable();
	where = 'a';
	sched_point();
	local_irq_save(flags);
	irqs_on = false;
	at('x');
	where = 'b';
	irqs_on = true;
	local_irq_restore(flags);
	at('b');
	spin_lock(&lock);
	at('s');
	spin_unlock(&lock);
	at('c');
	spin_lock_irqsave(&lock, flags);
	irqs_on = false;
	at('y');
	irqs_on = true;
	spin_unlock_irqrestore(&lock, flags);
	at('d');
	rcu_read_lock();
	at('r');
	rcu_read_unlock();
	where = 'e';
	assert_int_equal(in_irq, 0);
}

static void interrupt(void *arg)
{
	assert_false(in_interrupt());
	assert_false(in_atomic());
	irq_enter();
	assert_true(in_interrupt());
	assert_true(in_atomic());
	assert_true(irqs_disabled());
	assert_true(irqs_on);
	assert_int_equal(smp_processor_id(), 0);
	in_irq++;
	log_event(where);
	/* To its end: the interrupted task does not run, and no second interrupt does. */
	for (int i = 0; i < 4; i++) {
		char before = where;

		sched_point();
		assert_int_equal(where, before);
		assert_int_equal(in_irq, 1);
	}
	in_irq--;
	irq_exit();
	assert_false(in_interrupt());
}

static void elsewhere(void *arg)
{
	for (int i = 0; i < 3; i++)
		sched_point();
	if (in_irq)
		log_event('+');
}

static void init_irq(void *arg)
{
	spin_lock_init(&lock, "lock");
	where = '0';
	irqs_on = true;
	in_irq = 0;
	spawn("task", 0, interrupted, NULL);
	spawn_irq("irq", 0, interrupt, NULL);
	spawn_irq("irq2", 0, interrupt, NULL);
	spawn("cpu1", 1, elsewhere, NULL);
}

static void test_interrupt(void **state)
{
	char seen[256] = "";

	memset(&schedule, 0, offsetof(struct schedule, changes));
	schedule.nr = 1;
	for (u32 step = 1; step < 40; step++) {
		schedule.changes[0] = (struct change){.step = step, .task = 2};
		expect_clean(init_irq, &schedule);
		assert_true(log_len >= 2);
		seen[step - 1] = log_text[0];
	}
	/* At every place where they may, and never where interrupts are off. */
	for (const char *p = "apbscdre"; *p; p++)
		if (!strchr(seen, *p))
			fail_msg("never interrupted at '%c': %s", *p, seen);
	assert_null(strchr(seen, 'x'));
	assert_null(strchr(seen, 'y'));
}

static void test_interrupt_random(void **state)
{
	unsigned int beside = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		expect_clean(init_irq, seeded(seed % 2 ? SCHEDULE_RANDOM : SCHEDULE_PCT, seed));
		assert_true(log_len >= 2);
		beside += strchr(log_text, '+') != NULL;
	}
	/* Tasks of other CPUs run during an interrupt. */
	assert_true(beside > SEEDS / 20);
}

/* After an interrupt the interrupted task goes on, even if its number is the higher. */

static void counts(void *arg)
{
	for (int i = 0; i < 5; i++) {
		log_event('t');
		sched_point();
	}
}

static void ticks(void *arg)
{
	for (int i = 0; i < 3; i++) {
		irq_enter();
		log_event('i');
		irq_exit();
	}
}

static void init_ticks(void *arg)
{
	spawn_irq("irq", 0, ticks, NULL);
	spawn("low", 1, counts, NULL);
	spawn("high", 0, counts, NULL);
}

static void test_interrupt_returns(void **state)
{
	memset(&schedule, 0, offsetof(struct schedule, changes));
	schedule.nr = 2;
	schedule.changes[0] = (struct change){.step = 1, .task = 3};
	schedule.changes[1] = (struct change){.step = 3, .task = 1};
	/* Two of "high", one interrupt over it, "high" to its end, then what is left in order. */
	expect_clean(init_ticks, &schedule);
	assert_string_equal(log_text, "ttitttiittttt");
}

/* Tickets */

static u64 tickets[3];

static void op_short(void *arg)
{
	task_set_op(1);
	tickets[1] = task_ticket();
	assert_true(tickets[1] > tickets[0]);
	assert_int_equal(oldest_ticket(), tickets[0]);
	task_set_op(-1);
}

static void op_long(void *arg)
{
	assert_int_equal(oldest_ticket(), task_ticket());
	task_set_op(0);
	tickets[0] = task_ticket();
	assert_int_equal(oldest_ticket(), tickets[0]);
	task_join(spawn("short", 1, op_short, NULL));
	assert_int_equal(task_ticket(), tickets[0]);
	task_set_op(-1);
	assert_int_equal(oldest_ticket(), tickets[1] + 1);
	task_set_op(2);
	assert_int_equal(task_ticket(), tickets[1] + 1);
}

static void test_tickets(void **state)
{
	expect_clean(op_long, NULL);
	assert_int_equal(task_ticket(), 0);
	assert_int_equal(oldest_ticket(), 0);
}

/* All words may be used outside of a run, by a program with one task. */

static void outside_work(struct work_struct *work)
{
	log_event('w');
}

static void outside_callback(struct rcu_head *head)
{
	log_event('r');
}

static void test_outside(void **state)
{
	struct work_struct work;
	struct rcu_head head;
	struct completion x;
	struct mutex m;
	spinlock_t l;
	unsigned long flags;

	log_len = 0;
	spin_lock_init(&l, "l");
	mutex_init(&m, "m");
	init_completion(&x);
	INIT_WORK(&work, outside_work);
	spin_lock(&l);
	spin_unlock(&l);
	assert_true(spin_trylock(&l));
	spin_lock_irqsave(&l, flags);
	spin_unlock_irqrestore(&l, flags);
	mutex_lock(&m);
	mutex_unlock(&m);
	assert_true(mutex_trylock(&m));
	lockdep_assert_spin_held(&l);
	lockdep_assert_mutex_held(&m);
	local_irq_save(flags);
	assert_false(irqs_disabled());
	local_irq_restore(flags);
	assert_int_equal(get_cpu(), 0);
	put_cpu();
	assert_int_equal(smp_processor_id(), 0);
	assert_int_equal(num_possible_cpus(), 1);
	rcu_read_lock();
	assert_true(rcu_read_lock_held());
	rcu_read_unlock();
	synchronize_rcu();
	call_rcu(&head, outside_callback);
	rcu_barrier();
	assert_true(schedule_work(&work));
	assert_false(flush_work(&work));
	assert_false(cancel_work_sync(&work));
	assert_false(completion_done(&x));
	complete_all(&x);
	wait_for_completion(&x);
	cpu_relax();
	cond_resched();
	task_set_op(1);
	assert_string_equal(log_text, "rw");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_migration),
		cmocka_unit_test(test_migrate_to_kept_cpu),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_interrupt_random),
		cmocka_unit_test(test_interrupt_returns),
		cmocka_unit_test(test_tickets),
		cmocka_unit_test(test_outside),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}
