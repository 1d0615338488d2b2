/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_parser.h - what the parts of the text form's parser share.
 */
#ifndef MM_HARNESS_TEXT_PARSER_H
#define MM_HARNESS_TEXT_PARSER_H

#include "text_objects.h"

/* Lines that stand in a text at most once, but for schedule and shows, which may go on. */
enum text_line {
	LINE_VERSION,
	LINE_TARGET,
	LINE_MACHINE,
	LINE_FAIL,
	LINE_SCHEDULE,
	LINE_EXPECT,
	LINE_DIGEST,
	LINE_SHOWS,
	NR_TEXT_LINES
};

/**
 * struct parser - a text being parsed
 * @p:       the program, well formed but for what the line being read adds
 * @lx:      the text
 * @seen:    line in which each of enum text_line stood first; 0: not yet
 * @task:    section that operations belong to; -1: none yet
 * @tasks:   tasks named so far; p->nr_tasks is at least 1 even if it is 0
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
 * parse_attribute() - a word NAME=VALUE, or the bare name of a flag
 * @ps:  the parser
 * @w:   the word
 * @o:   the operand of each name
 * @nr:  how many, at most 64
 * @bits: which of them the line has; the new one is added
 * @x:   receives the value
 *
 * Return: index in @o, or -EINVAL.
 */
int parse_attribute(struct parser *ps, const struct word *w, const struct operand *const *o,
		    unsigned int nr, u64 *bits, u32 *x);

/** parse_schedule() - the words behind "schedule" */
int parse_schedule(struct parser *ps);

/** task_name_reserved() - has a schedule another use for the name? */
bool task_name_reserved(const struct word *w);

#endif
