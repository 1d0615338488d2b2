/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.c - one fuzz input: decode it, run it, and end the process at a finding.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "end.h"
#include "exec/exec.h"
#include "program/bytes.h"
#include "program/text.h"
#include "tool/finding.h"
#include "world/backends.h"
#include "watchdog.h"

/* More operations than fit in inputs of the usual length: 4 KiB hold some 250. */
#define USUAL_OPS 1024

/* Kept for the life of the process. */
static struct executor *executor;
static struct program program;
static bool known[NR_ORACLES];
static const struct implementation *on;

/* MMSTORM_KNOWN=id,id,..: findings of these oracles do not end the process. */
static void read_known(const char *ids)
{
	char id[32];
	size_t n;

	for (; ids && *ids; ids += n + (ids[n] == ',')) {
		enum oracle o;

		n = strcspn(ids, ",");
		snprintf(id, sizeof(id), "%.*s", (int)n, ids);
		o = oracle_by_id(id);
		if (o == NR_ORACLES) {
			fprintf(stderr, "mmstorm: MMSTORM_KNOWN: found '%s', expected an oracle\n",
				id);
			_exit(2);
		}
		known[o] = true;
	}
}

/* MMSTORM_ON=NAME: run on the allocators of an implementation. */
static void read_on(const char *name)
{
	on = name ? implementation_by_name(name) : implementations[0];
	if (on)
		return;
	fprintf(stderr, "mmstorm: MMSTORM_ON: found '%s', expected one of", name);
	for (u32 i = 0; implementations[i]; i++)
		fprintf(stderr, " %s", implementations[i]->name);
	fputc('\n', stderr);
	_exit(2);
}

/* A wrong set-up is not a finding, but fuzzers take exit() for one: use _exit(). */
void fuzz_set_up(void)
{
	read_known(getenv("MMSTORM_KNOWN"));
	read_on(getenv("MMSTORM_ON"));
	executor = executor_create();
	program_init(&program, fuzz_target);
	if (!executor || program_reserve(&program, USUAL_OPS)) {
		fprintf(stderr, "mmstorm: out of memory\n");
		_exit(2);
	}
}

static int decode(const u8 *data, size_t size)
{
	struct text_error err;

	if (bytes_magic(data, size))
		return bytes_decode(&program, data, size, NULL) ? -1 : 0;
	if (text_parse(&program, (const char *)data, size, &err))
		return -1;
	/* Targets share their seeds, which are texts. */
	return program_retarget(&program, fuzz_target);
}

/* Write and print a finding. Return: the function that ends the process at it. */
static end_process_fn *keep_finding(const struct report *r, u64 digest)
{
	finding_watch(NULL);
	fprintf(stderr, "mmstorm: %s: %s\nmmstorm: task %s, operation %d, step %llu\n",
		oracle_id(r->oracle), r->text, r->task, r->op, r->step);
	finding_print(&program, r->oracle, digest);
	return end_of_oracle(r->oracle);
}

static end_process_fn *on_report(void *arg, const struct report *r, u64 digest)
{
	if (known[r->oracle])
		return NULL;
	watchdog_end_run();
	return keep_finding(r, digest);
}

int fuzz_one(const u8 *data, size_t size)
{
	struct exec_options options = {.on_report = on_report};
	char why[REFUSAL_MAX];
	struct exec_result r;
	int found;

	if (!executor)
		fuzz_set_up();
	options.on = on;
	if (decode(data, size) || program.target != fuzz_target)
		return -1;
	if (implementation_refuses(on, &program, why))
		return -1;
	finding_watch(&program);
	watchdog_begin_run(&program);
	found = exec_program(executor, &program, &options, &r);
	watchdog_end_run();
	finding_watch(NULL);
	/* A data race; other findings have ended the process where they were made. */
	if (found && !known[r.sched.report.oracle])
		keep_finding(&r.sched.report, r.sched.digest)();
	return found ? -1 : 0;
}
