/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * race_threads.c - ThreadSanitizer on the threads engine works: proof by races, and by none.
 *
 * Each case is a pair of tasks that one word of the vocabulary keeps in order. With the word left
 * out there is a race, which ThreadSanitizer must report; its correct twin must never be reported.
 *
 *   race_threads CASE [SECONDS]     the race alone, until it is reported, for 10 s at most
 *   race_threads correct [SECONDS]  the twins of all cases at once, for 5 s
 *
 * A report counts for the case whose memory it names. Any other report is an error of the engine
 * or of its announcements, and fails the test in both forms.
 *
 * This file is instrumented; the engine is not.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sanitizer/tsan_interface.h>

#include "../clock.h"
#include "../kernel.h"
#include "../sched.h"

#define RACE_SECONDS 10
#define CORRECT_SECONDS 5

/* Rounds after which a task lets the other one run. */
#define YIELD_ROUNDS 16

/* Callbacks and items of a task that may be queued before it waits for them. */
#define BATCH 64

struct node {
	struct rcu_head rcu;
	struct subject *of;
	long value;
};

/**
 * struct subject - the memory of a case
 * @correct:  run the twin
 * @reported: a report names this memory; atomic
 * @turn:     a flag: 0 while it is the first task's turn
 * @plain:    what is raced for
 */
struct subject {
	bool correct;
	bool reported;
	spinlock_t lock;
	struct work_struct work;
	struct node node[BATCH];
	struct node *published;
	int turn;
	long plain;
};

static double deadline;
static bool foreign_report;

static bool go_on(const struct subject *s)
{
	return !__atomic_load_n(&s->reported, __ATOMIC_RELAXED) && clock_seconds() < deadline;
}

/* A spinlock: left out by one of two. */
static void spin_taken(struct subject *s, long round)
{
	spin_lock(&s->lock);
	s->plain++;
	spin_unlock(&s->lock);
}

static void spin_left_out(struct subject *s, long round)
{
	if (s->correct)
		spin_lock(&s->lock);
	s->plain++;
	if (s->correct)
		spin_unlock(&s->lock);
}

/* A release: the writer sets the flag by a relaxed store. The reader gives it back properly. */
static void release_writer(struct subject *s, long round)
{
	if (smp_load_acquire(&s->turn))
		return;
	s->plain++;
	if (s->correct)
		smp_store_release(&s->turn, 1);
	else
		WRITE_ONCE(s->turn, 1);
}

static void release_reader(struct subject *s, long round)
{
	if (!smp_load_acquire(&s->turn))
		return;
	s->plain++;
	smp_store_release(&s->turn, 0);
}

/* A flag that is no atomic: only the flag is raced for. */
static void flag_writer(struct subject *s, long round)
{
	if (s->correct)
		WRITE_ONCE(s->turn, (int)round);
	else
		*(volatile int *)&s->turn = (int)round;
}

static void flag_reader(struct subject *s, long round)
{
	if (s->correct)
		(void)READ_ONCE(s->turn);
	else
		(void)*(volatile int *)&s->turn;
}

/* A grace period: a node is written again while a reader may still look at it. */
static void grace_writer(struct subject *s, long round)
{
	struct node *next = &s->node[round % 2];

	next->value = round;
	rcu_assign_pointer(s->published, next);
	if (s->correct)
		synchronize_rcu();
}

static void grace_reader(struct subject *s, long round)
{
	const struct node *node;

	rcu_read_lock();
	node = rcu_dereference(s->published);
	if (node && node->value < 0)
		abort();
	rcu_read_unlock();
}

/* A callback, which runs in a thread of liburcu, and a task: the callback leaves the lock out. */
static void callback_func(struct rcu_head *head)
{
	spin_left_out(container_of(head, struct node, rcu)->of, 0);
}

static void callback_queue(struct subject *s, long round)
{
	struct node *node = &s->node[round % BATCH];

	if (!(round % BATCH))
		rcu_barrier();
	node->of = s;
	call_rcu(&node->rcu, callback_func);
}

/* The mask of interrupts: a section that only disables preemption, and an interrupt. */
static void mask_task(struct subject *s, long round)
{
	unsigned long flags = 0;

	preempt_disable();
	if (s->correct)
		local_irq_save(flags);
	s->plain++;
	if (s->correct)
		local_irq_restore(flags);
	preempt_enable();
}

static void mask_interrupt(struct subject *s, long round)
{
	irq_enter();
	s->plain++;
	irq_exit();
}

/* A work item: its queuer goes on with the data before the item has run. */
static void work_func(struct work_struct *work)
{
	container_of(work, struct subject, work)->plain++;
}

static void work_queuer(struct subject *s, long round)
{
	schedule_work(&s->work);
	if (s->correct)
		flush_work(&s->work);
	s->plain++;
}

/**
 * struct defect - a case
 * @a, @b: a round of each task; @b may be NULL
 * @together: both tasks are on one CPU
 * @irq:   the second task is an interrupt source
 */
static const struct defect {
	const char *name;
	void (*a)(struct subject *s, long round), (*b)(struct subject *s, long round);
	bool together;
	bool irq;
} defects[] = {
	{"spinlock", spin_taken, spin_left_out},
	{"release", release_writer, release_reader},
	{"flag", flag_writer, flag_reader},
	{"grace-period", grace_writer, grace_reader},
	{"callback", callback_queue, spin_taken},
	{"interrupt-mask", mask_task, mask_interrupt, .together = true, .irq = true},
	{"work", work_queuer},
};

static struct subject subject[ARRAY_SIZE(defects)];

static void do_rounds(void *arg)
{
	struct subject *s = arg;
	const struct defect *d = &defects[s - subject];
	bool first = task_name(current)[0] == 'a';

	for (long round = 0; go_on(s); round++) {
		(first ? d->a : d->b)(s, round);
		sched_turn();
		/*
		 * On a busy host a task would spin through its time slice otherwise, and
		 * ThreadSanitizer drops the report of a race if the thread's trace no longer goes
		 * back to the first access.
		 */
		if (round % YIELD_ROUNDS == 0)
			sched_yield();
	}
	/* Callbacks and items use the subject. */
	if (first && !d->irq) {
		rcu_barrier();
		flush_work(&s->work);
	}
}

static void spawn(size_t i)
{
	const struct defect *d = &defects[i];
	struct task_params a = {
		.name = "a", .cpu = 2 * (unsigned int)i, .fn = do_rounds, .arg = &subject[i]};
	struct task_params b = a;

	spin_lock_init(&subject[i].lock, d->name);
	INIT_WORK(&subject[i].work, work_func);
	b.name = "b";
	b.cpu += !d->together;
	b.irq = d->irq;
	task_spawn(&a);
	if (d->b)
		task_spawn(&b);
}

/* TSan calls this after it has printed a report, and holds its locks. */
void __tsan_on_report(void *report);

void __tsan_on_report(void *report)
{
	const char *what, *at = NULL;
	int count, stacks, mops = 0, locs, mutexes, threads, tids, tid, size, write, atomic;
	void *addr = NULL, *trace[1];

	__tsan_get_report_data(report, &what, &count, &stacks, &mops, &locs, &mutexes, &threads,
			       &tids, trace, 1);
	if (mops && __tsan_get_report_mop(report, 0, &tid, &addr, &size, &write, &atomic, trace, 1))
		at = addr;
	if (at >= (char *)subject && at < (char *)(subject + ARRAY_SIZE(defects)))
		__atomic_store_n(&subject[(at - (char *)subject) / sizeof(subject[0])].reported,
				 true, __ATOMIC_RELAXED);
	else
		__atomic_store_n(&foreign_report, true, __ATOMIC_RELAXED);
}

/* The exit status is ours to choose: a planted race is a success. */
const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
	return "exitcode=0";
}

static size_t chosen;

static void init(void *arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(defects); i++)
		if (chosen == ARRAY_SIZE(defects) || chosen == i)
			spawn(i);
}

int main(int argc, char **argv)
{
	/* Tasks stay on their CPUs: two of them are to share one. */
	struct schedule stay = {.kind = SCHEDULE_RANDOM, .odds = 0};
	struct sched_params p = {.nr_cpus = 2 * ARRAY_SIZE(defects), .schedule = &stay};
	struct sched *s = sched_create();
	struct sched_result r;
	bool correct, failed;

	while (argc > 1 && chosen < ARRAY_SIZE(defects) &&
	       strcmp(argv[1], defects[chosen].name) != 0)
		chosen++;
	correct = argc > 1 && !strcmp(argv[1], "correct");
	if (!s || argc < 2 || (chosen == ARRAY_SIZE(defects) && !correct)) {
		fprintf(stderr, "usage: race_threads CASE|correct [SECONDS]\n");
		return 2;
	}
	deadline = clock_seconds() + (argc > 2	? strtod(argv[2], NULL)
				      : correct ? CORRECT_SECONDS
						: RACE_SECONDS);
	for (size_t i = 0; i < ARRAY_SIZE(defects); i++)
		subject[i].correct = correct;
	sched_run(s, &p, init, NULL, &r);
	sched_destroy(s);
	failed = foreign_report;
	if (failed)
		printf("a report names memory of no case, expected none\n");
	for (size_t i = 0; i < ARRAY_SIZE(defects); i++) {
		if (!correct && i != chosen)
			continue;
		printf("%s: %s, expected %s\n", defects[i].name,
		       subject[i].reported ? "reported" : "no report",
		       correct ? "no report" : "a report");
		failed |= subject[i].reported == correct;
	}
	return failed;
}
