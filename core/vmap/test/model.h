/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.h - a naive model of a space: the state of each page in an array.
 */
#ifndef MM_VMAP_TEST_MODEL_H
#define MM_VMAP_TEST_MODEL_H

#include "run.h"

#define PAGES 512

enum model_page { FREE, BUSY, LAZY };

/**
 * struct model - a space
 * @start:    its first address
 * @page:     enum model_page; BUSY after its end
 * @area:     single areas in use
 * @nr_areas: how many
 */
struct model {
	u64 start;
	u8 page[PAGES];
	struct vmap_area *area[PAGES];
	unsigned int nr_areas;
};

static inline void model_init(struct model *mo, u64 start, unsigned int pages)
{
	memset(mo, 0, sizeof(*mo));
	mo->start = start;
	memset(mo->page + pages, BUSY, PAGES - pages);
}

static inline void model_set(struct model *mo, u64 start, u64 end, enum model_page to)
{
	for (u64 p = (start - mo->start) / PAGE_SIZE; p < (end - mo->start) / PAGE_SIZE; p++)
		mo->page[p] = to;
}

static inline void model_purge(struct model *mo)
{
	for (unsigned int p = 0; p < PAGES; p++)
		if (mo->page[p] == LAZY)
			mo->page[p] = FREE;
}

static inline unsigned int model_count(const struct model *mo, enum model_page what)
{
	unsigned int n = 0;

	for (unsigned int p = 0; p < PAGES; p++)
		n += mo->page[p] == what;
	return n;
}

static inline void take_cached(u64 start, u64 end, unsigned int who __maybe_unused, void *arg)
{
	struct model *mo = arg;

	for (u64 p = (start - mo->start) / PAGE_SIZE; p < (end - mo->start) / PAGE_SIZE; p++)
		CHECK(mo->page[p] == FREE);
	model_set(mo, start, end, BUSY);
}

/* The model as the heap sees it: cached ranges are not free. */
static inline const struct model *model_heap(struct fixture *f, const struct model *mo)
{
	static struct model heap;

	heap = *mo;
	for_each_cached_area(f->vs, take_cached, &heap);
	return &heap;
}

#endif
