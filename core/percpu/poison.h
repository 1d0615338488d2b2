/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * poison.h - free areas are forbidden to AddressSanitizer, on the host MMU; nothing elsewhere.
 *
 * On the model an address is a number, and there is nothing to forbid. On the host MMU a program
 * follows pointers to its objects: an access beside one, or after its free, is then reported where
 * it happens. Pages are forbidden as they are populated, areas are allowed before they are zeroed
 * and forbidden as they are freed. The host MMU itself forbids what is not mapped.
 */
#ifndef MM_PERCPU_POISON_H
#define MM_PERCPU_POISON_H

#include "internal.h"
#include "../machine/pgtable.h"

/** pcpu_forbid() - the bytes of @bits bits from @off on, of each CPU's unit, are in no object */
static inline void pcpu_forbid(const struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	const struct pcpu *pc = chunk->pc;
	const u64 addr = chunk->base + ((u64)off << PCPU_MIN_ALLOC_SHIFT);

	for (u32 i = 0; i < pc->nr_possible; i++)
		mem_poison(pc->m, addr + pc->copy_off[i], (size_t)bits << PCPU_MIN_ALLOC_SHIFT);
}

/** pcpu_allow() - the opposite */
static inline void pcpu_allow(const struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	const struct pcpu *pc = chunk->pc;
	const u64 addr = chunk->base + ((u64)off << PCPU_MIN_ALLOC_SHIFT);

	for (u32 i = 0; i < pc->nr_possible; i++)
		mem_unpoison(pc->m, addr + pc->copy_off[i], (size_t)bits << PCPU_MIN_ALLOC_SHIFT);
}

#endif
