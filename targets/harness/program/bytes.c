/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytes.c - encoder and decoder of the byte form; see bytes.h.
 *
 * Decoding is on the hot path of the fuzzers: it walks the records once, allocates nothing for up
 * to LIVE_FIXED of them, and divides only for numbers out of range.
 *
 * Header, by offset:
 *     0  magic "mmst"; u8 version, target, tasks, kind of schedule
 *     8  u32 for each of the first 12 fields of the machine, u32 for each field of the failure
 *        plan, in the order of program.h
 *    80  u8 for each task: CPU, and bit 7 for an interrupt source
 *    92  u16 odds, u16 depth, u32 length, u64 seed, u16 number of changes; u16 unused
 *   112  u32 for each further field of the machine; then unused bytes. In version 1: all unused.
 *
 * Zero is the default of each number. So a header of zeros after the target is the default machine,
 * it is the shortest input, and a fuzzer that zeroes bytes simplifies the program. If the range of
 * a field includes 0 and 0 is not the default, the stored number is the value plus one.
 */
#include <endian.h>
#include <string.h>

#include "bytes.h"
#include "fields.h"
#include "live.h"
#include "op_set.h"
#include "repair.h"

/* Fields of the machine in version 1: they precede the failure plan. */
#define EARLY_FIELDS 12

enum {
	AT_VERSION = 4,
	AT_TARGET = 5,
	AT_NR_TASKS = 6,
	AT_SCHEDULE = 7,
	AT_MACHINE = 8,
	AT_FAIL = AT_MACHINE + 4 * EARLY_FIELDS,
	AT_TASKS = AT_FAIL + 4 * NR_FAIL_FIELDS,
	AT_ODDS = AT_TASKS + PROGRAM_MAX_TASKS,
	AT_DEPTH = AT_ODDS + 2,
	AT_LENGTH = AT_DEPTH + 2,
	AT_SEED = AT_LENGTH + 4,
	AT_NR_CHANGES = AT_SEED + 8,
	AT_LATE = 112, /* further fields of the machine */
	AT_END = AT_LATE + 4 * (NR_MACHINE_FIELDS - EARLY_FIELDS)
};

_Static_assert(AT_NR_CHANGES + 2 <= AT_LATE, "fields overlap");
_Static_assert(AT_END <= BYTES_HEADER, "the header is full");

#define TASK_IRQ 0x80u

static const u8 magic[4] = {'m', 'm', 's', 't'};

static u16 read16(const u8 *b)
{
	u16 x;

	memcpy(&x, b, sizeof(x));
	return le16toh(x);
}

static u32 read32(const u8 *b)
{
	u32 x;

	memcpy(&x, b, sizeof(x));
	return le32toh(x);
}

static u64 read64(const u8 *b)
{
	u64 x;

	memcpy(&x, b, sizeof(x));
	return le64toh(x);
}

static void write16(u8 *b, u16 x)
{
	x = htole16(x);
	memcpy(b, &x, sizeof(x));
}

static void write32(u8 *b, u32 x)
{
	x = htole32(x);
	memcpy(b, &x, sizeof(x));
}

static void write64(u8 *b, u64 x)
{
	x = htole64(x);
	memcpy(b, &x, sizeof(x));
}

static unsigned int field_offset(unsigned int field)
{
	return field < EARLY_FIELDS ? AT_MACHINE + 4 * field : AT_LATE + 4 * (field - EARLY_FIELDS);
}

/* Difference of stored number and value. */
static u32 field_bias(const struct operand *o)
{
	return o->lo == 0 && o->def != 0;
}

static u32 field_decode(const struct operand *o, u32 stored)
{
	return stored ? operand_fold(o, stored - field_bias(o)) : o->def;
}

static u32 field_encode(const struct operand *o, u32 value)
{
	return value == o->def ? 0 : value + field_bias(o);
}

bool bytes_magic(const u8 *data, size_t size)
{
	/* Text may begin with "mmstorm": its 'o' is no version. */
	return size >= sizeof(magic) && !memcmp(data, magic, sizeof(magic)) &&
	       (size == AT_VERSION || data[AT_VERSION] != 'o');
}

static int decode_identity(const u8 *data, size_t size, const char **why)
{
	const char *what = NULL;

	if (!bytes_magic(data, size))
		what = "not a program in byte form, expected \"mmst\" first";
	else if (size <= AT_VERSION)
		what = "shorter than a header";
	else if (data[AT_VERSION] > BYTES_NEWEST)
		what = "format version is newer than 3, the newest known";
	else if (!bytes_header(data[AT_VERSION]))
		what = "format version 0 does not exist, expected 1 to 3";
	else if (size < bytes_header(data[AT_VERSION]))
		what = "shorter than a header";
	else if (data[AT_TARGET] >= NR_TARGETS)
		what = "number of the target is unknown";
	if (what && why)
		*why = what;
	return what ? -EINVAL : 0;
}

static void decode_tasks(struct program *p, const u8 *data)
{
	u32 i, n = data[AT_NR_TASKS];

	if (!n)
		n = 1;
	else if (n > PROGRAM_MAX_TASKS)
		n = 1 + n % PROGRAM_MAX_TASKS;
	if (target_table[p->target].one_task)
		n = 1;
	p->nr_tasks = n;
	for (i = 0; i < n; i++) {
		u8 b = data[AT_TASKS + i], cpu = b & (TASK_IRQ - 1);

		p->task[i].irq = b & TASK_IRQ && !target_table[p->target].one_task;
		p->task[i].cpu = cpu < p->machine.cpus ? cpu : cpu % (u8)p->machine.cpus;
	}
}

/* A number that is not known is one of the first few, in all versions. */
static u8 decode_kind(const u8 *data)
{
	u8 kind = data[AT_SCHEDULE], known = BYTES_STRATEGIES;

	if (data[AT_VERSION] >= 3)
		known = NR_SCHEDULE_KINDS;
	return kind < known ? kind : kind % BYTES_STRATEGIES;
}

/* Returns the size of the tail. */
static size_t decode_schedule(struct program *p, const u8 *data, size_t size)
{
	struct schedule *s = &p->schedule;
	size_t room = (size - bytes_header(data[AT_VERSION])) / BYTES_CHANGE;
	u32 i, n = read16(data + AT_NR_CHANGES);
	const u8 *b;

	s->kind = decode_kind(data);
	s->odds = read16(data + AT_ODDS);
	s->depth = read16(data + AT_DEPTH);
	s->length = read32(data + AT_LENGTH);
	s->seed = read64(data + AT_SEED);
	/* An impossible count is folded to a quarter, so that random bytes are mostly records. */
	if (n > room || n > SCHEDULE_MAX)
		n %= min(room / 4, (size_t)SCHEDULE_MAX) + 1;
	b = data + size - n * BYTES_CHANGE;
	for (i = 0; i < n; i++, b += BYTES_CHANGE)
		s->changes[i] = (struct change){
			.step = read32(b), .kind = b[4], .task = b[5], .cpu = read16(b + 6)};
	s->nr = n;
	repair_schedule(p);
	return n * BYTES_CHANGE;
}

static int decode_records(struct program *p, const u8 *b, size_t size)
{
	const u8 *fold[2] = {op_set(p->target, false)->fold, op_set(p->target, true)->fold};
	size_t room = size / BYTES_RECORD;
	u32 i, nr = (u32)min(room, (size_t)PROGRAM_MAX_OPS);
	struct live live;
	int err, a;

	err = program_reserve(p, nr);
	if (!err)
		err = live_init(&live, nr);
	if (err)
		return err;
	for (i = 0; i < nr; i++, b += BYTES_RECORD) {
		struct program_op *o = &p->op[p->nr_ops];
		const struct op *d;

		o->task = b[1] < p->nr_tasks ? b[1] : b[1] % (u8)p->nr_tasks;
		o->op = fold[p->task[o->task].irq][b[0]];
		if (o->op == OP_SET_NONE)
			continue;
		d = &op_table[o->op];
		o->object = PROGRAM_NO_OBJECT;
		if (d->uses) {
			u32 k = read16(b + 2), n = live.nr[d->uses];

			if (!n)
				continue;
			if (k >= n)
				k %= n;
			o->object = (s32)live_at(&live, d->uses, k);
			if (d->consumes)
				live_consume(&live, d->uses, k);
		}
		for (a = 0; a < OP_MAX_ARGS && d->arg[a].kind != OPERAND_NONE; a++)
			o->arg[a] = operand_fold(&d->arg[a], read32(b + 4 + 4 * a));
		for (; a < OP_MAX_ARGS; a++)
			o->arg[a] = 0;
		if (d->makes)
			live_make(&live, d->makes, p->nr_ops);
		p->nr_ops++;
	}
	live_fini(&live);
	return 0;
}

int bytes_decode(struct program *p, const u8 *data, size_t size, const char **why)
{
	size_t header, tail;
	u32 i, nr;
	int err;

	err = decode_identity(data, size, why);
	if (err)
		return err;
	header = bytes_header(data[AT_VERSION]);
	nr = data[AT_VERSION] == 1 ? EARLY_FIELDS : NR_MACHINE_FIELDS;
	program_reset(p, data[AT_TARGET]);
	for (i = 0; i < nr; i++)
		*field_ref(&p->machine, &machine_fields[i]) =
			field_decode(&machine_fields[i].number, read32(data + field_offset(i)));
	repair_machine(&p->machine);
	for (i = 0; i < NR_FAIL_FIELDS; i++)
		*field_ref(&p->fail, &fail_fields[i]) =
			field_decode(&fail_fields[i].number, read32(data + AT_FAIL + 4 * i));
	decode_tasks(p, data);
	tail = decode_schedule(p, data, size);
	err = decode_records(p, data + header, size - header - tail);
	if (err && why)
		*why = "out of memory";
	return err;
}

size_t bytes_size(const struct program *p)
{
	return BYTES_HEADER + (size_t)p->nr_ops * BYTES_RECORD +
	       (size_t)p->schedule.nr * BYTES_CHANGE;
}

static void encode_header(const struct program *p, u8 *data)
{
	const struct schedule *s = &p->schedule;
	u32 i;

	memset(data, 0, BYTES_HEADER);
	memcpy(data, magic, sizeof(magic));
	data[AT_VERSION] = s->kind < BYTES_STRATEGIES ? BYTES_VERSION : BYTES_NEWEST;
	data[AT_TARGET] = p->target;
	data[AT_NR_TASKS] = (u8)p->nr_tasks;
	data[AT_SCHEDULE] = s->kind;
	for (i = 0; i < NR_MACHINE_FIELDS; i++)
		write32(data + field_offset(i),
			field_encode(&machine_fields[i].number,
				     field_get(&p->machine, &machine_fields[i])));
	for (i = 0; i < NR_FAIL_FIELDS; i++)
		write32(data + AT_FAIL + 4 * i,
			field_encode(&fail_fields[i].number, field_get(&p->fail, &fail_fields[i])));
	for (i = 0; i < p->nr_tasks; i++)
		data[AT_TASKS + i] = p->task[i].cpu | (p->task[i].irq ? TASK_IRQ : 0);
	write16(data + AT_ODDS, (u16)s->odds);
	write16(data + AT_DEPTH, (u16)s->depth);
	write32(data + AT_LENGTH, s->length);
	write64(data + AT_SEED, s->seed);
	write16(data + AT_NR_CHANGES, (u16)s->nr);
}

size_t bytes_encode(const struct program *p, u8 *data, size_t max)
{
	size_t size = bytes_size(p);
	struct live live;
	u8 *b = data + BYTES_HEADER;
	u32 i, a;

	if (size > max || live_init(&live, p->nr_ops))
		return 0;
	encode_header(p, data);
	for (i = 0; i < p->nr_ops; i++, b += BYTES_RECORD) {
		const struct program_op *o = &p->op[i];
		const struct op *d = &op_table[o->op];
		s32 k = 0;

		if (d->uses) {
			k = live_find(&live, d->uses, (u32)o->object);
			if (d->consumes)
				live_consume(&live, d->uses, (u32)k);
		}
		if (d->makes)
			live_make(&live, d->makes, i);
		b[0] = o->op;
		b[1] = o->task;
		write16(b + 2, (u16)k);
		for (a = 0; a < OP_MAX_ARGS; a++)
			write32(b + 4 + 4 * a, o->arg[a]);
	}
	for (i = 0; i < p->schedule.nr; i++, b += BYTES_CHANGE) {
		const struct change *c = &p->schedule.changes[i];

		write32(b, c->step);
		b[4] = c->kind;
		b[5] = c->task;
		write16(b + 6, c->cpu);
	}
	live_fini(&live);
	return size;
}
