/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize_schedule.c - fewer changes of the schedule.
 *
 * The list of a random walk is long, and most of its changes have no part in the failure: chunks of
 * them are dropped first. The rest may still be a detour in which each change needs the one before.
 * So the pass then tries a single change at every step, and two changes at random steps. Few bugs
 * need more (Burckhardt and others, "A randomized scheduler with probabilistic guarantees of
 * finding bugs", 2010, on the depth of bugs).
 */
#include <string.h>

#include "minimizer.h"
#include "sched/sched.h"

/* Most runs to look for one change that suffices, and for two. */
#define MAX_SINGLE 4000
#define MAX_DOUBLE 2000

/* Steps by which later changes are moved when one is dropped. */
#define MAX_SHIFT 4

static void drop_changes(struct schedule *s, u32 from, u32 nr)
{
	memmove(&s->changes[from], &s->changes[from + nr],
		(s->nr - from - nr) * sizeof(s->changes[0]));
	s->nr -= nr;
}

static bool drop_in_chunks(struct minimizer *m)
{
	bool simpler = false;

	for (u32 chunk = m->best.schedule.nr; chunk; chunk /= 2) {
		u32 end = m->best.schedule.nr;

		while (end && minimizer_begin(m)) {
			u32 from = end > chunk ? end - chunk : 0;

			drop_changes(&m->cand.schedule, from, end - from);
			simpler |= minimizer_try(m, false);
			end = min(from, m->best.schedule.nr);
		}
	}
	return simpler;
}

static bool one_change(struct minimizer *m)
{
	u32 nr_tasks = m->best.nr_tasks + SCHEDULE_OTHER_TASKS;
	u64 runs = m->steps * nr_tasks;

	if (m->best.schedule.nr < 2 || runs > MAX_SINGLE * (u64)m->effort)
		return false;
	for (u64 i = 0; i < runs && minimizer_begin(m); i++) {
		m->cand.schedule.nr = 1;
		m->cand.schedule.changes[0] = (struct change){
			.step = i / nr_tasks + 1,
			.kind = CHANGE_SWITCH,
			.task = schedule_nth_task(m->best.nr_tasks, i % nr_tasks),
		};
		if (minimizer_try(m, false))
			return true;
	}
	return false;
}

static bool two_changes(struct minimizer *m)
{
	u32 steps = min(m->steps, (u64)PROGRAM_MAX_STEP);

	if (m->best.schedule.nr < 3 || steps < 2)
		return false;
	for (u32 i = 0; i < MAX_DOUBLE * m->effort && minimizer_begin(m); i++) {
		u32 a = 1 + minimizer_random(m, steps), b = 1 + minimizer_random(m, steps);
		struct change *c = m->cand.schedule.changes;

		m->cand.schedule.nr = 2;
		c[0] = (struct change){.step = min(a, b),
				       .task = schedule_any_task(m->best.nr_tasks, &m->random)};
		c[1] = (struct change){.step = max(a, b),
				       .task = schedule_any_task(m->best.nr_tasks, &m->random)};
		if (minimizer_try(m, false))
			return true;
	}
	return false;
}

/* Move the changes from the @from-th to before the @to-th by @by steps, if they stay in order. */
static void shift_changes(struct schedule *s, u32 from, u32 to, s64 by)
{
	for (u32 i = from; i < to; i++) {
		s64 step = (s64)s->changes[i].step + by, least = i ? s->changes[i - 1].step : 1;

		s->changes[i].step = (u32)min(max(step, least), (s64)PROGRAM_MAX_STEP);
	}
}

/*
 * Drop @nr changes from the @from-th on, and move the @later-th along, or all from there on. The
 * steps of the other task in between come later or never: the next change comes about as many steps
 * earlier, and so do those after it if that task does not make up for it.
 */
static bool drop_and_shift(struct minimizer *m, u32 from, u32 nr, u32 later)
{
	const struct schedule *s = &m->best.schedule;
	s64 gap = from + 1 < s->nr ? (s64)s->changes[from + 1].step - s->changes[from].step : 0;

	for (s64 by = -MAX_SHIFT; by <= MAX_SHIFT; by++) {
		for (unsigned int i = 0; i < 4; i++) {
			struct schedule *d = &m->cand.schedule;

			if (!minimizer_begin(m))
				return false;
			drop_changes(d, from, nr);
			shift_changes(d, later, i & 2 ? d->nr : later + 1, i & 1 ? by - gap : by);
			if (minimizer_try(m, false))
				return true;
		}
	}
	return false;
}

/*
 * In the list of a random walk many changes are a detour, and none of them can be left out as it
 * is, since the steps after it move.
 */
static bool drop_detours(struct minimizer *m)
{
	bool simpler = false;

	for (u32 from = m->best.schedule.nr; from-- > 0;) {
		for (u32 nr = 2; nr && m->best.schedule.nr > 2; nr--) {
			u32 left = m->best.schedule.nr > from + nr ? m->best.schedule.nr - nr : 0;
			bool dropped = false;

			for (u32 later = from; later < left && !dropped; later++)
				dropped = drop_and_shift(m, from, nr, later);
			simpler |= dropped;
			if (dropped)
				break;
		}
		from = min(from, m->best.schedule.nr);
	}
	return simpler;
}

/* Other runs of the same program fail by shorter lists. */
static bool fewer_changes(struct minimizer *m)
{
	bool simpler = false;

	/* The schedules are the same ones in each round, so more effort would repeat them. */
	for (u32 i = 0; i < MAX_DOUBLE && m->best.schedule.nr > 2; i++) {
		if (!minimizer_begin(m))
			break;
		simpler |= minimizer_try_list(m, i);
	}
	return simpler;
}

bool minimize_schedule(struct minimizer *m)
{
	bool simpler;

	if (m->best.schedule.kind != SCHEDULE_SPARSE)
		return false;
	simpler = drop_in_chunks(m);
	/*
	 * Detours cost many runs: they wait until the program is as short as it gets, and all go at
	 * once, since another round costs more.
	 */
	while (m->effort > 1 && m->best.schedule.nr > 2 && (drop_detours(m) || fewer_changes(m)))
		simpler = true;
	if (one_change(m) || two_changes(m)) {
		simpler = true;
		drop_in_chunks(m);
	}
	return simpler;
}

/*
 * Turns name operations instead of steps: they are easier to read, and keep their meaning when the
 * allocators' code changes.
 */
bool minimize_turns(struct minimizer *m)
{
	const struct schedule *s = &m->best.schedule;
	bool turns = false;

	if (s->kind != SCHEDULE_SPARSE || !s->nr || m->best.nr_ops > 32)
		return false;
	for (u32 i = 0; i < 500 && !turns && minimizer_begin(m); i++) {
		explore_turns(&m->best, &m->random, &m->cand.schedule);
		turns = minimizer_try(m, false);
	}
	/* The default rule mostly does the same as the tail. */
	while (turns && s->nr && minimizer_begin(m)) {
		m->cand.schedule.nr--;
		if (!minimizer_try(m, false))
			break;
	}
	return turns;
}
