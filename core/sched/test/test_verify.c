/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_verify.c - verify.h finds each broken invariant of the engine: every one is broken by hand.
 */
#include "run.h"
#include "verify.h"

static spinlock_t spin;
static rwlock_t rw;
static unsigned long flags;
static struct work_struct work, other;
static struct rcu_head first, second;

static void nothing(void *arg)
{
}

static void item(struct work_struct *w)
{
}

static void callback(struct rcu_head *head)
{
}

/* Beside the init task on CPU 0 there are tasks number 1 on that CPU, and number 2 on CPU 1. */
static struct sched *set_up(void)
{
	spin_lock_init(&spin, "spin");
	rwlock_init(&rw, "rw");
	INIT_WORK(&work, item);
	INIT_WORK(&other, item);
	spawn("beside", 0, nothing, NULL);
	spawn("away", 1, nothing, NULL);
	return current->sched;
}

/* Define a body that comes into a state, in which all holds, and then breaks one thing. */
#define BREAK(name, state, ...)                                                                    \
	static void name(void *arg)                                                                \
	{                                                                                          \
		struct sched *s = set_up();                                                        \
		struct task *t = current;                                                          \
                                                                                                   \
		state;                                                                             \
		verify_engine(s, t, true);                                                         \
		__VA_ARGS__;                                                                       \
		verify_engine(s, t, true);                                                         \
	}

/* Two workers with an item each. */
static void two_workers(void)
{
	schedule_work(&work);
	schedule_work(&other);
}

static void both_run(struct sched *s, struct work_struct *w)
{
	for (unsigned int n = SCHED_WORKER_FIRST; n < SCHED_WORKER_FIRST + 2; n++) {
		s->task[n].running = w;
		s->task[n].running_func = w->func;
	}
}

/* A reader keeps the callbacks in the queue. */
static void two_callbacks(void)
{
	rcu_read_lock();
	call_rcu(&first, callback);
	call_rcu(&second, callback);
}

BREAK(not_ready, , s->ready &= ~t->bit)
BREAK(runs_hidden, preempt_disable(), t->preempt = 0; s->task[1].preempt = 1;
      s->cpu[0].pinner = &s->task[1]; cpu_changed(s, &s->cpu[0]))
BREAK(hides_more, , s->hidden |= s->task[1].bit)
BREAK(hides_less, preempt_disable(), s->hidden = 0)
BREAK(no_pinner, preempt_disable(), s->cpu[0].pinner = NULL; s->hidden = 0)
BREAK(two_pinners, preempt_disable(), s->task[1].preempt = 1)
BREAK(pinner_preemptible, preempt_disable(), t->preempt = 0)
BREAK(pinner_sleeps, , s->task[2].preempt = 1; s->cpu[1].pinner = &s->task[2];
      s->task[2].wait = WAIT_MUTEX; s->ready &= ~s->task[2].bit)
BREAK(reader_and_writer, read_lock_irqsave(&rw, flags), rw.word.owner = t)
BREAK(owns_not, spin_lock(&spin), spin.word.owner = NULL)
BREAK(reads_not, read_lock_irqsave(&rw, flags), rw.readers = 0)
BREAK(writes_not, write_lock_irqsave(&rw, flags), rw.word.owner = &s->task[1])
BREAK(ticket_alone, task_set_op(0), s->inflight = 0)
BREAK(inflight_alone, , s->inflight |= s->task[1].bit)
BREAK(item_idle, schedule_work(&work), work.pending = false)
BREAK(item_queued_too, schedule_work(&work), s->work = &work)
BREAK(item_with_two, two_workers(), s->task[SCHED_WORKER_FIRST + 1].work = &work)
BREAK(item_run_twice, two_workers(), both_run(s, &work))
BREAK(queue_order, two_callbacks(), first.clock = second.clock + 1)

static void test_break(void **state)
{
	static const struct {
		void (*body)(void *arg);
		const char *words;
	} breaks[] = {
		{not_ready, "S1: "},
		{runs_hidden, "S1: "},
		{hides_more, "S2: "},
		{hides_less, "S2: "},
		{no_pinner, "S3: "},
		{two_pinners, "S3: "},
		{pinner_preemptible, "S3: "},
		{pinner_sleeps, "S4: "},
		{reader_and_writer, "S5: "},
		{owns_not, "S6: w->owner == t"},
		{reads_not, "S6: "},
		{writes_not, "S6: w->owner == t"},
		{ticket_alone, "S7: "},
		{inflight_alone, "S7: "},
		{item_idle, "S8: work->pending"},
		{item_queued_too, "S8: verify_places"},
		{item_with_two, "S8: verify_places"},
		{item_run_twice, "S8: u->running"},
		{queue_order, "S9: "},
	};

	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++)
		expect_report(breaks[i].body, NULL, ORACLE_CRASH, breaks[i].words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_break, setup_engine, teardown_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
