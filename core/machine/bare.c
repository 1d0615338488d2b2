/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bare.c - memory of a bare machine: as fast as a kernel's, and nothing is checked.
 *
 * An object of metadata knows its size itself, and nobody else does. What is freed is kept for the
 * next object of its class, as a slab would, until the machine goes: the cost of the host's
 * malloc() is not the allocators'. A run of page frames is kept whole for the next request for as
 * many, as a buddy allocator would, which writes to the first frame of a block and to no other. It
 * counts as used until it is given back, which somebody who finds no frame asks for, or who looks
 * for leaks.
 *
 * For one thread; machine_config.bare says when.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Classes are multiples of this many bytes; larger objects than the last class are the host's. */
#define CLASS_BYTES 16u

/**
 * struct bare_object - in front of what kmalloc() returns
 * @size: as asked for
 * @next: while it is free: next of its class
 */
struct bare_object {
	size_t size;
	struct bare_object *next;
	_Alignas(max_align_t) u8 bytes[];
};

static size_t class_of(size_t size)
{
	return DIV_ROUND_UP(size, CLASS_BYTES);
}

/* An object that was never used, or NULL: out of line, as most are used again. */
static __attribute__((noinline)) struct bare_object *object_make(size_t class)
{
	return malloc(sizeof(struct bare_object) + class * CLASS_BYTES);
}

void *bare_alloc(struct machine *m, size_t size, bool zero)
{
	size_t class = class_of(size);
	struct bare_object *o = class < BARE_CLASSES ? m->bare_free[class] : NULL;

	if (likely(o))
		m->bare_free[class] = o->next;
	else
		o = object_make(class);
	if (!o)
		return NULL;
	o->size = size;
	m->meta_bytes += size;
	m->meta_peak = max(m->meta_peak, m->meta_bytes);
	return zero ? memset(o->bytes, 0, size) : o->bytes;
}

void bare_free(struct machine *m, void *p)
{
	struct bare_object *o = container_of(p, struct bare_object, bytes);
	size_t class = class_of(o->size);

	m->meta_bytes -= o->size;
	if (class >= BARE_CLASSES) {
		free(o);
		return;
	}
	o->next = m->bare_free[class];
	m->bare_free[class] = o;
}

/* Give back what was kept. */
void bare_destroy(struct machine *m)
{
	for (u32 class = 0; class < BARE_CLASSES; class ++) {
		while (m->bare_free[class]) {
			struct bare_object *o = m->bare_free[class];

			m->bare_free[class] = o->next;
			free(o);
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
