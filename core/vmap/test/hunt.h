/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hunt.h - workers under many schedules, for the tests of many tasks.
 */
#ifndef MM_VMAP_TEST_HUNT_H
#define MM_VMAP_TEST_HUNT_H

#include "run.h"

/* Three tasks on two CPUs, two of them on one, and an interrupt source on each CPU. */
#define WORKERS 5

/**
 * struct worker - a task, or an interrupt source
 * @f:    the fixture
 * @op:   one of its operations
 * @nr:   number of the worker
 * @ops:  number of its operations
 * @irq:  each operation is an interrupt
 * @seed: its random numbers
 */
struct worker {
	struct fixture *f;
	void (*op)(struct worker *w);
	unsigned int nr;
	unsigned int ops;
	bool irq;
	u64 seed;
};

static inline void worker_op(void *arg)
{
	struct worker *w = arg;

	w->op(w);
	vmap_verify(w->f->vs, false);
}

static inline void worker_main(void *arg)
{
	struct worker *w = arg;

	do_ops(w->ops, w->irq, worker_op, w);
}

/* Run all workers to their end, each with @ops operations. */
static inline void run_workers(struct fixture *f, unsigned int ops, void (*op)(struct worker *w))
{
	static const char *const names[WORKERS] = {"a", "b", "c", "i", "j"};
	static struct worker worker[WORKERS];
	struct task *task[WORKERS];

	for (unsigned int i = 0; i < WORKERS; i++) {
		const bool irq = i >= 3;
		struct task_params p = {.name = names[i],
					.cpu = i == 2 || i == 4,
					.irq = irq,
					.fn = worker_main,
					.arg = &worker[i]};

		worker[i] = (struct worker){
			.f = f, .op = op, .nr = i, .ops = ops, .irq = irq, .seed = f->seed * 8 + i};
		task[i] = task_spawn(&p);
	}
	for (unsigned int i = 0; i < WORKERS; i++)
		task_join(task[i]);
}

/*
 * Call @run under @runs schedules of a kind, with seeds for the workers. In every other run a purge
 * comes as soon as it can, and in the others after @lazy pages.
 */
static inline void hunt_with(struct fixture *f, unsigned int kind, unsigned int runs,
			     unsigned long lazy, void (*run)(struct fixture *f))
{
	f->schedule.kind = kind;
	f->schedule.depth = 3;
	f->schedule.length = 1500;
	for (unsigned int i = 0; i < runs; i++) {
		f->seed = i / 4;
		f->schedule.seed = i;
		f->schedule.odds = 1 + i % 13;
		f->vmap.lazy_max_pages = i % 2 ? 1 : lazy;
		run(f);
	}
}

#endif
