/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explore_seen.c - mmstorm explore --oracle: the way back from a finding on threads to a program
 * that fails each time.
 *
 * A run that shows what was seen becomes a program with a sparse list, and is minimised. It is
 * written only if it then fails in the same way each time, in fresh processes. If it does not, the
 * search goes on.
 */
#include "explore_seen.h"

#include <limits.h>
#include <string.h>

#include "minimize_child.h"
#include "run_result.h"
#include "sched/clock.h"
#include "tool/explore.h"
#include "tool/finding.h"
#include "tool/isolate.h"
#include "tool/output.h"
#include "tool/seek.h"

#define DEFAULT_SECONDS 60
#define DEFAULT_TIMES 100

static const char *parse_functions(const char *text, void *to)
{
	struct seen_options *o = to;
	size_t first = strcspn(text, ","), all = strlen(text);

	if (!first || all < first + 2 || first >= sizeof(o->names[0]) ||
	    all - first > sizeof(o->names[1]) || strchr(text + first + 1, ','))
		return "two names of functions with a comma between them";
	snprintf(o->names[0], sizeof(o->names[0]), "%.*s", (int)first, text);
	snprintf(o->names[1], sizeof(o->names[1]), "%s", text + first + 1);
	o->function[0] = o->names[0];
	o->function[1] = o->names[1];
	return NULL;
}

#define MEMBER(m) .offset = offsetof(struct seen_options, m)

const struct option_spec explore_seen_specs[] = {
	{"oracle", .kind = OPTION_CALL, .value = "ID", MEMBER(oracle), .parse = cli_parse_oracle,
	 .help = "look for a finding that was seen elsewhere, such as on threads: by this oracle "
		 "alone, in the program and in parts of it, by all strategies or the one given"},
	{"functions", .kind = OPTION_CALL, .value = "A,B", .offset = 0, .parse = parse_functions,
	 .help = "with --oracle race: the functions of the two accesses, in either order"},
	{"minimize", MEMBER(minimize), .help = "with --oracle: minimise what is found"},
	{"times", .kind = OPTION_NUMBER, .value = "N", MEMBER(times), .lo = 1, .hi = UINT32_MAX,
	 .help = "with --oracle: runs that must end in the same way, or the search goes on "
		 "(default: 100)"},
	{0},
};

int explore_seen_check(const struct seen_options *o, const struct common_options *common)
{
	if (o->oracle == ORACLE_NONE && (o->function[0] || o->minimize || o->times))
		return cli_error("mmstorm explore: found %s, expected --oracle with it",
				 o->function[0] ? "--functions"
				 : o->minimize	? "--minimize"
						: "--times");
	if (o->function[0] && o->oracle != ORACLE_RACE)
		return cli_error("mmstorm explore: found --functions with --oracle %s, expected "
				 "race",
				 oracle_id(o->oracle));
	if (!isolate_finds(o->oracle))
		return cli_error("mmstorm explore: found --oracle %s, expected one that this build "
				 "can find: build one with a sanitizer (preset %s)",
				 oracle_id(o->oracle), o->oracle == ORACLE_RACE ? "tsan" : "asan");
	if (o->oracle != ORACLE_NONE && (common->strategy.all || common->in_process))
		return cli_error("mmstorm explore: found --oracle with %s, expected it without",
				 common->strategy.all ? "--strategy all" : "--no-fork");
	return -1;
}

/**
 * struct search - a search
 * @seek:  its state
 * @seen:  the runner that knows what was seen
 * @start: when it began
 * @program: the program, or the part that was found
 * @kind:  strategy that found it
 * @at:    number of the run that found it
 * @unstable: runs that showed it and did not replay
 * @r:     the finding, as the written program shows it
 * @path:  the file
 */
struct search {
	const struct seen_options *o;
	const struct common_options *common;
	struct seek seek;
	struct seen_runner seen;
	double start;
	struct program program;
	u8 kind;
	u64 at;
	u64 unstable;
	struct run_result r;
	char path[PATH_MAX];
};

static void show_seek(const struct seek *s, const struct program *part)
{
	cli_progress("round %u, %llu runs: %u operations, %u tasks", s->round + 1, s->begun,
		     part->nr_ops, part->nr_tasks);
}

static void show_minimize(const struct program *best, const struct minimize_stats *st)
{
	cli_progress("round %u, %llu runs: %u operations, %u tasks, %u changes", st->round,
		     st->runs, best->nr_ops, best->nr_tasks, best->schedule.nr);
}

static double limit_of(const struct seen_options *o)
{
	return (double)(o->seconds ? o->seconds : DEFAULT_SECONDS);
}

static int shorten(struct search *s)
{
	struct minimize_options mo = {
		.runner = {seen_runner_run, &s->seen},
		.oracle = s->o->oracle,
		.deadline = clock_seconds() + limit_of(s->o),
		.progress = show_minimize,
	};
	struct runner outer = s->seen.runner;
	struct minimize_stats st;
	int err = minimize_in_children(&s->program, &mo, &st, &s->seen.runner);

	s->seen.runner = outer;
	return err;
}

/* Return: 0 if the program shows it each time; -EILSEQ if not; or another negative error number. */
static int replay(struct search *s)
{
	const struct seen_options *o = s->o;
	struct run_options ro = {.times = o->times ? o->times : DEFAULT_TIMES};
	int err = run_program(&s->program, &ro, &s->r);

	if (err)
		return err;
	if (s->r.outcome != OUTCOME_EXPECTED || s->r.same != ro.times)
		return -EILSEQ;
	return !o->function[0] || race_in(&s->r.report, o->function[0], o->function[1]) ? 0
											: -EILSEQ;
}

/* From a run that showed it to a program that does so each time. Return: as replay(). */
static int settle(struct search *s)
{
	struct runner runner = {seen_runner_run, &s->seen};
	struct exec_result r;
	int err;

	s->kind = s->program.schedule.kind;
	s->at = s->seek.begun;
	err = explore_pin(&s->program, &runner, &r);
	/* Without a list, the schedule that found it gives the same run. */
	if (err && err != -EILSEQ)
		return err;
	if (s->o->minimize) {
		err = shorten(s);
		if (err)
			return err;
	}
	return replay(s);
}

/* Return: 1 if a program was found, 0 if not, or a negative error number. */
static int search(struct search *s, const struct program *p)
{
	for (;;) {
		int ret = seek(&s->seek, p, &s->program);

		if (ret <= 0)
			return ret;
		ret = settle(s);
		if (ret != -EILSEQ && ret != -ENOENT)
			return ret ? ret : 1;
		s->unstable++;
	}
}

static int write_program(struct search *s)
{
	const struct program *q = &s->program;
	const char *output = s->o->output;
	int err;

	snprintf(s->path, sizeof(s->path), "%s", output ? output : "");
	err = output ? output_program(output, q) : finding_write(q, q->expect, q->digest, s->path);
	return err ? cli_error("%s: cannot write the finding: %s", output ? output : s->o->path,
			       strerror(-err))
		   : EXIT_FINDING;
}

static void print_others(const struct search *s, FILE *f)
{
	const char *before = "  passed over: ";

	for (unsigned int i = 0; i < NR_ORACLES; i++) {
		if (!s->seen.others[i])
			continue;
		fprintf(f, "%s%s %llu", before, oracle_id((enum oracle)i), s->seen.others[i]);
		before = ", ";
	}
	if (*before == ',')
		fputc('\n', f);
}

static void print_text(const struct search *s, const struct program *p, bool found)
{
	const struct report *r = &s->r.report;
	const char *path = s->o->path, *oracle = oracle_id(s->o->oracle);

	if (!found) {
		printf("%s: %s not found in %llu runs, %.1f s\n", path, oracle, s->seek.begun,
		       clock_seconds() - s->start);
		if (s->unstable)
			printf("  %llu runs showed it, and did not replay\n", s->unstable);
		print_others(s, stdout);
		return;
	}
	printf("%s: %s at run %llu: %s: %s\n", path, schedule_info[s->kind].name, s->at, oracle,
	       r->text);
	cli_print_where(stdout, &s->program, r);
	printf("  %u operations of %u, %u tasks of %u, %u changes; %llu runs the same\n",
	       s->program.nr_ops, p->nr_ops, s->program.nr_tasks, p->nr_tasks,
	       s->program.schedule.nr, s->r.same);
	printf("  written to %s\n  replay: %s run %s\n", s->path, program_invocation_name, s->path);
}

static void print_json(const struct search *s, bool found)
{
	struct json_object *j = json_object_new_object();

	json_object_object_add(j, "file", json_object_new_string(s->o->path));
	json_object_object_add(j, "wanted", json_object_new_string(oracle_id(s->o->oracle)));
	json_object_object_add(j, "found", json_object_new_boolean(found));
	json_object_object_add(j, "runs", json_object_new_int64((s64)s->seek.begun));
	json_object_object_add(j, "unstable", json_object_new_int64((s64)s->unstable));
	json_object_object_add(j, "seconds", cli_json_number(clock_seconds() - s->start));
	if (found) {
		cli_json_report(j, &s->program, &s->r.report);
		json_object_object_add(j, "strategy",
				       json_object_new_string(schedule_info[s->kind].name));
		json_object_object_add(j, "found_at", json_object_new_int64((s64)s->at));
		json_object_object_add(j, "operations", json_object_new_int64(s->program.nr_ops));
		json_object_object_add(j, "tasks", json_object_new_int64(s->program.nr_tasks));
		json_object_object_add(j, "changes", json_object_new_int64(s->program.schedule.nr));
		json_object_object_add(j, "same", json_object_new_int64((s64)s->r.same));
		json_object_object_add(j, "written", json_object_new_string(s->path));
	}
	cli_json(j);
}

static void begin(struct search *s, struct isolate *i, struct schedule *strategy)
{
	const struct seen_options *o = s->o;
	const struct strategy_options *given = &s->common->strategy;

	s->start = clock_seconds();
	s->seen = (struct seen_runner){
		.runner = {isolate_run, i},
		.oracle = o->oracle,
		.function = {o->function[0], o->function[1]},
	};
	s->seek = (struct seek){
		.runner = {seen_runner_run, &s->seen},
		.seed = given->seed,
		.runs = o->runs,
		.deadline = s->start + limit_of(o),
		.progress = show_seek,
	};
	if (given->given) {
		strategy->kind = given->kind;
		strategy->odds = (u32)given->odds;
		strategy->depth = (u32)given->depth;
		s->seek.strategy = strategy;
	}
}

int explore_seen(const struct seen_options *o, const struct common_options *common,
		 const struct program *p)
{
	struct isolate_options options = {.seconds = ISOLATE_SECONDS, .brief = true};
	struct isolate *i = isolate_create(&options);
	struct search s = {.o = o, .common = common};
	struct schedule strategy;
	int found, status;

	program_init(&s.program, p->target);
	if (i) {
		begin(&s, i, &strategy);
		found = search(&s, p);
	} else {
		found = -ENOMEM;
	}
	cli_progress_end();
	if (found < 0)
		status = cli_error("%s: cannot run the program: %s", o->path, strerror(-found));
	else
		status = found ? write_program(&s) : EXIT_CLEAN;
	if (status != EXIT_BAD && common->json)
		print_json(&s, found);
	else if (status != EXIT_BAD)
		print_text(&s, p, found);
	isolate_destroy(i);
	program_fini(&s.program);
	return status;
}
