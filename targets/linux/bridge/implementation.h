/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * implementation.h - a tree as an implementation: its back ends, which lead back to its object.
 */
#ifndef MM_LINUX_IMPLEMENTATION_H
#define MM_LINUX_IMPLEMENTATION_H

#include "../tree.h"
#include "world/implementation.h"

/**
 * struct linux_implementation - generated for each tree (implementation.c.in)
 * @tree: its object
 */
struct linux_implementation {
	struct implementation im;
	const struct linux_tree *tree;
	struct vmap_backend vmap;
	const struct vmap_backend *vmaps[2];
	struct percpu_backend percpu;
	const struct percpu_backend *percpus[2];
};

/** linux_of_vmap(), linux_of_percpu() - the tree of a back end */
static inline const struct linux_tree *linux_of_vmap(const struct vmap_backend *be)
{
	return container_of(be, const struct linux_implementation, vmap)->tree;
}

static inline const struct linux_tree *linux_of_percpu(const struct percpu_backend *be)
{
	return container_of(be, const struct linux_implementation, percpu)->tree;
}

/** linux_vmap_reboot() - boot the tree of a space again, after @first has made a first chunk */
int linux_vmap_reboot(const struct vmap_instance *v, int (*first)(void *arg), void *arg);

#endif
