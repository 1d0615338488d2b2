/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats.c - statistics: sums, and the listing that a kernel shows in percpu_stats.
 *
 * The form is that of "percpu: expose statistics about percpu memory via debugfs" (2017), so that a
 * program that reads a kernel's listing reads ours.
 */
#include <stdlib.h>

#include "internal.h"

void pcpu_stats(struct pcpu *pc, struct pcpu_stats *st)
{
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	*st = (struct pcpu_stats){
		.chunks = pc->nr_chunks,
		.allocs = pc->nr_allocs,
		.alloc_bytes = pc->alloc_bits << PCPU_MIN_ALLOC_SHIFT,
		.populated = pc->nr_populated,
		.empty_populated = pc->nr_empty,
		.scanned = pc->scanned,
		.made = pc->made,
		.freed = pc->made - pc->nr_allocs,
		.max_allocs = pc->max_allocs,
		.max_chunks = pc->max_chunks,
		.min_size = pc->made ? pc->min_size : 0,
		.max_size = pc->max_size,
	};
	spin_unlock_irqrestore(&pc->lock, flags);
}

static void print_number(FILE *f, const char *name, u64 value)
{
	fprintf(f, "  %-20s: %12llu\n", name, value);
}

/**
 * struct chunk_survey - the areas of a chunk so far, in bytes
 * @chunk:     the chunk
 * @sizes:     the sizes of its @nr objects
 * @first_bit: first free bit, or the first bit of the hidden end
 * @largest:   the largest free area
 * @sum_frag, @max_frag: free areas in front of an object: their sum, and the largest
 * @gap:       the last free area. After the last object it is no fragmentation
 */
struct chunk_survey {
	const struct pcpu_chunk *chunk;
	u32 *sizes;
	u32 nr;
	u32 first_bit;
	u32 largest;
	u64 sum_frag;
	u64 max_frag;
	u64 gap;
};

static void look_at_area(void *arg, u32 off, u32 bits, bool free)
{
	struct chunk_survey *s = arg;
	u32 bytes = bits << PCPU_MIN_ALLOC_SHIFT;

	if (free) {
		s->first_bit = min(s->first_bit, off);
		s->largest = max(s->largest, bytes);
		s->gap = bytes;
		return;
	}
	if (off < s->chunk->hidden_start || off >= s->chunk->hidden_end)
		return;
	s->sum_frag += s->gap;
	s->max_frag = max(s->max_frag, s->gap);
	s->gap = 0;
	s->sizes[s->nr++] = bytes;
}

static int compare_sizes(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void print_chunk(FILE *f, const struct pcpu_chunk *chunk, u32 *sizes)
{
	struct chunk_survey s = {.chunk = chunk, .sizes = sizes, .first_bit = chunk->hidden_end};

	chunk->pc->area->each(chunk, look_at_area, &s);
	if (s.nr)
		qsort(sizes, s.nr, sizeof(*sizes), compare_sizes);
	print_number(f, "nr_alloc", chunk->nr_allocs);
	print_number(f, "max_alloc_size", chunk->max_size);
	print_number(f, "empty_pop_pages", chunk->nr_empty);
	print_number(f, "first_bit", s.first_bit);
	print_number(f, "free_bytes", (u64)chunk->free_bits << PCPU_MIN_ALLOC_SHIFT);
	print_number(f, "contig_bytes", s.largest);
	print_number(f, "sum_frag", s.sum_frag);
	print_number(f, "max_frag", s.max_frag);
	print_number(f, "cur_min_alloc", s.nr ? sizes[0] : 0);
	print_number(f, "cur_med_alloc", s.nr ? sizes[(s.nr - 1) / 2] : 0);
	print_number(f, "cur_max_alloc", s.nr ? sizes[s.nr - 1] : 0);
	fputc('\n', f);
}

/* The line above a chunk in the listing. */
static const char *chunk_title(const struct pcpu_chunk *chunk)
{
	const struct pcpu *pc = chunk->pc;

	if (chunk == pc->reserved)
		return "Chunk: <- Reserved Chunk";
	if (chunk == pc->first)
		return "Chunk: <- First Chunk";
	if (chunk->isolated)
		return chunk->slot == pcpu_to_depopulate_slot(pc) ? "Chunk (to_depopulate):"
								  : "Chunk (sidelined):";
	return "Chunk:";
}

static void print_head(FILE *f, const char *title)
{
	fprintf(f, "%s\n----------------------------------------\n", title);
}

static void print_sums(struct pcpu *pc, FILE *f)
{
	const struct pcpu_alloc_info *ai = pc->ai;
	struct pcpu_stats st;

	pcpu_stats(pc, &st);
	fputs("Percpu Memory Statistics\n", f);
	print_head(f, "Allocation Info:");
	print_number(f, "unit_size", ai->unit_size);
	print_number(f, "static_size", ai->static_size);
	print_number(f, "reserved_size", ai->reserved_size);
	print_number(f, "dyn_size", ai->dyn_size);
	print_number(f, "atom_size", ai->atom_size);
	print_number(f, "alloc_size", ai->alloc_size);
	fputc('\n', f);
	print_head(f, "Global Stats:");
	print_number(f, "nr_alloc", st.made);
	print_number(f, "nr_dealloc", st.freed);
	print_number(f, "nr_cur_alloc", st.allocs);
	print_number(f, "nr_max_alloc", st.max_allocs);
	print_number(f, "nr_chunks", st.chunks);
	print_number(f, "nr_max_chunks", st.max_chunks);
	print_number(f, "min_alloc_size", st.min_size);
	print_number(f, "max_alloc_size", st.max_size);
	print_number(f, "empty_pop_pages", st.empty_populated);
	fputc('\n', f);
}

int pcpu_print_stats(struct pcpu *pc, FILE *f)
{
	struct pcpu_chunk *chunk;
	u32 *sizes = kmalloc(pc->m, pc->map_bits * sizeof(*sizes), GFP_KERNEL);

	if (!sizes)
		return -ENOMEM;
	print_sums(pc, f);
	print_head(f, "Per Chunk Stats:");
	if (pc->reserved) {
		fprintf(f, "%s\n", chunk_title(pc->reserved));
		print_chunk(f, pc->reserved, sizes);
	}
	for (u32 slot = 0; slot < pc->nr_slots; slot++) {
		cds_list_for_each_entry (chunk, &pc->slot[slot], list) {
			fprintf(f, "%s\n", chunk_title(chunk));
			print_chunk(f, chunk, sizes);
		}
	}
	kfree(pc->m, sizes);
	return 0;
}
