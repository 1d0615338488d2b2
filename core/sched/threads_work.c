/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads_work.c - the threads engine: deferred work, run by a small pool of threads.
 *
 * An item is queued at most once (@pending) and at most one worker runs it: a worker skips an item
 * that another worker is running, and that worker takes it up again when it is done. An item may be
 * freed by its own function: the pool does not touch it after the call, and the worker records
 * which item it runs.
 *
 * Ordering: schedule_work() comes before the run, the run before the return of flush_work().
 * The pool's mutex orders more than that.
 *
 * Outside of a run there is no pool: the caller runs an item at once.
 */
#include "threads_internal.h"

static void pool_lock(struct sched *s)
{
	pthread_mutex_lock(&s->pool_lock);
	s->pool_owner = current;
}

static void pool_unlock(struct sched *s)
{
	s->pool_owner = NULL;
	pthread_mutex_unlock(&s->pool_lock);
}

/* Waiting gives the lock up, and takes it again. */
static void pool_wait(struct sched *s, pthread_cond_t *cond)
{
	s->pool_owner = NULL;
	pthread_cond_wait(cond, &s->pool_lock);
	s->pool_owner = current;
}

static void assert_pool_locked(const struct sched *s)
{
	MM_CHECK(s->pool_owner == current, LOCK_OWNER, "the lock of the pool is not held");
}

void pool_begin(struct sched *s)
{
	s->queue = NULL;
	s->queue_tail = &s->queue;
	s->nr_queued = 0;
	s->nr_workers = 0;
	s->nr_idle = 0;
	s->stop = false;
}

/* Is a worker running this item? */
static bool work_running(const struct sched *s, const struct work_struct *work)
{
	unsigned int i;

	assert_pool_locked(s);
	for (i = 0; i < s->nr_workers; i++)
		if (s->task[SCHED_WORKER_FIRST + i].work == work)
			return true;
	return false;
}

/* Take @work, or the first item that may be run if it is NULL, off the queue. */
static struct work_struct *work_dequeue(struct sched *s, const struct work_struct *work)
{
	struct work_struct **at, *found;

	assert_pool_locked(s);
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
	pool_lock(s);
	for (;;) {
		work = work_dequeue(s, NULL);
		if (!work) {
			if (s->stop)
				break;
			s->nr_idle++;
			pool_wait(s, &s->pool_work);
			s->nr_idle--;
			continue;
		}
		t->work = work;
		__atomic_store_n(&t->cpu, work->cpu, __ATOMIC_RELAXED);
		pool_unlock(s);
		ticket_begin(t);
		work->func(work);
		check_balance(t);
		ticket_end(t);
		pool_lock(s);
		t->work = NULL;
		pthread_cond_broadcast(&s->pool_done);
	}
	pool_unlock(s);
	task_end(t);
	return NULL;
}

/* See to it that a worker runs the queued items. */
static void worker_wake(struct sched *s)
{
	struct task *t = &s->task[SCHED_WORKER_FIRST + s->nr_workers];

	assert_pool_locked(s);
	if (s->nr_queued <= s->nr_idle || s->nr_workers == MAX_WORKERS) {
		pthread_cond_signal(&s->pool_work);
		return;
	}
	s->nr_workers++;
	threads_must(pthread_create(&t->thread, NULL, worker_main, t), "pthread_create()");
}

/* Is nothing queued and nothing running? */
static bool is_idle(const struct sched *s)
{
	unsigned int i;

	assert_pool_locked(s);
	for (i = 0; i < s->nr_workers; i++)
		if (s->task[SCHED_WORKER_FIRST + i].work)
			return false;
	return !s->queue;
}

bool pool_idle(struct sched *s)
{
	bool idle;

	pool_lock(s);
	idle = is_idle(s);
	pool_unlock(s);
	return idle;
}

/* Wait until the pool is idle. */
void pool_drain(struct sched *s)
{
	pool_lock(s);
	while (!is_idle(s))
		pool_wait(s, &s->pool_done);
	pool_unlock(s);
}

/* After pool_drain(), when no task is left that could queue more. */
void pool_end(struct sched *s)
{
	unsigned int i;

	pool_lock(s);
	s->stop = true;
	pthread_cond_broadcast(&s->pool_work);
	pool_unlock(s);
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

	pool_lock(s);
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
	pool_unlock(s);
	return queued;
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

bool schedule_work(struct work_struct *work)
{
	return schedule_work_on(raw_smp_processor_id(), work);
}

/* Is the item queued or running? */
static bool work_busy(const struct sched *s, const struct work_struct *work)
{
	assert_pool_locked(s);
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
	pool_lock(s);
	for (; work_busy(s, work); waited = true)
		pool_wait(s, &s->pool_done);
	pool_unlock(s);
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
	pool_lock(s);
	/* It may queue itself again while it is waited for. */
	while (work_busy(s, work)) {
		if (!work->pending) {
			pool_wait(s, &s->pool_done);
			continue;
		}
		work_dequeue(s, work);
		was_pending = true;
		pthread_cond_broadcast(&s->pool_done);
	}
	pool_unlock(s);
	return was_pending;
}
