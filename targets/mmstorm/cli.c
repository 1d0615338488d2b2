/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.c - what the commands of mmstorm have in common: options, messages, JSON, progress.
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
#include "program/text.h"

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

int cli_bad_option(char **argv, int c)
{
	const char *option = argv[optind - 1];
	char letter[3] = {'-', (char)optopt, '\0'};

	/* Of letters in one word, getopt has not gone past the word yet. */
	if (optopt && strncmp(option, "--", 2))
		option = letter;
	if (c == ':')
		return cli_error("mmstorm %s: option %s: found no value, expected one", argv[0],
				 option);
	return cli_error("mmstorm %s: found option %s, expected one of mmstorm %s --help", argv[0],
			 option, argv[0]);
}

int cli_help(const char *text)
{
	fputs(text, stdout);
	return EXIT_CLEAN;
}

int cli_number(const char *option, const char *text, u64 lo, u64 hi, u64 *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (end == text || *end || errno || *text == '-' || *value < lo || *value > hi)
		return cli_error(
			"mmstorm: option %s: found '%s', expected a number from %llu to %llu",
			option, text, lo, hi);
	return 0;
}

int cli_target(const char *text, int *target)
{
	*target = input_target(text);
	if (*target >= 0)
		return 0;
	return cli_error(
		"mmstorm: option --target: found '%s', expected one of mmstorm list targets", text);
}

int cli_oracle(const char *text, enum oracle *oracle)
{
	*oracle = oracle_by_id(text);
	if (*oracle != ORACLE_NONE && *oracle != NR_ORACLES)
		return 0;
	return cli_error(
		"mmstorm: option --oracle: found '%s', expected one of mmstorm list oracles", text);
}

int cli_event(const char *text, u32 *events)
{
	enum run_event e = run_event_by_name(text);

	if (e == NR_RUN_EVENTS)
		return cli_error("mmstorm: option --shows: found '%s', expected one of mmstorm "
				 "list events",
				 text);
	*events |= 1U << e;
	return 0;
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

const char *cli_strategy_name(unsigned int kind)
{
	if (kind == EXPLORE_CHANGES)
		return "changes";
	return kind == SCHEDULE_SPARSE ? "sequential" : schedule_kind_name(kind);
}

static int strategy_kind(struct strategy_options *s, const char *text)
{
	static const u8 kind[] = {SCHEDULE_SPARSE, SCHEDULE_ROUND_ROBIN, SCHEDULE_RANDOM,
				  SCHEDULE_PCT, EXPLORE_CHANGES};

	s->given = true;
	s->all = !strcmp(text, "all");
	for (size_t i = 0; i < ARRAY_SIZE(kind); i++) {
		if (!strcmp(text, cli_strategy_name(kind[i]))) {
			s->kind = kind[i];
			return 0;
		}
	}
	if (s->all)
		return 0;
	return cli_error("mmstorm: option --strategy: found '%s', expected sequential, "
			 "round-robin, random, pct, changes or all",
			 text);
}

int cli_common_option(struct common_options *common, char **argv, int c, const char *help)
{
	struct strategy_options *s = &common->strategy;
	int bad = 0;

	switch (c) {
	case 'S':
		bad = strategy_kind(s, optarg);
		break;
	case 's':
		bad = cli_number("--seed", optarg, 0, UINT64_MAX, &s->seed);
		break;
	case 'O':
		bad = cli_number("--odds", optarg, schedule_odds.lo, schedule_odds.hi, &s->odds);
		break;
	case 'D':
		bad = cli_number("--depth", optarg, schedule_depth.lo, schedule_depth.hi,
				 &s->depth);
		break;
	case 'L':
		bad = cli_number("--length", optarg, schedule_length.lo, schedule_length.hi,
				 &s->length);
		break;
	case 't':
		bad = cli_target(optarg, &common->target);
		break;
	case 'f':
		common->in_process = true;
		break;
	case 'j':
		common->json = true;
		break;
	case 'h':
		return cli_help(help);
	default:
		return cli_bad_option(argv, c);
	}
	return bad ? bad : -1;
}

void cli_strategy_schedule(const struct strategy_options *s, const struct program *p,
			   struct schedule *d)
{
	d->kind = s->kind;
	d->odds = (u16)s->odds;
	d->depth = (u16)s->depth;
	d->length = s->length ? (u32)s->length : 20 * (p->nr_ops + 1);
	d->seed = s->seed;
	d->nr = 0;
}

void cli_json(struct json_object *o)
{
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
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

/* Opened in the parent: a child's standard error goes elsewhere. */
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
	printf("ok, but the machine does not boot (%s%s%s): no operation was carried out\n",
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
