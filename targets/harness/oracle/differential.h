/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * differential.h - the allocators of a world hold the same objects.
 *
 * In targets with several spaces or several per-CPU allocators each operation runs on all of them,
 * in one memory and with the same frames. An object that one refuses is given back to the others at
 * once and counts as refused. So at quiescent moments all must give the same account of what they
 * hold: ORACLE_DIFFERENTIAL.
 *
 * Only the objects, and the bytes, areas or pages that they take, must agree. A space with blocks
 * has no area for a short mapping of its own. Where an object lies, how many chunks there are, and
 * whether a refusal had a reason differs with the holes of each: other oracles check that, each
 * allocator by itself (object.addrs).
 */
#ifndef MM_HARNESS_DIFFERENTIAL_H
#define MM_HARNESS_DIFFERENTIAL_H

#include "exec/subsystems.h"

extern struct subsystem differential;

#endif
