/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.c - see plan.h.
 */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* Of --sample: one bug of each allocator. */
#define SAMPLE_BUGS "percpu-areamap-stale-index,vmap-lazy-count"
#define SAMPLE_SEEDS 1
#define SAMPLE_SECONDS 3
#define DEFAULT_SEEDS 5
#define DEFAULT_SECONDS 60

/* The next name of a list with commas. Return: its length, or 0 after the last one. */
static size_t next_name(const char **at)
{
	*at += **at == ',';
	return strcspn(*at, ",");
}

static bool in_list(const char *list, const char *name)
{
	size_t len;

	for (const char *at = list; (len = next_name(&at)) != 0; at += len)
		if (strlen(name) == len && !strncmp(at, name, len))
			return true;
	return false;
}

static const struct bug *bug_by_name(const struct bank *bank, const char *name, size_t len)
{
	for (size_t i = 0; i < bank->nr; i++)
		if (strlen(bank->bug[i].id) == len && !strncmp(bank->bug[i].id, name, len))
			return &bank->bug[i];
	return NULL;
}

static const struct way *way_by_name(const char *name, size_t len)
{
	for (const struct way *w = ways; w->name; w++)
		if (strlen(w->name) == len && !strncmp(w->name, name, len))
			return w;
	return NULL;
}

static int choose_bugs(struct plan *p, const struct hunt_options *o, const struct bank *bank)
{
	const char *list = o->bugs ? o->bugs : o->sample ? SAMPLE_BUGS : NULL;
	const bool all = list && !strcmp(list, "all");
	size_t len;

	for (const char *at = list; at && !all && (len = next_name(&at)) != 0; at += len)
		if (!bug_by_name(bank, at, len))
			return cli_error("mmstorm bench: --bugs: found '%.*s', expected one of "
					 "mmstorm bugs",
					 (int)len, at);
	p->bug = calloc(bank->nr + 1, sizeof(*p->bug));
	if (!p->bug)
		return cli_error("mmstorm bench: no memory");
	for (size_t i = 0; i < bank->nr; i++) {
		const struct bug *bug = &bank->bug[i];

		if (all || (list ? in_list(list, bug->id) : bug_is_concurrent(bug)))
			p->bug[p->nr_bugs++] = bug;
	}
	return p->nr_bugs ? 0 : cli_error("mmstorm bench: --bugs: found no name, expected one");
}

static int choose_ways(struct plan *p, const char *list)
{
	size_t len;

	for (const char *at = list; at && (len = next_name(&at)) != 0; at += len)
		if (!way_by_name(at, len))
			return cli_error("mmstorm bench: --columns: found '%.*s', expected one of "
					 "mmstorm bench --help",
					 (int)len, at);
	for (const struct way *w = ways; w->name; w++)
		if (!list || in_list(list, w->name))
			p->way[p->nr_ways++] = w;
	return p->nr_ways ? 0 : cli_error("mmstorm bench: --columns: found no name, expected one");
}

int plan_make(struct plan *p, const struct hunt_options *o, const struct bank *bank)
{
	int status;

	*p = (struct plan){
		.seeds = o->seeds    ? o->seeds
			 : o->sample ? SAMPLE_SEEDS
				     : DEFAULT_SEEDS,
		.limit = o->seconds  ? o->seconds
			 : o->sample ? SAMPLE_SECONDS
				     : DEFAULT_SECONDS,
	};
	status = choose_bugs(p, o, bank);
	return status ? status : choose_ways(p, o->columns);
}

static bool is_listed(const struct plan *p, const struct hunt_job *job)
{
	for (size_t i = 0; i < p->nr_jobs; i++)
		if (p->job[i].way == job->way && p->job[i].control == job->control &&
		    !strcmp(way_control(&p->job[i]), way_control(job)))
			return true;
	return false;
}

static void add_missing(struct plan *p, const struct way_program *program)
{
	for (size_t i = 0; i < p->nr_missing; i++)
		if (!strcmp(p->missing[i].path, program->path))
			return;
	p->missing[p->nr_missing++] = *program;
}

/* All ways on all bugs, once. */
static void add_jobs(struct plan *p, bool control, u64 seed)
{
	for (size_t b = 0; b < p->nr_bugs; b++) {
		for (size_t w = 0; w < p->nr_ways; w++) {
			const struct hunt_job job = {p->way[w], p->bug[b], control, seed, p->limit};
			struct way_program program;

			if (!way_applies(job.way, job.bug) || (control && is_listed(p, &job)) ||
			    (job.way->once && seed > 1))
				continue;
			if (way_program(&job, &program))
				p->job[p->nr_jobs++] = job;
			else
				add_missing(p, &program);
		}
	}
}

int plan_jobs(struct plan *p)
{
	const size_t pairs = p->nr_bugs * p->nr_ways;

	free(p->job);
	free(p->missing);
	p->nr_jobs = p->nr_missing = 0;
	p->job = calloc(pairs * (p->seeds + 1), sizeof(*p->job));
	p->missing = calloc(2 * pairs, sizeof(*p->missing));
	if (!p->job || !p->missing)
		return cli_error("mmstorm bench: no memory");
	add_jobs(p, true, 1);
	/* Seed by seed, so that an interrupted hunt has some runs of everything. */
	for (u64 seed = 1; seed <= p->seeds; seed++)
		add_jobs(p, false, seed);
	return 0;
}

void plan_free(struct plan *p)
{
	free(p->bug);
	free(p->job);
	free(p->missing);
}
