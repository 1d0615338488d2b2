/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explore.c - searches of all schedules, of small programs whose numbers of traces are known.
 *
 * Each row searches without bounds, by a table of states and by partial-order reduction. Both must
 * find the number of traces that is known, and say so if they do not. The runs beyond the traces
 * are what an algorithm wastes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "explore/explorer.h"
#include "explore/known.h"
#include "sched/clock.h"

/* Programs with more traces are too long for --quick, and for the table of states. */
#define QUICK_TRACES 100
#define STATE_TRACES 4000

static struct explore_stats search(struct sched *s, const struct known *k, bool reduce)
{
	const struct explorer_params ep = {.bounds = {EXPLORE_ALL, 0, EXPLORE_ALL},
					   .reduce = reduce};
	struct explorer *e = explorer_create(&ep);
	struct sched_params p = {.nr_cpus = k->nr_tasks, .nr_tasks = k->nr_tasks};
	struct explore_stats stats;
	struct sched_result r;

	if (!e)
		abort();
	p.strategy = explorer_strategy(e);
	while (explorer_next(e)) {
		sched_run(s, &p, known_init, (void *)k, &r);
		explorer_ended(e, &r);
	}
	stats = *explorer_stats(e);
	explorer_destroy(e);
	return stats;
}

static void one_search(struct bench_out *out, struct sched *s, const struct known *k, bool reduce)
{
	double start = clock_seconds(), seconds;
	struct explore_stats st = search(s, k, reduce);
	char name[64], note[160];

	seconds = clock_seconds() - start;
	snprintf(name, sizeof(name), k->n ? "%s(%u)" : "%s", k->name, k->n);
	if (!reduce)
		bench_value(out, name, "known", (double)k->traces, "traces");
	bench_value(out, name, reduce ? "reduced" : "states", (double)st.traces, "traces");
	bench_value(out, name, reduce ? "r. runs" : "s. runs", (double)st.runs, "runs");
	bench_value(out, name, reduce ? "r. 1/s" : "s. 1/s", (double)st.runs / seconds, "1/s");
	if (st.traces == k->traces)
		return;
	snprintf(note, sizeof(note), "%s: found %llu traces, expected %llu", name, st.traces,
		 k->traces);
	bench_note(out, note);
}

void explore_bench(struct bench_out *out)
{
	static const struct bench_table table = {
		"Traces of small programs, by a table of states and by reduction",
		{"known", "states", "s. runs", "s. 1/s", "reduced", "r. runs", "r. 1/s"},
	};
	struct sched *s = sched_create();

	if (!s)
		abort();
	bench_table_begin(out, &table);
	for (u32 i = 0; i < nr_known_programs; i++) {
		const struct known *k = &known_programs[i];

		if (k->traces > (out->quick ? QUICK_TRACES : STATE_TRACES))
			continue;
		bench_progress(out, k->name);
		one_search(out, s, k, false);
		one_search(out, s, k, true);
	}
	sched_destroy(s);
}
