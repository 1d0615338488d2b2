/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subsystems.c - the subsystems of a world in their order; see subsystems.h.
 */
#include "subsystems.h"

#include <stdlib.h>

#include "world/bootmem_world.h"
#include "oracle/frame_checker.h"
#include "oracle/kva_checker.h"
#include "world/percpu_world.h"
#include "world/topology_of.h"
#include "world/vmap_world.h"

/* The allocators of page frames, addresses and objects; bootmem_wanted() are those before them. */
static bool allocators_wanted(const struct world *w)
{
	return !bootmem_wanted(w);
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
	if (bootmem_wanted(w))
		return MEMORY_FRAMES;
	if (w->program->machine.memory != MEMORY_AUTO)
		return w->program->machine.memory;
	return about & 1U << w->program->target ? MEMORY_ROOTMEM : MEMORY_FRAMES;
}

static bool memory_wanted(const struct world *w)
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
		.boot_memory = memory_wanted(w) || bootmem_wanted(w),
	};
	int err;

	vmap_place(w, &mc.kva_start, &mc.kva_size);
	if (bootmem_wanted(w))
		bootmem_place(w, &mc.topology);
	else
		program_topology(&p->machine, &mc.topology);
	err = machine_boot(w->machine, &mc);
	MM_CHECK(!err, CRASH, "machine_boot: error %d on a well formed program", err);
	/* Other subsystems need not know which of these the world has. */
	w->boot.bm = NULL;
	w->nr_vmap = w->nr_percpu = 0;
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
u64 world_points(const struct world *w)
{
	const struct program_machine *pm = &w->program->machine;
	u64 each = 2000 + 8ULL * pm->cpus * (pm->unit + pm->high) + vmap_walk_points(w);

	return 200000 + each * w->program->nr_ops;
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
static const struct subsystem subsystems[MAX_SUBSYSTEMS] = {
	{
		.wanted = always,
		.boot = boot_machine,
		.take_down = check_leaks,
	},
	{
		.wanted = bootmem_wanted,
		.boot = bootmem_boot,
		.end = bootmem_end_program,
		.verify = bootmem_verify,
		.take_down = bootmem_take_down,
		.free = bootmem_free_world,
	},
	{
		.wanted = memory_wanted,
		.boot = boot_memory,
		.take_down = end_memory,
	},
	{
		.wanted = allocators_wanted,
		.boot = empty_pool,
		.take_down = give_pool_back,
	},
	{
		.wanted = allocators_wanted,
		.boot = vmap_boot,
		.verify = vmap_check,
		.take_down = vmap_take_down,
		.free = vmap_free_world,
	},
	{
		.wanted = allocators_wanted,
		.boot = percpu_boot,
		.verify = percpu_verify,
		.stats = percpu_print_stats,
		.take_down = percpu_take_down,
		.free = percpu_free_world,
	},
	{
		.wanted = memory_wanted,
		.boot = hand_over,
	},
	{
		.wanted = frame_checker_wanted,
		.verify = frame_checker_verify,
		.free = frame_checker_free,
	},
	{
		.wanted = kva_checker_wanted,
		.boot = kva_checker_boot,
		.after_op = kva_checker_after_op,
	},
};

int subsystems_boot(struct world *w)
{
	w->run->nr_subsystems = 0;
	w->run->has_after_op = false;
	for (u32 i = 0; i < MAX_SUBSYSTEMS; i++) {
		const struct subsystem *sub = &subsystems[i];
		int err;

		if (!sub->wanted(w))
			continue;
		w->run->subsystem[w->run->nr_subsystems++] = sub;
		w->run->has_after_op |= sub->after_op != NULL;
		err = sub->boot ? sub->boot(w) : 0;
		if (err)
			return err;
	}
	return 0;
}

void subsystems_after_op(struct world *w, u32 record)
{
	for (u32 i = 0; i < w->run->nr_subsystems; i++)
		if (w->run->subsystem[i]->after_op)
			w->run->subsystem[i]->after_op(w, record);
}

void subsystems_end(struct world *w)
{
	for (u32 i = 0; i < w->run->nr_subsystems; i++)
		if (w->run->subsystem[i]->end)
			w->run->subsystem[i]->end(w);
}

void subsystems_verify(struct world *w, bool quiet, s32 record)
{
	for (u32 i = 0; i < w->run->nr_subsystems; i++)
		if (w->run->subsystem[i]->verify)
			w->run->subsystem[i]->verify(w, quiet, record);
}

void subsystems_stats(struct world *w, FILE *f)
{
	for (u32 i = 0; i < w->run->nr_subsystems; i++)
		if (w->run->subsystem[i]->stats)
			w->run->subsystem[i]->stats(w, f);
}

void subsystems_take_down(struct world *w)
{
	for (u32 i = w->run->nr_subsystems; i--;)
		if (w->run->subsystem[i]->take_down)
			w->run->subsystem[i]->take_down(w);
}

void subsystems_free(struct world *w)
{
	for (u32 i = 0; i < MAX_SUBSYSTEMS; i++)
		if (subsystems[i].free)
			subsystems[i].free(w);
}
