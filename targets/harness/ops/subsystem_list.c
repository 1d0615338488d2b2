/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subsystem_list.c - what a world is made of, in order; see exec/subsystems.h.
 *
 * Each subsystem depends on those before it. Those of the room world/, which knows no executor, are
 * described here. Checkers come from oracle/.
 */
#include "exec/subsystems.h"
#include "oracle/background.h"
#include "oracle/bootmem_checker.h"
#include "oracle/deferred_frees.h"
#include "oracle/differential.h"
#include "oracle/frame_checker.h"
#include "oracle/kva_checker.h"
#include "oracle/kva_snapshot.h"
#include "oracle/layout_oracle.h"
#include "world/bootmem_world.h"
#include "world/machine_world.h"
#include "world/percpu_world.h"
#include "world/vmap_world.h"

static bool always(const struct world *w)
{
	return true;
}

static struct subsystem machine = {
	.wanted = always,
	.boot = machine_world_boot,
	.take_down = machine_world_check_leaks,
};

/* Allocators of boot memory under test, in targets that have nothing else. */
static struct subsystem bootmem = {
	.wanted = bootmem_wanted,
	.boot = bootmem_boot,
	.verify = bootmem_verify,
	.take_down = bootmem_take_down,
};

/* Boot memory that page frames come through. */
static struct subsystem boot_memory = {
	.wanted = machine_world_has_boot_memory,
	.boot = machine_world_start_boot_memory,
	.take_down = machine_world_end_boot_memory,
};

static struct subsystem frames = {
	.wanted = world_has_allocators,
	.boot = world_frames_boot,
	.take_down = world_frames_take_down,
};

static struct subsystem spaces = {
	.wanted = world_has_allocators,
	.boot = vmap_boot,
	.verify = vmap_verify_all,
	.take_down = vmap_take_down,
	.free = vmap_free_world,
};

static struct subsystem percpu;

static int boot_percpu(struct world *w)
{
	return percpu_boot(w, subsystem_state(w, &percpu));
}

static void free_percpu_world(struct world *w)
{
	percpu_free_world(w, subsystem_state(w, &percpu));
}

static struct subsystem percpu = {
	.state_size = sizeof(struct percpu_state),
	.wanted = world_has_allocators,
	.boot = boot_percpu,
	.verify = percpu_verify,
	.stats = percpu_print_stats,
	.take_down = percpu_take_down,
	.free = free_percpu_world,
};

/* The memory that first chunks have left becomes page frames. */
static struct subsystem hand_over = {
	.wanted = machine_world_has_boot_memory,
	.boot = machine_world_hand_over,
};

/* clang-format off */
struct subsystem *const subsystems[] = {
	&machine,
	&bootmem,
	&bootmem_checker,
	&boot_memory,
	&frames,
	&spaces,
	&percpu,
	&layout_oracle,
	&differential,
	&hand_over,
	&deferred_frees,
	&background,
	&frame_checker,
	&kva_snapshots,
	&kva_checker,
};
/* clang-format on */

const u32 nr_subsystems = ARRAY_SIZE(subsystems);
_Static_assert(ARRAY_SIZE(subsystems) <= MAX_SUBSYSTEMS, "room in struct run");
