/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.h - what the parent does when the child has ended: a finding becomes files.
 */
#ifndef MM_STRESS_FINDING_H
#define MM_STRESS_FINDING_H

#include "stress.h"

/**
 * finding_of() - judge how the child ended, and write a finding down before it is reported
 * @st:     the run
 * @p:      the program that it ran, or NULL
 * @status: of waitpid()
 *
 * Return: the exit status.
 */
int finding_of(struct stress *st, const struct program *p, int status);

#endif
