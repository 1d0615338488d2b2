/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - the text form of a program (*.prog).
 *
 *   # a comment, to the end of the line
 *   mmstorm 1                                  format version; optional, first
 *   target vmap
 *   machine cpus=2 kva=64M                     before tasks and schedule; what is left out has its
 *                                              default
 *   fail at=17 every=0                         failure plan; optional
 *   task a cpu=0                               a task; named again, the section goes on
 *     m1 = vm_map_ram pages=64
 *     vm_unmap_ram m1
 *   irq i cpu=1                                an interrupt source
 *     vm_unmap_ram m2
 *   schedule @12 b  @40 a  @55 b>1             at step 12 run b, at 55 move b to CPU 1
 *   shows lazy-twice                           this must happen in a run, or each of several
 *   expect alias-survived                      a run must end with this oracle
 *   digest 0x8d3f0a5c2b6e1f47                  and have taken this path
 *
 * Other schedules: `schedule turns a a a b` or `a*3 b`, `schedule round-robin`, `schedule random
 * seed=7 odds=8`, `schedule pct seed=7 depth=3 length=200`. `schedule a a b` is short for turns.
 * Workers are w0, w1, .., RCU callbacks rcu, the first task init.
 *
 * Numbers are decimal or 0x-hexadecimal, with K, M or G for 2^10, 2^20, 2^30. Fields that
 * count pages take a byte size with a suffix as well (kva=64M is 16384 pages).
 * Names are free in what is read: printing gives tasks a, b, .. and sources i, j, .., objects p1,
 * m1, v1, .. Names and comments are no part of a program.
 */
#ifndef MM_HARNESS_TEXT_H
#define MM_HARNESS_TEXT_H

#include <stdio.h>

#include "program.h"

#define TEXT_VERSION 1 /* of "mmstorm 1"; the byte form counts its own */

/**
 * struct text_error - why a text is no program
 * @line:   from 1
 * @column: from 1
 * @text:   what was found and what was expected, one line
 */
struct text_error {
	u32 line, column;
	char text[200];
};

/**
 * text_parse() - text to program
 * @p:    initialised; overwritten
 * @text: need not end in a zero byte
 * @size: bytes
 * @err:  filled in on error
 *
 * Return: 0; -EINVAL with @err; -ENOMEM.
 */
int text_parse(struct program *p, const char *text, size_t size, struct text_error *err);

/**
 * text_print() - program to text, in canonical form
 *
 * Parsing the result gives @p again. Return: 0, or -EIO if writing failed.
 */
int text_print(const struct program *p, FILE *f);

/** text_print_op() - one operation as it stands in the text, without a newline */
void text_print_op(const struct program *p, u32 record, FILE *f);

/** text_task_name() - name of a task number of sched.h in the text of @p */
const char *text_task_name(const struct program *p, unsigned int number, char buf[8]);

#endif
