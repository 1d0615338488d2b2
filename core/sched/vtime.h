/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vtime.h - virtual time: what a run would take on a machine with as many CPUs as it has.
 *
 * For benchmarks, under the fibers engine: each simulated CPU has a clock, work and what hardware
 * charges for sharing move it on, and tasks run in the order of their clocks. The same run gives
 * the same times, on any host, unless the host's allocator decides which objects share a cache
 * line. The schedule is not consulted: of the runnable tasks, the one whose clock is lowest goes
 * on. sched_result.vtime is the latest clock at the end. SCHEDULE_SPARSE replays such a run outside
 * of virtual time, if the recorded list is complete.
 *
 * Modelled:
 * - work: @point ns at each scheduling point, and sched_vtime_add(). Tasks of one CPU share its
 *   time.
 * - locks: the first task by the clocks gets a lock first, no earlier than its release, and
 *   @handover ns later if the last holder was on another CPU. Readers of a reader-writer lock run
 *   side by side, and a writer waits for the last of them; each reader fetches the lock's line when
 *   it takes and when it releases the lock. A failed trylock reads the line.
 * - memory: each word of kernel.h that reads or writes memory, and sched_vtime_touch(), costs @line
 *   ns if the CPU does not have the 64-byte line, or writes it while others have it. A writer takes
 *   the line from all other CPUs, and they fetch it one after the other: N CPUs at one counter pay
 *   N x @line each. Readers do not wait for each other. The data in a lock's line comes with the
 *   lock.
 * - flushes: the sender pays @flush, and @ipi_wait + @ipi for each CPU that it interrupts; every
 *   other CPU that has a task loses @ipi_handler.
 * - other waits: completions, joins, grace periods, callbacks and work items end at the clock of
 * the task that ends them, and their tasks use the clocks of their CPUs. Workers and callbacks come
 *   first among the tasks of their CPU, as woken threads and softirqs do; a task that yields comes
 *   last.
 * - interrupts: a source outside of its interrupts has a clock of its own, a device's; in an
 *   interrupt it uses its CPU's.
 * - idle CPUs: they delay nothing. A task that is woken or moved there brings its time with it.
 *
 * Left out:
 * - unannounced plain accesses: data that a lock protects costs nothing unless sched_vtime_touch()
 *   announces the access, a line each time, and a step (@touch ns) whether or not the line is
 *   there. Completions, work items, callbacks and grace periods have no lines.
 * - the size of caches and their other users: a CPU keeps a line until another CPU writes it. The
 *   first touch of a run costs as much as one of a line that another CPU had.
 * - store buffers: a writer waits until the line has come, for a plain store or a release too.
 * - waiters that disturb the holder: on real hardware, spinning on a line slows its release. Here a
 *   hand-over costs the same for 2 and for 64 waiters, they queue up as with a ticket lock, and a
 *   look at a lock does not take its line from the holder.
 * - distance: all CPUs are equally far apart; there are no nodes.
 * - answers to interrupts: a sender does not wait longer for a CPU that has interrupts disabled.
 * The handler's time is added to its CPU's clock at once; for a CPU that waits for a lock it is
 * part of the wait.
 * - sleeping: a contended mutex, the wakeup of a worker and a switch of tasks cost nothing.
 * - a time slice: of two tasks on one CPU that never wait and never yield, the second starts when
 *   the first has ended, except for workers and callbacks.
 * - the time between two points: tasks see each other in the order of their clocks at the last
 *   point. Time that is added after it does not hide the task's actions from tasks with earlier
 *   clocks.
 * - the length of grace periods: one ends when its last reader has left, and without a reader at
 *   once.
 *
 * @point is a property of the program: to calibrate it, time an operation alone on the host and
 * divide by the points that it passes (sched_result.points). A loop that waits for other tasks
 * needs
 * @point above 0, or the waiting task stays the first.
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
