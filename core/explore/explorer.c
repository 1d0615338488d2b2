/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explorer.c - depth-first search over schedules, bounded, by stateless replay.
 *
 * The path is a stack of places: steps at which there is more than one choice. A run follows the
 * path, then takes the first option at each further place. After the run the last place with an
 * option left takes its next one (Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007).
 *
 * A state is cut that has been reached before: the same happens-before prefix (order.h), the same
 * running task, runnable tasks, and at least as much budget left. The first option is the default
 * rule's, so a place costs nothing until its other options are tried.
 *
 * There is no place where the running task does nothing next that concerns others: the same switch
 * after that does the same. options.c leaves out more.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MEMORY (1ULL << 30)

/* The first choices of a run say which shard it belongs to. */
#define SHARD_DEPTH 6

static struct explorer *explorer_of(struct sched *s)
{
	return (struct explorer *)container_of(s->strategy, struct explorer, strategy);
}

static void next_place(struct sched *s, const struct explorer *e)
{
	strategy_ask_from(s, e->depth < e->nr_places ? e->place[e->depth].step : 0);
}

static void begin_run(struct sched *s)
{
	struct explorer *e = explorer_of(s);

	e->sched = s;
	e->depth = 0;
	e->branches = 0;
	e->shard_hash = 0;
	e->used = (struct budget){0};
	e->cut = e->foreign = e->idle = false;
	e->sleep = 0;
	order_begin(&e->order);
	if (e->reduction)
		reduction_begin(e->reduction);
	next_place(s, e);
}

static void note_access(struct sched *s, struct task *t, const volatile void *object,
			unsigned int how)
{
	struct explorer *e = explorer_of(s);
	bool write = how == ACCESS_WRITE || how == ACCESS_WRITE_END;
	struct order_object *x;

	order_access(&e->order, t->number, object, write);
	if (!e->reduction)
		return;
	if (!object)
		return;
	if (e->depth == e->nr_places && e->sleep)
		reduction_wake(e, t, object, write);
	/* Its CPU could have kept the task from it. */
	if (preemptible(t) && on_cpu(t) && object != &task_cpu_of(t)->preempt_order)
		reduction_access(e, t, order_object(&e->order, &task_cpu_of(t)->preempt_order),
				 ACCESS_READ);
	x = order_object(&e->order, object);
	reduction_access(e, t, x, how);
}

static void explorer_yielded(struct sched *s, struct task *t)
{
	struct explorer *e = explorer_of(s);

	if (t->next_kind == POINT_RELAX)
		order_relax(&e->order, t->number);
	else
		order_access(&e->order, t->number, NULL, false);
}

static void explorer_spawned(struct sched *s, struct task *t)
{
	struct explorer *e = explorer_of(s);

	if (t->number == SCHED_TASK_INIT)
		return;
	order_spawned(&e->order, current->number, t->number);
	if (e->reduction)
		reduction_spawned(e->reduction, current->number, t->number);
}

static bool explorer_moves_tasks(const struct sched *s)
{
	return container_of(s->strategy, const struct explorer, strategy)->p.bounds.migrations;
}

static void *grown(void *old, u32 *max, size_t size)
{
	void *seen = announce_unseen_begin();

	*max = *max ? 2 * *max : 256;
	old = realloc(old, *max * size);
	announce_unseen_end(seen);
	if (!old) {
		fprintf(stderr, "mmstorm: no memory for the path of a search\n");
		abort();
	}
	return old;
}

static void add_place(struct explorer *e, u64 step, u32 nr)
{
	u32 first = 0;

	if (e->nr_places == e->max_places)
		e->place = grown(e->place, &e->max_places, sizeof(*e->place));
	if (e->nr_places)
		first = e->place[e->nr_places - 1].first + e->place[e->nr_places - 1].nr;
	e->place[e->nr_places++] = (struct place){.step = step, .first = first, .nr = nr};
	e->depth = e->nr_places;
}

/* Where the options of the next place begin. There is room for all that a place can have. */
static struct option *free_options(struct explorer *e)
{
	const struct place *last = e->nr_places ? &e->place[e->nr_places - 1] : NULL;
	u32 first = last ? last->first + last->nr : 0;

	while (e->max_options < first + SCHED_MAX_TASKS * (1 + SCHED_MAX_CPUS))
		e->option = grown(e->option, &e->max_options, sizeof(*e->option));
	return e->option + first;
}

static struct hash128 state_key(const struct explorer *e, const struct choice *c, u8 preemptions)
{
	u64 used = preemptions | (u64)e->used.migrations << 8 | (u64)e->used.interrupts << 16;
	u64 running = 0;

	if (e->bounded)
		running = 1 + (c->goes_on ? c->goes_on->number : SCHED_MAX_TASKS);
	else
		used = 0;
	return hash_mix(
		e->order.sum,
		(struct hash128){(u64)c->run ^ (u64)c->t->wait << 60, task_set_high(c->run)},
		used | running << 24);
}

/* Has this state been reached, with at least as much budget left? If not, it is now. */
static bool seen_before(struct explorer *e, const struct choice *c)
{
	u8 used = e->p.bounds.preemptions == EXPLORE_ALL ? 0 : e->used.preemptions;

	for (u8 k = 0; k < used; k++)
		if (keys_has(&e->seen, state_key(e, c, k)))
			return true;
	switch (keys_insert(&e->seen, state_key(e, c, used), e->p.memory)) {
	case KEYS_KNOWN:
		return true;
	case KEYS_FULL:
		e->stats.full = true;
		return false;
	default:
		return false;
	}
}

static void cut(struct explorer *e, struct sched *s, bool foreign)
{
	e->cut = true;
	e->foreign = foreign;
	strategy_cut(s);
}

static void count_branch(struct explorer *e, struct sched *s, u32 at)
{
	if (e->branches++ >= SHARD_DEPTH || !e->p.nr_shards)
		return;
	e->shard_hash = hash_finish(e->shard_hash * 0x9e3779b97f4a7c15ULL + at + 1);
	if (e->branches == SHARD_DEPTH && e->shard_hash % e->p.nr_shards != e->p.shard)
		cut(e, s, true);
}

static struct task *take(struct explorer *e, struct sched *s, const struct choice *c)
{
	const struct place *p = &e->place[e->depth - 1];
	const struct option *o = &e->option[p->first + p->at];

	e->used = o->used;
	next_place(s, e);
	if (e->depth == e->nr_places && !e->bounded)
		e->sleep = (p->sleep | p->done) & ~TASK_BIT(o->task);
	if (p->nr > 1)
		count_branch(e, s, p->at);
	if (o->cpu != NO_MOVE)
		strategy_move(s, o->task, o->cpu);
	return &s->task[o->task];
}

/* The first option whose task does not sleep. Return: @nr if there is none. */
static u32 first_awake(const struct explorer *e, const struct option *o, u32 nr)
{
	u32 i = 0;

	while (i < nr && e->sleep & TASK_BIT(o[i].task))
		i++;
	return i;
}

static void begin_sets(struct explorer *e, const struct choice *c, u32 at)
{
	struct place *p = &e->place[e->depth - 1];

	p->at = at;
	p->free = !c->goes_on;
	p->sleep = e->sleep;
	p->run = p->todo = p->done = 0;
	for (u32 i = 0; i < p->nr; i++)
		p->run |= TASK_BIT(e->option[p->first + i].task);
}

static struct task *new_choice(struct explorer *e, struct sched *s, const struct choice *c)
{
	struct option *o;
	u32 nr, at;

	if (e->idle)
		return c->dflt;
	if (c->why == SWITCH_SCHEDULE && c->t->next_kind == POINT_LOCAL)
		return c->t;
	o = free_options(e);
	nr = list_options(e, s, c, o);
	if (!nr) {
		e->idle = true;
		return c->dflt;
	}
	at = first_awake(e, o, nr);
	if (at == nr)
		cut(e, s, false);
	if (nr == 1 && o->task == c->dflt->number && o->cpu == NO_MOVE) {
		e->used = o->used;
		return c->dflt;
	}
	if (nr > 1 && !e->p.naive && !e->reduction && seen_before(e, c))
		cut(e, s, false);
	add_place(e, s->step, nr);
	begin_sets(e, c, at);
	return take(e, s, c);
}

static struct task *choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
			   enum switch_reason why)
{
	struct explorer *e = explorer_of(s);
	struct choice c = {.t = t, .dflt = dflt, .run = run, .why = why};

	if (e->depth < e->nr_places) {
		if (unlikely(s->step != e->place[e->depth].step)) {
			fprintf(stderr,
				"mmstorm: explorer: found step %llu in a replay, expected "
				"%llu: the program is not deterministic\n",
				s->step, e->place[e->depth].step);
			abort();
		}
		e->depth++;
		return take(e, s, &c);
	}
	if (why == SWITCH_SCHEDULE)
		c.goes_on = t;
	else if (why == SWITCH_DONE && run & t->bit)
		c.goes_on = dflt;
	return new_choice(e, s, &c);
}

/*
 * The hooks that copy and clear memory by calls of the C library, which TSan intercepts for all
 * callers, on whatever task they run.
 */
static void explorer_begin(struct sched *s)
{
	void *seen = announce_unseen_begin();

	begin_run(s);
	announce_unseen_end(seen);
}

static void explorer_access(struct sched *s, struct task *t, const volatile void *object,
			    unsigned int how)
{
	void *seen = announce_unseen_begin();

	note_access(s, t, object, how);
	announce_unseen_end(seen);
}

static struct task *explorer_choose(struct sched *s, struct task *t, task_set run,
				    struct task *dflt, enum switch_reason why)
{
	void *seen = announce_unseen_begin();
	struct task *next = choose(s, t, run, dflt, why);

	announce_unseen_end(seen);
	return next;
}

static const struct sched_strategy hooks = {
	.begin = explorer_begin,
	.choose = explorer_choose,
	.spawned = explorer_spawned,
	.yielded = explorer_yielded,
	.access = explorer_access,
	.moves_tasks = explorer_moves_tasks,
};

struct explorer *explorer_create(const struct explorer_params *p)
{
	struct explorer *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->strategy = hooks;
	e->p = *p;
	if (!e->p.memory)
		e->p.memory = DEFAULT_MEMORY;
	e->bounded = p->bounds.preemptions != EXPLORE_ALL || p->bounds.interrupts != EXPLORE_ALL ||
		     p->bounds.migrations;
	if (p->reduce)
		e->reduction = reduction_create();
	if (order_init(&e->order) || (p->reduce && !e->reduction)) {
		explorer_destroy(e);
		return NULL;
	}
	return e;
}

void explorer_destroy(struct explorer *e)
{
	if (!e)
		return;
	order_fini(&e->order);
	reduction_destroy(e->reduction);
	keys_clear(&e->seen);
	keys_clear(&e->traces);
	free(e->place);
	free(e->option);
	free(e);
}

const struct sched_strategy *explorer_strategy(struct explorer *e)
{
	return &e->strategy;
}

/* With reduction: the next option whose task was noted. Return: whether there is one. */
static bool next_noted(const struct explorer *e, struct place *p)
{
	task_set left;

	p->done |= TASK_BIT(e->option[p->first + p->at].task);
	left = p->todo & ~p->done & ~p->sleep;
	if (!left)
		return false;
	for (p->at = 0; !(left & TASK_BIT(e->option[p->first + p->at].task));)
		p->at++;
	return true;
}

bool explorer_next(struct explorer *e)
{
	if (!e->begun) {
		e->begun = true;
		return !e->stats.exhausted;
	}
	while (e->nr_places) {
		struct place *p = &e->place[e->nr_places - 1];

		if (e->reduction ? next_noted(e, p) : p->at + 1 < p->nr && ++p->at)
			return true;
		e->nr_places--;
	}
	e->stats.exhausted = true;
	return false;
}

/* Return: whether it is new. */
static bool count_trace(struct explorer *e)
{
	struct hash128 sum = e->order.sum;

	/* A run without a choice has none; so has its set of events. */
	sum.a |= !(sum.a | sum.b);
	switch (keys_insert(&e->traces, sum, e->p.memory)) {
	case KEYS_NEW:
		e->stats.traces++;
		e->stats.digest = hash_add(e->stats.digest, sum);
		return true;
	case KEYS_FULL:
		e->stats.full = true;
		return true;
	default:
		e->stats.redundant++;
		return false;
	}
}

bool explorer_ended(struct explorer *e, const struct sched_result *r)
{
	bool short_run = e->branches < SHARD_DEPTH && e->p.nr_shards;

	e->stats.runs++;
	e->stats.deepest = max(e->stats.deepest, (u64)e->branches);
	e->stats.deep |= r->taken_overflow;
	if (e->foreign || (short_run && e->shard_hash % e->p.nr_shards != e->p.shard)) {
		e->stats.foreign++;
		return false;
	}
	e->stats.blocked += e->idle;
	if (e->cut) {
		e->stats.redundant++;
		return false;
	}
	if (e->reduction && r->report.oracle != ORACLE_NONE)
		reduction_stopped(e);
	return count_trace(e);
}

const struct explore_stats *explorer_stats(struct explorer *e)
{
	e->stats.memory = keys_bytes(&e->seen) + keys_bytes(&e->traces) +
			  e->max_places * sizeof(*e->place) + e->max_options * sizeof(*e->option);
	return &e->stats;
}

double explorer_done(const struct explorer *e)
{
	double done = 0, part = 1;

	if (e->stats.exhausted)
		return 1;
	for (u32 i = 0; i < e->nr_places; i++) {
		part /= e->place[i].nr;
		done += part * e->place[i].at;
	}
	return done;
}
