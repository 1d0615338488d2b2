/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_run.c - mmstorm run: run programs with every oracle on.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cmd_fail_each.h"
#include "tool/explore.h"
#include "import.h"
#include "tool/input.h"
#include "tool/isolate.h"
#include "run_result.h"
#include "world/backends.h"
#include "world/machine_world.h"

static const struct option_usage usage = {
	.synopsis = "mmstorm run [OPTION]... FILE|FOLDER...",
	.about = "Runs programs, in text or in bytes, with every oracle on. Each file runs in a "
		 "process of its own: a crash is a finding like any other. - is standard input.\n"
		 "\n"
		 "A program with an `expect` line must fail by that oracle, and with a `digest` "
		 "line "
		 "also along the same path. The events of its `shows` lines must happen.",
	.tail = "Examples:\n"
		"  mmstorm run corpus/vmap\n"
		"  mmstorm run --times 1000 findings/vmap-overlap-0123456789abcdef.prog\n"
		"  mmstorm run --fail-each corpus/percpu/atomic.prog\n"
		"\n"
		"Exit status: 0 each run as expected, 1 a finding, 2 bad usage or bad input; the "
		"other files run nevertheless.",
};

struct options {
	struct run_options run;
	struct common_options common;
	struct schedule schedule;
	const char *output;
	bool verbose, stats, fidelity, list, fail_each;
};

#define MEMBER(m) .offset = offsetof(struct options, m)

static const struct option_spec specs[] = {
	{"times", 'n', OPTION_NUMBER, "N", MEMBER(run.times), .lo = 1, .hi = UINT32_MAX,
	 .help = "run each program N times: all runs must end in the same way"},
	{"verbose", 'v', MEMBER(verbose),
	 .help = "print the layout of per-CPU units, the history of the first run, and a "
		 "sanitizer's full report"},
	{"stats", MEMBER(stats),
	 .help = "print the per-CPU allocators' statistics after the last operation, in the form "
		 "of a kernel's percpu_stats, and the events that happened"},
	{"no-expect", MEMBER(run.ignore), .help = "ignore `expect`, `digest` and `shows` lines"},
	{"fail-each", MEMBER(fail_each),
	 .help = "run once for each request for memory, with that request failing; no run may "
		 "have a finding"},
	{"output", 'o', OPTION_TEXT, "FILE", MEMBER(output),
	 .help = "with --fail-each: write the program that has a finding to FILE"},
	{"fidelity", MEMBER(fidelity),
	 .help = "FILE is a kernel's trace: compare each placement with the kernel's"},
	{"list", MEMBER(list), .help = "with --fidelity: print each difference"},
	{"mmu", .kind = OPTION_CALL, .value = "MMU", MEMBER(run.mmu),
	 .parse = machine_world_parse_mmu,
	 .help = "model: addresses are numbers, the default; host: they are addresses of the "
		 "process, "
		 "and each mapping is one of the process"},
	{"strategy", .kind = OPTION_CALL, .value = "NAME", MEMBER(common.strategy),
	 .parse = cli_parse_strategy,
	 .help = "replace the program's schedule by one of mmstorm list schedules without a list"},
	{0},
};

/* Return: -1 to go on, or the exit status. */
static int parse_options(struct options *o, int argc, char **argv)
{
	const struct option_group groups[] = {{specs, o}, {cli_common_options, &o->common}};
	int status = options_parse(argc, argv, &usage, groups, ARRAY_SIZE(groups));

	if (status >= 0)
		return status;
	o->run.in_process = o->common.in_process;
	if (o->common.strategy.all)
		return cli_error("mmstorm run: found --strategy all, expected a single one");
	if (o->common.on && o->fidelity)
		return cli_error("mmstorm run: found --fidelity with --on, expected it without");
	if (o->run.mmu != MMU_MODEL && (o->fidelity || o->fail_each))
		return cli_error("mmstorm run: found %s with --mmu, expected it without",
				 o->fidelity ? "--fidelity" : "--fail-each");
	if (o->list && !o->fidelity)
		return cli_error("mmstorm run: found --list, expected --fidelity with it");
	if (o->fail_each && (o->fidelity || o->verbose || o->stats || o->run.times > 1))
		return cli_error("mmstorm run: found --fail-each with %s, expected it without",
				 o->fidelity  ? "--fidelity"
				 : o->verbose ? "--verbose"
				 : o->stats   ? "--stats"
					      : "--times");
	if (o->output && !o->fail_each)
		return cli_error("mmstorm run: found --output, expected --fail-each with it");
	if (optind == argc)
		return cli_error("mmstorm run: found no file, expected one or more");
	return -1;
}

static const char *outcome_name(enum outcome outcome)
{
	static const char *const name[] = {
		[OUTCOME_OK] = "ok",
		[OUTCOME_EXPECTED] = "expected",
		[OUTCOME_FINDING] = "finding",
		[OUTCOME_UNFIT] = "unfit",
	};

	return name[outcome];
}

static struct json_object *events_json(const struct exec_result *r)
{
	struct json_object *j = json_object_new_object();

	for (unsigned int e = 0; e < NR_RUN_EVENTS; e++)
		if (r->events[e])
			json_object_object_add(j, run_event_name((enum run_event)e),
					       json_object_new_int64((s64)r->events[e]));
	return j;
}

static struct json_object *missing_json(u32 missing)
{
	struct json_object *j = json_object_new_array();

	for (unsigned int e = 0; e < NR_RUN_EVENTS; e++)
		if (missing & 1U << e)
			json_object_array_add(
				j, json_object_new_string(run_event_name((enum run_event)e)));
	return j;
}

static void print_missing(u32 missing)
{
	const char *before = "found no ";

	for (unsigned int e = 0; e < NR_RUN_EVENTS; e++) {
		if (!(missing & 1U << e))
			continue;
		printf("%s%s", before, run_event_name((enum run_event)e));
		before = ", no ";
	}
	puts(", expected the events of the `shows` line");
}

static void print_json(const char *path, const struct program *p, const struct options *o,
		       const struct run_result *res)
{
	struct json_object *j = json_object_new_object();

	json_object_object_add(j, "file", json_object_new_string(path));
	json_object_object_add(j, "target", json_object_new_string(target_table[p->target].name));
	json_object_object_add(j, "outcome", json_object_new_string(outcome_name(res->outcome)));
	cli_json_report(j, p, &res->report);
	if (p->expect != ORACLE_NONE)
		json_object_object_add(j, "expect", json_object_new_string(oracle_id(p->expect)));
	json_object_object_add(j, "digest", cli_json_hex(res->result.sched.digest));
	json_object_object_add(j, "times", json_object_new_int64(o->run.times));
	json_object_object_add(j, "same", json_object_new_int64(res->same));
	if (res->result.boot_error)
		json_object_object_add(j, "boot_error",
				       json_object_new_int(res->result.boot_error));
	if (res->result.notice[0])
		json_object_object_add(j, "notice", json_object_new_string(res->result.notice));
	json_object_object_add(j, "operations", json_object_new_int64(res->result.ops));
	json_object_object_add(j, "skipped", json_object_new_int64(res->result.skipped));
	json_object_object_add(j, "refused", json_object_new_int64(res->result.failed));
	json_object_object_add(j, "points", json_object_new_int64(res->result.sched.points));
	json_object_object_add(j, "steps", json_object_new_int64(res->result.sched.steps));
	json_object_object_add(j, "events", events_json(&res->result));
	if (res->missing)
		json_object_object_add(j, "missing", missing_json(res->missing));
	cli_json(j);
}

static void print_text(const char *path, const struct program *p, const struct options *o,
		       const struct run_result *res)
{
	const struct report *r = &res->report;

	printf("%s: ", path);
	if (o->run.times > 1)
		printf("%llu of %llu the same: ", res->same, o->run.times);
	switch (res->outcome) {
	case OUTCOME_OK:
		if (res->result.boot_error) {
			cli_print_no_boot(&res->result);
			return;
		}
		printf("ok (%llu operations, %llu refused, %llu steps)\n", res->result.ops,
		       res->result.failed, res->result.sched.steps);
		return;
	case OUTCOME_EXPECTED:
		printf("fails as expected: ");
		break;
	case OUTCOME_UNFIT:
		printf("expects %s, which this build cannot find: build one with a sanitizer "
		       "(%s)\n",
		       oracle_id(p->expect),
		       p->expect == ORACLE_RACE ? "preset tsan" : "preset asan");
		return;
	case OUTCOME_FINDING:
		if (res->missing) {
			print_missing(res->missing);
			return;
		}
		if (r->oracle == ORACLE_NONE) {
			printf("found no failure, expected %s\n", oracle_id(p->expect));
			return;
		}
	}
	printf("%s: %s\n", oracle_id(r->oracle), r->text);
	cli_print_where(stdout, p, r);
	if (res->outcome == OUTCOME_FINDING && p->expect != ORACLE_NONE && !o->run.ignore &&
	    !o->common.strategy.given && r->oracle != ORACLE_DIGEST)
		printf("  expected %s\n", oracle_id(p->expect));
}

static int run_file(struct options *o, struct program *p, const char *path)
{
	static const int status[] = {
		[OUTCOME_OK] = EXIT_CLEAN,
		[OUTCOME_EXPECTED] = EXIT_CLEAN,
		[OUTCOME_FINDING] = EXIT_FINDING,
		[OUTCOME_UNFIT] = EXIT_BAD,
	};
	char why[REFUSAL_MAX];
	struct run_result res;
	int err;

	if (cli_program(p, path, o->common.target, o->common.on))
		return EXIT_BAD;
	path = input_name(path);
	if (machine_world_refuses(p, o->run.mmu, why))
		return cli_error("%s: %s", path, why);
	if (o->fail_each)
		return fail_each_run(path, p, &o->common, o->output);
	if (o->common.strategy.given) {
		cli_strategy_schedule(&o->common.strategy, p, &o->schedule);
		o->run.schedule = &o->schedule;
	}
	/* With --json, standard output holds JSON only. */
	if (o->stats)
		o->run.stats = o->common.json ? stderr : stdout;
	if (o->verbose) {
		o->run.trace = o->common.json ? stderr : stdout;
		o->run.log = stderr;
		/* ThreadSanitizer's own report, in place of its summary alone (core/sched/tsan.c).
		 */
		setenv("MMSTORM_TSAN", "verbose", 0);
		/* The last line before a crash matters most, so do not lose it in a buffer. */
		setvbuf(stdout, NULL, _IOLBF, 0);
	}
	err = run_program(p, &o->run, &res);
	if (err)
		return cli_error("%s: cannot run the program: %s", path, strerror(-err));
	if (res.result.unmapped && res.outcome != OUTCOME_FINDING)
		return cli_error(
			"%s: found too few mappings for the host MMU: %llu requests failed, "
			"expected none; raise vm.max_map_count or ask for a smaller kva",
			path, res.result.unmapped);
	if (o->common.json)
		print_json(path, p, o, &res);
	else
		print_text(path, p, o, &res);
	return status[res.outcome];
}

static int run_files(struct options *o, const struct input_list *files)
{
	struct program p;
	int worst = EXIT_CLEAN;

	program_init(&p, TARGET_PERCPU_BITMAP);
	for (size_t i = 0; i < files->nr; i++) {
		int status;

		if (files->nr > 1)
			cli_progress("%zu of %zu: %s", i + 1, files->nr, files->path[i]);
		status = o->fidelity ? fidelity_run(files->path[i], o->list, o->common.json)
				     : run_file(o, &p, files->path[i]);
		worst = max(worst, status);
	}
	cli_progress_end();
	program_fini(&p);
	return worst;
}

/*
 * A target that shares the seeds of another has a link to their folder (corpus/README.md). The
 * programs there name that other target, and run on it.
 */
static void note_link(const struct options *o, const char *path)
{
	char folder[PATH_MAX], link[PATH_MAX];
	const char *name;
	ssize_t len;

	len = snprintf(folder, sizeof(folder), "%s", path);
	while (len > 1 && len < (ssize_t)sizeof(folder) && folder[len - 1] == '/')
		folder[--len] = '\0';
	name = strrchr(folder, '/') ? strrchr(folder, '/') + 1 : folder;
	if (o->common.target != INPUT_ANY_TARGET || input_target(name) < 0)
		return;
	len = readlink(folder, link, sizeof(link) - 1);
	if (len < 0)
		return;
	link[len] = '\0';
	fprintf(stderr,
		"mmstorm run: note: %s is a link to %s, and its programs run as the target that "
		"they name; --target %s runs them there\n",
		folder, link, name);
}

int cmd_run(int argc, char **argv)
{
	struct options o = {.run.times = 1};
	struct input_list files = {0};
	int status;

	cli_common_init(&o.common);
	status = parse_options(&o, argc, argv);
	if (status >= 0)
		return status;
	status = EXIT_CLEAN;
	for (int i = optind; i < argc; i++)
		note_link(&o, argv[i]);
	for (int i = optind; i < argc; i++)
		if (input_expand(&files, argv[i], stderr))
			status = EXIT_BAD;
	if (o.output && files.nr > 1)
		status = cli_error("mmstorm run: found %zu files with --output, expected one",
				   files.nr);
	else
		status = max(status, run_files(&o, &files));
	input_list_free(&files);
	return status;
}
