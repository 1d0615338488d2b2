/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner.c - runners for this process, for events, and for what was seen elsewhere; see runner.h.
 */
#include "runner.h"

#include <string.h>

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

/* Does an access, "write of 4 bytes by a in FUNCTION ...", lie in @function? */
static bool access_in(const char *text, const char *function)
{
	const char *in = text ? strstr(text, " in ") : NULL;

	return in && strcspn(in + 4, " ") == strlen(function) &&
	       !strncmp(in + 4, function, strlen(function));
}

bool race_in(const struct report *r, const char *a, const char *b)
{
	const char *second = strstr(r->text, ", after ");
	const char *first = r->text;

	return (access_in(first, a) && access_in(second, b)) ||
	       (access_in(first, b) && access_in(second, a));
}

int seen_runner_run(void *arg, const struct program *p, struct schedule *taken,
		    struct exec_result *r)
{
	struct seen_runner *s = arg;
	int ret = runner_run(&s->runner, p, taken, r);

	if (ret <= 0)
		return ret;
	if (r->sched.report.oracle == s->oracle &&
	    (!s->function[0] || race_in(&r->sched.report, s->function[0], s->function[1])))
		return 1;
	s->others[r->sched.report.oracle]++;
	return 0;
}
