/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * work.c - deferred work: items, and the workers that run them.
 *
 * An item is in one of these states, or in "pending" and "running" at once (S8):
 *
 *   idle
 *   pending   item.pending is set, and it is one of
 *             - given to a worker that was idle: task.work
 *             - in the queue, since no worker was
 *             - due again on the worker that is running it: task.again
 *   running   task.running of one worker
 *
 * As in the kernel, an item may free itself or be queued again while it runs, and two workers never
 * run it at once. So the workers know whether an item is running, not the item, and the worker that
 * runs it runs it again. An item runs on the CPU that it was queued on, or for: workers belong to
 * no CPU, and move there first. An idle worker has no frame: its task begins with an item and ends
 * without one.
 *
 * Order announced to ThreadSanitizer: schedule_work() comes before the run of the item, and its end
 * before the return of flush_work() and cancel_work_sync().
 */
#include "engine.h"

void work_begin(struct sched *s)
{
	s->work = NULL;
	s->work_tail = &s->work;
}

void INIT_WORK(struct work_struct *work, void (*func)(struct work_struct *work))
{
	*work = (struct work_struct){.func = func};
}

/* The worker that runs the item. It compares the function too: the memory may be reused. */
static struct task *running(struct sched *s, const struct work_struct *work)
{
	task_set busy = s->live & WORKER_MASK;
	unsigned int i;

	for_each_task (i, busy)
		if (s->task[i].running == work && s->task[i].running_func == work->func)
			return &s->task[i];
	return NULL;
}

static struct work_struct *dequeue(struct sched *s)
{
	struct work_struct *work = s->work;

	if (work) {
		s->work = work->next;
		if (!s->work)
			s->work_tail = &s->work;
	}
	return work;
}

static void run_item(struct sched *s, struct task *t, struct work_struct *work)
{
	t->work = NULL;
	t->running = work;
	t->running_func = work->func;
	work->pending = false;
	watch_access(s, t, work, true);
	op_begin(s, t, -1);
	announce_acquire(work);
	t->running_func(work);
	/* From here on the item may be gone. */
	check_balance(t, "work item ended");
	op_end(s, t);
	announce_release(&s->work_order);
	t->running = NULL;
	watch_access(s, t, work, true);
	wake(s, s->work_waiters);
	s->work_waiters = 0;
}

static void worker_main(void *arg)
{
	struct sched *s = arg;
	struct task *t = current;
	struct work_struct *work;

	for (;;) {
		watch_access(s, t, &s->work, true);
		if (!t->work)
			t->work = dequeue(s);
		work = t->work;
		if (!work)
			return;
		if (t->cpu != work->cpu) {
			task_move(s, t, work->cpu);
			resched_if_hidden(s, t);
			/* Until it runs it is pending, and can be taken back. */
			if (t->work != work)
				continue;
		}
		run_item(s, t, work);
		if (t->again) {
			t->again = false;
			t->work = work;
		}
		point_before(&s->work, POINT_MANY);
	}
}

/* No scheduling point. */
static bool queue_on(struct sched *s, unsigned int cpu, struct work_struct *work)
{
	struct task *worker;
	task_set idle;

	announce_release(work);
	watch_access(s, current, work, true);
	if (work->pending)
		return false;
	/* Which worker takes the item depends on the others. */
	watch_access(s, current, &s->work, true);
	work->pending = true;
	work->next = NULL;
	work->cpu = (u8)cpu;
	worker = running(s, work);
	idle = WORKER_MASK & ~s->live;
	if (worker) {
		worker->again = true;
	} else if (idle) {
		unsigned int n = task_set_first(idle);

		task_start(s, n, work->cpu, false, worker_main, s);
		s->task[n].work = work;
	} else {
		*s->work_tail = work;
		s->work_tail = &work->next;
	}
	return true;
}

bool schedule_work(struct work_struct *work)
{
	struct task *t = current;

	if (!t) {
		work->func(work);
		return true;
	}
	point_before(work, POINT_MANY);
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
	point_before(work, POINT_MANY);
	return queue_on(t->sched, cpu, work);
}

static bool wait_until_idle(struct sched *s, struct task *t, struct work_struct *work)
{
	bool waited = false;

	while (work->pending || running(s, work)) {
		s->work_waiters |= t->bit;
		task_wait(s, t, WAIT_WORK, work);
		waited = true;
	}
	announce_acquire(&s->work_order);
	watch_access(s, t, work, false);
	return waited;
}

bool flush_work(struct work_struct *work)
{
	struct task *t = current;

	if (!t)
		return false;
	might_sleep();
	point_before(work, POINT_MANY);
	return wait_until_idle(t->sched, t, work);
}

/* Is an item queued, given to a worker, or running? */
static bool work_left(struct sched *s)
{
	task_set busy = s->live & WORKER_MASK;
	unsigned int i;

	for_each_task (i, busy)
		if (s->task[i].work || s->task[i].running)
			return true;
	return s->work;
}

void sched_settle(void)
{
	struct task *t = current;
	struct sched *s = t->sched;

	might_sleep();
	/* Either may cause the other. */
	do {
		while (work_left(s)) {
			s->work_waiters |= t->bit;
			task_wait(s, t, WAIT_WORK, NULL);
		}
		rcu_barrier();
	} while (work_left(s));
	announce_acquire(&s->work_order);
}

/* Take back an item that is pending, wherever it is. */
static void take_back(struct sched *s, struct work_struct *work)
{
	struct task *worker = running(s, work);
	task_set busy = s->live & WORKER_MASK;
	unsigned int i;

	work->pending = false;
	if (worker && worker->again) {
		worker->again = false;
		return;
	}
	for_each_task (i, busy)
		if (s->task[i].work == work) {
			s->task[i].work = NULL;
			return;
		}
	for (struct work_struct **p = &s->work; *p; p = &(*p)->next)
		if (*p == work) {
			*p = work->next;
			if (!*p)
				s->work_tail = p;
			return;
		}
}

bool cancel_work_sync(struct work_struct *work)
{
	struct task *t = current;
	bool pending;

	if (!t)
		return false;
	might_sleep();
	point_before(work, POINT_MANY);
	watch_access(t->sched, t, work, true);
	pending = work->pending;
	if (pending)
		take_back(t->sched, work);
	wait_until_idle(t->sched, t, work);
	return pending;
}
