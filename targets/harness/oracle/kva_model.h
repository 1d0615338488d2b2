/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_model.h - a naive model of a space's addresses: where does a request fit?
 *
 * All it knows is a snapshot of the ranges that are not free (kva_snapshot.h).
 */
#ifndef MM_HARNESS_KVA_MODEL_H
#define MM_HARNESS_KVA_MODEL_H

#include "kva_snapshot.h"

/**
 * struct kva_request - what alloc_vmap_area() is asked for
 * @size:  bytes, a multiple of the page size
 * @align: a power of two, at least the page size
 * @from:  first address at which it may lie, page aligned; may lie outside of the space
 * @to:    end of the range in which it may lie
 * @gfp:   may it purge and wait?
 */
struct kva_request {
	u64 size, align;
	u64 from, to;
	gfp_t gfp;
};

/**
 * kva_lowest() - where the heap must serve a request
 *
 * The lowest address that fits, with one exception: of the free ranges that are long enough and do
 * not fit because of their alignment, vmap_caps.misses are looked at, and from then on only those
 * for which alignment cannot matter.
 *
 * Return: the address, or 0 if nothing fits (no address of a space is as low as that).
 */
u64 kva_lowest(const struct kva_snapshot *s, const struct kva_request *r);

/**
 * kva_lowest_cached() - the lowest address that fits in what is cached for an owner
 * @largest: receives the owner's longest range in bytes, if nothing fits
 */
u64 kva_lowest_cached(const struct kva_snapshot *s, const struct kva_request *r, u32 owner,
		      u64 *largest);

/**
 * kva_fits() - is there a free range of @size bytes in a space, at the latest after a purge?
 *
 * For operations that began alone; takes a concurrent snapshot. Return: false also if there is no
 * room for the snapshot, or if the back end does not promise to serve what fits.
 */
bool kva_fits(struct world *w, const struct vmap_instance *v, u64 size);

#endif
