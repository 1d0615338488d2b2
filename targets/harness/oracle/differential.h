/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * differential.h - the allocators of a world hold the same objects.
 *
 * In targets with several spaces or several per-CPU allocators each operation runs on all of them,
 * and an object that one refuses is freed in the others at once. So whenever the world is quiescent
 * their statistics must agree: ORACLE_DIFFERENTIAL.
 */
#ifndef MM_HARNESS_DIFFERENTIAL_H
#define MM_HARNESS_DIFFERENTIAL_H

#include "exec/subsystems.h"

extern const struct subsystem differential;

#endif
