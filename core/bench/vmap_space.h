/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_space.h - a bare machine with one vmap space, for one case of a benchmark.
 *
 * A bare machine does nothing to find faults (core/machine), so its checks are no part of a figure.
 */
#ifndef MM_BENCH_VMAP_SPACE_H
#define MM_BENCH_VMAP_SPACE_H

#include "../vmap/vmap.h"

/**
 * struct bench_space_params - a machine and a space
 * @kva:    how the space keeps its addresses
 * @size:   bytes of the space
 * @cpus:   CPUs of the machine, all online
 * @frames: page frames of the machine
 * @lazy_max_pages: see struct vmap_config
 * @line_aligned: see struct machine_config
 */
struct bench_space_params {
	enum vmap_kva kva;
	u64 size;
	unsigned int cpus;
	u64 frames;
	unsigned long lazy_max_pages;
	bool line_aligned;
};

/**
 * struct bench_space - the world of a case
 * @m:          the machine
 * @vs:         the space, of the default configuration for the machine's number of CPUs
 * @start, @end: its addresses are [@start, @end)
 */
struct bench_space {
	struct machine *m;
	struct vmap_space *vs;
	u64 start, end;
};

/**
 * bench_space_begin() - boot the machine and create the space
 * @b: filled in
 * @p: what to create
 *
 * Return: 0 or a negative error; after an error there is nothing to end.
 */
int bench_space_begin(struct bench_space *b, const struct bench_space_params *p);

/** bench_space_end() - destroy both; no area is in use any more */
void bench_space_end(struct bench_space *b);

#endif
