/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * convert.c - a task for each CPU's stream of events, and an interrupt source for those in
 * interrupts.
 *
 * Order: records have the order of the recording, and the schedule is a list of turns, with an
 * entry for each stretch of operations of one stream. So the replay makes all requests in the order
 * of the recording, and holds as much memory at a time as the kernel did. Under another schedule
 * (`mmstorm explore`) the same streams race, and only the objects order them. A recording with more
 * stretches than a schedule has entries becomes one task that migrates.
 *
 * State: an empty chunk serves its bytes in ascending order until the first free. So ordinary
 * operations recreate the state before the recording: they allocate the used and the free ranges
 * from the bottom up, and then free the free ones. Each chunk but the last is filled to its end in
 * this way, so that the next one begins at 0.
 */
#include "convert.h"

#include <stdlib.h>

#include "machine/machine.h"
#include "sched/sched.h"

#define MAX_CPUS 64
#define CHUNK_ALIGN 4

/* The task that recreates the state: the first one is no interrupt source, whatever its CPU. */
#define STATE_TASK 0

/**
 * struct convert - state of a conversion
 * @record:   by object: the record that allocates it, or PROGRAM_NO_OBJECT
 * @task_of:  by CPU and context (interrupt or not): task + 1
 * @seen:     by CPU and context: there are such events
 * @one_task: use one task that migrates
 * @cpu:      @one_task: current CPU of the task
 */
struct convert {
	struct program *p;
	const struct pairing *pr;
	const struct convert_options *o;
	struct convert_stats *st;
	s32 *record;
	u8 task_of[MAX_CPUS][2];
	bool seen[MAX_CPUS][2];
	u32 cpu;
	bool one_task;
	int err;
};

/* Append an operation of @task to the last stretch of the schedule, or to a new one. */
static bool add_turn(struct program *p, u32 task)
{
	struct schedule *s = &p->schedule;
	u32 number = SCHED_TASK_FIRST + task;

	if (s->nr && s->changes[s->nr - 1].task == number) {
		s->changes[s->nr - 1].step++;
		return true;
	}
	if (s->nr == SCHEDULE_MAX)
		return false;
	s->changes[s->nr++] = (struct change){.task = number};
	return true;
}

/* Append a record; false if there is no room for it. */
static bool add(struct convert *c, u32 task, enum op_id op, s32 object, u32 a0, u32 a1, u32 a2)
{
	struct program_op r = {
		.op = op,
		.task = task,
		.object = object,
		.arg = {a0, a1, a2},
	};

	if (c->err)
		return false;
	c->err = program_add(c->p, &r);
	/* Only a record that found room needs a turn. */
	if (!c->err && !c->one_task && !add_turn(c->p, task))
		c->err = -EOVERFLOW;
	return !c->err;
}

/* The task for an event on a CPU, to which a single task migrates first. */
static u32 stream(struct convert *c, u32 cpu, bool irq)
{
	cpu %= c->p->machine.cpus;
	if (c->one_task) {
		if (c->cpu != cpu)
			add(c, 0, OP_migrate, PROGRAM_NO_OBJECT, cpu, 0, 0);
		c->cpu = cpu;
		return 0;
	}
	return c->task_of[cpu][irq] - 1;
}

static bool may_be_irq(const struct trace_event *e)
{
	enum op_id op = e->kind == TRACE_PERCPU_ALLOC  ? OP_alloc_percpu
			: e->kind == TRACE_PERCPU_FREE ? OP_free_percpu
			: e->kind == TRACE_KVA_ALLOC   ? OP_alloc_vmap_area
			: e->kind == TRACE_KVA_FREE    ? OP_free_vmap_area
						       : OP_purge_vmap_areas;

	return e->irq && op_table[op].irq;
}

static void add_task(struct convert *c, u32 cpu, bool irq)
{
	struct program *p = c->p;

	p->task[p->nr_tasks] = (struct program_task){.cpu = cpu, .irq = irq};
	c->task_of[cpu][irq] = ++p->nr_tasks;
}

/*
 * Add tasks for the CPUs first, then interrupt sources as long as there is room. A recording of
 * interrupts alone has a task as well: it recreates the state.
 */
static void add_tasks(struct convert *c)
{
	u32 cpus = c->p->machine.cpus;
	bool any = false;

	for (u32 cpu = 0; cpu < cpus; cpu++)
		any |= c->seen[cpu][0];
	c->seen[0][0] |= !any;
	c->p->nr_tasks = 0;
	for (u32 cpu = 0; cpu < cpus; cpu++) {
		if (!c->seen[cpu][0] && (cpu || !c->one_task))
			continue;
		if (c->p->nr_tasks < PROGRAM_MAX_TASKS)
			add_task(c, cpu, false);
		else
			c->task_of[cpu][0] = 1 + cpu % PROGRAM_MAX_TASKS;
		if (c->one_task)
			return;
	}
	for (u32 cpu = 0; cpu < cpus; cpu++) {
		if (!c->seen[cpu][1])
			continue;
		if (c->p->nr_tasks < PROGRAM_MAX_TASKS) {
			add_task(c, cpu, true);
			continue;
		}
		/* A CPU with events in interrupts only has no task. */
		c->task_of[cpu][1] = c->task_of[cpu][0] ? c->task_of[cpu][0] : 1;
		c->st->merged_irq++;
	}
}

/**
 * struct layout - a chunk that is filled from the bottom up
 * @at:    end of the filled part
 * @holes: records of ranges that were free
 */
struct layout {
	struct convert *c;
	u64 at;
	s32 *holes;
	u32 nr_holes;
};

static s32 lay_out(struct layout *l, u64 size, u32 align)
{
	s32 record = l->c->p->nr_ops;

	if (!add(l->c, STATE_TASK, OP_alloc_percpu, PROGRAM_NO_OBJECT, size, align, 0))
		return PROGRAM_NO_OBJECT;
	l->c->st->state++;
	l->at += size;
	return record;
}

static void leave_hole(struct layout *l, u64 until)
{
	s32 record;

	if (until <= l->at)
		return;
	record = lay_out(l, until - l->at, CHUNK_ALIGN);
	if (record != PROGRAM_NO_OBJECT)
		l->holes[l->nr_holes++] = record;
}

/* Lay out the used ranges of a chunk by address, then one hole up to @end. */
static void lay_out_chunk(struct layout *l, u32 chunk, u64 end)
{
	const struct pairing *pr = l->c->pr;
	u32 b = 0, t = 0;

	l->at = 0;
	while (b < pr->before && pr->object[pr->early[b]].chunk < chunk)
		b++;
	while (t < pr->nr_taken && pr->taken[t].chunk < chunk)
		t++;
	for (;;) {
		const struct pair_object *o = b < pr->before ? &pr->object[pr->early[b]] : NULL;
		const struct pair_range *r = t < pr->nr_taken ? &pr->taken[t] : NULL;

		if (o && o->chunk != chunk)
			o = NULL;
		if (r && r->chunk != chunk)
			r = NULL;
		if (!o && !r)
			break;
		if (o && (!r || o->start < r->start)) {
			leave_hole(l, o->start);
			l->c->record[pr->early[b++]] = lay_out(l, o->size, CHUNK_ALIGN);
		} else {
			leave_hole(l, r->start);
			lay_out(l, r->end - r->start, CHUNK_ALIGN);
			t++;
		}
	}
	leave_hole(l, end);
}

static void recreate_chunks(struct convert *c)
{
	u64 unit = (u64)c->o->unit_pages << PAGE_SHIFT, dyn = c->o->dyn;
	struct layout l = {.c = c};

	l.holes = malloc((c->pr->nr_taken + c->pr->before + c->pr->nr_chunks + 1) * sizeof(s32));
	if (!l.holes) {
		c->err = -ENOMEM;
		return;
	}
	/* A first chunk that is too small for the recorded one is filled and unused. */
	if (dyn && dyn < c->pr->chunk[0].high) {
		lay_out(&l, dyn, CHUNK_ALIGN);
		dyn = 0;
	}
	for (u32 i = 0; i < c->pr->nr_chunks; i++) {
		bool last = i + 1 == c->pr->nr_chunks;

		lay_out_chunk(&l, i, last ? 0 : !i && dyn ? dyn : unit);
	}
	for (u32 i = 0; i < l.nr_holes; i++)
		if (add(c, STATE_TASK, OP_free_percpu, l.holes[i], 0, 0, 0))
			c->st->state++;
	free(l.holes);
}

static bool fits_operands(const struct convert *c, u64 size, u64 align)
{
	if (c->pr->family == PAIR_PERCPU)
		return size <= (u64)c->o->unit_pages << PAGE_SHIFT && align <= PAGE_SIZE;
	return size <= 1024 << PAGE_SHIFT && align >> PAGE_SHIFT <= 256;
}

/* Allocate an object in a task. */
static s32 alloc_object(struct convert *c, u32 task, u64 size, u64 align, bool atomic)
{
	s32 record;

	if (!fits_operands(c, size, align)) {
		c->st->too_large++;
		return PROGRAM_NO_OBJECT;
	}
	record = c->p->nr_ops;
	if (c->pr->family == PAIR_PERCPU)
		add(c, task, OP_alloc_percpu, PROGRAM_NO_OBJECT, size, align, atomic);
	else
		add(c, task, OP_alloc_vmap_area, PROGRAM_NO_OBJECT, DIV_ROUND_UP(size, PAGE_SIZE),
		    max(align >> PAGE_SHIFT, 1ULL), 0);
	return c->err ? PROGRAM_NO_OBJECT : record;
}

static bool free_object(struct convert *c, u32 task, u32 object)
{
	enum op_id op = c->pr->family == PAIR_PERCPU ? OP_free_percpu : OP_free_vmap_area;

	if (c->record[object] == PROGRAM_NO_OBJECT)
		return false;
	return add(c, task, op, c->record[object], 0, 0, 0);
}

/* Allocate the objects that the recording frees but does not allocate. */
static void recreate_objects(struct convert *c)
{
	for (u32 i = 0; i < c->pr->before; i++) {
		const struct pair_object *o = &c->pr->object[c->pr->early[i]];

		c->record[c->pr->early[i]] = alloc_object(c, STATE_TASK, o->size, o->align, false);
		c->st->state++;
	}
}

static void convert_event(struct convert *c, u32 i)
{
	const struct trace_event *e = &c->pr->trace->event[i];
	u32 task = stream(c, e->cpu, may_be_irq(e));
	s32 object = c->pr->of_event[i];

	if (e->kind == TRACE_KVA_PURGE) {
		add(c, task, OP_purge_vmap_areas, PROGRAM_NO_OBJECT, 0, 0, 0);
		return;
	}
	for (s32 m = c->pr->missing[i]; m != PAIR_NONE; m = c->pr->object[m].next)
		c->st->inferred += free_object(c, task, m);
	if (object == PAIR_NONE)
		return;
	if (e->kind == TRACE_PERCPU_ALLOC || e->kind == TRACE_KVA_ALLOC)
		c->record[object] = alloc_object(c, task, e->size, e->align, e->atomic);
	else
		free_object(c, task, object);
}

static bool of_family(const struct convert *c, const struct trace_event *e)
{
	bool percpu = e->kind == TRACE_PERCPU_ALLOC || e->kind == TRACE_PERCPU_FREE;

	return percpu == (c->pr->family == PAIR_PERCPU);
}

/* Most pages of address space that the recording uses at once, including lazily freed ones. */
static u64 kva_pages(const struct convert *c, u64 lazy)
{
	u64 now = 0, most = 0, gap = 1;

	for (u32 i = 0; i < c->pr->before; i++)
		now += c->pr->object[c->pr->early[i]].size >> PAGE_SHIFT;
	for (u32 i = 0; i < c->pr->trace->nr; i++) {
		const struct trace_event *e = &c->pr->trace->event[i];
		s32 object = c->pr->of_event[i];

		if (object == PAIR_NONE)
			continue;
		if (e->kind == TRACE_KVA_ALLOC) {
			gap = max(gap, e->align >> PAGE_SHIFT);
			now += c->pr->object[object].size >> PAGE_SHIFT;
			most = max(most, now);
		} else {
			/* Lazily freed: the threshold bounds the pages that are not purged yet. */
			now -= min(now, c->pr->object[object].size >> PAGE_SHIFT);
		}
	}
	return 2 * gap * (most + lazy) + 1024;
}

static void init_machine(struct convert *c)
{
	struct program_machine *m = &c->p->machine;
	u64 chunk, lazy;

	m->cpus = max(1U, min(c->pr->trace->nr_cpus, (u32)MAX_CPUS));
	c->st->folded_cpus =
		c->pr->trace->nr_cpus > MAX_CPUS ? c->pr->trace->nr_cpus - MAX_CPUS : 0;
	if (c->pr->family == PAIR_PERCPU) {
		m->unit = c->o->unit_pages;
		m->stat = c->o->stat;
		m->dyn = c->o->dyn;
		chunk = (u64)m->unit * m->cpus;
		/* One chunk more than recorded, one in reserve, and table pages. */
		m->pages = min(65536ULL, chunk * (c->pr->nr_chunks + 2) + chunk / 64 + 256);
		m->kva = min(1ULL << 20, 2 * chunk * (c->pr->nr_chunks + 2) + 1024);
	} else {
		/* The kernel's threshold: 32 MiB for each doubling of the CPUs. */
		lazy = (u64)fls64(c->pr->trace->nr_cpus) << (25 - PAGE_SHIFT);
		m->lazy = min(lazy, 1ULL << 18);
		m->kva = min(1ULL << 20, kva_pages(c, m->lazy));
		m->pages = 8192;
	}
}

static void find_streams(struct convert *c)
{
	for (u32 i = 0; i < c->pr->trace->nr; i++) {
		const struct trace_event *e = &c->pr->trace->event[i];

		if (of_family(c, e))
			c->seen[e->cpu % c->p->machine.cpus][may_be_irq(e)] = true;
	}
}

static bool state_fits(const struct convert *c)
{
	u64 unit = (u64)c->o->unit_pages << PAGE_SHIFT;

	for (u32 i = 0; i < c->pr->nr_chunks; i++)
		if (c->pr->chunk[i].high > unit)
			return false;
	return true;
}

static int convert_once(struct convert *c)
{
	const struct pairing *pr = c->pr;
	enum target_id target = pr->family == PAIR_PERCPU ? TARGET_PERCPU_BITMAP : TARGET_VMAP;

	program_reset(c->p, target);
	*c->st = (struct convert_stats){.one_task = c->one_task};
	for (u32 i = 0; i < pr->nr; i++)
		c->record[i] = PROGRAM_NO_OBJECT;
	init_machine(c);
	find_streams(c);
	add_tasks(c);
	c->p->schedule.kind = c->one_task ? SCHEDULE_SPARSE : SCHEDULE_TURNS;
	c->st->no_state = target == TARGET_PERCPU_BITMAP && !c->o->bare && !state_fits(c);
	if (target == TARGET_VMAP || c->o->bare || c->st->no_state)
		recreate_objects(c);
	else if (pr->nr_chunks)
		recreate_chunks(c);
	for (u32 i = 0; i < pr->trace->nr; i++) {
		if (!of_family(c, &pr->trace->event[i]))
			continue;
		if (c->o->max_events && c->st->events == c->o->max_events) {
			c->st->cut++;
			continue;
		}
		if (!c->err)
			convert_event(c, i);
		if (c->err == -E2BIG)
			c->st->no_room++;
		else
			c->st->events++;
	}
	return c->err == -E2BIG ? 0 : c->err;
}

int convert_program(struct program *p, const struct pairing *pr, const struct convert_options *o,
		    struct convert_stats *st)
{
	struct convert c = {.p = p, .pr = pr, .o = o, .st = st, .one_task = o->one_task};
	int err;

	c.record = malloc((pr->nr + 1) * sizeof(*c.record));
	if (!c.record)
		return -ENOMEM;
	err = convert_once(&c);
	if (err == -EOVERFLOW) {
		c = (struct convert){
			.p = p, .pr = pr, .o = o, .st = st, .one_task = true, .record = c.record};
		err = convert_once(&c);
	}
	free(c.record);
	return err;
}
