/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ends.c - a fuzz target whose runs end as the environment variable MMSTORM_END says; see
 * ends_test.sh.
 *
 * It is the target vmap with another exec_program(), put in front by the linker (--wrap).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec/exec.h"
#include "sched/kernel.h"

int __real_exec_program(struct executor *x, const struct program *p, const struct exec_options *o,
			struct exec_result *r);
int __wrap_exec_program(struct executor *x, const struct program *p, const struct exec_options *o,
			struct exec_result *r);

static volatile int sink;

static void fail_one_check(void *arg)
{
	mm_report(ORACLE_OVERLAP, "planted");
}

/* A check of another oracle, in the same function. */
static void fail_other_check(void *arg)
{
	mm_report(ORACLE_STALE, "planted");
}

static void fail(void (*init)(void *arg), const struct exec_options *o, struct exec_result *r)
{
	struct sched *s = sched_create();
	const struct sched_params p = {
		.nr_cpus = 1,
		.on_report = o->on_report,
		.report_arg = o->report_arg,
	};

	if (s)
		sched_run(s, &p, init, NULL, &r->sched);
	sched_destroy(s);
}

static void overflow_heap(void)
{
	volatile char *p = malloc(8);

	sink = p ? p[8] : 0;
}

static void overflow_int(void)
{
	volatile int big = 0x7fffffff;

	sink = big + 1;
}

static void read_uninitialised(void)
{
	volatile char *p = malloc(8);

	if (p && p[3] == 42)
		sink = 1;
}

static void loop(void)
{
	while (!sink)
		;
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

static void take_memory(void)
{
	/* Volatile, or the compiler allocates nothing. */
	static char *volatile kept;

	for (unsigned int i = 0; i < 400; i++) {
		kept = malloc(1 << 20);
		if (kept)
			memset(kept, 1, 1 << 20);
	}
	wait_for_ever();
}

static void access_null(void)
{
	raise(SIGSEGV);
}

static const struct {
	const char *name;
	void (*end)(void);
} ends[] = {
	{"address", overflow_heap}, {"undefined", overflow_int}, {"memory", read_uninitialised},
	{"signal", access_null},    {"timeout", wait_for_ever},	 {"out-of-memory", take_memory},
	{"livelock", loop},
};

int __wrap_exec_program(struct executor *x, const struct program *p, const struct exec_options *o,
			struct exec_result *r)
{
	const char *how = getenv("MMSTORM_END");

	/* libFuzzer begins with an empty input. */
	if (!p->nr_ops || !how)
		return __real_exec_program(x, p, o, r);
	if (!strcmp(how, "oracle"))
		fail(fail_one_check, o, r);
	if (!strcmp(how, "other-oracle"))
		fail(fail_other_check, o, r);
	for (u32 i = 0; i < ARRAY_SIZE(ends); i++)
		if (!strcmp(how, ends[i].name))
			ends[i].end();
	fprintf(stderr, "MMSTORM_END: '%s' did not end the process\n", how);
	_exit(3);
}
