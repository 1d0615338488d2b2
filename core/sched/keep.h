/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keep.h - memory that is kept from run to run, taken in the middle of a run.
 *
 * Only the first run that needs it takes it. ThreadSanitizer must not notice, or a race of that
 * run would be seen, or missed, in that run alone: see announce_unseen_begin().
 */
#ifndef MM_SCHED_KEEP_H
#define MM_SCHED_KEEP_H

#include <stdlib.h>

#include "announce.h"

/** keep_alloc() - @size zeroed bytes, or NULL; to be freed with keep_free() */
static inline void *keep_alloc(size_t size)
{
	void *seen = announce_unseen_begin(), *p = calloc(1, size);

	announce_unseen_end(seen);
	return p;
}

/** keep_free() - give @p back; NULL is allowed */
static inline void keep_free(void *p)
{
	void *seen = announce_unseen_begin();

	free(p);
	announce_unseen_end(seen);
}

#endif
