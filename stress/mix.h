/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mix.h - a mix of operations: how often a thread chooses each, and within which limits.
 *
 * As text: "OP=WEIGHT[:OPERAND=MOST]...", separated by commas; for instance
 * "alloc_percpu=4:size=256,free_percpu=4,migrate=1". Operands are drawn as the mutator draws them
 * (operand_fold_slow()), up to MOST.
 */
#ifndef MM_STRESS_MIX_H
#define MM_STRESS_MIX_H

#include "program/program.h"

#define MIX_OPS 24
#define MIX_TEXT 160

/**
 * struct mix_op - an operation of a mix
 * @op:     enum op_id
 * @weight: how often, compared with the others
 * @arg:    its operands, with their limits
 */
struct mix_op {
	u8 op;
	u32 weight;
	struct operand arg[OP_MAX_ARGS];
};

/**
 * struct mix - a mix
 * @nr:     operations in @op
 * @total:  sum of the weights
 * @maker:  of each object type, the operation of the mix that makes such objects, or -1
 * @freer:  of each object type, the one that consumes them, or -1
 */
struct mix {
	u32 nr;
	u32 total;
	struct mix_op op[MIX_OPS];
	s8 maker[NR_OBJECT_TYPES];
	s8 freer[NR_OBJECT_TYPES];
};

/**
 * mix_parse() - text to mix
 * @text: the text
 * @err:  receives what was found and expected, MIX_TEXT bytes
 *
 * Return: 0 or -EINVAL: an unknown operation or operand, a number out of its range, too many
 * operations, weights that are all 0, an operation on objects that no other one makes or frees.
 */
int mix_parse(struct mix *m, const char *text, char *err);

/** mix_remove() - leave operation @i out; the rest may be useless or empty */
void mix_remove(struct mix *m, u32 i);

/** mix_remove_useless() - leave operations out whose objects the mix does not both make and free */
void mix_remove_useless(struct mix *m);

/** mix_draw() - choose an operation. Return: its index in @m->op */
u32 mix_draw(const struct mix *m, u64 *rng);

/** mix_arguments() - draw the operands of operation @i of the mix */
void mix_arguments(const struct mix *m, u32 i, u64 *rng, u32 arg[OP_MAX_ARGS]);

#endif
