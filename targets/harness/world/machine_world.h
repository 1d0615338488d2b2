/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine_world.h - the machine of a world: booted, with boot memory if its page frames come
 * through it, and checked for leaks when all else is gone.
 */
#ifndef MM_HARNESS_MACHINE_WORLD_H
#define MM_HARNESS_MACHINE_WORLD_H

#include "world.h"

/** machine_world_boot() - boot the machine that the program describes; 0: it cannot fail */
int machine_world_boot(struct world *w);

/**
 * machine_world_refuses() - can the machine that a program describes not have this MMU?
 * @why: then the reason
 */
bool machine_world_refuses(const struct program *p, enum machine_mmu mmu, char why[REFUSAL_MAX]);

/** machine_world_parse_mmu() - an option's "model" or "host" into an enum machine_mmu: options.h */
const char *machine_world_parse_mmu(const char *text, void *mmu);

/** machine_world_check_leaks() - what is still allocated is a leak; see machine_check_leaks() */
void machine_world_check_leaks(struct world *w);

/** machine_world_has_boot_memory() - do the page frames of the program come through boot memory? */
bool machine_world_has_boot_memory(const struct world *w);

/**
 * machine_world_start_boot_memory() - register and reserve the machine's memory
 *
 * ORACLE_SPURIOUS if that fails and no request had failed. Return: 0 or a negative error.
 */
int machine_world_start_boot_memory(struct world *w);

/** machine_world_end_boot_memory() - the opposite; see boot_world_end() */
void machine_world_end_boot_memory(struct world *w);

/** machine_world_hand_over() - give what is free to the page frames; returns 0 */
int machine_world_hand_over(struct world *w);

#endif
