/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.c - a thread of a world: a stream of operations on objects that threads hand to each
 * other.
 *
 * A thread alternates between making more objects than it frees and the opposite, so address spaces
 * fill up and drain, and chunks and blocks come and go.
 */
#include <string.h>
#include <unistd.h>

#include "exec/perform.h"
#include "sched/random.h"
#include "sched/sched.h"
#include "slots.h"
#include "stress.h"
#include "ticks.h"
#include "world/percpu_world.h"
#include "world/vmap_world.h"

/* Operations between two changes of a thread's direction, on average. */
#define DIRECTION_OPS 4096

/* Operations between two pauses: a thread that wakes up costs more than an operation. */
#define BURST 16

/**
 * struct step - one operation of a stream
 * @op:   its record
 * @slot: of its object, or SLOT_NONE
 * @o:    that object, or NULL
 */
struct step {
	struct program_op op;
	u32 slot;
	struct object *o;
};

/* The same operation in the opposite direction, if the thread wants that one. */
static u32 turn(struct stress_thread *t, u32 i)
{
	const struct op *op = &op_table[t->mix->op[i].op];
	s8 other = -1;

	if (!t->left--) {
		t->grow = !t->grow;
		t->left = DIRECTION_OPS / 2 + random_below(&t->rng, DIRECTION_OPS);
	}
	if (op->makes && !t->grow)
		other = t->mix->freer[op->makes];
	else if (op->consumes && t->grow)
		other = t->mix->maker[op->uses];
	return other < 0 || random_next(&t->rng) & 1 ? i : (u32)other;
}

/* Take an object for the operation. If there is none, or no place for one: do the opposite. */
static bool find_object(struct stress_thread *t, struct step *s, u32 *i)
{
	const struct op *op = &op_table[t->mix->op[*i].op];
	const u32 type = op->makes ? op->makes : op->uses;
	s8 other;

	s->slot = slots_take(t, type, !op->makes);
	if (s->slot != SLOT_NONE)
		return true;
	other = op->makes ? t->mix->freer[type] : t->mix->maker[type];
	*i = (u32)other;
	s->slot = slots_take(t, type, op->makes);
	return s->slot != SLOT_NONE;
}

/* A new object for a slot. Its contents differ from those of all earlier ones there. */
static void renew(struct stress_thread *t, struct step *s)
{
	struct slot *slot = &t->st->shared->slot[s->slot];

	slot->id += t->st->shared->nr_slots;
	slot->made = s->op;
	__atomic_store_n(&slot->maker, (u8)t->index, __ATOMIC_RELAXED);
	object_reset(s->o, &slot->made, slot->id);
}

/* Return: false if there is nothing to do. */
static bool draw(struct stress_thread *t, struct step *s)
{
	u32 i = turn(t, mix_draw(t->mix, &t->rng));
	const struct op *op = &op_table[t->mix->op[i].op];

	s->slot = SLOT_NONE;
	s->o = NULL;
	if ((op->makes || op->uses) && !find_object(t, s, &i))
		return false;
	s->op = (struct program_op){.op = t->mix->op[i].op, .task = (u8)t->index};
	s->op.object = PROGRAM_NO_OBJECT;
	mix_arguments(t->mix, i, &t->rng, s->op.arg);
	if (s->slot == SLOT_NONE)
		return true;
	s->o = &t->st->run.objects.object[s->slot];
	if (op_table[s->op.op].makes)
		renew(t, s);
	else
		s->op.object = (s32)s->slot;
	return true;
}

static struct ring_entry *ring_begin(struct stress_thread *t, const struct step *s)
{
	struct shared_thread *seen = t->seen;
	struct ring_entry *e = &seen->ring[seen->begun % RING_ENTRIES];

	e->ticket = task_ticket();
	memcpy(e->arg, s->op.arg, sizeof(e->arg));
	e->op = s->op.op;
	e->cpu = (u8)raw_smp_processor_id();
	e->ended = false;
	e->slot = s->slot;
	e->id = s->o ? (u32)s->o->id : 0;
	__atomic_store_n(&seen->begun, seen->begun + 1, __ATOMIC_RELEASE);
	return e;
}

static void ring_end(struct stress_thread *t, struct ring_entry *e)
{
	e->ended = true;
	__atomic_store_n(&t->seen->ended, t->seen->ended + 1, __ATOMIC_RELEASE);
}

static void operate(struct stress_thread *t)
{
	const bool irq = t->role->irq;
	struct ring_entry *e;
	struct op_call c;
	struct step s;
	u64 begin;

	if (!draw(t, &s))
		return;
	c = (struct op_call){
		.record = s.slot == SLOT_NONE ? 0 : s.slot, .op = &s.op, .object = s.o};
	if (irq)
		irq_enter();
	task_set_op((s32)(t->seen->begun & INT32_MAX));
	e = ring_begin(t, &s);
	begin = ticks();
	op_perform(&t->st->world, &c, irq);
	histogram_add(&t->times[s.op.op], ticks() - begin);
	task_set_op(-1);
	if (irq)
		irq_exit();
	sched_turn();
	ring_end(t, e);
	if (s.slot != SLOT_NONE)
		slots_put(t, s.slot, s.o->state == OBJECT_LIVE);
}

/* Numbers are read, and cannot be judged while others change them. */
static void read_statistics(const struct world *w)
{
	struct percpu_account pa;
	struct vmap_account va;

	for_each_percpu (k, w)
		percpu_of(w, k)->be->account(percpu_of(w, k)->ctx, &pa);
	for_each_space (k, w)
		if (space_of(w, k)->be->account)
			space_of(w, k)->be->account(space_of(w, k)->ctx, &va);
}

/* A role without operations of programs. */
static void do_other(struct stress_thread *t)
{
	__atomic_store_n(&t->seen->begun, t->seen->begun + 1, __ATOMIC_RELEASE);
	task_set_op((s32)(t->seen->begun & INT32_MAX));
	if (t->role->kind == ROLE_STATISTICS)
		read_statistics(&t->st->world);
	else
		rcu_age_step(&t->st->rcu, &t->rng);
	task_set_op(-1);
	sched_turn();
	__atomic_store_n(&t->seen->ended, t->seen->ended + 1, __ATOMIC_RELEASE);
}

void worker_body(void *arg)
{
	struct stress_thread *t = arg;
	struct stress *st = t->st;

	do {
		for (u64 n = 0; n < st->o->quiet_every && !quiet_wanted(&st->quiet); n++) {
			if (t->role->kind == ROLE_OPERATIONS)
				operate(t);
			else
				do_other(t);
			if (t->role->pause && n % BURST == BURST - 1)
				usleep(t->role->pause * BURST);
		}
	} while (!quiet_meet(&st->quiet, stress_check, st));
}
