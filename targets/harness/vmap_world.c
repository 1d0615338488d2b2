/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_world.c - the vmap spaces of a world; see vmap_world.h.
 *
 * The two spaces of vmap_pair share the machine's addresses: the second lies behind the first, so
 * far that an aligned address of one is an aligned address of the other.
 */
#include "vmap_world.h"

/* More than any request is aligned to, in pages. */
#define PLACE_PAGES 4096u

static bool is_pair(const struct world *w)
{
	return w->program->target == TARGET_VMAP_PAIR;
}

/*
 * Per-CPU allocators and congruent areas need a lazy space: where these are the target, that is
 * what there is. Of vmap_pair it is the first space.
 */
enum vmap_kva vmap_kind(const struct world *w)
{
	const u32 any = 1U << TARGET_VMAP | 1U << TARGET_VMAP_AREA | 1U << TARGET_VMAP_BLOCK |
			1U << TARGET_VMAP_ALIASES | 1U << TARGET_VMALLOC;

	return any & 1U << w->program->target ? w->program->machine.vmap : VMAP_LAZY;
}

static u64 space_size(const struct world *w)
{
	return (u64)w->program->machine.kva << PAGE_SHIFT;
}

/* From the start of the first space to that of the second. */
static u64 stride(const struct world *w)
{
	return is_pair(w) ? ALIGN(space_size(w), (u64)PLACE_PAGES << PAGE_SHIFT) : 0;
}

void vmap_place(const struct world *w, u64 *start, u64 *size)
{
	*size = stride(w) + space_size(w);
	/* The last page of all addresses is left out: what ends behind it would end at 0. */
	*start = w->program->machine.place == PLACE_TOP ? -*size - PAGE_SIZE : MACHINE_KVA_START;
}

int vmap_boot(struct world *w)
{
	const struct program_machine *pm = &w->program->machine;
	struct vmap_config vc = {
		.kva = vmap_kind(w),
		.size = space_size(w),
		.block_pages = pm->blocks == BLOCKS_COMPUTED ? 0 : pm->block,
		.lazy_max_pages = pm->lazy,
		.notice = world_notice,
		.arg = w,
	};
	struct machine_stats st;
	u64 size;
	int err;

	vmap_place(w, &vc.start, &size);
	w->nr_spaces = 0;
	w->vmap = w->second = NULL;
	err = vmap_create(w->machine, &vc, &w->vmap);
	if (!err && is_pair(w)) {
		vc.kva = VMAP_EAGER;
		vc.start += stride(w);
		err = vmap_create(w->machine, &vc, &w->second);
	}
	machine_stats(w->machine, &st);
	MM_CHECK(!err || st.failed, SPURIOUS,
		 "boot failed with error %d, and no request had failed", err);
	w->nr_spaces = is_pair(w) ? 2 : 1;
	return err;
}

void vmap_take_down(struct world *w)
{
	vmap_destroy(w->vmap);
	vmap_destroy(w->second);
	w->nr_spaces = 0;
}

/*
 * Both spaces hold the same objects. The lazy one serves small mappings from its blocks, which are
 * areas too; the eager one has an area for each.
 */
static void check_pair(struct world *w, s32 record)
{
	const u64 block = vmap_block_pages(w->vmap), ticket = task_ticket();
	u64 areas = 0, pages = 0, small = 0, small_pages = 0;
	struct vmap_stats lazy, eager;

	/* Counts are read under locks: where one is taken, another task may begin and change them.
	 */
	for (u32 i = 0; i < w->nr_live; i++) {
		const struct object *o = &w->object[w->live[i]];

		areas++;
		pages += o->size >> PAGE_SHIFT;
		if (o->type == OBJECT_RAM && o->size >> PAGE_SHIFT <= VMAP_MAX_ALLOC) {
			small++;
			small_pages += o->size >> PAGE_SHIFT;
		}
	}
	vmap_stats(w->vmap, &lazy);
	vmap_stats(w->second, &eager);
	MM_CHECK((eager.areas == areas && eager.busy_pages == pages) ||
			 somebody_began(record, ticket),
		 DIFFERENTIAL, "%llu objects of %llu pages, and the eager space has %llu of %llu",
		 (unsigned long long)areas, (unsigned long long)pages,
		 (unsigned long long)eager.areas, (unsigned long long)eager.busy_pages);
	MM_CHECK((lazy.areas - lazy.blocks == areas - small &&
		  lazy.busy_pages - lazy.blocks * block == pages - small_pages) ||
			 somebody_began(record, ticket),
		 DIFFERENTIAL,
		 "%llu objects of %llu pages not in blocks, and the lazy space has %llu of %llu",
		 (unsigned long long)(areas - small), (unsigned long long)(pages - small_pages),
		 (unsigned long long)(lazy.areas - lazy.blocks),
		 (unsigned long long)(lazy.busy_pages - lazy.blocks * block));
}

void vmap_check(struct world *w, bool quiet, s32 record)
{
	for_each_space (k, w)
		vmap_verify(space_of(w, k), quiet);
	if (quiet && w->second)
		check_pair(w, record);
}
