/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alias_oracle.h - a word written through one mapping of a frame is read through the others.
 *
 * The target vmap_aliases reads through all other mappings, other targets through the two freshest.
 * Mappings of vmap() and map_vm_area() count, in each space.
 */
#ifndef MM_HARNESS_ALIAS_ORACLE_H
#define MM_HARNESS_ALIAS_ORACLE_H

#include "exec/run.h"

/**
 * alias_check_page() - read a word through other mappings of the same frame
 * @o:     the mapping of the write
 * @i:     its page
 * @at:    offset of the word in the page; no other object writes there
 * @value: the written value
 *
 * All other mappings in the target vmap_aliases, two in others. ORACLE_CONTENTS; ORACLE_FAULT if
 * one leads nowhere. No scheduling point is passed: see alias_oracle.c.
 */
void alias_check_page(struct world *w, const struct object *o, u64 i, u64 at, u64 value);

#endif
