/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - shared by the tests of the vmap layer: a machine with a space, frames to map, and bodies
 * that must end cleanly or in a finding.
 *
 * Each body runs inside of sched_run(), on a machine booted for it.
 */
#ifndef MM_VMAP_TEST_RUN_H
#define MM_VMAP_TEST_RUN_H

#include "../internal.h"
#include "../../sched/random.h"
#include "../../sched/test/checks.h"

#define KVA test_kva
#define NR_PAGES 256

struct fixture {
	struct machine *m;
	struct sched *s;
	struct machine_config cfg;
	struct vmap_config vmap;
	struct schedule schedule;
	struct sched_result result;

	/* In a run. */
	void (*body)(struct fixture *f);
	struct vmap_space *vs;
	struct page *page[NR_PAGES];
	u64 seed;
};

#include "../../machine/test/fixture.h"

static inline void fixture_init(struct fixture *f)
{
	topology_init(&f->cfg.topology, 4, 1, 2048);
	f->vmap = (struct vmap_config){.start = f->cfg.kva_start,
				       .size = f->cfg.kva_size,
				       .block_pages = 128,
				       .lazy_max_pages = 256};
}

/* Pages that a CPU prefetches, in tests that are about spaces of zones. */
#define ZONE 30

/* fixture_setup(), for a space of one kind. */
static inline int setup_kind(void **state, enum vmap_kva kva)
{
	int err = fixture_setup(state);
	struct fixture *f = *state;

	if (!err) {
		f->vmap.kva = kva;
		f->vmap.zone_pages = kva == VMAP_ZONE ? ZONE : 0;
	}
	return err;
}

/* Wait for background work. */
static inline void settle(struct fixture *f)
{
	flush_work(&f->vs->vfree_work);
	if (f->vs->kva != VMAP_EAGER)
		flush_work(&f->vs->purge_work);
}

/* Does a freed area become free at a purge only? */
static inline bool frees_lazily(const struct fixture *f)
{
	return f->vmap.kva != VMAP_EAGER;
}

/* Within a run: set up a space, call the body, and check that nothing is left. */
static inline void run_body(void *arg)
{
	struct fixture *f = arg;
	struct machine_stats st;
	unsigned int i;
	int err;

	f->vs = NULL;
	memset(f->page, 0, sizeof(f->page));
	if (machine_boot(f->m, &f->cfg))
		mm_report(ORACLE_CRASH, "no machine");
	err = vmap_create(f->m, &f->vmap, &f->vs);
	machine_stats(f->m, &st);
	if (err && !st.failed)
		mm_report(ORACLE_CRASH, "no space: %d", err);
	if (!err) {
		for (i = 0; i < NR_PAGES; i++)
			f->page[i] = alloc_page_node(f->m, 0, GFP_KERNEL, "test");
		f->body(f);
		settle(f);
		vmap_verify(f->vs, true);
		vmap_destroy(f->vs);
		for (i = 0; i < NR_PAGES; i++)
			if (f->page[i])
				put_page(f->m, f->page[i]);
	}
	machine_check_leaks(f->m);
}

/* Run @body on a space of each kind, with the same seed each time; nothing must be found. */
static inline void expect_clean_on_each(struct fixture *f, void (*body)(struct fixture *f))
{
	const u64 seed = f->seed;

	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		f->seed = seed;
		expect_clean(f, body);
	}
}

/* The same on a space of each kind whose areas are freed lazily. */
static inline void expect_clean_on_each_lazy(struct fixture *f, void (*body)(struct fixture *f))
{
	const u64 seed = f->seed;

	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		f->seed = seed;
		if (frees_lazily(f))
			expect_clean(f, body);
	}
}

/* Purge, and empty all caches into the heap. */
static inline void empty_into_heap(struct fixture *f)
{
	if (f->vs->ops->reclaim)
		f->vs->ops->reclaim(f->vs);
}

static inline struct vmap_area *alloc_pages_any(struct fixture *f, u64 pages)
{
	return alloc_vmap_area(f->vs, pages * PAGE_SIZE, PAGE_SIZE, f->vs->start, f->vs->end,
			       GFP_KERNEL);
}

/* The page of the space at which an area begins. The request was not refused. */
static inline u64 page_of(const struct fixture *f, const struct vmap_area *va)
{
	CHECK(!IS_ERR(va));
	return (va->va_start - f->vs->start) / PAGE_SIZE;
}

static inline void free_all(struct fixture *f)
{
	while (first_vmap_area(f->vs))
		free_unmap_vmap_area(f->vs, first_vmap_area(f->vs));
}

static inline struct vmap_stats vstats(struct fixture *f)
{
	struct vmap_stats st;

	vmap_stats(f->vs, &st);
	return st;
}

#endif
