/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c - the table of oracles, for both engines.
 *
 * Each engine has an mm_report() of its own.
 */
#include "report.h"

#include <string.h>

static const struct {
	const char *id, *text;
} oracles[NR_ORACLES] = {
#define X(name, id, text) [ORACLE_##name] = {id, text},
	MM_ORACLES(X)
#undef X
};

const char *oracle_id(enum oracle o)
{
	return oracles[o].id;
}

const char *oracle_text(enum oracle o)
{
	return oracles[o].text;
}

enum oracle oracle_by_id(const char *id)
{
	unsigned int o;

	for (o = 0; o < NR_ORACLES; o++)
		if (!strcmp(oracles[o].id, id))
			break;
	return (enum oracle)o;
}

static u64 to_pass_over, passed_over;

void report_pass_over(u64 oracles)
{
	to_pass_over = oracles;
}

bool report_passed_over(enum oracle o)
{
	if (!(to_pass_over >> o & 1))
		return false;
	__atomic_add_fetch(&passed_over, 1, __ATOMIC_RELAXED);
	return true;
}

u64 reports_passed_over(void)
{
	return __atomic_load_n(&passed_over, __ATOMIC_RELAXED);
}

_Static_assert(NR_ORACLES <= 64, "a bit for each oracle");
