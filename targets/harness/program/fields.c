/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fields.c - the tables of fields; see fields.h.
 */
#include "fields.h"

#define X(field, name, kind, unit, lo, hi, def, help)                                              \
	{OPERAND(name, kind, unit, lo, hi, def, help), offsetof(struct program_machine, field)},
const struct field machine_fields[NR_MACHINE_FIELDS] = {PROGRAM_MACHINE(X)};
#undef X

#define X(field, name, kind, unit, lo, hi, def, help)                                              \
	{OPERAND(name, kind, unit, lo, hi, def, help), offsetof(struct program_fail, field)},
const struct field fail_fields[NR_FAIL_FIELDS] = {PROGRAM_FAIL(X)};
#undef X

const struct operand schedule_odds = {
	"odds", OPERAND_LOG, UNIT_NONE, 1, 1024, 8, "switch at one of so many steps"};
const struct operand schedule_depth = {
	"depth", OPERAND_LOG, UNIT_NONE, 1, 64, 3, "depth of the bug to look for"};
const struct operand schedule_length = {
	"length", OPERAND_LOG, UNIT_NONE, 1, PROGRAM_MAX_STEP, 200, "estimated steps of the run"};
const struct operand schedule_step = {"", OPERAND_LOG, UNIT_NONE, 1, PROGRAM_MAX_STEP, 1, ""};

const struct schedule_field schedule_fields[NR_SCHEDULE_FIELDS] = {
	{&schedule_odds, offsetof(struct schedule, odds), SCHEDULE_TAKES_ODDS},
	{&schedule_depth, offsetof(struct schedule, depth), SCHEDULE_TAKES_DEPTH},
	{&schedule_length, offsetof(struct schedule, length), SCHEDULE_TAKES_LENGTH},
};
