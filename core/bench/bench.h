/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - the benchmarks.
 *
 * Each runs for seconds to minutes outside of any run of the engine, on machines of its own, and
 * hands its figures to a receiver (out.h). The thread that calls it has no other engine in use.
 */
#ifndef MM_BENCH_BENCH_H
#define MM_BENCH_BENCH_H

#include "out.h"

/** sched_bench() - steps, schedules and runs per second of the fibers engine */
void sched_bench(struct bench_out *out);

/** explore_bench() - searches of all schedules: traces, runs, runs per second */
void explore_bench(struct bench_out *out);

/** machine_bench() - the services of a machine */
void machine_bench(struct bench_out *out);

/** boot_bench() - boot memory: bootmem and rootmem, on 1 GiB to 16 TiB */
void boot_bench(struct bench_out *out);

/** vmap_bench() - the vmap layer on one CPU, and the three benchmarks that follow */
void vmap_bench(struct bench_out *out);

/**
 * vmap_bench_cpus() - map 4 pages, touch and unmap them on 1, 2, 4 and 8 CPUs, in virtual time;
 *                     flushes and interprocessor interrupts for each unmap
 */
void vmap_bench_cpus(struct bench_out *out);

/** vmap_bench_live() - replace one of 10 to 10^6 areas, in a list and in a tree */
void vmap_bench_live(struct bench_out *out);

/** vmap_bench_module() - the loops of Linux's test_vmalloc, on each kind of space */
void vmap_bench_module(struct bench_out *out);

/** vmap_bench_zone() - vmalloc() and vfree() on 1 to 64 CPUs, in virtual time */
void vmap_bench_zone(struct bench_out *out);

/** percpu_bench() - the per-CPU allocator with bitmap and area map, and the two that follow */
void percpu_bench(struct bench_out *out);

/** percpu_bench_bulk() - time and metadata for each of 2^20 objects */
void percpu_bench_bulk(struct bench_out *out);

/** percpu_bench_live() - replace one of 10^3 to 10^7 objects */
void percpu_bench_live(struct bench_out *out);

#endif
