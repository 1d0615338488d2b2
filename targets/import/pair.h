/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pair.h - pair events to objects, and infer the state before the recording.
 *
 * A recording shows the place of each allocation, and the place of each free. The rest is inferred:
 *
 * - A free belongs to the live object at its place (chunk and offset, or address).
 * - An allocation that overlaps a live object implies that the object was freed before, without a
 * free in the recording. A few frees are missing in every recording.
 * - A free at a place that was never allocated frees an object from before the recording. Its size
 * is that of the next object that the recording shows at the same place, limited by the start of
 * the nearest object above; without such an object it is one unit.
 * - A free at a place that was allocated and freed already is an *orphan*: its allocation is
 * missing, and there is no object to free.
 * - The state before the recording: ranges that are allocated before they are freed were free.
 * Ranges that are never shown were in use if they lie below the highest address shown, and free
 * above it.
 */
#ifndef MM_IMPORT_PAIR_H
#define MM_IMPORT_PAIR_H

#include "trace.h"

enum pair_family {
	PAIR_PERCPU,
	PAIR_KVA,
};

#define PAIR_NONE (-1)

/**
 * struct pair_object - an object
 * @alloc:    event that allocates it; PAIR_NONE: it is from before the recording
 * @free:     event that frees it; PAIR_NONE: missing, or it outlives the recording
 * @inferred: allocation that implies its missing free; PAIR_NONE if it has a free or outlives the
 *            recording
 * @next:     next object with the same @inferred, or PAIR_NONE
 * @chunk:    percpu: number of the chunk, in order of first appearance; KVA: 0
 * @start:    offset in the chunk, or address
 * @size:     bytes: percpu: a multiple of 4, KVA: of a page
 * @align:    the requested alignment; of objects from before: the best that @start has, up to 8
 *            bytes or one page
 */
struct pair_object {
	s32 alloc, free, inferred, next;
	u32 chunk;
	u64 start, size, align;
};

/**
 * struct pair_range - a range that the recording never shows, below the highest address shown
 */
struct pair_range {
	u32 chunk;
	u64 start, end;
};

/**
 * struct pair_chunk - a chunk
 * @base: recorded base_addr
 * @low:  lowest address of an object of the recording
 * @high: end of the highest object
 */
struct pair_chunk {
	u64 base;
	u64 low, high;
};

/**
 * struct pairing - the objects of one family of events
 * @trace:     the recording
 * @family:    enum pair_family
 * @object:    objects, in the order in which they first appear
 * @nr:        entries in @object
 * @of_event:  by event: the object that it allocates or frees, or PAIR_NONE (other families, failed
 *             allocations, purges, orphans)
 * @missing:   by event: first object whose missing free this allocation implies, or PAIR_NONE
 * @chunk:     chunks
 * @nr_chunks: entries in @chunk; 1 for KVA
 * @taken:     ranges in use before the recording, by chunk and address, without the objects with
 *             @alloc PAIR_NONE
 * @nr_taken:  entries in @taken
 * @early:     numbers of the @before objects from before, by chunk and address
 * @events:    events of this family, without purges
 * @allocs:    of these, allocations that were served
 * @frees:     frees
 * @failed:    allocations that were refused
 * @pairs:     objects with both an allocation and a free in the recording
 * @inferred:  objects whose free is inferred
 * @before:    objects from before the recording
 * @orphans:   frees without an object
 * @outlive:   objects that are live at the end
 */
struct pairing {
	const struct trace *trace;
	enum pair_family family;
	struct pair_object *object;
	u32 nr;
	s32 *of_event;
	s32 *missing;
	struct pair_chunk *chunk;
	u32 nr_chunks;
	struct pair_range *taken;
	u32 nr_taken;
	u32 *early;
	u32 events, allocs, frees, failed;
	u32 pairs, inferred, before, orphans, outlive;
};

/**
 * pair_events() - infer the objects
 * @p: filled in; pair_free() it, also after an error
 * @t: the recording; outlives @p
 * @f: the family
 *
 * Return: 0 or -ENOMEM. A recording without events of the family gives a pairing without objects.
 */
int pair_events(struct pairing *p, const struct trace *t, enum pair_family f);

/** pair_free() - free the objects */
void pair_free(struct pairing *p);

#endif
