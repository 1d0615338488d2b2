/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_run.c - run one program in a fuzz target, and end the process at a finding.
 */
#include "fuzz_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "end.h"
#include "exec/exec.h"
#include "known.h"
#include "tool/finding.h"
#include "watchdog.h"
#include "world/backends.h"

/* Kept for the life of the process. */
static struct executor *executor;
static const struct implementation *on;
static bool always;

/*
 * MMSTORM_ON=NAME: run on the allocators of an implementation, whatever a program names. Without it
 * programs that name none run on those of the target.
 */
static void read_on(const char *name, const char *of_target)
{
	always = name != NULL;
	name = name ? name : of_target;
	on = name ? implementation_by_name(name) : NULL;
	if (on || !name)
		return;
	fprintf(stderr, "mmstorm: MMSTORM_ON: found '%s', expected one of", name);
	for (u32 i = 0; implementations[i]; i++)
		fprintf(stderr, " %s", implementations[i]->name);
	fputc('\n', stderr);
	_exit(2);
}

/* A wrong set-up is not a finding, but fuzzers take exit() for one: use _exit(). */
void fuzz_run_set_up(const char *implementation)
{
	known_set_up();
	read_on(getenv("MMSTORM_ON"), implementation);
	executor = executor_create();
	if (!executor) {
		fprintf(stderr, "mmstorm: out of memory\n");
		_exit(2);
	}
}

/* Write and print a finding. Return: the function that ends the process at it. */
static end_process_fn *keep_finding(const struct program *p, const struct report *r, u64 digest)
{
	finding_watch(NULL);
	fprintf(stderr, "mmstorm: %s: %s\nmmstorm: task %s, operation %d, step %llu\n",
		oracle_id(r->oracle), r->text, r->task, r->op, r->step);
	finding_print(p, r->oracle, digest);
	return end_of_oracle(r->oracle);
}

static end_process_fn *on_report(void *arg, const struct report *r, u64 digest)
{
	if (known_finding(r))
		return NULL;
	watchdog_end_run();
	return keep_finding(arg, r, digest);
}

bool fuzz_run(struct program *p)
{
	struct exec_options options = {.on_report = on_report, .report_arg = p};
	char why[REFUSAL_MAX];
	struct exec_result r;
	int found;

	if (!executor)
		fuzz_run_set_up(NULL);
	/* A finding says where it was found. */
	if (on && (always || !p->on[0]))
		program_set_on(p, on->name);
	if (implementation_refuses(NULL, p, why))
		return false;
	finding_watch(p);
	watchdog_begin_run(p);
	found = exec_program(executor, p, &options, &r);
	watchdog_end_run();
	finding_watch(NULL);
	/* A data race; other findings have ended the process where they were made. */
	if (found && !known_finding(&r.sched.report))
		keep_finding(p, &r.sched.report, r.sched.digest)();
	return !found;
}
