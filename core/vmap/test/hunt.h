/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hunt.h - what tests of many tasks under many schedules share: who works, and by which schedules.
 *
 * Include it behind run.h.
 */
#ifndef MM_VMAP_TEST_HUNT_H
#define MM_VMAP_TEST_HUNT_H

/* Three tasks on two CPUs, two of them on one, and an interrupt source on each CPU. */
#define WORKERS 5

static inline bool worker_is_irq(unsigned int i)
{
	return i >= 3;
}

/* Run all workers to their end; number i is given @arg[i]. */
static inline void run_workers(void (*fn)(void *arg), void *const arg[WORKERS])
{
	static const char *const names[WORKERS] = {"a", "b", "c", "i", "j"};
	struct task *task[WORKERS];

	for (unsigned int i = 0; i < WORKERS; i++) {
		struct task_params p = {.name = names[i],
					.cpu = i == 2 || i == 4,
					.irq = worker_is_irq(i),
					.fn = fn,
					.arg = arg[i]};

		task[i] = task_spawn(&p);
	}
	for (unsigned int i = 0; i < WORKERS; i++)
		task_join(task[i]);
}

/*
 * @runs schedules of a kind, and seeds for the workers: @run is called for each. Every other
 * time a purge comes as soon as it can, and else after @lazy pages.
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
