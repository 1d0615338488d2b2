/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mix.c - see mix.h.
 */
#include "mix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/op_set.h"
#include "sched/random.h"

#define MAX_WEIGHT 1000000

/**
 * struct reader - a text as it is read
 * @at:  the rest of it
 * @err: receives the message
 */
struct reader {
	const char *at;
	char *err;
};

static int bad(struct reader *r, const char *found, size_t len, const char *expected)
{
	snprintf(r->err, MIX_TEXT, "found '%.*s', expected %s", (int)min(len, (size_t)60), found,
		 expected);
	return -EINVAL;
}

static size_t word(const struct reader *r)
{
	return strcspn(r->at, "=:,");
}

/* "=NUMBER" */
static int number(struct reader *r, u64 lo, u64 hi, u64 *out)
{
	char expected[64];
	char *end = NULL;

	snprintf(expected, sizeof(expected), "'=' and a number from %llu to %llu", lo, hi);
	if (*r->at == '=' && r->at[1] >= '0' && r->at[1] <= '9')
		*out = strtoull(r->at + 1, &end, 10);
	if (!end || *out < lo || *out > hi)
		return bad(r, r->at, 1 + strcspn(*r->at ? r->at + 1 : r->at, ":,"), expected);
	r->at = end;
	return 0;
}

/* ":OPERAND=MOST" */
static int limit(struct reader *r, struct mix_op *m)
{
	const size_t len = (r->at++, word(r));
	u64 most;

	for (u32 i = 0; i < op_nr_args(&op_table[m->op]); i++) {
		struct operand *o = &m->arg[i];

		if (strlen(o->name) != len || strncmp(o->name, r->at, len) != 0)
			continue;
		r->at += len;
		if (number(r, o->lo, op_table[m->op].arg[i].hi, &most))
			return -EINVAL;
		o->hi = (u32)most;
		return 0;
	}
	return bad(r, r->at, len, "an operand of the operation");
}

/* "OP=WEIGHT[:OPERAND=MOST]..." */
static int operation(struct reader *r, struct mix_op *m)
{
	const size_t len = word(r);
	u64 weight;

	for (m->op = 0; m->op < NR_OPS; m->op++)
		if (strlen(op_table[m->op].name) == len &&
		    !strncmp(op_table[m->op].name, r->at, len))
			break;
	if (m->op == NR_OPS)
		return bad(r, r->at, len, "an operation of mmstorm list operations");
	memcpy(m->arg, op_table[m->op].arg, sizeof(m->arg));
	r->at += len;
	if (number(r, 0, MAX_WEIGHT, &weight))
		return -EINVAL;
	m->weight = (u32)weight;
	while (*r->at == ':')
		if (limit(r, m))
			return -EINVAL;
	if (*r->at && *r->at != ',')
		return bad(r, r->at, 1, "':', ',' or the end");
	return 0;
}

/* Which operations make objects of each type, and free them. */
static void note_objects(struct mix *m)
{
	memset(m->maker, -1, sizeof(m->maker));
	memset(m->freer, -1, sizeof(m->freer));
	for (u32 i = 0; i < m->nr; i++) {
		const struct op *op = &op_table[m->op[i].op];

		if (op->makes && m->op[i].weight)
			m->maker[op->makes] = (s8)i;
		if (op->consumes && m->op[i].weight)
			m->freer[op->uses] = (s8)i;
	}
}

/* The first operation on objects that are not both made and freed, or @m->nr. */
static u32 first_useless(const struct mix *m)
{
	u32 i;

	for (i = 0; i < m->nr; i++) {
		const struct op *op = &op_table[m->op[i].op];
		const u8 type = op->makes ? op->makes : op->uses;

		if (type && m->op[i].weight && (m->maker[type] < 0 || m->freer[type] < 0))
			break;
	}
	return i;
}

/* Objects must be made, and be freed again. */
static int check_objects(struct mix *m, char *err)
{
	const struct op *op;
	u32 i;

	note_objects(m);
	i = first_useless(m);
	if (i == m->nr)
		return 0;
	op = &op_table[m->op[i].op];
	snprintf(err, MIX_TEXT, "found '%s', expected operations that make and free %s", op->name,
		 object_types[op->makes ? op->makes : op->uses].name);
	return -EINVAL;
}

void mix_remove(struct mix *m, u32 i)
{
	m->total -= m->op[i].weight;
	m->nr--;
	memmove(&m->op[i], &m->op[i + 1], (m->nr - i) * sizeof(m->op[0]));
	note_objects(m);
}

void mix_remove_useless(struct mix *m)
{
	for (u32 i = first_useless(m); i < m->nr; i = first_useless(m))
		mix_remove(m, i);
}

int mix_parse(struct mix *m, const char *text, char *err)
{
	struct reader r = {.at = text, .err = err};

	m->nr = m->total = 0;
	do {
		r.at += *r.at == ',';
		if (m->nr == MIX_OPS) {
			snprintf(err, MIX_TEXT, "found more than %u operations", MIX_OPS);
			return -EINVAL;
		}
		if (operation(&r, &m->op[m->nr]))
			return -EINVAL;
		m->total += m->op[m->nr++].weight;
	} while (*r.at == ',');
	if (!m->total) {
		snprintf(err, MIX_TEXT, "found weights of 0 only");
		return -EINVAL;
	}
	return check_objects(m, err);
}

u32 mix_draw(const struct mix *m, u64 *rng)
{
	u32 x = random_below(rng, m->total), i = 0;

	for (; x >= m->op[i].weight; i++)
		x -= m->op[i].weight;
	return i;
}

void mix_arguments(const struct mix *m, u32 i, u64 *rng, u32 arg[OP_MAX_ARGS])
{
	for (u32 a = 0; a < OP_MAX_ARGS; a++) {
		const struct operand *o = &m->op[i].arg[a];

		/* A flag is folded to one bit, whatever its limit. */
		arg[a] = o->kind == OPERAND_NONE
				 ? 0
				 : min(operand_fold_slow(o, (u32)random_next(rng)), o->hi);
	}
}
