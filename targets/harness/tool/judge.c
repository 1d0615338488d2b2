/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.c - the plainest judge, a run in this process, and one that looks for events; see judge.h.
 */
#include "judge.h"

int judge_here(void *arg, const struct program *p, struct schedule *taken, struct exec_result *r)
{
	struct exec_options o = {.taken = taken};

	return exec_program(arg, p, &o, r);
}

int judge_shows(void *arg, const struct program *p, struct schedule *taken, struct exec_result *r)
{
	const struct judge_shows *s = arg;
	int ret = judge_run(&s->judge, p, taken, r);

	return ret ? ret : !(s->events & ~run_event_set(r->events));
}
