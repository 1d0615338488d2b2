/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_snapshot.h - which ranges of a space were not free at one moment.
 *
 * A snapshot holds what the back end of a space names when it walks its areas: ranges in use, and
 * as far as the caller wants them those freed lazily and those cached. It does not ask the space
 * for its own idea of what is free; models derive that from the snapshot (kva_model.h).
 *
 * A world has one snapshot, which each function below overwrites. Only an operation that began
 * alone may take one, and no second operation begins alone before the first has ended.
 */
#ifndef MM_HARNESS_KVA_SNAPSHOT_H
#define MM_HARNESS_KVA_SNAPSHOT_H

#include "exec/subsystems.h"

/**
 * struct kva_range - a range of addresses that is not free in the heap
 * @lazy:       freed, and unavailable until the next purge
 * @cached:     free, and cached for @owner, a CPU or a node
 * @has_object: an object lies in it (kva_checker.c)
 */
struct kva_range {
	u64 start, end;
	bool lazy, cached, has_object;
	u32 owner;
};

/**
 * struct kva_snapshot - the ranges of a space at one moment
 * @space:  which space
 * @cpu:    the CPU that the snapshot was taken on
 * @ticket: if not 0: the snapshot is complete, it was taken while nothing was in flight, and this
 *          was the last ticket taken then
 * @range:  @nr ranges in order of address; there is room for @max
 */
struct kva_snapshot {
	const struct vmap_instance *space;
	u32 cpu;
	u64 ticket;
	struct kva_range *range;
	u32 nr, max;
};

/* Owns the snapshot of a world, with room for the ranges of a program. */
extern struct subsystem kva_snapshots;

/** kva_is_known() - does the back end of a space name all ranges that are not free in the heap? */
bool kva_is_known(const struct vmap_backend *be);

/**
 * kva_snapshot_busy() - the ranges in use, at a moment at which nothing else is in flight
 *
 * The caller's own operation must be before or after its work. No scheduling point is passed, and
 * ThreadSanitizer sees no access. All ranges that remain after a purge are in use, so this is also
 * the state that a request finds after it has purged and emptied the caches.
 */
struct kva_snapshot *kva_snapshot_busy(struct world *w, const struct vmap_instance *v);

/**
 * kva_snapshot_concurrent() - the ranges in use, read under the locks of the space
 *
 * Passes scheduling points. Return: NULL if there is no room for all ranges.
 */
struct kva_snapshot *kva_snapshot_concurrent(struct world *w, const struct vmap_instance *v);

/**
 * kva_snapshot_all() - the ranges in use, lazily freed and cached
 *
 * The context is that of kva_snapshot_busy(). Addresses outside of these ranges are in the heap.
 */
struct kva_snapshot *kva_snapshot_all(struct world *w, const struct vmap_instance *v);

/** kva_snapshot_last() - the snapshot that was taken last */
struct kva_snapshot *kva_snapshot_last(const struct world *w);

/** kva_snapshot_cache() - add a range: it is cached for @owner from now on */
void kva_snapshot_cache(struct kva_snapshot *s, u64 start, u64 size, u32 owner);

/** kva_snapshot_drop() - remove the range that begins at @start */
void kva_snapshot_drop(struct kva_snapshot *s, u64 start);

/** kva_snapshot_drop_cached() - remove the cached ranges */
void kva_snapshot_drop_cached(struct kva_snapshot *s);

/** kva_snapshot_drop_purgeable() - remove the cached ranges and those freed lazily */
void kva_snapshot_drop_purgeable(struct kva_snapshot *s);

/** kva_snapshot_at() - the lowest range that ends above @addr; NULL: there is none */
struct kva_range *kva_snapshot_at(const struct kva_snapshot *s, u64 addr);

/** kva_snapshot_is_free() - is [@start, @start + @size) inside of the space, and in no range? */
bool kva_snapshot_is_free(const struct kva_snapshot *s, u64 start, u64 size);

#endif
