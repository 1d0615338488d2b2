/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explore.c - search for a schedule under which a program fails.
 *
 * Some strategies spread what they do over the length of a run. A first, sequential run measures
 * that length.
 */
#include "explore.h"

#include <stdlib.h>
#include <string.h>

#include "sched/clock.h"
#include "sched/random.h"
#include "sched/sched.h"

void explore_schedule(const struct explore *e, u64 run, struct schedule *s)
{
	s->kind = e->kind;
	s->odds = e->odds;
	s->depth = e->depth;
	s->length = e->length;
	s->seed = e->seed + run - 1;
	s->nr = 0;
}

void explore_turns(const struct program *p, u64 *random, struct schedule *s)
{
	u32 left[PROGRAM_MAX_TASKS] = {0};

	for (u32 i = 0; i < p->nr_ops; i++)
		left[p->op[i].task]++;
	s->kind = SCHEDULE_TURNS;
	s->nr = p->nr_ops;
	for (u32 i = 0; i < s->nr; i++) {
		u32 n = random_below(random, s->nr - i), t = 0;

		while (n >= left[t])
			n -= left[t++];
		left[t]--;
		s->changes[i] = (struct change){.task = SCHED_TASK_FIRST + t};
	}
}

static bool runs_left(const struct explore *e)
{
	bool by_chance = schedule_info[e->kind].takes & SCHEDULE_TAKES_SEED;

	return e->begun < (by_chance ? e->runs : 1);
}

bool explore_left(const struct explore *e)
{
	return runs_left(e) && (!e->deadline || clock_seconds() < e->deadline);
}

static void count_digest(struct explore *e, u64 digest)
{
	u32 at = (digest * 0x9e3779b97f4a7c15ULL) >> 44;

	_Static_assert(EXPLORE_DIGESTS == 1u << 20, "the hash has as many bits");
	if (e->many || !digest)
		return;
	while (e->digest[at]) {
		if (e->digest[at] == digest)
			return;
		at = (at + 1) % EXPLORE_DIGESTS;
	}
	e->digest[at] = digest;
	if (++e->distinct > EXPLORE_DIGESTS / 4 * 3)
		e->many = true;
}

/* A copy of the program with another schedule, which shares the operations. */
static struct program *borrow(const struct program *p)
{
	struct program *q = malloc(sizeof(*q));

	if (!q)
		return NULL;
	memcpy(q, p, sizeof(*q));
	q->schedule.kind = SCHEDULE_SPARSE;
	q->schedule.nr = 0;
	return q;
}

static int estimate_length(struct explore *e, const struct program *p, const struct runner *runner)
{
	struct exec_result r;
	int err = runner_run(runner, p, NULL, &r);

	if (err < 0)
		return err;
	/* The length of a run that fails or dies means little: any length will do. */
	e->length = r.sched.steps ? min(r.sched.steps, (u64)PROGRAM_MAX_STEP) : 100;
	return 0;
}

int explore(struct explore *e, const struct program *p, const struct runner *runner)
{
	struct program *q = borrow(p);
	int found = 0;

	if (!q)
		return -ENOMEM;
	if ((schedule_info[e->kind].takes & SCHEDULE_TAKES_LENGTH) && !e->length)
		found = estimate_length(e, q, runner);
	while (!found && runs_left(e)) {
		/* Not at each run: the clock and the terminal cost time. */
		if (!(e->begun & 15)) {
			if (!explore_left(e))
				break;
			if (e->progress)
				e->progress(e);
		}
		explore_schedule(e, ++e->begun, &q->schedule);
		found = runner_run(runner, q, NULL, &e->result);
		e->ended = e->begun;
		count_digest(e, e->result.sched.digest);
	}
	free(q);
	return found;
}

void explore_died(struct explore *e, enum oracle oracle, const char *text)
{
	e->ended = e->begun;
	e->result = (struct exec_result){0};
	e->result.sched.report.oracle = oracle;
	e->result.sched.report.op = -1;
	snprintf(e->result.sched.report.text, MM_REPORT_TEXT, "%s", text);
}

/* Return: 0 if @p fails again in the same way, -EILSEQ if not, or another error number. */
static int repeats(const struct program *p, const struct runner *runner,
		   const struct exec_result *r)
{
	struct exec_result again;
	int ret = runner_run(runner, p, NULL, &again);

	if (ret < 0)
		return ret;
	if (!ret || again.sched.report.oracle != r->sched.report.oracle ||
	    again.sched.digest != r->sched.digest)
		return -EILSEQ;
	return 0;
}

int explore_pin(struct program *p, const struct runner *runner, struct exec_result *r)
{
	/* The run writes its list while it reads its schedule: they need separate memory. */
	struct schedule *list = calloc(2, sizeof(*list)), *own = list + 1;
	int ret;

	if (!list)
		return -ENOMEM;
	ret = runner_run(runner, p, list, r);
	if (ret <= 0) {
		ret = ret ? ret : -ENOENT;
		goto out;
	}
	p->expect = r->sched.report.oracle;
	p->digest = r->sched.digest;
	p->shows = 0;
	if (r->sched.taken_overflow) {
		ret = -EILSEQ;
		goto out;
	}
	*own = p->schedule;
	p->schedule = *list;
	ret = repeats(p, runner, r);
	if (ret)
		p->schedule = *own;
out:
	free(list);
	return ret;
}
