/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_vm_struct.c - areas with an owner, other people's pages in them, and listings of all areas.
 *
 * Pages are frames of the pool, as in ops_vmap.c: a page of an object must translate to its frame,
 * and a write through it must reach that frame.
 *
 * The answer to get_vm_area is checked as in ops_area.c. For vmap() and vmalloc() only room and
 * memory are, since no address is promised. Mapping an area a second time must be refused, and
 * unmapping a part must leave both neighbours.
 *
 * A listing is compared word by word; of nodes only their order and the sum of their frames. The
 * line of a live object is checked at any time, and one that is in use all the time has a line; the
 * number of lines and the largest gap only if the operation ran alone. Frees that a worker has yet
 * to do excuse as many lines and bytes, to the end of the run: nothing says when they are done. In
 * the target boot other allocators have areas too, so only the lines and bytes of vmalloc's own
 * objects are looked for.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle/deferred_frees.h"
#include "oracle/kva_oracle.h"
#include "machine/pgtable.h"
#include "mapping.h"
#include "ops.h"
#include "vm_struct.h"

static const char area_caller[] = "get_vm_area of a program", vmap_caller[] = "vmap of a program";

static u64 mapped_pages(const struct object *o)
{
	return (o->size >> PAGE_SHIFT) - 1;
}

void vm_struct_judge_addresses(struct world *w, const struct object *o)
{
	const u64 start = w->vmap[0].start, end = w->vmap[0].end;

	MM_CHECK(o->addr >= start && o->addr < end && o->size <= end - o->addr, RANGE,
		 "area at 0x%llx of %llu bytes lies outside the address space", o->addr, o->size);
}

static void check_pages(struct world *w, struct object *o)
{
	const u64 pages = mapped_pages(o), step = DIV_ROUND_UP(pages, 4);

	for (u64 i = 0; i < pages; i += step)
		mapping_check_page(w, o, i, o->addr + (i << PAGE_SHIFT));
	mapping_check_page(w, o, pages - 1, o->addr + o->size - 2 * PAGE_SIZE);
}

static void check_vmap(struct world *w, struct object *o)
{
	vm_struct_check(w, o, VMAP_OWNER_MAP | (o->user ? VMAP_OWNER_USERMAP : 0), vmap_caller);
	check_pages(w, o);
}

static void check_area(struct world *w, struct object *o)
{
	vm_struct_check(w, o, o->user ? VMAP_OWNER_IOREMAP : VMAP_OWNER_MAP, area_caller);
	if (o->mapped)
		check_pages(w, o);
}

void op_vmap(struct world *w, const struct op_call *c)
{
	const struct vmap_instance *v = &w->vmap[0];
	const u64 pages = c->op->arg[0];
	struct page *frames[VM_PAGES_MAX];
	struct object *o = c->object;
	u64 addr = 0;

	MM_CHECK(pages <= ARRAY_SIZE(frames), CRASH, "vmap: operand above its range");
	if (frame_pool_take(object_frames(w, o), w->machine, &o->first, pages, c->gfp, frames)) {
		addr = v->be->vmap(v->ctx, frames, pages, c->op->arg[1] ? VMAP_OWNER_USERMAP : 0,
				   vmap_caller);
		/* A request for more pages than the machine has may be refused. */
		if (!addr && c->alone && pages <= w->program->machine.pages)
			MM_CHECK(nr_free_pages(w->machine) < pages / 512 + 6 ||
					 !kva_fits(w, v, (pages + 1) << PAGE_SHIFT) ||
					 !op_ran_alone(w, c),
				 SPURIOUS, "vmap of %llu pages: refused, and there is room", pages);
	}
	if (!addr) {
		object_refused(w, c);
		return;
	}
	o->size = (pages + 1) << PAGE_SHIFT;
	o->align = PAGE_SIZE;
	o->user = c->op->arg[1];
	object_track(w, c, addr);
	vm_struct_judge_addresses(w, o);
	check_vmap(w, o);
	vm_struct_judge_remap(w, o, 0, min(pages, (u64)REMAP_MAX), 0);
}

void free_vmap_object(struct world *w, struct object *o)
{
	check_vmap(w, o);
	object_untrack(w, o);
	w->vmap[0].be->vunmap(w->vmap[0].ctx, o->addr);
}

void op_vunmap(struct world *w, const struct op_call *c)
{
	free_vmap_object(w, c->object);
}

void op_touch_vmap(struct world *w, const struct op_call *c)
{
	unsigned long flags = object_lock(c->object);

	check_vmap(w, c->object);
	object_unlock(c->object, flags);
}

/* Device memory is aligned to its size, so that large pages could map it. */
static u64 area_align(u64 size, bool ioremap)
{
	u64 align = PAGE_SIZE;

	while (ioremap && align < size && align < VMAP_IOREMAP_ALIGN)
		align *= 2;
	return align;
}

void op_get_vm_area(struct world *w, const struct op_call *c)
{
	enum { MAP, IOREMAP, RANGE } how = c->op->arg[1];
	const struct vmap_instance *v = &w->vmap[0];
	const u64 size = (u64)c->op->arg[0] << PAGE_SHIFT;
	const u64 half = ALIGN_DOWN(v->start + (v->end - v->start) / 2, PAGE_SIZE);
	const struct kva_request r = {
		.size = size + PAGE_SIZE,
		.align = area_align(size, how == IOREMAP),
		.from = how == RANGE ? half : v->start,
		.to = v->end,
		.gfp = c->op->arg[2] ? GFP_ATOMIC : c->gfp,
	};
	const bool judged = kva_oracle_applies(w, c, v);
	const u64 expected = judged ? kva_oracle_expect(w, v, &r) : 0;
	struct object *o = c->object;
	u64 addr;
	int err;

	/* The size is rounded up to pages. */
	err = v->be->get_vm_area(v->ctx, size - c->record % PAGE_SIZE,
				 how == IOREMAP ? VMAP_OWNER_IOREMAP : VMAP_OWNER_MAP,
				 how == RANGE ? half : 0, how == RANGE ? v->end : UINT64_MAX, r.gfp,
				 area_caller, &addr);
	o->size = r.size;
	o->align = r.align;
	o->user = how == IOREMAP;
	if (err) {
		object_refused(w, c);
		MM_CHECK(err == -EBUSY || err == -ENOMEM, SPURIOUS, "get_vm_area: error %d", err);
		if (judged)
			kva_oracle_check(w, c, v, &r, err, 0, expected);
		return;
	}
	object_track(w, c, addr);
	vm_struct_judge_addresses(w, o);
	MM_CHECK(o->addr >= r.from, RANGE, "get_vm_area from 0x%llx on: 0x%llx", r.from, o->addr);
	if (judged)
		kva_oracle_check(w, c, v, &r, 0, o->addr, expected);
	check_area(w, o);
}

void free_vm_area_object(struct world *w, struct object *o)
{
	const struct vmap_instance *v = &w->vmap[0];
	struct vmap_owner owner;

	check_area(w, o);
	object_untrack(w, o);
	MM_CHECK(v->be->remove_vm_area(v->ctx, o->addr, &owner) && owner.caller == area_caller,
		 TREE, "area at 0x%llx is live, and cannot be removed", o->addr);
}

void op_remove_vm_area(struct world *w, const struct op_call *c)
{
	free_vm_area_object(w, c->object);
}

/* Nothing in a part of it is mapped or translated, so it can be mapped anew at once. */
static void check_unmapped(struct world *w, const struct object *o, u64 from, u64 nr,
			   const char *by)
{
	const u64 start = o->addr + (from << PAGE_SHIFT), end = start + (nr << PAGE_SHIFT);
	u64 stale;

	for (u64 at = start; at < end; at += PAGE_SIZE)
		MM_CHECK(!vmalloc_to_page(w->machine, at), CONTENTS,
			 "%s at 0x%llx: 0x%llx is mapped", by, start, at);
	MM_CHECK(!tlb_stale_in_range(w->machine, start, end, &stale), STALE,
		 "%s at 0x%llx: 0x%llx is not flushed", by, start, stale);
}

/* A second call is refused and leaves the mapping as it is. */
static void map_first(struct world *w, const struct op_call *c)
{
	const u64 pages = mapped_pages(c->object);
	const struct vmap_instance *v = &w->vmap[0];
	struct page *frames[VM_PAGES_MAX];
	struct object *o = c->object;
	int err;

	if (!frame_pool_take(object_frames(w, o), w->machine, &o->first, pages, GFP_ATOMIC, frames))
		return;
	err = v->be->map_vm_area(v->ctx, o->addr, frames, GFP_ATOMIC);
	MM_CHECK(!err || err == -ENOMEM, PTE_BUSY,
		 "map_vm_area at 0x%llx: error %d, and nothing was mapped there", o->addr, err);
	if (err) {
		check_unmapped(w, o, 0, pages, "a map_vm_area that failed");
		MM_CHECK(!c->alone || nr_free_pages(w->machine) < pages / 512 + 6 ||
				 !op_ran_alone(w, c),
			 SPURIOUS, "map_vm_area of %llu pages: refused, and there is room", pages);
		return;
	}
	o->mapped = true;
	err = v->be->map_vm_area(v->ctx, o->addr, frames, GFP_ATOMIC);
	MM_CHECK(err == -EBUSY, PTE_BUSY,
		 "map_vm_area at 0x%llx: error %d, and pages were mapped there", o->addr, err);
}

void op_map_vm_area(struct world *w, const struct op_call *c)
{
	struct object *o = c->object;
	unsigned long flags;

	/* Another user of the area may have mapped it already. */
	flags = object_lock(o);
	if (!o->mapped)
		map_first(w, c);
	check_area(w, o);
	object_unlock(o, flags);
}

static void unmap_part(struct world *w, const struct object *o, u64 from, u64 nr)
{
	const struct vmap_instance *v = &w->vmap[0];

	v->be->unmap_kernel_range(v->ctx, o->addr + (from << PAGE_SHIFT), nr << PAGE_SHIFT);
	check_unmapped(w, o, from, nr, "unmap_kernel_range");
}

/* Unmap a part, which must be gone at once, and its neighbours must not; then unmap all. */
void op_unmap_kernel_range(struct world *w, const struct op_call *c)
{
	struct object *o = c->object;
	const u64 pages = mapped_pages(o), from = c->op->arg[0] % pages;
	const u64 nr = min((u64)c->op->arg[1], pages - from);
	unsigned long flags = object_lock(o);
	const bool was_mapped = o->mapped;

	/* From here on a task that writes to one of its frames must not read it through the area.
	 */
	o->mapped = false;
	unmap_part(w, o, from, nr);
	if (was_mapped && from)
		mapping_check_page(w, o, from - 1, o->addr + ((from - 1) << PAGE_SHIFT));
	if (was_mapped && from + nr < pages)
		mapping_check_page(w, o, from + nr, o->addr + ((from + nr) << PAGE_SHIFT));
	unmap_part(w, o, 0, pages);
	object_unlock(o, flags);
}

/* Objects whose lines are looked for while other tasks are at work, at most. */
#define LISTED_MAX 64

/**
 * struct listing - a listing as it is read
 * @end:   of the area of the line before
 * @known: lines that tell of live objects
 * @lines: all lines
 * @object: objects that were live before the first line, @nr of them
 * @id:    of each, since another one may get its record
 * @met:   a line told of it
 */
struct listing {
	struct world *w;
	u64 end;
	u64 known, lines;
	u32 nr;
	const struct object *object[LISTED_MAX];
	u64 id[LISTED_MAX];
	bool met[LISTED_MAX];
};

/* Is it an area of the vmalloc interface? In the target boot there are others. */
static bool has_owner(const struct object *o)
{
	return o->type == OBJECT_VMALLOC || o->type == OBJECT_VMAP || o->type == OBJECT_VM_AREA;
}

/* Skip a word if the text continues with it. */
static bool take(const char **text, const char *word)
{
	size_t len = strlen(word);
	bool there = !strncmp(*text, word, len);

	*text += there ? len : 0;
	return there;
}

static u64 number(const char **text)
{
	char *end;
	u64 x = strtoull(*text, &end, 10);

	*text = end;
	return x;
}

/* " N0=3 N1=2": nodes in order, and the number of frames in all. Nothing for areas without frames.
 */
static bool nodes_fit(const struct object *o, const char *text)
{
	u64 frames = 0, least = 0;

	while (take(&text, " N")) {
		u64 node = number(&text), nr = take(&text, "=") ? number(&text) : 0;

		if (node < least || !nr)
			return false;
		least = node + 1;
		frames += nr;
	}
	return !*text && frames == (o->type == OBJECT_VMALLOC ? mapped_pages(o) : 0);
}

/* Does the text after the bytes of its line describe the object? */
static bool line_fits(const struct object *o, const char *text)
{
	static const struct {
		const char *caller, *word;
	} of[] = {
		[OBJECT_VMALLOC] = {" vmalloc of a program", " vmalloc"},
		[OBJECT_VMAP] = {" vmap of a program", " vmap"},
		[OBJECT_VM_AREA] = {" get_vm_area of a program", " vmap"},
	};
	const bool area = o->type == OBJECT_VM_AREA;

	return take(&text, of[o->type].caller) &&
	       (area || (take(&text, " pages=") && number(&text) == mapped_pages(o))) &&
	       take(&text, area && o->user ? " ioremap" : of[o->type].word) &&
	       (area || !o->user || take(&text, " user")) && nodes_fit(o, text);
}

static void read_line(const char *text, void *arg)
{
	struct listing *l = arg;
	char *at;
	u64 start = strtoull(text, &at, 16), end = *at == '-' ? strtoull(at + 1, &at, 16) : 0;
	u64 bytes = strtoull(at, &at, 10);

	MM_CHECK(start >= l->end && end > start && bytes == end - start, LIST,
		 "vmallocinfo: found '%s', expected an area after 0x%llx", text, l->end);
	l->end = end;
	l->lines++;
	if (run_at_once(l->w->run))
		return;
	for (u32 i = 0; i < nr_live_objects(l->w); i++) {
		const struct object *o = live_object(l->w, i);

		if (o->addr != start || !has_owner(o))
			continue;
		l->known++;
		for (u32 n = 0; n < l->nr; n++)
			l->met[n] |= l->object[n] == o;
		MM_CHECK(bytes == o->size && line_fits(o, at), LIST,
			 "vmallocinfo: '%s' does not describe operation %u, of %llu bytes", text,
			 object_record(l->w, o), o->size);
	}
}

/* The largest gap between areas in use. */
static u64 largest_gap(struct world *w)
{
	const struct kva_snapshot *s = kva_snapshot_busy(w, &w->vmap[0]);
	u64 at = w->vmap[0].start, largest = 0;

	for (u32 i = 0; i < s->nr; i++) {
		largest = max(largest, s->range[i].start - at);
		at = s->range[i].end;
	}
	return max(largest, w->vmap[0].end - at);
}

static void note_live(struct listing *l)
{
	for (u32 i = nr_live_objects(l->w); i-- && l->nr < LISTED_MAX;) {
		const struct object *o = live_object(l->w, i);

		if (!has_owner(o))
			continue;
		l->id[l->nr] = o->id;
		l->object[l->nr++] = o;
	}
}

/* An object that was live before and is live now was in use all the time: a line tells of it. */
static void check_met(const struct listing *l)
{
	for (u32 n = 0; n < l->nr; n++) {
		const struct object *o = l->object[n];

		MM_CHECK(l->met[n] || o->state != OBJECT_LIVE || o->id != l->id[n], LIST,
			 "vmallocinfo: 0x%llx of operation %u was in use all the time, and no line "
			 "tells of it",
			 o->addr, object_record(l->w, o));
	}
}

/* The listing has areas that a worker has yet to free; these are no live objects. */
void op_vmallocinfo(struct world *w, const struct op_call *c)
{
	const struct vmap_instance *v = &w->vmap[0];
	struct listing l = {.w = w};
	struct vmap_totals info;
	/* In other targets there are other areas, too. */
	const bool alone = w->program->target == TARGET_VMALLOC;
	u64 live = 0, used = 0, gap;

	if (!run_at_once(w->run))
		note_live(&l);
	v->be->vmallocinfo(v->ctx, read_line, &l);
	if (!c->alone)
		check_met(&l);
	v->be->totals(v->ctx, &info);
	if (run_at_once(w->run))
		return;
	for (u32 i = 0; i < nr_live_objects(w); i++) {
		const struct object *o = live_object(w, i);

		if (!has_owner(o))
			continue;
		live++;
		used += o->size;
	}
	if (!c->alone || !op_ran_alone(w, c))
		return;
	MM_CHECK(l.known == live && (!alone || l.lines <= live + nr_deferred_frees(w)), LIST,
		 "vmallocinfo: %llu lines, %llu of them of the %llu live objects", l.lines, l.known,
		 live);
	MM_CHECK(info.used >= used && (!alone || info.used <= used + deferred_bytes(w)), COUNT,
		 "get_vmalloc_info: found %llu bytes in use, expected %llu", info.used, used);
	if (!kva_is_known(v->be))
		return;
	gap = largest_gap(w);
	MM_CHECK((info.total == v->end - v->start && info.largest_chunk == gap) ||
			 !op_ran_alone(w, c),
		 COUNT, "get_vmalloc_info: %llu bytes in all, a gap of %llu, and it has %llu",
		 info.total, info.largest_chunk, gap);
}
