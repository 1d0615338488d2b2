/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_cpus.c - the experiment of "mm: rewrite vmap layer" (2008), in virtual time.
 *
 * Announced there: a loop that maps 4 pages, touches them and unmaps them, on 1, 2, 4 and 8 of the
 * CPUs of a machine of 8, with the layer as it was and as it became. Here the same loop runs on a
 * simulated machine of 8 CPUs, with areas of an eager space, with areas of a lazy one, and with
 * vm_map_ram() from vmap blocks, whose like the announcement's new interface for small mappings
 * was. It does not say with which functions it was measured.
 *
 * How time passes (sched/vtime.h): one operation is timed on the host, alone and outside of a run,
 * its pages touched and not touched. What it takes without the touch is dealt out evenly to the
 * scheduling points that it passes in a run of one CPU, as whole ns; what this leaves over, and the
 * touch, are added once an operation. Hand-over of locks, flushes and interrupts are
 * those of SCHED_VTIME_DEFAULTS. Nothing is fitted to what was announced.
 *
 * First the tasks do nothing else: between two mappings nobody computes, and locks are as contended
 * as they can be. Then each has OTHER_WORK to do for each operation, as whoever maps pages has; how
 * much that was is not known, and what is assumed is as much as the new layer's whole operation
 * took on the machine of then.
 *
 * Of what it takes without the touch, steps through structures of areas (sched_vtime.touch) are
 * charged where they are made: many of them at once, where a purge merges areas under a lock.
 *
 * What this leaves out: an eager space's steps along its list; and which structures share a cache
 * line is the host's affair here, which moves lazy's figures on several CPUs by some tenths.
 *
 * Flushes and interrupts are counted in the same runs, on machines of 1 to 8 CPUs all of which
 * work.
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

/* ns for each operation that have nothing to do with it: announced_new of one CPU. */
#define OTHER_WORK 2900

/* Of each CPU: even of one, so many that a lazy space is purged several times. */
#define OPS 32768

enum load { LOAD_EAGER, LOAD_LAZY, LOAD_BLOCK, NR_LOADS };

static const char *const load_name[NR_LOADS] = {"eager", "lazy", "block"};
static const char *const ipis_name[NR_LOADS] = {"eager-ipi", "lazy-ipi", "block-ipi"};

/* From the announcement, ns: an 8-core machine of two sockets, 1 to 8 tests in parallel. */
static const double announced_old[NR_COUNTS] = {14700, 33600, 49500, 70631};
static const double announced_new[NR_COUNTS] = {2900, 3000, 2800, 2900};

/**
 * struct cost - of an operation of one load
 * @points: scheduling points that it passes, alone
 * @point:  ns between two
 * @touch:  ns of the touch
 * @add:    ns added in each operation: the touch, and what division by @points leaves
 */
struct cost {
	double points;
	u32 point;
	double touch;
	u64 add;
};

/**
 * struct worker - one CPU's task
 * @page: its pages, and nobody else's
 */
struct worker {
	struct bench_cpus *b;
	struct page *page[PAGES];
};

/**
 * struct bench_cpus - a load on a machine
 * @load:    what is done
 * @world:   where
 * @ops:     operations of each worker
 * @touched: operations touch their pages
 * @add:     see struct cost; and other work
 * @working: workers
 * @mapped:  of a touch alone: where the pages of the first worker are mapped
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
	struct vmap_area *va = alloc_vmap_area(s->vs, PAGES * PAGE_SIZE, PAGE_SIZE,
					       vmap_start(s->vs), vmap_end(s->vs), GFP_KERNEL);

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
	enum vmap_kva kva = load == LOAD_EAGER ? VMAP_EAGER : VMAP_LAZY;

	if (bench_space_begin(&b->world, kva, SPACE_SIZE, cpus, FRAMES))
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

/* Whoever works on @working of @cpus CPUs, to the end, in a world of its own. */
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

/* On the host's clock. Return: false without memory. */
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
	b->mapped = vmap_start(b->world.vs);
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
	.title = "what the virtual times below are made of: an operation alone",
	.columns = {"eager", "lazy", "block"},
};

static const struct bench_table times_table = {
	.title = "map 4 pages, touch, unmap on some of 8 CPUs: virtual ns an operation",
	.columns = {"eager", "lazy", "block", "old-2008", "new-2008"},
};

static const struct bench_table busy_table = {
	.title = "the same with 2,900 ns of other work for each operation, counted in",
	.columns = {"eager", "lazy", "block", "old-2008", "new-2008"},
};

static const struct bench_table flushes_table = {
	.title = "the same on all CPUs of a machine: flushes, and interrupts of other CPUs, for "
		 "1,000 "
		 "unmaps",
	.columns = {"eager", "lazy", "block", "eager-ipi", "lazy-ipi", "block-ipi"},
};

static const struct bench_plot times_plot = {
	.title = "vmap: map 4 pages, touch, unmap, in virtual time, on a machine of 8 CPUs",
	.x = "CPUs that do it",
	.y = "ns an operation",
	.log = true,
};

static const struct bench_plot busy_plot = {
	.title = "vmap: the same, and 2,900 ns of other work for each",
	.x = "CPUs that do it",
	.y = "ns an operation and the work",
	.log = true,
};

static const struct bench_plot ipis_plot = {
	.title = "vmap: map 4 pages, touch, unmap, on all CPUs of a machine",
	.x = "CPUs",
	.y = "interrupts of other CPUs, 1,000 unmaps",
	.log = true,
};

static void tell_costs(struct bench_out *out, const struct cost *c)
{
	bench_table_begin(out, &cost_table);
	for (enum load l = 0; l < NR_LOADS; l++)
		bench_value(out, "scheduling points", load_name[l], c[l].points, "1");
	for (enum load l = 0; l < NR_LOADS; l++)
		bench_value(out, "from one to the next, ns", load_name[l], c[l].point, "ns");
	for (enum load l = 0; l < NR_LOADS; l++)
		bench_value(out, "touch, ns", load_name[l], c[l].touch, "ns");
}

static void tell_time(struct bench_out *out, const struct bench_plot *plot, const char *name,
		      const char *metric, unsigned int cpus, double ns)
{
	bench_value(out, name, metric, ns, "ns");
	bench_point(out, plot, metric, cpus, ns);
}

static void tell_factors(struct bench_out *out, const char *name, double ns[NR_LOADS][NR_COUNTS])
{
	const unsigned int last = NR_COUNTS - 1;

	for (enum load l = 0; l < NR_LOADS; l++)
		bench_value(out, name, load_name[l], ns[l][last] / ns[l][0], "1");
	bench_value(out, name, "old-2008", announced_old[last] / announced_old[0], "1");
	bench_value(out, name, "new-2008", announced_new[last] / announced_new[0], "1");
}

static void tell_notes(struct bench_out *out, double ns[NR_LOADS][NR_COUNTS])
{
	const unsigned int last = NR_COUNTS - 1;
	char text[320];

	snprintf(text, sizeof(text),
		 "eager grows by %.1f times as much as announced (%.1f to %.1f); of the new layer, "
		 "announced as flat, blocks come to %.2f and areas to %.1f: these take the same "
		 "locks on all CPUs, which do nothing else",
		 ns[LOAD_EAGER][last] / ns[LOAD_EAGER][0] * announced_old[0] / announced_old[last],
		 ns[LOAD_EAGER][last] / ns[LOAD_EAGER][0], announced_old[last] / announced_old[0],
		 ns[LOAD_BLOCK][last] / ns[LOAD_BLOCK][0], ns[LOAD_LAZY][last] / ns[LOAD_LAZY][0]);
	bench_note(out, text);
	snprintf(text, sizeof(text), "lazy areas pass their locks one in %.0f ns",
		 ns[LOAD_LAZY][last] / CPUS);
	bench_note(out, text);
}

/* Each load on 1, 2, 4 and 8 CPUs, with @other ns of other work. False: not to the end. */
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

/* @title: of the cases, behind the number of CPUs */
static void tell_times(struct bench_out *out, const struct bench_table *table,
		       const struct bench_plot *plot, const char *title,
		       double ns[NR_LOADS][NR_COUNTS])
{
	char name[64];

	bench_table_begin(out, table);
	for (unsigned int i = 0; i < NR_COUNTS; i++) {
		unsigned int cpus = 1U << i;

		snprintf(name, sizeof(name), "%u of 8 CPUs%s", cpus, title);
		for (enum load l = 0; l < NR_LOADS; l++)
			tell_time(out, plot, name, load_name[l], cpus, ns[l][i]);
		tell_time(out, plot, name, "old-2008", cpus, announced_old[i]);
		tell_time(out, plot, name, "new-2008", cpus, announced_new[i]);
	}
	snprintf(name, sizeof(name), "factor, 1 to 8 CPUs%s", title);
	tell_factors(out, name, ns);
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
	tell_costs(b->out, cost);
	tell_times(b->out, &times_table, &times_plot, "", idle);
	tell_notes(b->out, idle);
	tell_times(b->out, &busy_table, &busy_plot, ", other work", busy);
}

static void tell_ipis(struct bench_out *out, const char *name, enum load l, unsigned int cpus,
		      double ipis)
{
	bench_value(out, name, ipis_name[l], ipis, "1");
	/* None has no place on a logarithmic axis. */
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
			tell_ipis(b->out, name, l, cpus, (double)st[l].ipis / thousands);
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
