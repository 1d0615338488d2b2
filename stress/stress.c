/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stress.c - worlds, one after the other; see stress.h.
 */
#include "stress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/bodies.h"
#include "exec/subsystems.h"
#include "monitor.h"
#include "program/op_set.h"
#include "program/text.h"
#include "sched/clock.h"
#include "sched/random.h"
#include "sched/sched.h"
#include "slots.h"
#include "summary.h"
#include "ticks.h"
#include "world/topology_of.h"
#include "world/vmap_world.h"

bool stress_stopped(const struct stress *st)
{
	const struct stress_options *o = st->o;

	return __atomic_load_n(&st->shared->stop, __ATOMIC_RELAXED) ||
	       (o->seconds && clock_seconds() - st->begin >= (double)o->seconds) ||
	       (o->operations && shared_done(st->shared) >= o->operations);
}

/* The part of the free addresses that lies outside of the largest gap. */
static void note_gaps(struct stress *st)
{
	struct vmap_account a;

	for_each_space (k, &st->world) {
		const struct vmap_instance *v = space_of(&st->world, k);

		if (!v->be->account)
			continue;
		v->be->account(v->ctx, &a);
		if (!a.free_pages)
			continue;
		st->sums.gaps += 1 - (double)(a.largest_free >> PAGE_SHIFT) / (double)a.free_pages;
		st->sums.nr_gaps++;
	}
}

/*
 * Everything that needs a world at rest: invariants, accounts, addresses, page frames. The caller
 * is a task between two operations, and so are all others.
 */
bool stress_check(void *arg)
{
	struct stress *st = arg;
	struct world *w = &st->world;
	bool over = stress_stopped(st);

	st->sums.quiet++;
	over |= st->sums.quiet % st->o->worlds_every == 0;
	if (!over && st->sums.quiet % st->o->verify_every)
		return false;
	settle();
	objects_end_at_once(w);
	task_set_op(0);
	if (w->run->with.after_op)
		subsystems_after_op(w, 0);
	task_set_op(0);
	subsystems_verify(w, op_alone(), 0);
	task_set_op(-1);
	machine_verify(w->machine);
	note_gaps(st);
	if (!over && objects_begin_at_once(w))
		abort();
	return over;
}

static void prepare_objects(struct stress *st)
{
	struct objects *os = &st->run.objects;
	const u32 nr = st->shared->nr_slots;
	/* Any operation that makes objects of the slot's type. */
	struct program_op op = {0};

	if (!objects_reserve(os, nr))
		abort();
	os->nr_live = 0;
	os->nr = nr;
	for (u32 i = 0; i < nr; i++) {
		while (op_table[op.op].makes != st->shared->slot[i].type)
			op.op = (u8)((op.op + 1) % NR_OPS);
		object_init(&os->object[i], &op, i);
	}
	st->world.nr_frame_pools = min(DIV_ROUND_UP(nr, 512U), (u32)WORLD_FRAME_POOLS);
}

/* Threads of a role are spread over the CPUs. */
static struct task *spawn(struct stress *st, u32 index)
{
	struct stress_thread *t = &st->thread[index];
	struct task_params p = {
		.name = t->seen->name,
		.cpu = possible_cpu(st->world.possible, index % st->program.machine.cpus),
		.irq = t->role->irq,
		.fn = worker_body,
		.arg = t,
	};

	t->seen->cpu = (u8)p.cpu;
	return task_spawn(&p);
}

static void run_threads(struct stress *st)
{
	struct task *task[STRESS_MAX_THREADS];

	if (objects_begin_at_once(&st->world))
		abort();
	rcu_age_begin(&st->rcu, &st->world);
	quiet_begin(&st->quiet, st->nr_threads);
	for (u32 i = 0; i < st->nr_threads; i++)
		task[i] = spawn(st, i);
	monitor_watch(st, true);
	for (u32 i = 0; i < st->nr_threads; i++)
		task_join(task[i]);
	monitor_watch(st, false);
	rcu_age_end(&st->rcu);
}

/* After the threads have ended: the world is quiet, and objects are listed. */
static void world_body(void *arg)
{
	struct stress *st = arg;
	struct world *w = &st->world;

	w->notice[0] = '\0';
	memset(st->run.count, 0, sizeof(st->run.count));
	prepare_objects(st);
	st->run.boot_error = subsystems_boot(w);
	if (!st->run.boot_error) {
		run_events_open(w);
		run_threads(st);
		subsystems_end(w);
		summary_add_world(st);
	} else {
		st->sums.refused++;
	}
	run_events_close(w);
	object_free_all(w);
	subsystems_take_down(w);
}

static void set_program(struct stress *st)
{
	const char *header = st->header[st->shared->world % st->nr_worlds];
	struct program *p = &st->program;
	struct text_error err;

	if (text_parse(p, header, strlen(header), &err)) {
		fprintf(stderr, "mmstorm stress: %s: line %u: %s\n", st->wl->name, err.line,
			err.text);
		abort();
	}
	/* A finding says where it was found. */
	if (st->o->on)
		program_set_on(p, st->o->on);
	if (st->o->cpus)
		p->machine.cpus = (u32)st->o->cpus;
	p->fail.every = (u32)(st->o->fail_rate ? st->o->fail_rate : st->wl->fail);
	program_repair(p);
}

static void prepare_threads(struct stress *st)
{
	u32 n = 0;

	for (u32 r = 0; r < st->nr_roles; r++) {
		const struct role *role = &st->wl->role[r];

		for (u32 i = 0; i < st->nr_of_role[r]; i++, n++) {
			struct stress_thread *t = &st->thread[n];
			struct shared_thread *seen = &st->shared->thread[n];

			t->st = st;
			t->index = n;
			t->role = role;
			t->mix = &st->mix[r];
			t->seen = seen;
			t->rng = st->o->seed + ((u64)st->shared->world << 32) + n;
			t->grow = n % 2 == 0;
			t->left = random_below(&t->rng, 4096);
			snprintf(seen->name, sizeof(seen->name), "%s%u", role->name, i);
			seen->irq = role->irq;
			seen->operates = role->kind == ROLE_OPERATIONS;
			seen->begun = seen->ended = 0;
		}
	}
}

/* Target, machine and failure plan as text, for the parent. */
static void put_header(struct stress *st)
{
	FILE *f = fmemopen(st->shared->header, sizeof(st->shared->header), "w");

	st->program.nr_tasks = 1;
	if (!f || text_print(&st->program, f) || fclose(f))
		abort();
}

/*
 * Most live objects of a world. Many objects fill maps, blocks and spaces, and keep all of them in
 * use. With few objects, chunks and blocks become empty again and again, and background work takes
 * them away while others come. So worlds take turns, and each machine meets each number.
 */
static u32 most_live(const struct stress *st)
{
	static const u32 part[] = {1, 16, 128};
	const u32 world = st->shared->world;

	if (st->o->live)
		return (u32)st->o->live;
	return max(st->wl->live / part[(world + world / st->nr_worlds) % ARRAY_SIZE(part)], 1U);
}

/* In every other world of each machine, threads yield often after they released a lock. */
#define NOISY_ODDS 8

static bool is_noisy(const struct stress *st)
{
	const u32 world = st->shared->world;

	return (world + world / st->nr_worlds) % 2;
}

static void run_world(struct stress *st)
{
	struct schedule schedule = {.kind = SCHEDULE_RANDOM, .odds = st->wl->odds};
	struct sched_params sp = {.schedule = &schedule};
	struct sched_result r;

	set_program(st);
	put_header(st);
	st->program.nr_tasks = min(st->nr_threads, (u32)PROGRAM_MAX_TASKS);
	if (is_noisy(st)) {
		schedule.odds = NOISY_ODDS;
		sp.yields = true;
	}
	prepare_threads(st);
	slots_prepare(st, most_live(st));
	schedule.seed = st->thread[0].rng;
	st->world.mmu = st->o->mmu;
	world_set_program(&st->world, &st->program, st->on);
	subsystems_choose(&st->world);
	sp.nr_cpus = st->program.machine.cpus;
	sp.possible = st->world.possible;
	sched_run(st->sched, &sp, world_body, st, &r);
	st->sums.worlds++;
	st->shared->world++;
}

static int create(struct stress *st)
{
	st->sched = sched_create();
	st->world.machine = machine_create();
	st->world.run = &st->run;
	program_init(&st->program, TARGET_VMAP);
	quiet_init(&st->quiet);
	st->thread = aligned_alloc(_Alignof(struct stress_thread),
				   STRESS_MAX_THREADS * sizeof(*st->thread));
	if (!st->sched || !st->world.machine || !st->thread || !subsystems_create(&st->world))
		return -ENOMEM;
	memset(st->thread, 0, STRESS_MAX_THREADS * sizeof(*st->thread));
	return 0;
}

static void destroy(struct stress *st)
{
	sched_destroy(st->sched);
	subsystems_destroy(&st->world);
	machine_destroy(st->world.machine);
	objects_free(&st->run.objects);
	program_fini(&st->program);
	quiet_fini(&st->quiet);
	free(st->thread);
}

int stress_run(struct stress *st)
{
	if (create(st)) {
		fprintf(stderr, "mmstorm stress: out of memory\n");
		return 2;
	}
	st->shared->nr_threads = st->nr_threads;
	st->begin = clock_seconds();
	st->begin_ticks = ticks();
	monitor_begin(st);
	do
		run_world(st);
	while (!stress_stopped(st));
	monitor_end(st);
	summary_print(st);
	destroy(st);
	return 0;
}
