/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ways.c - see ways.h.
 *
 * Programs are looked for in the folders of the other flavours, beside that of this program.
 */
#include "ways.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "beside.h"

const struct way ways[WAYS_MAX + 1] = {
	{"tsan", WAY_THREADS, .flavour = "tsan"},
	{"asan", WAY_THREADS, .flavour = "asan"},
	{"sequential", WAY_FIBERS, .strategy = "sequential", .once = true},
	{"round-robin", WAY_FIBERS, .strategy = "round-robin", .once = true},
	{"uniform", WAY_FIBERS, .strategy = "random", .odds = "1"},
	{"random", WAY_FIBERS, .strategy = "random"},
	{"pct", WAY_FIBERS, .strategy = "pct"},
	{"changes", WAY_FIBERS, .strategy = "changes"},
	{"fuzz", WAY_FUZZ},
	{"fuzz-plain", WAY_FUZZ, .plain = true},
};

static const char *target_of(const struct bug *bug)
{
	return target_table[bug->repro.target].name;
}

/* Races are seen by ThreadSanitizer alone, and what a sanitizer reports by AddressSanitizer. */
static const char *flavour_of(const struct way *way, const struct bug *bug)
{
	const bool race = !strcmp(bug->oracle, "race");

	if (way->flavour)
		return way->flavour;
	if (way->kind == WAY_FUZZ)
		return race ? "fuzz-tsan" : "fuzz";
	return race ? "tsan" : !strcmp(bug->oracle, "sanitizer") ? "asan" : "release";
}

bool way_program(const struct hunt_job *job, struct way_program *p)
{
	static const char *const sound_target[] = {"mmstorm_stress", "mmstorm", NULL};
	static const char *const sound_path[] = {"stress/mmstorm_stress", "mmstorm", NULL};
	static const char *const target[] = {"stress", "mmstorm", NULL};
	const enum way_kind kind = job->way->kind;
	const char *fuzz = target_of(job->bug);
	char name[512];

	p->flavour = flavour_of(job->way, job->bug);
	if (job->control) {
		snprintf(p->target, sizeof(p->target), "%s",
			 kind == WAY_FUZZ ? fuzz : sound_target[kind]);
		snprintf(name, sizeof(name), "../%s/%s%s", p->flavour,
			 kind == WAY_FUZZ ? "targets/" : "",
			 kind == WAY_FUZZ ? fuzz : sound_path[kind]);
	} else {
		snprintf(p->target, sizeof(p->target), "%s_%s",
			 kind == WAY_FUZZ ? fuzz : target[kind], job->bug->id);
		snprintf(name, sizeof(name), "../%s/corpus/bugs/%s/%s", p->flavour, job->bug->id,
			 kind == WAY_FUZZ ? fuzz : sound_path[kind]);
	}
	return find_beside(name, p->path, sizeof(p->path));
}

bool way_applies(const struct way *way, const struct bug *bug)
{
	return way->kind != WAY_THREADS || *bug->stress;
}

const char *way_control(const struct hunt_job *job)
{
	switch (job->way->kind) {
	case WAY_THREADS:
		return job->bug->stress;
	case WAY_FIBERS:
		return job->bug->id;
	case WAY_FUZZ:
		break;
	}
	return target_of(job->bug);
}

/**
 * struct writer - a command line as it grows
 */
struct writer {
	struct way_command *c;
	size_t nr, used;
};

static void add(struct writer *w, const char *fmt, ...) __printf(2, 3);

static void add(struct writer *w, const char *fmt, ...)
{
	char *at = w->c->text + w->used;
	va_list args;

	va_start(args, fmt);
	w->used += (size_t)vsnprintf(at, WAY_TEXT - w->used, fmt, args) + 1;
	va_end(args);
	w->c->argv[w->nr++] = at;
	w->c->argv[w->nr] = NULL;
}

static void add_threads(struct writer *w, const struct hunt_job *job, const char *work)
{
	add(w, "--json");
	add(w, "--seed=%llu", job->seed);
	add(w, "--seconds=%llu", job->limit);
	add(w, "--search=0");
	add(w, "--findings=%s/findings", work);
	add(w, "%s", job->bug->stress);
}

static void add_fibers(struct writer *w, const struct hunt_job *job, const char *input,
		       const char *work)
{
	/* Seeds count up from run to run, so those of two searches must lie apart. */
	const u64 seed = job->seed << 32;

	add(w, "explore");
	add(w, "--json");
	add(w, "--strategy=%s", job->way->strategy);
	if (job->way->odds)
		add(w, "--odds=%s", job->way->odds);
	add(w, "--seed=%llu", seed);
	add(w, "--seconds=%llu", job->limit);
	add(w, "--runs=%llu", job->way->once ? 1ULL : 1ULL << 62);
	add(w, "--output=%s/findings/found.prog", work);
	add(w, "%s", input);
}

static void add_fuzz(struct writer *w, const struct hunt_job *job, const char *input,
		     const char *work)
{
	add(w, "-seed=%llu", job->seed);
	add(w, "-max_total_time=%llu", job->limit);
	add(w, "-max_len=4096");
	add(w, "-print_final_stats=1");
	add(w, "-artifact_prefix=%s/", work);
	/* New inputs go to the first folder. */
	add(w, "%s", work);
	add(w, "%s", input);
}

void way_command(const struct hunt_job *job, const char *program, const char *input,
		 const char *work, struct way_command *c)
{
	struct writer w = {.c = c};

	if (job->way->kind == WAY_FUZZ) {
		add(&w, "/usr/bin/env");
		add(&w, "MMSTORM_PLAIN_MUTATOR=%d", job->way->plain);
		add(&w, "MMSTORM_FINDINGS=%s/findings", work);
	}
	add(&w, "%s", program);
	switch (job->way->kind) {
	case WAY_THREADS:
		add_threads(&w, job, work);
		break;
	case WAY_FIBERS:
		add_fibers(&w, job, input, work);
		break;
	case WAY_FUZZ:
		add_fuzz(&w, job, input, work);
		break;
	}
}

static void take_number(struct json_object *o, const char *key, u64 *number)
{
	struct json_object *value;

	if (json_object_object_get_ex(o, key, &value))
		*number = json_object_get_uint64(value);
}

static void take_oracle(struct json_object *o, const char *key, struct way_result *r)
{
	struct json_object *value;

	if (json_object_object_get_ex(o, key, &value))
		snprintf(r->oracle, sizeof(r->oracle), "%s", json_object_get_string(value));
}

/* A line of libFuzzer, or of what the harness prints under it. */
static void read_fuzz(const char *line, struct way_result *r)
{
	if (!*r->oracle)
		sscanf(line, "mmstorm-finding: %63s", r->oracle);
	sscanf(line, "stat::number_of_executed_units: %llu", &r->executions);
}

void way_read(const struct way *way, const char *line, struct way_result *r)
{
	struct json_object *o;

	if (way->kind == WAY_FUZZ) {
		read_fuzz(line, r);
		return;
	}
	o = *line == '{' ? json_tokener_parse(line) : NULL;
	if (!o)
		return;
	if (way->kind == WAY_THREADS) {
		take_oracle(o, "finding", r);
		take_number(o, "operations", &r->executions);
	} else {
		take_oracle(o, "oracle", r);
		take_number(o, "runs", &r->executions);
		take_number(o, "found_at", &r->executions);
	}
	json_object_put(o);
}
