/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_load.c - a loop of allocations on some CPUs of a simulated machine, in virtual time.
 *
 * Each CPU that works has a task, which is never moved. It makes its live allocations, does the
 * loop as often as it takes to free what is purged some times, so that pools hold what they hold
 * later, and from then on its clock counts. With many CPUs purges come late and find more, each
 * more than the one before: there is no long run, and figures depend on its length. CPUs that are
 * done first leave the others alone with less to wait for: as all do the same in the order of their
 * clocks, that is an operation or two.
 *
 * What is counted is read by one of them, without locks, when it begins to count and when it ends.
 */
#include <stdio.h>
#include <stdlib.h>

#include "timing.h"
#include "vmap_internals.h"
#include "vmap_load.h"
#include "../machine/meta.h"
#include "../machine/pgtable.h"
#include "../sched/random.h"
#include "../vmap/vmalloc.h"

#define SPACE_SIZE (64ULL << 30)
#define FRAMES (256u << 10)
#define CALLER "bench"

/* Operations of a CPU: an eager space waits for nothing that comes once in many. */
#define EAGER_OPS 64

/* What comes before would be enough for so many purges, did they come in time. */
static const unsigned int warm_purges[NR_VMAP_KVAS] = {
	[VMAP_LAZY] = 1, [VMAP_ZONE] = 2, [VMAP_POOL] = 5};

/**
 * struct load_cpu - a CPU that works
 * @begin, @end: its clock when it began to count, and when it ended
 * @seed:  of its random numbers
 */
struct load_cpu {
	struct load_run *r;
	unsigned int cpu;
	u64 begin, end;
	u64 seed;
};

/**
 * struct load_run - a load under way
 * @warm, @ops: operations of each CPU, not counted and counted
 * @begin, @counts: by the first CPU
 * @live:   of each CPU, one behind the other
 * @failed: there was no memory
 */
struct load_run {
	const struct bench_load *load;
	struct machine *m;
	struct vmap_space *vs;
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
		addr[i] = vmalloc(r->vs, pages[i] * PAGE_SIZE, CALLER);
		if (addr[i])
			*(volatile u8 *)mem_address(r->m, addr[i], 1) = 1;
		else
			r->failed = true;
	}
	for (i = 0; pages[i]; i++)
		vfree(r->vs, addr[i]);
}

static void kva_operation(void *arg)
{
	struct load_run *r = arg;
	const unsigned int *pages = r->load->loop->pages;
	struct vm_struct *vm[ARRAY_SIZE(r->load->loop->pages)];
	unsigned int i;

	for (i = 0; pages[i]; i++) {
		vm[i] = get_vm_area(r->vs, pages[i] * PAGE_SIZE, VM_ALLOC, 0, UINT64_MAX,
				    GFP_KERNEL, CALLER);
		if (IS_ERR(vm[i]))
			r->failed = true;
	}
	for (i = 0; pages[i] && !r->failed; i++)
		kfree(r->m, remove_vm_area(r->vs, vm[i]->addr));
}

static void alone_operation(void *arg)
{
	operation(arg);
}

/* As Linux's full_fit: of twice as many that lie one beside the other each second one goes. */
static void make_live(struct load_run *r, u64 *live)
{
	const struct bench_loop *loop = r->load->loop;
	u64 hole;

	for (unsigned int i = 0; i < loop->live; i++) {
		live[i] = vmalloc(r->vs, PAGE_SIZE, CALLER);
		hole = loop->holes ? vmalloc(r->vs, PAGE_SIZE, CALLER) : 0;
		vfree(r->vs, hole);
		if (!live[i] || (loop->holes && !hole))
			r->failed = true;
	}
}

static void free_live(struct load_run *r, const u64 *live)
{
	for (unsigned int i = 0; i < r->load->loop->live; i++)
		vfree(r->vs, live[i]);
}

/* While others count; no scheduling point. */
static void read_counts(struct load_run *r, struct bench_counts *c)
{
	struct machine_stats st;

	machine_stats(r->m, &st);
	c->flushes = st.flushes;
	c->ipis = st.ipis;
	c->purges = vmap_purges(r->vs);
	for (unsigned int i = 0; i < NR_VMAP_EVENTS; i++)
		c->event[i] = vmap_events(r->vs, (enum vmap_event)i);
}

/* From half to one and a half times: CPUs that always take the same time go in step. */
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

/* The first task is the first CPU's. */
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

/* Operations of each CPU between two purges, rounded up. */
static unsigned int purge_ops(const struct load_run *r, unsigned int working)
{
	const unsigned int pages = op_pages(r->load->loop) * working;

	return (unsigned int)DIV_ROUND_UP(vmap_lazy_max_pages(r->vs), pages);
}

static bool world_begin(struct load_run *r, const struct bench_load *load)
{
	struct machine_config machine = {
		.kva_start = MACHINE_KVA_START,
		.kva_size = SPACE_SIZE,
		.bare = true,
		.lines = true,
	};
	struct vmap_config vmap = {
		.kva = load->kva,
		.start = MACHINE_KVA_START,
		.size = SPACE_SIZE,
		.lazy_max_pages = load->lazy_max_pages,
	};

	*r = (struct load_run){.load = load, .m = machine_create()};
	if (!r->m)
		return false;
	topology_init(&machine.topology, load->cpus, 1, FRAMES);
	r->live = calloc((size_t)load->working * load->loop->live + 1, sizeof(*r->live));
	if (r->live && !machine_boot(r->m, &machine) && !vmap_create(r->m, &vmap, &r->vs)) {
		for (unsigned int cpu = 0; cpu < load->working; cpu++)
			r->cpu[cpu] = (struct load_cpu){.r = r, .cpu = cpu, .seed = cpu};
		return true;
	}
	free(r->live);
	machine_destroy(r->m);
	return false;
}

static void world_end(struct load_run *r)
{
	vmap_destroy(r->vs);
	free(r->live);
	machine_destroy(r->m);
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
		/* Whoever was at work is gone, and holds what it held. */
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
