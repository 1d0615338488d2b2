/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op_set.c - the operations of a target; see op_set.h.
 */
#include "op_set.h"

_Static_assert(NR_OPS <= OP_SET_NONE, "the number of an operation is a byte");

static void op_set_fill(struct op_set *set, unsigned int target, bool irq)
{
	unsigned int i;

	for (i = 0; i < NR_OPS; i++)
		if (op_table[i].targets & (1U << target) && (!irq || op_table[i].irq))
			set->op[set->nr++] = (u8)i;
	for (i = 0; i < ARRAY_SIZE(set->fold); i++)
		set->fold[i] = set->nr ? set->op[i % set->nr] : OP_SET_NONE;
	for (i = 0; i < set->nr; i++)
		set->fold[set->op[i]] = set->op[i];
}

static struct op_set sets[NR_TARGETS][2];

/* Before main(), so that the coverage of an input does not depend on those before it. */
static __attribute__((__constructor__)) void fill_sets(void)
{
	for (unsigned int t = 0; t < NR_TARGETS; t++) {
		op_set_fill(&sets[t][0], t, false);
		op_set_fill(&sets[t][1], t, true);
	}
}

const struct op_set *op_set(unsigned int target, bool irq)
{
	return &sets[target][irq];
}
