/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.c - a search on disk: the path, the states and traces that were seen, and the counts.
 *
 * Numbers are as this machine has them in memory: a state is for the program that wrote it.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

#define MAGIC 0x3172706c78656d6dULL

/**
 * struct header - the beginning of a file
 */
struct header {
	u64 magic, version, tag, size;
	struct explorer_params p;
	struct explore_stats stats;
	u32 nr_places, nr_options;
	u64 nr_seen, nr_traces;
};

static u32 nr_options(const struct explorer *e)
{
	const struct place *last = e->nr_places ? &e->place[e->nr_places - 1] : NULL;

	return last ? last->first + last->nr : 0;
}

static void write_keys(const struct keys *k, FILE *f)
{
	for (u64 i = 0; k->bits && i < BIT_ULL(k->bits); i++)
		if (k->slot[i].a | k->slot[i].b)
			fwrite(&k->slot[i], sizeof(k->slot[i]), 1, f);
}

static int read_keys(struct keys *k, u64 nr, size_t limit, FILE *f)
{
	struct hash128 key;

	while (nr--) {
		if (fread(&key, sizeof(key), 1, f) != 1)
			return -EIO;
		if (keys_insert(k, key, limit) == KEYS_FULL)
			return -ENOMEM;
	}
	return 0;
}

int explorer_save(const struct explorer *e, FILE *f, u64 tag)
{
	struct header h = {
		.magic = MAGIC,
		.version = EXPLORE_VERSION,
		.tag = tag,
		.size = sizeof(struct explorer),
		.p = e->p,
		.stats = e->stats,
		.nr_places = e->nr_places,
		.nr_options = nr_options(e),
		.nr_seen = e->seen.nr,
		.nr_traces = e->traces.nr,
	};

	fwrite(&h, sizeof(h), 1, f);
	fwrite(e->place, sizeof(*e->place), h.nr_places, f);
	fwrite(e->option, sizeof(*e->option), h.nr_options, f);
	write_keys(&e->seen, f);
	write_keys(&e->traces, f);
	return ferror(f) || fflush(f) ? -EIO : 0;
}

static bool same_search(const struct explorer *e, const struct header *h, u64 tag)
{
	const struct explore_bounds *a = &e->p.bounds, *b = &h->p.bounds;

	return h->tag == tag && a->preemptions == b->preemptions &&
	       a->migrations == b->migrations && a->interrupts == b->interrupts &&
	       e->p.shard == h->p.shard && e->p.nr_shards == h->p.nr_shards;
}

int explorer_load(struct explorer *e, FILE *f, u64 tag)
{
	struct header h;
	int err;

	if (fread(&h, sizeof(h), 1, f) != 1)
		return -EIO;
	if (h.magic != MAGIC || h.version != EXPLORE_VERSION || h.size != sizeof(struct explorer))
		return -EINVAL;
	if (!same_search(e, &h, tag))
		return -ESTALE;
	e->place = calloc(h.nr_places + 1, sizeof(*e->place));
	e->option = calloc(h.nr_options + 1, sizeof(*e->option));
	if (!e->place || !e->option)
		return -ENOMEM;
	e->max_places = h.nr_places + 1;
	e->max_options = h.nr_options + 1;
	if (fread(e->place, sizeof(*e->place), h.nr_places, f) != h.nr_places ||
	    fread(e->option, sizeof(*e->option), h.nr_options, f) != h.nr_options)
		return -EIO;
	e->nr_places = h.nr_places;
	err = read_keys(&e->seen, h.nr_seen, e->p.memory, f);
	if (!err)
		err = read_keys(&e->traces, h.nr_traces, e->p.memory, f);
	e->stats = h.stats;
	/* The path is that of the last run: the next one follows it. */
	e->begun = h.stats.runs > 0;
	return err;
}
