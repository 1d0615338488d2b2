/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fidelity.h - compare our allocator's placements with the kernel's.
 *
 * A recording is replayed on a machine laid out like the recorded one. After each allocation our
 * place is compared with the kernel's. An early difference would shift all later places. So where
 * they differ, our object is freed and placed where the kernel's was: decisions are counted, not
 * their consequences. A second, free-running replay is not corrected, and shows the first
 * divergence.
 *
 * All oracles are on: an error during the replay is a finding like any other.
 */
#ifndef MM_IMPORT_FIDELITY_H
#define MM_IMPORT_FIDELITY_H

#include "pair.h"
#include "sched/report.h"

struct machine;

/* Why the place of an allocation differs, as far as the recording shows it. */
enum fidelity_reason {
	FIDELITY_REFUSED,  /* ours refused */
	FIDELITY_CHUNK,	   /* another chunk */
	FIDELITY_MISSING,  /* the kernel's place was taken: a free is missing in the recording */
	FIDELITY_LATE,	   /* our hole was freed shortly before: the line may be too late */
	FIDELITY_KERNEL,   /* the kernel skipped a hole that fits */
	FIDELITY_OURS,	   /* ours skipped the hole that the kernel took */
	FIDELITY_REUSE,	   /* KVA: the kernel took a range from its cache of purged ones */
	FIDELITY_CONFLICT, /* the kernel's place cannot be taken in our replay */
	NR_FIDELITY_REASONS
};

/**
 * struct fidelity_miss - an allocation whose place differs
 * @event:  the event
 * @chunk:  our chunk, by its number in the recording; UINT32_MAX if it has none
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
 * struct fidelity - the result of a replay
 * @pairing:    the recording
 * @compared:   allocations that were compared
 * @miss:       those whose place differs, in order
 * @nr_miss:    entries in @miss
 * @reserved:   percpu: allocations from the reserved chunk, placed and not compared
 * @skipped:    KVA: allocations from another range of addresses, not replayed
 * @diverge:    first event at which the free-running replay differs; PAIR_NONE: none
 * @drift:      allocations of the free-running replay whose place differs
 * @first_fit:  percpu: allocations of plain first fit, resynchronised, whose place differs
 * @purges:     KVA: purges
 * @early, @early_miss: KVA: allocations before the first purge, and those whose place differs
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
 * fidelity_percpu() - replay the per-CPU events, both ways, and with first fit
 * @f: filled in; fidelity_free() it
 * @p: pairing of PAIR_PERCPU; outlives @f
 *
 * Return: 0 or -ENOMEM. A finding is in @f->report.
 */
int fidelity_percpu(struct fidelity *f, const struct pairing *p);

/** fidelity_kva() - replay the KVA areas, resynchronised; @p is a pairing of PAIR_KVA */
int fidelity_kva(struct fidelity *f, const struct pairing *p);

void fidelity_free(struct fidelity *f);

/** fidelity_reason_text() - describe a reason in a few words */
const char *fidelity_reason_text(enum fidelity_reason r);

/** fidelity_note() - record an allocation whose place differs; for the replays */
void fidelity_note(struct fidelity *f, u32 event, enum fidelity_reason r, u32 chunk, u64 start,
		   s32 hole);

/** fidelity_cpus() - number of CPUs of the machine for a replay */
u32 fidelity_cpus(const struct pairing *p);

/**
 * fidelity_replay() - run a replay on a new engine and a new machine
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
