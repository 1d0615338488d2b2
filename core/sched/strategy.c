/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strategy.c - the choice at a step: ask the strategy of the run, and record its choices.
 *
 * Each choice that differs from the default rule goes to the list @taken. That list, given back as
 * SCHEDULE_SPARSE, makes the same choices at the same steps, since the steps up to each choice are
 * the same.
 */
#include "strategy.h"

static const struct sched_strategy *const strategies[NR_SCHEDULE_KINDS] = {
#define X(enumerator, number, symbol, name, takes, help)                                           \
	[SCHEDULE_##enumerator] = &strategy_##symbol,
	SCHED_STRATEGIES(X)
#undef X
};

static const struct sched_strategy *strategy_of(const struct sched_params *p,
						const struct schedule *schedule)
{
	if (unlikely(p->vtime))
		return &strategy_vtime;
	if (unlikely(p->strategy))
		return p->strategy;
	if (unlikely(schedule->kind >= NR_SCHEDULE_KINDS))
		return &strategy_sequential;
	return strategies[schedule->kind];
}

void strategy_begin(struct sched *s, const struct sched_params *p)
{
	static const struct schedule sequential = {.kind = SCHEDULE_SEQUENTIAL};
	struct schedule *taken = p->taken;

	s->schedule = p->schedule ? p->schedule : &sequential;
	s->strategy = strategy_of(p, s->schedule);
	s->taken = taken;
	if (taken) {
		taken->kind = SCHEDULE_SPARSE;
		taken->odds = taken->depth = 1;
		taken->length = 1;
		taken->seed = 0;
		taken->nr = 0;
	}
	s->ask_from = 0;
	if (s->strategy->begin)
		s->strategy->begin(s);
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

static unsigned int next_possible(u64 possible, unsigned int cpu)
{
	u64 rest = possible >> cpu;

	return rest ? cpu + (unsigned int)__builtin_ctzll(rest)
		    : (unsigned int)__builtin_ctzll(possible);
}

void strategy_move(struct sched *s, unsigned int task, unsigned int cpu)
{
	struct task *t;

	if (task >= SCHED_MAX_TASKS || cpu >= s->nr_cpus)
		return;
	if (s->params->possible)
		cpu = next_possible(s->params->possible, cpu);
	t = &s->task[task];
	if (t->state != TASK_LIVE || t->source || !preemptible(t) || t->cpu == cpu)
		return;
	task_move(s, t, cpu);
	record(s, CHANGE_MIGRATE, task, cpu);
}

/* A switch that the default rule makes by itself, after a task was moved, needs no entry. */
static void record_switch(struct sched *s, const struct task *pick, const struct task *dflt)
{
	task_set run = runnable(s);

	if ((run & dflt->bit) || pick != strategy_lowest(s, run))
		record(s, CHANGE_SWITCH, pick->number, 0);
}

void strategy_access(struct sched *s, struct task *t, const volatile void *object, unsigned int how)
{
	s->strategy->access(s, t, object, how);
}

void strategy_cut(struct sched *s)
{
	run_abandon(s, current);
}

struct task *strategy_choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
			     enum switch_reason why)
{
	struct task *pick = s->strategy->choose(s, t, run, dflt, why);

	if (pick != dflt && s->taken)
		record_switch(s, pick, dflt);
	return pick;
}

bool sched_moves_tasks(void)
{
	const struct sched *s = current ? current->sched : NULL;

	return s && s->strategy->moves_tasks && s->strategy->moves_tasks(s);
}
