/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_vmalloc.c - operations on memory of consecutive addresses, and their checks.
 *
 * An object of vmalloc() holds a pattern of its own, all of it if it is short enough. The page
 * after every object is a guard page: it belongs to the area, and nothing is ever mapped there. So
 * object.size is that of the area, and object.bytes is the size that the program asked for.
 * A frame that is mapped twice shows as two pages with the same contents. The node of a page is
 * checked only if the node must have had enough: the free frames less all that other nodes have.
 *
 * Operations on areas, and on pages that stay the caller's, are in ops_vm_struct.c, readers in
 * ops_vread.c.
 */
#include "access.h"
#include "machine/pgtable.h"
#include "ops.h"
#include "oracle/deferred_frees.h"
#include "oracle/kva_model.h"
#include "oracle/node_model.h"
#include "vm_struct.h"

/* Objects up to this many bytes are filled and checked as a whole. */
#define WHOLE_BYTES (16UL << 10)

/*
 * Of longer ones, so many bytes at the start of so many pages. The machine fills and checks each
 * frame that is accessed, which is most of the cost of large objects.
 */
#define PAGE_BYTES 16UL
#define PAGES_LOOKED_AT 8u

enum { PLAIN, ZERO, USER, NODE };

static const char caller[] = "vmalloc of a program";

bool vmalloc_is_whole(const struct object *o)
{
	return o->bytes <= WHOLE_BYTES;
}

static u64 seed(const struct world *w, const struct object *o)
{
	return o->id << 8;
}

void vm_struct_check(struct world *w, const struct object *o, u64 flags, const char *who)
{
	const u64 guard = o->addr + o->size - PAGE_SIZE;
	const struct vmap_instance *v = &w->vmap[0];
	struct vmap_owner owner;

	MM_CHECK(v->be->find_vm_area(v->ctx, o->addr, &owner) && owner.addr == o->addr &&
			 owner.size == o->size && owner.flags == flags && owner.caller == who,
		 TREE, "area at 0x%llx of %llu bytes: its owner is not found, or is another's",
		 o->addr, o->size);
	MM_CHECK(v->be->find_vm_area(v->ctx, o->addr + o->size - 1, &owner) &&
			 owner.addr == o->addr,
		 TREE, "area at 0x%llx: not found by an address in its guard page", o->addr);
	MM_CHECK(!vmalloc_to_page(w->machine, guard), OVERLAP,
		 "area at 0x%llx: its guard page at 0x%llx is mapped", o->addr, guard);
}

static u64 flags_of(const struct object *o)
{
	return VMAP_OWNER_ALLOC | (o->user ? VMAP_OWNER_USERMAP : 0);
}

typedef void access_fn(struct machine *m, u64 addr, u64 size, u64 seed, bool whole);

/* Offset of the @n-th page that is checked: spread over the object, first and last included. */
static u64 looked_at(const struct object *o, u64 n)
{
	const u64 last = (o->bytes - 1) >> PAGE_SHIFT;

	return last < PAGES_LOOKED_AT ? n << PAGE_SHIFT
				      : n * last / (PAGES_LOOKED_AT - 1) << PAGE_SHIFT;
}

#define for_each_page_looked_at(n, at, o)                                                          \
	for (u64 n = 0, at = 0; n < PAGES_LOOKED_AT && (at = looked_at(o, n)) < (o)->bytes; n++)

/*
 * Access all of a short object. Of a long one access a few bytes of some pages, since each page is
 * a frame of its own, and its last bytes.
 */
static void access_object(struct world *w, const struct object *o, access_fn *fn)
{
	if (vmalloc_is_whole(o)) {
		fn(w->machine, o->addr, o->bytes, seed(w, o), true);
		return;
	}
	for_each_page_looked_at (n, at, o) {
		const bool last = o->bytes - at <= PAGE_SIZE;

		fn(w->machine, o->addr + at, last ? o->bytes - at : PAGE_BYTES,
		   seed(w, o) + (at << 20), !last);
	}
}

static void check(struct world *w, struct object *o)
{
	vm_struct_check(w, o, flags_of(o), caller);
	access_object(w, o, access_check);
}

/* A request must be served if there is room for it, its guard page and its tables. */
static bool must_serve(struct world *w, u64 pages)
{
	return nr_free_pages(w->machine) >= pages + pages / 512 + 6 &&
	       kva_fits(w, &w->vmap[0], (pages + 1) << PAGE_SHIFT);
}

/* The node serves the request if it has frames and tables enough. */
static void judge_node(struct world *w, const struct op_call *c, int node, u64 free)
{
	const struct object *o = c->object;
	const u64 pages = (o->size >> PAGE_SHIFT) - 1;

	if (free < pages + pages / 512 + 6)
		return;
	for (u64 i = 0; i < pages; i++) {
		const struct page *page = vmalloc_to_page(w->machine, o->addr + (i << PAGE_SHIFT));

		MM_CHECK((int)page->nid == node || !op_ran_alone(w, c), RANGE,
			 "vmalloc on node %d: page %llu is of node %u, and node %d had %llu free",
			 node, i, page->nid, node, free);
	}
}

static void judge_zeroed(struct world *w, const struct object *o)
{
	for_each_page_looked_at (n, at, o)
		access_check_zero(w->machine, o->addr + at, min(o->bytes - at, PAGE_SIZE),
				  seed(w, o) + at);
}

void op_vmalloc(struct world *w, const struct op_call *c)
{
	const u64 size = c->op->arg[0], pages = DIV_ROUND_UP(size, PAGE_SIZE);
	const u32 kind = c->op->arg[1];
	const gfp_t gfp = c->op->arg[2] ? GFP_ATOMIC : c->gfp;
	const int node = kind == NODE ? (int)(size % w->program->machine.nodes) : NUMA_NO_NODE;
	const u64 free =
		kind == NODE && c->alone ? node_surely_free(w, node, nr_free_pages(w->machine)) : 0;
	const struct vmap_instance *v = &w->vmap[0];
	struct object *o = c->object;
	u64 addr;

	addr = v->be->vmalloc(v->ctx, size, node,
			      gfp | (kind == ZERO || kind == USER ? __GFP_ZERO : 0),
			      kind == USER ? VMAP_OWNER_USERMAP : 0, caller);
	if (!addr) {
		object_refused(w, c);
		if ((gfpflags_allow_blocking(gfp) || (c->drained && v->be->owed)) && c->alone)
			MM_CHECK(!must_serve(w, pages) || !op_ran_alone(w, c), SPURIOUS,
				 "vmalloc of %llu bytes: refused, and there is room", size);
		return;
	}
	o->bytes = size;
	o->size = (pages + 1) << PAGE_SHIFT;
	o->align = PAGE_SIZE;
	o->user = kind == USER;
	object_track(w, c, addr);
	vm_struct_judge_addresses(w, o);
	if (kind == ZERO || kind == USER)
		judge_zeroed(w, o);
	if (free)
		judge_node(w, c, node, free);
	access_object(w, o, access_fill);
	check(w, o);
}

void free_vmalloc_object(struct world *w, struct object *o)
{
	check(w, o);
	object_untrack(w, o);
	if (in_atomic()) {
		deferred_frees_note(w, o->size);
	}
	w->vmap[0].be->vfree(w->vmap[0].ctx, o->addr);
}

void op_vfree(struct world *w, const struct op_call *c)
{
	free_vmalloc_object(w, c->object);
}

void op_touch_vmalloc(struct world *w, const struct op_call *c)
{
	struct object *o = c->object;
	unsigned long flags = object_lock(o);

	check(w, o);
	access_object(w, o, access_fill);
	object_unlock(o, flags);
}

void vm_struct_judge_remap(struct world *w, const struct object *o, u64 pgoff, u64 nr, u64 from)
{
	const struct vmap_instance *v = &w->vmap[0];
	const bool inside = v->be->caps.remaps_inside && from && IS_ALIGNED(from, PAGE_SIZE);
	const u64 pages = (o->size >> PAGE_SHIFT) - 1, first = pgoff + (from >> PAGE_SHIFT);
	const bool valid = o->user && (!from || inside) && first <= pages && nr <= pages - first;
	struct page *page[REMAP_MAX] = {NULL};
	int err;

	/* A program has no number so large that the sum wraps. */
	err = v->be->remap_vmalloc_range(v->ctx, o->addr, UINT64_MAX - nr / 2, page, nr);
	MM_CHECK(err == -EINVAL && !page[0], RANGE,
		 "remap_vmalloc_range of %llu pages from the last page of all on: %d", nr, err);
	err = v->be->remap_vmalloc_range(v->ctx, o->addr + from, pgoff, page, nr);
	MM_CHECK(err == (valid ? 0 : -EINVAL), RANGE,
		 "remap_vmalloc_range of %llu pages from page %llu on of an area of %llu%s: %d", nr,
		 pgoff, pages, o->user ? "" : ", which is for no user", err);
	for (u64 i = 0; i < nr; i++) {
		const u64 addr = o->addr + ((first + i) << PAGE_SHIFT);

		/* The user gives up what it got before the error. */
		if (inside && !valid && page[i])
			put_page(w->machine, page[i]);
		if (inside && !valid)
			continue;
		MM_CHECK(page[i] == (valid ? vmalloc_to_page(w->machine, addr) : NULL), CONTENTS,
			 "remap_vmalloc_range: page %llu of the user is not that at 0x%llx", i,
			 addr);
		MM_CHECK(!valid || page[i]->count > 1, PAGE_FREE,
			 "remap_vmalloc_range: page %llu of the user has no reference of its own",
			 i);
		if (valid)
			put_page(w->machine, page[i]);
	}
}

/* The bounds of an object alone say what a user may map, whatever else is in flight. */
void op_remap_vmalloc_range(struct world *w, const struct op_call *c)
{
	static const u64 from[] = {0, PAGE_SIZE, 1};

	vm_struct_judge_remap(w, c->object, c->op->arg[0], c->op->arg[1], from[c->op->arg[2]]);
}
