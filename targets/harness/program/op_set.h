/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op_set.h - the operations of a target, in tasks and in interrupts.
 *
 * The sets are derived from op_table[] before main(), for code that chooses operations by number.
 */
#ifndef MM_HARNESS_OP_SET_H
#define MM_HARNESS_OP_SET_H

#include "op.h"

#define OP_SET_NONE 0xff

/**
 * struct op_set - a set of operations
 * @nr:   how many
 * @op:   enum op_id of each, ascending
 * @fold: an operation of the set for any byte, the byte itself if it is in the set; OP_SET_NONE if
 *        the set is empty
 */
struct op_set {
	unsigned int nr;
	u8 op[OP_SET_NONE];
	u8 fold[256];
};

/** op_set() - the operations of a target in a task, or in an interrupt */
const struct op_set *op_set(unsigned int target, bool irq);

/** op_in_set() - is @op in the set? Any value of @op is allowed */
static inline bool op_in_set(const struct op_set *set, u8 op)
{
	return op != OP_SET_NONE && set->fold[op] == op;
}

/** op_nr_args() - number of operands of an operation */
static inline unsigned int op_nr_args(const struct op *op)
{
	unsigned int n = 0;

	while (n < OP_MAX_ARGS && op->arg[n].kind != OPERAND_NONE)
		n++;
	return n;
}

#endif
