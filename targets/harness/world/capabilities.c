/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capabilities.c - the members of both structures as tables; see capabilities.h.
 */
#include "capabilities.h"

#define FLAG(member)                                                                               \
	{                                                                                          \
		.name = #member, .flag = true, .value = caps->member                               \
	}
#define NUMBER(member)                                                                             \
	{                                                                                          \
		.name = #member, .value = caps->member                                             \
	}
#define WORD(member, word)                                                                         \
	{                                                                                          \
		.name = #member, .value = caps->member, .text = (word)                             \
	}

static u32 copy(const struct capability *from, u32 nr, struct capability *to)
{
	for (u32 i = 0; i < nr; i++)
		to[i] = from[i];
	return nr;
}

u32 vmap_capabilities(const struct vmap_caps *caps, struct capability c[CAPABILITIES_MAX])
{
	static const char *const cache[] = {
		[VMAP_CACHE_NONE] = "none",
		[VMAP_CACHE_BY_CPU] = "by-cpu",
		[VMAP_CACHE_BY_NODE] = "by-node",
	};
	const struct capability all[] = {
		FLAG(complete),	      FLAG(lowest),
		FLAG(highest),	      FLAG(lazy),
		FLAG(purge_empties),  FLAG(drops_blocks),
		FLAG(strict_areas),   FLAG(sleeps),
		FLAG(reads_ram),      FLAG(remaps_inside),
		FLAG(walks_nodes),    WORD(misses, caps->misses == VMAP_MISSES_ANY ? "any" : NULL),
		NUMBER(block_max),    WORD(cache, cache[caps->cache]),
		NUMBER(cache_parts),  NUMBER(cache_refill),
		NUMBER(cache_misses),
	};

	_Static_assert(ARRAY_SIZE(all) <= CAPABILITIES_MAX, "room for all");
	return copy(all, ARRAY_SIZE(all), c);
}

u32 percpu_capabilities(const struct percpu_caps *caps, struct capability c[CAPABILITIES_MAX])
{
	const struct capability all[] = {
		FLAG(complete),	  FLAG(reserved_anywhere), FLAG(rounds_dynamic), FLAG(counts_work),
		NUMBER(min_size), NUMBER(max_size),	   NUMBER(min_static),	 NUMBER(min_dyn),
		NUMBER(slack),	  NUMBER(set_aside),
	};

	_Static_assert(ARRAY_SIZE(all) <= CAPABILITIES_MAX, "room for all");
	return copy(all, ARRAY_SIZE(all), c);
}
