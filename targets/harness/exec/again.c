/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * again.c - the same operations, carried out by the first task; see again.h.
 */
#include "again.h"

#include <string.h>

#include "bodies.h"
#include "sched/sched.h"
#include "world/world.h"

static bool is_atomic(const struct program *p, const struct program_op *r)
{
	const struct op *op = &op_table[r->op];

	if (p->task[r->task].irq)
		return true;
	for (u32 i = 0; i < OP_MAX_ARGS; i++)
		if (op->arg[i].name && !strcmp(op->arg[i].name, "atomic"))
			return r->arg[i];
	return false;
}

static bool was_refused(const struct world *w, u32 record)
{
	const struct program_op *r = &w->program->op[record];

	return op_table[r->op].makes && r->object < 0 &&
	       object_of(w, record)->state == OBJECT_FAILED && is_atomic(w->program, r);
}

/* Return: whether it was served. */
static bool make(struct world *w, u32 record, bool drained)
{
	struct object *o = object_of(w, record);
	struct op_call c = {.record = record,
			    .op = &w->program->op[record],
			    .object = o,
			    .gfp = GFP_ATOMIC,
			    .drained = drained,
			    .again = true};
	struct machine_stats st;
	u64 ticket;

	sched_settle();
	object_reset(o, c.op, o->id);
	machine_stats(w->machine, &st);
	task_set_op((s32)record);
	ticket = task_ticket();
	c.ticket = &ticket;
	c.began = ticket;
	c.cpu = raw_smp_processor_id();
	c.failures = st.failed;
	c.alone = op_alone();
	op_bodies[c.op->op](w, &c);
	task_set_op(-1);
	if (unlikely(w->trace))
		fprintf(w->trace, "  again, after background work: operation %u %s\n", record,
			o->state == OBJECT_LIVE ? "made" : "refused");
	return o->state == OBJECT_LIVE;
}

static bool nothing_failed(const struct world *w)
{
	struct machine_stats st;

	machine_stats(w->machine, &st);
	return !st.failed;
}

bool again_run(struct world *w)
{
	const struct program *p = w->program;
	u32 nr = 0;

	if (world_compares(w))
		return false;
	for (u32 i = 0; i < p->nr_ops && nr < AGAIN_MAX && nothing_failed(w); i++) {
		if (!was_refused(w, i))
			continue;
		nr++;
		/* The plan may let a request of the repetition fail, too. */
		if (!make(w, i, false) && nothing_failed(w))
			make(w, i, true);
	}
	if (nr)
		sched_settle();
	return nr;
}
