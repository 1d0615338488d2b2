/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.c - shared parts of the commands of mmstorm: values of options, messages, JSON, progress.
 */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool/explore.h"
#include "program/fields.h"
#include "tool/input.h"
#include "tool/output.h"
#include "program/text.h"
#include "world/backends.h"

int cli_error(const char *fmt, ...)
{
	va_list ap;

	cli_progress_end();
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_BAD;
}

const char *cli_parse_target(const char *text, void *target)
{
	*(int *)target = input_target(text);
	return *(int *)target < 0 ? "one of mmstorm list targets" : NULL;
}

const char *cli_parse_oracle(const char *text, void *to)
{
	enum oracle *oracle = to;

	*oracle = oracle_by_id(text);
	return *oracle == ORACLE_NONE || *oracle == NR_ORACLES ? "one of mmstorm list oracles"
							       : NULL;
}

const char *cli_parse_event(const char *text, void *events)
{
	enum run_event e = run_event_by_name(text);

	if (e == NR_RUN_EVENTS)
		return "one of mmstorm list events";
	*(u32 *)events |= 1U << e;
	return NULL;
}

void cli_common_init(struct common_options *common)
{
	*common = (struct common_options){
		.strategy =
			{
				.kind = SCHEDULE_RANDOM,
				.seed = 1,
				.odds = schedule_odds.def,
				.depth = schedule_depth.def,
			},
		.target = INPUT_ANY_TARGET,
	};
}

/* The strategies that take no list: "sequential, round-robin, ..., changes or all". */
static const char *strategy_names(void)
{
	static char names[256];
	size_t used = 0;

	for (unsigned int i = 0; i < NR_SCHEDULE_KINDS; i++) {
		const struct schedule_info *info = &schedule_info[schedule_listing[i]];

		if (!(info->takes & SCHEDULE_TAKES_LIST))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used ? ", " : "", info->name);
	}
	snprintf(names + used, sizeof(names) - used, " or all");
	return names;
}

const char *cli_parse_strategy(const char *text, void *strategy)
{
	enum schedule_kind kind = schedule_kind_by_name(text);
	struct strategy_options *s = strategy;

	s->given = true;
	s->all = !strcmp(text, "all");
	if (s->all)
		return NULL;
	if (kind == NR_SCHEDULE_KINDS || (schedule_info[kind].takes & SCHEDULE_TAKES_LIST))
		return strategy_names();
	s->kind = kind;
	return NULL;
}

#define MEMBER(m) .offset = offsetof(struct common_options, m)
#define NUMBER(m) .kind = OPTION_NUMBER, .value = "N", MEMBER(strategy.m)

const struct option_spec cli_common_options[] = {
	{"seed", NUMBER(seed), .hi = UINT64_MAX,
	 .help = "random seed; explore adds 1 for each further run"},
	{"odds", NUMBER(odds), .range = &schedule_odds,
	 .help = "`odds` of the strategy: switch tasks at one step in N"},
	{"depth", NUMBER(depth), .range = &schedule_depth, .help = "`depth` of the strategy"},
	{"length", NUMBER(length), .range = &schedule_length,
	 .help = "`length` of the strategy: steps of a run (default: counted in a first run)"},
	{"target", .kind = OPTION_CALL, .value = "NAME", MEMBER(target), .parse = cli_parse_target,
	 .help = CLI_TARGET_HELP},
	{"on", .kind = OPTION_CALL, .value = "NAME", MEMBER(on), .parse = cli_parse_on,
	 .help = CLI_ON_HELP},
	{"no-fork", MEMBER(in_process), .help = "run in this process, for debuggers"},
	{"json", MEMBER(json), .help = "print one JSON object a line"},
	{0},
};

const char *cli_parse_on(const char *text, void *on)
{
	*(const char **)on = text;
	return implementation_by_name(text) ? NULL : "one of mmstorm list implementations";
}

int cli_program(struct program *p, const char *path, int target, const char *on)
{
	char text[INPUT_ERROR], why[REFUSAL_MAX];

	if (input_program(p, path, target, text))
		return cli_error("%s", text);
	if (on)
		program_set_on(p, on);
	if (implementation_refuses(NULL, p, why))
		return cli_error("%s: %s", input_name(path), why);
	return 0;
}

void cli_strategy_schedule(const struct strategy_options *s, const struct program *p,
			   struct schedule *d)
{
	d->kind = s->kind;
	d->odds = (u32)s->odds;
	d->depth = (u32)s->depth;
	d->length = s->length ? (u32)s->length : 20 * (p->nr_ops + 1);
	d->seed = s->seed;
	d->nr = 0;
}

size_t cli_strategy_rows(const struct strategy_options *given, struct strategy_options *row)
{
	static const struct strategy_options baseline[] = {
		{.kind = SCHEDULE_RANDOM, .odds = 1},
		{.kind = SCHEDULE_PCT, .depth = 2},
	};
	size_t n = 0;

	for (size_t i = 0; i < NR_SCHEDULE_KINDS; i++) {
		u8 kind = schedule_listing[i];

		if (schedule_info[kind].takes & SCHEDULE_TAKES_LIST)
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(baseline); k++)
			if (baseline[k].kind == kind)
				row[n++] = baseline[k];
		row[n++] = (struct strategy_options){
			.kind = kind, .odds = given->odds, .depth = given->depth};
	}
	return n;
}

void cli_json(struct json_object *o)
{
	output_json(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

struct json_object *cli_json_hex(u64 x)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "0x%016llx", x);
	return json_object_new_string(buf);
}

struct json_object *cli_json_number(double x)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%.6g", x);
	return json_object_new_double_s(x, buf);
}

/* Opened in the parent, since a child's standard error is a log. */
static FILE *terminal;

void cli_progress_init(void)
{
	if (isatty(STDERR_FILENO))
		terminal = fdopen(dup(STDERR_FILENO), "w");
}

void cli_progress(const char *fmt, ...)
{
	static struct timespec last;
	struct timespec now;
	va_list ap;

	if (!terminal)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - last.tv_sec) * 10 + (now.tv_nsec - last.tv_nsec) / 100000000 < 1)
		return;
	last = now;
	fputs("\r\033[K", terminal);
	va_start(ap, fmt);
	vfprintf(terminal, fmt, ap);
	va_end(ap);
	fflush(terminal);
}

void cli_progress_end(void)
{
	if (!terminal)
		return;
	fputs("\r\033[K", terminal);
	fflush(terminal);
}

char *cli_op_text(const struct program *p, s32 op)
{
	char *text = NULL;
	size_t size;
	FILE *f;

	if (op < 0 || (u32)op >= p->nr_ops)
		return NULL;
	f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	text_print_op(p, op, f);
	fclose(f);
	return text;
}

void cli_json_report(struct json_object *j, const struct program *p, const struct report *r)
{
	char *op = cli_op_text(p, r->op);

	json_object_object_add(j, "oracle", json_object_new_string(oracle_id(r->oracle)));
	if (r->oracle != ORACLE_NONE) {
		json_object_object_add(j, "text", json_object_new_string(r->text));
		json_object_object_add(j, "task", json_object_new_string(r->task));
		json_object_object_add(j, "op", json_object_new_int(r->op));
		if (op)
			json_object_object_add(j, "operation", json_object_new_string(op));
		json_object_object_add(j, "step", json_object_new_int64(r->step));
	}
	free(op);
}

void cli_print_no_boot(const struct exec_result *r)
{
	printf("ok, but the machine does not boot (%s%s%s), so no operation ran\n",
	       strerror(-r->boot_error), r->notice[0] ? "; " : "", r->notice);
}

void cli_print_where(FILE *f, const struct program *p, const struct report *r)
{
	char *op = cli_op_text(p, r->op);
	const char *comma = "";

	if (!*r->task && !op && !r->step)
		return;
	fputs("  ", f);
	if (*r->task) {
		fprintf(f, "task %s", r->task);
		comma = ", ";
	}
	if (op) {
		fprintf(f, "%soperation %d: %s", comma, r->op, op);
		comma = ", ";
	}
	fprintf(f, "%sstep %llu\n", comma, r->step);
	free(op);
}
