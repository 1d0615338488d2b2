/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_explore.c - mmstorm explore: search for a schedule under which a program fails, or shows
 * events.
 *
 * The runs happen in a child, whose state is in shared memory: if a run kills the child, the state
 * identifies the run. A finding is run again to get its sparse list, and the list is run to check
 * that it fails again. Then it goes to disk.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "explore_exhaustive.h"
#include "explore_seen.h"
#include "tool/explore.h"
#include "tool/finding.h"
#include "tool/input.h"
#include "tool/isolate.h"
#include "tool/output.h"
#include "sched/clock.h"
#include "program/fields.h"
#include "program/text.h"

#define DEFAULT_RUNS 10000

static const struct option_usage usage = {
	.synopsis = "mmstorm explore [OPTION]... FILE...",
	.about = "Runs a program under one schedule after the other until it fails, and writes it "
		 "to a file with a sparse list as schedule, which fails again. With --shows it "
		 "looks for an event instead of a failure, and with --oracle for one failure that "
		 "was seen elsewhere.",
	.tail = "Examples:\n"
		"  mmstorm explore --runs 100000 two-tasks.prog\n"
		"  mmstorm explore --strategy all --keep-going two-tasks.prog\n"
		"  mmstorm explore --shows prefetch-extra two-tasks.prog -o race.prog\n"
		"  mmstorm explore --oracle overlap --minimize -o small.prog stress.prog\n"
		"  mmstorm explore --exhaustive two-tasks.prog\n"
		"\n"
		"Exit status: 0 no finding, 1 a finding, 2 bad usage or bad input. With --shows: 0 "
		"the event happened, 1 a finding or no event.",
};

/**
 * struct options - the command line
 * @shows: bit enum run_event: events to look for
 * @notes: receives the messages about findings, which must not interrupt a table of strategies
 */
struct options {
	const char *path, *output;
	FILE *notes;
	struct common_options common;
	u64 runs, seconds;
	u32 shows;
	bool keep_going;
	struct seen_options seen;
	struct exhaustive_options exhaustive;
};

/**
 * struct hunt - one strategy's exploration, in memory that the child shares
 * @p:        the program
 * @shows:    see struct options
 * @e:        state of the exploration
 * @ret:      the result of explore()
 * @start:    time of the start
 * @seconds:  duration
 * @findings: number of runs that failed
 * @first:    number of the first run that failed
 * @oracle:   oracle of that run
 * @shown:    the wanted events happened in the last run
 * @seen:     oracles of findings that were written
 * @path:     file of the first finding
 */
struct hunt {
	const struct program *p;
	u32 shows;
	struct explore e;
	int ret;
	double start, seconds;
	u64 findings, first;
	enum oracle oracle;
	bool shown;
	bool seen[NR_ORACLES];
	char path[PATH_MAX];
};

#define MEMBER(m) .offset = offsetof(struct options, m)

static const struct option_spec specs[] = {
	{"strategy", .kind = OPTION_CALL, .value = "NAME", MEMBER(common.strategy),
	 .parse = cli_parse_strategy,
	 .help = "one of mmstorm list schedules without a list, or all, which compares them in a "
		 "table (default: random)"},
	{"runs", 'n', OPTION_NUMBER, "N", MEMBER(runs), .lo = 1, .hi = UINT64_MAX >> 1,
	 .help = "most schedules to run (default: 10000, with --oracle no limit)"},
	{"seconds", .kind = OPTION_NUMBER, .value = "N", MEMBER(seconds), .hi = 1000000,
	 .help = "stop after N seconds, for each strategy (default: no limit, with --oracle 60)"},
	{"shows", .kind = OPTION_CALL, .value = "EVENT", MEMBER(shows), .parse = cli_parse_event,
	 .help = "look for a run in which EVENT of mmstorm list events happens, and, if the option "
		 "is repeated, all of these events. The program is written to standard output or "
		 "to "
		 "--output, with a `shows` line and a sparse list"},
	{"output", 'o', OPTION_TEXT, "FILE", MEMBER(output),
	 .help = "write the finding to FILE (default: findings/<target>-<oracle>-<hash>.prog)"},
	{"keep-going", MEMBER(keep_going),
	 .help = "continue after a finding, and write the first one of each oracle"},
	{0},
};

/* Return: -1 to go on, or the exit status. */
static int parse_options(struct options *o, int argc, char **argv)
{
	const struct option_group groups[] = {{specs, o},
					      {explore_seen_specs, &o->seen},
					      {explore_exhaustive_specs, &o->exhaustive},
					      {cli_common_options, &o->common}};
	int status = options_parse(argc, argv, &usage, groups, ARRAY_SIZE(groups));

	if (status >= 0)
		return status;
	if (argc - optind < 1 || (argc - optind > 1 && !o->exhaustive.on))
		return cli_error("mmstorm explore: found %d files, expected one", argc - optind);
	o->exhaustive.output = o->output;
	o->exhaustive.runs = o->runs;
	o->exhaustive.seconds = o->seconds;
	status = explore_exhaustive_check(&o->exhaustive, argc - optind,
					  o->shows || o->keep_going || o->common.strategy.given ||
						  o->seen.oracle != ORACLE_NONE);
	if (status >= 0)
		return status;
	if (o->output && o->keep_going)
		return cli_error(
			"mmstorm explore: found --output and --keep-going, expected one of "
			"them");
	if (o->shows && (o->keep_going || o->common.strategy.all || o->common.json))
		return cli_error("mmstorm explore: found --shows with %s, expected it without",
				 o->keep_going		  ? "--keep-going"
				 : o->common.strategy.all ? "--strategy all"
							  : "--json");
	if (o->seen.oracle != ORACLE_NONE && (o->shows || o->keep_going))
		return cli_error("mmstorm explore: found --oracle with %s, expected it without",
				 o->shows ? "--shows" : "--keep-going");
	status = explore_seen_check(&o->seen, &o->common);
	if (status >= 0)
		return status;
	/* Standard output is for the program. */
	if (o->shows)
		o->notes = stderr;
	o->path = argv[optind];
	o->seen.path = o->path;
	o->seen.output = o->output;
	o->seen.runs = o->runs;
	o->seen.seconds = o->seconds;
	o->runs = o->runs ? o->runs : DEFAULT_RUNS;
	return -1;
}

static void show_progress(const struct explore *e)
{
	cli_progress("%s: %llu of %llu runs, %llu distinct", schedule_info[e->kind].name, e->begun,
		     e->runs, e->distinct);
}

/* run_in_process() with a time limit for each run. */
static int run_with_beat(void *arg, const struct program *p, struct schedule *taken,
			 struct exec_result *r)
{
	isolate_beat();
	return run_in_process(arg, p, taken, r);
}

/* The runner that reports what is searched for: failures, or wanted events and failures. */
static struct runner runner_for(struct event_runner *s)
{
	return s->events ? (struct runner){event_runner_run, s} : s->runner;
}

static void explore_in_process(void *arg)
{
	struct hunt *h = arg;
	struct executor *x = executor_create();
	struct event_runner s = {{run_with_beat, x}, h->shows};
	struct runner runner = runner_for(&s);

	/* Count findings of oracles that were written before, without a new child. */
	for (;;) {
		h->ret = x ? explore(&h->e, h->p, &runner) : -ENOMEM;
		if (h->ret <= 0 || !h->seen[h->e.result.sched.report.oracle])
			break;
		h->findings++;
	}
	executor_destroy(x);
}

/* Explore until the next finding. Return: as explore(). */
static int explore_in_child(struct hunt *h)
{
	struct isolate_options options = {.seconds = ISOLATE_SECONDS, .brief = true};
	struct isolate_death death;
	int err = isolate_call(&options, explore_in_process, h, NULL, &death);

	if (err <= 0)
		return err ? err : h->ret;
	if (h->e.begun == h->e.ended) {
		/* The run that only counts steps died. Guess its length. */
		h->e.length = 100;
		return explore_in_child(h);
	}
	explore_died(&h->e, death.oracle, death.text);
	return 1;
}

/* Copy the program to @q, with the last run as sparse list. Return: as explore_pin(). */
static int pin_run(const struct hunt *h, struct program *q)
{
	struct isolate_options options = {.seconds = ISOLATE_SECONDS, .brief = true};
	struct isolate *i = isolate_create(&options);
	struct event_runner s = {{isolate_run, i}, h->shows};
	struct runner runner = runner_for(&s);
	struct exec_result r;
	int err = i ? program_copy(q, h->p) : -ENOMEM;

	if (!err) {
		explore_schedule(&h->e, h->e.begun, &q->schedule);
		err = explore_pin(q, &runner, &r);
	}
	isolate_destroy(i);
	/* Without a list, @q keeps the random schedule, which gives the same run. */
	return err == -EILSEQ ? 0 : err;
}

/* Write the failing run to disk. Return: 0, or EXIT_BAD with a message. */
static int save_finding(const struct options *o, struct hunt *h, struct program *q)
{
	/* With --shows, --output is for the program that shows the events. */
	const char *output = o->shows ? NULL : o->output;
	int err = pin_run(h, q);

	/* Found once, but not again: earlier runs in the child had a part in it. */
	if (err == -ENOENT) {
		q->expect = h->e.result.sched.report.oracle;
		q->digest = h->e.result.sched.digest;
		err = 0;
	}
	if (!err && output) {
		snprintf(h->path, sizeof(h->path), "%s", output);
		err = output_program(output, q);
	} else if (!err) {
		err = finding_write(q, q->expect, q->digest, h->path);
	}
	return err ? cli_error("%s: cannot write the finding: %s", output ? output : o->path,
			       strerror(-err))
		   : 0;
}

/* Write the run that shows the wanted events. Return: 0, or EXIT_BAD with a message. */
static int save_shown(const struct options *o, const struct hunt *h)
{
	struct program q;
	int err;

	cli_progress_end();
	program_init(&q, h->p->target);
	err = pin_run(h, &q);
	q.shows = h->shows;
	/* Later versions must show the events too, on any path. */
	q.digest = 0;
	if (!err)
		err = o->output ? output_program(o->output, &q) : text_print(&q, stdout);
	if (!err)
		fprintf(stderr, "%s: %s: shown in run %llu\n", o->path,
			schedule_info[h->e.kind].name, h->e.begun);
	program_fini(&q);
	if (err == -ENOENT)
		return cli_error("%s: found the events in one run, but not again, expected them "
				 "each time",
				 o->path);
	return err ? cli_error("%s: %s", o->output ? o->output : "standard output", strerror(-err))
		   : 0;
}

static void describe_finding(FILE *f, const struct options *o, const struct hunt *h)
{
	const struct report *r = &h->e.result.sched.report;

	fprintf(f, "%s: %s at run %llu: %s: %s\n", o->path, schedule_info[h->e.kind].name,
		h->e.begun, oracle_id(r->oracle), r->text);
	cli_print_where(f, h->p, r);
}

static void print_finding(const struct options *o, const struct hunt *h)
{
	cli_progress_end();
	if (o->common.json)
		return;
	describe_finding(o->notes, o, h);
	fprintf(o->notes, "  written to %s\n  replay: %s run %s\n", h->path,
		program_invocation_name, h->path);
}

static int one_finding(const struct options *o, struct hunt *h)
{
	enum oracle oracle = h->e.result.sched.report.oracle;
	struct program q;
	int status = 0;

	if (!h->findings++) {
		h->first = h->e.begun;
		h->oracle = oracle;
	}
	if (h->seen[oracle])
		return 0;
	h->seen[oracle] = true;
	program_init(&q, h->p->target);
	status = save_finding(o, h, &q);
	if (!status)
		print_finding(o, h);
	else
		describe_finding(stderr, o, h); /* no file describes it */
	program_fini(&q);
	return status;
}

static void begin_hunt(struct hunt *h, const struct options *o, const struct program *p)
{
	const struct strategy_options *s = &o->common.strategy;

	h->p = p;
	h->shows = o->shows;
	h->e.kind = s->kind;
	h->e.odds = s->odds;
	h->e.depth = s->depth;
	h->e.length = s->length;
	h->e.seed = s->seed;
	h->e.runs = o->runs;
	h->e.progress = show_progress;
	h->start = clock_seconds();
	if (o->seconds)
		h->e.deadline = h->start + o->seconds;
}

static int hunt(const struct options *o, struct hunt *h)
{
	int status = EXIT_CLEAN;

	do {
		int ret;

		if (o->common.in_process) {
			explore_in_process(h);
			ret = h->ret;
		} else {
			ret = explore_in_child(h);
		}
		if (ret < 0)
			return cli_error("%s: cannot run the program: %s", o->path, strerror(-ret));
		if (!ret)
			break;
		h->shown = h->e.result.sched.report.oracle == ORACLE_NONE;
		if (h->shown)
			return save_shown(o, h);
		status = EXIT_FINDING;
		if (one_finding(o, h))
			return EXIT_BAD;
	} while (o->keep_going && explore_left(&h->e));
	h->seconds = clock_seconds() - h->start;
	return status;
}

static void name_strategy(char buf[64], const struct explore *e)
{
	struct schedule s;
	int used = snprintf(buf, 64, "%s", schedule_info[e->kind].name);

	explore_schedule(e, 1, &s);
	for (unsigned int i = 0; i < NR_SCHEDULE_FIELDS; i++) {
		const struct schedule_field *f = &schedule_fields[i];

		if (schedule_takes(&s, f->taken))
			used += snprintf(buf + used, 64 - (size_t)used, " %s=%u", f->number->name,
					 schedule_get(&s, f));
	}
}

static void print_heading(const struct options *o)
{
	if (!o->common.json)
		printf("%-26s %10s %10s %10s %10s  %12s  %s\n", "strategy", "runs", "found at",
		       "findings", "distinct", "schedules/s", "oracle");
}

static void print_row(const struct options *o, const struct hunt *h)
{
	const struct explore *e = &h->e;
	double rate = h->seconds > 0 ? e->ended / h->seconds : 0;
	char name[64], found[64] = "-";

	name_strategy(name, e);
	if (o->common.json) {
		struct json_object *j = json_object_new_object();

		json_object_object_add(j, "file", json_object_new_string(o->path));
		json_object_object_add(j, "strategy", json_object_new_string(name));
		json_object_object_add(j, "runs", json_object_new_int64(e->ended));
		json_object_object_add(j, "seconds", cli_json_number(h->seconds));
		json_object_object_add(j, "rate", cli_json_number(rate));
		json_object_object_add(j, "distinct", json_object_new_int64(e->distinct));
		json_object_object_add(j, "findings", json_object_new_int64(h->findings));
		if (h->findings) {
			json_object_object_add(j, "found_at", json_object_new_int64(h->first));
			json_object_object_add(j, "oracle",
					       json_object_new_string(oracle_id(h->oracle)));
			json_object_object_add(j, "written", json_object_new_string(h->path));
		}
		cli_json(j);
		return;
	}
	if (h->findings)
		snprintf(found, sizeof(found), "%llu", h->first);
	printf("%-26s %10llu %10s %10llu %10llu%s %12.0f  %s\n", name, e->ended, found, h->findings,
	       e->distinct, e->many ? "+" : " ", rate, h->findings ? oracle_id(h->oracle) : "");
}

static int hunt_and_print(const struct options *o, const struct program *p, bool heading)
{
	struct hunt *h = isolate_memory(sizeof(*h));
	int status;

	if (!h)
		return cli_error("%s: %s", o->path, strerror(ENOMEM));
	begin_hunt(h, o, p);
	status = hunt(o, h);
	cli_progress_end();
	if (o->shows && status == EXIT_CLEAN && !h->shown) {
		status = EXIT_FINDING;
		fprintf(stderr, "%s: %s: not shown in %llu runs, %llu distinct\n", o->path,
			schedule_info[h->e.kind].name, h->e.ended, h->e.distinct);
	} else if (status != EXIT_BAD && !o->shows) {
		if (heading)
			print_heading(o);
		print_row(o, h);
	}
	isolate_memory_free(h, sizeof(*h));
	return status;
}

/* Run each strategy in turn. Print the table first, and the findings after it. */
static int hunt_all(struct options *o, const struct program *p)
{
	const struct strategy_options given = o->common.strategy;
	struct strategy_options row[STRATEGY_ROWS];
	size_t nr = cli_strategy_rows(&given, row);
	int worst = EXIT_CLEAN;
	char *notes = NULL;
	size_t size;

	o->notes = open_memstream(&notes, &size);
	if (!o->notes)
		return cli_error("%s: %s", o->path, strerror(ENOMEM));
	for (size_t i = 0; i < nr && worst != EXIT_BAD; i++) {
		int status;

		o->common.strategy = row[i];
		o->common.strategy.seed = given.seed;
		o->common.strategy.length = given.length;
		status = hunt_and_print(o, p, !i);
		worst = max(worst, status);
	}
	fclose(o->notes);
	fputs(notes, stdout);
	free(notes);
	return worst;
}

int cmd_explore(int argc, char **argv)
{
	struct options o = {.notes = stdout, .exhaustive = EXHAUSTIVE_OPTIONS_INIT};
	struct program p;
	int status;

	cli_common_init(&o.common);
	status = parse_options(&o, argc, argv);
	if (status >= 0)
		return status;
	if (o.exhaustive.on)
		return explore_exhaustive(&o.exhaustive, &o.common, argc - optind, argv + optind);
	program_init(&p, TARGET_PERCPU_BITMAP);
	if (cli_program(&p, o.path, o.common.target, o.common.on))
		status = EXIT_BAD;
	else if (o.seen.oracle != ORACLE_NONE)
		status = explore_seen(&o.seen, &o.common, &p);
	else
		status = o.common.strategy.all ? hunt_all(&o, &p) : hunt_and_print(&o, &p, true);
	program_fini(&p);
	return status;
}
