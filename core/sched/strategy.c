/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strategy.c - who runs next, at a step: the five kinds of schedule.
 *
 * PCT is probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte,
 * ASPLOS 2010): tasks have random priorities, the highest one runs, and at
 * depth - 1 random steps the running task falls below all others. A task that yields
 * falls likewise, or two tasks that wait for a third in a loop would starve it.
 *
 * Where the running task can go on, a random walk switches with probability 1/odds: switching
 * at each step would keep all tasks at the same progress and miss what needs one to run
 * far ahead. Where it cannot, any task is as likely.
 *
 * Whatever chose, each choice that differs from the default rule is written to @taken; given
 * back as SCHEDULE_SPARSE, this list makes the same choices at the same steps, since
 * the steps up to each choice are the same.
 */
#include "engine.h"
#include "random.h"

/* Virtual time decides; not a kind that a caller can ask for. */
#define KIND_VTIME NR_SCHEDULE_KINDS

static u64 rng_below(struct sched *s, u64 n)
{
	return (u64)((unsigned __int128)random_next(&s->rng) * n >> 64);
}

/* Steps at which the running task is demoted, ascending; more than the table holds are cut. */
static void pct_begin(struct sched *s, const struct schedule *schedule)
{
	u32 n = schedule->depth > 1 ? schedule->depth - 1u : 0;
	u32 length = max(schedule->length, 1u);

	s->nr_demotions = min(n, (u32)MAX_DEMOTIONS);
	for (u32 i = 0; i < s->nr_demotions; i++) {
		u32 step = 1 + (u32)rng_below(s, length), j = i;

		for (; j && s->demotion[j - 1] > step; j--)
			s->demotion[j] = s->demotion[j - 1];
		s->demotion[j] = step;
	}
}

void strategy_begin(struct sched *s, const struct schedule *schedule, struct schedule *taken)
{
	static const struct schedule sequential = {.kind = SCHEDULE_SPARSE};
	static const struct schedule vtime = {.kind = KIND_VTIME};

	if (s->vtime)
		schedule = &vtime;
	else if (!schedule)
		schedule = &sequential;
	s->schedule = schedule;
	s->lowest = 0;
	s->pos = 0;
	s->turn = 0;
	s->rng = schedule->seed;
	s->next_change = 0;
	if (schedule->kind == SCHEDULE_SPARSE)
		s->next_change = schedule->nr ? schedule->changes[0].step : UINT64_MAX;
	else if (schedule->kind == SCHEDULE_PCT)
		pct_begin(s, schedule);
	s->taken = taken;
	if (taken) {
		taken->kind = SCHEDULE_SPARSE;
		taken->odds = taken->depth = 1;
		taken->length = 1;
		taken->seed = 0;
		taken->nr = 0;
	}
}

void strategy_spawned(struct sched *s, struct task *t)
{
	/* Above all demoted ones. */
	if (s->schedule->kind == SCHEDULE_PCT)
		t->priority = (s64)(random_next(&s->rng) >> 1 | 1);
	else
		t->priority = s->vtime ? vtime_priority(t) : 0;
}

void strategy_yields(struct sched *s, struct task *t)
{
	if (s->schedule->kind == SCHEDULE_PCT || s->vtime)
		t->priority = --s->lowest;
}

static void record(struct sched *s, enum change_kind kind, unsigned int task, unsigned int cpu)
{
	struct schedule *taken = s->taken;

	if (!taken)
		return;
	if (taken->nr == SCHEDULE_MAX || s->step > UINT32_MAX) {
		s->result->taken_overflow = true;
		return;
	}
	taken->changes[taken->nr++] = (struct change){
		.step = (u32)s->step, .kind = (u8)kind, .task = (u8)task, .cpu = (u16)cpu};
}

static void migrate(struct sched *s, const struct change *c)
{
	struct task *t;

	if (c->task >= SCHED_MAX_TASKS || c->cpu >= s->nr_cpus)
		return;
	t = &s->task[c->task];
	if (t->state != TASK_LIVE || t->source || !preemptible(t) || t->cpu == c->cpu)
		return;
	task_move(s, t, c->cpu);
	record(s, CHANGE_MIGRATE, c->task, c->cpu);
}

static struct task *lowest(struct sched *s, task_set run)
{
	return &s->task[task_set_first(run)];
}

/* All changes of this step; those of steps gone by without a choice are passed over. */
static struct task *sparse(struct sched *s, struct task *dflt)
{
	const struct schedule *schedule = s->schedule;
	struct task *pick = NULL;
	task_set run;

	for (; s->pos < schedule->nr && schedule->changes[s->pos].step <= s->step; s->pos++) {
		const struct change *c = &schedule->changes[s->pos];

		if (c->step < s->step)
			continue;
		if (c->kind == CHANGE_MIGRATE)
			migrate(s, c);
		else if (c->task < SCHED_MAX_TASKS && (runnable(s) & s->task[c->task].bit))
			pick = &s->task[c->task];
	}
	s->next_change = s->pos < schedule->nr ? schedule->changes[s->pos].step : UINT64_MAX;
	run = runnable(s);
	if (pick && (run & pick->bit))
		return pick;
	return run & dflt->bit ? dflt : lowest(s, run);
}

static struct task *turns(struct sched *s, task_set run, struct task *dflt)
{
	const struct schedule *schedule = s->schedule;

	for (; s->pos < schedule->nr; s->pos++, s->turn = 0) {
		unsigned int n = schedule->changes[s->pos].task;

		if (n >= SCHED_MAX_TASKS || s->task[n].state == TASK_DONE)
			continue;
		return run & s->task[n].bit ? &s->task[n] : dflt;
	}
	return dflt;
}

static struct task *round_robin(struct sched *s, const struct task *t, task_set run)
{
	task_set later = task_set_above(run, t->bit);

	return lowest(s, later ? later : run);
}

static struct task *random_walk(struct sched *s, const struct task *t, task_set run,
				struct task *dflt)
{
	u32 odds = s->schedule->odds;

	if ((run & t->bit) && odds > 1 && rng_below(s, odds))
		return dflt;
	return &s->task[task_set_nth(run, (unsigned int)rng_below(s, task_set_count(run)))];
}

static struct task *pct(struct sched *s, struct task *t, task_set run)
{
	struct task *best = NULL;
	unsigned int i;

	while (s->pos < s->nr_demotions && s->demotion[s->pos] <= s->step) {
		t->priority = --s->lowest;
		s->pos++;
	}
	for_each_task (i, run)
		if (!best || s->task[i].priority > best->priority)
			best = &s->task[i];
	return best;
}

struct task *strategy_choose(struct sched *s, struct task *t, task_set run, struct task *dflt)
{
	struct task *pick;

	switch (s->schedule->kind) {
	case SCHEDULE_SPARSE:
		pick = sparse(s, dflt);
		/* What a migration made of the default rule needs no entry. */
		run = runnable(s);
		if (!(run & dflt->bit))
			dflt = lowest(s, run);
		break;
	case SCHEDULE_TURNS:
		pick = turns(s, run, dflt);
		break;
	case SCHEDULE_ROUND_ROBIN:
		pick = round_robin(s, t, run);
		break;
	case SCHEDULE_RANDOM:
		pick = random_walk(s, t, run, dflt);
		break;
	case SCHEDULE_PCT:
		pick = pct(s, t, run);
		break;
	case KIND_VTIME:
		pick = vtime_choose(s, run);
		break;
	default:
		pick = dflt;
	}
	if (pick != dflt)
		record(s, CHANGE_SWITCH, pick->number, 0);
	return pick;
}

void strategy_turn(struct sched *s, struct task *t)
{
	const struct schedule *schedule = s->schedule;

	if (schedule->kind != SCHEDULE_TURNS || s->pos >= schedule->nr ||
	    schedule->changes[s->pos].task != t->number)
		return;
	if (s->turn++ < schedule->changes[s->pos].step)
		return;
	s->pos++;
	s->turn = 0;
}
