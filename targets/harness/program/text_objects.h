/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_objects.h - the names of objects during the parsing of a text.
 *
 * An open-addressed hash table. A name may be given to another object after its object was
 * consumed. Most texts are short: the first table is part of the structure.
 */
#ifndef MM_HARNESS_TEXT_OBJECTS_H
#define MM_HARNESS_TEXT_OBJECTS_H

#include "text_lex.h"

#define TEXT_OBJECTS_FIXED 64

/**
 * struct text_object - a name and its latest object
 * @name:     as in the text; length 0: the entry is free
 * @record:   record that made the object
 * @made:     line of that record; 0: no object yet
 * @consumed: line that consumed the object; 0: it is alive
 */
struct text_object {
	struct word name;
	u32 record;
	u32 made;
	u32 consumed;
};

/**
 * struct text_objects - the names of a text
 * @table: 1 << @bits entries, at most half of them in use
 * @nr:    entries in use
 * @fixed: the first @table
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

/** text_object_get() - the entry of a name, which may be new (@made 0). NULL: out of memory */
struct text_object *text_object_get(struct text_objects *t, const struct word *name);

#endif
