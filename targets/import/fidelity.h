/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fidelity.h - does our allocator put things where the kernel put them?
 *
 * A recording is replayed on a machine laid out like the recorded one. After each allocation
 * our place is compared with the kernel's. One early difference shifts all that follow, so where
 * they differ our object is freed and put where the kernel had put it: the count is of
 * decisions that differ, not of their consequences. A second replay runs free: it says
 * where the first difference is that is not corrected.
 *
 * All oracles are on: what the replay of a real recording breaks is a finding like any other.
 */
#ifndef MM_IMPORT_FIDELITY_H
#define MM_IMPORT_FIDELITY_H

#include "pair.h"
#include "sched/report.h"

struct machine;

/* Why an allocation went elsewhere, as far as the recording tells. */
enum fidelity_reason {
	FIDELITY_REFUSED,  /* ours refused */
	FIDELITY_CHUNK,	   /* another chunk */
	FIDELITY_MISSING,  /* the kernel's place was taken: a free is missing in the recording */
	FIDELITY_LATE,	   /* our hole was freed shortly before: the line may stand too late */
	FIDELITY_KERNEL,   /* the kernel skipped a hole that fits */
	FIDELITY_OURS,	   /* ours skipped the hole that the kernel took */
	FIDELITY_REUSE,	   /* KVA: the kernel took a range from its cache of purged ones */
	FIDELITY_CONFLICT, /* the kernel's place cannot be taken in our replay */
	NR_FIDELITY_REASONS
};

/**
 * struct fidelity_miss - an allocation that went elsewhere
 * @event:  the event
 * @chunk:  our chunk, by its number in the recording; UINT32_MAX if it is not in there
 * @start:  our offset or address
 * @hole:   FIDELITY_LATE: the event that freed our hole; else PAIR_NONE
 * @reason: enum fidelity_reason
 */
struct fidelity_miss {
	u32 event;
	u32 chunk;
	u64 start;
	s32 hole;
	u8 reason;
};

/**
 * struct fidelity - how a replay went
 * @pairing:    what was replayed
 * @compared:   allocations compared
 * @miss:       those that went elsewhere, in order
 * @nr_miss:    entries in @miss
 * @reserved:   percpu: allocations from the reserved chunk, placed and not compared
 * @skipped:    KVA: allocations from another range of addresses, not replayed
 * @diverge:    first event at which the free-running replay differs; PAIR_NONE: none
 * @drift:      allocations that the free-running replay puts elsewhere
 * @first_fit:  percpu: allocations that plain first fit, resynchronised, puts elsewhere
 * @purges:     KVA: purges
 * @early, @early_miss: KVA: allocations before the first purge, and those that went elsewhere
 * @too_wide:   the recorded offsets or addresses span too much: nothing was compared
 * @report:     the finding; @report.oracle is ORACLE_NONE if there was none
 */
struct fidelity {
	const struct pairing *pairing;
	u32 compared;
	struct fidelity_miss *miss;
	u32 nr_miss;
	u32 reserved, skipped;
	s32 diverge;
	u32 drift;
	u32 first_fit;
	u32 purges, early, early_miss;
	bool too_wide;
	struct report report;
};

/**
 * fidelity_percpu() - replay the per-CPU events, both ways, and first fit
 * @f: filled in; fidelity_free() it
 * @p: pairing of PAIR_PERCPU; outlives @f
 *
 * Return: 0 or -ENOMEM. A finding is in @f->report.
 */
int fidelity_percpu(struct fidelity *f, const struct pairing *p);

/** fidelity_kva() - replay the KVA areas, resynchronised; @p is of PAIR_KVA */
int fidelity_kva(struct fidelity *f, const struct pairing *p);

void fidelity_free(struct fidelity *f);

/** fidelity_reason_text() - a reason in a few words */
const char *fidelity_reason_text(enum fidelity_reason r);

/** fidelity_note() - note an allocation that went elsewhere; for the replays */
void fidelity_note(struct fidelity *f, u32 event, enum fidelity_reason r, u32 chunk, u64 start,
		   s32 hole);

/** fidelity_cpus() - CPUs of the machine that a recording is replayed on */
u32 fidelity_cpus(const struct pairing *p);

/**
 * fidelity_replay() - run a replay on an engine and a machine made for it
 * @f:       receives the finding
 * @machine: receives the machine, not booted; destroyed on return
 * @body:    the replay
 * @arg:     its argument
 *
 * Return: 0 or -ENOMEM. A finding is in @f->report.
 */
int fidelity_replay(struct fidelity *f, struct machine **machine, void (*body)(void *arg),
		    void *arg);

#endif
