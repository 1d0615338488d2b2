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
