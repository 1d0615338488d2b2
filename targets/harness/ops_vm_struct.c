/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_vm_struct.c - areas with an owner, other people's pages in them, and listings of all areas.
 *
 * Pages are those of world.pool, as in ops_vmap.c: a page of an object must translate to its frame,
 * and what is written through it reach that frame.
 */
#include <stdlib.h>
#include <string.h>

#include "machine/meta.h"
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
	const u64 start = vmap_start(w->vmap), end = vmap_end(w->vmap);

	MM_CHECK(o->addr >= start && o->addr < end && o->size <= end - o->addr, RANGE,
		 "area at 0x%llx of %llu bytes lies outside the address space",
		 (unsigned long long)o->addr, (unsigned long long)o->size);
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
	vm_struct_check(w, o, VM_MAP | (o->user ? VM_USERMAP : 0), vmap_caller);
	check_pages(w, o);
}

static void check_area(struct world *w, struct object *o)
{
	vm_struct_check(w, o, o->user ? VM_IOREMAP : VM_MAP, area_caller);
	if (o->mapped)
		check_pages(w, o);
}

void op_vmap(struct world *w, const struct op_call *c)
{
	const u64 pages = c->op->arg[0];
	struct page *frames[VM_PAGES_MAX];
	struct object *o = c->object;
	u64 addr = 0;

	MM_CHECK(pages <= ARRAY_SIZE(frames), CRASH, "vmap: operand above its range");
	if (mapping_take_frames(w, o, pages, c->gfp, frames)) {
		addr = vmap(w->vmap, frames, pages, c->op->arg[1] ? VM_USERMAP : 0, vmap_caller);
		/* More pages than the machine has cannot be meant. */
		if (!addr && c->alone && pages <= w->program->machine.pages)
			MM_CHECK(nr_free_pages(w->machine) < pages / 512 + 6 ||
					 !world_kva_fits(w->vmap, (pages + 1) << PAGE_SHIFT,
							 PAGE_SIZE) ||
					 !call_undisturbed(w, c),
				 SPURIOUS, "vmap of %llu pages: refused, and there is room",
				 (unsigned long long)pages);
	}
	if (!addr) {
		object_refused(w, c);
		return;
	}
	o->size = (pages + 1) << PAGE_SHIFT;
	o->align = PAGE_SIZE;
	o->user = c->op->arg[1];
	object_born(w, c, addr);
	vm_struct_judge_addresses(w, o);
	check_vmap(w, o);
}

void free_vmap_object(struct world *w, struct object *o)
{
	check_vmap(w, o);
	object_dies(w, o);
	vunmap(w->vmap, o->addr);
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

	while (ioremap && align < size && align < IOREMAP_MAX_ALIGN)
		align *= 2;
	return align;
}

void op_get_vm_area(struct world *w, const struct op_call *c)
{
	const u64 size = (u64)c->op->arg[0] << PAGE_SHIFT;
	const bool ioremap = c->op->arg[1];
	const gfp_t gfp = c->op->arg[2] ? GFP_ATOMIC : c->gfp;
	struct object *o = c->object;
	struct vm_struct *vm;

	/* A part of a page is a page. */
	vm = get_vm_area(w->vmap, size - c->record % PAGE_SIZE, ioremap ? VM_IOREMAP : VM_MAP, 0,
			 UINT64_MAX, gfp, area_caller);
	o->size = size + PAGE_SIZE;
	o->align = area_align(size, ioremap);
	o->user = ioremap;
	if (IS_ERR(vm)) {
		object_refused(w, c);
		MM_CHECK(PTR_ERR(vm) == -EBUSY || PTR_ERR(vm) == -ENOMEM, SPURIOUS,
			 "get_vm_area: error %ld", PTR_ERR(vm));
		if (gfpflags_allow_blocking(gfp) && c->alone)
			MM_CHECK(!world_kva_fits(w->vmap, o->size, o->align) ||
					 !call_undisturbed(w, c),
				 SPURIOUS, "get_vm_area of %llu bytes: refused, and it fits",
				 (unsigned long long)size);
		return;
	}
	object_born(w, c, vm->addr);
	vm_struct_judge_addresses(w, o);
	check_area(w, o);
}

void free_vm_area_object(struct world *w, struct object *o)
{
	struct vm_struct *vm;

	check_area(w, o);
	object_dies(w, o);
	vm = remove_vm_area(w->vmap, o->addr);
	MM_CHECK(vm && vm->caller == area_caller, TREE,
		 "area at 0x%llx is live, and cannot be removed", (unsigned long long)o->addr);
	kfree(w->machine, vm);
}

void op_remove_vm_area(struct world *w, const struct op_call *c)
{
	free_vm_area_object(w, c->object);
}

void op_map_vm_area(struct world *w, const struct op_call *c)
{
	struct page *frames[VM_PAGES_MAX];
	struct object *o = c->object;
	unsigned long flags;
	int err;

	/* Another user of the area may have mapped it: it is for the first one. */
	flags = object_lock(o);
	if (!o->mapped && mapping_take_frames(w, o, mapped_pages(o), GFP_ATOMIC, frames)) {
		err = map_vm_area(w->vmap, find_vm_area(w->vmap, o->addr), frames, GFP_ATOMIC);
		MM_CHECK(!err || err == -ENOMEM, PTE_BUSY,
			 "map_vm_area at 0x%llx: error %d, and nothing was mapped there",
			 (unsigned long long)o->addr, err);
		o->mapped = !err;
	}
	check_area(w, o);
	object_unlock(o, flags);
}

/* Part of it first, which must be gone at once, and then all. */
void op_unmap_kernel_range(struct world *w, const struct op_call *c)
{
	struct object *o = c->object;
	const u64 pages = mapped_pages(o), from = c->op->arg[0] % pages;
	const u64 nr = min((u64)c->op->arg[1], pages - from);
	const u64 start = o->addr + (from << PAGE_SHIFT), end = start + (nr << PAGE_SHIFT);
	unsigned long flags = object_lock(o);
	u64 stale;

	unmap_kernel_range(w->vmap, start, end - start);
	for (u64 at = start; at < end; at += PAGE_SIZE)
		MM_CHECK(!vmalloc_to_page(w->machine, at), CONTENTS,
			 "unmap_kernel_range at 0x%llx: 0x%llx is mapped",
			 (unsigned long long)start, (unsigned long long)at);
	MM_CHECK(!tlb_stale_in_range(w->machine, start, end, &stale), STALE,
		 "unmap_kernel_range at 0x%llx: 0x%llx is not flushed", (unsigned long long)start,
		 (unsigned long long)stale);
	if (o->mapped && from)
		mapping_check_page(w, o, 0, o->addr);
	o->mapped = false;
	unmap_kernel_range(w->vmap, o->addr, pages << PAGE_SHIFT);
	object_unlock(o, flags);
}

/**
 * struct listing - a listing as it is read
 * @end:   of the area of the line before
 * @known: lines that tell of live objects
 * @lines: all lines
 */
struct listing {
	struct world *w;
	u64 end;
	u64 known, lines;
};

static const char *kind_of(const struct object *o)
{
	if (o->type == OBJECT_VMALLOC)
		return " vmalloc";
	if (o->type == OBJECT_VM_AREA && o->user)
		return " ioremap";
	return " vmap";
}

static void read_line(const char *text, void *arg)
{
	struct listing *l = arg;
	char *at;
	u64 start = strtoull(text, &at, 16), end = *at == '-' ? strtoull(at + 1, &at, 16) : 0;
	u64 bytes = strtoull(at, NULL, 10);

	MM_CHECK(start >= l->end && end > start && bytes == end - start, LIST,
		 "vmallocinfo: '%s' is no area behind 0x%llx", text, (unsigned long long)l->end);
	l->end = end;
	l->lines++;
	for (u32 i = 0; i < l->w->nr_live; i++) {
		const struct object *o = &l->w->object[l->w->live[i]];

		if (o->addr != start)
			continue;
		l->known++;
		MM_CHECK(bytes == o->size && strstr(text, kind_of(o)) &&
				 strstr(text, " of a program"),
			 LIST, "vmallocinfo: '%s' tells of an area of %llu bytes,%s", text,
			 (unsigned long long)o->size, kind_of(o));
	}
}

/* Areas of which a worker knows that they are to be freed are listed, and are no objects. */
void op_vmallocinfo(struct world *w, const struct op_call *c)
{
	struct listing l = {.w = w};
	struct vmalloc_info info;
	u64 live = w->nr_live, used = 0;

	vmallocinfo(w->vmap, read_line, &l);
	get_vmalloc_info(w->vmap, &info);
	for (u32 i = 0; i < w->nr_live; i++)
		used += w->object[w->live[i]].size;
	if (!c->alone || !call_undisturbed(w, c))
		return;
	MM_CHECK(l.known == live && (l.lines == live || w->deferred_frees), LIST,
		 "vmallocinfo: %llu lines, %llu of them of the %llu live objects",
		 (unsigned long long)l.lines, (unsigned long long)l.known,
		 (unsigned long long)live);
	MM_CHECK(info.used == used || (info.used > used && w->deferred_frees), COUNT,
		 "get_vmalloc_info: %llu bytes in use, and the objects have %llu",
		 (unsigned long long)info.used, (unsigned long long)used);
	MM_CHECK(info.total == vmap_end(w->vmap) - vmap_start(w->vmap) &&
			 info.largest_chunk <= info.total - info.used,
		 COUNT, "get_vmalloc_info: %llu bytes in all, %llu in use, and a gap of %llu",
		 (unsigned long long)info.total, (unsigned long long)info.used,
		 (unsigned long long)info.largest_chunk);
}
