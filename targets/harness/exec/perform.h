/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perform.h - carry out one operation, in the calling task.
 */
#ifndef MM_HARNESS_PERFORM_H
#define MM_HARNESS_PERFORM_H

#include "run.h"

/**
 * op_perform() - carry out an operation whose object, if it uses one, is live
 * @w: the world
 * @c: @record, @op and @object are set; receives the rest, @ticket until the return
 * @irq: the caller is in an interrupt
 *
 * The operation has begun: task_set_op(). ORACLE_*: what the body checks.
 */
void op_perform(struct world *w, struct op_call *c, bool irq);

#endif
