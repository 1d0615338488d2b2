/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - the host MMU, as the rest of core/machine calls it; host.c explains the design.
 *
 * Only a machine that was booted with MMU_HOST has m->host; all calls below are made on such a
 * machine, except host_open() and host_close().
 */
#ifndef MM_MACHINE_HOST_H
#define MM_MACHINE_HOST_H

#include "../sched/types.h"

struct machine;
struct machine_config;
struct page;

/**
 * struct host_page - what was mapped last at a page of the KVA; for the text of a fault
 * @gen:    machine.gen of the run; of another run: nothing was mapped in this one
 * @ticket: operation that unmapped it
 * @owner:  owner of the frame when it was mapped
 * @frame:  index of the frame
 */
struct host_page {
	u64 gen;
	u64 ticket;
	const char *owner;
	u32 frame;
};

/**
 * struct host - the windows of a machine in the process's address space
 * @base:     the direct map begins here, the KVA @HOST_WINDOW bytes above
 * @fd:       the memory of the page frames: frame i is page i of the file
 * @pid:      the process that opened it
 * @direct:   bytes of the direct map that are laid out
 * @last:     for each page of the KVA
 * @nr_last:  entries of @last
 * @edges:    M17
 * @limit:    mappings that may be held
 * @refused:  requests of this run that would have exceeded @limit
 * @shadowed: bytes from the start of the KVA that AddressSanitizer knows as unmapped
 * @low, @high: all that is mapped lies in [low, high)
 */
struct host {
	u64 base;
	int fd;
	int pid;
	u64 direct;
	struct host_page *last;
	u64 nr_last;
	u64 edges;
	u64 limit;
	u64 refused;
	u64 shadow_start, shadowed;
	u64 low, high;
};

/* Bytes of each of the two windows of a machine. */
#define HOST_WINDOW (1ULL << 35)

/*
 * host_window.c. host_open() reserves the windows, unless that was done. Return: 0, or an error
 * number with m->why set.
 */
int host_open(struct machine *m);
void host_close(struct machine *m);
int host_check(struct machine *m, const struct machine_config *cfg);
bool host_slot_of(u64 addr, unsigned int *slot);

/* Map page frames, or nothing, at an address of a window. A refusal of the host ends the run. */
void host_map_frames(struct machine *m, u64 addr, u64 frame, u64 nr);
void host_map_nothing(struct machine *m, u64 addr, u64 bytes);

/* Make @h->last large enough for a KVA of @pages. Return: 0 or -ENOMEM. */
int host_size_records(struct host *h, u64 pages);

/* Memory of the page frames. */
int host_resize(struct machine *m, u64 frames);
void host_lay_direct(struct machine *m);
void host_drop_direct(struct machine *m);
bool host_touched(struct machine *m, u32 frame);
void host_reset_memory(struct machine *m, bool was_boot_memory);

/* The KVA; mmu_lock is held. */
int host_reset_kva(struct machine *m);
int host_reserve(struct machine *m, struct page *const *pages, u64 nr);
void host_map(struct machine *m, u64 addr, u64 nr);
void host_unmap(struct machine *m, u64 addr, u64 nr);
void host_sweep(struct machine *m);
u64 host_count_edges(struct machine *m, u64 addr, u64 nr);

/* host_fault.c */
void host_watch(struct machine *m);
void host_unwatch(struct machine *m);

#endif
