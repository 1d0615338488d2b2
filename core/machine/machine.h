/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.h - the simulated machine that the allocators run on.
 *
 * A machine is a topology, page frames, a page table with its TLBs, metadata memory, and a plan of
 * failures. It is "the rest of the kernel" for an allocator, and the first argument of each call:
 *
 *   topology.h  CPUs, nodes, distances, which node owns which page frames
 *   meta.h      kmalloc() and kfree() for the allocators' own structures
 *   page.h      page frames and their contents
 *   pgtable.h   kernel page table, TLBs, and access through an address
 *   fail.h      which of all those requests fail
 *
 * The machine's own work is hidden from ThreadSanitizer, as hardware would be. The order that it
 * promises is announced: all before the put_page() that frees a frame happens-before all after the
 * alloc_page_node() that hands it out again. malloc() and free(), which carry metadata, are
 * intercepted by ThreadSanitizer itself.
 *
 * A service is one scheduling point, at its entry, and atomic otherwise: kmalloc(), kfree(),
 * alloc_page_node(), alloc_contig_pages(), put_page(), put_contig_pages(), hand_over_pages(),
 * vmap_pages_range(), vmap_prepare_range(), vmap_set_pages(), vunmap_range(),
 * flush_tlb_kernel_range(). The other functions pass none. With
 * a gfp that may block, might_sleep() comes first.
 *
 * Machines are created once and reset for each run: machine_boot() costs what the last run touched,
 * not what the machine could hold. It also cleans up after a run that was abandoned at a finding,
 * so there is no separate reset. An equal topology is not laid out again.
 */
#ifndef MM_MACHINE_MACHINE_H
#define MM_MACHINE_MACHINE_H

#include "../sched/kernel.h"
#include "fail.h"
#include "topology.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

/**
 * enum machine_mmu - what an address is
 * @MMU_MODEL: a number, which mem_address() translates
 * @MMU_HOST:  an address of this process: a program follows pointers into the direct map and into
 *             mappings, and a use after unmapping is ORACLE_FAULT. On x86-64. host.c says how, and
 *             what the sanitizers miss there
 */
enum machine_mmu { MMU_MODEL, MMU_HOST };

/* Machines of a process that can be on the host MMU at the same time. */
#define MMU_HOST_MACHINES 32

/* Flags of a request: those of the kernel's flags that the model knows. */
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
 * @mmu:       on MMU_HOST the KVA begins at machine_kva_start() or above
 * @fail:      which requests fail
 * @bare:      for benchmarks, of several threads too: check nothing. Frames and metadata keep their
 *             old contents, without garbage or poison; metadata that leaks or is freed twice goes
 *             unnoticed; put_contig_pages() caches whole runs for the next request; a cleared
 *             translation is not stale, and a mapping may lead to a free frame. bare.c says why
 * @line_aligned: on a bare machine: each object of metadata begins a cache line. Then the host's
 *             malloc() has no say in which objects share a line, and in virtual time with it. Stays
 *             as it was at the machine's first boot
 * @boot_memory: no frame is free: all are boot memory until hand_over_pages() (page.h) gives them
 *             to the page allocator
 */
struct machine_config {
	struct topology topology;
	u64 kva_start;
	u64 kva_size;
	enum machine_mmu mmu;
	struct fail_plan fail;
	bool bare;
	bool line_aligned;
	bool boot_memory;
};

/*
 * On the model: start of vmalloc space on x86-64, high enough that careless sums of addresses
 * overflow; and start of the direct map.
 */
#define MACHINE_KVA_START 0xffffc90000000000ULL
#define MACHINE_DIRECT_START 0xffff888000000000ULL

struct machine;

/**
 * machine_create() - make an empty machine, for machine_boot()
 *
 * Return: the machine, or NULL without memory.
 */
struct machine *machine_create(void);

/** machine_destroy() - free a machine, in any state; NULL is allowed */
void machine_destroy(struct machine *m);

/**
 * machine_kva_start() - the lowest address for a KVA; the same in each process
 * @m:   the machine; it need not be booted
 * @mmu: the MMU that it is to be booted with
 *
 * Return: MACHINE_KVA_START on the model. On the host MMU, the machine's window of addresses is
 * reserved first: the start of its upper half, or 0, with machine_boot_error(), if that fails.
 */
u64 machine_kva_start(struct machine *m, enum machine_mmu mmu);

/** machine_kva_end() - the end of the addresses for a KVA, exclusive; 0: 2^64 */
u64 machine_kva_end(struct machine *m, enum machine_mmu mmu);

/** direct_map_start() - address of page frame 0 in the direct map of a booted machine */
u64 direct_map_start(const struct machine *m);

/** direct_map_max() - bytes that the direct map can have: page frames must not lie above */
u64 direct_map_max(enum machine_mmu mmu);

/**
 * machine_boot_error() - why machine_kva_start() or machine_boot() failed on the host MMU
 *
 * Return: a sentence without a full stop; "" if another reason made them fail.
 */
const char *machine_boot_error(const struct machine *m);

/**
 * machine_boot() - make a fresh world: all frames free, or all boot memory; nothing mapped,
 *                  counters zero
 * @m:   from machine_create(); the remains of an earlier run, even of an abandoned one, are swept
 *       away first
 * @cfg: copied
 *
 * Return: 0; -EINVAL if @cfg is not consistent, if the KVA overlaps the direct map, or if a frame
 * is so high that the direct map has no address for it; -ENOMEM; on the host MMU, also what makes
 * machine_kva_start() fail.
 * Context: outside of a run, or the run's init task before it spawns others.
 */
int machine_boot(struct machine *m, const struct machine_config *cfg);

/**
 * machine_check_leaks() - after the allocators are gone: was everything freed?
 * @m: the machine
 *
 * Reports ORACLE_LEAK_PAGE (frames in use, boot memory apart), ORACLE_LEAK_METADATA (metadata in
 * use, with the size and age of the oldest), ORACLE_LEAK_AREA (a mapping, or a translation that was
 * never flushed), or ORACLE_PAGE_WRITE (a write to a free frame).
 */
void machine_check_leaks(struct machine *m);

/**
 * machine_verify() - recompute the invariants M1 to M17 of internal.h; for tests
 * @m: the machine
 *
 * A difference is ORACLE_COUNT, _HINT, _LIST or _TREE. Costs O(frames). Context: no service is
 * under way.
 */
void machine_verify(struct machine *m);

/** machine_config() - what the machine was booted with */
const struct machine_config *machine_config(const struct machine *m);

/** machine_topology() - shorthand for &machine_config(m)->topology */
const struct topology *machine_topology(const struct machine *m);

/**
 * struct machine_stats - what a run cost, counted since machine_boot()
 * @kmallocs, @pages, @tables: requests for metadata, page frames, page-table pages
 * @failed:     of these, failed by plan
 * @meta_bytes: metadata in use now
 * @meta_peak:  largest value of @meta_bytes; on a bare machine on threads, the sum of the largest
 *              values of each task's share
 * @pages_used: page frames in use now, table pages included
 * @pages_peak: largest value of @pages_used
 * @boot_pages: page frames that are boot memory now; they are neither used nor free
 * @flushes:    TLB flushes
 * @ipis:       interprocessor interrupts that they cost: each online CPU except the caller's
 * @stale:      stale translations now
 * @mappings:   on the host MMU: mappings of the process that the KVA costs now
 * @refused:    on the host MMU: requests that failed since there were too many mappings
 *              (vm.max_map_count); they count in @failed
 */
struct machine_stats {
	u64 kmallocs, pages, tables;
	u64 failed;
	u64 meta_bytes, meta_peak;
	u64 pages_used, pages_peak;
	u64 boot_pages;
	u64 flushes, ipis;
	u64 stale;
	u64 mappings, refused;
};

/** machine_stats() - the counters, as of now; @st is filled in */
void machine_stats(const struct machine *m, struct machine_stats *st);

#endif
