/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_vread.c - operations that read at addresses which may not be mapped, and their checks.
 *
 * A reader's window begins in an object or in its guard page and may reach beyond it. The bytes of
 * the object are compared with its memory, as far as that is known. The guard page reads as zeroes,
 * and so do bytes that vread() does not count as read. The bytes after it may be another object's.
 */
#include <string.h>

#include "machine/pgtable.h"
#include "mapping.h"
#include "ops.h"
#include "vm_struct.h"
#include "world/vmap_world.h"

/* Bytes that one reader of a program reads, at most. */
#define VREAD_MAX (PAGE_SIZE + 64)

/* The bytes of a buffer before vread() fills it. */
#define UNREAD 0xee

/**
 * struct window - the bytes that were read
 * @o:    the object in which the window begins
 * @addr: its address
 * @at:   offset in the object
 * @size: bytes
 * @own:  those of them that belong to the object, its guard page left out
 */
struct window {
	const struct object *o;
	u64 addr;
	u64 at, size, own;
	u8 buf[VREAD_MAX];
};

/* Read the window in a space. The object is @mapped bytes long there. Return: bytes read. */
static u64 read_in(const struct vmap_instance *v, const struct op_call *c, u64 addr, u64 mapped,
		   struct window *win)
{
	win->o = c->object;
	win->addr = addr;
	win->at = c->op->arg[0] % c->object->size;
	win->size = c->op->arg[1];
	win->own = win->at < mapped ? min(win->size, mapped - win->at) : 0;
	MM_CHECK(win->size <= VREAD_MAX, CRASH, "vread: operand above its range");
	memset(win->buf, UNREAD, sizeof(win->buf));
	return v->be->vread(v->ctx, win->buf, addr + win->at, win->size);
}

/* Read the window, and check the bytes after the object. */
static void read_window(struct world *w, const struct op_call *c, struct window *win)
{
	const struct object *o = c->object;
	const u64 got = read_in(&w->vmap[0], c, o->addr, o->size - PAGE_SIZE, win);

	MM_CHECK(got >= win->own && got <= win->size, COUNT,
		 "vread of %llu bytes at 0x%llx, %llu of them of an area: %llu read", win->size,
		 (o->addr + win->at), win->own, got);
	for (u64 i = win->own; i < win->size; i++)
		MM_CHECK(!win->buf[i] || (i < got && win->at + i >= o->size), CONTENTS,
			 "vread at 0x%llx: byte %llu is 0x%02x, expected 0x00", (o->addr + win->at),
			 i, win->buf[i]);
}

/* Compare bytes [@from, @to) of the object, as far as the window has them. NULL: with zeroes. */
static void compare(struct world *w, const struct window *win, u64 from, u64 to, const u8 *memory)
{
	from = max(from, win->at);
	to = min(to, win->at + win->own);
	for (u64 at = from; at < to; at++) {
		/* One translation a page: the rest of the page follows in memory. */
		if (memory && (at == from || IS_ALIGNED(at, PAGE_SIZE)))
			memory = mem_address(w->machine, win->addr + at, 1);
		MM_CHECK(win->buf[at - win->at] == (memory ? *memory : 0), CONTENTS,
			 "vread at 0x%llx: byte %llu is 0x%02x, expected 0x%02x",
			 (win->addr + win->at), (at - win->at), win->buf[at - win->at],
			 memory ? *memory : 0);
		if (memory)
			memory++;
	}
}

/*
 * Only objects that are written as a whole are known. Other users of the object write the bytes
 * that it holds already, so they need no exclusion.
 */
void op_vread(struct world *w, const struct op_call *c)
{
	struct window win;

	read_window(w, c, &win);
	if (vmalloc_is_whole(c->object))
		compare(w, &win, 0, c->object->bytes, win.buf);
}

/*
 * Device memory reads as zeroes, mapped or not, and so does a page that is not mapped. Of a mapped
 * page only the object's own word is known. Another user may map and unmap meanwhile.
 */
void op_vread_area(struct world *w, const struct op_call *c)
{
	const struct object *o = c->object;
	struct window win;

	read_window(w, c, &win);
	if (o->user)
		compare(w, &win, 0, o->size, NULL);
	if (o->user || o->shared || w->program->nr_ops > MAPPING_SLOTS)
		return;
	if (!o->mapped)
		compare(w, &win, 0, o->size, NULL);
	for (u64 at = mapping_slot(w, o) * sizeof(u64); o->mapped && at < o->size; at += PAGE_SIZE)
		compare(w, &win, at, at + sizeof(u64), win.buf);
}

/*
 * Of a short mapping only the object's own word in each page is known. A space that does not read
 * short mappings reads zeroes.
 */
void op_vread_ram(struct world *w, const struct op_call *c)
{
	const struct object *o = c->object;

	for_each_space (k, w) {
		const struct vmap_instance *v = space_of(w, k);
		const u64 slot = mapping_slot(w, o) * sizeof(u64);
		struct window win;
		u64 got = read_in(v, c, vmap_object_addr(o, k), o->size, &win);

		if (!v->be->caps.reads_ram) {
			win.own = min(win.own, got);
			compare(w, &win, 0, o->size, NULL);
			continue;
		}
		MM_CHECK(got >= win.own, COUNT,
			 "vread of %llu bytes at 0x%llx, %llu of them of a mapping: %llu read",
			 win.size, (win.addr + win.at), win.own, got);
		/* Another user may write its word meanwhile. */
		if (o->shared || w->program->nr_ops > MAPPING_SLOTS)
			continue;
		for (u64 at = slot; at < o->size; at += PAGE_SIZE)
			compare(w, &win, at, at + sizeof(u64), win.buf);
	}
}
