/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * congruent.h - a judge for ranges of addresses at given distances from each other.
 *
 * It believes the ranges that are in use and those that are lazily freed, and does not ask the
 * space for its own idea of what is free.
 */
#ifndef MM_HARNESS_CONGRUENT_H
#define MM_HARNESS_CONGRUENT_H

#include "world.h"

/**
 * struct congruent - ranges, each at base + @offset[i] and of @size[i] bytes
 * @nr:    how many
 * @align: of the base, a power of two
 */
struct congruent {
	u32 nr;
	const u64 *offset;
	const u64 *size;
	u64 align;
};

/**
 * congruent_note() - note all ranges that are not free, in order of address
 *
 * To be called by an operation that is alone only. Return: false if there is no room for so many.
 */
bool congruent_note(struct world *w);

/** congruent_forget_lazy() - of what was noted, what remains after a purge */
void congruent_forget_lazy(struct world *w);

/**
 * congruent_highest() - the highest base at which all ranges are free
 *
 * Return: the base, or 0: there is none (no address of the KVA is as low as that).
 */
u64 congruent_highest(const struct world *w, const struct congruent *c);

#endif
