/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meta.c - metadata memory: kmalloc() and kfree() for the allocators' own structures.
 *
 * Each object is a malloc() of exactly its size, without a header: AddressSanitizer's red zones lie
 * directly at the object, and its quarantine receives it. The records lie elsewhere, so that a
 * stray write cannot reach them and a pointer that is no object is recognised without being
 * followed:
 *
 *   meta[0 .. nr_meta)   the live objects, in no order
 *   meta_slot[]          hash table by address: open addressing with linear probing; a slot holds 0
 *                        or 1 + an index into meta[]
 *
 * Invariants: M1 to M3 of internal.h.
 *
 * A run cannot observe addresses of the host: the leak that is reported is that with the lowest
 * request number, and messages name sizes, request numbers and tickets. So a finding has the same
 * text in every replay.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Contents of memory without __GFP_ZERO. */
#define META_GARBAGE 0xa5

#define META_MIN 256

static u32 meta_mask(const struct machine *m)
{
	return 2 * m->max_meta - 1;
}

static void meta_link(struct machine *m, u32 i)
{
	u32 slot = meta_home_slot(m, m->meta[i].p);

	while (m->meta_slot[slot])
		slot = (slot + 1) & meta_mask(m);
	m->meta_slot[slot] = i + 1;
	m->meta[i].slot = slot;
}

/* Make room for more objects. Return: false without memory. */
static bool meta_grow(struct machine *m)
{
	u32 max = m->max_meta ? 2 * m->max_meta : META_MIN;
	struct meta_object *meta;
	u32 *slot;
	u32 i;

	meta = realloc(m->meta, max * sizeof(*meta));
	if (!meta)
		return false;
	m->meta = meta;
	slot = calloc(2 * (size_t)max, sizeof(*slot));
	if (!slot)
		return false;
	free(m->meta_slot);
	m->meta_slot = slot;
	m->max_meta = max;
	m->meta_shift = 64 - (fls64(max) - 1) - 1;
	for (i = 0; i < m->nr_meta; i++)
		meta_link(m, i);
	return true;
}

/* Make room for one more object, if there is none. Return: false without memory. */
static bool meta_reserve(struct machine *m)
{
	void *seen;
	bool grown;

	if (likely(m->nr_meta < m->max_meta))
		return true;
	seen = announce_unseen_begin();
	grown = meta_grow(m);
	announce_unseen_end(seen);
	return grown;
}

static bool meta_insert(struct machine *m, void *p, size_t size, u64 request)
{
	struct meta_object *o;

	hw_assert_held(&m->meta_lock);
	if (!meta_reserve(m))
		return false;
	o = &m->meta[m->nr_meta];
	o->p = p;
	o->size = size;
	o->request = request;
	o->ticket = task_ticket();
	meta_link(m, m->nr_meta++);
	m->meta_bytes += size;
	m->meta_peak = max(m->meta_peak, m->meta_bytes);
	return true;
}

static s64 meta_find(const struct machine *m, const void *p)
{
	u32 slot;

	hw_assert_held(&m->meta_lock);
	if (!m->nr_meta)
		return -1;
	for (slot = meta_home_slot(m, p); m->meta_slot[slot]; slot = (slot + 1) & meta_mask(m))
		if (m->meta[m->meta_slot[slot] - 1].p == p)
			return m->meta_slot[slot] - 1;
	return -1;
}

/* Empty a slot, and move up each later entry whose probe sequence passes it (M2). */
static void meta_unlink(struct machine *m, u32 hole)
{
	u32 mask = meta_mask(m);
	u32 slot = hole;

	for (;;) {
		u32 i, home;

		slot = (slot + 1) & mask;
		i = m->meta_slot[slot];
		if (!i)
			break;
		home = meta_home_slot(m, m->meta[i - 1].p);
		if (((slot - home) & mask) < ((slot - hole) & mask))
			continue;
		m->meta_slot[hole] = i;
		m->meta[i - 1].slot = hole;
		hole = slot;
	}
	m->meta_slot[hole] = 0;
}

static void meta_remove(struct machine *m, u32 i)
{
	u32 last;

	hw_assert_held(&m->meta_lock);
	m->meta_bytes -= m->meta[i].size;
	meta_unlink(m, m->meta[i].slot);
	last = --m->nr_meta;
	if (i != last) {
		m->meta[i] = m->meta[last];
		m->meta_slot[m->meta[i].slot] = i + 1;
	}
}

static __attribute__((noinline)) void *meta_alloc(struct machine *m, size_t size, gfp_t gfp,
						  u64 request)
{
	bool inserted;
	void *p;

	p = malloc(size);
	if (!p)
		return NULL;
	if (gfp & __GFP_ZERO) {
		memset(p, 0, size);
	} else {
		memset(p, META_GARBAGE, size);
		san_mark_uninit(p, size);
	}
	hw_lock(&m->meta_lock);
	inserted = meta_insert(m, p, size, request);
	hw_unlock(&m->meta_lock);
	if (!inserted) {
		free(p);
		return NULL;
	}
	return p;
}

void *kmalloc(struct machine *m, size_t size, gfp_t gfp)
{
	u64 request;
	bool fails;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	/* Requests are in conflict where a plan counts them. */
	sched_point_object(m->fail_armed ? &m->fail_armed : NULL, true);
	/* A shared counter would cost each task a cache line, and without a plan it has no use. */
	if (m->cfg.bare && likely(!m->fail_armed))
		return bare_alloc(m, size, gfp & __GFP_ZERO);
	request = number_request(m, FAIL_META, &fails);
	if (!m->cfg.bare || fails)
		hw_add(&m->kmallocs, 1);
	if (fails)
		return NULL;
	if (m->cfg.bare)
		return bare_alloc(m, size, gfp & __GFP_ZERO);
	return meta_alloc(m, size, gfp, request);
}

void *kzalloc(struct machine *m, size_t size, gfp_t gfp)
{
	return kmalloc(m, size, gfp | __GFP_ZERO);
}

void *kcalloc(struct machine *m, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return kmalloc(m, bytes, gfp | __GFP_ZERO);
}

static __attribute__((noinline)) void meta_free(struct machine *m, void *p)
{
	s64 i;

	hw_lock(&m->meta_lock);
	i = meta_find(m, p);
	if (unlikely(i < 0)) {
		hw_unlock(&m->meta_lock);
		mm_report(ORACLE_METADATA_FREE,
			  "kfree() of a pointer that is no object in use: it was freed before, or "
			  "is not from kmalloc(); %u objects are in use",
			  m->nr_meta);
	}
	meta_remove(m, i);
	hw_unlock(&m->meta_lock);
	free(p);
}

void kfree(struct machine *m, void *p)
{
	if (!p)
		return;
	sched_point_object(NULL, false);
	if (m->cfg.bare)
		bare_free(m, p);
	else
		meta_free(m, p);
}

void meta_sweep(struct machine *m)
{
	while (m->nr_meta) {
		struct meta_object *o = &m->meta[--m->nr_meta];

		m->meta_slot[o->slot] = 0;
		free(o->p);
	}
	bare_sweep(m);
	m->kmallocs = 0;
	m->meta_bytes = 0;
	m->meta_peak = 0;
}

void meta_check_leaks(struct machine *m)
{
	const struct meta_object *oldest = m->meta;
	u32 i;

	if (!m->nr_meta)
		return;
	for (i = 1; i < m->nr_meta; i++)
		if (m->meta[i].request < oldest->request)
			oldest = &m->meta[i];
	mm_report(ORACLE_LEAK_METADATA,
		  "%u metadata objects of %llu bytes in total were not freed; the oldest: %zu "
		  "bytes, request %llu of the run, allocated in operation ticket %llu",
		  m->nr_meta, m->meta_bytes, oldest->size, oldest->request, oldest->ticket);
}

void meta_destroy(struct machine *m)
{
	meta_sweep(m);
	bare_destroy(m);
	free(m->meta);
	free(m->meta_slot);
}
