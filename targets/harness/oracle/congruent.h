/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * congruent.h - a naive model of congruent areas: where do ranges at given distances from each
 * other fit?
 */
#ifndef MM_HARNESS_CONGRUENT_H
#define MM_HARNESS_CONGRUENT_H

#include "kva_snapshot.h"

/**
 * struct congruent - ranges, each at base + @offset[i] and of @size[i] bytes
 * @nr:    how many
 * @align: of the base, a power of two
 * @lowest: lower bases are not right
 */
struct congruent {
	u32 nr;
	const u64 *offset;
	const u64 *size;
	u64 align;
	u64 lowest;
};

/**
 * congruent_highest() - the highest base at which all ranges are free
 *
 * Return: the base, or 0: there is none (no address of the KVA is as low as that).
 */
u64 congruent_highest(const struct kva_snapshot *s, const struct congruent *c);

#endif
