/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_space.h - a bare machine with a space of one kind, for a case of a benchmark.
 */
#ifndef MM_BENCH_VMAP_SPACE_H
#define MM_BENCH_VMAP_SPACE_H

#include "out.h"
#include "../vmap/vmap.h"

/**
 * struct bench_space - a case's world
 * @m:  the machine
 * @vs: the space; the kind's defaults for as many CPUs as the machine has
 */
struct bench_space {
	struct machine *m;
	struct vmap_space *vs;
};

/**
 * bench_space_begin() - boot
 * @b:      filled in
 * @kva:    how the addresses are kept
 * @size:   bytes of the space
 * @cpus:   of the machine, all online
 * @frames: page frames of the machine
 *
 * Return: 0 or a negative error; then there is nothing to end.
 */
int bench_space_begin(struct bench_space *b, enum vmap_kva kva, u64 size, unsigned int cpus,
		      u64 frames);

/** bench_space_end() - take it down; nothing is in use any more */
void bench_space_end(struct bench_space *b);

#endif
