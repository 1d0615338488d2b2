/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner.c - runners for this process and for events; see runner.h.
 * runner.h.
 */
#include "runner.h"

int run_in_process(void *arg, const struct program *p, struct schedule *taken,
		   struct exec_result *r)
{
	struct exec_options o = {.taken = taken};

	return exec_program(arg, p, &o, r);
}

int event_runner_run(void *arg, const struct program *p, struct schedule *taken,
		     struct exec_result *r)
{
	const struct event_runner *s = arg;
	int ret = runner_run(&s->runner, p, taken, r);

	return ret ? ret : !(s->events & ~run_event_set(r->events));
}
