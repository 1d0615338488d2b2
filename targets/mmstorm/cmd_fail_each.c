/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_fail_each.c - mmstorm run --fail-each: each request of a program fails in turn.
 *
 * `expect`, `digest` and `shows` lines belong to another plan and are ignored: no run may have a
 * finding. One child does all runs, so a run costs no fork.
 */
#include "cmd_fail_each.h"

#include <string.h>

#include "tool/fail_each.h"
#include "tool/isolate.h"
#include "tool/output.h"

static const char *progress_path;

static void show_progress(const struct fail_each *f)
{
	if (f->failing)
		cli_progress("%s: request %u of %llu fails", progress_path, f->failing,
			     f->requests);
}

static int fail_each_in_child(struct fail_each *f, struct program *p)
{
	struct isolate_options options = {.seconds = ISOLATE_SECONDS, .brief = true};
	struct isolate *i = isolate_create(&options);
	struct runner runner = {isolate_run, i};
	int ret = i ? fail_each(f, p, &runner) : -ENOMEM;

	isolate_destroy(i);
	return ret;
}

static int fail_each_in_process(struct fail_each *f, struct program *p)
{
	struct executor *x = executor_create();
	struct runner runner = {run_in_process, x};
	int ret = x ? fail_each(f, p, &runner) : -ENOMEM;

	executor_destroy(x);
	return ret;
}

static void print_json(const char *path, const struct program *p, const struct fail_each *f,
		       bool found, const char *output)
{
	struct json_object *j = json_object_new_object();

	json_object_object_add(j, "file", json_object_new_string(path));
	json_object_object_add(j, "target", json_object_new_string(target_table[p->target].name));
	json_object_object_add(j, "outcome", json_object_new_string(found ? "finding" : "ok"));
	json_object_object_add(j, "requests", json_object_new_int64((s64)f->requests));
	json_object_object_add(j, "failed", json_object_new_int64(f->failed));
	if (f->cut)
		json_object_object_add(j, "cut", json_object_new_boolean(true));
	if (found)
		json_object_object_add(j, "failed_request", json_object_new_int64(f->failing));
	cli_json_report(j, p, &f->result.sched.report);
	if (found)
		json_object_object_add(j, "digest", cli_json_hex(f->result.sched.digest));
	if (found && output)
		json_object_object_add(j, "output", json_object_new_string(output));
	cli_json(j);
}

static void print_finding(const char *path, const struct program *p, const struct fail_each *f,
			  bool had_plan, const char *output)
{
	const struct report *r = &f->result.sched.report;

	if (f->failing)
		printf("%s: request %u fails: %s: %s\n", path, f->failing, oracle_id(r->oracle),
		       r->text);
	else
		printf("%s: no request fails: %s: %s\n", path, oracle_id(r->oracle), r->text);
	cli_print_where(stdout, p, r);
	if (output)
		printf("  written to %s\n  replay: %s run %s\n", output, program_invocation_name,
		       output);
	else if (f->failing)
		printf("  to reproduce it, %s: fail at=%u\n",
		       had_plan ? "replace the program's `fail` line by"
				: "add before the first task",
		       f->failing);
	else if (had_plan)
		printf("  to reproduce it, remove the program's `fail` line\n");
}

static bool has_plan(const struct program *p)
{
	const struct program_fail *f = &p->fail;

	return f->at0 || f->at1 || f->at2 || f->at3 || f->every;
}

int fail_each_run(const char *path, struct program *p, const struct common_options *common,
		  const char *output)
{
	struct fail_each f = {.progress = show_progress};
	bool had_plan = has_plan(p);
	int ret, err;

	p->expect = ORACLE_NONE;
	p->digest = 0;
	p->shows = 0;
	if (common->strategy.given)
		cli_strategy_schedule(&common->strategy, p, &p->schedule);
	progress_path = path;
	ret = common->in_process ? fail_each_in_process(&f, p) : fail_each_in_child(&f, p);
	cli_progress_end();
	if (ret < 0)
		return cli_error("%s: cannot run the program: %s", path, strerror(-ret));
	if (ret && output) {
		p->expect = f.result.sched.report.oracle;
		p->digest = f.result.sched.digest;
		err = output_program(output, p);
		if (err)
			return cli_error("%s: %s", output, strerror(-err));
	}
	if (common->json)
		print_json(path, p, &f, ret, output);
	else if (ret)
		print_finding(path, p, &f, had_plan, output);
	else if (f.cut)
		printf("%s: ok, each of the first %u requests failed in turn\n", path, f.failed);
	else
		printf("%s: ok, each of %u requests failed in turn\n", path, f.failed);
	if (!ret && !common->json && f.no_boot)
		printf("%s: but the machine did not boot, so no operation ran\n", path);
	return ret ? EXIT_FINDING : EXIT_CLEAN;
}
