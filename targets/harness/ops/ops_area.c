/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_area.c - operations on ranges of addresses, and the right answer to each.
 *
 * An operation has three numbers, so alloc_vmap_range derives its range from one of them:
 *
 *   range % 16       it starts at so many sixteenths of the space
 *   range / 16 % 8   and so many pages further on
 *   range / 128      how long it is:
 *                    0  up to the end of the space
 *                    1  exactly as the request
 *                    2  a page more
 *                    3  seven pages more
 *                    4  as much more as any alignment of its start can cost
 *                    5  up to the last address of all, far above the space
 *                    6  exactly as the request; ends so many pages before the end of the space
 *                       as range / 16 % 8 says, wherever it starts by range % 16
 *                    7  as 5, and starts far below the space
 *
 * Before a call that begins alone, the ranges that are not free say which answer is right
 * (kva_model.h).
 */
#include "oracle/kva_checker.h"
#include "oracle/kva_oracle.h"
#include "machine/pgtable.h"
#include "mapping.h"
#include "ops.h"
#include "world/vmap_world.h"

static void whole_space(const struct vmap_instance *v, struct kva_request *r)
{
	r->from = v->start;
	r->to = v->end;
}

/* The request of a record of alloc_vmap_range; the head of this file explains its range. */
static void range_request(const struct vmap_instance *v, u32 range, struct kva_request *r)
{
	u64 pages = range / 16 % 8 << PAGE_SHIFT;

	whole_space(v, r);
	r->from += ALIGN_DOWN((r->to - r->from) / 16 * (range % 16), PAGE_SIZE) + pages;
	switch (range / 128) {
	case 0:
		break;
	case 1:
		r->to = r->from + r->size;
		break;
	case 2:
		r->to = r->from + r->size + PAGE_SIZE;
		break;
	case 3:
		r->to = r->from + r->size + 7 * PAGE_SIZE;
		break;
	case 4:
		r->to = r->from + r->size + r->align - PAGE_SIZE;
		break;
	case 5:
		r->to = ~0ULL;
		break;
	case 6:
		r->to -= pages;
		r->from = r->to - r->size;
		break;
	default:
		r->from = 0;
		r->to = ~0ULL;
		break;
	}
}

/* Ask one space, judge the answer. Return: the area, or NULL: it refused. */
static struct vmap_handle *alloc_in(struct world *w, const struct op_call *c,
				    const struct vmap_instance *v, const struct kva_request *r)
{
	const char *name = op_table[c->op->op].name;
	const bool judged = kva_oracle_applies(w, c, v);
	u64 expected = 0, addr = 0;
	struct vmap_handle *area;
	int err = 0;

	if (judged)
		expected = kva_oracle_expect(w, v, r);
	area = v->be->alloc_vmap_area(v->ctx, r->size, r->align, r->from, r->to, c->gfp);
	if (IS_ERR(area)) {
		err = (int)PTR_ERR(area);
		area = NULL;
		MM_CHECK(err == -EBUSY || err == -ENOMEM, SPURIOUS, "%s: error %d", name, err);
	} else {
		const u64 size = v->be->area_size(area);

		addr = v->be->area_start(area);
		MM_CHECK(size == r->size, RANGE, "%s of %llu bytes: the area has %llu", name,
			 r->size, size);
		mapping_check_handed_out(w, v, addr, size);
		MM_CHECK(addr >= r->from && addr <= r->to && size <= r->to - addr, RANGE,
			 "%s of %llu bytes from 0x%llx to 0x%llx: served at 0x%llx", name, size,
			 r->from, r->to, addr);
	}
	if (judged)
		kva_oracle_check(w, c, v, r, err, addr, expected);
	return area;
}

static void free_in(const struct vmap_instance *v, struct vmap_handle *area)
{
	v->be->free_vmap_area(v->ctx, area);
}

/*
 * Ask each space for the same part of its own addresses. If one refuses, the others give the area
 * back. Their holes may differ, so each answer is judged alone. Return: whether there is an object.
 */
static bool alloc_area(struct world *w, const struct op_call *c, u64 size, u64 align, u32 range)
{
	struct kva_request r = {.size = size, .align = align, .gfp = c->gfp};
	u64 addr[WORLD_VMAP] = {0};
	struct object *o = c->object;
	bool all = true;

	for_each_space (k, w) {
		const struct vmap_instance *v = space_of(w, k);

		range_request(v, range, &r);
		o->areas[k] = alloc_in(w, c, v, &r);
		all &= o->areas[k] != NULL;
		addr[k] = o->areas[k] ? v->be->area_start(o->areas[k]) : 0;
	}
	for (u32 k = 0; k < w->nr_vmap && !all; k++)
		if (o->areas[k])
			free_in(space_of(w, k), o->areas[k]);
	if (!all) {
		object_refused(w, c);
		return false;
	}
	o->size = size;
	o->align = align;
	object_track_in(w, c, addr, w->nr_vmap);
	return true;
}

static void map_area(struct world *w, struct object *o, gfp_t gfp)
{
	u64 pages = o->size >> PAGE_SHIFT;
	struct page *frames[1024];
	int err = 0;

	MM_CHECK(pages <= ARRAY_SIZE(frames), CRASH, "alloc_vmap_area: operand above range");
	if (!frame_pool_take(object_frames(w, o), w->machine, &o->first, pages, gfp, frames))
		return;
	for (u32 k = 0; k < w->nr_vmap && !err; k++) {
		err = vmap_pages_range(w->machine, vmap_object_addr(o, k), frames, pages, gfp);
		MM_CHECK(err != -EBUSY, PTE_BUSY, "area at 0x%llx: a page of it is mapped already",
			 vmap_object_addr(o, k));
	}
	/* Partly mapped: freeing the area unmaps what is there. */
	o->mapped = !err;
	if (o->mapped)
		mapping_check(w, o);
}

void op_alloc_vmap_area(struct world *w, const struct op_call *c)
{
	/* The first part of all is the whole. */
	if (alloc_area(w, c, (u64)c->op->arg[0] << PAGE_SHIFT, (u64)c->op->arg[1] << PAGE_SHIFT,
		       0) &&
	    c->op->arg[2])
		map_area(w, c->object, c->gfp);
}

void op_alloc_vmap_range(struct world *w, const struct op_call *c)
{
	alloc_area(w, c, (u64)c->op->arg[0] << PAGE_SHIFT, (u64)c->op->arg[1] << PAGE_SHIFT,
		   c->op->arg[2]);
}

void free_area_object(struct world *w, struct object *o)
{
	if (o->mapped)
		mapping_check(w, o);
	for_each_space (k, w) {
		const struct vmap_instance *v = space_of(w, k);
		const u64 last = vmap_object_addr(o, k) + o->size - 1;

		MM_CHECK(v->be->find_vmap_area(v->ctx, last) == o->areas[k], TREE,
			 "area at 0x%llx is live and not found by its last address",
			 vmap_object_addr(o, k));
	}
	object_untrack(w, o);
	kva_checker_note_free(w, o->size >> PAGE_SHIFT);
	for_each_space (k, w)
		free_in(space_of(w, k), o->areas[k]);
}

void op_free_vmap_area(struct world *w, const struct op_call *c)
{
	free_area_object(w, c->object);
}

void op_touch_area(struct world *w, const struct op_call *c)
{
	unsigned long flags = object_lock(c->object);

	if (c->object->mapped)
		mapping_check(w, c->object);
	object_unlock(c->object, flags);
}

/* After a purge, lazily freed ranges are free, and ranges that CPUs have fetched are in the heap.
 */
static void check_purged(struct world *w, const struct vmap_instance *v)
{
	const struct kva_snapshot *s;

	if (!kva_is_known(v->be))
		return;
	s = kva_snapshot_all(w, v);
	for (u32 i = 0; i < s->nr; i++) {
		const struct kva_range *r = &s->range[i];

		MM_CHECK(!r->lazy, LEAK_AREA,
			 "[0x%llx, 0x%llx) is still lazily freed after a purge", r->start, r->end);
		MM_CHECK(!r->cached || !v->be->caps.purge_empties, LEAK_AREA,
			 "[0x%llx, 0x%llx) is still cached for CPU %u after a purge", r->start,
			 r->end, r->owner);
	}
}

/*
 * All that was unmapped by operations which ended before the purge began is flushed, whatever else
 * is in flight. Pages of vmap blocks are not: a purge leaves them to vm_unmap_aliases(). A stress
 * run has no list of operations that would say if there are blocks.
 */
static void check_flushed(struct world *w, u64 ended)
{
	u64 addr;

	if (!w->program->nr_ops)
		return;
	for (u32 i = 0; i < w->program->nr_ops; i++)
		if (w->program->op[i].op == OP_vm_map_ram)
			return;
	MM_CHECK(!tlb_stale_before(w->machine, ended, &addr), ALIAS,
		 "0x%llx was unmapped before the purge and may still be translated", addr);
}

void op_purge_vmap_areas(struct world *w, const struct op_call *c)
{
	u64 ended = oldest_ticket();

	for_each_space (k, w)
		space_of(w, k)->be->purge(space_of(w, k)->ctx);
	check_flushed(w, ended);
	if (!c->alone || !op_ran_alone(w, c))
		return;
	for_each_space (k, w)
		check_purged(w, space_of(w, k));
}
