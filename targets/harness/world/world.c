/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.c - what all parts of a world use; see world.h.
 */
#include "world.h"

#include <stdlib.h>

#include "sched/keep.h"

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
 * Tasks that nothing orders may print, and the last text stays. They cannot do so at the same
 * time, since no scheduling point is passed here; but ThreadSanitizer, which sees into the C
 * library, would report a race. So the text is copied by hand.
 */
void world_notice(void *arg, const char *text)
{
	struct world *w = arg;
	size_t len = 0;

	for (; len < sizeof(w->notice) - 1 && text[len]; len++)
		w->notice[len] = text[len];
	w->notice[len] = '\0';
	if (unlikely(w->trace)) {
		void *seen = announce_unseen_begin();

		fprintf(w->trace, "%s\n", text);
		announce_unseen_end(seen);
	}
}
