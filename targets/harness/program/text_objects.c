/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_objects.c - the names of objects during the parsing of a text; see text_objects.h.
 */
#include <stdlib.h>
#include <string.h>

#include "text_objects.h"

void text_objects_init(struct text_objects *t)
{
	t->table = t->fixed;
	t->bits = (unsigned int)fls64(TEXT_OBJECTS_FIXED) - 1;
	t->nr = 0;
	memset(t->fixed, 0, sizeof(t->fixed));
}

void text_objects_fini(struct text_objects *t)
{
	if (t->table != t->fixed)
		free(t->table);
}

/* The entry of a name, or the free entry for it. */
static struct text_object *find_slot(struct text_object *table, unsigned int bits,
				     const struct word *name)
{
	u32 mask = (1U << bits) - 1, i;
	u64 h = 0xcbf29ce484222325ULL; /* FNV-1a */

	for (i = 0; i < name->len; i++)
		h = (h ^ (u8)name->s[i]) * 0x100000001b3ULL;
	for (i = (u32)(h ^ h >> 32) & mask;; i = (i + 1) & mask)
		if (!table[i].name.len || word_same(&table[i].name, name))
			return &table[i];
}

static int grow_table(struct text_objects *t)
{
	struct text_object *table = calloc((size_t)2 << t->bits, sizeof(*table));
	u32 i;

	if (!table)
		return -ENOMEM;
	for (i = 0; i < 1U << t->bits; i++)
		if (t->table[i].name.len)
			*find_slot(table, t->bits + 1, &t->table[i].name) = t->table[i];
	text_objects_fini(t);
	t->table = table;
	t->bits++;
	return 0;
}

struct text_object *text_object_find(struct text_objects *t, const struct word *name)
{
	struct text_object *o = find_slot(t->table, t->bits, name);

	return o->name.len ? o : NULL;
}

struct text_object *text_object_get(struct text_objects *t, const struct word *name)
{
	struct text_object *o;

	if (t->nr >= 1U << t->bits >> 1 && grow_table(t))
		return NULL;
	o = find_slot(t->table, t->bits, name);
	if (!o->name.len) {
		o->name = *name;
		t->nr++;
	}
	return o;
}
