/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.h - shared parts of the commands of mmstorm.
 *
 * A command gets its arguments, where argv[0] is its name, and returns the exit status. Results go
 * to standard output. Errors go to standard error, in one line, and so does progress if standard
 * error is a terminal.
 */
#ifndef MM_MMSTORM_CLI_H
#define MM_MMSTORM_CLI_H

#include <json-c/json_object.h>
#include <stdio.h>

#include "exec/exec.h"
#include "program/program.h"
#include "tool/options.h"

enum {
	EXIT_CLEAN = 0,
	EXIT_FINDING = 1,
	EXIT_BAD = 2, /* bad usage or bad input */
};

/**
 * struct command - a command
 * @name: as typed
 * @help: one line
 * @run:  runs the command
 */
struct command {
	const char *name;
	const char *help;
	int (*run)(int argc, char **argv);
};

int cmd_run(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_pack(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_minimize(int argc, char **argv);
int cmd_explore(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_bugs(int argc, char **argv);
int cmd_stress(int argc, char **argv);
int cmd_linux(int argc, char **argv);

/** cli_error() - print a line to standard error. Return: EXIT_BAD */
int cli_error(const char *fmt, ...) __printf(1, 2);

/*
 * Parsers of option values, for struct option_spec. Return: NULL, or the value that they expected.
 */
const char *cli_parse_target(const char *text, void *target);	  /* int */
const char *cli_parse_on(const char *text, void *on);		  /* const char * */
const char *cli_parse_event(const char *text, void *events);	  /* u32: adds the event's bit */
const char *cli_parse_oracle(const char *text, void *oracle);	  /* enum oracle */
const char *cli_parse_strategy(const char *text, void *strategy); /* struct strategy_options */

/**
 * struct strategy_options - how schedules are chosen
 * @given:  --strategy was given
 * @all:    it was "all"
 * @kind:   enum schedule_kind: a strategy that takes no list
 * @seed:   seed of the first run
 * @odds, @depth: as in struct schedule
 * @length: as in struct schedule; 0: estimated
 */
struct strategy_options {
	bool given, all;
	u8 kind;
	u64 seed;
	u64 odds, depth, length;
};

/**
 * struct common_options - options of several commands
 * @strategy:   how schedules are chosen
 * @target:     target of the programs, or INPUT_ANY_TARGET
 * @on:         name of the implementation to run on; NULL: the one that a program names
 * @in_process: run in this process: a crash ends it
 * @json:       print one JSON object a line
 */
struct common_options {
	struct strategy_options strategy;
	int target;
	const char *on;
	bool in_process, json;
};

/** cli_common_init() - set the defaults: random, seed 1, any target, text */
void cli_common_init(struct common_options *common);

/* The options of struct common_options, except for --strategy. */
extern const struct option_spec cli_common_options[];

#define CLI_TARGET_HELP                                                                            \
	"replace the target that a program names by one that has its operations; required for "    \
	"bytes without the header's magic"

#define CLI_ON_HELP                                                                                \
	"run on the allocators of an implementation, one of mmstorm list implementations, in "     \
	"place of the one that a program names; without either, on ours"

/**
 * cli_program() - read a program, and check that it can run
 * @p:      initialised; overwritten
 * @path:   as of input_program()
 * @target: as of input_program()
 * @on:     if not NULL, the implementation, in place of the one that the program names
 *
 * Return: 0, or EXIT_BAD after a message.
 */
int cli_program(struct program *p, const char *path, int target, const char *on);

/** cli_strategy_schedule() - the schedule that --strategy asks for, in place of a program's own */
void cli_strategy_schedule(const struct strategy_options *s, const struct program *p,
			   struct schedule *d);

/* At least as many as the strategies and their baselines. */
#define STRATEGY_ROWS (2 * NR_SCHEDULE_KINDS)

/**
 * cli_strategy_rows() - the strategies that --strategy all compares
 * @given: has the odds and the depth
 * @row:   receives each strategy that takes no list, after its baselines; STRATEGY_ROWS entries
 *
 * Return: the number of rows.
 */
size_t cli_strategy_rows(const struct strategy_options *given, struct strategy_options *row);

/** cli_json() - print a JSON object as one line, and free it */
void cli_json(struct json_object *o);

/** cli_json_hex() - a digest or a seed as a string: it is too large for JSON's numbers */
struct json_object *cli_json_hex(u64 x);

/** cli_json_number() - a measured value with six digits: more are noise */
struct json_object *cli_json_number(double x);

/** cli_progress_init() - enable progress lines if standard error is a terminal */
void cli_progress_init(void);

/** cli_progress() - print a progress line, at most ten times a second */
void cli_progress(const char *fmt, ...) __printf(1, 2);

/** cli_progress_end() - erase the progress line, if there is one */
void cli_progress_end(void);

/** cli_print_no_boot() - print the rest of a line: no operation ran, and why */
void cli_print_no_boot(const struct exec_result *r);

/** cli_print_where() - print a line such as "task b, operation 3: vm_unmap_aliases, step 12" */
void cli_print_where(FILE *f, const struct program *p, const struct report *r);

/** cli_json_report() - add the members of a report: oracle, text, task, operation, step */
void cli_json_report(struct json_object *j, const struct program *p, const struct report *r);

/** cli_op_text() - an operation in the text form, for free(). Return: NULL if there is none */
char *cli_op_text(const struct program *p, s32 op);

#endif
