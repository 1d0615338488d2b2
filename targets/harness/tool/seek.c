/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seek.c - search for a schedule, and a part of a program, that shows what was seen elsewhere.
 *
 * Parts are made by number, in an order that does not depend on what was run: so a search can go on
 * where an earlier call ended.
 */
#include "seek.h"

#include <stdlib.h>
#include <string.h>

#include "explore.h"
#include "sched/clock.h"
#include "sched/random.h"
#include "sched/sched.h"

/* Runs of a part in the first round, and the most in any round. */
#define PART_RUNS 24
#define PART_RUNS_MAX 3072

/* The length of a run that died is unknown. */
#define DEFAULT_LENGTH 100

/* Every so many runs of a part sweep a preemption over its steps. The others take turns. */
#define SWEEP 4

static const struct {
	u8 kind;
	u32 odds, depth;
} arms[] = {
	{SCHEDULE_RANDOM, 2, 0},  {SCHEDULE_CHANGES, 0, 1}, {SCHEDULE_TURNS, 0, 0},
	{SCHEDULE_RANDOM, 8, 0},  {SCHEDULE_CHANGES, 0, 2}, {SCHEDULE_PCT, 0, 2},
	{SCHEDULE_RANDOM, 32, 0}, {SCHEDULE_CHANGES, 0, 4}, {SCHEDULE_PCT, 0, 3},
};

/**
 * struct split - the operations of a program by task
 * @count: operations of each task
 * @most:  the greatest of these
 * @pairs: pairs of tasks
 * @tails: parts that are the last operations of tasks
 */
struct split {
	u32 count[PROGRAM_MAX_TASKS];
	u32 most;
	u32 pairs;
	u32 tails;
};

static void split_by_task(const struct program *p, struct split *by)
{
	*by = (struct split){.pairs = p->nr_tasks * (p->nr_tasks - 1) / 2};
	for (u32 i = 0; i < p->nr_ops; i++)
		by->count[p->op[i].task]++;
	for (u32 t = 0; t < p->nr_tasks; t++)
		by->most = max(by->most, by->count[t]);
	for (u32 size = 1; size < by->most; size *= 2)
		by->tails += 1 + by->pairs;
	/* Whole tasks, in pairs. */
	by->tails += 1 + by->pairs;
}

/* The whole program, tails, and as many parts from elsewhere. */
static u32 nr_parts(const struct split *by)
{
	return 1 + 2 * by->tails;
}

/* Set @chosen: all tasks, or the pair number @n from 1. */
static void choose_tasks(const struct program *p, u32 n, bool chosen[PROGRAM_MAX_TASKS])
{
	memset(chosen, !n, PROGRAM_MAX_TASKS);
	for (u32 b = 1; n && b < p->nr_tasks; b++) {
		for (u32 a = 0; n && a < b; a++) {
			if (--n)
				continue;
			chosen[a] = true;
			chosen[b] = true;
		}
	}
}

/* Operations that make the objects of those that are kept must be kept as well. */
static void keep_makers(const struct program *p, bool *drop)
{
	for (u32 i = p->nr_ops; i-- > 0;)
		if (!drop[i] && p->op[i].object != PROGRAM_NO_OBJECT)
			drop[p->op[i].object] = false;
}

/*
 * Make @part the part of number @n. Return: 1, 0 if an earlier part of this round is the same, or a
 * negative error number.
 */
static int make_part(const struct seek *s, const struct program *p, const struct split *by, u32 n,
		     struct program *part)
{
	u32 tail = n ? (n - 1) % by->tails : 0, size = 1 << tail / (1 + by->pairs);
	bool elsewhere = n > by->tails, chosen[PROGRAM_MAX_TASKS], fresh = false, *drop;
	u32 seen[PROGRAM_MAX_TASKS] = {0}, from[PROGRAM_MAX_TASKS];
	u64 random = s->seed ^ ((u64)s->round << 32) ^ n;
	int err = program_copy(part, p);

	if (err || !n)
		return err ? err : 1;
	choose_tasks(p, tail % (1 + by->pairs), chosen);
	for (u32 t = 0; t < p->nr_tasks; t++) {
		u32 more = by->count[t] > size ? by->count[t] - size : 0;

		from[t] = elsewhere && more ? random_below(&random, more) : more;
		fresh |= chosen[t] && (elsewhere ? more > 0 : by->count[t] > size / 2);
	}
	if (!fresh)
		return 0;
	drop = calloc(p->nr_ops + 1, sizeof(*drop));
	if (!drop)
		return -ENOMEM;
	for (u32 i = 0; i < p->nr_ops; i++) {
		u32 t = p->op[i].task, at = seen[t]++;

		drop[i] = !chosen[t] || at < from[t] || at >= from[t] + size;
	}
	keep_makers(p, drop);
	program_remove(part, drop);
	free(drop);
	program_repair(part);
	return part->nr_ops > 0 && part->nr_ops < p->nr_ops;
}

static bool time_is_left(const struct seek *s)
{
	if (s->runs && s->begun >= s->runs)
		return false;
	return !s->deadline || clock_seconds() < s->deadline;
}

static u32 part_runs(const struct seek *s)
{
	return min(PART_RUNS << min(s->round, 16u), PART_RUNS_MAX);
}

/*
 * A preemption at each step in turn, by each task, a worker and the callbacks. The sweep of a round
 * goes on where that of the round before ended.
 */
static void sweep(const struct seek *s, const struct program *p, struct schedule *d)
{
	u32 n = s->at / SWEEP + PART_RUNS / SWEEP * ((1u << min(s->round, 16u)) - 1);
	u32 tasks = p->nr_tasks + SCHEDULE_OTHER_TASKS;

	d->kind = SCHEDULE_SPARSE;
	d->nr = 1;
	d->changes[0] = (struct change){
		.step = n / tasks % s->length + 1,
		.kind = CHANGE_SWITCH,
		.task = schedule_nth_task(p->nr_tasks, n % tasks),
	};
}

void seek_schedule(const struct program *p, u32 n, u32 length, u64 seed, struct schedule *s)
{
	u32 arm = n % ARRAY_SIZE(arms);

	s->kind = arms[arm].kind;
	s->odds = arms[arm].odds;
	s->depth = arms[arm].depth;
	s->length = length;
	s->seed = seed;
	s->nr = 0;
	if (s->kind == SCHEDULE_TURNS && p->nr_ops > SCHEDULE_MAX)
		s->kind = SCHEDULE_ROUND_ROBIN;
	else if (s->kind == SCHEDULE_TURNS)
		explore_turns(p, &seed, s);
}

static void set_schedule(const struct seek *s, struct program *p)
{
	struct schedule *d = &p->schedule;

	/* Searches with other seeds have no run in common. */
	seek_schedule(p, s->at - s->at / SWEEP, s->length,
		      s->seed * 0x9e3779b97f4a7c15ULL + s->begun, d);
	if (s->strategy) {
		d->kind = s->strategy->kind;
		d->odds = s->strategy->odds;
		d->depth = s->strategy->depth;
	} else if (s->at % SWEEP == SWEEP - 1) {
		sweep(s, p, d);
	}
}

static int run_once(struct seek *s, const struct program *p)
{
	s->begun++;
	s->at++;
	return runner_run(&s->runner, p, NULL, &s->result);
}

/* The sequential run of a part is one more run of it, and tells its length. */
static int run_sequential(struct seek *s, struct program *p)
{
	int found;

	p->schedule.kind = SCHEDULE_SPARSE;
	p->schedule.nr = 0;
	found = run_once(s, p);
	s->length = (u32)min(s->result.sched.steps, (u64)PROGRAM_MAX_STEP);
	if (!s->length)
		s->length = DEFAULT_LENGTH;
	return found;
}

/* Return: 1 if a run of the part failed, 0 if none did, or a negative error number. */
static int run_part(struct seek *s, struct program *p)
{
	int found = 0;

	/* Its own schedule is that of the whole program alone. */
	if (!s->round && !s->part && !s->at)
		found = run_once(s, p);
	if (!found && s->at <= !(s->round | s->part) && time_is_left(s))
		found = run_sequential(s, p);
	while (!found && s->at < part_runs(s) && time_is_left(s)) {
		if (s->progress && !(s->begun & 15))
			s->progress(s, p);
		set_schedule(s, p);
		found = run_once(s, p);
	}
	return found;
}

int seek(struct seek *s, const struct program *p, struct program *found)
{
	struct split by;

	split_by_task(p, &by);
	while (time_is_left(s)) {
		int ret = make_part(s, p, &by, s->part, found);

		if (ret > 0) {
			ret = run_part(s, found);
			if (ret || s->at < part_runs(s))
				return ret;
		} else if (ret) {
			return ret;
		}
		s->at = 0;
		if (++s->part == nr_parts(&by)) {
			s->part = 0;
			s->round++;
		}
	}
	return 0;
}
