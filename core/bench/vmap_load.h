/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_load.h - a loop of allocations on some CPUs of a simulated machine, in virtual time.
 */
#ifndef MM_BENCH_VMAP_LOAD_H
#define MM_BENCH_VMAP_LOAD_H

#include "../sched/sched.h"
#include "../sched/vtime.h"
#include "../vmap/vmap.h"

/**
 * struct bench_loop - what is done again and again: allocated, written, freed
 * @name:    what is printed
 * @pages:   of each allocation of an operation; 0 behind the last. One more is its guard page
 * @live:    allocations of a page that each CPU keeps meanwhile
 * @holes:   beside each of them one was freed again
 */
struct bench_loop {
	const char *name;
	unsigned int pages[3];
	unsigned int live;
	bool holes;
};

/**
 * struct bench_load - a loop on a machine
 * @kva:     the kind of space
 * @loop:    the loop
 * @cpus:    of the machine, all online, up to SCHED_MAX_CPUS
 * @working: of these, so many have a task each; the others are idle
 * @purges:  of a space that frees lazily: the operations counted would be enough for so many, as
 *           those done before for some, if purges came in time. An eager space has EAGER_OPS for
 * each CPU
 * @work:    ns of each operation in which nothing is waited for and no lock is held
 * @vtime:   what all else costs
 * @lazy_max_pages: as in struct vmap_config
 */
struct bench_load {
	enum vmap_kva kva;
	const struct bench_loop *loop;
	unsigned int cpus, working;
	unsigned int purges;
	u64 work;
	struct sched_vtime vtime;
	unsigned long lazy_max_pages;
};

/**
 * struct bench_counts - how often things happened while operations were counted
 * @ops:    operations
 * @event:  see enum vmap_event
 */
struct bench_counts {
	u64 ops;
	u64 purges, flushes, ipis;
	u64 event[NR_VMAP_EVENTS];
};

/**
 * struct bench_loaded - what came of it
 * @ns:     virtual, of an operation: mean of the CPUs
 * @points: scheduling points of all that was done, for each operation done
 * @counts: while operations were counted
 * @error:  why there is no figure, if bench_load_run() says so
 */
struct bench_loaded {
	double ns;
	double points;
	struct bench_counts counts;
	char error[256];
};

/**
 * bench_load_run() - run it to the end, on a machine of its own
 *
 * The same load gives the same figures. Return: false: it came to no end, or there is no memory.
 */
bool bench_load_run(struct sched *s, const struct bench_load *load, struct bench_loaded *out);

/**
 * bench_load_alone() - an operation of the loop outside of a run, one after the other
 * @load: @working, @work and @vtime do not matter
 * @kva_only: only the addresses of it: nothing is allocated for them, and nothing mapped
 *
 * Return: ns of the host's clock, purges included; 0: no memory
 */
double bench_load_alone(const struct bench_load *load, bool kva_only);

#endif
