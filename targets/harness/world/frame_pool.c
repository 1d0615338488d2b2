/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame_pool.c - see frame_pool.h.
 */
#include "frame_pool.h"

#include "at_once.h"
#include "sched/announce.h"

void frame_pool_init(struct frame_pool *fp)
{
	fp->next = 0;
	for (u32 i = 0; i < FRAME_POOL; i++)
		fp->page[i] = NULL;
}

void frame_pool_destroy(struct frame_pool *fp, struct machine *m)
{
	for (u32 i = 0; i < FRAME_POOL && fp->page[i]; i++)
		put_page(m, fp->page[i]);
}

static struct page *entry(struct page *const *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

/* Another task may have filled the entry meanwhile: use its frame. */
static void enter(struct page **p, struct machine *m, struct page *page)
{
	struct page *none = NULL;

	if (!entry(p)) {
		/* Before others can see it. */
		announce_release(p);
		if (__atomic_compare_exchange_n(p, &none, page, false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return;
	}
	put_page(m, page);
}

/*
 * A frame enters the pool once, and unordered tasks find it there. The accesses of its previous
 * user happen before theirs. But only the task that allocated it is ordered after that user, so
 * that task announces the order for the others.
 */
bool frame_pool_take(struct frame_pool *fp, struct machine *m, u32 *first, u64 nr, gfp_t gfp,
		     struct page **out)
{
	*first = shared_load(&fp->next);
	for (u64 i = 0; i < nr; i++) {
		struct page **p = &fp->page[(*first + i) % FRAME_POOL];

		if (!entry(p)) {
			struct page *page = alloc_page_node(m, NUMA_NO_NODE, gfp, "mapping");

			if (!page)
				return false;
			enter(p, m, page);
		}
		announce_acquire(p);
		out[i] = entry(p);
	}
	/* On threads a task may undo the step of another: then both map the same frames. */
	shared_store(&fp->next, (u32)((*first + nr) % FRAME_POOL));
	return true;
}

u32 frame_pool_frames(const struct frame_pool *fp)
{
	u32 nr = 0;

	while (nr < FRAME_POOL && fp->page[nr])
		nr++;
	return nr;
}
