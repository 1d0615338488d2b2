/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offer.h - how much of a workload an implementation can carry out.
 *
 * Our own allocators have every operation of the table of workloads. Another implementation may
 * lack a kind of space, a service, or may sleep where ours does not. Then worlds, operations and
 * roles are left out, by the rules that refuse a program (world/backends.h).
 */
#ifndef MM_STRESS_OFFER_H
#define MM_STRESS_OFFER_H

#include "mix.h"
#include "world/backends.h"

/** offer_refuses() - does @on lack the spaces or per-CPU allocators of a world? @why: the reason */
bool offer_refuses(const struct implementation *on, const struct program *world,
		   char why[REFUSAL_MAX]);

/**
 * offer_refuses_op() - can @on not carry out an operation in a world?
 * @irq: in an interrupt
 * @why: receives the reason
 */
bool offer_refuses_op(const struct implementation *on, const struct program *world, u8 op, bool irq,
		      char why[REFUSAL_MAX]);

/**
 * offer_trim() - leave the operations out of a mix that @on cannot carry out in a world
 * @why: receives the reason of the last one that was left out
 *
 * Those go as well whose objects can no longer be made or freed. Return: operations are left.
 */
bool offer_trim(const struct implementation *on, const struct program *world, struct mix *m,
		bool irq, char why[REFUSAL_MAX]);

#endif
