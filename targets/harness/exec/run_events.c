/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_events.c - the events of a run; see run_events.h.
 *
 * Counting passes no scheduling point, so it changes no run.
 */
#include "run_events.h"

#include "sched/sched.h"
#include "world/vmap_world.h"
#include "run.h"

void run_events_open(struct world *w)
{
	w->run->events.open = true;
}

static void add_events_of(struct world *w, const struct vmap_instance *v)
{
	for (unsigned int e = 0; v->be->event && e < NR_SPACE_EVENTS; e++)
		w->run->events.count[e] += v->be->event(v->ctx, (enum run_event)e);
}

void run_events_close(struct world *w)
{
	if (!w->run->events.open)
		return;
	w->run->events.open = false;
	for (u32 t = 0; t < w->program->nr_tasks; t++)
		w->run->events.count[EVENT_FREED_FAR_IN_FLUSH] += w->run->count[t].far_in_flush;
	for_each_space (k, w)
		add_events_of(w, space_of(w, k));
}

static bool is_flush(const struct op_call *c)
{
	return op_table[c->op->op].flushes;
}

static bool frees_addresses(const struct op_call *c)
{
	const struct op *op = &op_table[c->op->op];

	return op->consumes && object_types[op->uses].lazy;
}

void run_events_begin(struct world *w, struct op_call *c)
{
	c->began = task_ticket();
	c->cpu = raw_smp_processor_id();
	if (op_table[c->op->op].makes)
		object_of(w, c->record)->cpu = c->cpu;
	if (is_flush(c)) {
		shared_store(&w->run->events.flush[c->op->task].ticket, c->began);
		shared_store(&w->run->events.flush[c->op->task].cpu, c->cpu);
	}
}

/* During the whole free, a third CPU was in the flush. */
static bool within_flush(const struct world *w, const struct op_call *c)
{
	const u32 made_on = object_of(w, (u32)c->op->object)->cpu;

	for (u32 t = 0; t < w->program->nr_tasks && made_on != c->cpu; t++) {
		const u64 ticket = shared_load(&w->run->events.flush[t].ticket);
		const u32 cpu = shared_load(&w->run->events.flush[t].cpu);

		if (ticket && ticket < c->began && cpu != made_on && cpu != c->cpu)
			return true;
	}
	return false;
}

void run_events_end(struct world *w, const struct op_call *c)
{
	if (is_flush(c))
		shared_store(&w->run->events.flush[c->op->task].ticket, 0);
	else if (frees_addresses(c) && within_flush(w, c))
		w->run->count[c->op->task].far_in_flush++;
}
