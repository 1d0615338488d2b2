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
 * struct bench_loop - an operation in a loop: allocate, write, free
 * @name:  the name of the case
 * @pages: of each allocation of an operation, without its guard page; 0 ends the list
 * @live:  allocations of a page that each CPU keeps meanwhile
 * @holes: beside each of these is a hole of the same size
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
 * @cpus:    CPUs of the machine, all online, up to SCHED_MAX_CPUS
 * @working: CPUs that have a task; the others are idle
 * @purges:  of a space that frees lazily: the counted operations reach the threshold of purges this
 *           many times. In an eager space each CPU does EAGER_OPS operations
 * @work:    ns of each operation outside of all locks
 * @vtime:   the prices of everything else
 * @lazy_max_pages: see struct vmap_config
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
 * struct bench_counts - numbers of events during the counted operations
 * @ops:   operations
 * @event: see enum vmap_event
 */
struct bench_counts {
	u64 ops;
	u64 purges, flushes, ipis;
	u64 event[NR_VMAP_EVENTS];
};

/**
 * struct bench_loaded - the result
 * @ns:     virtual ns of an operation, the mean of the CPUs
 * @points: scheduling points for each operation, counted or not
 * @counts: of the counted operations
 * @error:  why there is no figure, if bench_load_run() returned false
 */
struct bench_loaded {
	double ns;
	double points;
	struct bench_counts counts;
	char error[MM_REPORT_TEXT];
};

/**
 * bench_load_run() - run a load to its end, on a machine of its own
 *
 * The same load gives the same figures. Return: false: the run failed, or there is no memory.
 */
bool bench_load_run(struct sched *s, const struct bench_load *load, struct bench_loaded *out);

/**
 * bench_load_alone() - time an operation of the loop, on one thread outside of a run
 * @load:     @working, @work and @vtime are ignored
 * @kva_only: allocate and free the addresses alone: no page frames, no mappings
 *
 * Return: ns on the host's clock, purges included; 0: no memory
 */
double bench_load_alone(const struct bench_load *load, bool kva_only);

#endif
