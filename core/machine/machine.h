/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.h - the simulated machine that the allocators believe they run on.
 *
 * A machine is a topology, page frames, a page table with its TLBs, metadata
 * memory, and a plan of failures. Everything that an allocator asks of "the rest
 * of the kernel" it asks here, with the machine as the first argument:
 *
 *   topology.h  CPUs, nodes, distances, which node owns which page frames
 *   meta.h      kmalloc() and kfree() for the allocators' own structures
 *   page.h      page frames and their contents
 *   pgtable.h   kernel page table, TLBs, and access through an address
 *   fail.h      which of all those requests fail
 *
 * The machine's own work is hidden from ThreadSanitizer, as hardware would be; what
 * it promises to order (the release of a page before its next allocation) is
 * announced. Each service is one scheduling point and otherwise atomic.
 *
 * Machines are made once and reset for each run: booting costs what the last run
 * touched, not what the machine could hold.
 */
#ifndef MM_MACHINE_MACHINE_H
#define MM_MACHINE_MACHINE_H

#include "../sched/kernel.h"
#include "fail.h"
#include "topology.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

/*
 * Where the kernel of x86-64 maps all memory: frame number n lies at
 * MACHINE_DIRECT_START + (n << PAGE_SHIFT), always, on every CPU.
 */
#define MACHINE_DIRECT_START 0xffff888000000000ULL

/* What a request may do; the kernel's words, as far as the model has a use for them. */
typedef unsigned int gfp_t;
#define __GFP_DIRECT_RECLAIM 0x1u /* may sleep */
#define __GFP_ZERO 0x2u
#define __GFP_THISNODE 0x4u /* from the preferred node or not at all */
#define GFP_KERNEL __GFP_DIRECT_RECLAIM
#define GFP_ATOMIC 0u
#define GFP_NOWAIT 0u
#define gfpflags_allow_blocking(gfp) (((gfp)&__GFP_DIRECT_RECLAIM) != 0)

/**
 * struct machine_config - what to boot
 * @topology:  CPUs, nodes and the page frames of each
 * @kva_start: first address of the kernel virtual address space for mappings, page aligned
 * @kva_size:  its size in bytes, a multiple of the page size
 * @fail:      which requests fail
 * @bare:      nothing is done to find faults of the machine's users. Frames and metadata hold what
 *             they held before, neither garbage nor poison is written to them; no book is kept of
 *             metadata: what is not freed, or freed twice, is not found; put_contig_pages() keeps
 *             runs whole for the next request; no TLB keeps a translation that was cleared, and
 *             a mapping may lead to any frame, free ones too. For benchmarks, of
 *             several threads as well
 * @lines:     of a bare machine, from its first boot on: each object of metadata begins a cache
 *             line, so that which objects share one, and with it virtual time, is not the host's
 *             affair
 * @boot_memory: no frame is free: all are boot memory until hand_over_pages() (page.h) gives them
 *             to the page allocator
 */
struct machine_config {
	struct topology topology;
	u64 kva_start;
	u64 kva_size;
	struct fail_plan fail;
	bool bare;
	bool lines;
	bool boot_memory;
};

/* Where the kernel of x86-64 has its vmalloc space; high enough that sums can overflow. */
#define MACHINE_KVA_START 0xffffc90000000000ULL

struct machine;

/**
 * machine_create() - make an empty machine, for machine_boot()
 *
 * Return: the machine, or NULL without memory.
 */
struct machine *machine_create(void);

/** machine_destroy() - give everything back; NULL is allowed */
void machine_destroy(struct machine *m);

/**
 * machine_boot() - make a fresh world: all frames free, or all boot memory; nothing mapped,
 *                  counters zero
 * @m:   from machine_create(); what an earlier run left behind, even one that was given
 *       up after a finding, is swept away first
 * @cfg: copied
 *
 * Return: 0, -EINVAL if @cfg is not consistent or if the KVA overlaps the direct map, -ENOMEM.
 * Context: outside of a run, or the run's init task before it spawns others.
 */
int machine_boot(struct machine *m, const struct machine_config *cfg);

/**
 * machine_check_leaks() - after the allocators are gone: is everything given back?
 * @m: the machine
 *
 * Reports ORACLE_LEAK_PAGE (frames in use; boot memory is none), ORACLE_LEAK_METADATA
 * (metadata in use, with its size and age), ORACLE_LEAK_AREA (translations left), or
 * ORACLE_PAGE_WRITE (a free frame was written to).
 */
void machine_check_leaks(struct machine *m);

/** machine_config() - what the machine was booted with */
const struct machine_config *machine_config(const struct machine *m);

/** machine_topology() - shorthand for &machine_config(m)->topology */
const struct topology *machine_topology(const struct machine *m);

/**
 * struct machine_stats - what a run cost, counted since machine_boot()
 * @kmallocs, @pages, @tables: requests for metadata, page frames, page-table pages
 * @failed:         of these, failed by plan
 * @meta_bytes:     metadata in use now
 * @meta_peak:      most metadata bytes in use at a time; of a bare machine on threads, the
 *                  sum of what each task's share was at most
 * @pages_used:     page frames in use now, table pages included
 * @pages_peak:     most page frames in use at a time
 * @boot_pages:     page frames that are boot memory now; neither used nor free
 * @flushes:        TLB flushes
 * @ipis:           interprocessor interrupts they cost (online CPUs but the caller's)
 * @stale:          translations cleared and not yet flushed, now
 */
struct machine_stats {
	u64 kmallocs, pages, tables;
	u64 failed;
	u64 meta_bytes, meta_peak;
	u64 pages_used, pages_peak;
	u64 boot_pages;
	u64 flushes, ipis;
	u64 stale;
};

/** machine_stats() - the counters, as of now */
void machine_stats(const struct machine *m, struct machine_stats *st);

#endif
