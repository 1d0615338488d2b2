/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_parser.h - shared by the parts of the parser of the text form: text.c, text_schedule.c.
 */
#ifndef MM_HARNESS_TEXT_PARSER_H
#define MM_HARNESS_TEXT_PARSER_H

#include "text_objects.h"

/* Lines with a keyword. Each stands at most once, except schedule and shows, which may continue. */
enum text_line {
	LINE_VERSION,
	LINE_TARGET,
	LINE_ON,
	LINE_MACHINE,
	LINE_FAIL,
	LINE_SCHEDULE,
	LINE_EXPECT,
	LINE_DIGEST,
	LINE_SHOWS,
	LINE_CERTIFIED,
	NR_TEXT_LINES
};

/**
 * struct parser - a text that is being parsed
 * @p:       the program, well formed between two lines
 * @lx:      the lexer
 * @seen:    by enum text_line: first line of that kind; 0: none yet
 * @task:    task of the current section; -1: no section yet
 * @tasks:   number of named tasks; p->nr_tasks is 1 even if this is 0
 * @name:    names of the tasks
 * @objects: names of the objects
 */
struct parser {
	struct program *p;
	struct lexer lx;
	u32 seen[NR_TEXT_LINES];
	s32 task;
	u32 tasks;
	struct word name[PROGRAM_MAX_TASKS];
	struct text_objects objects;
};

/**
 * parse_attribute() - parse a word NAME=VALUE, or the bare name of a flag
 * @ps:   the parser
 * @w:    the word
 * @o:    the allowed operands
 * @nr:   how many, at most 64
 * @bits: the operands that the line has so far; the new one is added
 * @x:    receives the value
 *
 * Return: index in @o, or -EINVAL.
 */
int parse_attribute(struct parser *ps, const struct word *w, const struct operand *const *o,
		    unsigned int nr, u64 *bits, u32 *x);

/** parse_schedule() - parse the words after "schedule" */
int parse_schedule(struct parser *ps);

/** task_name_reserved() - do schedules use the word for something else than a task? */
bool task_name_reserved(const struct word *w);

#endif
