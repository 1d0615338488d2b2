/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.h - recompute the invariants of engine.h from scratch, at a scheduling point.
 */
#ifndef MM_SCHED_TEST_VERIFY_H
#define MM_SCHED_TEST_VERIFY_H

#include "../engine.h"
#include "checks.h"

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
		CHECK(!pinner);
		pinner = &s->task[i];
	}
	/* A source that disables preemption in its interrupt is a pinner, too, and is on no list.
	 */
	CHECK(!pinner || s->cpu[cpu].pinner == pinner || s->cpu[cpu].in_irq);
	CHECK(pinner || !s->cpu[cpu].pinner || s->cpu[cpu].in_irq);
}

/* S6 for the locks that @t has on its list. */
static inline void verify_held(const struct task *t)
{
	for (unsigned int i = 0; i < t->nr_held; i++) {
		const struct lock_word *w = t->held[i].word;

		if (t->held[i].read)
			CHECK(container_of(w, rwlock_t, word)->readers & t->bit);
		else
			CHECK(w->owner == t);
		/* S5 */
		CHECK(!t->held[i].read || !w->owner);
	}
}

/* S1 holds where @t is at a point and can go on; the others at every point. */
static inline void verify_engine(struct sched *s, const struct task *t, bool goes_on)
{
	task_set hidden = 0, live = s->live;
	u64 clock = 0;
	unsigned int i;

	CHECK(!goes_on || (runnable(s) & t->bit));
	for (i = 0; i < s->nr_cpus; i++) {
		hidden |= cpu_hidden(&s->cpu[i]);
		verify_pinner(s, i);
	}
	CHECK(hidden == s->hidden); /* S2 */
	for_each_task (i, live) {
		const struct task *u = &s->task[i];
		bool spins = u->wait == WAIT_SPIN || u->wait == WAIT_READ || u->wait == WAIT_WRITE;

		CHECK((s->ready & u->bit) || spins || s->cpu[u->cpu].pinner != u); /* S4 */
		CHECK(!u->ticket == !(s->inflight & u->bit));			   /* S7 */
		verify_held(u);
	}
	for (const struct rcu_head *h = s->callbacks; h; h = h->next) {
		CHECK(h->clock >= clock); /* S9 */
		clock = h->clock;
	}
}

#endif
