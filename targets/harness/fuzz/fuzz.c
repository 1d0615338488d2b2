/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.c - one fuzz input: decode it, run it, and end the process at a finding.
 */
#include "fuzz.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program/bytes.h"
#include "exec/exec.h"
#include "tool/finding.h"
#include "program/text.h"

/* Kept for the life of the process. */
static struct executor *executor;
static struct program program;
static bool known[NR_ORACLES];

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

/* A wrong set-up is not a finding, but fuzzers take exit() for one: use _exit(). */
static void set_up(void)
{
	read_known(getenv("MMSTORM_KNOWN"));
	executor = executor_create();
	if (!executor) {
		fprintf(stderr, "mmstorm: out of memory\n");
		_exit(2);
	}
	program_init(&program, fuzz_target);
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

static void __noreturn end_at(const struct report *r, u64 digest)
{
	char path[PATH_MAX];
	int err = finding_write(&program, r->oracle, digest, path);

	if (err)
		fprintf(stderr, "mmstorm: cannot write the finding: %s\n", strerror(-err));
	else
		fprintf(stderr, "mmstorm-finding: %s %s\n", oracle_id(r->oracle), path);
	fprintf(stderr, "mmstorm: %s: %s\nmmstorm: task %s, operation %d, step %llu\n",
		oracle_id(r->oracle), r->text, r->task, r->op, r->step);
	finding_watch(NULL);
	abort();
}

int fuzz_one(const u8 *data, size_t size)
{
	struct exec_result r;

	if (!executor)
		set_up();
	if (decode(data, size) || program.target != fuzz_target)
		return -1;
	finding_watch(&program);
	if (exec_program(executor, &program, NULL, &r)) {
		if (!known[r.sched.report.oracle])
			end_at(&r.sched.report, r.sched.digest);
		finding_watch(NULL);
		return -1;
	}
	finding_watch(NULL);
	return 0;
}
