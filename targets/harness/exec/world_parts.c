/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world_parts.c - the parts of a world in their order; see world_parts.h.
 */
#include "world_parts.h"

#include <stdlib.h>

#include "world/bootmem_world.h"
#include "oracle/frame_books.h"
#include "oracle/kva_books.h"
#include "world/percpu_world.h"
#include "world/topology_of.h"
#include "world/vmap_world.h"

/* The allocators of page frames, addresses and objects; bootmem_kept() are those before them. */
static bool allocators_kept(const struct world *w)
{
	return !bootmem_kept(w);
}

static bool always(const struct world *w)
{
	return true;
}

/* Where page frames come from: the target is about boot memory, or it is not. */
static u32 memory_of(const struct world *w)
{
	const u32 about = 1U << TARGET_BOOT | 1U << TARGET_FIRST_CHUNK;

	/* Of these the allocators are all that there is. */
	if (bootmem_kept(w))
		return MEMORY_FRAMES;
	if (w->program->machine.memory != MEMORY_AUTO)
		return w->program->machine.memory;
	return about & 1U << w->program->target ? MEMORY_ROOTMEM : MEMORY_FRAMES;
}

static bool memory_kept(const struct world *w)
{
	return memory_of(w) != MEMORY_FRAMES;
}

static int boot_machine(struct world *w)
{
	const struct program *p = w->program;
	struct machine_config mc = {
		.fail =
			{
				.at = {p->fail.at0, p->fail.at1, p->fail.at2, p->fail.at3},
				.every = p->fail.every,
				.classes = p->fail.classes,
			},
		.boot_memory = memory_kept(w) || bootmem_kept(w),
	};
	int err;

	vmap_place(w, &mc.kva_start, &mc.kva_size);
	if (bootmem_kept(w))
		bootmem_place(w, &mc.topology);
	else
		program_topology(&p->machine, &mc.topology);
	err = machine_boot(w->machine, &mc);
	MM_CHECK(!err, CRASH, "machine_boot: error %d on a well formed program", err);
	/* Who looks for boot memory need not know if there is any. */
	w->boot.bm = NULL;
	return 0;
}

static void check_leaks(struct world *w)
{
	machine_check_leaks(w->machine);
}

static int boot_memory(struct world *w)
{
	const enum boot_kind kind = memory_of(w) == MEMORY_BOOTMEM ? BOOT_BOOTMEM : BOOT_ROOTMEM;
	struct taken taken[TAKEN_MAX];
	struct machine_stats st;
	u32 nr = program_taken(&w->program->machine, machine_topology(w->machine), taken);
	int err = boot_world_start(&w->boot, w->machine, kind, taken, nr);

	machine_stats(w->machine, &st);
	MM_CHECK(!err || st.failed, SPURIOUS, "boot memory: error %d, and no request had failed",
		 err);
	return err;
}

static int hand_over(struct world *w)
{
	boot_world_hand_over(&w->boot);
	return 0;
}

static void end_memory(struct world *w)
{
	if (w->boot.bm)
		boot_world_end(&w->boot);
}

/* Frames for mappings are taken when they are first used. */
static int empty_pool(struct world *w)
{
	w->pool_next = 0;
	for (u32 i = 0; i < WORLD_POOL; i++)
		w->pool[i] = NULL;
	return 0;
}

static void give_pool_back(struct world *w)
{
	for (u32 i = 0; i < WORLD_POOL; i++)
		if (w->pool[i])
			put_page(w->machine, w->pool[i]);
}

/*
 * Most operations pass hundreds. But each may be followed by background work that asks for the
 * pages of a chunk and for those that are kept ready, of every CPU, and gives them back when memory
 * runs out; and areas of many nodes may be walked.
 */
u64 world_points(const struct program *p)
{
	const struct program_machine *pm = &p->machine;
	u64 each = 2000 + 8ULL * pm->cpus * (pm->unit + pm->high) + vmap_walk_points(p);

	return 200000 + each * p->nr_ops;
}

/*
 * Those of each record, lazily freed or not, and the first chunk's. Where areas and chunks are
 * asked for in one program, a chunk may be made by a record or behind it, with an area for each
 * group.
 */
u32 world_ranges(const struct program *p)
{
	u32 each = AREAS_MAX + (p->target == TARGET_BOOT ? 2 * p->machine.nodes : 0);

	return p->nr_ops * each + 16;
}

/* Each stands on those before it: what is handed over is what first chunks have left. */
static const struct world_part parts[WORLD_PARTS] = {
	{
		.kept = always,
		.boot = boot_machine,
		.take_down = check_leaks,
	},
	{
		.kept = bootmem_kept,
		.boot = bootmem_boot,
		.end = bootmem_end_program,
		.verify = bootmem_verify,
		.take_down = bootmem_take_down,
		.free = bootmem_free_world,
	},
	{
		.kept = memory_kept,
		.boot = boot_memory,
		.take_down = end_memory,
	},
	{
		.kept = allocators_kept,
		.boot = empty_pool,
		.take_down = give_pool_back,
	},
	{
		.kept = allocators_kept,
		.boot = vmap_boot,
		.verify = vmap_check,
		.take_down = vmap_take_down,
	},
	{
		.kept = allocators_kept,
		.boot = percpu_boot,
		.verify = percpu_verify,
		.stats = percpu_print_stats,
		.take_down = percpu_take_down,
		.free = percpu_free_world,
	},
	{
		.kept = memory_kept,
		.boot = hand_over,
	},
	{
		.kept = frame_books_kept,
		.verify = frame_books_check,
		.free = frame_books_free,
	},
	{
		.kept = kva_books_kept,
		.boot = kva_books_open,
		.operated = kva_books_check,
	},
};

int world_boot(struct world *w)
{
	w->nr_parts = 0;
	w->asks = false;
	for (u32 i = 0; i < WORLD_PARTS; i++) {
		const struct world_part *part = &parts[i];
		int err;

		if (!part->kept(w))
			continue;
		w->part[w->nr_parts++] = part;
		w->asks |= part->operated != NULL;
		err = part->boot ? part->boot(w) : 0;
		if (err)
			return err;
	}
	return 0;
}

void world_operated(struct world *w, u32 record)
{
	for (u32 i = 0; i < w->nr_parts; i++)
		if (w->part[i]->operated)
			w->part[i]->operated(w, record);
}

void world_end(struct world *w)
{
	for (u32 i = 0; i < w->nr_parts; i++)
		if (w->part[i]->end)
			w->part[i]->end(w);
}

void world_verify(struct world *w, bool quiet, s32 record)
{
	for (u32 i = 0; i < w->nr_parts; i++)
		if (w->part[i]->verify)
			w->part[i]->verify(w, quiet, record);
}

void world_stats(struct world *w, FILE *f)
{
	for (u32 i = 0; i < w->nr_parts; i++)
		if (w->part[i]->stats)
			w->part[i]->stats(w, f);
}

void world_take_down(struct world *w)
{
	for (u32 i = w->nr_parts; i--;)
		if (w->part[i]->take_down)
			w->part[i]->take_down(w);
}

void world_free(struct world *w)
{
	for (u32 i = 0; i < WORLD_PARTS; i++)
		if (parts[i].free)
			parts[i].free(w);
}
