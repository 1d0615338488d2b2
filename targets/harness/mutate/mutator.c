/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutator.c - the structural mutator: whole mutations, and the choice of objects.
 *
 * A mutation is one to MAX_EDITS edits. Three of four change operations (mutate_records.c), the
 * others machine, failure plan, tasks or schedule (mutate_frame.c). One mutation in PLAIN_ODDS is
 * the fuzzer's own, on the bytes. An edit may leave objects open; they are chosen at the end among
 * the live ones, the freshest more often.
 *
 * Sequential seeds become concurrent programs in two ways: a new task takes over operations of the
 * others, and crossover may put the tasks of two programs side by side.
 *
 * The decoded programs are kept from call to call, one set for each thread: a mutation allocates
 * nothing, and costs little more than decoding and encoding.
 */
#include <string.h>

#include "program/fields.h"
#include "program/live.h"
#include "mutate.h"
#include "mutator.h"
#include "program/op_set.h"
#include "sched/random.h"

#define MAX_EDITS 6
#define PLAIN_ODDS 16

/*
 * Programs would grow without bound, and an execution costs as much as its operations. Beyond
 * FEW_OPS records only one edit in GROW_ODDS may add some.
 */
#define FEW_OPS 64
#define GROW_ODDS 8

static _Thread_local struct program first, second;

void mutator_free(void)
{
	program_fini(&first);
	program_fini(&second);
}

u32 edit_random(struct edit *e)
{
	return (u32)(random_next(&e->rng) >> 32);
}

u32 edit_small(struct edit *e, u32 limit)
{
	u32 bits = edit_below(e, (u32)fls64(limit) + 1);

	return min(1 + edit_below(e, 1U << min(bits, 31u)), limit);
}

/* A size that is a boundary in the allocators: of pages, units, blocks. */
static u32 known_size(struct edit *e)
{
	const struct program_machine *m = &e->p->machine;
	const u32 size[] = {OPERAND_PAGE,
			    m->unit * OPERAND_PAGE,
			    m->unit * OPERAND_PAGE - m->stat,
			    m->dyn,
			    m->unit,
			    m->block,
			    m->block / 2,
			    64,
			    m->kva,
			    m->kva / 2,
			    m->lazy};

	return size[edit_below(e, ARRAY_SIZE(size))];
}

u32 edit_value(struct edit *e, const struct operand *o, u32 now)
{
	u32 x;

	if (o->kind == OPERAND_FLAG)
		return !now;
	switch (edit_below(e, 8)) {
	case 0:
		return edit_chance(e, 2) ? o->lo : o->hi;
	case 1:
		x = now + 1;
		break;
	case 2:
		x = now - 1;
		break;
	case 3:
		x = edit_chance(e, 2) ? now * 2 : now / 2;
		break;
	case 4:
		x = 1U << edit_below(e, (u32)fls64(o->hi));
		break;
	case 5:
		x = known_size(e);
		break;
	default:
		x = edit_random(e);
		return operand_fold_slow(o, x);
	}
	/* One more or less would be no power of two. */
	if (o->kind != OPERAND_POW2 && edit_chance(e, 4))
		x += edit_chance(e, 2) ? 1 : -1U;
	if (operand_valid(o, x))
		return x;
	return operand_fold_slow(o, edit_random(e));
}

/* The operation of @set that makes objects of a type, or OP_SET_NONE. */
static u8 find_maker(const struct op_set *set, unsigned int type)
{
	unsigned int i;

	for (i = 0; i < set->nr; i++)
		if (op_table[set->op[i]].makes == type)
			return set->op[i];
	return OP_SET_NONE;
}

/* Choose the object of a pick among @n: its distance from the freshest. */
static u32 choose_object(struct edit *e, s32 pick, u32 n)
{
	switch (pick) {
	case PICK_OLDEST:
		return n - 1;
	case PICK_FRESHEST:
		return 0;
	default:
		return edit_chance(e, 2) ? edit_below(e, n) : edit_small(e, n) - 1;
	}
}

/* If the pick asks for it, replace an operation that has no object by one that makes it. */
static bool replace_by_maker(struct edit *e, struct program_op *o)
{
	const struct op_set *set = op_set(e->p->target, e->p->task[o->task].irq);
	u8 maker = find_maker(set, op_table[o->op].uses);
	unsigned int a;

	if (o->object != PICK_MAKE || maker == OP_SET_NONE)
		return false;
	o->op = maker;
	o->object = PROGRAM_NO_OBJECT;
	for (a = 0; a < OP_MAX_ARGS; a++)
		o->arg[a] = op_table[maker].arg[a].def;
	return true;
}

void edit_finish(struct edit *e)
{
	struct program *p = e->p;
	struct live live;
	u32 i;

	if (live_init(&live, p->nr_ops))
		return;
	for (i = 0; i < p->nr_ops; i++) {
		struct program_op *o = &p->op[i];
		const struct op *d = &op_table[o->op];

		if (d->uses) {
			s32 k = o->object < 0 ? -1 : live_find(&live, d->uses, (u32)o->object);

			if (k < 0 && live.nr[d->uses])
				k = (s32)choose_object(e, o->object, live.nr[d->uses]);
			if (k >= 0) {
				o->object = (s32)live_at(&live, d->uses, (u32)k);
				if (d->consumes)
					live_consume(&live, d->uses, (u32)k);
			} else if (replace_by_maker(e, o)) {
				d = &op_table[o->op];
			} else {
				o->object = PROGRAM_NO_OBJECT; /* repair drops it */
			}
		}
		if (d->makes)
			live_make(&live, d->makes, i);
	}
	live_fini(&live);
}

/* The number of records that fit into @max bytes, beside header and schedule. */
static u32 room_for_ops(const struct program *p, size_t max)
{
	size_t other = BYTES_HEADER + p->schedule.nr * (size_t)BYTES_CHANGE;

	if (max < other)
		return 0;
	return (u32)min((max - other) / BYTES_RECORD, (size_t)PROGRAM_MAX_OPS);
}

/* Choose objects, repair, cut to size, and encode. */
static size_t encode_result(struct edit *e, u8 *data, size_t max)
{
	struct program *p = e->p;

	edit_finish(e);
	program_repair(p);
	p->schedule.nr = (u32)min((size_t)p->schedule.nr, (max - BYTES_HEADER) / BYTES_CHANGE);
	/* No record needs a later one: cut at the end. */
	p->nr_ops = min(p->nr_ops, room_for_ops(p, max));
	return bytes_encode(p, data, max);
}

/* The most records of the result; existing records may stay. */
static u32 choose_max_ops(struct edit *e, size_t max)
{
	u32 room = room_for_ops(e->p, max);

	if (!edit_chance(e, GROW_ODDS))
		room = min(room, (u32)FEW_OPS);
	return max(room, e->p->nr_ops);
}

static size_t mutate_plain(u8 *data, size_t size, size_t max, size_t (*plain)(u8 *, size_t, size_t))
{
	size_t header = bytes_header(bytes_version(data));

	return header + plain(data + header, size - header, max - header);
}

size_t program_mutate(u8 *data, size_t size, size_t max, u32 seed,
		      size_t (*plain)(u8 *data, size_t size, size_t max))
{
	struct edit e = {.p = &first, .rng = seed};
	size_t done;
	u32 n;

	if (max < BYTES_HEADER || size > max || bytes_decode(&first, data, size, NULL))
		return plain ? plain(data, size, max) : min(size, max);
	if (plain && size > bytes_header(bytes_version(data)) && edit_chance(&e, PLAIN_ODDS))
		return mutate_plain(data, size, max, plain);
	for (n = edit_small(&e, MAX_EDITS); n; n--) {
		e.max_ops = choose_max_ops(&e, max);
		if (edit_chance(&e, 4))
			edit_frame(&e);
		else
			edit_records(&e);
		/* The next edit needs a program without picks. */
		if (n > 1)
			edit_finish(&e);
	}
	done = encode_result(&e, data, max);
	return done ? done : size;
}

/* Insert records [@from, @from + @n) of @b before record @at; task t becomes @task + t. */
static void insert_records(struct edit *e, const struct program *b, u32 from, u32 n, u32 at,
			   u32 task)
{
	u32 i;

	n = edit_insert(e, at, n);
	for (i = 0; i < n; i++) {
		struct program_op o = b->op[from + i];

		o.task = (u8)((o.task + task) % e->p->nr_tasks);
		if (o.object >= (s32)from)
			o.object += (s32)at - (s32)from;
		else if (op_table[o.op].uses)
			o.object = PICK_ANY;
		e->p->op[at + i] = o;
	}
}

/* Put the tasks of both programs side by side. */
static void join_tasks(struct edit *e, const struct program *b)
{
	struct program *a = e->p;
	u32 t = a->nr_tasks, i, at;

	for (i = 0; i < b->nr_tasks && a->nr_tasks < PROGRAM_MAX_TASKS; i++)
		a->task[a->nr_tasks++] = b->task[i];
	/* Before or after: later records may use objects of earlier ones. */
	at = edit_chance(e, 2) ? a->nr_ops : 0;
	insert_records(e, b, 0, b->nr_ops, at, t);
}

size_t program_crossover(const u8 *a, size_t size_a, const u8 *b, size_t size_b, u8 *out,
			 size_t max, u32 seed)
{
	struct edit e = {.p = &first, .rng = seed};
	u32 n, from, at;

	if (max < BYTES_HEADER || bytes_decode(&first, a, size_a, NULL) ||
	    bytes_decode(&second, b, size_b, NULL) || first.target != second.target)
		return 0;
	e.max_ops = choose_max_ops(&e, max);
	if (edit_chance(&e, 8))
		memcpy(&first.machine, &second.machine, sizeof(first.machine));
	if (edit_chance(&e, 4)) {
		join_tasks(&e, &second);
	} else if (second.nr_ops) {
		n = edit_chance(&e, 2) ? 1 + edit_below(&e, second.nr_ops)
				       : edit_small(&e, second.nr_ops);
		from = edit_below(&e, second.nr_ops - n + 1);
		at = edit_below(&e, first.nr_ops + 1);
		if (edit_chance(&e, 2))
			first.nr_ops = at; /* replace the rest */
		insert_records(&e, &second, from, n, at, 0);
	}
	return encode_result(&e, out, max);
}
