/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_space.c - a bare machine with a space of one kind, made and taken down.
 */
#include "vmap_space.h"

int bench_space_begin(struct bench_space *b, enum vmap_kva kva, u64 size, unsigned int cpus,
		      u64 frames)
{
	struct machine_config machine = {
		.kva_start = MACHINE_KVA_START,
		.kva_size = size,
		.bare = true,
	};
	struct vmap_config vmap = {.kva = kva, .start = MACHINE_KVA_START, .size = size};
	int err = -ENOMEM;

	b->m = machine_create();
	if (!b->m)
		return err;
	topology_init(&machine.topology, cpus, 1, frames);
	err = machine_boot(b->m, &machine);
	if (!err)
		err = vmap_create(b->m, &vmap, &b->vs);
	if (err)
		machine_destroy(b->m);
	return err;
}

void bench_space_end(struct bench_space *b)
{
	vmap_destroy(b->vs);
	machine_destroy(b->m);
}
