/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_checker.c - the accounts of a space; see kva_checker.h.
 *
 * Areas are walked without a scheduling point; the account of a space takes locks, so a difference
 * counts only if nobody began meanwhile.
 *
 * What is freed lazily is exact only where all areas are objects of the program, in the target
 * vmap_area: a vmap block becomes lazy when the space sees fit.
 */
#include "kva_checker.h"

#include "kva_model.h"

bool kva_checker_wanted(const struct world *w)
{
	const u32 about = 1U << TARGET_VMAP_AREA | 1U << TARGET_VMAP_BLOCK |
			  1U << TARGET_VMAP_ALIASES | 1U << TARGET_VMAP_ZONE |
			  1U << TARGET_VMAP_POOL;

	return about & 1U << w->program->target && w->vmap[0].be->account &&
	       kva_is_known(&w->vmap[0]);
}

static void account(const struct world *w, struct vmap_account *a)
{
	w->vmap[0].be->account(w->vmap[0].ctx, a);
}

/* What the walk has found. @free_pages: those in the heap, and @cached_pages; @largest_free: heap
 */
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

	if (r->kept) {
		f->cached_pages += pages;
		f->free_pages += pages;
	} else if (r->lazy) {
		f->lazy_pages += pages;
	} else {
		f->areas++;
		f->busy_pages += pages;
	}
}

static void walk(struct world *w, struct found *f)
{
	u64 at = w->vmap[0].start;

	*f = (struct found){0};
	kva_snapshot_all(w, &w->vmap[0]);
	for (u32 i = 0; i < w->nr_ranges; i++) {
		const struct kva_range *r = &w->range[i];

		MM_CHECK(r->start >= at && r->end > r->start && r->end <= w->vmap[0].end, OVERLAP,
			 "[0x%llx, 0x%llx) is %s, and begins below 0x%llx, or ends wrong", r->start,
			 r->end,
			 r->kept   ? "kept ready"
			 : r->lazy ? "lazily freed"
				   : "in use",
			 at);
		add_gap(f, at, r->start);
		at = r->end;
		add_range(f, r);
	}
	add_gap(f, at, w->vmap[0].end);
}

static bool in_block(const struct world *w, const struct object *o)
{
	return o->type == OBJECT_RAM && o->size >> PAGE_SHIFT <= w->vmap[0].be->caps.block_max;
}

/* Each object must stand in an area as it should. Return: blocks with something mapped. */
static u64 match_objects(struct world *w)
{
	u64 block = (u64)w->vmap[0].block_pages << PAGE_SHIFT, blocks = 0;

	for (u32 i = 0; i < nr_live_objects(w); i++) {
		const struct object *o = live_object(w, i);
		struct kva_range *r = kva_at(w, o->addr);

		MM_CHECK(r && !r->lazy && !r->kept && r->start <= o->addr &&
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

/* Areas without an object: blocks with nothing mapped, and what boot has taken. */
static void check_unexplained(struct world *w, const struct vmap_account *st, u64 blocks)
{
	u64 left = w->books.areas + st->blocks - blocks;

	MM_CHECK(st->blocks >= blocks, COUNT, "%llu blocks are counted, and mappings lie in %llu",
		 st->blocks, blocks);
	for (u32 i = 0; i < w->nr_ranges; i++) {
		const struct kva_range *r = &w->range[i];

		if (r->lazy || r->kept || r->has_object)
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
		 "%llu pages are counted as kept ready, and %llu are", st->cached_pages,
		 f->cached_pages);
	MM_CHECK(st->largest_free == f->largest_free, HINT,
		 "the largest free range is said to have %llu bytes, and has %llu",
		 st->largest_free, f->largest_free);
}

/* Pages that were freed since the last time are lazy, and so are those from before. */
static void check_lazy(const struct world *w, const struct vmap_account *st)
{
	u64 most = w->vmap[0].be->caps.lazy ? w->books.lazy + w->books.freed : 0;

	MM_CHECK(st->lazy_pages <= most, COUNT,
		 "%llu pages are lazy, and no more than %llu were freed", st->lazy_pages, most);
	MM_CHECK(st->lazy_pages == most || st->purges != w->books.purges, LEAK_AREA,
		 "%llu pages are lazy, and %llu were freed since the last purge", st->lazy_pages,
		 most);
}

static void write_down(struct world *w, const struct vmap_account *st)
{
	w->books.lazy = st->lazy_pages;
	w->books.freed = 0;
	w->books.purges = st->purges;
	w->books.blocks = st->blocks;
	w->books.small = 0;
}

static int open_accounts(struct world *w)
{
	struct vmap_account st;

	account(w, &st);
	write_down(w, &st);
	w->books.areas = st.areas;
	return 0;
}

static void compare(struct world *w, u32 record)
{
	u64 ticket = task_ticket();
	struct vmap_account st;
	struct found f;
	u64 blocks;

	walk(w, &f);
	blocks = match_objects(w);
	account(w, &st);
	if (!op_still_alone(record, &ticket))
		return;
	w->noted_ticket = ticket;
	check_stats(&f, &st);
	check_unexplained(w, &st, blocks);
	if (w->program->target == TARGET_VMAP_AREA)
		check_lazy(w, &st);
	MM_CHECK(st.blocks <= w->books.blocks + w->books.small, KVA_BOUND,
		 "%llu blocks, and of %llu before, %llu small mappings were asked for since",
		 st.blocks, w->books.blocks, w->books.small);
	write_down(w, &st);
}

const struct subsystem kva_checker = {
	.wanted = kva_checker_wanted,
	.boot = open_accounts,
	.after_op = compare,
};

void kva_checker_check_blocks(struct world *w, const struct op_call *c, const char *behind)
{
	struct vmap_account st;
	u64 blocks;

	MM_CHECK(kva_snapshot(w, &w->vmap[0], true), CRASH, "more areas than operations can make");
	blocks = match_objects(w);
	account(w, &st);
	MM_CHECK(st.blocks == blocks || !op_ran_alone(w, c), KVA_BOUND,
		 "%s leaves %llu blocks, and mappings lie in %llu", behind, st.blocks, blocks);
}
