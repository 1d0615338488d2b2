/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op_set.h - which operations a target has, and which of them may stand in an interrupt.
 *
 * Derived from op_table[] once a process, for those who choose operations by number.
 */
#ifndef MM_HARNESS_OP_SET_H
#define MM_HARNESS_OP_SET_H

#include "op.h"

#define OP_SET_NONE 0xff

/**
 * struct op_set - operations to choose from
 * @nr:   how many
 * @op:   their numbers, ascending
 * @fold: operation for any byte: the byte itself if it is in the set, else one of the set;
 *        OP_SET_NONE if the set is empty
 */
struct op_set {
	unsigned int nr;
	u8 op[OP_SET_NONE];
	u8 fold[256];
};

/** op_set() - operations of a target, for a task or for an interrupt source */
const struct op_set *op_set(unsigned int target, bool irq);

/** op_in_set() - may operation number @op, any value, stand there? */
static inline bool op_in_set(const struct op_set *set, u8 op)
{
	return op != OP_SET_NONE && set->fold[op] == op;
}

/** op_nr_args() - numbers that an operation takes */
static inline unsigned int op_nr_args(const struct op *op)
{
	unsigned int n = 0;

	while (n < OP_MAX_ARGS && op->arg[n].kind != OPERAND_NONE)
		n++;
	return n;
}

#endif
