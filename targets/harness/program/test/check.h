/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - what program.h promises of every program, checked without repair.c.
 */
#ifndef MM_HARNESS_TEST_CHECK_H
#define MM_HARNESS_TEST_CHECK_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "program/program.h"

/** well_formed() - NULL, or what is wrong with a program */
const char *well_formed(const struct program *p);

/** assert_well_formed() - fail the test unless it is */
void assert_well_formed(const struct program *p);

/** to_text() - the text of a program, to be freed */
char *to_text(const struct program *p, size_t *size);

/** from_text() - the program of a text, which must be one; @p is initialised */
void from_text(struct program *p, const char *text);

#endif
