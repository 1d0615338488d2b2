/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bare.c - memory of a bare machine: as fast as a kernel's, and nothing is checked.
 *
 * An object of metadata knows its size itself, and nobody else does. What is freed is kept for the
 * next object of its class, as a slab would, until the machine goes: the cost of the host's
 * malloc() is not the allocators'. Each task keeps for itself, so that tasks that run at once do
 * not meet here; one that frees what others allocate hands it on in batches, through the depot.
 * What is counted is counted by task as well, and added up for who asks.
 *
 * A run of page frames is kept whole for the next request for as many, as a buddy allocator would,
 * which writes to the first frame of a block and to no other. It counts as used until it is given
 * back, which somebody who finds no frame asks for, or who looks for leaks.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Objects of a class that move to the depot and back together; a task keeps less than two such. */
#define BATCH 32u

#define LINE_BYTES 64u

/**
 * struct bare_object - in front of what kmalloc() returns
 * @size:  in use: as asked for
 * @batch: first of a batch in the depot: first of the next batch
 * @next:  while it is free: next of its class
 */
struct bare_object {
	union {
		size_t size;
		struct bare_object *batch;
	};
	struct bare_object *next;
	_Alignas(max_align_t) u8 bytes[];
};

static size_t class_of(size_t size)
{
	return DIV_ROUND_UP(sizeof(struct bare_object) + size, BARE_CLASS_BYTES);
}

/* With machine_config.lines what is in front of an object is the end of a line of its own. */
static size_t lead_of(const struct machine *m)
{
	return m->cfg.lines ? LINE_BYTES - offsetof(struct bare_object, bytes) : 0;
}

/* An object that was never used, or NULL: out of line, as most are used again. */
static __attribute__((noinline)) struct bare_object *object_make(const struct machine *m,
								 size_t class)
{
	const size_t align = m->cfg.lines ? LINE_BYTES : BARE_CLASS_BYTES, lead = lead_of(m);
	u8 *p = aligned_alloc(align, ALIGN(lead + class * BARE_CLASS_BYTES, align));

	return p ? (void *)(p + lead) : NULL;
}

static void object_unmake(const struct machine *m, struct bare_object *o)
{
	free((u8 *)o - lead_of(m));
}

/*
 * Of a large one the host knows best which pages are zeroes: of what it gives afresh, none is
 * touched that nobody writes to. Who has a sparse table pays for what it has in it.
 */
static __attribute__((noinline)) struct bare_object *object_make_zeroed(size_t size)
{
	return calloc(1, sizeof(struct bare_object) + size);
}

/* The calling task's. */
static struct bare_cache *own_cache(struct machine *m)
{
	return &m->bare_cache[bare_self()];
}

/* The task keeps two batches: one goes to the depot. */
static void depot_put(struct machine *m, struct bare_cache *c, size_t class)
{
	struct bare_object *first = c->free[class], *last = first;

	for (u32 i = 1; i < BATCH; i++)
		last = last->next;
	c->free[class] = last->next;
	c->nr_free[class] -= BATCH;
	last->next = NULL;
	san_release(&m->bare_depot[class]);
	hw_lock(&m->meta_lock);
	first->batch = m->bare_depot[class];
	m->bare_depot[class] = first;
	hw_unlock(&m->meta_lock);
}

/* The task keeps nothing: a batch comes from the depot. Return: its first, or NULL. */
static struct bare_object *depot_take(struct machine *m, struct bare_cache *c, size_t class)
{
	struct bare_object *first;

	hw_lock(&m->meta_lock);
	first = m->bare_depot[class];
	if (first)
		m->bare_depot[class] = first->batch;
	hw_unlock(&m->meta_lock);
	if (!first)
		return NULL;
	san_acquire(&m->bare_depot[class]);
	c->free[class] = first;
	c->nr_free[class] = BATCH;
	return first;
}

/* An object that was used before, or NULL. */
static struct bare_object *object_again(struct machine *m, struct bare_cache *c, size_t class)
{
	struct bare_object *o = c->free[class];

	if (BARE_CACHES > 1 && unlikely(!o))
		o = depot_take(m, c, class);
	if (!o)
		return NULL;
	c->free[class] = o->next;
	if (BARE_CACHES > 1)
		c->nr_free[class]--;
	else
		san_acquire(o);
	return o;
}

void *bare_alloc(struct machine *m, size_t size, bool zero)
{
	struct bare_cache *c = own_cache(m);
	size_t class = class_of(size);
	struct bare_object *o = class < BARE_CLASSES ? object_again(m, c, class) : NULL;

	c->kmallocs++;
	if (zero && unlikely(class >= BARE_CLASSES) && !m->cfg.lines) {
		o = object_make_zeroed(size);
		zero = false;
	} else if (unlikely(!o)) {
		o = object_make(m, class);
	}
	if (!o)
		return NULL;
	o->size = size;
	c->bytes += (s64)size;
	c->peak = max(c->peak, c->bytes);
	return zero ? memset(o->bytes, 0, size) : o->bytes;
}

void bare_free(struct machine *m, void *p)
{
	struct bare_object *o = container_of(p, struct bare_object, bytes);
	struct bare_cache *c = own_cache(m);
	size_t class = class_of(o->size);

	c->bytes -= (s64)o->size;
	if (class >= BARE_CLASSES) {
		object_unmake(m, o);
		return;
	}
	/* One cache for tasks that are fibers: what one has freed another may get at once. */
	if (BARE_CACHES == 1)
		san_release(o);
	o->next = c->free[class];
	c->free[class] = o;
	if (BARE_CACHES > 1 && ++c->nr_free[class] == 2 * BATCH)
		depot_put(m, c, class);
}

/* What tasks have counted is added to the machine's statistics. */
void bare_stats(const struct machine *m, struct machine_stats *st)
{
	for (u32 i = 0; i < BARE_CACHES; i++) {
		st->kmallocs += m->bare_cache[i].kmallocs;
		st->meta_bytes += (u64)m->bare_cache[i].bytes;
		st->meta_peak += (u64)m->bare_cache[i].peak;
	}
}

/* Entries of the page table that tasks have set become the machine's; nobody else is at work. */
void bare_settle(struct machine *m)
{
	for (u32 i = 0; i < BARE_CACHES; i++) {
		m->nr_present += (u64)m->bare_cache[i].present;
		m->bare_cache[i].present = 0;
	}
}

/* Before a boot: nothing is counted, what is kept is kept. */
void bare_sweep(struct machine *m)
{
	for (u32 i = 0; i < BARE_CACHES; i++) {
		m->bare_cache[i].kmallocs = 0;
		m->bare_cache[i].bytes = 0;
		m->bare_cache[i].peak = 0;
	}
}

static void free_list(const struct machine *m, struct bare_object *o)
{
	while (o) {
		struct bare_object *next = o->next;

		object_unmake(m, o);
		o = next;
	}
}

/* Give back what was kept. */
void bare_destroy(struct machine *m)
{
	for (u32 class = 0; class < BARE_CLASSES; class ++) {
		for (u32 i = 0; i < BARE_CACHES; i++)
			free_list(m, m->bare_cache[i].free[class]);
		while (m->bare_depot[class]) {
			struct bare_object *first = m->bare_depot[class];

			m->bare_depot[class] = first->batch;
			free_list(m, first);
		}
	}
}

/*
 * Keep a run that has no user any more; it is linked by the first frame's @private. Only runs of
 * one length are kept. Return: done.
 */
bool bare_run_keep(struct machine *m, struct page *page, u64 nr)
{
	if (m->bare_run && m->bare_run_nr != nr)
		return false;
	page->private = (uintptr_t)m->bare_run;
	m->bare_run = page;
	m->bare_run_nr = nr;
	return true;
}

/* A run that was kept, or NULL. What it is to hold was not asked for. */
struct page *bare_run_take(struct machine *m, unsigned int nid, u64 nr, u64 align)
{
	struct page *page = m->bare_run;

	if (!page || m->bare_run_nr != nr || page->nid != nid || page->pfn & (align - 1))
		return NULL;
	m->bare_run = (struct page *)(uintptr_t)page->private;
	page->private = 0;
	return page;
}

/* Really free what was kept. Return: there was something. */
bool bare_runs_return(struct machine *m)
{
	bool any = m->bare_run;

	while (m->bare_run) {
		struct page *page = m->bare_run;

		m->bare_run = (struct page *)(uintptr_t)page->private;
		for (u64 n = m->bare_run_nr; n--;)
			page_drop(m, (u32)(page - m->page + n), 0);
	}
	return any;
}
