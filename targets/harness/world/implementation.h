/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * implementation.h - the implementations that a world can be made of.
 *
 * An implementation offers back ends by kind: of the vmap layer, of the per-CPU allocator, or of
 * both. A per-CPU allocator stands on a space of its own implementation, as Linux's calls Linux's
 * vmalloc. To add an implementation, write its back ends in a folder of their own and append the
 * name of its variable to the property MM_IMPLEMENTATIONS (CMakeLists.txt), and that of one with
 * ours beside it to MM_PAIRS.
 */
#ifndef MM_HARNESS_IMPLEMENTATION_H
#define MM_HARNESS_IMPLEMENTATION_H

#include "percpu_backend.h"
#include "vmap_backend.h"
#include "program/program.h"

/**
 * struct implementation - allocators of one origin
 * @name:   as in lists and messages
 * @help:   one line
 * @vmap:   back ends of the vmap layer, ended by NULL; the first one serves where a program asks
 *          for a kind that there is not
 * @percpu: back ends of the per-CPU allocator, ended by NULL
 * @beside: in targets that do not name several kinds, each operation runs on its allocators too,
 *          and the two are compared; NULL: on none
 * @single: it keeps its state in variables of the process: it has one world at a time
 */
struct implementation {
	const char *name;
	const char *help;
	const struct vmap_backend *const *vmap;
	const struct percpu_backend *const *percpu;
	const struct implementation *beside;
	bool single;
};

/* All of them, ended by NULL; the first one is run on unless another is asked for. */
extern const struct implementation *const implementations[];

/** implementation_by_name() - NULL: there is none of that name */
const struct implementation *implementation_by_name(const char *name);

/**
 * implementation_of() - the implementation that a program names, or the first one
 *
 * NULL: there is none of that name; implementation_refuses() says so.
 */
const struct implementation *implementation_of(const struct program *p);

/** vmap_backend_by_name(), percpu_backend_by_name() - of a kind; NULL: it has none of that kind */
const struct vmap_backend *vmap_backend_by_name(const struct implementation *im, const char *name);
const struct percpu_backend *percpu_backend_by_name(const struct implementation *im,
						    const char *name);

#endif
