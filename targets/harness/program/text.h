/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - the text form of a program (*.prog).
 *
 *   # a comment, to the end of the line
 *   mmstorm 1                                  format version; optional, first
 *   target vmap
 *   on linux-6.12                             implementation whose allocators run; optional
 *   machine cpus=2 kva=64M                     optional, before tasks and schedule; fields that are
 *                                              left out have their defaults
 *   fail at=17 every=0                         failure plan; optional
 *   task a cpu=0                               a task; the same name again continues its section
 *     m1 = vm_map_ram pages=64
 *     vm_unmap_ram m1
 *   irq i cpu=1                                an interrupt source
 *     vm_unmap_ram m2
 *   schedule @12 b  @40 a  @55 b>1             at step 12 run b, at step 55 move b to CPU 1
 *   shows lazy-twice                           events that a run must show
 *   expect alias-survived                      oracle that a run must end with
 *   digest 0x8d3f0a5c2b6e1f47                  digest that a run must have
 *   certified K=2 traces=6 digest=0xe8df515e1a2aac10
 *                                              no schedule fails, says an exhaustive search
 *
 * Other schedules: `schedule turns a a a b` or `a*3 b`, for which `schedule a a b` is short; and
 * a strategy with its numbers (mmstorm list schedules): `schedule pct seed=7 depth=3 length=200`.
 * Turns are for tasks of the program; changes may also name the workers w0, w1, .., the task of RCU
 * callbacks rcu and the first task init.
 *
 * A byte order mark before the text is skipped.
 *
 * Numbers are decimal or 0x-hexadecimal, with suffix K, M or G for 2^10, 2^20, 2^30. A count of
 * pages with a suffix is a size in bytes: kva=64M is 16384 pages. Without a suffix it is pages: a
 * number that is too large for that, and would do as bytes, is refused with both readings.
 *
 * Tasks, sources and objects may have any name except the words that schedules use. A name may be
 * given to another object after its object was consumed. Names and comments are not kept: the
 * printer names tasks a, b, .., sources i, j, .. and objects p1, m1, v1, ..
 *
 * TEXT_VERSION rises if an existing text would be read differently; a new field or operation does
 * not change it. The byte form counts its versions apart.
 */
#ifndef MM_HARNESS_TEXT_H
#define MM_HARNESS_TEXT_H

#include <stdio.h>

#include "program.h"

#define TEXT_VERSION 1 /* as in "mmstorm 1" */

/**
 * struct text_error - the first error in a text
 * @line:   from 1
 * @column: from 1
 * @text:   one line that names what was found and what was expected
 */
struct text_error {
	u32 line, column;
	char text[200];
};

/**
 * text_parse() - text to program
 * @p:    initialised; overwritten
 * @text: the text; needs no zero byte at its end
 * @size: bytes
 * @err:  filled in on error
 *
 * Return: 0; -EINVAL with @err; -ENOMEM.
 */
int text_parse(struct program *p, const char *text, size_t size, struct text_error *err);

/**
 * text_mark() - bytes of the byte order mark at the start of a text: 3, or 0 if it has none
 *
 * Some editors put this mark, U+FEFF in UTF-8, before any text that they save.
 */
size_t text_mark(const char *text, size_t size);

/**
 * text_print() - program to text, in canonical form
 *
 * Parsing the result gives @p again. Return: 0, or -EIO if writing failed.
 */
int text_print(const struct program *p, FILE *f);

/** text_print_op() - print one operation as in the text of @p, without a newline */
void text_print_op(const struct program *p, u32 record, FILE *f);

/** text_task_name() - name in the text of @p of a task number (sched/schedule.h) */
const char *text_task_name(const struct program *p, unsigned int number, char buf[8]);

#endif
