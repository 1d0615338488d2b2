/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - the process in which threads run: what it finds ends it, and goes to shared memory.
 */
#ifndef MM_STRESS_CHILD_H
#define MM_STRESS_CHILD_H

#include "shared.h"

/** child_begin() - from here on oracles and ThreadSanitizer report to @s, and end the process */
void child_begin(struct shared *s);

#endif
