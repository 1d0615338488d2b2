/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_schedule.c - the "schedule" line of the text form: reading it.
 *
 * Lists (changes and turns) may go on in further lines, each of which begins like the first.
 */
#include <string.h>

#include "fields.h"
#include "sched/schedule.h"
#include "text_parser.h"

/* The number of a worker, "w0" to "w14", or -1. */
static int worker_number(const struct word *w)
{
	int n = 0;
	u32 i;

	if (w->len < 2 || w->len > 3 || w->s[0] != 'w' || (w->len == 3 && w->s[1] == '0'))
		return -1;
	for (i = 1; i < w->len; i++) {
		if (w->s[i] < '0' || w->s[i] > '9')
			return -1;
		n = n * 10 + w->s[i] - '0';
	}
	return n <= SCHED_WORKER_LAST - SCHED_WORKER_FIRST ? SCHED_WORKER_FIRST + n : -1;
}

/* The kind of schedule of that name, or NR_SCHEDULE_KINDS. */
static unsigned int strategy_named(const struct word *w)
{
	unsigned int kind = 0;

	while (kind < NR_SCHEDULE_KINDS && !word_is(w, schedule_info[kind].name))
		kind++;
	return kind;
}

bool task_name_reserved(const struct word *w)
{
	if (strategy_named(w) < NR_SCHEDULE_KINDS)
		return true;
	return word_is(w, "init") || word_is(w, "rcu") || worker_number(w) >= 0;
}

/* The number of sched.h that a name stands for; -EINVAL with an error noted. */
static int parse_task(struct parser *ps, const struct word *w, bool turns)
{
	const char *names[2] = {"init", "rcu"};
	u32 t;

	for (t = 0; t < ps->tasks; t++)
		if (word_same(&ps->name[t], w))
			return (int)(SCHED_TASK_FIRST + t);
	if (!turns) {
		if (word_is(w, names[0]))
			return SCHED_TASK_INIT;
		if (word_is(w, names[1]))
			return SCHED_TASK_RCU;
		if (worker_number(w) >= 0)
			return worker_number(w);
	}
	return lex_fail(&ps->lx, w, "found %s, expected a task%s named before this line",
			word_quote(w).s, turns ? "" : ", init, rcu or w0 to w14");
}

static struct change *add_change(struct parser *ps, const struct word *w)
{
	struct schedule *s = &ps->p->schedule;

	if (s->nr < SCHEDULE_MAX)
		return &s->changes[s->nr++];
	lex_fail(&ps->lx, w, "more than %d entries in a schedule", SCHEDULE_MAX);
	return NULL;
}

/* "TASK" or "TASK*OPERATIONS", any number of times. */
static int parse_turns(struct parser *ps, struct word w)
{
	for (; w.len; w = lex_word(&ps->lx)) {
		struct word name = w, times;
		struct change *c;
		u64 n = 1;
		int t;

		if (word_split(&w, '*', &name, &times)) {
			if (lex_number(&ps->lx, &times, &n, NULL))
				return -EINVAL;
			if (!n || n > PROGRAM_MAX_OPS)
				return lex_fail(&ps->lx, &times,
						"found %s operations, expected 1 to %u",
						word_quote(&times).s, PROGRAM_MAX_OPS);
		}
		t = parse_task(ps, &name, true);
		if (t < 0)
			return t;
		c = add_change(ps, &w);
		if (!c)
			return -EINVAL;
		*c = (struct change){.task = (u8)t, .step = (u32)n - 1};
	}
	return 0;
}

/* "@STEP TASK" or "@STEP TASK>CPU", any number of times. */
static int parse_changes(struct parser *ps, struct word w)
{
	struct schedule *s = &ps->p->schedule;

	for (; w.len; w = lex_word(&ps->lx)) {
		struct word step = {w.s + 1, w.len - 1, w.column + 1}, task, name, cpu;
		u32 before = s->nr ? s->changes[s->nr - 1].step : 1;
		struct change c = {.kind = CHANGE_SWITCH};
		u64 x;
		int t;

		if (w.s[0] != '@')
			return lex_fail(&ps->lx, &w, "found %s, expected @STEP", word_quote(&w).s);
		if (lex_number(&ps->lx, &step, &x, NULL))
			return -EINVAL;
		if (x < before || x > PROGRAM_MAX_STEP)
			return lex_fail(&ps->lx, &w,
					"step %.*s is out of order or range, expected %u to %u",
					(int)min(step.len, 24u), step.s, before, PROGRAM_MAX_STEP);
		c.step = (u32)x;
		task = lex_word(&ps->lx);
		name = task;
		if (word_split(&task, '>', &name, &cpu)) {
			c.kind = CHANGE_MIGRATE;
			if (lex_number(&ps->lx, &cpu, &x, NULL))
				return -EINVAL;
			if (x >= ps->p->machine.cpus)
				return lex_fail(&ps->lx, &cpu,
						"CPU %.*s is out of range, the machine has %u",
						(int)min(cpu.len, 24u), cpu.s, ps->p->machine.cpus);
			c.cpu = (u16)x;
		}
		t = parse_task(ps, &name, false);
		if (t < 0)
			return t;
		c.task = (u8)t;
		if (s->nr == SCHEDULE_MAX)
			return lex_fail(&ps->lx, &w, "more than %d entries in a schedule",
					SCHEDULE_MAX);
		s->changes[s->nr++] = c;
	}
	return 0;
}

/* "seed=N" and the numbers that the strategy takes. */
static int parse_numbers(struct parser *ps)
{
	static const struct operand seed = {.name = "seed"};
	const struct schedule_field *field[NR_SCHEDULE_FIELDS];
	const struct operand *o[NR_SCHEDULE_FIELDS + 1];
	struct schedule *s = &ps->p->schedule;
	struct word w, name, value;
	unsigned int nr = 0;
	u64 bits = 0, seed_bit;
	u32 x;

	for (unsigned int i = 0; i < NR_SCHEDULE_FIELDS; i++) {
		const struct schedule_field *f = &schedule_fields[i];

		if (!schedule_takes(s, f->taken))
			continue;
		*schedule_ref(s, f) = f->number->def;
		field[nr] = f;
		o[nr++] = f->number;
	}
	seed_bit = BIT_ULL(nr);
	if (schedule_takes(s, SCHEDULE_TAKES_SEED))
		o[nr++] = &seed;
	if (!nr)
		return 0; /* nothing follows: left for the caller to find */
	for (w = lex_word(&ps->lx); w.len; w = lex_word(&ps->lx)) {
		int k;

		/* The seed is the one number of 64 bits. */
		if (o[nr - 1] == &seed && word_split(&w, '=', &name, &value) &&
		    word_is(&name, seed.name)) {
			if (bits & seed_bit)
				return lex_fail(&ps->lx, &w, "'seed' is given twice");
			bits |= seed_bit;
			if (lex_number(&ps->lx, &value, &s->seed, NULL))
				return -EINVAL;
			continue;
		}
		k = parse_attribute(ps, &w, o, nr, &bits, &x);
		if (k < 0)
			return k;
		*schedule_ref(s, field[k]) = x;
	}
	return 0;
}

int parse_schedule(struct parser *ps)
{
	struct schedule *s = &ps->p->schedule;
	struct word w = lex_word(&ps->lx), keyword = w;
	unsigned int kind = strategy_named(&w);

	if (kind < NR_SCHEDULE_KINDS)
		w = lex_word(&ps->lx);
	else
		kind = !w.len || w.s[0] == '@' ? SCHEDULE_SPARSE : SCHEDULE_TURNS;
	if (ps->seen[LINE_SCHEDULE] &&
	    (kind != s->kind || !(schedule_info[kind].takes & SCHEDULE_TAKES_LIST)))
		return lex_fail(&ps->lx, &keyword, "'schedule' is given twice, first in line %u",
				ps->seen[LINE_SCHEDULE]);
	s->kind = (u8)kind;
	if (schedule_takes(s, SCHEDULE_TAKES_CHANGES))
		return parse_changes(ps, w);
	if (schedule_takes(s, SCHEDULE_TAKES_TURNS))
		return parse_turns(ps, w);
	ps->lx.at = w.s;
	return parse_numbers(ps);
}
