/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reduce.c - dynamic partial-order reduction: try another task only where a conflict calls for it.
 *
 * Each run tells which of its pairs of conflicting operations could have come in the other order:
 * those that nothing else orders. At the place before the first one of such a pair, a task is noted
 * to be tried that leads to the other order. All else is left out.
 *
 * Without bounds: source sets and sleep sets (Abdulla, Aronis, Jonsson and Sagonas, "Optimal
 * dynamic partial order reduction", POPL 2014). A task is noted only if no task is yet that begins
 * the same reordering. A task that was tried sleeps in the runs of the others, until one of them
 * does something in conflict with its next operation.
 *
 * With bounds: the order that is looked for may need a preemption too many, while a switch where
 * the first task of the pair began to run costs none. So the task is noted there too, and nothing
 * sleeps (Coons, Musuvathi and McKinley, "Bounded partial-order reduction", OOPSLA 2013).
 *
 * Order is kept as vector clocks, over the tasks of the run in the order of their beginning.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Tasks of a run that the reduction has clocks for. */
#define MAX_CLOCKS 64
#define NO_EVENT (-1)

/**
 * struct event - an operation of the run
 * @task:  index of its task
 * @place: the latest place before it; -1: none
 * @own:   its task had the choice at that place
 * @at:    its number among those of its task, from 1
 * @before: the read of the same object before it, since the last write; or NO_EVENT
 * @began: it ends a time in which others were kept from the object: the event that began it. Only
 *         that one can come in another order
 */
struct event {
	u8 task;
	bool own;
	s32 place, before, began;
	u32 at;
};

/**
 * struct reduction - the events of a run
 * @event, @clock: events, and for each of them its vector clock, of MAX_CLOCKS entries
 * @nr, @max: number of events, and room
 * @nr_tasks: tasks so far
 * @number, @index: number of a task by index, and index by number
 * @now:   vector clock of each task
 */
struct reduction {
	struct event *event;
	u32 (*clock)[MAX_CLOCKS];
	u32 nr, max;
	u32 nr_tasks;
	u8 number[MAX_CLOCKS];
	u8 index[SCHED_MAX_TASKS];
	u32 now[MAX_CLOCKS][MAX_CLOCKS];
};

struct reduction *reduction_create(void)
{
	return calloc(1, sizeof(struct reduction));
}

void reduction_destroy(struct reduction *r)
{
	if (!r)
		return;
	free(r->event);
	free(r->clock);
	free(r);
}

static void out_of_room(const char *what)
{
	fprintf(stderr, "mmstorm: explorer: %s\n", what);
	abort();
}

static u32 new_index(struct reduction *r, unsigned int number)
{
	u32 i = r->nr_tasks++;

	if (i == MAX_CLOCKS)
		out_of_room("found more than 64 tasks in a run, expected fewer for a reduction");
	r->number[i] = (u8)number;
	r->index[number] = (u8)i;
	memset(r->now[i], 0, sizeof(r->now[i]));
	return i;
}

void reduction_begin(struct reduction *r)
{
	memset(r->index, 0xff, sizeof(r->index));
	r->nr = 0;
	r->nr_tasks = 0;
	new_index(r, SCHED_TASK_INIT);
}

static void join(u32 *a, const u32 *b, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		a[i] = max(a[i], b[i]);
}

void reduction_spawned(struct reduction *r, unsigned int parent, unsigned int child)
{
	u32 c = r->index[child] == 0xff ? new_index(r, child) : r->index[child];

	join(r->now[c], r->now[r->index[parent]], r->nr_tasks);
}

static void make_room(struct reduction *r)
{
	void *seen;

	if (r->nr < r->max)
		return;
	seen = announce_unseen_begin();
	r->max = r->max ? 2 * r->max : 256;
	r->event = realloc(r->event, r->max * sizeof(*r->event));
	r->clock = realloc(r->clock, r->max * sizeof(*r->clock));
	announce_unseen_end(seen);
	if (!r->event || !r->clock)
		out_of_room("no memory for the events of a run");
}

/* The last event that the task of event @i did before the next place. */
static u32 last_of(const struct reduction *r, u32 i)
{
	const struct event *e = &r->event[i];

	while (i + 1 < r->nr && r->event[i + 1].place == e->place &&
	       r->event[i + 1].task == e->task)
		i++;
	return i;
}

/* May @task come first, before those that have begun? Its events up to the next place are one. */
static bool begins(const struct reduction *r, u32 task, const u32 *clock, const u32 *began)
{
	for (u32 j = 0; j < r->nr_tasks; j++)
		if (j != task && began[j] && clock[j] >= began[j])
			return false;
	return true;
}

/*
 * The tasks that can begin the events after that of number @first which do not depend on it,
 * followed by the next event of task @p, with clock @clock, which is at place @place.
 */
static task_set initials(const struct reduction *r, u32 first, u32 p, const u32 *clock, s32 place)
{
	const struct event *e = &r->event[first];
	u32 began[MAX_CLOCKS] = {0}, last;
	task_set found = 0;

	for (u32 i = last_of(r, first) + 1; i < r->nr; i = last + 1) {
		const struct event *x = &r->event[i];

		last = last_of(r, i);
		if (began[x->task] || r->clock[last][e->task] >= e->at ||
		    (x->task == p && x->place == place))
			continue;
		if (begins(r, x->task, r->clock[last], began))
			found |= TASK_BIT(r->number[x->task]);
		began[x->task] = x->at;
	}
	if (!began[p] && begins(r, p, clock, began))
		found |= TASK_BIT(r->number[p]);
	return found;
}

/* The first event that the task of event @i did after its place. */
static u32 first_of(const struct reduction *r, u32 i)
{
	const struct event *e = &r->event[i];

	while (i && r->event[i - 1].place == e->place && r->event[i - 1].task == e->task)
		i--;
	return i;
}

/* Note @t at the latest place from @k backwards where it could have run, and has not run since. */
static void note_before(struct explorer *e, s32 k, unsigned int t)
{
	for (; k >= 0; k--) {
		struct place *p = &e->place[k];

		if (e->option[p->first + p->at].task == t)
			return;
		if (p->run & TASK_BIT(t)) {
			p->todo |= TASK_BIT(t);
			return;
		}
	}
}

/* The place at which the task that has the choice at @k was switched to. */
static s32 block_of(const struct explorer *e, s32 k)
{
	const u8 task = e->option[e->place[k].first + e->place[k].at].task;

	while (k && e->option[e->place[k - 1].first + e->place[k - 1].at].task == task &&
	       !e->place[k].free)
		k--;
	return k;
}

static void note_bounded(struct explorer *e, s32 k, unsigned int t)
{
	s32 at[2] = {k, block_of(e, k)};

	for (u32 i = 0; i < 2; i++) {
		struct place *p = &e->place[at[i]];

		if (p->run & TASK_BIT(t))
			p->todo |= TASK_BIT(t);
		else
			p->todo |= p->run;
	}
	note_before(e, k, t);
}

/* Event @f and the next one of task @t, with clock @clock, are in conflict, and unordered. */
static void race(struct explorer *e, u32 f, u32 t, const u32 *clock)
{
	struct reduction *r = e->reduction;
	const struct event *x = &r->event[f];
	struct place *p;
	task_set can;

	if (x->place < 0)
		return;
	if (e->bounded) {
		note_bounded(e, x->place, r->number[t]);
		return;
	}
	p = &e->place[x->place];
	if (!x->own) {
		note_before(e, x->place, r->number[t]);
		return;
	}
	can = initials(r, first_of(r, f), t, clock, (s32)e->depth - 1);
	if (can & (p->todo | p->done | p->sleep))
		return;
	if (can & p->run & TASK_BIT(r->number[t]))
		p->todo |= TASK_BIT(r->number[t]);
	else if (can & p->run)
		p->todo |= TASK_BIT(task_set_first(can & p->run));
	else
		note_before(e, x->place - 1, r->number[t]);
}

/* The next event, on @x, is in direct conflict with the reads since the last write, or with it. */
static void find_races(struct explorer *e, u32 t, const struct order_object *x, bool write)
{
	struct reduction *r = e->reduction;
	bool reads = write && x->read_event != NO_EVENT;
	u32 clock[MAX_CLOCKS];
	s32 f;

	for (f = reads ? x->read_event : x->write_event; f != NO_EVENT;
	     f = reads ? r->event[f].before : NO_EVENT) {
		const struct event *y = &r->event[f];
		u32 first = y->began != NO_EVENT ? (u32)y->began : (u32)f;

		if (r->now[t][y->task] >= r->event[first].at)
			continue;
		if (y->task == t || r->now[t][y->task] >= y->at)
			continue;
		memcpy(clock, r->now[t], r->nr_tasks * sizeof(*clock));
		for (s32 g = x->read_event; reads && g != NO_EVENT; g = r->event[g].before)
			if (g != f)
				join(clock, r->clock[g], r->nr_tasks);
		if (clock[y->task] >= y->at)
			continue;
		clock[t] = r->now[t][t] + 1;
		race(e, first, t, clock);
	}
}

static void order_after(struct reduction *r, u32 t, const struct order_object *x, bool write)
{
	if (x->write_event != NO_EVENT)
		join(r->now[t], r->clock[x->write_event], r->nr_tasks);
	for (s32 g = x->read_event; write && g != NO_EVENT; g = r->event[g].before)
		join(r->now[t], r->clock[g], r->nr_tasks);
}

/* Enter event @y, the latest one, into its object. */
static void enter(struct reduction *r, struct order_object *x, struct event *y, unsigned int how)
{
	s32 n = (s32)r->nr, g;

	if (how == ACCESS_WRITE_END) {
		y->began = x->taken_event;
		x->ended = true;
	} else if (how == ACCESS_WRITE && (x->ended || x->taken_event == NO_EVENT)) {
		x->taken_event = n;
		x->ended = false;
	}
	if (how == ACCESS_READ_END) {
		for (g = x->read_event; g != NO_EVENT && r->event[g].task != y->task;)
			g = r->event[g].before;
		y->began = g;
	}
	if (how == ACCESS_WRITE || how == ACCESS_WRITE_END) {
		x->write_event = n;
		x->read_event = NO_EVENT;
	} else {
		y->before = x->read_event;
		x->read_event = n;
	}
}

void reduction_access(struct explorer *e, const struct task *task, struct order_object *x,
		      unsigned int how)
{
	bool write = how == ACCESS_WRITE || how == ACCESS_WRITE_END;
	struct reduction *r = e->reduction;
	u32 t = r->index[task->number];
	s32 place = (s32)e->depth - 1;
	struct event *y;

	if (x) {
		find_races(e, t, x, write);
		order_after(r, t, x, write);
	}
	r->now[t][t]++;
	make_room(r);
	memcpy(r->clock[r->nr], r->now[t], sizeof(r->now[t]));
	y = &r->event[r->nr];
	*y = (struct event){.task = (u8)t,
			    .place = place,
			    .before = NO_EVENT,
			    .began = NO_EVENT,
			    .at = r->now[t][t]};
	y->own = place >= 0 &&
		 e->option[e->place[place].first + e->place[place].at].task == task->number;
	if (x)
		enter(r, x, y, how);
	r->nr++;
}

void reduction_stopped(struct explorer *e)
{
	task_set left = e->sched->live;
	unsigned int i;

	for_each_task (i, left) {
		const struct task *u = &e->sched->task[i];
		const struct order_object *x;

		if (u->next_kind < POINT_READ || !u->next)
			continue;
		x = order_find(&e->order, u->next);
		if (x)
			find_races(e, e->reduction->index[i], x, u->next_kind != POINT_READ);
	}
}

/* May the next operation of @u be in conflict with an operation of @t on @object? */
static bool in_conflict(const struct task *u, const struct task *t, const volatile void *object,
			bool write)
{
	const volatile void *cpu = &u->sched->cpu[u->cpu].preempt_order;
	bool word = t->next_kind >= POINT_READ && t->next_kind <= POINT_CMPXCHG;
	bool pins = u->next_kind > POINT_CMPXCHG || !preemptible(u);

	if (object == u->next)
		return write || u->next_kind != POINT_READ;
	if (is_service(u->number) || u->next_kind == POINT_ANY || u->next_kind == POINT_MANY)
		return !word || object == cpu || u->cpu == t->cpu;
	/* The CPU that they are on lets one of them keep the other off. */
	return object == cpu || (pins && u->cpu == t->cpu);
}

void reduction_wake(struct explorer *e, const struct task *t, const volatile void *object,
		    bool write)
{
	task_set left = e->sleep;
	unsigned int i;

	for_each_task (i, left)
		if (object && in_conflict(&t->sched->task[i], t, object, write))
			e->sleep &= ~TASK_BIT(i);
}
