/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bare.c - memory of a bare machine: as fast as a kernel's, and unchecked.
 *
 * Benchmarks measure what uses the machine. On a checking machine, poisoning one frame would cost
 * more than an allocator's whole work on it.
 *
 * Metadata: the size of an object lies in its header and nowhere else. Freed objects are cached for
 * the next request of their class, as in a slab, until the machine is destroyed, so that the host's
 * malloc() is not measured. Each task has a cache and counters of its own, so that concurrent tasks
 * do not contend here. A task that frees what others allocate passes batches on through the depot.
 * machine_stats() sums the counters. A large zeroed object comes from the host's calloc(): a sparse
 * table costs the pages that are written to.
 *
 * Page frames: a freed run is cached whole for the next request of its length, as in a buddy
 * allocator, which writes to the first frame of a block only. A cached run counts as used. Runs are
 * released when a request finds no frame, and before the check for leaks.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Objects of a class that move to the depot and back together. A task caches less than two batches.
 */
#define BATCH 32u

/**
 * struct bare_object - an object of metadata and its header
 * @size:  in use: bytes asked for
 * @batch: first of a batch in the depot: first of the next batch
 * @next:  free: next of its class
 * @bytes: what kmalloc() returns
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

/* With machine_config.line_aligned, the header ends a cache line of its own. */
static size_t lead_of(const struct machine *m)
{
	return m->cfg.line_aligned ? CACHE_LINE_BYTES - offsetof(struct bare_object, bytes) : 0;
}

/* A new object, or NULL. Out of line, since most requests reuse one. */
static __attribute__((noinline)) struct bare_object *object_create(const struct machine *m,
								   size_t class)
{
	const size_t align = m->cfg.line_aligned ? CACHE_LINE_BYTES : BARE_CLASS_BYTES,
		     lead = lead_of(m);
	u8 *p = aligned_alloc(align, ALIGN(lead + class * BARE_CLASS_BYTES, align));

	return p ? (void *)(p + lead) : NULL;
}

static void object_destroy(const struct machine *m, struct bare_object *o)
{
	free((u8 *)o - lead_of(m));
}

/* The same, zeroed, for large objects: the host knows which pages are zero already. */
static __attribute__((noinline)) struct bare_object *object_create_zeroed(size_t size)
{
	return calloc(1, sizeof(struct bare_object) + size);
}

static struct bare_cache *own_cache(struct machine *m)
{
	return &m->bare_cache[bare_self()];
}

/* Move one of the task's two batches to the depot. */
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

/* Fill the task's empty cache with a batch from the depot. Return: its first object, or NULL. */
static struct bare_object *depot_get(struct machine *m, struct bare_cache *c, size_t class)
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

/* A cached object, or NULL. */
static struct bare_object *object_reuse(struct machine *m, struct bare_cache *c, size_t class)
{
	struct bare_object *o = c->free[class];

	if (BARE_CACHES > 1 && unlikely(!o))
		o = depot_get(m, c, class);
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
	struct bare_object *o = class < BARE_CLASSES ? object_reuse(m, c, class) : NULL;

	c->kmallocs++;
	if (zero && unlikely(class >= BARE_CLASSES) && !m->cfg.line_aligned) {
		o = object_create_zeroed(size);
		zero = false;
	} else if (unlikely(!o)) {
		o = object_create(m, class);
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
		object_destroy(m, o);
		return;
	}
	/* Fibers share one cache: freed objects are reused across tasks. */
	if (BARE_CACHES == 1)
		san_release(o);
	o->next = c->free[class];
	c->free[class] = o;
	if (BARE_CACHES > 1 && ++c->nr_free[class] == 2 * BATCH)
		depot_put(m, c, class);
}

/* Add the counters of the tasks to the machine's statistics. */
void bare_stats(const struct machine *m, struct machine_stats *st)
{
	for (u32 i = 0; i < BARE_CACHES; i++) {
		st->kmallocs += m->bare_cache[i].kmallocs;
		st->meta_bytes += (u64)m->bare_cache[i].bytes;
		st->meta_peak += (u64)m->bare_cache[i].peak;
	}
}

/* Move the tasks' counts of page-table entries to nr_present (M11). No service is under way. */
void bare_fold_present(struct machine *m)
{
	for (u32 i = 0; i < BARE_CACHES; i++) {
		m->nr_present += (u64)m->bare_cache[i].present;
		m->bare_cache[i].present = 0;
	}
}

/* Before a boot: reset the counters, and keep the caches. */
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

		object_destroy(m, o);
		o = next;
	}
}

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
 * Cache a run that is freed; cached runs are linked by @private of their first frames. All have one
 * length. Return: whether it was cached.
 */
bool bare_cache_run(struct machine *m, struct page *page, u64 nr)
{
	hw_assert_held(&m->page_lock);
	if (m->bare_run && m->bare_run_nr != nr)
		return false;
	page->private = (uintptr_t)m->bare_run;
	m->bare_run = page;
	m->bare_run_nr = nr;
	return true;
}

/* A cached run, or NULL; its frames keep their owners and contents. */
struct page *bare_reuse_run(struct machine *m, unsigned int nid, u64 nr, u64 align)
{
	struct page *page = m->bare_run;

	hw_assert_held(&m->page_lock);
	if (!page || m->bare_run_nr != nr || page->nid != nid || page->pfn & (align - 1))
		return NULL;
	m->bare_run = (struct page *)(uintptr_t)page->private;
	page->private = 0;
	return page;
}

/* Free the cached runs. Return: whether there were any. */
bool bare_release_runs(struct machine *m)
{
	bool any = m->bare_run;

	hw_assert_held(&m->page_lock);
	while (m->bare_run) {
		struct page *page = m->bare_run;

		m->bare_run = (struct page *)(uintptr_t)page->private;
		for (u64 n = m->bare_run_nr; n--;)
			frame_put(m, (u32)(page - m->page + n), 0);
	}
	return any;
}
