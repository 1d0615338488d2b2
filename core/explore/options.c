/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c - the choices that a search has at a step, and what they cost.
 *
 * Options that cannot lead to another trace are left out:
 * - a task that would wait for a lock at once: it does as well when the lock is free;
 * - a task in a cpu_relax() loop that has seen nothing new;
 * - all others, where one task does nothing next that concerns another.
 * Where nothing else can run, they do run: a deadlock and a livelock are findings as in any run.
 */
#include "internal.h"

static bool within(u8 used, u8 bound)
{
	return bound == EXPLORE_ALL || used <= bound;
}

/* Add one to what is used; saturates, where it does not matter. */
static void use(u8 *used)
{
	*used += *used < EXPLORE_ALL - 1;
}

/* It stands before a lock that is taken. */
static bool would_wait(const struct task *t)
{
	const struct lock_word *w = (const struct lock_word *)t->next;

	return t->next_kind == POINT_LOCK && t->wait == WAIT_NONE && w->owner;
}

/* Return: the number of options after adding that of @u, on @cpu, if the budget allows it. */
static u32 add_option(const struct explorer *e, const struct choice *c, struct option *o, u32 nr,
		      const struct task *u, u8 cpu)
{
	const struct explore_bounds *b = &e->p.bounds;
	struct budget used = e->used;

	if (u != c->dflt) {
		if (u->source && u->irq != IRQ_IN)
			use(&used.interrupts);
		else if (c->goes_on && c->goes_on != u)
			use(&used.preemptions);
	}
	if (cpu != NO_MOVE)
		use(&used.migrations);
	if (!within(used.preemptions, b->preemptions) || !within(used.migrations, b->migrations) ||
	    !within(used.interrupts, b->interrupts))
		return nr;
	o[nr] = (struct option){.task = u->number, .cpu = cpu, .used = used};
	return nr + 1;
}

/* A task that may run may be moved first. So may one that its CPU keeps off. */
static u32 add_moves(const struct explorer *e, struct sched *s, const struct choice *c,
		     struct option *o, u32 nr)
{
	task_set left = s->ready;
	unsigned int i;

	for_each_task (i, left) {
		const struct task *u = &s->task[i];

		if (u->source || is_service(i) || i == SCHED_TASK_INIT || !preemptible(u))
			continue;
		for (u32 cpu = 0; cpu < s->nr_cpus; cpu++)
			if (cpu != u->cpu &&
			    (!s->params->possible || s->params->possible >> cpu & 1))
				nr = add_option(e, c, o, nr, u, (u8)cpu);
	}
	return nr;
}

/*
 * A task that does next what is in conflict with nothing: the end of a join, or its beginning.
 * Other choices can wait until then, unless the task would have to be preempted for them.
 */
static unsigned int alone(const struct explorer *e, const struct sched *s, const struct choice *c,
			  task_set run)
{
	unsigned int i;

	if (!c->goes_on && run & TASK_BIT(SCHED_TASK_INIT) &&
	    s->task[SCHED_TASK_INIT].wait == WAIT_JOIN)
		return SCHED_TASK_INIT;
	if (e->bounded)
		return SCHED_MAX_TASKS;
	for_each_task (i, run)
		if (!s->task[i].entered && !is_service(i))
			return i;
	return SCHED_MAX_TASKS;
}

u32 list_options(const struct explorer *e, struct sched *s, const struct choice *c,
		 struct option *o)
{
	task_set left = c->run & ~order_waits(&e->order, c->run);
	task_set all = left;
	unsigned int i;
	u32 nr = 0;

	i = alone(e, s, c, all);
	if (i < SCHED_MAX_TASKS)
		return add_option(e, c, o, nr, &s->task[i], NO_MOVE);
	if (left & c->dflt->bit && !would_wait(c->dflt))
		nr = add_option(e, c, o, nr, c->dflt, NO_MOVE);
	left &= ~c->dflt->bit;
	for_each_task (i, left)
		if (!would_wait(&s->task[i]))
			nr = add_option(e, c, o, nr, &s->task[i], NO_MOVE);
	if (unlikely(e->p.bounds.migrations))
		nr = add_moves(e, s, c, o, nr);
	if (nr || !all)
		return nr;
	/* All that can run would wait for locks. */
	return add_option(e, c, o, nr, all & c->dflt->bit ? c->dflt : strategy_lowest(s, all),
			  NO_MOVE);
}
