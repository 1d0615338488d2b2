/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_zone.c - the experiments of "Mitigate a vmap lock contention" (2023, 2024), in virtual
 * time.
 *
 * Both announcements measured an AMD Ryzen Threadripper 3970X with 32 cores and 64 CPUs.
 *
 * 2023, zones (Rezki, linux-mm, 22 May 2023, on 6.3): 1 to 32 jobs of vmalloc() and vfree() of a
 * page. One job takes 0.576 us before and 0.556 after, 32 jobs take 21.09 and 3.83.
 *
 * 2024, pools (v3, 2 January 2024, on 6.7-rc8): test_vmalloc.sh run_test_mask=7 nr_threads=64,
 * which is fix_size, full_fit and long_busy_list one after the other: 10 min 51.3 s before and
 * 51.3 s after, 12.7 times. Its profile says that pages were zeroed (22 % of the time after), and
 * that 93 % of the time before was spent waiting for spinlocks.
 *
 * The letters do not say: frequency, mitigations, and how often the loops were repeated.
 *
 * Here the same loops run on some CPUs of a simulated machine of 64, with the layer of before
 * (lazy), with zones, with pools, and with the layer before that (eager). A pair is vmalloc(), a
 * byte written, and vfree(). lazy_max_pages, the size of a zone and the number of nodes are those
 * of 64 CPUs, and the loops are long enough for purges.
 *
 * How time passes (sched/vtime.h). The host times two things on one thread, outside of a run: the
 * pair, and the part of it that concerns addresses (get_vm_area() to kfree()). The second time is
 * divided among the steps of a pair in a run of one CPU: each step through an area's structure has
 * its price (sched_vtime.touch), and the rest is divided evenly among the scheduling points. The
 * remaining time of the pair, page frames and page table, is added once a pair while no lock is
 * held: a kernel takes frames from lists of the CPU. So a purge holds the heap's lock as long as
 * it takes to merge the areas, step by step. Lines, locks, flushes and interrupts have the prices
 * of SCHED_VTIME_DEFAULTS or of the command line. No price is fitted to the announced figures.
 *
 * The second table assumes one thing more, which comes from the announcement: each pair has other
 * work outside of all locks, so that a pair of lazy on one CPU takes as long as announced.
 *
 * Not modelled:
 *   - pages are not zeroed: in long_busy_list, zeroing is more than half of the time with pools;
 *   - locks and lines of the page allocator, of slabs and of the page table;
 *   - full_fit and long_busy_list keep LIVE areas for each CPU, not 57,344 and 15,000: trees are
 *     some 5 levels lower;
 *   - which objects share a cache line in the kernel: here every object begins a line. With objects
 *     that begin a quarter of a line later, so that the list of areas in use is not in its lock's
 *     line, lazy takes 2.7 times as long on 8 CPUs;
 *   - the lines that balancing of trees and an eager space's walk along its list touch;
 *   - queued spinlocks: the price of a hand-over does not depend on the number of waiters, and two
 *     threads of a core are as good as two cores.
 */
#include <stdio.h>

#include "bench.h"
#include "vmap_load.h"

#define CPUS 64
#define NR_COUNTS 7 /* 1, 2, 4, ... 64 */
#define COUNT_32 5
#define PURGES 5
#define LIVE 1000

static const struct bench_loop fix_size = {.name = "fix_size", .pages = {1}};
static const struct bench_loop module_loops[] = {
	{.name = "fix_size", .pages = {1}},
	{.name = "full_fit", .pages = {1}, .live = LIVE, .holes = true},
	{.name = "long_busy_list", .pages = {100, 1}, .live = LIVE},
};

/* Announced: ns of a pair on 1, 2, 4, ... 32 CPUs; seconds of the three loops on 64 CPUs. */
static const double lazy_2023[] = {576.131, 2683.76, 6043.06, 10460.9, 14368.7, 21086.5};
static const double zone_2023[] = {555.889, 1078.95, 1289.24, 2159.64, 3028.5, 3829.04};
static const double lazy_2024 = 651.271, pool_2024 = 51.301;

/**
 * struct cost - the cost of a pair in one kind of space, in ns
 * @alone:   on the host
 * @kva:     the part of @alone that concerns addresses
 * @touched: the part of @kva that is steps through areas
 * @points:  scheduling points that a pair passes on one CPU
 * @point:   ns between two points
 * @work:    the rest of @alone
 */
struct cost {
	double alone, kva, touched;
	double points;
	u32 point;
	u64 work;
};

/**
 * struct bench_zone - the experiments
 * @lazy_max_pages: see struct vmap_config; smaller in a scaled-down run
 */
struct bench_zone {
	struct bench_out *out;
	struct sched *sched;
	struct sched_vtime vtime;
	unsigned long lazy_max_pages;
	struct bench_loaded got[NR_VMAP_KVAS][NR_COUNTS];
};

static const char *const announced_name[NR_VMAP_KVAS] = {
	[VMAP_LAZY] = "lazy-2023",
	[VMAP_ZONE] = "zone-2023",
};

static const double *const announced[NR_VMAP_KVAS] = {
	[VMAP_LAZY] = lazy_2023,
	[VMAP_ZONE] = zone_2023,
};

/* In the order of the tables' columns. */
static const enum vmap_kva kinds[] = {VMAP_EAGER, VMAP_LAZY, VMAP_ZONE, VMAP_POOL};

static const struct bench_table cost_table = {
	.title = "the parts of the virtual times below: vmalloc() and vfree() on one CPU",
	.columns = {"eager", "lazy", "zone", "pool"},
};

static const struct bench_table pair_table = {
	.title = "vmalloc() and vfree() of a page on some of 64 CPUs: virtual ns a pair",
	.columns = {"eager", "lazy", "zone", "pool", "lazy-2023", "zone-2023"},
};

static const struct bench_table work_table = {
	.title = "the same with other work, so that lazy on one CPU takes as long as announced",
	.columns = {"eager", "lazy", "zone", "pool", "lazy-2023", "zone-2023"},
};

static const struct bench_table events_table = {
	.title = "events of the first table, for 1,000 pairs",
	.columns = {"prefetch", "extra", "lost", "pool-hit", "pool-decay"},
};

static const struct bench_table purges_table = {
	.title = "purges of the first table, each with a flush, and interrupts of other CPUs, for "
		 "1,000 pairs",
	.columns = {"lazy", "zone", "pool", "eager-ipi", "lazy-ipi", "zone-ipi", "pool-ipi"},
};

static const struct bench_table module_table = {
	.title =
		"loops of test_vmalloc (run_test_mask=7) on 64 of 64 CPUs: virtual ns an operation",
	.columns = {"lazy", "zone", "pool", "lazy/zone", "lazy/pool", "2024"},
};

static const struct bench_plot pair_plot = {
	.title = "vmap: vmalloc() and vfree() of a page, in virtual time, on a machine of 64 CPUs",
	.x = "CPUs that do it",
	.y = "ns a pair",
	.log = true,
};

static const struct bench_plot work_plot = {
	.title = "vmap: the same with other work",
	.x = "CPUs that do it",
	.y = "ns a pair and its other work",
	.log = true,
};

static struct bench_load make_load(const struct bench_zone *b, enum vmap_kva kva,
				   const struct bench_loop *loop, unsigned int working)
{
	return (struct bench_load){
		.kva = kva,
		.loop = loop,
		.cpus = CPUS,
		.working = working,
		.purges = PURGES,
		.lazy_max_pages = b->lazy_max_pages,
	};
}

/* Return: false: a run failed, or there is no memory. */
static bool calibrate(struct bench_zone *b, enum vmap_kva kva, const struct bench_loop *loop,
		      struct cost *c)
{
	struct bench_load load = make_load(b, kva, loop, 1);
	struct bench_loaded got;
	double rest;

	c->alone = bench_load_alone(&load, false);
	c->kva = bench_load_alone(&load, true);
	load.vtime.touch = b->vtime.touch;
	if (!c->alone || !c->kva || !bench_load_run(b->sched, &load, &got)) {
		bench_note(b->out, got.error);
		return false;
	}
	c->touched = got.ns;
	c->points = got.points;
	rest = c->kva - c->touched;
	c->point = rest > 0 ? (u32)(rest / c->points) : 0;
	rest = c->alone - c->touched - c->point * c->points;
	c->work = rest > 0 ? (u64)rest : 0;
	return true;
}

static bool measure(struct bench_zone *b, enum vmap_kva kva, const struct bench_loop *loop,
		    const struct cost *c, unsigned int working, u64 work, struct bench_loaded *got)
{
	struct bench_load load = make_load(b, kva, loop, working);

	load.vtime = b->vtime;
	load.vtime.point = c->point;
	load.work = c->work + work;
	if (bench_load_run(b->sched, &load, got))
		return true;
	bench_note(b->out, got->error);
	return false;
}

static void print_row(struct bench_out *out, const char *name, const struct cost cost[NR_VMAP_KVAS],
		      double (*of)(const struct cost *c), const char *unit)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		bench_value(out, name, vmap_kva_name(kinds[i]), of(&cost[kinds[i]]), unit);
}

static double cost_alone(const struct cost *c)
{
	return c->alone;
}

static double cost_kva(const struct cost *c)
{
	return c->kva;
}

static double cost_touched(const struct cost *c)
{
	return c->touched;
}

static double cost_points(const struct cost *c)
{
	return c->points;
}

static double cost_point(const struct cost *c)
{
	return c->point;
}

static void print_costs(struct bench_out *out, const struct cost cost[NR_VMAP_KVAS])
{
	bench_table_begin(out, &cost_table);
	print_row(out, "the pair, ns", cost, cost_alone, "ns");
	print_row(out, "of this, addresses, ns", cost, cost_kva, "ns");
	print_row(out, "of that, steps through areas, ns", cost, cost_touched, "ns");
	print_row(out, "scheduling points", cost, cost_points, "1");
	print_row(out, "from one to the next, ns", cost, cost_point, "ns");
}

static double pair_ns(const struct bench_zone *b, enum vmap_kva kva, unsigned int i)
{
	return b->got[kva][i].ns;
}

/* Compare the figures of table @what with the announced ones. */
static void print_notes(const struct bench_zone *b, const char *what)
{
	const double ours_lazy = pair_ns(b, VMAP_LAZY, COUNT_32) / pair_ns(b, VMAP_LAZY, 0);
	const double ours_zone = pair_ns(b, VMAP_ZONE, COUNT_32) / pair_ns(b, VMAP_ZONE, 0);
	const double ours = pair_ns(b, VMAP_LAZY, COUNT_32) / pair_ns(b, VMAP_ZONE, COUNT_32);
	const double its = lazy_2023[COUNT_32] / zone_2023[COUNT_32];
	char text[320];

	snprintf(text, sizeof(text),
		 "%s: on 32 CPUs zones are %.1f times as fast as lazy, announced %.1f (quotient "
		 "%.2f); from 1 to 32 CPUs lazy grows %.1f times, announced %.1f (quotient %.2f), "
		 "and zones %.1f times, announced %.1f (quotient %.2f)",
		 what, ours, its, ours / its, ours_lazy, lazy_2023[COUNT_32] / lazy_2023[0],
		 ours_lazy * lazy_2023[0] / lazy_2023[COUNT_32], ours_zone,
		 zone_2023[COUNT_32] / zone_2023[0],
		 ours_zone * zone_2023[0] / zone_2023[COUNT_32]);
	bench_note(b->out, text);
	snprintf(text, sizeof(text), "%s: on 64 CPUs pools are %.1f times as fast as lazy", what,
		 pair_ns(b, VMAP_LAZY, NR_COUNTS - 1) / pair_ns(b, VMAP_POOL, NR_COUNTS - 1));
	bench_note(b->out, text);
}

static void print_pairs(const struct bench_zone *b, const struct bench_table *table,
			const struct bench_plot *plot, const char *title)
{
	char name[64];

	bench_table_begin(b->out, table);
	for (unsigned int i = 0; i < NR_COUNTS; i++) {
		unsigned int cpus = 1U << i;

		snprintf(name, sizeof(name), "%u of 64 CPUs%s", cpus, title);
		for (unsigned int k = 0; k < ARRAY_SIZE(kinds); k++)
			bench_value_point(b->out, plot, name, vmap_kva_name(kinds[k]), cpus,
					  pair_ns(b, kinds[k], i), "ns");
		for (unsigned int k = 0; k < ARRAY_SIZE(kinds) && i <= COUNT_32; k++)
			if (announced[kinds[k]])
				bench_value_point(b->out, plot, name, announced_name[kinds[k]],
						  cpus, announced[kinds[k]][i], "ns");
	}
}

static double per_thousand(const struct bench_counts *c, u64 n)
{
	return (double)n * 1000 / (double)c->ops;
}

static void print_events(const struct bench_zone *b)
{
	static const struct {
		const char *metric;
		enum vmap_kva kva;
		enum vmap_event event;
	} events[] = {
		{"prefetch", VMAP_ZONE, VMAP_PREFETCH},
		{"extra", VMAP_ZONE, VMAP_PREFETCH_EXTRA},
		{"lost", VMAP_ZONE, VMAP_PREFETCH_LOST},
		{"pool-hit", VMAP_POOL, VMAP_POOL_HIT},
		{"pool-decay", VMAP_POOL, VMAP_POOL_DECAY},
	};
	char name[64];

	bench_table_begin(b->out, &events_table);
	for (unsigned int i = 0; i < NR_COUNTS; i++) {
		snprintf(name, sizeof(name), "%u of 64 CPUs, events", 1U << i);
		for (unsigned int k = 0; k < ARRAY_SIZE(events); k++) {
			const struct bench_counts *c = &b->got[events[k].kva][i].counts;

			bench_value(b->out, name, events[k].metric,
				    per_thousand(c, c->event[events[k].event]), "1");
		}
	}
}

static void print_purges(const struct bench_zone *b)
{
	static const char *const ipi_name[NR_VMAP_KVAS] = {
		[VMAP_EAGER] = "eager-ipi",
		[VMAP_LAZY] = "lazy-ipi",
		[VMAP_ZONE] = "zone-ipi",
		[VMAP_POOL] = "pool-ipi",
	};
	const struct bench_counts *c;
	char name[64];
	unsigned int k;

	bench_table_begin(b->out, &purges_table);
	for (unsigned int i = 0; i < NR_COUNTS; i++) {
		snprintf(name, sizeof(name), "%u of 64 CPUs, purges", 1U << i);
		for (k = 1; k < ARRAY_SIZE(kinds); k++) {
			c = &b->got[kinds[k]][i].counts;
			bench_value(b->out, name, vmap_kva_name(kinds[k]),
				    per_thousand(c, c->purges), "1");
		}
		for (k = 0; k < ARRAY_SIZE(kinds); k++) {
			c = &b->got[kinds[k]][i].counts;
			bench_value(b->out, name, ipi_name[kinds[k]], per_thousand(c, c->ipis),
				    "1");
		}
	}
}

/* All kinds on 1 to 64 CPUs. Return: false: a run failed. */
static bool measure_pairs(struct bench_zone *b, const struct cost cost[NR_VMAP_KVAS], u64 work)
{
	for (unsigned int k = 0; k < ARRAY_SIZE(kinds); k++) {
		bench_progress(b->out, vmap_kva_name(kinds[k]));
		for (unsigned int i = 0; i < NR_COUNTS; i++)
			if (!measure(b, kinds[k], &fix_size, &cost[kinds[k]], 1U << i, work,
				     &b->got[kinds[k]][i]))
				return false;
	}
	return true;
}

static void bench_pairs(struct bench_zone *b)
{
	struct cost cost[NR_VMAP_KVAS];
	double other;

	for (unsigned int k = 0; k < ARRAY_SIZE(kinds); k++)
		if (!calibrate(b, kinds[k], &fix_size, &cost[kinds[k]]))
			return;
	print_costs(b->out, cost);
	if (!measure_pairs(b, cost, 0))
		return;
	print_pairs(b, &pair_table, &pair_plot, "");
	print_notes(b, "nothing else to do");
	print_events(b);
	print_purges(b);
	other = lazy_2023[0] - pair_ns(b, VMAP_LAZY, 0);
	if (!measure_pairs(b, cost, other > 0 ? (u64)other : 0))
		return;
	print_pairs(b, &work_table, &work_plot, ", other work");
	print_notes(b, "with other work");
}

/* The loops of 2024, and the sum of their times. */
static void bench_loops(struct bench_zone *b)
{
	static const enum vmap_kva module_kinds[] = {VMAP_LAZY, VMAP_ZONE, VMAP_POOL};
	double ns[NR_VMAP_KVAS], sum[NR_VMAP_KVAS] = {0};
	char text[320], name[64];

	bench_table_begin(b->out, &module_table);
	for (unsigned int l = 0; l <= ARRAY_SIZE(module_loops); l++) {
		const bool all = l == ARRAY_SIZE(module_loops);

		snprintf(name, sizeof(name), "%s", all ? "sum" : module_loops[l].name);
		bench_progress(b->out, name);
		for (unsigned int k = 0; k < ARRAY_SIZE(module_kinds); k++) {
			enum vmap_kva kva = module_kinds[k];
			struct bench_loaded got;
			struct cost cost;

			if (!all && (!calibrate(b, kva, &module_loops[l], &cost) ||
				     !measure(b, kva, &module_loops[l], &cost, CPUS, 0, &got)))
				return;
			ns[kva] = all ? sum[kva] : got.ns;
			sum[kva] += ns[kva];
		}
		for (unsigned int k = 0; k < ARRAY_SIZE(module_kinds); k++)
			bench_value(b->out, name, vmap_kva_name(module_kinds[k]),
				    ns[module_kinds[k]], "ns");
		bench_value(b->out, name, "lazy/zone", ns[VMAP_LAZY] / ns[VMAP_ZONE], "1");
		bench_value(b->out, name, "lazy/pool", ns[VMAP_LAZY] / ns[VMAP_POOL], "1");
		if (all)
			bench_value(b->out, name, "2024", lazy_2024 / pool_2024, "1");
	}
	snprintf(text, sizeof(text),
		 "on 64 CPUs the three loops are %.1f times as fast with pools as lazy, announced "
		 "%.1f: quotient %.2f",
		 ns[VMAP_LAZY] / ns[VMAP_POOL], lazy_2024 / pool_2024,
		 ns[VMAP_LAZY] / ns[VMAP_POOL] * pool_2024 / lazy_2024);
	bench_note(b->out, text);
}

void vmap_bench_zone(struct bench_out *out)
{
	struct bench_zone b = {.out = out, .vtime = bench_vtime(out)};

	if (out->quick)
		b.lazy_max_pages = 1024;
	b.sched = sched_create();
	if (!b.sched)
		return;
	bench_pairs(&b);
	bench_loops(&b);
	bench_table_begin(out, NULL);
	sched_destroy(b.sched);
}
