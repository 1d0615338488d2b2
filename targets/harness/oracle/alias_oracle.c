/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alias_oracle.c - one frame, several addresses; see alias_oracle.h.
 *
 * On fibers, other tasks may unmap the mappings that are read through, but not during the read. An
 * object leaves the table of live objects before the allocator gets it back (object.c), an area
 * stops to count as mapped when its pages begin to be unmapped (ops_vm_struct.c), and no scheduling
 * point lies between the look into the table and the access.
 *
 * So this is a plain access of harness code: no point in the flavour `access`, and invisible to
 * ThreadSanitizer, to which the makers of the two mappings would be unordered. Only the caller
 * writes the word.
 */
#include "alias_oracle.h"

#include "machine/pgtable.h"
#include "world/vmap_world.h"

/* Most mappings to read through for each page, in targets that are not about aliases. */
#define ALIASES_ELSEWHERE 2

/* Number of pages of an object with frames of the pool, without its guard page. */
static u64 mapped_pages(const struct object *o)
{
	u64 pages = o->size >> PAGE_SHIFT;

	switch (o->type) {
	case OBJECT_RAM:
		return pages;
	case OBJECT_AREA:
		return o->mapped ? pages : 0;
	case OBJECT_VMAP:
		return pages - 1;
	case OBJECT_VM_AREA:
		return o->mapped ? pages - 1 : 0;
	default:
		return 0;
	}
}

/* Read in each space, since all spaces of vmap_pair have mapped the page. */
static void read_through(struct world *w, const struct object *o, u64 i, const struct object *other,
			 u64 j, u64 at, u64 value)
{
	for_each_space (k, w) {
		u64 start = vmap_object_addr(other, k), addr = start + (j << PAGE_SHIFT) + at;
		u64 found;

		/* Of most objects there is one only, in the first space. */
		if (k && !start)
			break;
		found = *(const volatile u64 *)mem_address(w->machine, addr, sizeof(found));
		MM_CHECK(found == value, CONTENTS,
			 "page %llu of the mapping at 0x%llx: what is written is not read through "
			 "page %llu of that at 0x%llx, which has the same frame",
			 i, o->addr, j, start);
	}
}

void alias_check_page(struct world *w, const struct object *o, u64 i, u64 at, u64 value)
{
	u32 left = w->program->target == TARGET_VMAP_ALIASES ? ~0U : ALIASES_ELSEWHERE;
	u64 frame = (o->first + i) % FRAME_POOL;

	/* Another task may unmap what is read through. */
	if (run_at_once(w->run))
		return;
	/* The freshest ones first, since they existed during the last operations. */
	for (u32 n = nr_live_objects(w); n-- && left;) {
		const struct object *other = live_object(w, n);
		u64 pages = mapped_pages(other);

		/* An object with nothing mapped has no first frame. */
		if (!pages || object_frames(w, other) != object_frames(w, o))
			continue;
		for (u64 j = (frame + FRAME_POOL - other->first) % FRAME_POOL; j < pages && left;
		     j += FRAME_POOL) {
			if (other == o && j == i)
				continue;
			read_through(w, o, i, other, j, at, value);
			left--;
		}
	}
}
