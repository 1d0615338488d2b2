/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meta.h - metadata memory: the allocators' own structures.
 *
 * Each object is a malloc() of its exact size, so that AddressSanitizer sees its bounds and its
 * lifetime; the machine keeps its records elsewhere. Requests are numbered and can fail by plan
 * (fail.h).
 */
#ifndef MM_MACHINE_META_H
#define MM_MACHINE_META_H

#include <stddef.h>

#include "machine.h"

/**
 * kmalloc() - memory for a structure
 * @m:    the machine
 * @size: bytes, from 1
 * @gfp:  GFP_KERNEL may sleep (ORACLE_LOCK_SLEEP in atomic context); __GFP_ZERO zeroes
 *
 * Without __GFP_ZERO the memory holds garbage, the same in every run.
 *
 * Return: the memory, aligned for any type; NULL if the request fails by plan.
 */
void *kmalloc(struct machine *m, size_t size, gfp_t gfp);

/** kzalloc() - kmalloc() with __GFP_ZERO */
void *kzalloc(struct machine *m, size_t size, gfp_t gfp);

/** kcalloc() - zeroed array of @n elements; NULL if the product overflows, too */
void *kcalloc(struct machine *m, size_t n, size_t size, gfp_t gfp);

/**
 * kfree() - free metadata
 * @m: the machine
 * @p: from kmalloc() of the same machine, or NULL; anything else is ORACLE_METADATA_FREE
 */
void kfree(struct machine *m, void *p);

#endif
