/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * again.h - atomic requests that were refused are made again, after all background work.
 *
 * An atomic request that is refused starts background work, "for the next request". No program has
 * to make that next request. So at the end of a program, when all tasks have ended, each refused
 * atomic request is made again, twice at most:
 *
 *   first    background work has ended. A refusal is allowed: an atomic request need not get
 *            memory or addresses that were freed since. It starts background work anew
 *   second   that work has ended too, and nothing else has happened. All that is free must be
 *            available: op_call.drained tells the operation to judge a refusal
 *
 * A run in which a request failed by plan is left alone: background work may have failed too. So is
 * a pair or a trio: an allocator that serves what another refuses gets its object back, and that
 * object's addresses are then freed lazily.
 */
#ifndef MM_HARNESS_AGAIN_H
#define MM_HARNESS_AGAIN_H

#include "run.h"

/**
 * again_run() - make refused atomic requests again, up to AGAIN_MAX of them
 * @w: all tasks have ended
 *
 * Objects that are served now are live on return. ORACLE_SPURIOUS: what operations find.
 *
 * Return: whether any request was made.
 */
bool again_run(struct world *w);

/* More would say no more: requests of a program are much alike. */
#define AGAIN_MAX 16

#endif
