/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.c - a set of 128-bit hashes that grows up to a limit.
 */
#include "keys.h"

#include <stdlib.h>

#include "sched/announce.h"

#define FIRST_BITS 12

static struct hash128 *look_up(const struct keys *k, struct hash128 key)
{
	const u64 mask = BIT_ULL(k->bits) - 1;
	u64 i = key.a & mask;

	while ((k->slot[i].a | k->slot[i].b) && !hash_equal(k->slot[i], key))
		i = (i + 1) & mask;
	return &k->slot[i];
}

static bool grow(struct keys *k, size_t limit)
{
	struct keys old = *k;
	unsigned int bits = old.bits ? old.bits + 1 : FIRST_BITS;

	/* Old and new slots are there at once. */
	if ((sizeof(struct hash128) << bits) + keys_bytes(&old) > limit)
		return false;
	k->slot = calloc(BIT_ULL(bits), sizeof(*k->slot));
	if (!k->slot) {
		*k = old;
		return false;
	}
	k->bits = bits;
	for (u64 i = 0; old.bits && i < BIT_ULL(old.bits); i++)
		if (old.slot[i].a | old.slot[i].b)
			*look_up(k, old.slot[i]) = old.slot[i];
	free(old.slot);
	return true;
}

enum keys_result keys_insert(struct keys *k, struct hash128 key, size_t limit)
{
	struct hash128 *slot;

	if (k->bits) {
		slot = look_up(k, key);
		if (slot->a | slot->b)
			return KEYS_KNOWN;
	}
	if (!k->bits || k->nr >= BIT_ULL(k->bits) / 4 * 3) {
		void *seen = announce_unseen_begin();
		bool room = grow(k, limit);

		announce_unseen_end(seen);
		if (!room)
			return KEYS_FULL;
	}
	*look_up(k, key) = key;
	k->nr++;
	return KEYS_NEW;
}

bool keys_has(const struct keys *k, struct hash128 key)
{
	const struct hash128 *slot = k->bits ? look_up(k, key) : NULL;

	return slot && (slot->a | slot->b);
}

void keys_clear(struct keys *k)
{
	free(k->slot);
	*k = (struct keys){0};
}
