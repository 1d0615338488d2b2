/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.h - a set of 128-bit hashes that grows up to a limit.
 */
#ifndef MM_EXPLORE_KEYS_H
#define MM_EXPLORE_KEYS_H

#include <stddef.h>

#include "hash.h"

/**
 * struct keys - the set
 * @slot: open addressing; {0, 0} is an empty slot, and is not kept as a member
 * @bits: there are 2^@bits slots; 0: none yet
 * @nr:   members
 */
struct keys {
	struct hash128 *slot;
	unsigned int bits;
	u64 nr;
};

enum keys_result { KEYS_NEW, KEYS_KNOWN, KEYS_FULL };

/**
 * keys_insert() - put @key into the set
 * @limit: bytes that the set may have
 *
 * Return: KEYS_FULL if it is no member and there is no room.
 */
enum keys_result keys_insert(struct keys *k, struct hash128 key, size_t limit);

/** keys_has() - is @key a member? */
bool keys_has(const struct keys *k, struct hash128 key);

/** keys_bytes() - memory of the set */
static inline size_t keys_bytes(const struct keys *k)
{
	return k->bits ? sizeof(struct hash128) << k->bits : 0;
}

/** keys_clear() - empty the set, and free its memory */
void keys_clear(struct keys *k);

#endif
