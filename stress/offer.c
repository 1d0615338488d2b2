/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offer.c - see offer.h.
 *
 * A question about one operation is asked with a program that has it alone.
 */
#include "offer.h"

#include <stdlib.h>

bool offer_refuses(const struct implementation *on, const struct program *world,
		   char why[REFUSAL_MAX])
{
	struct program p = *world;

	p.nr_ops = 0;
	return implementation_refuses(on, &p, why);
}

bool offer_refuses_op(const struct implementation *on, const struct program *world, u8 op, bool irq,
		      char why[REFUSAL_MAX])
{
	struct program_op alone = {.op = op, .object = PROGRAM_NO_OBJECT};
	struct program p = *world;

	p.op = &alone;
	p.nr_ops = p.nr_tasks = 1;
	p.task[0].irq = irq;
	return implementation_refuses(on, &p, why);
}

bool offer_trim(const struct implementation *on, const struct program *world, struct mix *m,
		bool irq, char why[REFUSAL_MAX])
{
	for (u32 i = 0; i < m->nr;)
		if (offer_refuses_op(on, world, m->op[i].op, irq, why))
			mix_remove(m, i);
		else
			i++;
	mix_remove_useless(m);
	return m->total;
}
