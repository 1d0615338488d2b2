/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads_work.c - the threads engine: deferred work, run by a small pool of threads.
 *
 * An item is queued at most once (@pending) and run by at most one worker: a worker passes over
 * an item that another is running, which takes it up again itself when it is done. An item may
 * be freed by its own function: nothing of it is touched after that was called, and
 * "running" is noted in the worker.
 *
 * Ordering: schedule_work() comes before the run, the run before the return of flush_work().
 * The pool's mutex orders more than that, in its way.
 *
 * Outside of a run there is no pool: an item is run at once, by its caller.
 */
#include "threads_internal.h"

void pool_begin(struct sched *s)
{
	s->queue = NULL;
	s->queue_tail = &s->queue;
	s->nr_queued = 0;
	s->nr_workers = 0;
	s->nr_idle = 0;
	s->stop = false;
}

/* Is a worker running this item? Caller holds pool_lock. */
static bool work_running(const struct sched *s, const struct work_struct *work)
{
	unsigned int i;

	for (i = 0; i < s->nr_workers; i++)
		if (s->task[SCHED_WORKER_FIRST + i].work == work)
			return true;
	return false;
}

/* Take @work, or the first item that may be run if it is NULL, off the queue. */
static struct work_struct *work_dequeue(struct sched *s, const struct work_struct *work)
{
	struct work_struct **at, *found;

	for (at = &s->queue; *at; at = &(*at)->next)
		if (work ? *at == work : !work_running(s, *at))
			break;
	found = *at;
	if (!found)
		return NULL;
	*at = found->next;
	if (!*at)
		s->queue_tail = at;
	found->pending = false;
	s->nr_queued--;
	return found;
}

static void *worker_main(void *arg)
{
	struct task *t = arg;
	struct sched *s = t->sched;
	struct work_struct *work;

	task_begin(t);
	pthread_mutex_lock(&s->pool_lock);
	for (;;) {
		work = work_dequeue(s, NULL);
		if (!work) {
			if (s->stop)
				break;
			s->nr_idle++;
			pthread_cond_wait(&s->pool_work, &s->pool_lock);
			s->nr_idle--;
			continue;
		}
		t->work = work;
		__atomic_store_n(&t->cpu, work->cpu, __ATOMIC_RELAXED);
		pthread_mutex_unlock(&s->pool_lock);
		ticket_begin(t);
		work->func(work);
		check_balance(t);
		ticket_end(t);
		pthread_mutex_lock(&s->pool_lock);
		t->work = NULL;
		pthread_cond_broadcast(&s->pool_done);
	}
	pthread_mutex_unlock(&s->pool_lock);
	task_end(t);
	return NULL;
}

/* Somebody is there to run what was queued. Caller holds pool_lock. */
static void worker_wake(struct sched *s)
{
	struct task *t = &s->task[SCHED_WORKER_FIRST + s->nr_workers];

	if (s->nr_queued <= s->nr_idle || s->nr_workers == MAX_WORKERS) {
		pthread_cond_signal(&s->pool_work);
		return;
	}
	s->nr_workers++;
	threads_must(pthread_create(&t->thread, NULL, worker_main, t), "pthread_create()");
}

/* Is nothing queued and nothing running? Caller holds pool_lock. */
static bool is_idle(const struct sched *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_workers; i++)
		if (s->task[SCHED_WORKER_FIRST + i].work)
			return false;
	return !s->queue;
}

bool pool_idle(struct sched *s)
{
	bool idle;

	pthread_mutex_lock(&s->pool_lock);
	idle = is_idle(s);
	pthread_mutex_unlock(&s->pool_lock);
	return idle;
}

/* Wait until the pool is idle. */
void pool_drain(struct sched *s)
{
	pthread_mutex_lock(&s->pool_lock);
	while (!is_idle(s))
		pthread_cond_wait(&s->pool_done, &s->pool_lock);
	pthread_mutex_unlock(&s->pool_lock);
}

/* After pool_drain(), when nobody is left who could queue more. */
void pool_end(struct sched *s)
{
	unsigned int i;

	pthread_mutex_lock(&s->pool_lock);
	s->stop = true;
	pthread_cond_broadcast(&s->pool_work);
	pthread_mutex_unlock(&s->pool_lock);
	for (i = 0; i < s->nr_workers; i++)
		threads_must(pthread_join(s->task[SCHED_WORKER_FIRST + i].thread, NULL),
			     "pthread_join()");
}

void INIT_WORK(struct work_struct *work, void (*func)(struct work_struct *work))
{
	work->func = func;
	work->next = NULL;
	work->pending = false;
}

static bool queue_on(struct sched *s, unsigned int cpu, struct work_struct *work)
{
	bool queued;

	pthread_mutex_lock(&s->pool_lock);
	queued = !work->pending;
	if (queued) {
		work->pending = true;
		work->cpu = cpu;
		work->next = NULL;
		*s->queue_tail = work;
		s->queue_tail = &work->next;
		s->nr_queued++;
		worker_wake(s);
	}
	pthread_mutex_unlock(&s->pool_lock);
	return queued;
}

bool schedule_work(struct work_struct *work)
{
	struct task *t = current;

	if (!t) {
		work->func(work);
		return true;
	}
	return queue_on(t->sched, t->cpu, work);
}

bool schedule_work_on(unsigned int cpu, struct work_struct *work)
{
	struct task *t = current;

	if (!t) {
		work->func(work);
		return true;
	}
	MM_CHECK(cpu < t->sched->nr_cpus, LOCK_CPU, "schedule_work_on() CPU %u, of %u", cpu,
		 t->sched->nr_cpus);
	return queue_on(t->sched, cpu, work);
}

/* Is the item queued or run? Caller holds pool_lock. */
static bool work_busy(const struct sched *s, const struct work_struct *work)
{
	return work->pending || work_running(s, work);
}

bool flush_work(struct work_struct *work)
{
	struct sched *s;
	bool waited = false;

	might_sleep();
	if (!current)
		return false;
	s = current->sched;
	pthread_mutex_lock(&s->pool_lock);
	for (; work_busy(s, work); waited = true)
		pthread_cond_wait(&s->pool_done, &s->pool_lock);
	pthread_mutex_unlock(&s->pool_lock);
	return waited;
}

bool cancel_work_sync(struct work_struct *work)
{
	struct sched *s;
	bool was_pending = false;

	might_sleep();
	if (!current)
		return false;
	s = current->sched;
	pthread_mutex_lock(&s->pool_lock);
	/* It may queue itself again while it is waited for. */
	while (work_busy(s, work)) {
		if (!work->pending) {
			pthread_cond_wait(&s->pool_done, &s->pool_lock);
			continue;
		}
		work_dequeue(s, work);
		was_pending = true;
		pthread_cond_broadcast(&s->pool_done);
	}
	pthread_mutex_unlock(&s->pool_lock);
	return was_pending;
}
