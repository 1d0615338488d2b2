/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_vm_areas.c - the operations on congruent areas, and the search that checks their answer.
 *
 * An operation has three numbers, so most of a request is derived from one of them, the layout:
 *
 *   layout % 8           the base is aligned to 2^n pages
 *   layout / 8 % 4       order of the request: ascending, descending, from the middle on, from
 *                        both ends by turns
 *   layout / 32 % 8      gaps: none, or 2^(n - 1) pages, and twice that after every other range
 *   layout / 256 % 2     every range of the same size, or half of the one below, from one page
 *   layout / 512         offset of the lowest range: 0, or 4^(n - 1) pages
 *
 * The first and the last page of each range are mapped.
 *
 * Before a call that begins alone, a snapshot has all ranges that are not free (kva_model.h), and
 * says which of them a purge would free. The right answer is the highest base at which all ranges
 * of the request are free or, if there is none, the highest such base after a purge.
 */
#include "oracle/congruent.h"
#include "machine/pgtable.h"
#include "mapping.h"
#include "ops.h"

/**
 * struct areas_request - a request for congruent areas
 * @nr:              how many
 * @offset, @size:   of each, in the order of the request, in bytes
 * @align:           of the base, in bytes
 */
struct areas_request {
	u32 nr;
	u64 offset[AREAS_MAX], size[AREAS_MAX];
	u64 align;
};

/* For a back end that wants offsets and sizes to be multiples of the alignment. */
static void lower_align(struct areas_request *r)
{
	u64 all = r->align;

	for (u32 i = 0; i < r->nr; i++)
		all |= r->offset[i] | r->size[i];
	r->align = all & -all;
}

/* Index in the request of the range that is number @i by address. */
static u32 place(u32 order, u32 i, u32 nr)
{
	switch (order) {
	case 0:
		return i;
	case 1:
		return nr - 1 - i;
	case 2:
		return (i + nr / 2) % nr;
	default:
		return i % 2 ? nr - 1 - i / 2 : i / 2;
	}
}

static void areas_request(const struct program_op *op, struct areas_request *r)
{
	u32 pages = op->arg[1], layout = op->arg[2], gap = layout / 32 % 8;
	u32 first = layout / 512;
	u64 at = first ? PAGE_SIZE << 2 * (first - 1) : 0;

	r->nr = op->arg[0];
	r->align = PAGE_SIZE << layout % 8;
	for (u32 i = 0; i < r->nr; i++) {
		u32 to = place(layout / 8 % 4, i, r->nr);

		r->offset[to] = at;
		r->size[to] = (u64)pages << PAGE_SHIFT;
		at += r->size[to] + (gap ? PAGE_SIZE << (gap - 1) << i % 2 : 0);
		if (layout / 256 % 2)
			pages = max(pages / 2, 1U);
	}
}

u32 areas_pieces(const struct world *w, const struct object *o, struct object_piece *piece)
{
	struct areas_request r;

	areas_request(o->made_by, &r);
	for (u32 i = 0; i < r.nr; i++)
		piece[i] = (struct object_piece){.start = o->addr + r.offset[i], .size = r.size[i]};
	return r.nr;
}

/*
 * The call has returned @err, or areas at @base; the snapshot was taken before it. If there was no
 * room, the call has purged, which may also give vmap blocks up. Then all ranges in use now, except
 * those that it has returned, were in use when it searched again.
 */
static void judge_base(struct world *w, const struct op_call *c, const struct areas_request *r,
		       int err, u64 base)
{
	const struct congruent ranges = {
		.nr = r->nr,
		.offset = r->offset,
		.size = r->size,
		.align = r->align,
		.lowest = w->vmap[0].be->caps.strict_areas ? w->vmap[0].start : 0,
	};
	u64 expected = congruent_highest(kva_snapshot_last(w), &ranges);

	if ((expected && base == expected) || !op_ran_alone(w, c))
		return;
	if (!expected) {
		struct kva_snapshot *s = kva_snapshot_busy(w, &w->vmap[0]);

		for (u32 i = 0; !err && i < r->nr; i++)
			kva_snapshot_drop(s, base + r->offset[i]);
		expected = congruent_highest(s, &ranges);
	}
	if (base == expected)
		return;
	MM_CHECK(!err, SPURIOUS,
		 "get_vm_areas of %u ranges: refused with error %d, and all are free from base "
		 "0x%llx",
		 r->nr, err, expected);
	MM_CHECK(base <= expected, OVERLAP,
		 "get_vm_areas of %u ranges: base 0x%llx, where not all were free before", r->nr,
		 base);
	mm_report(ORACLE_RANGE,
		  "get_vm_areas of %u ranges: base 0x%llx, and all are free from 0x%llx", r->nr,
		  base, expected);
}

/* Address of mapped page @n: the first and the last of each area. */
static u64 mapped_page(const struct vmap_backend *be, const struct object *o, u32 n)
{
	const struct vmap_handle *area = o->areas[n / 2];
	const u64 start = be->area_start(area);

	return n % 2 ? start + be->area_size(area) - PAGE_SIZE : start;
}

/* The only page of an area counts as its first. */
static bool is_mapped(const struct vmap_backend *be, const struct object *o, u32 n)
{
	return n % 2 == 0 || mapped_page(be, o, n) != mapped_page(be, o, n - 1);
}

static void check_areas(struct world *w, struct object *o)
{
	const struct vmap_backend *be = w->vmap[0].be;

	for (u32 n = 0; n < 2 * o->nr_areas; n++)
		if (is_mapped(be, o, n))
			mapping_check_page(w, o, n, mapped_page(be, o, n));
}

static void map_areas(struct world *w, struct object *o, gfp_t gfp)
{
	const struct vmap_backend *be = w->vmap[0].be;
	struct page *frames[2 * AREAS_MAX];

	if (!frame_pool_take(object_frames(w, o), w->machine, &o->first, 2ULL * o->nr_areas, gfp,
			     frames))
		return;
	for (u32 n = 0; n < 2 * o->nr_areas; n++) {
		const u64 addr = mapped_page(be, o, n);
		int err = is_mapped(be, o, n)
				  ? vmap_pages_range(w->machine, addr, &frames[n], 1, gfp)
				  : 0;

		MM_CHECK(err != -EBUSY, PTE_BUSY, "area at 0x%llx: page 0x%llx is mapped already",
			 be->area_start(o->areas[n / 2]), addr);
		/* Partly mapped: freeing the areas unmaps what is there. */
		if (err)
			return;
	}
	o->mapped = true;
	check_areas(w, o);
}

void op_get_vm_areas(struct world *w, const struct op_call *c)
{
	const struct vmap_instance *v = &w->vmap[0];
	const bool judged =
		c->alone && kva_is_known(v->be) && v->be->caps.complete && v->be->caps.highest;
	struct object *o = c->object;
	struct areas_request r;
	u64 base = 0;
	int err;

	areas_request(c->op, &r);
	if (v->be->caps.strict_areas)
		lower_align(&r);
	if (judged)
		kva_snapshot_all(w, v);
	err = v->be->get_vm_areas(v->ctx, r.offset, r.size, r.nr, r.align, c->gfp, o->areas);
	if (err) {
		object_refused(w, c);
		MM_CHECK(err == -EBUSY || err == -ENOMEM, SPURIOUS, "get_vm_areas: error %d", err);
	} else {
		o->nr_areas = r.nr;
		o->align = r.align;
		o->size = 0;
		base = v->be->area_start(o->areas[0]) - r.offset[0];
		for (u32 i = 0; i < r.nr; i++) {
			u64 start = v->be->area_start(o->areas[i]);
			u64 end = start + v->be->area_size(o->areas[i]);

			MM_CHECK(start == base + r.offset[i] && end == start + r.size[i], RANGE,
				 "get_vm_areas: range %u is [0x%llx, 0x%llx), expected 0x%llx of "
				 "%llu bytes",
				 i, start, end, (base + r.offset[i]), r.size[i]);
			o->size += r.size[i];
		}
		object_track(w, c, base);
		for (u32 i = 0; i < r.nr; i++)
			mapping_check_handed_out(w, v, base + r.offset[i], r.size[i]);
	}
	if (judged)
		judge_base(w, c, &r, err, base);
	if (!err)
		map_areas(w, o, c->gfp);
}

void free_areas_object(struct world *w, struct object *o)
{
	const struct vmap_instance *v = &w->vmap[0];

	if (o->mapped)
		check_areas(w, o);
	for (u32 i = 0; i < o->nr_areas; i++) {
		const u64 start = v->be->area_start(o->areas[i]);
		const u64 last = start + v->be->area_size(o->areas[i]) - 1;

		MM_CHECK(v->be->find_vmap_area(v->ctx, last) == o->areas[i], TREE,
			 "area at 0x%llx is live and not found by its last address", start);
	}
	object_untrack(w, o);
	v->be->free_vm_areas(v->ctx, o->areas, o->nr_areas);
}

void op_free_vm_areas(struct world *w, const struct op_call *c)
{
	free_areas_object(w, c->object);
}
