/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_many.c - a run of more tasks than a u64 has bits: all words of the vocabulary, under all
 * kinds of schedule, with the same path in each replay.
 */
#include "../vtime.h"
#include "many.h"

#define MANY 100
#define SOURCES 8
#define INTERRUPTS 3
#define OBJECTS (MANY / 10 + 1)

static struct {
	spinlock_t spin, irq;
	rwlock_t rw;
	struct mutex mutex;
	struct completion go, done[MANY];
	struct work_struct work[MANY];
	struct rcu_head rcu[MANY];
	struct task *task[MANY], *source[SOURCES];
	bool object_gone[OBJECTS];
	bool *object;
	bool writing;
	int spun, irqs, slept, read, written, worked, called;
} m;

static void worked(struct work_struct *work)
{
	m.worked++;
}

static void called(struct rcu_head *head)
{
	m.called++;
}

static void uses_spinlocks(void)
{
	unsigned long flags;
	unsigned int cpu;

	spin_lock(&m.spin);
	cpu = smp_processor_id();
	m.spun++;
	sched_point();
	CHECK(cpu == smp_processor_id());
	spin_unlock(&m.spin);
	spin_lock_irqsave(&m.irq, flags);
	m.irqs++;
	spin_unlock_irqrestore(&m.irq, flags);
}

static void uses_rwlock(bool write)
{
	unsigned long flags;

	read_lock_irqsave(&m.rw, flags);
	sched_point();
	CHECK(!m.writing);
	m.read++;
	read_unlock_irqrestore(&m.rw, flags);
	if (!write)
		return;
	write_lock_irqsave(&m.rw, flags);
	CHECK(!m.writing);
	m.writing = true;
	sched_point();
	m.writing = false;
	m.written++;
	write_unlock_irqrestore(&m.rw, flags);
}

static void sleeps(void)
{
	int before;

	mutex_lock(&m.mutex);
	before = m.slept;
	cond_resched();
	m.slept = before + 1;
	mutex_unlock(&m.mutex);
}

static void uses_rcu(long i)
{
	bool *object;
	int before;

	rcu_read_lock();
	object = rcu_dereference(m.object);
	sched_point();
	CHECK(!*object);
	rcu_read_unlock();
	if (i % 10)
		return;
	object = xchg(&m.object, &m.object_gone[1 + i / 10]);
	synchronize_rcu();
	*object = true;
	before = m.called;
	call_rcu(&m.rcu[i], called);
	rcu_barrier();
	CHECK(m.called > before);
}

static void task_fn(void *arg)
{
	long i = (long)arg;

	wait_for_completion(&m.go);
	task_set_op((s32)i);
	CHECK(oldest_ticket() <= task_ticket());
	task_migrate((unsigned int)i % num_possible_cpus());
	uses_spinlocks();
	uses_rwlock(i % 4 == 0);
	sleeps();
	uses_rcu(i);
	if (i % 5 == 0) {
		schedule_work(&m.work[i]);
		flush_work(&m.work[i]);
	}
	complete_all(&m.done[i]);
	wait_for_completion(&m.done[(i + 63) % MANY]);
	/* Every second one is joined by the one before it. */
	if (i % 2 == 0)
		task_join(m.task[i + 1]);
	task_set_op(-1);
	sched_turn();
}

static void interrupt_op(void *arg)
{
	unsigned long flags;

	CHECK(in_interrupt());
	spin_lock_irqsave(&m.irq, flags);
	m.irqs++;
	spin_unlock_irqrestore(&m.irq, flags);
}

static void source_fn(void *arg)
{
	do_ops(INTERRUPTS, true, interrupt_op, arg);
}

static void init_all(void *arg)
{
	memset(&m, 0, sizeof(m));
	spin_lock_init(&m.spin, "spin");
	spin_lock_init(&m.irq, "irq");
	rwlock_init(&m.rw, "rw");
	mutex_init(&m.mutex, "mutex");
	init_completion(&m.go);
	m.object = &m.object_gone[0];
	for (long i = 0; i < MANY; i++) {
		init_completion(&m.done[i]);
		INIT_WORK(&m.work[i], worked);
	}
	for (long i = 0; i < MANY; i++)
		m.task[i] = spawn("task", (unsigned int)i % 3 % num_possible_cpus(), task_fn,
				  (void *)i);
	for (unsigned int i = 0; i < SOURCES; i++)
		m.source[i] = spawn_irq("source", i % num_possible_cpus(), source_fn, NULL);
	complete_all(&m.go);
	for (int i = 0; i < MANY; i += 2)
		task_join(m.task[i]);
	for (int i = 0; i < SOURCES; i++)
		task_join(m.source[i]);
}

static void check_all(const struct schedule *schedule)
{
	expect_clean(init_all, schedule);
	assert_int_equal(m.spun, MANY);
	assert_int_equal(m.irqs, MANY + SOURCES * INTERRUPTS);
	assert_int_equal(m.slept, MANY);
	assert_int_equal(m.read, MANY);
	assert_int_equal(m.written, MANY / 4);
	assert_int_equal(m.worked, MANY / 5);
	assert_int_equal(m.called, MANY / 10);
}

/* Twice, and as it was written down. */
static void check_replay(const struct schedule *schedule)
{
	static struct schedule taken;
	struct sched_result first;

	params.taken = &taken;
	check_all(schedule);
	params.taken = NULL;
	first = result;
	check_all(schedule);
	assert_int_equal(result.digest, first.digest);
	assert_int_equal(result.points, first.points);
	if (first.taken_overflow)
		return;
	check_all(&taken);
	assert_int_equal(result.digest, first.digest);
	assert_int_equal(result.points, first.points);
}

static void test_schedules(void **state)
{
	static struct schedule random = {.kind = SCHEDULE_RANDOM},
			       pct = {.kind = SCHEDULE_PCT, .depth = 5, .length = 5000},
			       round_robin = {.kind = SCHEDULE_ROUND_ROBIN};
	static const unsigned int cpus[] = {1, 4, 64};

	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		params.nr_cpus = cpus[i];
		check_replay(NULL);
		check_replay(&round_robin);
		for (u64 seed = 0; seed < 30; seed++) {
			random.seed = pct.seed = seed;
			random.odds = seed % 2 ? 2 : 50;
			check_replay(&random);
			check_replay(&pct);
		}
	}
	params.nr_cpus = 4;
}

/* The same words in virtual time, where all points take the slow path anyway. */
static void test_vtime(void **state)
{
	static const struct sched_vtime vtime = {.point = 10, .line = 50, .handover = 80};

	params.vtime = &vtime;
	params.nr_cpus = 64;
	check_all(NULL);
	params.vtime = NULL;
	params.nr_cpus = 4;
}

/* A run of few tasks after one of many is what it was before. */
static void init_few(void *arg)
{
	struct task *t[3];

	for (int i = 0; i < 3; i++)
		t[i] = spawn("task", (unsigned int)i, nothing, NULL);
	for (int i = 0; i < 3; i++) {
		CHECK(task_number(t[i]) == SCHED_TASK_FIRST + (unsigned int)i);
		sched_point();
		task_join(t[i]);
	}
}

static void test_few_again(void **state)
{
	struct sched *used = engine;
	struct sched_result fresh;

	engine = sched_create();
	assert_non_null(engine);
	expect_clean(init_few, NULL);
	fresh = result;
	sched_destroy(engine);
	engine = used;
	check_all(NULL);
	expect_clean(init_few, NULL);
	assert_int_equal(result.digest, fresh.digest);
	assert_int_equal(result.points, fresh.points);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schedules),
		cmocka_unit_test(test_vtime),
		cmocka_unit_test(test_few_again),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}
