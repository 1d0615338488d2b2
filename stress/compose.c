/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compose.c - see compose.h.
 *
 * An entry of a ring names its object by slot and identity. The operation that made it is an
 * earlier entry of a ring, or stands in the slot if the object was the slot's last. If neither is
 * left, the operations on the object are left out: program_repair() drops them.
 */
#include "compose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct entry - an entry of a ring
 * @e:      the entry
 * @thread: number of its thread
 * @last:   it is one of the thread's last operations, which become records
 * @record: its record in the program, or -1
 */
struct entry {
	const struct ring_entry *e;
	u32 thread;
	bool last;
	s32 record;
};

/**
 * struct composer - a program in the making
 * @entry, @nr: all entries, in the order of tickets
 * @task:       task of each thread; STRESS_MAX_THREADS: it has none
 */
struct composer {
	struct program *p;
	const struct shared *s;
	struct entry *entry;
	u32 nr;
	u8 task[STRESS_MAX_THREADS];
};

static bool makes(const struct ring_entry *e)
{
	return e->op < NR_OPS && op_table[e->op].makes;
}

static int by_ticket(const void *a, const void *b)
{
	const u64 x = ((const struct entry *)a)->e->ticket,
		  y = ((const struct entry *)b)->e->ticket;

	return (x > y) - (x < y);
}

static void gather(struct composer *c, u64 last)
{
	for (u32 t = 0; t < c->s->nr_threads; t++) {
		const struct shared_thread *thread = &c->s->thread[t];
		const u64 nr = thread->operates ? min(thread->begun, (u64)RING_ENTRIES) : 0;

		for (u64 i = thread->begun - nr; i < thread->begun; i++)
			c->entry[c->nr++] = (struct entry){
				.e = &thread->ring[i % RING_ENTRIES],
				.thread = t,
				.last = thread->begun - i <= last,
				.record = -1,
			};
	}
	qsort(c->entry, c->nr, sizeof(*c->entry), by_ticket);
}

/*
 * The threads of the last operations become tasks, as many as a program may have, on the CPUs on
 * which they were last.
 */
static void choose_tasks(struct composer *c)
{
	struct program *p = c->p;

	memset(c->task, STRESS_MAX_THREADS, sizeof(c->task));
	p->nr_tasks = 0;
	for (u32 i = c->nr; i-- && p->nr_tasks < PROGRAM_MAX_TASKS;) {
		const u32 thread = c->entry[i].thread;

		if (c->task[thread] != STRESS_MAX_THREADS)
			continue;
		c->task[thread] = (u8)p->nr_tasks;
		p->task[p->nr_tasks].cpu = c->entry[i].e->cpu;
		p->task[p->nr_tasks++].irq = c->s->thread[thread].irq;
	}
	p->nr_tasks = max(p->nr_tasks, 1U);
}

/* A task that may carry the operation out: that of the thread, or any that is no interrupt. */
static u8 task_for(const struct composer *c, u32 thread, u8 op)
{
	u8 task = thread < STRESS_MAX_THREADS ? c->task[thread] : STRESS_MAX_THREADS;

	if (task < c->p->nr_tasks && (!c->p->task[task].irq || op_table[op].irq))
		return task;
	for (task = 0; task + 1U < c->p->nr_tasks && c->p->task[task].irq;)
		task++;
	return task;
}

static s32 add(struct composer *c, const struct program_op *op)
{
	return program_add(c->p, op) ? -1 : (s32)c->p->nr_ops - 1;
}

/* The entry before @at that made the object of entry @at, or NULL. */
static struct entry *maker_of(const struct composer *c, u32 at)
{
	const struct ring_entry *e = c->entry[at].e;

	for (u32 i = at; i--;) {
		struct entry *m = &c->entry[i];

		if (makes(m->e) && m->e->slot == e->slot && m->e->id == e->id)
			return m;
	}
	return NULL;
}

static void add_entry(struct composer *c, struct entry *e, s32 object)
{
	struct program_op op = {.op = e->e->op, .object = object};

	op.task = task_for(c, e->thread, op.op);
	memcpy(op.arg, e->e->arg, sizeof(op.arg));
	e->record = add(c, &op);
}

/*
 * Make the object of entry @at, unless it is made already; @made: of each slot, the record that
 * made an object that no entry made.
 */
static void make_object(struct composer *c, u32 at, s32 *made)
{
	const struct ring_entry *e = c->entry[at].e;
	const struct slot *slot = &c->s->slot[e->slot];
	struct entry *m = maker_of(c, at);
	struct program_op op;

	if (m) {
		if (m->record < 0)
			add_entry(c, m, PROGRAM_NO_OBJECT);
		return;
	}
	if (made[e->slot] >= 0 || (u32)slot->id != e->id)
		return;
	op = slot->made;
	op.task = task_for(c, slot->maker, op.op);
	op.object = PROGRAM_NO_OBJECT;
	made[e->slot] = add(c, &op);
}

static s32 object_of_entry(const struct composer *c, u32 at, const s32 *made)
{
	const struct ring_entry *e = c->entry[at].e;
	const struct entry *m = maker_of(c, at);

	return m ? m->record : (u32)c->s->slot[e->slot].id == e->id ? made[e->slot] : -1;
}

static bool uses(const struct ring_entry *e)
{
	return op_table[e->op].uses != OBJECT_NONE;
}

static void add_all(struct composer *c, s32 *made)
{
	/* First the objects from before the first operation. */
	for (u32 i = 0; i < c->nr; i++) {
		const struct entry *e = &c->entry[i];
		const struct entry *m = e->last && uses(e->e) ? maker_of(c, i) : NULL;

		if (e->last && uses(e->e) && (!m || !m->last))
			make_object(c, i, made);
	}
	for (u32 i = 0; i < c->nr; i++) {
		struct entry *e = &c->entry[i];
		s32 object = PROGRAM_NO_OBJECT;

		if (!e->last)
			continue;
		if (uses(e->e)) {
			object = object_of_entry(c, i, made);
			if (object < 0)
				continue;
		}
		add_entry(c, e, object);
	}
}

int compose(struct program *p, const struct shared *s, u32 nr)
{
	struct composer c = {.p = p, .s = s};
	s32 *made = malloc(STRESS_MAX_LIVE * sizeof(*made));
	c.entry = malloc((size_t)STRESS_MAX_THREADS * RING_ENTRIES * sizeof(*c.entry));
	if (!c.entry || !made) {
		free(c.entry);
		free(made);
		return -ENOMEM;
	}
	memset(made, -1, STRESS_MAX_LIVE * sizeof(*made));
	gather(&c, nr);
	p->nr_ops = 0;
	choose_tasks(&c);
	add_all(&c, made);
	program_repair(p);
	free(c.entry);
	free(made);
	return 0;
}

static void print_op(u8 op, const u32 *arg, FILE *f)
{
	fprintf(f, "%s", op_table[op].name);
	for (u32 a = 0; a < OP_MAX_ARGS && op_table[op].arg[a].kind != OPERAND_NONE; a++)
		fprintf(f, " %s=%u", op_table[op].arg[a].name, arg[a]);
}

static void print_thread(const struct shared_thread *t, FILE *f)
{
	const u64 nr = min(t->begun, (u64)RING_ENTRIES);

	fprintf(f, "thread %s, %llu operations begun, %llu ended\n", t->name, t->begun, t->ended);
	for (u64 i = t->begun - nr; t->operates && i < t->begun; i++) {
		const struct ring_entry *e = &t->ring[i % RING_ENTRIES];

		fprintf(f, "  ticket %llu cpu %u ", e->ticket, e->cpu);
		print_op(e->op, e->arg, f);
		if (e->slot != SLOT_NONE)
			fprintf(f, " slot %u object %u", e->slot, e->id);
		fputs(e->ended ? "\n" : " (in flight)\n", f);
	}
}

void compose_print_rings(const struct shared *s, FILE *f)
{
	static const char *const state[] = {"empty", "live", "in use"};

	for (u32 t = 0; t < s->nr_threads; t++)
		print_thread(&s->thread[t], f);
	for (u32 i = 0; i < s->nr_slots; i++) {
		const struct slot *slot = &s->slot[i];

		if (slot->state == SLOT_EMPTY)
			continue;
		fprintf(f, "slot %u, %s: object %u of %s by ", i, state[slot->state], (u32)slot->id,
			s->thread[slot->maker].name);
		print_op(slot->made.op, slot->made.arg, f);
		fputc('\n', f);
	}
}
