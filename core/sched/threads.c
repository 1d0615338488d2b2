/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads.c - the threads engine: runs, tasks, tickets, reports.
 *
 * Tickets. An operation's ticket is drawn from a counter. The lowest ticket of any task separates
 * operations in flight from those that have ended. A task that begins an operation first publishes
 * a lower bound, the counter's value, and only then draws. Another task reads the counter and then
 * the tasks. If it sees the draw, which is a release, it sees the bound; if not, it has read the
 * counter before the draw, and whatever it takes for the lowest ticket is none of a later one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "race.h"
#include "threads_internal.h"
#include "vtime.h"

#define DEFAULT_ODDS 1024

__thread struct task *current_task __attribute__((tls_model("initial-exec")));

static void (*on_report)(const struct report *r);

void sched_on_report(void (*fn)(const struct report *r))
{
	__atomic_store_n(&on_report, fn, __ATOMIC_RELEASE);
}

void mm_report(enum oracle o, const char *fmt, ...)
{
	void (*fn)(const struct report *r) = __atomic_load_n(&on_report, __ATOMIC_ACQUIRE);
	const struct task *t = current;
	struct report r = {.oracle = o, .op = t ? t->op : -1};
	va_list args;

	va_start(args, fmt);
	vsnprintf(r.text, sizeof(r.text), fmt, args);
	va_end(args);
	if (t)
		snprintf(r.task, sizeof(r.task), "%s", t->name);
	if (fn)
		fn(&r);
	fprintf(stderr, "mmstorm: %s: %s", oracle_id(o), r.text);
	if (t)
		fprintf(stderr, " (task %s, operation %d)", t->name, t->op);
	fputc('\n', stderr);
	abort();
}

#ifdef MM_TSAN
/*
 * ThreadSanitizer's hook for those who want a report for themselves: true means that it is not to
 * be printed, nor to count. A C++ function by its linkage name.
 */
bool threads_on_race(void *report,
		     bool suppressed) __asm__("_ZN6__tsan8OnReportEPKNS_10ReportDescEb");

bool threads_on_race(void *report, bool suppressed)
{
	return suppressed || race_is_harmless(report);
}
#endif

/* Threads take the time that they take. */
u64 sched_vtime_now(void)
{
	return 0;
}

void sched_vtime_add(u64 ns)
{
}

void sched_vtime_flush(u64 others)
{
}

/* Abort if @err: the host is out of threads or memory, or the caller made an error. */
void threads_must(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "mmstorm: %s: %s\n", what, strerror(err));
	abort();
}

struct sched *sched_create(void)
{
	struct sched *s = aligned_alloc(CACHE_LINE, sizeof(*s));
	unsigned int i;

	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	for (i = 0; i < SCHED_MAX_CPUS; i++) {
		spinning_mutex_init(&s->cpu[i].preemption);
		sem_init(&s->cpu[i].interrupts, 0, 1);
	}
	pthread_mutex_init(&s->pool_lock, NULL);
	pthread_cond_init(&s->pool_work, NULL);
	pthread_cond_init(&s->pool_done, NULL);
	return s;
}

void sched_destroy(struct sched *s)
{
	unsigned int i;

	if (!s)
		return;
	for (i = 0; i < SCHED_MAX_CPUS; i++) {
		pthread_mutex_destroy(&s->cpu[i].preemption);
		sem_destroy(&s->cpu[i].interrupts);
	}
	pthread_mutex_destroy(&s->pool_lock);
	pthread_cond_destroy(&s->pool_work);
	pthread_cond_destroy(&s->pool_done);
	free(s);
}

static void task_init(struct sched *s, unsigned int number, const char *name, unsigned int cpu,
		      u64 seed)
{
	struct task *t = &s->task[number];

	memset(t, 0, sizeof(*t));
	t->sched = s;
	t->number = number;
	t->cpu = cpu;
	t->op = -1;
	t->seed = seed + number;
	t->until_move = draw_until_move(t);
	snprintf(t->name, sizeof(t->name), "%s", name);
}

/* The calling thread is @t from here to task_end(). */
void task_begin(struct task *t)
{
	rcu_thread_begin();
	current = t;
}

void task_end(struct task *t)
{
	check_balance(t);
	task_set_op(-1);
	current = NULL;
	rcu_thread_end();
}

static void run_begin(struct sched *s, const struct sched_params *p)
{
	bool random = p->schedule && p->schedule->kind == SCHEDULE_RANDOM;
	u64 seed = random ? p->schedule->seed : 0;
	char name[16];
	unsigned int i;

	s->nr_cpus = p->nr_cpus;
	s->possible = p->possible ? p->possible : ~0ULL;
	s->nr_spawned = 0;
	s->next_ticket = 1;
	s->odds = random ? p->schedule->odds : DEFAULT_ODDS;
	s->yields = p->yields;
	s->callbacks = 0;
	sched_set_race_filter(NULL);
	for (i = 0; i < SCHED_MAX_TASKS; i++)
		task_init(s, i, "", 0, seed);
	task_init(s, SCHED_TASK_INIT, "init", 0, seed);
	task_init(s, SCHED_TASK_RCU, "rcu", 0, seed);
	for (i = 0; i < MAX_WORKERS; i++) {
		snprintf(name, sizeof(name), "w%u", i);
		task_init(s, SCHED_WORKER_FIRST + i, name, i % s->nr_cpus, seed);
	}
	pool_begin(s);
}

void sched_settle(void)
{
	struct sched *s = current->sched;

	might_sleep();
	/* Either may cause the other. */
	do {
		pool_drain(s);
		rcu_drain(s);
	} while (!pool_idle(s) || __atomic_load_n(&s->callbacks, __ATOMIC_ACQUIRE));
}

int sched_run(struct sched *s, const struct sched_params *p, void (*init)(void *arg), void *arg,
	      struct sched_result *r)
{
	struct task *t = &s->task[SCHED_TASK_INIT];
	unsigned int i;

	memset(r, 0, sizeof(*r));
	r->report.op = -1;
	if (p->taken) {
		p->taken->kind = SCHEDULE_SPARSE;
		p->taken->nr = 0;
	}
	run_begin(s, p);
	task_begin(t);
	init(arg);
	check_balance(t);
	for (i = 0; i < __atomic_load_n(&s->nr_spawned, __ATOMIC_ACQUIRE); i++)
		if (!__atomic_load_n(&s->task[sched_task_number(i)].joined, __ATOMIC_ACQUIRE))
			task_join(&s->task[sched_task_number(i)]);
	sched_settle();
	pool_end(s);
	task_end(t);
	return 0;
}

static void *task_main(void *arg)
{
	struct task *t = arg;

	task_begin(t);
	t->fn(t->arg);
	task_end(t);
	return NULL;
}

struct task *task_spawn(const struct task_params *p)
{
	struct sched *s = current->sched;
	unsigned int n = __atomic_fetch_add(&s->nr_spawned, 1, __ATOMIC_ACQ_REL);
	struct task *t;

	if (n >= SCHED_MAX_SPAWNED)
		threads_must(EINVAL, "task_spawn(): too many tasks in a run");
	if (p->cpu >= s->nr_cpus)
		threads_must(EINVAL, "task_spawn(): CPU out of range");
	t = &s->task[sched_task_number(n)];
	snprintf(t->name, sizeof(t->name), "%s", p->name);
	t->cpu = p->cpu;
	t->irq = p->irq;
	t->fn = p->fn;
	t->arg = p->arg;
	threads_must(pthread_create(&t->thread, NULL, task_main, t), "pthread_create()");
	return t;
}

void task_join(struct task *t)
{
	might_sleep();
	if (__atomic_exchange_n(&t->joined, true, __ATOMIC_ACQ_REL))
		threads_must(EINVAL, "task_join(): joined before");
	threads_must(pthread_join(t->thread, NULL), "pthread_join()");
}

unsigned int task_number(const struct task *t)
{
	return t->number;
}

const char *task_name(const struct task *t)
{
	return t->name;
}

unsigned int task_cpu(const struct task *t)
{
	return __atomic_load_n(&t->cpu, __ATOMIC_RELAXED);
}

/* @t begins an operation. */
void ticket_begin(struct task *t)
{
	u64 *next = &t->sched->next_ticket;

	__atomic_store_n(&t->ticket, __atomic_load_n(next, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
	__atomic_store_n(&t->ticket, __atomic_fetch_add(next, 1, __ATOMIC_ACQ_REL),
			 __ATOMIC_RELEASE);
}

void ticket_end(struct task *t)
{
	__atomic_store_n(&t->ticket, 0, __ATOMIC_RELEASE);
}

void task_set_op(s32 op)
{
	struct task *t = current;

	if (!t)
		return;
	if (op < 0) {
		ticket_end(t);
	} else {
		t->op = op;
		ticket_begin(t);
	}
}

u64 task_ticket(void)
{
	const struct task *t = current;

	if (!t)
		return 0;
	/* Between operations: not before the next one. */
	return t->ticket ? t->ticket : __atomic_load_n(&t->sched->next_ticket, __ATOMIC_ACQUIRE);
}

u64 oldest_ticket(void)
{
	const struct sched *s = current ? current->sched : NULL;
	unsigned int i;
	u64 oldest;

	if (!s)
		return 0;
	oldest = __atomic_load_n(&s->next_ticket, __ATOMIC_ACQUIRE);
	for (i = 0; i < SCHED_MAX_TASKS; i++) {
		u64 ticket = __atomic_load_n(&s->task[i].ticket, __ATOMIC_ACQUIRE);

		if (ticket && ticket < oldest)
			oldest = ticket;
	}
	return oldest;
}
