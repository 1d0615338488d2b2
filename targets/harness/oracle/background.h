/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * background.h - background work that is due was queued.
 *
 * An allocator leaves work to work items: pages for atomic requests, room in area maps, chunks to
 * depopulate, deferred frees, purges. Each reason for such work must queue its item. If one forgets
 * to, nothing breaks at once: the next reason queues the item as well. So the contract is checked
 * whenever nothing is in flight: what is due is queued (percpu_backend.owed, vmap_backend.owed).
 *
 * A pair or a trio is not judged: where one of its allocators refuses, the others get their object
 * back, so each has a history of its own. The targets of single allocators judge the same code.
 *
 * One reason leaves no trace: an atomic request that is refused for want of addresses. exec/again.h
 * makes it once more.
 */
#ifndef MM_HARNESS_BACKGROUND_H
#define MM_HARNESS_BACKGROUND_H

#include "exec/subsystems.h"

/* Checks the contract after each operation that leaves the world quiescent: ORACLE_KICK. */
extern struct subsystem background;

/** background_note_request() - a per-CPU object is requested; from now on empty pages are due */
void background_note_request(struct world *w);

#endif
