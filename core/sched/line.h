/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line.h - virtual time: which CPUs have a cache line, and what it costs those who do not.
 *
 * A simplified cache coherence protocol with invalidation, such as MESI. A set of CPUs has a line.
 * A CPU that writes it must have it alone: otherwise it fetches the line, and all others lose it. A
 * CPU that reads it must have it: otherwise it fetches the line, and the others keep it. So
 * modified and exclusive are one state here, the set of one CPU, and the first write after a lone
 * read is free, as in MESI. Caches are unlimited: only a writer evicts a line.
 *
 * A line that is fetched to be written is under way and cannot be fetched by others until it has
 * arrived: they come one after the other, in the order of their clocks. Those who read do not wait
 * for each other, only for the writer before them.
 *
 * Lines are those of the host: what lies together in 64 bytes there is together here. So a figure
 * is the same in each run only if it does not depend on where an allocator of the host
 * puts what is not aligned to lines.
 */
#ifndef MM_SCHED_LINE_H
#define MM_SCHED_LINE_H

#include "types.h"

#define LINE_SHIFT 6

/**
 * struct line - a cache line
 * @number:  its address without the bits of LINE_SHIFT
 * @have:    CPUs that have it
 * @arrived: time at which its last writer had it
 * @gen:     run of this entry; that of another run: the slot is free
 */
struct line {
	u64 number;
	u64 have;
	u64 arrived;
	u32 gen;
};

/**
 * struct lines - all lines that a run has touched
 * @slot: hash table, open, probed linearly; NULL until it is needed, and kept between runs
 * @bits: its size is 2 to the power of this
 * @used: slots that are not free
 * @gen:  run that @used is of
 *
 * It grows with the lines, so that what is charged does not depend on which share a slot: no line
 * of a run is forgotten. Half of it is free.
 */
struct lines {
	struct line *slot;
	u32 bits;
	u32 used;
	u32 gen;
};

void lines_fini(struct lines *l);

/**
 * line_access() - a CPU reads or writes a line
 * @l:     the lines
 * @gen:   number of the run
 * @p:     an address in the line
 * @cpu:   the CPU
 * @write: it writes
 * @now:   its clock
 * @cost:  of fetching a line
 *
 * Return: its clock when it has the line.
 */
u64 line_access(struct lines *l, u32 gen, const volatile void *p, unsigned int cpu, bool write,
		u64 now, u32 cost);

/* Something in the line was written, and what it cost has been paid: @cpu has it alone. */
void line_bring(struct lines *l, u32 gen, const volatile void *p, unsigned int cpu, u64 now);

#endif
