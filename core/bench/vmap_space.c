/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_space.c - a bare machine with one vmap space, for one case of a benchmark.
 */
#include "vmap_space.h"

int bench_space_begin(struct bench_space *b, const struct bench_space_params *p)
{
	struct machine_config machine = {
		.kva_start = MACHINE_KVA_START,
		.kva_size = p->size,
		.bare = true,
		.line_aligned = p->line_aligned,
	};
	struct vmap_config vmap = {
		.kva = p->kva,
		.start = MACHINE_KVA_START,
		.size = p->size,
		.lazy_max_pages = p->lazy_max_pages,
	};
	int err = -ENOMEM;

	*b = (struct bench_space){.start = vmap.start, .end = vmap.start + vmap.size};
	b->m = machine_create();
	if (!b->m)
		return err;
	topology_init(&machine.topology, p->cpus, 1, p->frames);
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
