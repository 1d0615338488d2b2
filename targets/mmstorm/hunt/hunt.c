/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hunt.c - see hunt.h.
 *
 * Runs take place one at a time: threads use all of the host's CPUs, and times would not compare.
 */
#include "hunt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "build.h"
#include "child.h"
#include "cli.h"
#include "plan.h"
#include "record.h"
#include "table.h"
#include "workdir.h"

/* A program ends by itself at its limit; a report and its symbols may take longer. */
#define LATE_SECONDS 60

#define MEMBER(m) .offset = offsetof(struct hunt_options, m)

const struct option_spec hunt_specs[] = {
	{"bugs", .kind = OPTION_TEXT, .value = "BUG,...", MEMBER(bugs),
	 .help = "hunt: bugs of mmstorm bugs, or all (default: the concurrent ones, whose "
		 "reproducers have several tasks or a schedule)"},
	{"columns", .kind = OPTION_TEXT, .value = "NAME,...", MEMBER(columns),
	 .help = "hunt: ways to look (default: all): tsan, asan: threads of mmstorm stress; "
		 "sequential, round-robin, uniform, random, pct, changes: mmstorm explore with "
		 "that strategy on the reproducer without its schedule, where uniform is random "
		 "with odds of 1; fuzz, fuzz-plain: the fuzz target with the structural mutator "
		 "and without, from the ordinary seeds"},
	{"seeds", .kind = OPTION_NUMBER, .value = "N", MEMBER(seeds), .lo = 1, .hi = 1000,
	 .help = "hunt: runs of each way on each bug, with different seeds (default: 5)"},
	{"seconds", .kind = OPTION_NUMBER, .value = "N", MEMBER(seconds), .lo = 1, .hi = 1000000,
	 .help = "hunt: limit of a run (default: 60)"},
	{"state", .kind = OPTION_TEXT, .value = "FILE", MEMBER(state),
	 .help = "hunt: take over the runs in FILE, and add each run to it: a hunt that was "
		 "interrupted goes on"},
	{"findings", .kind = OPTION_TEXT, .value = "DIR", MEMBER(findings),
	 .help = "hunt: keep the programs that are found as DIR/BUG-COLUMN-SEED.prog"},
	{"bank", .kind = OPTION_TEXT, .value = "DIR", MEMBER(bank),
	 .help = "hunt: the folder of the bank (default: " BANK_DIR ")"},
	{"build", MEMBER(build),
	 .help = "hunt: build the programs that are missing, of the flavours release, asan, tsan, "
		 "fuzz and fuzz-tsan; in the top folder of the sources"},
	{"sample", MEMBER(sample),
	 .help = "hunt: two bugs, one seed and 3 s, where other options do not say more"},
	{0},
};

/**
 * struct hunt - a hunt at work
 * @reported: controls that reported something
 * @stopped:  the user has interrupted it
 */
struct hunt {
	struct bench_out *out;
	const struct hunt_options *o;
	struct plan plan;
	struct record record;
	struct workdir work;
	size_t reported;
	bool stopped;
};

static void read_log(const struct hunt_job *job, const char *path, struct way_result *r)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	*r = (struct way_result){0};
	while (f && getline(&line, &size, f) >= 0)
		way_read(job->way, line, r);
	free(line);
	if (f)
		fclose(f);
}

/* The last line of a run that went wrong. */
static int explain(const struct hunt *h, const struct way_program *program, const char *what)
{
	FILE *f = fopen(h->work.log, "r");
	char *line = NULL, last[256] = "no output";
	size_t size = 0;

	while (f && getline(&line, &size, f) >= 0)
		if (*line != '\n')
			snprintf(last, sizeof(last), "%.*s", (int)strcspn(line, "\n"), line);
	free(line);
	if (f)
		fclose(f);
	return cli_error("%s: %s: %s", program->path, what, last);
}

static int keep(const struct hunt *h, const struct hunt_job *job)
{
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s-%s-%llu%s.prog", h->o->findings, job->bug->id,
		 job->way->name, job->seed, job->control ? "-control" : "");
	return workdir_keep(&h->work, path);
}

/* Return: 0, or EXIT_BAD after a message. */
static int run_job(struct hunt *h, const struct hunt_job *job)
{
	static struct way_command command;
	struct way_program program;
	struct way_result result;
	char input[PATH_MAX], what[64];
	double took;
	int status = workdir_input(&h->work, job, input);

	way_program(job, &program);
	status = status ? status : workdir_empty(&h->work);
	if (status)
		return status;
	way_command(job, program.path, input, h->work.run, &command);
	switch (child_run(command.argv, h->work.log, (double)job->limit + LATE_SECONDS, &status,
			  &took)) {
	case CHILD_ENDED:
		break;
	case CHILD_INTERRUPTED:
		h->stopped = true;
		return 0;
	case CHILD_LATE:
		return explain(h, &program, "did not end in time");
	case CHILD_NOT_STARTED:
		return cli_error("%s: cannot start it", program.path);
	}
	read_log(job, h->work.log, &result);
	if (status && !*result.oracle) {
		snprintf(what, sizeof(what), "status %d without a finding", status);
		return explain(h, &program, what);
	}
	if (*result.oracle && h->o->findings && keep(h, job))
		return EXIT_BAD;
	return record_add(&h->record, job, took, &result);
}

static int run_jobs(struct hunt *h)
{
	int status = 0;

	for (size_t i = 0; i < h->plan.nr_jobs && !status && !h->stopped; i++) {
		const struct hunt_job *job = &h->plan.job[i];
		char text[256];

		if (record_find(&h->record, job))
			continue;
		snprintf(text, sizeof(text), "%zu of %zu: %s by %s, %s %llu", i + 1,
			 h->plan.nr_jobs, job->bug->id, job->way->name,
			 job->control ? "control, seed" : "seed", job->seed);
		bench_progress(h->out, text);
		status = run_job(h, job);
	}
	return status;
}

/* A report on the sound allocators is a false alarm. */
static void judge_controls(struct hunt *h)
{
	char text[512];

	for (size_t i = 0; i < h->record.nr; i++) {
		const struct hunt_run *run = &h->record.run[i];

		if (!run->control || !*run->result.oracle)
			continue;
		h->reported++;
		snprintf(text, sizeof(text),
			 "ERROR: the control of %s by %s reported %s: found a finding on the sound "
			 "allocators, expected none",
			 run->what, run->way, run->result.oracle);
		bench_note(h->out, text);
	}
}

static void note_missing(struct hunt *h)
{
	const struct way_program *first = h->plan.missing;
	char text[512];

	if (!h->plan.nr_missing)
		return;
	snprintf(text, sizeof(text),
		 "%zu programs are not built, and their cells are empty: --build builds them. "
		 "The first is the target %s of the flavour %s",
		 h->plan.nr_missing, first->target, first->flavour);
	bench_note(h->out, text);
}

/* Return: 0, or EXIT_BAD after a message. */
static int prepare(struct hunt *h, const struct bank *bank)
{
	const struct hunt_options *o = h->o;
	int status = plan_make(&h->plan, o, bank);

	status = status ? status : plan_jobs(&h->plan);
	if (!status && o->build && h->plan.nr_missing) {
		bench_progress(h->out, "building");
		status = build_programs(h->plan.missing, h->plan.nr_missing);
		status = status ? status : plan_jobs(&h->plan);
	}
	if (!status && !h->plan.nr_jobs)
		status = h->plan.nr_missing
				 ? cli_error("mmstorm bench: hunt: found no program, such as the "
					     "target %s of the flavour %s, expected one: --build "
					     "builds them",
					     h->plan.missing[0].target, h->plan.missing[0].flavour)
				 : cli_error("mmstorm bench: hunt: found no run: these columns do "
					     "not apply to these bugs");
	if (!status && o->findings && mkdir(o->findings, 0777) && errno != EEXIST)
		status = cli_error("%s: %s", o->findings, strerror(errno));
	return status ? status : record_open(&h->record, o->state, h->plan.limit);
}

/* Return: the exit status. */
static int hunt(struct hunt *h, const struct bank *bank)
{
	int status = prepare(h, bank);

	status = status ? status : workdir_create(&h->work, h->o->bank);
	if (status)
		return status;
	status = run_jobs(h);
	workdir_remove(&h->work);
	if (status)
		return status;
	table_print(h->out, &h->plan, &h->record);
	note_missing(h);
	judge_controls(h);
	if (h->stopped)
		bench_note(h->out,
			   h->o->state ? "interrupted: the same command goes on" : "interrupted");
	return h->stopped || h->reported ? EXIT_FINDING : EXIT_CLEAN;
}

int hunt_bench(struct bench_out *out, const struct hunt_options *o)
{
	struct hunt h = {.out = out, .o = o, .record = {.fd = -1}};
	struct bank bank;
	int status = bank_read(&bank, o->bank);

	child_catch_signals();
	status = status ? status : hunt(&h, &bank);
	child_release_signals();
	record_close(&h.record);
	plan_free(&h.plan);
	bank_free(&bank);
	return status;
}
