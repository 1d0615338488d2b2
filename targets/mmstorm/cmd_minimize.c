/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_minimize.c - mmstorm minimize: shorten a program that fails.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "minimize_child.h"
#include "minimize_race.h"
#include "tool/input.h"
#include "tool/output.h"
#include "sched/clock.h"
#include "program/text.h"

static const struct option_usage usage = {
	.synopsis = "mmstorm minimize [OPTION]... FILE",
	.about = "Shortens a program that fails: fewer operations, tasks and schedule changes, and "
		 "simpler numbers. The result fails by the same oracle, is checked to fail three "
		 "times in the same way, and has `expect` and `digest` lines. A program that "
		 "passes and has a `shows` line still shows its events afterwards.",
	.tail = "Ctrl-C stops early with the best program so far.\n"
		"\n"
		"Examples:\n"
		"  mmstorm minimize findings/vmap-overlap-0123456789abcdef.prog -o small.prog\n"
		"  mmstorm minimize --oracle leak-page --seconds 600 finding.prog\n"
		"\n"
		"Exit status: 0 done, 2 bad usage or bad input. A program that neither fails nor "
		"shows an event is bad input.",
};

struct options {
	const char *output, *tsan;
	enum oracle oracle;
	u32 shows;
	u64 seconds;
	int target;
	const char *on;
	bool in_process;
};

static volatile sig_atomic_t stop;

static void on_interrupt(int sig)
{
	stop = 1;
}

#define MEMBER(m) .offset = offsetof(struct options, m)

static const struct option_spec specs[] = {
	{"output", 'o', OPTION_TEXT, "FILE", MEMBER(output),
	 .help = "write the result to FILE (default: standard output)"},
	{"oracle", .kind = OPTION_CALL, .value = "ID", MEMBER(oracle), .parse = cli_parse_oracle,
	 .help = "keep this oracle (default: the `expect` line, or the oracle of the first run)"},
	{"shows", .kind = OPTION_CALL, .value = "EVENT", MEMBER(shows), .parse = cli_parse_event,
	 .help = "keep EVENT of mmstorm list events in a program that passes, and, if the option "
		 "is "
		 "repeated, all of these events"},
	{"seconds", .kind = OPTION_NUMBER, .value = "N", MEMBER(seconds), .hi = 1000000,
	 .help = "stop after N seconds with the best program so far; 0: no limit"},
	{"tsan", .kind = OPTION_TEXT, .value = "FILE", MEMBER(tsan),
	 .help = "the front door with ThreadSanitizer, which shortens a `sanitizer` finding with a "
		 "schedule by way of the race that causes it; empty: none (default: the flavour "
		 "tsan beside this one, if it is built)"},
	{"target", .kind = OPTION_CALL, .value = "NAME", MEMBER(target), .parse = cli_parse_target,
	 .help = CLI_TARGET_HELP},
	{"on", .kind = OPTION_CALL, .value = "NAME", MEMBER(on), .parse = cli_parse_on,
	 .help = CLI_ON_HELP},
	{"no-fork", MEMBER(in_process),
	 .help = "run programs in this process: faster, but a crash ends it"},
	{0},
};

/* Return: -1 to go on, or the exit status. */
static int parse_options(struct options *o, int argc, char **argv)
{
	const struct option_group group = {specs, o};
	int status = options_parse(argc, argv, &usage, &group, 1);

	if (status >= 0)
		return status;
	if (o->shows && o->oracle != ORACLE_NONE)
		return cli_error("mmstorm minimize: found --shows and --oracle, expected one of "
				 "them");
	if (o->tsan && *o->tsan && access(o->tsan, X_OK))
		return cli_error("mmstorm minimize: option --tsan: found '%s', expected a program",
				 o->tsan);
	if (argc - optind != 1)
		return cli_error("mmstorm minimize: found %d files, expected one", argc - optind);
	return -1;
}

static void show_progress(const struct program *best, const struct minimize_stats *st)
{
	cli_progress("round %u, %llu runs: %u operations, %u tasks, %u changes", st->round,
		     st->runs, best->nr_ops, best->nr_tasks, best->schedule.nr);
}

static int minimize_in_process(struct program *p, struct minimize_options *mo,
			       struct minimize_stats *st, struct runner *inner)
{
	struct executor *x = executor_create();
	int err;

	if (!x)
		return -ENOMEM;
	*inner = (struct runner){run_in_process, x};
	err = minimize(p, mo, st);
	executor_destroy(x);
	return err;
}

/*
 * Begin with the race that causes what a sanitizer finds. Return: whether @p is that shorter
 * program now.
 */
static bool begin_with_race(const struct options *o, struct program *p)
{
	enum oracle oracle = o->oracle != ORACLE_NONE ? o->oracle : p->expect;
	const char *tsan = o->tsan;
	char beside[PATH_MAX];

	if (oracle != ORACLE_SANITIZER || p->nr_ops < 4 || o->in_process ||
	    (p->schedule.kind == SCHEDULE_SPARSE && p->schedule.nr < 2))
		return false;
	if (!tsan && minimize_race_beside(beside))
		tsan = beside;
	if (!tsan || !*tsan)
		return false;
	cli_progress("looking for the race");
	/* A step each for the race, for its minimisation and for the failure: half of the time. */
	return minimize_race(p, tsan, o->seconds ? max(o->seconds / 6, 1ULL) : 60) > 0;
}

static int minimize_program(const struct options *o, struct program *p, struct minimize_stats *st)
{
	struct minimize_options mo = {
		.oracle = o->oracle != ORACLE_NONE ? o->oracle : p->expect,
		.deadline = o->seconds ? clock_seconds() + o->seconds : 0,
		.stop = &stop,
		.progress = show_progress,
	};
	struct event_runner s = {.events = o->shows};
	struct runner *inner = &mo.runner;

	/* With --shows, the runner reports events as failures. */
	if (s.events) {
		mo.runner = (struct runner){event_runner_run, &s};
		inner = &s.runner;
	}
	return o->in_process ? minimize_in_process(p, &mo, st, inner)
			     : minimize_in_children(p, &mo, st, inner);
}

static int explain(const char *path, const struct options *o, const struct program *p, int err)
{
	enum oracle oracle = o->oracle != ORACLE_NONE ? o->oracle : p->expect;

	if (err == -ENOENT && oracle != ORACLE_NONE)
		return cli_error("%s: found no failure by oracle %s, expected one", path,
				 oracle_id(oracle));
	if (err == -ENOENT && o->shows)
		return cli_error("%s: found a program without these events, expected one that "
				 "shows them",
				 path);
	if (err == -ENOENT)
		return cli_error("%s: found no failure, expected one", path);
	if (err == -EILSEQ)
		return cli_error("%s: found a failure that differs from run to run, expected the "
				 "same each time",
				 path);
	return cli_error("%s: cannot run the program: %s", path, strerror(-err));
}

int cmd_minimize(int argc, char **argv)
{
	struct options o = {.seconds = 60, .target = INPUT_ANY_TARGET};
	int status = parse_options(&o, argc, argv);
	const char *path = argv[optind];
	struct minimize_stats st;
	struct program p;
	double start;
	u32 ops, tasks;
	bool by_race;
	int err;

	if (status >= 0)
		return status;
	program_init(&p, TARGET_PERCPU_BITMAP);
	if (cli_program(&p, path, o.target, o.on)) {
		status = EXIT_BAD;
		goto out;
	}
	if (o.oracle == ORACLE_NONE && p.expect == ORACLE_NONE && !o.shows)
		o.shows = p.shows;
	signal(SIGINT, on_interrupt);
	ops = p.nr_ops;
	tasks = p.nr_tasks;
	start = clock_seconds();
	by_race = begin_with_race(&o, &p);
	err = minimize_program(&o, &p, &st);
	cli_progress_end();
	if (err) {
		status = explain(path, &o, &p, err);
		goto out;
	}
	if (o.shows && p.expect != ORACLE_NONE) {
		status = cli_error("%s: found a failure by oracle %s, expected a program that "
				   "passes and shows the events",
				   path, oracle_id(p.expect));
		goto out;
	}
	if (o.shows) {
		/* A program that shows events may do so on any path. */
		p.digest = 0;
		p.shows = o.shows;
	}
	err = o.output ? output_program(o.output, &p) : text_print(&p, stdout);
	if (err) {
		status = cli_error("%s: %s", o.output ? o.output : "standard output",
				   strerror(-err));
		goto out;
	}
	fprintf(stderr,
		"%s: %s: %u operations of %u, %u tasks of %u, %u changes; %llu runs in %.1f s%s\n",
		path, o.shows ? "shown" : oracle_id(p.expect), p.nr_ops, ops, p.nr_tasks, tasks,
		p.schedule.nr, st.runs, clock_seconds() - start,
		by_race ? ", by way of a race" : "");
	status = EXIT_CLEAN;
out:
	program_fini(&p);
	return status;
}
