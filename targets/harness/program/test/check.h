/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - check that a program is well formed, independently of repair.c.
 */
#ifndef MM_HARNESS_TEST_CHECK_H
#define MM_HARNESS_TEST_CHECK_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "program/program.h"

/** check_program() - NULL, or the rule of program.h that the program breaks */
const char *check_program(const struct program *p);

/** assert_well_formed() - fail the test unless the program is well formed */
void assert_well_formed(const struct program *p);

/** to_text() - the text of a program; the caller frees it */
char *to_text(const struct program *p, size_t *size);

/** from_text() - parse a text, which must be a program; @p is initialised */
void from_text(struct program *p, const char *text);

/** random_program() - fill in @p from random bytes (random.h), at most @max. Return: their number
 */
size_t random_program(struct program *p, size_t max, u64 *state);

#endif
