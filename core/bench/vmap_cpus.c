/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_cpus.c - the experiment of "mm: rewrite vmap layer" (2008), in virtual time.
 *
 * The announcement measured a loop that maps 4 pages, touches them and unmaps them, on 1, 2, 4 and
 * 8 of the 8 CPUs of a machine, with the old layer and with the new one. It does not say which
 * functions it called. Here the same loop runs on a simulated machine of 8 CPUs: with areas of an
 * eager space, with areas of a lazy space, and with vm_map_ram() from vmap blocks, which resembles
 * the announcement's new interface for small mappings.
 *
 * How time passes (sched/vtime.h). The host times one operation, alone and outside of a run, with
 * and without the touch. The time without the touch is divided evenly among the scheduling points
 * that the operation passes in a run of one CPU, in whole ns. The remainder of that division and
 * the touch are added once for each operation. Lock hand-overs, flushes and interrupts have the
 * prices of SCHED_VTIME_DEFAULTS. No price is fitted to the announced figures.
 *
 * Steps through structures of areas (sched_vtime.touch) are part of the time without the touch, but
 * are charged where they happen: a purge merges many areas under one lock.
 *
 * In the first table the CPUs do nothing between two mappings, and locks are as contended as they
 * can be. In the second table each operation comes with OTHER_WORK, since a task that maps pages
 * has other things to do. The announcement does not say how much; the assumption is the time of the
 * new layer's whole operation on the machine of 2008.
 *
 * Not modelled: an eager space's steps along its list. Which structures share a cache line depends
 * on the host, and moves the lazy space's figures on several CPUs by some tenths.
 *
 * Flushes and interrupts are counted on machines of 1 to 8 CPUs, all of which work.
 */
#include <stdio.h>

#include "bench.h"
#include "timing.h"
#include "vmap_space.h"
#include "../machine/pgtable.h"
#include "../sched/sched.h"
#include "../sched/vtime.h"

#define CPUS 8
#define NR_COUNTS 4 /* 1, 2, 4, 8 CPUs */
#define PAGES 4
#define SPACE_SIZE (16ULL << 30)
#define FRAMES 4096

/* ns of other work for each operation: announced_new of one CPU. */
#define OTHER_WORK 2900

/* Operations of each CPU. Those of one CPU are enough for several purges of a lazy space. */
#define OPS 32768

enum load { LOAD_EAGER, LOAD_LAZY, LOAD_BLOCK, NR_LOADS };

static const char *const load_name[NR_LOADS] = {"eager", "lazy", "block"};
static const char *const ipis_name[NR_LOADS] = {"eager-ipi", "lazy-ipi", "block-ipi"};

/* ns, from the announcement: 1 to 8 tests in parallel on an 8-core machine with two sockets. */
static const double announced_old[NR_COUNTS] = {14700, 33600, 49500, 70631};
static const double announced_new[NR_COUNTS] = {2900, 3000, 2800, 2900};

/**
 * struct cost - the cost of an operation of one load
 * @points: scheduling points that it passes on one CPU
 * @point:  ns between two points
 * @touch:  ns of the touch
 * @add:    ns added to each operation: the touch, and the remainder of the division by @points
 */
struct cost {
	double points;
	u32 point;
	double touch;
	u64 add;
};

/**
 * struct worker - the task of one CPU
 * @page: its own pages
 */
struct worker {
	struct bench_cpus *b;
	struct page *page[PAGES];
};

/**
 * struct bench_cpus - a load on a machine
 * @load:    the operation
 * @world:   the machine and the space
 * @ops:     operations of each worker
 * @touched: operations touch their pages
 * @add:     cost.add and the other work
 * @working: number of workers
 * @mapped:  where touch_alone() finds the pages of the first worker
 */
struct bench_cpus {
	struct bench_out *out;
	struct sched *sched;
	enum load load;
	struct bench_space world;
	unsigned int ops;
	bool touched;
	u64 add;
	unsigned int working;
	u64 mapped;
	struct worker worker[CPUS];
};

static void touch(struct bench_cpus *b, u64 addr)
{
	for (unsigned int i = 0; i < PAGES; i++)
		*(volatile u8 *)mem_address(b->world.m, addr + i * PAGE_SIZE, 1) = 1;
}

static void touch_alone(void *arg)
{
	struct bench_cpus *b = arg;

	touch(b, b->mapped);
}

static void map_area(struct worker *w)
{
	struct bench_space *s = &w->b->world;
	struct vmap_area *va =
		alloc_vmap_area(s->vs, PAGES * PAGE_SIZE, PAGE_SIZE, s->start, s->end, GFP_KERNEL);

	vmap_pages_range(s->m, vmap_area_start(va), w->page, PAGES, GFP_KERNEL);
	if (w->b->touched)
		touch(w->b, vmap_area_start(va));
	free_unmap_vmap_area(s->vs, va);
}

static void map_block(struct worker *w)
{
	struct vmap_space *vs = w->b->world.vs;
	u64 addr = vm_map_ram(vs, w->page, PAGES, GFP_KERNEL);

	if (w->b->touched)
		touch(w->b, addr);
	vm_unmap_ram(vs, addr, PAGES);
}

static void operation(void *arg)
{
	struct worker *w = arg;

	if (w->b->load == LOAD_BLOCK)
		map_block(w);
	else
		map_area(w);
}

static void work(void *arg)
{
	struct worker *w = arg;

	for (unsigned int i = 0; i < w->b->ops; i++) {
		operation(w);
		sched_vtime_add(w->b->add);
	}
}

static void init(void *arg)
{
	struct bench_cpus *b = arg;
	struct task *t[CPUS];

	for (unsigned int cpu = 0; cpu < b->working; cpu++) {
		struct task_params p = {
			.name = "worker", .cpu = cpu, .fn = work, .arg = &b->worker[cpu]};

		t[cpu] = task_spawn(&p);
	}
	for (unsigned int cpu = 0; cpu < b->working; cpu++)
		task_join(t[cpu]);
}

static bool begin(struct bench_cpus *b, enum load load, unsigned int cpus)
{
	const struct bench_space_params p = {
		.kva = load == LOAD_EAGER ? VMAP_EAGER : VMAP_LAZY,
		.size = SPACE_SIZE,
		.cpus = cpus,
		.frames = FRAMES,
	};

	if (bench_space_begin(&b->world, &p))
		return false;
	b->load = load;
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		b->worker[cpu].b = b;
		for (unsigned int i = 0; i < PAGES; i++)
			b->worker[cpu].page[i] =
				alloc_page_node(b->world.m, 0, GFP_KERNEL, "bench");
	}
	return true;
}

/* Run the load to its end on @working of the @cpus CPUs of a new machine. */
static bool run(struct bench_cpus *b, enum load load, unsigned int cpus, unsigned int working,
		const struct sched_vtime *vtime, struct sched_result *r, struct machine_stats *st)
{
	struct sched_params p = {.nr_cpus = cpus, .max_points = UINT64_MAX, .vtime = vtime};
	bool ok;

	if (!begin(b, load, cpus))
		return false;
	b->working = working;
	ok = !sched_run(b->sched, &p, init, b, r);
	machine_stats(b->world.m, st);
	if (ok)
		bench_space_end(&b->world);
	else
		bench_note(b->out, r->report.text);
	return ok;
}

/* Measure the cost of an operation on the host's clock. Return: false without memory. */
static bool calibrate(struct bench_cpus *b, enum load load, struct cost *c)
{
	struct sched_vtime vtime = {.touch = bench_vtime(b->out).touch};
	struct machine_stats st;
	struct sched_result r;
	double alone, touched;

	if (!begin(b, load, CPUS))
		return false;
	b->touched = false;
	alone = bench_least(operation, &b->worker[0], b->ops);
	b->mapped = b->world.start;
	vmap_pages_range(b->world.m, b->mapped, b->worker[0].page, PAGES, GFP_KERNEL);
	c->touch = bench_least(touch_alone, b, b->ops);
	vunmap_range(b->world.m, b->mapped, PAGES);
	bench_space_end(&b->world);

	b->add = 0;
	if (!run(b, load, CPUS, 1, &vtime, &r, &st))
		return false;
	c->points = (double)r.points / b->ops;
	touched = (double)r.vtime / b->ops;
	c->point = (u32)(max(alone - touched, 0.0) / c->points);
	c->add = (u64)(c->touch + max(alone - touched - c->points * c->point, 0.0));
	b->touched = true;
	return true;
}

static const struct bench_table cost_table = {
	.title = "the parts of the virtual times below: an operation on one CPU",
	.columns = {"eager", "lazy", "block"},
};

static const struct bench_table times_table = {
	.title = "map 4 pages, touch, unmap on some of 8 CPUs: virtual ns an operation",
	.columns = {"eager", "lazy", "block", "old-2008", "new-2008"},
};

static const struct bench_table busy_table = {
	.title = "the same with 2,900 ns of other work for each operation, included",
	.columns = {"eager", "lazy", "block", "old-2008", "new-2008"},
};

static const struct bench_table flushes_table = {
	.title = "the same on all CPUs of a machine: flushes, and interrupts of other CPUs, for "
		 "1,000 unmaps",
	.columns = {"eager", "lazy", "block", "eager-ipi", "lazy-ipi", "block-ipi"},
};

static const struct bench_plot times_plot = {
	.title = "vmap: map 4 pages, touch, unmap, in virtual time, on a machine of 8 CPUs",
	.x = "CPUs that do it",
	.y = "ns an operation",
	.log = true,
};

static const struct bench_plot busy_plot = {
	.title = "vmap: the same with 2,900 ns of other work for each operation",
	.x = "CPUs that do it",
	.y = "ns an operation and its other work",
	.log = true,
};

static const struct bench_plot ipis_plot = {
	.title = "vmap: map 4 pages, touch, unmap, on all CPUs of a machine",
	.x = "CPUs",
	.y = "interrupts of other CPUs, 1,000 unmaps",
	.log = true,
};

static void print_costs(struct bench_out *out, const struct cost *c)
{
	bench_table_begin(out, &cost_table);
	for (enum load l = 0; l < NR_LOADS; l++)
		bench_value(out, "scheduling points", load_name[l], c[l].points, "1");
	for (enum load l = 0; l < NR_LOADS; l++)
		bench_value(out, "from one to the next, ns", load_name[l], c[l].point, "ns");
	for (enum load l = 0; l < NR_LOADS; l++)
		bench_value(out, "touch, ns", load_name[l], c[l].touch, "ns");
}

static void print_factors(struct bench_out *out, const char *name, double ns[NR_LOADS][NR_COUNTS])
{
	const unsigned int last = NR_COUNTS - 1;

	for (enum load l = 0; l < NR_LOADS; l++)
		bench_value(out, name, load_name[l], ns[l][last] / ns[l][0], "1");
	bench_value(out, name, "old-2008", announced_old[last] / announced_old[0], "1");
	bench_value(out, name, "new-2008", announced_new[last] / announced_new[0], "1");
}

static void print_notes(struct bench_out *out, double ns[NR_LOADS][NR_COUNTS])
{
	const unsigned int last = NR_COUNTS - 1;
	char text[320];

	snprintf(text, sizeof(text),
		 "from 1 to 8 CPUs eager grows %.1f times as much as announced (%.1f times, "
		 "announced %.1f); the new layer was announced as flat: blocks grow %.2f times, "
		 "areas %.1f times, because CPUs that do nothing else wait for their locks",
		 ns[LOAD_EAGER][last] / ns[LOAD_EAGER][0] * announced_old[0] / announced_old[last],
		 ns[LOAD_EAGER][last] / ns[LOAD_EAGER][0], announced_old[last] / announced_old[0],
		 ns[LOAD_BLOCK][last] / ns[LOAD_BLOCK][0], ns[LOAD_LAZY][last] / ns[LOAD_LAZY][0]);
	bench_note(out, text);
	snprintf(text, sizeof(text), "the locks of lazy areas let one pair pass in %.0f ns",
		 ns[LOAD_LAZY][last] / CPUS);
	bench_note(out, text);
}

/* Each load on 1, 2, 4 and 8 CPUs with @other ns of other work. Return: false: a run failed. */
static bool measure_times(struct bench_cpus *b, const struct cost *cost, unsigned int other,
			  double ns[NR_LOADS][NR_COUNTS])
{
	struct sched_vtime vtime = bench_vtime(b->out);
	struct machine_stats st;
	struct sched_result r;

	for (enum load l = 0; l < NR_LOADS; l++) {
		bench_progress(b->out, load_name[l]);
		vtime.point = cost[l].point;
		b->add = cost[l].add + other;
		for (unsigned int i = 0; i < NR_COUNTS; i++) {
			if (!run(b, l, CPUS, 1U << i, &vtime, &r, &st))
				return false;
			ns[l][i] = (double)r.vtime / b->ops;
		}
	}
	return true;
}

/* The name of a case is the number of CPUs and @title. */
static void print_times(struct bench_out *out, const struct bench_table *table,
			const struct bench_plot *plot, const char *title,
			double ns[NR_LOADS][NR_COUNTS])
{
	char name[64];

	bench_table_begin(out, table);
	for (unsigned int i = 0; i < NR_COUNTS; i++) {
		unsigned int cpus = 1U << i;

		snprintf(name, sizeof(name), "%u of 8 CPUs%s", cpus, title);
		for (enum load l = 0; l < NR_LOADS; l++)
			bench_value_point(out, plot, name, load_name[l], cpus, ns[l][i], "ns");
		bench_value_point(out, plot, name, "old-2008", cpus, announced_old[i], "ns");
		bench_value_point(out, plot, name, "new-2008", cpus, announced_new[i], "ns");
	}
	snprintf(name, sizeof(name), "factor, 1 to 8 CPUs%s", title);
	print_factors(out, name, ns);
}

static void bench_times(struct bench_cpus *b)
{
	double idle[NR_LOADS][NR_COUNTS] = {0}, busy[NR_LOADS][NR_COUNTS] = {0};
	struct cost cost[NR_LOADS];

	for (enum load l = 0; l < NR_LOADS; l++)
		if (!calibrate(b, l, &cost[l]))
			return;
	if (!measure_times(b, cost, 0, idle) || !measure_times(b, cost, OTHER_WORK, busy))
		return;
	print_costs(b->out, cost);
	print_times(b->out, &times_table, &times_plot, "", idle);
	print_notes(b->out, idle);
	print_times(b->out, &busy_table, &busy_plot, ", other work", busy);
}

static void print_ipis(struct bench_out *out, const char *name, enum load l, unsigned int cpus,
		       double ipis)
{
	bench_value(out, name, ipis_name[l], ipis, "1");
	/* A logarithmic axis has no place for 0. */
	if (ipis > 0)
		bench_point(out, &ipis_plot, load_name[l], cpus, ipis);
}

static void bench_flushes(struct bench_cpus *b)
{
	const struct sched_vtime vtime = bench_vtime(b->out);
	struct machine_stats st[NR_LOADS];
	struct sched_result r;
	char name[48];

	b->add = 0;
	bench_table_begin(b->out, &flushes_table);
	for (unsigned int cpus = 1; cpus <= CPUS; cpus++) {
		double thousands = (double)cpus * b->ops / 1000;

		snprintf(name, sizeof(name), "%u CPU%s", cpus, cpus > 1 ? "s" : "");
		bench_progress(b->out, name);
		for (enum load l = 0; l < NR_LOADS; l++)
			if (!run(b, l, cpus, cpus, &vtime, &r, &st[l]))
				return;
		for (enum load l = 0; l < NR_LOADS; l++)
			bench_value(b->out, name, load_name[l], (double)st[l].flushes / thousands,
				    "1");
		for (enum load l = 0; l < NR_LOADS; l++)
			print_ipis(b->out, name, l, cpus, (double)st[l].ipis / thousands);
	}
}

void vmap_bench_cpus(struct bench_out *out)
{
	struct bench_cpus b = {.out = out, .ops = bench_count(out, OPS)};

	b.sched = sched_create();
	if (!b.sched)
		return;
	bench_times(&b);
	bench_flushes(&b);
	bench_table_begin(out, NULL);
	sched_destroy(b.sched);
}
