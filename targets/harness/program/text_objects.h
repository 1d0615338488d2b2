/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_objects.h - the names of objects while a text is parsed.
 *
 * An open-addressed hash table of names; a name whose object was consumed can be given
 * to another object. Most texts are short: the first table is part of the structure.
 */
#ifndef MM_HARNESS_TEXT_OBJECTS_H
#define MM_HARNESS_TEXT_OBJECTS_H

#include "text_lex.h"

#define TEXT_OBJECTS_FIXED 64

/**
 * struct text_object - a name
 * @name:     as in the text; length 0: entry not in use
 * @record:   of the operation that made what it names now
 * @made:     line of that
 * @consumed: line of the operation that consumed it; 0: it is alive
 */
struct text_object {
	struct word name;
	u32 record;
	u32 made;
	u32 consumed;
};

/**
 * struct text_objects - all names
 * @table: 1 << @bits entries, at most half of them in use
 * @nr:    entries in use
 */
struct text_objects {
	struct text_object *table;
	unsigned int bits;
	u32 nr;
	struct text_object fixed[TEXT_OBJECTS_FIXED];
};

void text_objects_init(struct text_objects *t);
void text_objects_fini(struct text_objects *t);

/** text_object_find() - the entry of a name, or NULL */
struct text_object *text_object_find(struct text_objects *t, const struct word *name);

/** text_object_get() - the entry of a name, made if it is new (@made 0). NULL: no memory */
struct text_object *text_object_get(struct text_objects *t, const struct word *name);

#endif
