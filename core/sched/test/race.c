/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * race.c - ThreadSanitizer on fibers works: proof by a race, and by none.
 *
 * One task fills a structure in and publishes it, another looks for it and reads it. Published by
 * a relaxed store this is a race; by release and acquire it is none. Each program is
 * replayed from one schedule, and run under random ones. `race` must be reported every time
 * it happens, `correct` never.
 *
 *   race       1,000 replays, each reported, with one digest and one text; random schedules:
 *              reported if the reader found the structure, and only then
 *   correct    1,000 replays and 1,000 random schedules, none reported
 *   MECHANISM  1,000 random schedules of two tasks that are kept in order by it: none reported;
 *              and of its twin without it, many of which must be
 *   ... high   the same for tasks above number 63
 *
 * This file is instrumented; the engine is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel.h"
#include "../sched.h"

#define RUNS 1000

struct message {
	long word[4];
};

static struct world {
	bool correct;
	bool found;
	struct message message;
	struct message *published;
	spinlock_t lock, other;
	rwlock_t rw;
	struct mutex mutex;
	struct completion done;
	struct work_struct work;
	struct rcu_head rcu;
	long shared;
} w;

static void fill(void)
{
	for (long i = 0; i < 4; i++)
		w.message.word[i] = i;
}

static void publisher(void *arg)
{
	fill();
	if (w.correct)
		smp_store_release(&w.published, &w.message);
	else
		WRITE_ONCE(w.published, &w.message);
	sched_point();
}

static void reader(void *arg)
{
	struct message *m = w.correct ? smp_load_acquire(&w.published) : READ_ONCE(w.published);
	long sum = 0;

	if (!m)
		return;
	w.found = true;
	for (int i = 0; i < 4; i++)
		sum += m->word[i];
	/* The end of the run must not come before the report. */
	WRITE_ONCE(w.shared, sum);
}

/* The words that order tasks; each adds to w.shared inside of what the word protects. */

/* Without: each has a lock of its own, still held when the race ends the run. */
static void by_spin(void *arg)
{
	spinlock_t *lock = w.correct || task_name(current)[0] == 'a' ? &w.lock : &w.other;

	spin_lock(lock);
	w.shared++;
	sched_point();
	spin_unlock(lock);
}

static void by_trylock(void *arg)
{
	while (w.correct && !spin_trylock(&w.lock))
		cpu_relax();
	w.shared++;
	if (w.correct)
		spin_unlock(&w.lock);
}

static void by_irqsave(void *arg)
{
	unsigned long flags = 0;

	if (w.correct)
		spin_lock_irqsave(&w.lock, flags);
	w.shared++;
	if (w.correct)
		spin_unlock_irqrestore(&w.lock, flags);
}

/* Without an order: both hold the lock for reading, also when the race ends the run. */
static void by_write(void *arg)
{
	unsigned long flags;

	if (w.correct)
		write_lock_irqsave(&w.rw, flags);
	else
		read_lock_irqsave(&w.rw, flags);
	w.shared++;
	sched_point();
	if (w.correct)
		write_unlock_irqrestore(&w.rw, flags);
	else
		read_unlock_irqrestore(&w.rw, flags);
}

/* The other side of by_write(), which must write for it. */
static void by_read(void *arg)
{
	unsigned long flags;

	read_lock_irqsave(&w.rw, flags);
	w.message.word[0] = w.shared;
	sched_point();
	read_unlock_irqrestore(&w.rw, flags);
}

static void by_mutex(void *arg)
{
	if (w.correct)
		mutex_lock(&w.mutex);
	w.shared++;
	if (w.correct)
		mutex_unlock(&w.mutex);
}

/* Both tasks are on one CPU: to be kept off it is to be kept in order. */
static void by_preempt(void *arg)
{
	if (w.correct)
		preempt_disable();
	w.shared++;
	if (w.correct)
		preempt_enable();
}

static void by_irq_off(void *arg)
{
	unsigned long flags = 0;

	if (w.correct)
		local_irq_save(flags);
	w.shared++;
	if (w.correct)
		local_irq_restore(flags);
}

static void interrupt(void *arg)
{
	irq_enter();
	w.shared++;
	irq_exit();
}

/* A region that an interrupt can fall into; one that ended before the interrupt is no race. */
static void by_preempt_only(void *arg)
{
	if (w.correct)
		preempt_disable();
	w.shared++;
	sched_point();
	if (w.correct)
		preempt_enable();
}

static void completes(void *arg)
{
	w.shared++;
	complete_all(&w.done);
}

static void waits(void *arg)
{
	if (w.correct)
		wait_for_completion(&w.done);
	w.shared++;
}

static void work_func(struct work_struct *work)
{
	w.shared++;
}

static void share_with_item(bool elsewhere)
{
	w.shared++;
	if (elsewhere)
		schedule_work_on(1, &w.work);
	else
		schedule_work(&w.work);
	if (w.correct)
		flush_work(&w.work);
	else
		sched_point();
	w.shared++;
}

static void schedules_work(void *arg)
{
	share_with_item(false);
}

static void schedules_work_on(void *arg)
{
	share_with_item(true);
}

static void idles(void *arg)
{
	sched_point();
}

/* RCU: the update of what was read, after a grace period or without. */
static void rcu_looks(void *arg)
{
	rcu_read_lock();
	if (READ_ONCE(w.published))
		w.found = w.message.word[0];
	rcu_read_unlock();
}

static void rcu_callback(struct rcu_head *head)
{
	w.message.word[0] = 2;
}

static void rcu_waits(void *arg)
{
	WRITE_ONCE(w.published, NULL);
	if (w.correct)
		synchronize_rcu();
	w.message.word[0] = 1;
}

static void rcu_unpublishes(void *arg)
{
	WRITE_ONCE(w.published, NULL);
	if (w.correct)
		call_rcu(&w.rcu, rcu_callback);
	else
		rcu_callback(&w.rcu);
}

/**
 * struct word - two tasks that a word of the vocabulary keeps in order, or does not
 * @name: the word
 * @a, @b: bodies
 * @cpu_b: CPU of the second; the first is on 0
 * @irq_b: the second is an interrupt source
 * @published: there is something for @b to find
 * @races: it is not enough: there are races with it as well, though not in each schedule
 */
static const struct word {
	const char *name;
	void (*a)(void *arg), (*b)(void *arg);
	unsigned int cpu_b;
	bool irq_b;
	bool published;
	bool races;
} words[] = {
	{.name = "spin", .a = by_spin, .b = by_spin, .cpu_b = 1},
	{.name = "trylock", .a = by_trylock, .b = by_trylock, .cpu_b = 1},
	{.name = "irqsave", .a = by_irqsave, .b = by_irqsave, .cpu_b = 1},
	{.name = "read-write", .a = by_read, .b = by_write, .cpu_b = 1},
	{.name = "write-write", .a = by_write, .b = by_write, .cpu_b = 1},
	{.name = "mutex", .a = by_mutex, .b = by_mutex, .cpu_b = 1},
	{.name = "preempt", .a = by_preempt, .b = by_preempt},
	{.name = "irq-off", .a = by_irq_off, .b = by_irq_off},
	{.name = "irq-off-preempt", .a = by_irq_off, .b = by_preempt},
	{.name = "interrupt", .a = by_irq_off, .b = interrupt, .irq_b = true},
	{.name = "completion", .a = completes, .b = waits, .cpu_b = 1},
	{.name = "work", .a = schedules_work, .b = idles, .cpu_b = 1},
	{.name = "work-on", .a = schedules_work_on, .b = idles, .cpu_b = 1},
	{.name = "rcu-wait", .a = rcu_waits, .b = rcu_looks, .cpu_b = 1, .published = true},
	{.name = "rcu-callback",
	 .a = rcu_unpublishes,
	 .b = rcu_looks,
	 .cpu_b = 1,
	 .published = true},
	{.name = "preempt-interrupt",
	 .a = by_preempt_only,
	 .b = interrupt,
	 .irq_b = true,
	 .races = true},
};

static const struct word *word;

/* The two are to be above number 63: those below are used up, by tasks that do nothing. */
static bool high;

static void nothing(void *arg)
{
}

static void use_low_numbers(void)
{
	struct task_params p = {.name = "low", .fn = nothing};

	for (int i = SCHED_TASK_FIRST; high && i <= SCHED_TASK_LAST; i++)
		task_join(task_spawn(&p));
}

static void init_publish(void *arg)
{
	struct task_params a = {.name = "publisher", .cpu = 0, .fn = publisher};
	struct task_params b = {.name = "reader", .cpu = 1, .fn = reader};
	struct task *ta, *tb;

	w.published = NULL;
	w.found = false;
	use_low_numbers();
	ta = task_spawn(&a);
	tb = task_spawn(&b);
	task_join(ta);
	task_join(tb);
	/* Joined, so ordered. */
	w.shared = w.message.word[3];
}

static void init_word(void *arg)
{
	struct task_params a = {.name = "a", .cpu = 0, .fn = word->a};
	struct task_params b = {.name = "b", .cpu = word->cpu_b, .irq = word->irq_b, .fn = word->b};
	struct task *ta, *tb;

	spin_lock_init(&w.lock, "lock");
	spin_lock_init(&w.other, "other");
	rwlock_init(&w.rw, "rw");
	mutex_init(&w.mutex, "mutex");
	init_completion(&w.done);
	INIT_WORK(&w.work, work_func);
	w.shared = 0;
	w.published = word->published ? &w.message : NULL;
	use_low_numbers();
	ta = task_spawn(&a);
	tb = task_spawn(&b);
	task_join(ta);
	task_join(tb);
	sched_point();
	w.shared = 0;
}

static struct sched *s;

static int run(void (*init)(void *arg), const struct schedule *schedule, struct sched_result *r)
{
	struct sched_params p = {.nr_cpus = 2, .schedule = schedule};

	if (sched_run(s, &p, init, NULL, r) && r->report.oracle != ORACLE_RACE) {
		fprintf(stderr, "not a race: %s\n", r->report.text);
		exit(1);
	}
	return r->report.oracle == ORACLE_RACE;
}

static int check(const char *what, unsigned int found, unsigned int lo, unsigned int hi)
{
	printf("%s: %u of %u reported, expected %u to %u\n", what, found, RUNS, lo, hi);
	return found < lo || found > hi;
}

static int test_publish(bool correct)
{
	static struct schedule random = {.kind = SCHEDULE_RANDOM, .odds = 2};
	struct sched_result r, first = {0};
	unsigned int reported = 0, wrong = 0;
	int failed;

	w.correct = correct;
	for (unsigned int i = 0; i < RUNS; i++) {
		reported += run(init_publish, NULL, &r);
		if (!i)
			first = r;
		if (r.digest != first.digest || strcmp(r.report.text, first.report.text) != 0)
			wrong++;
	}
	if (!correct)
		printf("%s\n", r.report.text);
	failed = check("replays", reported, correct ? 0 : RUNS, correct ? 0 : RUNS);
	failed |= check("replays that differ", wrong, 0, 0);
	for (unsigned int i = wrong = 0; i < RUNS; i++) {
		bool found;

		random.seed = i;
		found = run(init_publish, &random, &r);
		if (found != (!correct && w.found))
			wrong++;
	}
	return failed | check("random schedules, wrongly", wrong, 0, 0);
}

static int test_word(const char *name)
{
	static struct schedule random = {.kind = SCHEDULE_RANDOM, .odds = 2};
	int failed = 0;

	for (word = words; strcmp(word->name, name) != 0; word++)
		if (word == &words[sizeof(words) / sizeof(words[0]) - 1])
			return 2;
	for (int correct = 0; correct < 2; correct++) {
		unsigned int reported = 0;
		struct sched_result r;

		w.correct = correct;
		for (unsigned int i = 0; i < RUNS; i++) {
			random.seed = i;
			reported += run(init_word, &random, &r);
		}
		if (!correct)
			failed |= check("without it", reported, RUNS / 10, RUNS);
		else if (!word->races)
			failed |= check(name, reported, 0, 0);
		else
			failed |= check(name, reported, RUNS / 50, RUNS - RUNS / 10);
	}
	return failed;
}

int main(int argc, char **argv)
{
	int failed;

	if (argc != 2 && argc != 3)
		return 2;
	high = argc == 3 && !strcmp(argv[2], "high");
	s = sched_create();
	if (!strcmp(argv[1], "race"))
		failed = test_publish(false);
	else if (!strcmp(argv[1], "correct"))
		failed = test_publish(true);
	else
		failed = test_word(argv[1]);
	sched_destroy(s);
	return failed;
}
