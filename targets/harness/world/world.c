/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.c - what a world as a whole does; see world.h.
 */
#include "world.h"

#include <stdlib.h>

#include "bootmem_world.h"
#include "sched/keep.h"
#include "vmap_world.h"

void *backend_memory(struct backend_memory *m, size_t size)
{
	if (size <= m->size)
		return m->p;
	keep_free(m->p);
	m->p = keep_alloc(size);
	if (!m->p)
		abort();
	m->size = size;
	return m->p;
}

/*
 * Tasks that nothing orders may print, and the last text stays. On fibers they cannot do so at the
 * same time, since no scheduling point is passed here; on threads, a text that comes while another
 * is written is left out. ThreadSanitizer, which sees into the C library, would report a race. So
 * the text is copied by hand.
 */
void world_notice(void *arg, const char *text)
{
	struct world *w = arg;
	size_t len = 0;

	if (__atomic_exchange_n(&w->noticing, true, __ATOMIC_ACQUIRE))
		return;
	for (; len < sizeof(w->notice) - 1 && text[len]; len++)
		w->notice[len] = text[len];
	w->notice[len] = '\0';
	__atomic_store_n(&w->noticing, false, __ATOMIC_RELEASE);
	if (unlikely(w->trace)) {
		void *seen = announce_unseen_begin();

		fprintf(w->trace, "%s\n", text);
		announce_unseen_end(seen);
	}
}

bool world_has_allocators(const struct world *w)
{
	return !bootmem_wanted(w);
}

int world_frames_boot(struct world *w)
{
	for (u32 i = 0; i < w->nr_frame_pools; i++)
		frame_pool_init(&w->frames[i]);
	return 0;
}

bool world_set_program(struct world *w, const struct program *p, const struct implementation *on)
{
	const struct world_kind kind = {on, p->target, p->machine.vmap, p->machine.memory};

	w->program = p;
	w->nr_frame_pools = 1;
	w->possible = program_possible(&p->machine);
	if (kind.on == w->kind.on && kind.target == w->kind.target && kind.vmap == w->kind.vmap &&
	    kind.memory == w->kind.memory)
		return false;
	w->kind = kind;
	w->nr_vmap_kinds = vmap_backends(on, p, w->vmap_kind);
	w->nr_percpu_kinds = percpu_backends(on, p, w->percpu_kind);
	return true;
}

void world_frames_take_down(struct world *w)
{
	for (u32 i = 0; i < w->nr_frame_pools; i++)
		frame_pool_destroy(&w->frames[i], w->machine);
}

/*
 * Most operations pass hundreds. But each may be followed by background work that asks for the
 * pages of a chunk and for those that are cached, of every CPU, and gives them back when memory
 * runs out; and areas of many nodes may be walked.
 */
u64 world_points(const struct world *w)
{
	const struct program_machine *pm = &w->program->machine;
	u64 each = 2000 + 8ULL * pm->cpus * (pm->unit + pm->high) + vmap_walk_points(w);

	return 200000 + each * w->program->nr_ops;
}
