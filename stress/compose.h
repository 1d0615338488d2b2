/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compose.h - from rings to a program: the last operations of all threads.
 */
#ifndef MM_STRESS_COMPOSE_H
#define MM_STRESS_COMPOSE_H

#include "shared.h"

/**
 * compose() - make a program of the last operations
 * @p:  initialised; its target, machine and failure plan stay, the rest is overwritten
 * @s:  of a run that has ended
 * @nr: operations of each thread, besides those that make objects
 *
 * A thread becomes a task. Operations are in the order of their tickets. Objects that were made
 * before are made at the beginning, in the tasks of the threads that made them.
 *
 * Return: 0 or -ENOMEM.
 */
int compose(struct program *p, const struct shared *s, u32 nr);

/** compose_print_rings() - print all that the rings and slots hold, a line an entry */
void compose_print_rings(const struct shared *s, FILE *f);

#endif
