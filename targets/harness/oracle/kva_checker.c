/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_checker.c - the accounts of a space; see kva_checker.h.
 *
 * Areas are walked without a scheduling point. The account of a space takes locks, so a difference
 * counts only if no operation began meanwhile.
 *
 * An area without an object must be a block. A short mapping must lie in a block; a long one, and
 * an area, fill an area of their own. Short mappings are not aligned to their size: a block is
 * handed out from its start in powers of two, so two pages may follow one.
 *
 * Lazy pages are known exactly only where all areas are objects of the program, in the target
 * vmap_area: a space decides by itself when a vmap block becomes lazy.
 */
#include "kva_checker.h"

#include "kva_snapshot.h"
#include "world/at_once.h"

/**
 * struct accounts - the state of a space at the last comparison
 * @areas:  areas in use when the program began
 * @lazy:   lazily freed pages
 * @purges: number of purges
 * @blocks: vmap blocks
 * @freed:  pages of areas freed since then
 * @small:  mappings requested since then that may have needed a block each
 */
struct accounts {
	u64 areas;
	u64 lazy, purges, blocks;
	u64 freed, small;
};

static struct accounts *accounts_of(const struct world *w)
{
	return subsystem_state(w, &kva_checker);
}

bool kva_checker_wanted(const struct world *w)
{
	const u32 about = 1U << TARGET_VMAP_AREA | 1U << TARGET_VMAP_BLOCK |
			  1U << TARGET_VMAP_ALIASES | 1U << TARGET_VMAP_ZONE |
			  1U << TARGET_VMAP_POOL;

	return about & 1U << w->program->target && w->nr_vmap_kinds && w->vmap_kind[0] &&
	       w->vmap_kind[0]->account && kva_is_known(w->vmap_kind[0]);
}

static void account(const struct world *w, struct vmap_account *a)
{
	w->vmap[0].be->account(w->vmap[0].ctx, a);
}

/* Results of the walk. @free_pages: pages in the heap and @cached_pages; @largest_free: in the
 * heap. */
struct found {
	u64 areas, busy_pages, lazy_pages, cached_pages, free_pages, largest_free;
};

static void add_gap(struct found *f, u64 start, u64 end)
{
	f->free_pages += (end - start) >> PAGE_SHIFT;
	f->largest_free = max(f->largest_free, end - start);
}

static void add_range(struct found *f, const struct kva_range *r)
{
	u64 pages = (r->end - r->start) >> PAGE_SHIFT;

	if (r->cached) {
		f->cached_pages += pages;
		f->free_pages += pages;
	} else if (r->lazy) {
		f->lazy_pages += pages;
	} else {
		f->areas++;
		f->busy_pages += pages;
	}
}

static struct kva_snapshot *walk(struct world *w, struct found *f)
{
	struct kva_snapshot *s = kva_snapshot_all(w, &w->vmap[0]);
	u64 at = w->vmap[0].start;

	*f = (struct found){0};
	for (u32 i = 0; i < s->nr; i++) {
		const struct kva_range *r = &s->range[i];

		MM_CHECK(r->start >= at && r->end > r->start && r->end <= w->vmap[0].end, OVERLAP,
			 "[0x%llx, 0x%llx) is %s, and begins below 0x%llx, or ends wrong", r->start,
			 r->end,
			 r->cached ? "cached"
			 : r->lazy ? "lazily freed"
				   : "in use",
			 at);
		add_gap(f, at, r->start);
		at = r->end;
		add_range(f, r);
	}
	add_gap(f, at, w->vmap[0].end);
	return s;
}

static bool in_block(const struct world *w, const struct object *o)
{
	return o->type == OBJECT_RAM && o->size >> PAGE_SHIFT <= w->vmap[0].be->caps.block_max;
}

/* Check that each object lies in an area of its kind. Return: the number of blocks with a mapping.
 */
static u64 match_objects(const struct world *w, struct kva_snapshot *s)
{
	u64 block = (u64)w->vmap[0].block_pages << PAGE_SHIFT, blocks = 0;

	for (u32 i = 0; i < nr_live_objects(w); i++) {
		const struct object *o = live_object(w, i);
		struct kva_range *r = kva_snapshot_at(s, o->addr);

		MM_CHECK(r && !r->lazy && !r->cached && r->start <= o->addr &&
				 o->addr + o->size <= r->end,
			 TREE, "0x%llx of %llu bytes is live, and lies in no area in use", o->addr,
			 o->size);
		if (in_block(w, o)) {
			MM_CHECK(r->end - r->start == block && IS_ALIGNED(r->start, block), RANGE,
				 "mapping at 0x%llx of %llu bytes: [0x%llx, 0x%llx) is no vmap "
				 "block",
				 o->addr, o->size, r->start, r->end);
			blocks += !r->has_object;
		} else {
			MM_CHECK(r->start == o->addr && r->end == o->addr + o->size, COUNT,
				 "0x%llx of %llu bytes: its area is [0x%llx, 0x%llx)", o->addr,
				 o->size, r->start, r->end);
		}
		r->has_object = true;
	}
	return blocks;
}

/* Areas without an object: blocks without a mapping, and areas from boot. */
static void check_unexplained(const struct accounts *ac, const struct kva_snapshot *s,
			      const struct vmap_account *st, u64 blocks)
{
	u64 left = ac->areas + st->blocks - blocks;

	MM_CHECK(st->blocks >= blocks, COUNT, "%llu blocks are counted, and mappings lie in %llu",
		 st->blocks, blocks);
	for (u32 i = 0; i < s->nr; i++) {
		const struct kva_range *r = &s->range[i];

		if (r->lazy || r->cached || r->has_object)
			continue;
		MM_CHECK(left--, LEAK_AREA,
			 "[0x%llx, 0x%llx) is in use: neither an object nor one of %llu blocks",
			 r->start, r->end, st->blocks);
	}
	MM_CHECK(!left, COUNT, "%llu blocks are counted, and %llu have no area", st->blocks, left);
}

static void check_stats(const struct found *f, const struct vmap_account *st)
{
	MM_CHECK(st->areas == f->areas && st->busy_pages == f->busy_pages, COUNT,
		 "%llu areas of %llu pages are counted, and %llu of %llu are there", st->areas,
		 st->busy_pages, f->areas, f->busy_pages);
	MM_CHECK(st->lazy_pages == f->lazy_pages, COUNT,
		 "%llu lazy pages are counted, and %llu are there", st->lazy_pages, f->lazy_pages);
	MM_CHECK(st->free_pages == f->free_pages, COUNT,
		 "%llu free pages are counted, and %llu are neither in use nor lazy",
		 st->free_pages, f->free_pages);
	MM_CHECK(st->cached_pages == f->cached_pages, COUNT,
		 "%llu pages are counted as cached, and %llu are", st->cached_pages,
		 f->cached_pages);
	MM_CHECK(st->largest_free == f->largest_free, HINT,
		 "the largest free range is said to have %llu bytes, and has %llu",
		 st->largest_free, f->largest_free);
}

/* Pages freed since the last comparison are lazy, and so are those from before. */
static void check_lazy(const struct world *w, const struct accounts *ac,
		       const struct vmap_account *st)
{
	u64 most = w->vmap[0].be->caps.lazy ? ac->lazy + ac->freed : 0;

	MM_CHECK(st->lazy_pages <= most, COUNT,
		 "%llu pages are lazy, and no more than %llu were freed", st->lazy_pages, most);
	MM_CHECK(st->lazy_pages == most || st->purges != ac->purges, LEAK_AREA,
		 "%llu pages are lazy, and %llu were freed since the last purge", st->lazy_pages,
		 most);
}

static void write_down(struct accounts *ac, const struct vmap_account *st)
{
	ac->lazy = st->lazy_pages;
	ac->freed = 0;
	ac->purges = st->purges;
	ac->blocks = st->blocks;
	ac->small = 0;
}

static int open_accounts(struct world *w)
{
	struct accounts *ac = accounts_of(w);
	struct vmap_account st;

	account(w, &st);
	write_down(ac, &st);
	ac->areas = st.areas;
	return 0;
}

static void compare(struct world *w, u32 record)
{
	struct accounts *ac = accounts_of(w);
	u64 ticket = task_ticket();
	struct kva_snapshot *s;
	struct vmap_account st;
	struct found f;
	u64 blocks;

	s = walk(w, &f);
	blocks = match_objects(w, s);
	account(w, &st);
	if (!op_still_alone(record, &ticket))
		return;
	s->ticket = ticket;
	check_stats(&f, &st);
	check_unexplained(ac, s, &st, blocks);
	if (w->program->target == TARGET_VMAP_AREA)
		check_lazy(w, ac, &st);
	MM_CHECK(st.blocks <= ac->blocks + ac->small, KVA_BOUND,
		 "%llu blocks, and of %llu before, %llu small mappings were asked for since",
		 st.blocks, ac->blocks, ac->small);
	write_down(ac, &st);
}

struct subsystem kva_checker = {
	.state_size = sizeof(struct accounts),
	.wanted = kva_checker_wanted,
	.boot = open_accounts,
	.after_op = compare,
};

void kva_checker_note_mapping(struct world *w, u32 pages)
{
	shared_add(&accounts_of(w)->small, pages <= w->vmap[0].be->caps.block_max);
}

void kva_checker_note_free(struct world *w, u64 pages)
{
	shared_add(&accounts_of(w)->freed, pages);
}

void kva_checker_check_blocks(struct world *w, const struct op_call *c, const char *after)
{
	u64 blocks = match_objects(w, kva_snapshot_busy(w, &w->vmap[0]));
	struct vmap_account st;

	account(w, &st);
	MM_CHECK(st.blocks == blocks || !op_ran_alone(w, c), KVA_BOUND,
		 "%s leaves %llu blocks, and mappings lie in %llu", after, st.blocks, blocks);
}
