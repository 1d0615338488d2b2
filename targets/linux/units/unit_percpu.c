/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_percpu.c - mm/percpu.c of a tree, and what the bridge asks of it.
 *
 * It is compiled twice: with chunks of mapped pages (percpu-vm.c), and with MM_LINUX_KM for chunks
 * of contiguous memory (percpu-km.c).
 */
#include <linux/percpu.h>

/* Of the allocator under test, not of the kernel's own per-CPU variables. */
#undef per_cpu_ptr
#define per_cpu_ptr(ptr, cpu) ((typeof(ptr))((unsigned long)(ptr) + pcpu_unit_offsets[cpu]))

#ifdef MM_LINUX_KM
#define MM_FRAME_OWNER "percpu km"
#else
#define MM_FRAME_OWNER "percpu"
#endif
#include <linux/vmalloc.h>

/* Pages of vmalloc memory that it has for its own records. */
static long own_pages;

static void *count_own(void *p)
{
	if (p)
		__atomic_fetch_add(&own_pages, find_vm_area(p)->nr_pages, __ATOMIC_RELAXED);
	return p;
}

static const void *uncount_own(const void *p)
{
	if (is_vmalloc_addr(p))
		__atomic_fetch_sub(&own_pages, find_vm_area(p)->nr_pages, __ATOMIC_RELAXED);
	return p;
}

static void *vmalloc_own(unsigned long size, gfp_t gfp)
{
	return count_own(__vmalloc(size, gfp));
}

static void free_own(const void *p)
{
	kvfree(p);
}

#undef __vmalloc
#define __vmalloc(size, gfp) vmalloc_own(size, gfp)
#undef kvfree
#define kvfree(p) free_own(uncount_own(p))
#include <mm/percpu.c>

#include <probe.h>
#include "../tree.h"
#include "judge.h"
#include "judge_percpu.h"

/* Of mm/percpu-stats.c, which prints them. */
struct percpu_stats pcpu_stats;
struct pcpu_alloc_info pcpu_stats_ai;

static int node_of(int cpu)
{
	return br_cpu_to_node(cpu);
}

int br_distance(unsigned int from, unsigned int to);
static int distance(unsigned int from, unsigned int to)
{
	return br_distance(from, to);
}

static int boot(bool embed, unsigned long reserved, unsigned long dyn, unsigned long atom,
		bool one_group)
{
	if (embed)
		return pcpu_embed_first_chunk(reserved, dyn, atom, one_group ? NULL : distance,
					      node_of);
#ifdef CONFIG_NEED_PER_CPU_PAGE_FIRST_CHUNK
	/* The kernel takes it for granted that its vmalloc space has room. */
	const unsigned long unit =
		max(PFN_ALIGN(br.static_size + reserved + PERCPU_DYNAMIC_EARLY_SIZE),
		    (unsigned long)PCPU_MIN_UNIT_SIZE);

	if (num_possible_cpus() * unit > VMALLOC_END - VMALLOC_START)
		return -ENOMEM;
	return pcpu_page_first_chunk(reserved, node_of);
#else
	return -EINVAL;
#endif
}

static void ready(void)
{
	pcpu_async_enabled = true;
}

/* As the allocator's own functions free a chunk, whatever is allocated in it. */
static void end(void)
{
	flush_work(&pcpu_balance_work);
	mutex_lock(&pcpu_alloc_mutex);
	for (int slot = 0; slot < pcpu_nr_slots; slot++) {
		struct pcpu_chunk *chunk, *next;

		list_for_each_entry_safe(chunk, next, &pcpu_chunk_lists[slot], list)
		{
			unsigned int rs, re;

			if (chunk == pcpu_first_chunk)
				continue;
			list_del(&chunk->list);
			for_each_set_bitrange(rs, re, chunk->populated, chunk->nr_pages)
			{
				pcpu_depopulate_chunk(chunk, (int)rs, (int)re);
				spin_lock_irq(&pcpu_lock);
				pcpu_chunk_depopulated(chunk, (int)rs, (int)re);
				spin_unlock_irq(&pcpu_lock);
			}
			pcpu_destroy_chunk(chunk);
		}
	}
#ifndef MM_LINUX_KM
	/* The array that is kept for all chunks to be; without one it is made for this. */
	kvfree(pcpu_get_pages());
#endif
	mutex_unlock(&pcpu_alloc_mutex);
}

static void sizes(struct tree_percpu_sizes *s)
{
	*s = (struct tree_percpu_sizes){
		.static_size = pcpu_stats_ai.static_size,
		.reserved_size = pcpu_stats_ai.reserved_size,
		.dyn_size = pcpu_stats_ai.dyn_size,
		.unit_size = pcpu_stats_ai.unit_size,
		.atom_size = pcpu_stats_ai.atom_size,
		.alloc_size = pcpu_stats_ai.alloc_size,
	};
}

static unsigned int groups(void)
{
	return (unsigned int)pcpu_nr_groups;
}

static void group(unsigned int i, unsigned long *offset, unsigned int *nr_units)
{
	*offset = pcpu_group_offsets[i];
	*nr_units = (unsigned int)(pcpu_group_sizes[i] / (unsigned long)pcpu_unit_size);
}

/* The CPU of each unit, or UINT_MAX; NULL: only their number. */
static unsigned int units(unsigned int *cpu_map)
{
	unsigned int cpu;

	for (int i = 0; cpu_map && i < pcpu_nr_units; i++)
		cpu_map[i] = UINT_MAX;
	if (cpu_map)
		for_each_possible_cpu (cpu)
			cpu_map[pcpu_unit_map[cpu]] = cpu;
	return (unsigned int)pcpu_nr_units;
}

static unsigned long base(void)
{
	return (unsigned long)pcpu_base_addr;
}

static unsigned long alloc(unsigned long size, unsigned long align, bool reserved, unsigned int gfp)
{
	/* Of a wrong size the kernel warns its author: here that is the harness. */
	gfp_t flags = (gfp & BR_GFP_WAIT ? GFP_KERNEL : GFP_NOWAIT) | __GFP_NOWARN;

#ifdef TREE_PCPU_NOPROF
	return (unsigned long)pcpu_alloc_noprof(size, align, reserved, flags);
#else
	return (unsigned long)pcpu_alloc(size, align, reserved, flags);
#endif
}

static void free_object(unsigned long addr)
{
	free_percpu((void *)addr);
}

static unsigned long unit_offset(unsigned int cpu)
{
	return pcpu_unit_offsets[cpu];
}

static bool is_static(unsigned long addr)
{
	return is_kernel_percpu_address(addr);
}

static unsigned long to_phys(unsigned long addr)
{
	return per_cpu_ptr_to_phys((void *)addr);
}

static unsigned long chunk_of(unsigned long addr)
{
	return (unsigned long)pcpu_chunk_addr_search((void *)addr)->base_addr;
}

static void counts(unsigned long *chunks, unsigned long *populated, unsigned long *own)
{
	unsigned long flags;

	spin_lock_irqsave(&pcpu_lock, flags);
	*chunks = pcpu_stats.nr_chunks;
	*populated = pcpu_nr_populated;
	*own = (unsigned long)__atomic_load_n(&own_pages, __ATOMIC_RELAXED);
	spin_unlock_irqrestore(&pcpu_lock, flags);
}

/* Has a chunk a free run of @size bytes at a multiple of @align, longer by @slack if it spans
 * pages? */
static bool has_room(const struct pcpu_chunk *chunk, unsigned int size, unsigned int align,
		     unsigned int slack)
{
	const unsigned long bits = (unsigned long)chunk->nr_pages * PCPU_BITMAP_BLOCK_BITS;
	unsigned long at = 0, end = 0;

	for (; at < bits; at = end) {
		unsigned long need;

		at = find_next_zero_bit(chunk->alloc_map, bits, at);
		end = at < bits ? find_next_bit(chunk->alloc_map, bits, at) : bits;
		need = size + (at / PCPU_BITMAP_BLOCK_BITS == (end - 1) / PCPU_BITMAP_BLOCK_BITS
				       ? 0
				       : slack);
		if (at < bits && (ALIGN(at * 4, align) - at * 4) + need <= (end - at) * 4)
			return true;
	}
	return false;
}

/* The first chunk's region begins in the middle of its unit. */
static unsigned long base_of(const struct pcpu_chunk *chunk)
{
	return (unsigned long)(chunk == pcpu_first_chunk ? pcpu_base_addr : chunk->base_addr);
}

static bool chunk_fits(unsigned long at, bool reserved, unsigned int size, unsigned int align,
		       unsigned int slack)
{
	if (reserved)
		return pcpu_reserved_chunk && has_room(pcpu_reserved_chunk, size, align, slack);
	for (int slot = 0; slot < pcpu_nr_slots; slot++) {
		const struct pcpu_chunk *chunk;

		list_for_each_entry(chunk, &pcpu_chunk_lists[slot],
				    list) if (base_of(chunk) == at) return has_room(chunk, size,
										    align, slack);
	}
	return false;
}

static bool is_hidden(unsigned long at)
{
	const struct pcpu_chunk *chunk;

	list_for_each_entry(chunk, &pcpu_chunk_lists[pcpu_to_depopulate_slot],
			    list) if (base_of(chunk) == at) return true;
	return false;
}

const struct tree_percpu TREE_PERCPU = {
#ifdef CONFIG_NEED_PER_CPU_PAGE_FIRST_CHUNK
	.page_first = true,
#endif
	.min_dyn = PERCPU_DYNAMIC_EARLY_SIZE,
	.min_unit = PCPU_MIN_UNIT_SIZE,
	.min_alloc = PCPU_MIN_ALLOC_SIZE,
	.boot = boot,
	.ready = ready,
	.end = end,
	.verify = judge_percpu,
	.sizes = sizes,
	.groups = groups,
	.group = group,
	.units = units,
	.base = base,
	.alloc = alloc,
	.free = free_object,
	.unit_offset = unit_offset,
	.is_static = is_static,
	.to_phys = to_phys,
	.chunk_of = chunk_of,
	.counts = counts,
	.chunk_fits = chunk_fits,
	.is_hidden = is_hidden,
};
