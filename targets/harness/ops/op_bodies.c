/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op_bodies.c - the table of bodies; see ops.h.
 */
#include "ops.h"

#define X(name) [OP_##name] = op_##name,
op_body *const op_bodies[NR_OPS] = {OPERATIONS(X)};
#undef X
