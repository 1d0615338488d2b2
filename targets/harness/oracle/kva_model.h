/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_model.h - a naive model of a space's addresses: what is not free, and where a request fits.
 *
 * It believes the ranges that are in use and those that are lazily freed, and does not ask the
 * space for its own idea of what is free. What is noted stands in world.range.
 */
#ifndef MM_HARNESS_KVA_MODEL_H
#define MM_HARNESS_KVA_MODEL_H

#include "exec/subsystems.h"

/* Has room for the ranges of a program's world. */
extern const struct subsystem kva_model;

/** kva_is_known() - does the back end of a space name all ranges that are not free in the heap? */
bool kva_is_known(const struct vmap_instance *v);

/**
 * kva_snapshot() - note all ranges of a space that are not free, in order of address
 * @v:     the space; the functions below speak of the one that was noted last
 * @quiet: no operation is under way but the caller's, which has not begun its own work or is done
 *         with it: then no scheduling point is passed, and nothing is seen by ThreadSanitizer
 *
 * To be called by an operation that began alone only. Return: false if there is no room for so
 * many.
 */
bool kva_snapshot(struct world *w, const struct vmap_instance *v, bool quiet);

/**
 * kva_snapshot_all() - kva_snapshot() at a quiet moment, and what is free and kept ready, as such
 *
 * Then what is not noted is in the heap. For kva_oracle.c and accounts; to all others what is kept
 * is as free as the heap, since a request that finds no room has all of it given back.
 */
void kva_snapshot_all(struct world *w, const struct vmap_instance *v);

/** kva_fetch() - a range is kept by CPU @owner, from now on */
void kva_fetch(struct world *w, u64 start, u64 size, u32 owner);

/** kva_snapshot_drop_cached() - what is free and kept ready was not noted */
void kva_snapshot_drop_cached(struct world *w);

/** kva_snapshot_drop_purgeable() - of what was noted, what remains after a purge that gives all
 * back */
void kva_snapshot_drop_purgeable(struct world *w);

/** kva_snapshot_drop() - the range that begins at @start was not noted */
void kva_snapshot_drop(struct world *w, u64 start);

/** kva_at() - the lowest noted range that ends above @addr; NULL: there is none */
struct kva_range *kva_at(struct world *w, u64 addr);

/** kva_is_free() - does [@start, @start + @size) lie inside of the space, and is none of it noted?
 */
bool kva_is_free(struct world *w, u64 start, u64 size);

/**
 * struct kva_request - what alloc_vmap_area() is asked for
 * @size:  bytes, a multiple of the page size
 * @align: a power of two, at least the page size
 * @from:  first address at which it may lie, page aligned; may lie outside of the space
 * @to:    behind the last one
 * @gfp:   may it purge and wait?
 */
struct kva_request {
	u64 size, align;
	u64 from, to;
	gfp_t gfp;
};

/**
 * kva_lowest() - of what is not noted, the one right answer to a request
 *
 * The lowest address that fits, with one exception: of the free ranges that are long enough and do
 * not fit because of their alignment, vmap_caps.misses are looked at, and from then on only those
 * for which alignment cannot matter.
 *
 * Return: the address, or 0: there is none (no address of the KVA is as low as that).
 */
u64 kva_lowest(const struct world *w, const struct kva_request *r);

/**
 * kva_lowest_kept() - the same of what a CPU keeps
 * @largest: receives its longest range in bytes, if nothing fits
 */
u64 kva_lowest_kept(const struct world *w, const struct kva_request *r, u32 owner, u64 *largest);

/**
 * kva_fits() - is there a free range of @size bytes in a space, after a purge at the latest?
 *
 * For operations that began alone; scheduling points are passed. Return: false also if there is no
 * room to note what is not free, or if the back end promises no more than to try.
 */
bool kva_fits(struct world *w, const struct vmap_instance *v, u64 size);

/**
 * kva_oracle_applies() - is the answer to this request to be judged?
 *
 * Only a call that has begun alone can be. With KVA_MANY ranges that are not free, as in the replay
 * of a recording, noting them costs more than all else: then one operation in sixteen is.
 */
bool kva_oracle_applies(const struct world *w, const struct op_call *c,
			const struct vmap_instance *v);

#define KVA_MANY 256

/** kva_oracle_expect() - before a call that is to be judged: a right answer, or 0: none without a
 * purge */
u64 kva_oracle_expect(struct world *w, const struct vmap_instance *v, const struct kva_request *r);

/**
 * kva_oracle_check() - judge the answer to a request
 * @c:        the call, for which kva_oracle_applies() was true
 * @err:      what it was refused with, or 0
 * @addr:     where it was served, if it was
 * @expected: what kva_oracle_expect() said before it
 *
 * If nothing fitted, the call has purged, and what is in use when it returns was so when it
 * searched again. ORACLE_SPURIOUS (refused, and it fits), ORACLE_OVERLAP (where it was served was
 * not free), ORACLE_ALIGNMENT, ORACLE_RANGE (it fits at a lower address; of zones and pools: is
 * served elsewhere), ORACLE_LEAK_AREA (refused, and something is kept ready). What was noted before
 * the call must not have been noted anew.
 */
void kva_oracle_check(struct world *w, const struct op_call *c, const struct vmap_instance *v,
		      const struct kva_request *r, int err, u64 addr, u64 expected);

#endif
