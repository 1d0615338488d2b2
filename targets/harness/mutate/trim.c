/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trim.c - candidates for a shorter program: operations left out, then changes of the schedule, as
 * the minimiser's first passes do (tool/minimize_ops.c, tool/minimize_schedule.c).
 */
#include "trim.h"

#include <stdlib.h>
#include <string.h>

#include "program/bytes.h"

void trim_init(struct trim *t)
{
	program_init(&t->best, 0);
	program_init(&t->cand, 0);
}

void trim_fini(struct trim *t)
{
	program_fini(&t->best);
	program_fini(&t->cand);
}

static u32 length(const struct trim *t)
{
	if (t->phase == TRIM_RECORDS)
		return t->best.nr_ops;
	return t->best.schedule.kind == SCHEDULE_SPARSE ? t->best.schedule.nr : 0;
}

/* Begin a phase, or the next one that has anything to leave out. */
static void begin_phase(struct trim *t, enum trim_phase phase)
{
	for (t->phase = phase; t->phase != TRIM_DONE; t->phase++) {
		u32 n = length(t);

		if (!n)
			continue;
		t->chunk = n > 1 ? n / 2 : 1;
		t->from = n - t->chunk;
		return;
	}
}

/* Go to the next chunk, toward the beginning. */
static void next_chunk(struct trim *t)
{
	u32 n = length(t);

	if (!t->from || !n) {
		if (t->chunk == 1 || !n) {
			begin_phase(t, t->phase + 1);
			return;
		}
		t->chunk = min(t->chunk / 2, n);
		t->from = n - t->chunk;
		return;
	}
	t->from = t->from > t->chunk ? t->from - t->chunk : 0;
}

u32 trim_begin(struct trim *t, const u8 *data, size_t size)
{
	if (!bytes_magic(data, size) || bytes_decode(&t->best, data, size, NULL))
		return 0;
	begin_phase(t, TRIM_RECORDS);
	/* A size of chunks begins for each halving, and each covers all records about once. */
	return t->phase == TRIM_DONE ? 0 : 4 * (t->best.nr_ops + t->best.schedule.nr) + 64;
}

static bool drop_records(struct program *p, u32 from, u32 nr)
{
	bool *drop = calloc(p->nr_ops, sizeof(*drop));

	if (!drop)
		return false;
	memset(drop + from, true, nr);
	program_remove(p, drop);
	free(drop);
	return true;
}

size_t trim_candidate(struct trim *t, u8 *data, size_t max)
{
	struct schedule *s = &t->cand.schedule;
	u32 nr = min(t->chunk, length(t) - t->from);

	if (program_copy(&t->cand, &t->best))
		return 0;
	if (t->phase == TRIM_CHANGES) {
		memmove(&s->changes[t->from], &s->changes[t->from + nr],
			(s->nr - t->from - nr) * sizeof(s->changes[0]));
		s->nr -= nr;
	} else if (!drop_records(&t->cand, t->from, nr)) {
		return 0;
	}
	program_repair(&t->cand);
	return bytes_encode(&t->cand, data, max);
}

bool trim_judged(struct trim *t, bool kept)
{
	if (kept) {
		struct program tmp = t->best;

		t->best = t->cand;
		t->cand = tmp;
		/* Records that used the objects of those left out are gone too. */
		t->from = min(t->from, length(t));
	}
	next_chunk(t);
	return t->phase != TRIM_DONE;
}
