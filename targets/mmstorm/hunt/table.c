/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c - see table.h.
 */
#include "table.h"

#include <stdio.h>
#include <string.h>

#include "bench/survival.h"

/* Most seeds of a hunt (hunt.c). */
#define MAX_LIVES 1000

/**
 * struct cell - all runs of a way on a bug
 * @nr, @found:   runs, and those with a finding
 * @seconds:      their times
 * @executions:   their executions
 * @nr_executions: of how many these are known
 * @other:        findings of another oracle than the bug's
 */
struct cell {
	unsigned int nr, found, nr_executions, other;
	struct bench_life seconds[MAX_LIVES], executions[MAX_LIVES];
};

static void gather(struct cell *c, const struct way *way, const struct bug *bug,
		   const struct plan *p, const struct record *r)
{
	c->nr = c->found = c->nr_executions = c->other = 0;
	for (u64 seed = 1; seed <= p->seeds; seed++) {
		const struct hunt_job job = {way, bug, false, seed, p->limit};
		const struct hunt_run *run = record_find(r, &job);
		bool censored;

		if (!run)
			continue;
		censored = !*run->result.oracle;
		/* A search that ended early has tried all that it can. */
		c->seconds[c->nr++] =
			(struct bench_life){censored ? (double)run->limit : run->seconds, censored};
		if (run->result.executions)
			c->executions[c->nr_executions++] =
				(struct bench_life){(double)run->result.executions, censored};
		c->found += !censored;
		c->other += !censored && strcmp(run->result.oracle, bug->oracle) != 0;
	}
}

static void print_median(struct bench_out *out, const struct bug *bug, const struct way *way,
			 struct bench_life *life, unsigned int nr, const char *unit)
{
	struct bench_median m = bench_median(life, nr);

	(m.above ? bench_above : bench_value)(out, bug->id, way->name, m.time, unit);
}

/* The figure in a cell of a table. */
enum figure {
	FIGURE_SECONDS,
	FIGURE_EXECUTIONS,
	FIGURE_FOUND,
	FIGURE_OTHER,
	NR_FIGURES,
};

static const struct bench_plot plot = {
	.title = "Time to the first finding of each bug (at the limit: in less than half of the "
		 "runs)",
	.x = "bug",
	.y = "s",
	.log = true,
};

static void print_cell(struct bench_out *out, enum figure figure, const struct bug *bug,
		       const struct way *way, struct cell *c)
{
	switch (figure) {
	case FIGURE_SECONDS:
		print_median(out, bug, way, c->seconds, c->nr, "s");
		bench_bar(out, &plot, way->name, bug->id, bench_median(c->seconds, c->nr).time);
		break;
	case FIGURE_EXECUTIONS:
		if (c->nr_executions)
			print_median(out, bug, way, c->executions, c->nr_executions, "executions");
		break;
	case FIGURE_FOUND:
		bench_value(out, bug->id, way->name, 100.0 * c->found / c->nr, "% of runs");
		break;
	case FIGURE_OTHER:
		if (c->found)
			bench_value(out, bug->id, way->name, 100.0 * c->other / c->found,
				    "% of findings");
		break;
	case NR_FIGURES:
		break;
	}
}

void table_print(struct bench_out *out, const struct plan *p, const struct record *r)
{
	static const char *const title[NR_FIGURES] = {
		[FIGURE_SECONDS] = "Seconds to the first finding: median of Kaplan and Meier",
		[FIGURE_EXECUTIONS] = "Executions to the first finding: runs of a program, or "
				      "operations of threads",
		[FIGURE_FOUND] = "Runs with a finding, %",
		[FIGURE_OTHER] = "Findings of another oracle than the reproducer's, %",
	};
	static struct bench_table table[NR_FIGURES];
	static struct cell c;

	for (unsigned int f = 0; f < NR_FIGURES; f++) {
		table[f].title = title[f];
		for (size_t w = 0; w < p->nr_ways; w++)
			table[f].columns[w] = p->way[w]->name;
		table[f].columns[p->nr_ways] = NULL;
		bench_table_begin(out, &table[f]);
		for (size_t b = 0; b < p->nr_bugs; b++) {
			for (size_t w = 0; w < p->nr_ways; w++) {
				gather(&c, p->way[w], p->bug[b], p, r);
				if (c.nr)
					print_cell(out, (enum figure)f, p->bug[b], p->way[w], &c);
			}
		}
	}
}
