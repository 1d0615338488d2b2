/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pair.h - from events to objects: who freed what, and what was there before.
 *
 * A recording says where each object was put, and that something was freed at a place. What it
 * does not say is inferred here:
 *
 * - A free belongs to the object that is live at its place (chunk and offset, or address).
 * - An allocation that overlaps a live object means that the object was freed before, and that
 *   this is not in the recording. A few frees are missing in every recording.
 * - A free at a place that was never allocated frees an object from before the recording. A
 *   free says nothing of the size: it is that of the next object that the recording shows at the
 *   same place, as far as the nearest place above that the recording shows any object at;
 *   without such an object it is one unit.
 * - A free at a place that was allocated and freed already is an *orphan*: its allocation is
 *   missing. There is nothing that could be freed.
 * - The state before the recording: ranges that are allocated in it before they are freed were
 *   free; ranges below the highest address seen that it never shows were taken; everything
 *   above was free.
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
 * @alloc:    event that made it; PAIR_NONE: it was there before the recording
 * @free:     event that frees it; PAIR_NONE: missing, or it outlives the recording
 * @inferred: allocation that shows that it had been freed; PAIR_NONE if it has a free or
 *            outlives the recording
 * @next:     next object with the same @inferred, or PAIR_NONE
 * @chunk:    percpu: number of the chunk, in order of first appearance; KVA: 0
 * @start:    offset in the chunk, or address
 * @size:     bytes: percpu: a multiple of 4, KVA: of a page
 * @align:    as asked for; of objects from before: the best that @start explains, up to 8 bytes
 *            or one page
 */
struct pair_object {
	s32 alloc, free, inferred, next;
	u32 chunk;
	u64 start, size, align;
};

/**
 * struct pair_range - a range that the recording never shows, below the highest that it does
 */
struct pair_range {
	u32 chunk;
	u64 start, end;
};

/**
 * struct pair_chunk - a chunk
 * @base: base_addr, as recorded
 * @low:  lowest address that an object of the recording covers
 * @high: behind the highest
 */
struct pair_chunk {
	u64 base;
	u64 low, high;
};

/**
 * struct pairing - what the events of one family say
 * @trace:     the recording
 * @family:    enum pair_family
 * @object:    objects, in the order in which they first appear
 * @nr:        entries in @object
 * @of_event:  by event: the object that it makes or frees, or PAIR_NONE (other families, failed
 *             allocations, purges, orphans)
 * @missing:   by event: first object whose free is missing and must have happened before this
 *             allocation, or PAIR_NONE
 * @chunk:     chunks
 * @nr_chunks: entries in @chunk; 1 for KVA
 * @taken:     ranges that were taken before the recording, by chunk and address; objects with
 *             @alloc PAIR_NONE not among them
 * @nr_taken:  entries in @taken
 * @early:     numbers of the @before objects that were there before, by chunk and address
 * @events:    events of this family, purges not counted
 * @allocs:    of these, allocations that were served
 * @frees:     frees
 * @failed:    allocations that were refused
 * @pairs:     objects with both an allocation and a free in the recording
 * @inferred:  objects whose free is inferred
 * @before:    objects that were there before
 * @orphans:   frees that free nothing
 * @outlive:   objects still live at the end
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

/** pair_free() - free what it holds */
void pair_free(struct pairing *p);

#endif
