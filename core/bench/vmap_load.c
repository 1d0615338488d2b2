/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_load.c - a loop of allocations on some CPUs of a simulated machine, in virtual time.
 *
 * Each working CPU has a task, which is never moved. The task makes its live allocations. Then it
 * runs the loop uncounted, long enough for some purges, so that pools are as full as they are
 * later; from then on its clock counts. With many CPUs purges come late, and each purge finds more
 * than the one before: there is no steady state, and figures depend on the length of the loop. All
 * tasks do the same in the order of their clocks, so a task works alone for an operation or two at
 * most, after the others have ended.
 *
 * The first CPU reads the counters, without locks, when it begins to count and when it ends.
 */
#include <stdio.h>
#include <stdlib.h>

#include "timing.h"
#include "vmap_internals.h"
#include "vmap_load.h"
#include "vmap_space.h"
#include "../machine/meta.h"
#include "../machine/pgtable.h"
#include "../sched/random.h"
#include "../vmap/vmalloc.h"

#define SPACE_SIZE (64ULL << 30)
#define FRAMES (256u << 10)
#define CALLER "bench"

/* Operations of a CPU in an eager space, which has no rare and expensive ones. */
#define EAGER_OPS 64

/* The uncounted operations reach the threshold of purges this many times. */
static const unsigned int warm_purges[NR_VMAP_KVAS] = {
	[VMAP_LAZY] = 1, [VMAP_ZONE] = 2, [VMAP_POOL] = 5};

/**
 * struct load_cpu - a working CPU
 * @begin, @end: its clock when it began to count, and when it ended
 * @seed: of its random numbers
 */
struct load_cpu {
	struct load_run *r;
	unsigned int cpu;
	u64 begin, end;
	u64 seed;
};

/**
 * struct load_run - a load that is running
 * @world: the machine and the space
 * @warm, @ops: operations of each CPU, uncounted and counted
 * @begin, @counts: the first CPU's readings when it began to count, and when it ended
 * @live: addresses of the live allocations, CPU after CPU
 * @failed: there was no memory
 */
struct load_run {
	const struct bench_load *load;
	struct bench_space world;
	unsigned int warm, ops;
	struct bench_counts begin, counts;
	u64 *live;
	bool failed;
	struct load_cpu cpu[SCHED_MAX_CPUS];
};

static void operation(struct load_run *r)
{
	const unsigned int *pages = r->load->loop->pages;
	u64 addr[ARRAY_SIZE(r->load->loop->pages)];
	unsigned int i;

	for (i = 0; pages[i]; i++) {
		addr[i] = vmalloc(r->world.vs, pages[i] * PAGE_SIZE, CALLER);
		if (addr[i])
			*(volatile u8 *)mem_address(r->world.m, addr[i], 1) = 1;
		else
			r->failed = true;
	}
	for (i = 0; pages[i]; i++)
		vfree(r->world.vs, addr[i]);
}

static void kva_operation(void *arg)
{
	struct load_run *r = arg;
	const unsigned int *pages = r->load->loop->pages;
	struct vm_struct *vm[ARRAY_SIZE(r->load->loop->pages)];
	unsigned int i;

	for (i = 0; pages[i]; i++) {
		vm[i] = get_vm_area(r->world.vs, pages[i] * PAGE_SIZE, VM_ALLOC, 0, UINT64_MAX,
				    GFP_KERNEL, CALLER);
		if (IS_ERR(vm[i]))
			r->failed = true;
	}
	for (i = 0; pages[i] && !r->failed; i++)
		kfree(r->world.m, remove_vm_area(r->world.vs, vm[i]->addr));
}

static void alone_operation(void *arg)
{
	operation(arg);
}

/* As Linux's full_fit does: allocate twice as many pages in a row, and free every second one. */
static void make_live(struct load_run *r, u64 *live)
{
	const struct bench_loop *loop = r->load->loop;
	u64 hole;

	for (unsigned int i = 0; i < loop->live; i++) {
		live[i] = vmalloc(r->world.vs, PAGE_SIZE, CALLER);
		hole = loop->holes ? vmalloc(r->world.vs, PAGE_SIZE, CALLER) : 0;
		vfree(r->world.vs, hole);
		if (!live[i] || (loop->holes && !hole))
			r->failed = true;
	}
}

static void free_live(struct load_run *r, const u64 *live)
{
	for (unsigned int i = 0; i < r->load->loop->live; i++)
		vfree(r->world.vs, live[i]);
}

/* Other CPUs work meanwhile. No scheduling point is passed. */
static void read_counts(struct load_run *r, struct bench_counts *c)
{
	struct machine_stats st;

	machine_stats(r->world.m, &st);
	c->flushes = st.flushes;
	c->ipis = st.ipis;
	c->purges = vmap_purges(r->world.vs);
	for (unsigned int i = 0; i < NR_VMAP_EVENTS; i++)
		c->event[i] = vmap_events(r->world.vs, (enum vmap_event)i);
}

/* Half to one and a half times the work: CPUs with equal times would run in lockstep. */
static u64 other_work(struct load_cpu *c)
{
	u64 work = c->r->load->work;

	return work / 2 + random_next(&c->seed) % (work + 1);
}

static void work(void *arg)
{
	struct load_cpu *c = arg;
	struct load_run *r = c->r;
	u64 *live = r->live + c->cpu * r->load->loop->live;

	make_live(r, live);
	for (unsigned int i = 0; i < r->warm + r->ops && !r->failed; i++) {
		if (i == r->warm) {
			c->begin = sched_vtime_now();
			if (!c->cpu)
				read_counts(r, &r->begin);
		}
		operation(r);
		sched_vtime_add(other_work(c));
	}
	c->end = sched_vtime_now();
	if (!c->cpu)
		read_counts(r, &r->counts);
	free_live(r, live);
}

/* The root task works for the first CPU. */
static void init(void *arg)
{
	struct load_run *r = arg;
	struct task *t[SCHED_MAX_CPUS];
	unsigned int cpu;

	for (cpu = 1; cpu < r->load->working; cpu++) {
		struct task_params p = {
			.name = "worker", .cpu = cpu, .fn = work, .arg = &r->cpu[cpu]};

		t[cpu] = task_spawn(&p);
	}
	work(&r->cpu[0]);
	for (cpu = 1; cpu < r->load->working; cpu++)
		task_join(t[cpu]);
}

static unsigned int op_pages(const struct bench_loop *loop)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; loop->pages[i]; i++)
		sum += loop->pages[i] + 1;
	return sum;
}

/* Operations of each CPU that reach the threshold of purges, rounded up. */
static unsigned int purge_ops(const struct load_run *r, unsigned int working)
{
	const unsigned int pages = op_pages(r->load->loop) * working;

	return (unsigned int)DIV_ROUND_UP(vmap_lazy_max_pages(r->world.vs), pages);
}

static bool world_begin(struct load_run *r, const struct bench_load *load)
{
	const struct bench_space_params p = {
		.kva = load->kva,
		.size = SPACE_SIZE,
		.cpus = load->cpus,
		.frames = FRAMES,
		.lazy_max_pages = load->lazy_max_pages,
		.line_aligned = true,
	};

	*r = (struct load_run){.load = load};
	r->live = calloc((size_t)load->working * load->loop->live + 1, sizeof(*r->live));
	if (!r->live || bench_space_begin(&r->world, &p)) {
		free(r->live);
		return false;
	}
	for (unsigned int cpu = 0; cpu < load->working; cpu++)
		r->cpu[cpu] = (struct load_cpu){.r = r, .cpu = cpu, .seed = cpu};
	return true;
}

static void world_end(struct load_run *r)
{
	bench_space_end(&r->world);
	free(r->live);
}

static void count(const struct load_run *r, struct bench_loaded *out)
{
	const unsigned int working = r->load->working;
	const struct bench_counts *begin = &r->begin, *end = &r->counts;
	struct bench_counts *c = &out->counts;

	out->ns = 0;
	for (unsigned int cpu = 0; cpu < working; cpu++)
		out->ns += (double)(r->cpu[cpu].end - r->cpu[cpu].begin) / r->ops / working;
	c->ops = (u64)r->ops * working;
	c->purges = end->purges - begin->purges;
	c->flushes = end->flushes - begin->flushes;
	c->ipis = end->ipis - begin->ipis;
	for (unsigned int i = 0; i < NR_VMAP_EVENTS; i++)
		c->event[i] = end->event[i] - begin->event[i];
}

bool bench_load_run(struct sched *s, const struct bench_load *load, struct bench_loaded *out)
{
	struct sched_params p = {
		.nr_cpus = load->cpus, .max_points = UINT64_MAX, .vtime = &load->vtime};
	struct sched_result result;
	struct load_run r;

	*out = (struct bench_loaded){.error = "no memory"};
	if (!world_begin(&r, load))
		return false;
	r.warm = r.ops = EAGER_OPS;
	if (load->kva != VMAP_EAGER) {
		r.ops = load->purges * purge_ops(&r, load->working);
		r.warm = warm_purges[load->kva] * purge_ops(&r, load->working);
	}
	if (sched_run(s, &p, init, &r, &result)) {
		/* The tasks are gone, and may have held locks: the world cannot be destroyed. */
		snprintf(out->error, sizeof(out->error), "%s", result.report.text);
		return false;
	}
	count(&r, out);
	out->points = (double)result.points / ((double)(r.warm + r.ops) * load->working);
	world_end(&r);
	return !r.failed;
}

double bench_load_alone(const struct bench_load *load, bool kva_only)
{
	void (*op)(void *arg) = kva_only ? kva_operation : alone_operation;
	struct bench_load one = *load;
	struct load_run r;
	double ns;

	one.working = 1;
	if (!world_begin(&r, &one))
		return 0;
	make_live(&r, r.live);
	if (load->kva == VMAP_EAGER)
		r.ops = EAGER_OPS * SCHED_MAX_CPUS;
	else
		r.ops = purge_ops(&r, 1) * 5 / 4;
	ns = bench_least(op, &r, r.ops);
	free_live(&r, r.live);
	world_end(&r);
	return r.failed ? 0 : ns;
}
