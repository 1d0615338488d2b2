/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize_values.c - simpler numbers: operands, machine, failure plan.
 *
 * The best value is the default, since text leaves it out. The next best is the least value, and
 * then the least power of two that fails. The least number that fails comes last, since numbers
 * that are not round are hard to read.
 */
#include "program/fields.h"
#include "minimizer.h"
#include "program/op_set.h"

/* The place of a number in a program. */
enum place {
	IN_MACHINE,
	IN_FAIL,
	IN_OP,
};

/**
 * struct slot - a number of a program
 * @place:  enum place
 * @record: IN_OP: number of the record
 * @index:  number of the field or the operand
 */
struct slot {
	enum place place;
	u32 record;
	u32 index;
};

static u32 *slot_ref(struct program *p, const struct slot *s)
{
	switch (s->place) {
	case IN_MACHINE:
		return field_ref(&p->machine, &machine_fields[s->index]);
	case IN_FAIL:
		return field_ref(&p->fail, &fail_fields[s->index]);
	default:
		return &p->op[s->record].arg[s->index];
	}
}

static const struct operand *slot_operand(const struct program *p, const struct slot *s)
{
	switch (s->place) {
	case IN_MACHINE:
		return &machine_fields[s->index].number;
	case IN_FAIL:
		return &fail_fields[s->index].number;
	default:
		return &op_table[p->op[s->record].op].arg[s->index];
	}
}

/* Try one value; it counts only if the repair of the program keeps it. */
static bool try_value(struct minimizer *m, const struct slot *s, u32 value)
{
	if (!minimizer_begin(m))
		return false;
	*slot_ref(&m->cand, s) = value;
	program_repair(&m->cand);
	return *slot_ref(&m->cand, s) == value && minimizer_try(m, true);
}

static bool shrink(struct minimizer *m, const struct slot *s)
{
	const struct operand *o = slot_operand(&m->best, s);
	bool small = m->small && s->place == IN_MACHINE;
	u32 value = *slot_ref(&m->best, s);
	u32 lo = o->lo, hi = value;

	if (!small && value == o->def)
		return false;
	if (!small && try_value(m, s, o->def))
		return true;
	if ((small || o->def != o->lo) && value > o->lo && try_value(m, s, o->lo))
		return true;
	if (value == o->lo || o->kind == OPERAND_FLAG)
		return false;
	for (u64 v = 1; v < value; v *= 2) {
		if (v <= o->lo)
			continue;
		if (try_value(m, s, v)) {
			hi = v;
			break;
		}
		lo = v;
	}
	if (hi < value || is_power_of_2(value))
		return hi < value;
	/* The program fails with @hi and passed with @lo. */
	while (hi - lo > 1 && !m->over && !m->err) {
		u32 mid = lo + (hi - lo) / 2;

		if (try_value(m, s, mid))
			hi = mid;
		else
			lo = mid;
	}
	return hi < value;
}

/* Set all numbers of one place to their defaults at once: most have no part in the failure. */
static bool all_to_default(struct minimizer *m, enum place place)
{
	struct program *p = &m->cand;

	if (!minimizer_begin(m))
		return false;
	if (place == IN_OP) {
		for (u32 i = 0; i < p->nr_ops; i++)
			for (u32 a = 0; a < op_nr_args(&op_table[p->op[i].op]); a++)
				p->op[i].arg[a] = op_table[p->op[i].op].arg[a].def;
	} else if (place == IN_MACHINE) {
		for (u32 i = 0; i < NR_MACHINE_FIELDS; i++)
			*field_ref(&p->machine, &machine_fields[i]) = machine_fields[i].number.def;
	} else {
		for (u32 i = 0; i < NR_FAIL_FIELDS; i++)
			*field_ref(&p->fail, &fail_fields[i]) = fail_fields[i].number.def;
	}
	return minimizer_try(m, true);
}

static bool shrink_fields(struct minimizer *m, enum place place, u32 nr)
{
	bool simpler = false;

	for (u32 i = 0; i < nr; i++)
		simpler |= shrink(m, &(struct slot){place, 0, i});
	return simpler;
}

bool minimize_values(struct minimizer *m)
{
	bool simpler = false;

	simpler |= all_to_default(m, IN_FAIL);
	if (!m->small)
		simpler |= all_to_default(m, IN_MACHINE);
	simpler |= all_to_default(m, IN_OP);
	simpler |= shrink_fields(m, IN_FAIL, NR_FAIL_FIELDS);
	simpler |= shrink_fields(m, IN_MACHINE, NR_MACHINE_FIELDS);
	for (u32 i = m->best.nr_ops; i-- > 0;)
		for (u32 a = 0; a < op_nr_args(&op_table[m->best.op[i].op]); a++)
			simpler |= shrink(m, &(struct slot){IN_OP, i, a});
	return simpler;
}
