/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alias_judge.c - one frame, several addresses; see alias_judge.h.
 *
 * Other tasks may unmap the mappings that are read through, but not while it is done: an object
 * leaves the books before the allocator is given it back (object.c), and here no scheduling
 * point lies between the look into the books and the access. So it is a plain access of
 * harness code, which is neither a point in the flavour `access` nor seen by ThreadSanitizer: what
 * it reads nobody writes but the caller, but the order between the makers of the two mappings would
 * be none.
 */
#include "alias_judge.h"

#include "machine/pgtable.h"

/* Mappings read through for each page, where they are not what the target is about. */
#define ALIASES_ELSEWHERE 2

static bool is_mapping(const struct object *o)
{
	return o->type == OBJECT_RAM || (o->type == OBJECT_AREA && o->mapped);
}

static void read_through(struct world *w, const struct object *o, u64 i, const struct object *other,
			 u64 j, u64 at, u64 value)
{
	u64 addr = other->addr + (j << PAGE_SHIFT) + at;
	u64 found = *(const volatile u64 *)mem_address(w->machine, addr, sizeof(found));

	MM_CHECK(found == value, CONTENTS,
		 "page %llu of the mapping at 0x%llx: what is written is not read through page "
		 "%llu of that at 0x%llx, which has the same frame",
		 (unsigned long long)i, (unsigned long long)o->addr, (unsigned long long)j,
		 (unsigned long long)other->addr);
}

void alias_check_page(struct world *w, const struct object *o, u64 i, u64 at, u64 value)
{
	u32 left = w->program->target == TARGET_VMAP_ALIASES ? ~0U : ALIASES_ELSEWHERE;
	u64 frame = (o->first + i) % WORLD_POOL;

	/* The freshest ones first: what happened last, happened beside them. */
	for (u32 n = w->nr_live; n-- && left;) {
		const struct object *other = &w->object[w->live[n]];
		u64 pages = other->size >> PAGE_SHIFT;

		if (!is_mapping(other))
			continue;
		for (u64 j = (frame + WORLD_POOL - other->first) % WORLD_POOL; j < pages && left;
		     j += WORLD_POOL) {
			if (other == o && j == i)
				continue;
			read_through(w, o, i, other, j, at, value);
			left--;
		}
	}
}
