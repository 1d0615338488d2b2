/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine_world.c - the machine of a world; see machine_world.h.
 *
 * *Boot memory is a field* (`memory`), not a target: any program can run on a machine that came up
 * through it. By default it is `rootmem` in the targets that are about the boot, and free page
 * frames elsewhere.
 */
#include "machine_world.h"

#include <stdlib.h>
#include <string.h>

#include "bootmem_world.h"
#include "vmap_world.h"

/* Where page frames come from. */
static u32 memory_of(const struct world *w)
{
	const u32 about_boot = 1U << TARGET_BOOT | 1U << TARGET_FIRST_CHUNK;

	/* In these targets the allocators of boot memory are all that there is. */
	if (bootmem_wanted(w))
		return MEMORY_FRAMES;
	if (w->program->machine.memory != MEMORY_AUTO)
		return w->program->machine.memory;
	return about_boot & 1U << w->program->target ? MEMORY_ROOTMEM : MEMORY_FRAMES;
}

bool machine_world_has_boot_memory(const struct world *w)
{
	return memory_of(w) != MEMORY_FRAMES;
}

/* Boot the machine of the world's program. Return: as machine_boot(). */
static int boot_machine(struct world *w)
{
	const struct program *p = w->program;
	const bool bootmem = bootmem_wanted(w);
	struct machine_config mc = {
		.fail =
			{
				.at = {p->fail.at0, p->fail.at1, p->fail.at2, p->fail.at3},
				.every = p->fail.every,
				.classes = p->fail.classes,
			},
		.mmu = w->mmu,
		.boot_memory = bootmem || machine_world_has_boot_memory(w),
	};

	vmap_place(w, &mc.kva_start, &mc.kva_size);
	if (bootmem)
		bootmem_place(w, &mc.topology);
	else
		program_topology(&p->machine, &mc.topology);
	return machine_boot(w->machine, &mc);
}

bool machine_world_refuses(const struct program *p, enum machine_mmu mmu, char why[REFUSAL_MAX])
{
	struct world *w;
	bool refused;

	/* The model can have any machine that a program describes. */
	if (mmu == MMU_MODEL)
		return false;
	w = calloc(1, sizeof(*w));
	if (w) {
		w->mmu = mmu;
		w->machine = machine_create();
		world_set_program(w, p, implementations[0]);
	}
	refused = !w || !w->machine || boot_machine(w);
	if (refused)
		snprintf(why, REFUSAL_MAX, "%s",
			 w && w->machine && machine_boot_error(w->machine)[0]
				 ? machine_boot_error(w->machine)
				 : "no memory for the machine");
	if (w)
		machine_destroy(w->machine);
	free(w);
	return refused;
}

const char *machine_world_parse_mmu(const char *text, void *mmu)
{
	static const char *const name[] = {[MMU_MODEL] = "model", [MMU_HOST] = "host"};

	for (unsigned int i = 0; i < ARRAY_SIZE(name); i++) {
		if (strcmp(text, name[i]))
			continue;
		*(enum machine_mmu *)mmu = (enum machine_mmu)i;
		return NULL;
	}
	return "model or host";
}

int machine_world_boot(struct world *w)
{
	int err = boot_machine(w);

	MM_CHECK(!err, CRASH, "machine_boot: error %d on a well formed program: %s", err,
		 machine_boot_error(w->machine));
	/* Other subsystems need not know which of these the world has. */
	w->boot.bm = NULL;
	w->nr_vmap = w->nr_percpu = 0;
	return 0;
}

void machine_world_check_leaks(struct world *w)
{
	machine_check_leaks(w->machine);
}

int machine_world_start_boot_memory(struct world *w)
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

void machine_world_end_boot_memory(struct world *w)
{
	if (w->boot.bm)
		boot_world_end(&w->boot);
}

int machine_world_hand_over(struct world *w)
{
	boot_world_hand_over(&w->boot);
	return 0;
}
