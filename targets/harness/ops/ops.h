/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops.h - the bodies of operations: for each operation NAME of op_list.h a function op_NAME().
 *
 * A body finds its numbers in @c->op->arg, in the order of the operands in its entry of
 * op_table[]. An operation without a body does not link.
 */
#ifndef MM_HARNESS_OPS_H
#define MM_HARNESS_OPS_H

#include "program/op_list.h"

struct op_call;
struct world;

/** op_body - carries an operation out, in the calling task */
typedef void op_body(struct world *w, const struct op_call *c);

/** op_bodies - the body of each operation, by enum op_id */
extern op_body *const op_bodies[NR_OPS];

#define X(name) op_body op_##name;
OPERATIONS(X)
#undef X

#endif
