/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vtime.h - virtual time: what a run would take on a machine with as many CPUs as it has.
 *
 * For benchmarks, under the fibers engine: each simulated CPU has a clock, work and what hardware
 * charges for sharing move it on, and tasks run in the order of their clocks. The same run gives
 * the same times, on any host, unless the host's allocator decides which objects share a cache
 * line. README.md says what is modelled and what is not.
 *
 * In the threads engine, and in runs without struct sched_params.vtime, all calls do nothing.
 */
#ifndef MM_SCHED_VTIME_H
#define MM_SCHED_VTIME_H

#include "types.h"

/**
 * struct sched_vtime - what things cost, in ns
 * @point:       work between two scheduling points. No constant of nature: a benchmark measures
 *               an operation alone on the host and divides by the points that it passes
 * @handover:    a lock is taken whose last holder was on another CPU: its cache line is fetched
 * @line:        memory is read or written whose cache line the CPU does not have: it is fetched.
 *               0: no line is looked at
 * @touch:       each sched_vtime_touch(), whether or not the CPU has the line: a step of a walk
 *               through data that a lock protects, where no scheduling point is passed
 * @flush:       a flush of translations on the CPU that asks for it
 * @ipi_wait:    that CPU interrupts others: from the first message to the last answer, if one
 *               other CPU is interrupted, less @ipi
 * @ipi:         each CPU interrupted adds so much to that
 * @ipi_handler: what an interrupted CPU loses
 */
struct sched_vtime {
	u32 point;
	u32 handover;
	u32 line;
	u32 touch;
	u32 flush;
	u32 ipi_wait;
	u32 ipi;
	u32 ipi_handler;
};

/*
 * Orders of magnitude for a server of today, on bare metal:
 *
 * - point: assumed; a few dozen instructions.
 * - handover: medians of github.com/nviennot/core-to-core-latency (a line moved by compare and
 *   exchange): 48 ns Xeon Gold 6242, 51 ns Xeon Platinum 8375C, 72 ns Kunpeng 920, 115 ns EPYC
 *   7773X.
 * - line: the same, for it is what was measured there.
 * - touch: the second-level cache: 12 to 14 cycles (optimisation manuals of AMD, family 17h, and of
 *   Intel, Skylake).
 * - flush: Linux commit a5102476a24b and the comment that it made: about 100 ns for each page,
 *   everything at once for more than 33. One page here, whatever the range.
 * - ipi_wait, ipi: their sum, for one CPU: the low end of the 1 to 3 us that are commonly given for
 *   an interrupt there and its answer back. Their ratio from "IPI performance benchmark" (Y. Norov,
 *   linux-kernel, December 2017; 112 CPUs): one CPU 110, all of them 2106 units, so 18 for each
 *   further one.
 * - ipi_handler: assumed: the flush, and entry and exit of an interrupt for four times that.
 */
#define SCHED_VTIME_DEFAULTS                                                                       \
	{                                                                                          \
		.point = 20, .handover = 80, .line = 80, .touch = 4, .flush = 100,                 \
		.ipi_wait = 1000, .ipi = 200, .ipi_handler = 500                                   \
	}

/** sched_vtime_now() - the clock of the calling task's CPU, in ns since the run began */
u64 sched_vtime_now(void);

/**
 * sched_vtime_add() - the calling task works, or is kept busy, for some time
 * @ns: so long
 *
 * Context: any; no scheduling point. An interrupt source outside of its interrupts has a clock of
 * its own: what is added there is the time until the device interrupts again.
 */
void sched_vtime_add(u64 ns);

/**
 * sched_vtime_flush() - a flush of translations, on the calling CPU and on others
 * @others: CPUs interrupted for it; 0: none
 *
 * The caller pays for the flush and the interrupts. If @others is not 0, each other CPU that has a
 * task pays for the handler. Context: any; no scheduling point.
 */
void sched_vtime_flush(u64 others);

/**
 * sched_vtime_touch() - the calling task reads or writes memory without saying so otherwise
 * @p:     in the cache line that it touches
 * @write: it writes
 *
 * It pays for the step, and for the line if its CPU does not have it.
 * For data that a lock protects: the words of kernel.h that access memory do this themselves.
 * Context: any; no scheduling point. Nothing at all in the threads engine; elsewhere, outside of
 * virtual time, one test of a variable of the OS thread.
 */
#ifdef MM_ENGINE_THREADS
#define sched_vtime_touch(p, write) ((void)(p), (void)(write))
#else
void sched_vtime_touch(const volatile void *p, bool write);
#endif

/* As sched_point(): where nothing is instrumented the caller finds out for itself. */
#if defined(MM_PLAIN) && !defined(MM_ENGINE_THREADS)
/* A run of this OS thread is in virtual time. */
extern __thread bool sched_in_vtime __attribute__((tls_model("initial-exec")));
#define sched_vtime_touch(p, write)                                                                \
	(unlikely(sched_in_vtime) ? (sched_vtime_touch)(p, write) : (void)0)
#endif

#endif
