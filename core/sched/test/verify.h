/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.h - recompute the invariants of engine.h from scratch, at a scheduling point.
 */
#ifndef MM_SCHED_TEST_VERIFY_H
#define MM_SCHED_TEST_VERIFY_H

#include "../engine.h"
#include "checks.h"

/* Unless @cond: invariant @name of engine.h is broken. */
#define CHECK_INVARIANT(name, cond)                                                                \
	do {                                                                                       \
		if (!(cond))                                                                       \
			mm_report(ORACLE_CRASH, "%s: %s", #name, #cond);                           \
	} while (0)

static inline bool verify_is_pinner(struct task *t)
{
	return on_cpu(t) && !preemptible(t);
}

/* S3 for CPU @cpu. */
static inline void verify_pinner(struct sched *s, unsigned int cpu)
{
	struct task *pinner = NULL;
	task_set tasks = s->cpu[cpu].tasks;
	unsigned int i;

	for_each_task (i, tasks) {
		CHECK(s->task[i].cpu == cpu && !s->task[i].source);
		if (!verify_is_pinner(&s->task[i]))
			continue;
		CHECK_INVARIANT(S3, !pinner);
		pinner = &s->task[i];
	}
	/* A source that disables preemption in its interrupt is a pinner, too, and is on no list.
	 */
	CHECK_INVARIANT(S3, s->cpu[cpu].pinner == pinner || s->cpu[cpu].in_irq);
}

/* S5, and S6 for the locks that @t has on its list. */
static inline void verify_held(const struct task *t)
{
	for (unsigned int i = 0; i < t->nr_held; i++) {
		const struct lock_word *w = t->held[i].word;

		if (t->held[i].read) {
			CHECK_INVARIANT(S5, !w->owner);
			CHECK_INVARIANT(S6, container_of(w, rwlock_t, word)->readers & t->bit);
		} else {
			CHECK_INVARIANT(S6, w->owner == t);
		}
	}
}

/* How many places hold the pending item @work. */
static inline unsigned int verify_places(const struct sched *s, const struct work_struct *work)
{
	unsigned int places = 0, i;
	task_set workers = s->live & WORKER_MASK;

	for_each_task (i, workers)
		places += (s->task[i].work == work) +
			  (s->task[i].again && s->task[i].running == work);
	for (const struct work_struct *item = s->work; item; item = item->next)
		places += item == work;
	return places;
}

static inline void verify_item(const struct sched *s, const struct work_struct *work)
{
	CHECK_INVARIANT(S8, work->pending);
	CHECK_INVARIANT(S8, verify_places(s, work) == 1);
}

/* S8. An item that is not pending any more may be gone. */
static inline void verify_work(const struct sched *s)
{
	task_set workers = s->live & WORKER_MASK, others;
	unsigned int i, k;

	for_each_task (i, workers) {
		const struct task *t = &s->task[i];

		if (t->work)
			verify_item(s, t->work);
		if (t->again)
			verify_item(s, t->running);
		others = t->running ? s->live & WORKER_MASK & (t->bit - 1) : 0;
		for_each_task (k, others) {
			const struct task *u = &s->task[k];

			CHECK_INVARIANT(S8, u->running != t->running ||
						    u->running_func != t->running_func);
		}
	}
	for (const struct work_struct *item = s->work; item; item = item->next)
		verify_item(s, item);
}

/* S1 holds where @t is at a point and can go on; the others at every point. */
static inline void verify_engine(struct sched *s, const struct task *t, bool goes_on)
{
	task_set hidden = 0, live = s->live;
	u64 clock = 0;
	unsigned int i;

	CHECK_INVARIANT(S1, !goes_on || (runnable(s) & t->bit));
	for (i = 0; i < s->nr_cpus; i++) {
		hidden |= cpu_hidden(&s->cpu[i]);
		verify_pinner(s, i);
	}
	CHECK_INVARIANT(S2, hidden == s->hidden);
	for_each_task (i, live) {
		const struct task *u = &s->task[i];
		bool spins = u->wait == WAIT_SPIN || u->wait == WAIT_READ || u->wait == WAIT_WRITE;

		CHECK_INVARIANT(S4, (s->ready & u->bit) || spins || s->cpu[u->cpu].pinner != u);
		CHECK_INVARIANT(S7, !u->ticket == !(s->inflight & u->bit));
		verify_held(u);
	}
	verify_work(s);
	for (const struct rcu_head *h = s->callbacks; h; h = h->next) {
		CHECK_INVARIANT(S9, h->clock >= clock);
		clock = h->clock;
	}
}

#endif
