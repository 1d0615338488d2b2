/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ours.h - the implementation `ours`: core/vmap and core/percpu.
 */
#ifndef MM_HARNESS_OURS_H
#define MM_HARNESS_OURS_H

#include "implementation.h"

struct vmap_space;

extern const struct implementation ours;
extern const struct vmap_backend *const ours_vmap[];
extern const struct percpu_backend *const ours_percpu[];

/** ours_space() - the space of core/vmap that an instance of ours_vmap[] is */
struct vmap_space *ours_space(const struct vmap_instance *v);

#endif
