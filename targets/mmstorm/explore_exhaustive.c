/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explore_exhaustive.c - mmstorm explore --exhaustive; see explore_exhaustive.h.
 */
#include "explore_exhaustive.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "exhaustive.h"
#include "minimize_child.h"
#include "run_result.h"
#include "sched/clock.h"
#include "tool/explore.h"
#include "tool/finding.h"
#include "tool/isolate.h"
#include "tool/output.h"

#define MINIMIZE_SECONDS 20

/* Of the history of a minimised program, the beginning. */
#define HISTORY_MAX 65536

static const char *parse_bound(const char *text, void *to)
{
	char *end;
	unsigned long x = strtoul(text, &end, 10);

	if (!strcmp(text, "all"))
		x = EXPLORE_ALL;
	else if (end == text || *end || *text == '-' || x > EXPLORE_MAX)
		return "a number from 0 to 250, or all";
	*(u8 *)to = (u8)x;
	return NULL;
}

static const char *parse_shard(const char *text, void *to)
{
	struct explorer_params *p = to;
	char rest;

	if (sscanf(text, "%u/%u%c", &p->shard, &p->nr_shards, &rest) != 2 || !p->shard ||
	    p->shard > p->nr_shards)
		return "a part and a number of parts, such as 1/4";
	p->shard--;
	return NULL;
}

#define MEMBER(m) .offset = offsetof(struct exhaustive_options, m)
#define BOUND(m) .kind = OPTION_CALL, .parse = parse_bound, MEMBER(params.bounds.m)

const struct option_spec explore_exhaustive_specs[] = {
	{"exhaustive", MEMBER(on),
	 .help = "try every schedule within the next three bounds, first those with the fewest "
		 "preemptions, and print a certificate if none fails. Takes several files"},
	{"preemptions", .value = "K", BOUND(preemptions),
	 .help = "most switches away from a task that could go on, or all (default: 2)"},
	{"migrations", .value = "M", BOUND(migrations),
	 .help = "most moves of a task to another CPU, or all (default: 0)"},
	{"interrupts", .value = "I", BOUND(interrupts),
	 .help = "most interrupts that come where another task could run, or all (default: 2)"},
	{"state", .kind = OPTION_TEXT, .value = "FILE", MEMBER(state),
	 .help = "go on with the search in FILE, if it exists, and write it there when it stops"},
	{"shard", .kind = OPTION_CALL, .value = "I/N", .parse = parse_shard, MEMBER(params),
	 .help = "search one of N parts, which together are the whole search"},
	{"memory", .kind = OPTION_SIZE, .value = "SIZE", MEMBER(params.memory), .lo = 1 << 20,
	 .hi = 1ULL << 40,
	 .help = "most memory for each of two tables: states and traces (default: 1G)"},
	{0},
};

int explore_exhaustive_check(const struct exhaustive_options *o, int files, bool other)
{
	const struct explore_bounds d = EXPLORE_DEFAULT_BOUNDS, *b = &o->params.bounds;

	if (!o->on &&
	    (memcmp(b, &d, sizeof(d)) || o->state || o->params.nr_shards || o->params.memory))
		return cli_error("mmstorm explore: found a bound, --state, --shard or --memory, "
				 "expected --exhaustive with it");
	if (!o->on)
		return -1;
	if (files > 1 && (o->output || o->state))
		return cli_error("mmstorm explore: found %s with %d files, expected one file",
				 o->output ? "--output" : "--state", files);
	if (other)
		return cli_error("mmstorm explore: found --exhaustive with --strategy, --shows, "
				 "--oracle or --keep-going, expected it without");
	return -1;
}

static const char *bound_text(u8 bound, char buf[32])
{
	if (bound == EXPLORE_ALL)
		return "any number of";
	snprintf(buf, 32, "at most %u", bound);
	return buf;
}

static void show_progress(const struct exhaustive *x)
{
	double left = x->done > 0 ? (double)x->stats.runs * (1 - x->done) / x->done : 0;

	cli_progress("%u preemptions: %llu runs, %llu traces, %.3g %% done, about %.3g runs left",
		     x->round, x->stats.runs, x->stats.traces, 100 * x->done, left);
}

/**
 * struct mode - a search of one file
 */
struct mode {
	const struct exhaustive_options *o;
	const struct common_options *common;
	const char *path;
	struct exhaustive *x;
};

static void print_counts(const struct mode *m)
{
	const struct exhaustive *x = m->x;
	double seconds = x->seconds > 0 ? x->seconds : 1e-9;

	printf("  %llu runs, %llu redundant, %llu blocked, deepest %llu choices; %.0f schedules/s, "
	       "%.1f MiB\n",
	       x->stats.runs, x->stats.redundant, x->stats.blocked, x->stats.deepest,
	       (double)x->all_runs / seconds, (double)x->stats.memory / (1 << 20));
}

static void print_certificate(const struct mode *m)
{
	const struct explore_bounds *b = &m->x->params.bounds;
	char k[32], mi[32], in[32];
	const struct exhaustive *x = m->x;

	printf("%s: %llu traces, %s preemptions, %s migrations, %s interrupts: no finding in "
	       "flavour %s\n",
	       m->path, x->stats.traces, bound_text(b->preemptions, k),
	       bound_text(b->migrations, mi), bound_text(b->interrupts, in), exhaustive_flavour());
	printf("  version %u of the search; for the program: certified K=%u traces=%llu "
	       "digest=0x%016llx\n",
	       EXPLORE_VERSION, b->preemptions, x->stats.traces, exhaustive_digest(x));
	if (x->params.nr_shards)
		printf("  part %u of %u: no certificate without the others\n", x->params.shard + 1,
		       x->params.nr_shards);
	print_counts(m);
	if (!isolate_finds(ORACLE_RACE))
		printf("  this says nothing about data races: preset tsan does\n");
}

static void print_cut(const struct mode *m)
{
	const struct exhaustive *x = m->x;

	printf("%s: no certificate: %s cut the search at %u preemptions; %llu traces so far, no "
	       "finding\n",
	       m->path, exhaustive_cut(x), x->round, x->stats.traces);
	printf("  about %.3g %% done\n", 100 * x->done);
	print_counts(m);
	if (x->params.bounds.preemptions != x->round && x->round)
		printf("  complete up to %u preemptions\n", x->round - 1);
	if (m->o->state)
		printf("  go on: the same command again, with --state %s\n", m->o->state);
}

/* The words of a line of a history from @from on, for free(). */
static char *words_of(const char *line, size_t skip)
{
	const char *at = line + min(skip, strcspn(line, "\n"));
	const char *end = strstr(at, "  ..");
	size_t n = strcspn(at, "\n");

	return strndup(at, end && (size_t)(end - at) < n ? (size_t)(end - at) : n);
}

/* The last line before @end, and the first one from @end on, in which @task begins an operation. */
static char *op_near(const char *history, const char *end, const char *task, bool after)
{
	char head[32], *found = NULL;
	int n = snprintf(head, sizeof(head), "  %-5s cpu ", task);

	for (const char *line = after ? end : history; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!after && line >= end)
			break;
		if (strncmp(line, head, (size_t)n) || !strstr(line, "  .."))
			continue;
		free(found);
		found = words_of(line, (size_t)n + 2 + strspn(line + n + 1, " "));
		if (after)
			break;
	}
	return found;
}

/* One sentence: the preemption, and the two operations that overlap there. */
static void print_overlap(const char *history)
{
	const char *line = strstr(history, " (by schedule)");
	char from[24], to[24], *a, *b;
	u64 step;

	while (line && line > history && line[-1] != '\n')
		line--;
	if (!line || sscanf(line, "@%llu %23s -> %23s", &step, from, to) != 3)
		return;
	a = op_near(history, line, from, false);
	b = op_near(history, line, to, true);
	if (!b)
		b = op_near(history, line, to, false);
	if (a && b)
		printf("  %s of task %s must run where task %s is within %s, at step %llu\n", b, to,
		       from, a, step);
	free(a);
	free(b);
}

static void explain(const struct program *q)
{
	struct run_options ro = {.times = 1};
	struct run_result r;
	char history[HISTORY_MAX];
	size_t size;

	/* A file: the run happens in a child. */
	ro.trace = tmpfile();
	if (!ro.trace)
		return;
	if (!run_program(q, &ro, &r)) {
		rewind(ro.trace);
		size = fread(history, 1, sizeof(history) - 1, ro.trace);
		history[size] = '\0';
		print_overlap(history);
	}
	fclose(ro.trace);
}

/* Make @q the failing program with its list, minimised. Return: 0 or a negative error number. */
static int pin_and_minimize(const struct mode *m, struct program *q)
{
	const struct isolate_options options = {.seconds = ISOLATE_SECONDS, .brief = true};
	struct isolate *i = isolate_create(&options);
	struct minimize_options mo = {
		.oracle = m->x->result.sched.report.oracle,
		.deadline = clock_seconds() + MINIMIZE_SECONDS,
	};
	struct minimize_stats st;
	struct exec_result r;
	int err = i ? 0 : -ENOMEM;

	if (!err) {
		q->schedule = m->x->taken;
		err = explore_pin(q, &(struct runner){isolate_run, i}, &r);
	}
	isolate_destroy(i);
	if (err && err != -EILSEQ)
		return err;
	return minimize_in_children(q, &mo, &st, &mo.runner);
}

static int report_finding(const struct mode *m, const struct program *p)
{
	const struct report *r = &m->x->result.sched.report;
	char path[PATH_MAX] = "";
	struct program q;
	int err;

	printf("%s: %s with %u preemptions, at run %llu: %s\n", m->path, oracle_id(r->oracle),
	       m->x->round, m->x->all_runs, r->text);
	cli_print_where(stdout, p, r);
	print_counts(m);
	program_init(&q, p->target);
	err = program_copy(&q, p);
	if (!err)
		err = pin_and_minimize(m, &q);
	cli_progress_end();
	if (!err && m->o->output) {
		snprintf(path, sizeof(path), "%s", m->o->output);
		err = output_program(path, &q);
	} else if (!err) {
		err = finding_write(&q, q.expect, q.digest, path);
	}
	if (!err) {
		explain(&q);
		printf("  written to %s\n  replay: %s run %s\n", path, program_invocation_name,
		       path);
	}
	program_fini(&q);
	return err ? cli_error("%s: cannot write the finding: %s", m->path, strerror(-err))
		   : EXIT_FINDING;
}

static void print_json(const struct mode *m)
{
	const struct exhaustive *x = m->x;
	struct json_object *j = json_object_new_object();
	const char *cut = exhaustive_cut(x);

	json_object_object_add(j, "file", json_object_new_string(m->path));
	json_object_object_add(j, "flavour", json_object_new_string(exhaustive_flavour()));
	json_object_object_add(j, "preemptions", json_object_new_int(x->round));
	json_object_object_add(j, "migrations", json_object_new_int(x->params.bounds.migrations));
	json_object_object_add(j, "interrupts", json_object_new_int(x->params.bounds.interrupts));
	json_object_object_add(j, "complete", json_object_new_boolean(exhaustive_complete(x)));
	if (cut)
		json_object_object_add(j, "cut", json_object_new_string(cut));
	json_object_object_add(j, "traces", json_object_new_int64((s64)x->stats.traces));
	json_object_object_add(j, "runs", json_object_new_int64((s64)x->all_runs));
	json_object_object_add(j, "redundant", json_object_new_int64((s64)x->stats.redundant));
	json_object_object_add(j, "blocked", json_object_new_int64((s64)x->stats.blocked));
	json_object_object_add(j, "deepest", json_object_new_int64((s64)x->stats.deepest));
	json_object_object_add(j, "seconds", cli_json_number(x->seconds));
	json_object_object_add(j, "memory", json_object_new_int64((s64)x->stats.memory));
	json_object_object_add(j, "digest", cli_json_hex(exhaustive_digest(x)));
	json_object_object_add(j, "version", json_object_new_int(EXPLORE_VERSION));
	if (x->found)
		json_object_object_add(
			j, "oracle",
			json_object_new_string(oracle_id(x->result.sched.report.oracle)));
	cli_json(j);
}

/* Does the program have a line `certified` for this search that is not true any more? */
static bool outdated(const struct mode *m, const struct program_certified *c)
{
	const struct explore_bounds d = EXPLORE_DEFAULT_BOUNDS, *b = &m->x->params.bounds;
	const struct exhaustive *x = m->x;

	if (!c->traces || !exhaustive_complete(x) || c->preemptions != b->preemptions ||
	    b->migrations != d.migrations || b->interrupts != d.interrupts || x->params.nr_shards)
		return false;
	if (c->traces == x->stats.traces && c->digest == exhaustive_digest(x))
		return false;
	fprintf(stderr,
		"%s: found %llu traces with digest 0x%016llx, expected %llu with 0x%016llx by the "
		"line `certified`\n",
		m->path, x->stats.traces, exhaustive_digest(x), c->traces, c->digest);
	return true;
}

static int judge(const struct mode *m, const struct program *p)
{
	if (m->common->json)
		print_json(m);
	if (m->x->found)
		return m->common->json ? EXIT_FINDING : report_finding(m, p);
	if (!m->common->json && exhaustive_complete(m->x))
		print_certificate(m);
	else if (!m->common->json)
		print_cut(m);
	return outdated(m, &p->certified) ? EXIT_FINDING : EXIT_CLEAN;
}

static int bad_search(const struct mode *m, int err)
{
	if (m->o->state && (err == -ESTALE || err == -EINVAL || err == -EIO))
		return cli_error("%s: found %s, expected the state of this search", m->o->state,
				 err == -ESTALE	  ? "the state of another one"
				 : err == -EINVAL ? "a file of another kind or version"
						  : "a file that is cut short");
	return cli_error("%s: cannot search: %s", m->path, strerror(-err));
}

static int search_one(const struct exhaustive_options *o, const struct common_options *common,
		      const struct program *p, const char *path)
{
	struct mode m = {.o = o, .common = common, .path = path};
	int err, status;

	m.x = isolate_memory(sizeof(*m.x));
	if (!m.x)
		return cli_error("%s: %s", path, strerror(ENOMEM));
	m.x->params = o->params;
	m.x->runs = o->runs;
	m.x->deadline = o->seconds ? clock_seconds() + (double)o->seconds : 0;
	m.x->state = o->state;
	m.x->in_process = common->in_process;
	m.x->progress = show_progress;
	err = exhaustive_search(m.x, p);
	cli_progress_end();
	status = err ? bad_search(&m, err) : judge(&m, p);
	isolate_memory_free(m.x, sizeof(*m.x));
	return status;
}

int explore_exhaustive(const struct exhaustive_options *o, const struct common_options *common,
		       int files, char **path)
{
	int worst = EXIT_CLEAN;

	for (int i = 0; i < files && worst != EXIT_BAD; i++) {
		struct program p;
		int status;

		program_init(&p, TARGET_PERCPU_BITMAP);
		status = cli_program(&p, path[i], common->target, common->on);
		if (!status)
			status = search_one(o, common, &p, path[i]);
		program_fini(&p);
		worst = max(worst, status);
	}
	return worst;
}
