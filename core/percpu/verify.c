/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c - recompute what the allocator remembers, from the records of its chunks.
 *
 * The verifier checks each invariant of chunk.c (C1 to C6), and a finding says where, the value
 * that was remembered, and the value that was found. bitmap_verify.c and areamap_verify.c check the
 * records of the area allocators.
 *
 * The verifier takes no lock and passes no scheduling point: in the fibers engine it happens at one
 * moment. The caller knows that other tasks are between operations (@quiet), but no order between
 * tasks says so, so ThreadSanitizer must not see the verifier (the pragma below). Therefore it
 * calls no function that is compiled elsewhere for other callers too. Without @quiet, lists and
 * records may be in the middle of a change; then only sums are checked, in the order in which they
 * are counted.
 *
 * pcpu_fits() is here too, as an oracle of its own: it looks at what is allocated, and at no hint.
 */
#include "../sched/types.h"

VERIFIER_BEGIN

#include "internal.h"

/* The counts of a chunk against its records. */
static void verify_objects(const struct pcpu_chunk *chunk, const struct pcpu_survey *s)
{
	const u32 bits = chunk->pc->map_bits;
	u32 objects = chunk->nr_allocs + (chunk->hidden_start > 0) + (chunk->hidden_end < bits);

	MM_CHECK(s->objects == objects, COUNT,
		 "chunk %u: %u objects counted, hidden parts included, %u found", chunk->number,
		 objects, s->objects);
	MM_CHECK(chunk->free_bits == s->free_bits, COUNT,
		 "chunk %u: %u free bits counted, %u found", chunk->number, chunk->free_bits,
		 s->free_bits);
}

/* C3 and C6: the counts of pages of a chunk, and the pages of the first chunk. */
static void verify_pages(const struct pcpu_chunk *chunk, const struct pcpu_survey *s)
{
	const u32 pages = chunk->pc->unit_pages;
	u32 populated = 0, empty = 0;

	for (u32 i = 0; i < pages; i++) {
		if (!test_bit(chunk->populated, i))
			continue;
		populated++;
		empty += test_bit(s->empty, i);
	}
	MM_CHECK(find_next_bit(chunk->populated, BITS_TO_WORDS(pages) * WORD_BITS, pages) ==
			 BITS_TO_WORDS(pages) * WORD_BITS,
		 RANGE, "chunk %u: pages after its %u are populated", chunk->number, pages);
	MM_CHECK(!chunk->immutable ||
			 (populated == chunk->pc->first_pages &&
			  find_next_zero_bit(chunk->populated, populated, 0) == populated),
		 COUNT, "chunk %u: of the first chunk %u pages are populated, it has %u",
		 chunk->number, populated, chunk->pc->first_pages);
	MM_CHECK(chunk->nr_populated == populated, COUNT,
		 "chunk %u: %u populated pages counted, %u found", chunk->number,
		 chunk->nr_populated, populated);
	MM_CHECK(chunk->nr_empty == empty, COUNT,
		 "chunk %u: %u empty populated pages counted, %u found", chunk->number,
		 chunk->nr_empty, empty);
}

/* C6 for a chunk of mapped pages, at the units with the lowest and the highest address. */
static void verify_mapped(const struct pcpu_chunk *chunk)
{
	const struct pcpu *pc = chunk->pc;
	const unsigned int cpus[] = {pc->low_unit_cpu, pc->high_unit_cpu};

	for (u32 c = 0; c < ARRAY_SIZE(cpus); c++) {
		for (u32 i = 0; i < pc->unit_pages; i++) {
			u64 addr = pcpu_unit_addr(chunk, cpus[c]) + ((u64)i << PAGE_SHIFT);
			bool mapped = vmalloc_to_page(pc->m, addr);

			MM_CHECK(mapped == test_bit(chunk->populated, i), FAULT,
				 "chunk %u: page %u of CPU %u's unit is %s, and %s", chunk->number,
				 i, cpus[c], mapped ? "mapped" : "not mapped",
				 mapped ? "not populated" : "populated");
		}
	}
}

static void verify_chunk(const struct pcpu_chunk *chunk)
{
	const struct pcpu *pc = chunk->pc;
	struct pcpu_survey s = {0};

	MM_CHECK(chunk->base && IS_ALIGNED(chunk->base, PAGE_SIZE) &&
			 chunk->base + pc->unit_off[pc->high_unit_cpu] + pc->unit_size >
				 chunk->base,
		 RANGE, "chunk %u begins at %#llx, where its units do not fit", chunk->number,
		 chunk->base);
	pc->area->verify(chunk, &s);
	verify_objects(chunk, &s);
	verify_pages(chunk, &s);
	if (!chunk->immutable && !pc->backing->whole)
		verify_mapped(chunk);
}

/*
 * The bounds of a chunk are the units of two CPUs. These CPUs must be possible, which is checked
 * first, since unit_off has no entry for other numbers.
 */
static void verify_bounds(const struct pcpu *pc)
{
	const unsigned int low = pc->low_unit_cpu, high = pc->high_unit_cpu;
	unsigned int cpu;

	MM_CHECK(cpu_possible(pc->topology, low) && cpu_possible(pc->topology, high), RANGE,
		 "the lowest unit is said to be CPU %u's, the highest CPU %u's: not possible", low,
		 high);
	for_each_possible_cpu (cpu, pc->topology)
		MM_CHECK(pc->unit_off[low] <= pc->unit_off[cpu] &&
				 pc->unit_off[cpu] <= pc->unit_off[high],
			 RANGE,
			 "CPU %u's unit is at %#llx, the lowest at %#llx, the highest at %#llx",
			 cpu, pc->unit_off[cpu], pc->unit_off[low], pc->unit_off[high]);
}

/* C1 and C4. */
static void verify_slots(const struct pcpu *pc)
{
	const struct cds_list_head *pos;
	u64 found = 0;

	for (u32 slot = 0; slot < pc->nr_slots; slot++) {
		const struct cds_list_head *head = &pc->slot[slot];

		MM_CHECK((pc->slots_used >> slot & 1) == (head->next != head), LIST,
			 "slot %u is said to be %s, and is not", slot,
			 head->next != head ? "empty" : "used");
		for (pos = head->next; pos != head; pos = pos->next) {
			const struct pcpu_chunk *chunk = container_of(pos, struct pcpu_chunk, list);
			u32 right = pcpu_chunk_slot(chunk);

			MM_CHECK(found++ < pc->nr_chunks && pos->next->prev == pos, LIST,
				 "the list of slot %u is broken, or has more than the %llu chunks",
				 slot, pc->nr_chunks);
			MM_CHECK(chunk->slot == slot, LIST,
				 "chunk %u says that it is in slot %u, and is in slot %u",
				 chunk->number, chunk->slot, slot);
			if (chunk->isolated) {
				MM_CHECK(slot == pcpu_sidelined_slot(pc) ||
						 slot == pcpu_to_depopulate_slot(pc),
					 LIST, "chunk %u is isolated, and in slot %u",
					 chunk->number, slot);
				MM_CHECK(
					slot != pcpu_sidelined_slot(pc) ||
						(chunk->nr_allocs && !chunk->nr_empty),
					LIST,
					"chunk %u is sidelined, with %u objects and %u empty pages",
					chunk->number, chunk->nr_allocs, chunk->nr_empty);
				MM_CHECK(!chunk->immutable, LIST,
					 "chunk %u is the first one, and isolated", chunk->number);
				continue;
			}
			MM_CHECK(
				slot == right || (!slot && right < PCPU_SLOT_FAIL_THRESHOLD), LIST,
				"chunk %u is in slot %u, with %u bits free in a row its slot is %u",
				chunk->number, slot, pcpu_chunk_largest(chunk), right);
		}
	}
	MM_CHECK(!(pc->slots_used >> pc->nr_slots), LIST, "slots after the last, %u, are used",
		 pc->nr_slots - 1);
	MM_CHECK(found == pc->nr_chunks, LIST, "%llu chunks counted, %llu are in slots",
		 pc->nr_chunks, found);
}

/* C5: pcpu.extend lists @waiting chunks. */
static void verify_waiting(const struct pcpu *pc, u64 waiting)
{
	const struct cds_list_head *pos;
	u64 listed = 0;

	for (pos = pc->extend.next; pos != &pc->extend && listed <= waiting; pos = pos->next)
		listed++;
	MM_CHECK(listed == waiting, LIST,
		 "%llu chunks wait for room in their area map, the list has %llu%s", waiting,
		 listed, listed > waiting ? " or more" : "");
}

void pcpu_verify(struct pcpu *pc, bool quiet)
{
	const struct pcpu_chunk *chunk, *prev = NULL;
	u64 chunks = 0, waiting = 0, allocs = 0, taken = 0, populated = 0, empty = 0;
	bool found = !pc->found;

	verify_bounds(pc);
	/* C3: these hold at every moment. */
	MM_CHECK(pc->nr_empty <= pc->nr_populated, COUNT,
		 "%llu empty populated pages counted, of %llu populated ones", pc->nr_empty,
		 pc->nr_populated);
	MM_CHECK(pc->nr_populated <= pc->nr_chunks * pc->unit_pages, COUNT,
		 "%llu populated pages counted, in %llu chunks of %u pages", pc->nr_populated,
		 pc->nr_chunks, pc->unit_pages);
	if (!quiet)
		return;

	/* C2, and the sums of C3. */
	for (chunk = pcpu_chunk_first(pc); chunk; prev = chunk, chunk = pcpu_chunk_next(chunk)) {
		MM_CHECK(chunks++ < pc->nr_chunks, LIST,
			 "the tree has more than the %llu chunks counted", pc->nr_chunks);
		MM_CHECK(!prev || prev->base + pcpu_chunk_span(prev) <= chunk->base, OVERLAP,
			 "chunk %u at %#llx and chunk %u at %#llx overlap", prev->number,
			 prev->base, chunk->number, chunk->base);
		verify_chunk(chunk);
		allocs += chunk->nr_allocs;
		taken += chunk->hidden_end - chunk->hidden_start - chunk->free_bits;
		populated += chunk->nr_populated;
		empty += chunk->isolated ? 0 : chunk->nr_empty;
		waiting += chunk->extend.next != &chunk->extend;
		found |= chunk == pc->found;
	}
	/* C5. */
	MM_CHECK(found, LIST, "the chunk found last is not in the tree");
	chunk = pc->reserved;
	if (chunk) {
		verify_chunk(chunk);
		allocs += chunk->nr_allocs;
		taken += chunk->hidden_end - chunk->hidden_start - chunk->free_bits;
		waiting += chunk->extend.next != &chunk->extend;
	}
	verify_waiting(pc, waiting);
	MM_CHECK(chunks == pc->nr_chunks, LIST, "%llu chunks counted, %llu are in the tree",
		 pc->nr_chunks, chunks);
	MM_CHECK(pc->nr_allocs == allocs, COUNT, "%llu objects counted, the chunks have %llu",
		 pc->nr_allocs, allocs);
	MM_CHECK(pc->alloc_bits == taken, COUNT, "%llu bits in use counted, the chunks have %llu",
		 pc->alloc_bits, taken);
	MM_CHECK(pc->nr_populated == populated, COUNT,
		 "%llu populated pages counted, the chunks have %llu", pc->nr_populated, populated);
	MM_CHECK(pc->nr_empty == empty, COUNT,
		 "%llu empty populated pages counted, the chunks have %llu", pc->nr_empty, empty);
	verify_slots(pc);
}

/* cds_list_empty() takes no list that it may not change. */
static bool list_is_empty(const struct cds_list_head *list)
{
	return list->next == list;
}

const char *pcpu_owed(const struct pcpu *pc, bool asked)
{
	const struct cds_list_head *empty = &pc->slot[pcpu_free_slot(pc)], *pos;
	u32 spares = 0;

	if (pc->balance_work.pending)
		return NULL;
	if (pc->atomic_failed)
		return "an atomic request was refused";
	if (!list_is_empty(&pc->extend))
		return "a chunk waits for room in its area map";
	if (!list_is_empty(&pc->slot[pcpu_to_depopulate_slot(pc)]))
		return "a chunk waits for its empty pages to be taken";
	for (pos = empty->next; pos != empty; pos = pos->next)
		spares++;
	if (spares > max(pc->spares, 1U))
		return "there are too many chunks without an object";
	if (asked && pc->nr_empty < pc->empty_low && !pc->starved)
		return "there are too few empty populated pages";
	return NULL;
}

bool pcpu_fits(struct pcpu *pc, u32 below, u32 size, u32 align, u32 slack)
{
	u64 bits = DIV_ROUND_UP((u64)size, PCPU_MIN_ALLOC_SIZE);
	u64 slack_bits = DIV_ROUND_UP((u64)slack, PCPU_MIN_ALLOC_SIZE);
	struct pcpu_chunk *chunk;
	unsigned long flags;
	bool fits = false;

	align = max(align, PCPU_MIN_ALLOC_SIZE) >> PCPU_MIN_ALLOC_SHIFT;
	spin_lock_irqsave(&pc->lock, flags);
	for (chunk = pcpu_chunk_first(pc); chunk && !fits; chunk = pcpu_chunk_next(chunk))
		fits = chunk->number < below && pc->area->fits(chunk, bits, align, slack_bits);
	spin_unlock_irqrestore(&pc->lock, flags);
	return fits;
}

bool pcpu_reserved_fits(struct pcpu *pc, u32 size, u32 align, u32 slack)
{
	u64 bits = DIV_ROUND_UP((u64)size, PCPU_MIN_ALLOC_SIZE);
	u64 slack_bits = DIV_ROUND_UP((u64)slack, PCPU_MIN_ALLOC_SIZE);
	unsigned long flags;
	bool fits;

	align = max(align, PCPU_MIN_ALLOC_SIZE) >> PCPU_MIN_ALLOC_SHIFT;
	spin_lock_irqsave(&pc->lock, flags);
	fits = pc->reserved && pc->area->fits(pc->reserved, bits, align, slack_bits);
	spin_unlock_irqrestore(&pc->lock, flags);
	return fits;
}

/**
 * struct room - a search for a free run in populated pages
 * @chunk: the chunk
 * @bits, @align, @slack: of the request
 * @found: there is one
 */
struct room {
	const struct pcpu_chunk *chunk;
	u64 bits, slack;
	u32 align;
	bool found;
};

/* Page by page; @start: of the populated part of the free area that the page before ended in. */
static void look_in_area(void *arg, u32 off, u32 bits, bool free)
{
	struct room *r = arg;
	const u32 end = off + bits;
	u32 start = off;

	for (u32 at = off; free && at < end && !r->found;) {
		const u32 page = at / PCPU_BLOCK_BITS;
		const u32 to = min((page + 1) * PCPU_BLOCK_BITS, end);

		if (test_bit(r->chunk->populated, page))
			r->found = ALIGN(at, r->align) + r->bits <= to ||
				   ALIGN(start, r->align) + r->bits + r->slack <= to;
		else
			start = to;
		at = to;
	}
}

bool pcpu_populated_fits(struct pcpu *pc, u32 size, u32 align, u32 slack)
{
	struct room r = {
		.bits = DIV_ROUND_UP((u64)size, PCPU_MIN_ALLOC_SIZE),
		.slack = DIV_ROUND_UP((u64)slack, PCPU_MIN_ALLOC_SIZE),
		.align = max(align, PCPU_MIN_ALLOC_SIZE) >> PCPU_MIN_ALLOC_SHIFT,
	};
	const struct pcpu_chunk *chunk;
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	for (chunk = pcpu_chunk_first(pc); chunk && !r.found; chunk = pcpu_chunk_next(chunk)) {
		r.chunk = chunk;
		pc->area->each(chunk, look_in_area, &r);
	}
	spin_unlock_irqrestore(&pc->lock, flags);
	return r.found;
}

VERIFIER_END
