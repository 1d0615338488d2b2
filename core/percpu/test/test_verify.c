/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_verify.c - each check of pcpu_verify() fires: one value of a valid world is falsified, and
 * the verifier must report it. pcpu_fits() gives the known answers of that world.
 */
#include "run.h"
#include "falsified.h"

/*
 * Chunk 0 is a first chunk that serves bits [100, 2900). Chunk 1 has objects in blocks 0 and 1, and
 * block 0 has a scan hint; blocks 2 and 3 are all free, and block 2 is populated.
 */
static void world(struct fixture *f, pcpu_addr_t p[4])
{
	pcpu_addr_t q;

	p[0] = pcpu_alloc_at(f->pc, 0, 2000, 400);
	p[1] = pcpu_alloc_at(f->pc, 1, 4 * 10, 4 * 10);
	p[2] = pcpu_alloc_at(f->pc, 1, 4 * 50, 4 * 10);
	p[3] = pcpu_alloc_at(f->pc, 1, 4 * 1000, 4 * 100);
	q = pcpu_alloc_at(f->pc, 1, 4 * 2048, 4);
	CHECK(p[0] && p[1] && p[2] && p[3] && q);
	free_percpu(f->pc, q);
	pcpu_verify(f->pc, true);
	pcpu_verify(f->pc, false);
}

/* The world as it is has no finding. */
static void untouched(struct fixture *f)
{
	pcpu_addr_t p[4];

	world(f, p);
	for (u32 i = 0; i < ARRAY_SIZE(p); i++)
		free_percpu(f->pc, p[i]);
}

static struct pcpu_chunk *chunk(struct fixture *f, u32 nr)
{
	struct pcpu_chunk *c = pcpu_chunk_first(f->pc);

	while (c && c->number != nr)
		c = pcpu_chunk_next(c);
	CHECK(c);
	return c;
}

/* Recompute slots_used after lists were changed by hand. */
static void slots_used(struct fixture *f)
{
	f->pc->slots_used = 0;
	for (u32 i = 0; i < f->pc->nr_slots; i++)
		if (!cds_list_empty(&f->pc->slot[i]))
			f->pc->slots_used |= 1U << i;
}

/* X(name, a statement that falsifies chunk c, oracle, words of the finding) */
#define FALSIFIED(X)                                                                               \
	X(block_first_free, c->blocks[0].h.first_free++, HINT,                                     \
	  "chunk 1, block 0: first_free is 1")                                                     \
	X(block_left, c->blocks[0].left_free--, HINT, "block 0: left_free is 9, 10 bits")          \
	X(block_right, c->blocks[1].right_free++, HINT, "block 1: right_free is 949, 948 bits")    \
	X(block_contig, c->blocks[0].h.contig--, HINT,                                             \
	  "block 0: contig is 939, a free run has 940")                                            \
	X(block_contig_more, c->blocks[0].h.contig++, HINT, "contig is 941, the longest free run") \
	X(block_contig_start, c->blocks[0].h.contig_start--, HINT, "940 bits from 59 are not all") \
	X(block_scan, c->blocks[0].h.scan++, HINT, "block 0: scan: 31 bits from 20 are not all")   \
	X(block_scan_less, (c->blocks[0].h.scan = 2, c->blocks[0].h.scan_start = 20), HINT,        \
	  "block 0: scan is 2 bits from 20, in front a free run has 10")                           \
	X(block_scan_side, (c->blocks[1].h.scan = 4, c->blocks[1].h.scan_start = 90), HINT,        \
	  "block 1: scan")                                                                         \
	X(block_scan_touches,                                                                      \
	  (c->blocks[1].h.scan = c->blocks[1].h.contig,                                            \
	   c->blocks[1].h.scan_start = c->blocks[1].h.contig_start),                               \
	  HINT, "touches contig")                                                                  \
	X(block_scan_equal, (c->blocks[0].h.scan = 5, c->blocks[0].h.scan_start = 980), HINT,      \
	  "block 0: scan")                                                                         \
	X(whole_contig, c->blocks[2].h.contig--, HINT, "block 2: all is free, and left_free")      \
	X(whole_left, c->blocks[2].left_free--, HINT, "block 2: all is free, and left_free")       \
	X(whole_scan, c->blocks[3].h.scan++, HINT, "block 3: all is free, and first_free is 0")    \
	X(block_rest, c->blocks[0].h.rest = 9, HINT, "block 0: rest is 9, a free run beside")      \
	X(chunk_rest, c->hints.rest = 900, HINT,                                                   \
	  "chunk 1: rest is 900, a free run beside contig has 940")                                \
	X(chunk_first_free, c->hints.first_free = 20, HINT, "chunk 1: first_free is 20")           \
	X(chunk_contig, c->hints.contig = 2000, HINT, "chunk 1: contig is 2000, a free run has")   \
	X(chunk_contig_start, c->hints.contig_start--, HINT, "chunk 1: contig: 2996 bits")         \
	X(chunk_contig_end, c->hints.contig++, HINT, "chunk 1: contig: 2997 bits")                 \
	X(chunk_scan, (c->hints.scan = 1, c->hints.scan_start = 990), HINT,                        \
	  "chunk 1: scan is 1 bits from 990, in front a free run has 940")                         \
	X(chunk_scan_whole, (c->hints = (struct pcpu_hints){.contig = 4, .contig_start = 1000}),   \
	  HINT, "chunk 1")                                                                         \
	X(bit_lost, c->alloc_map[0] &= ~BIT_ULL(15), COUNT, "begins or ends at bit 15")            \
	X(bits_lost, c->alloc_map[0] = 0, HINT, "left_free is 10, 1000 bits are free")             \
	X(bit_set, c->alloc_map[40] |= 1, HINT, "chunk 1, block 2")                                \
	X(bound_begin, c->bound_map[0] &= ~BIT_ULL(10), COUNT, "begins or ends at bit 10")         \
	X(bound_end, c->bound_map[0] &= ~BIT_ULL(20), COUNT, "begins or ends at bit 20")           \
	X(bound_inside, c->bound_map[0] |= BIT_ULL(12), COUNT, "3 objects counted, hidden parts")  \
	X(nr_allocs, c->nr_allocs++, COUNT, "4 objects counted, hidden parts included, 3 found")   \
	X(free_bits, c->free_bits--, COUNT, "3975 free bits counted, 3976 found")                  \
	X(chunk_populated, c->nr_populated++, COUNT,                                               \
	  "chunk 1: 4 populated pages counted, 3 found")                                           \
	X(chunk_empty, c->nr_empty++, COUNT, "chunk 1: 2 empty populated pages counted, 1 found")  \
	X(populated_end, c->populated[0] |= BIT_ULL(5), RANGE, "pages after its 4")                \
	X(base, c->base += 4, RANGE, "chunk 1 begins at")                                          \
	X(slot, c->slot--, LIST, "chunk 1 says that it is in slot")                                \
	X(wrong_slot, (cds_list_move(&c->list, &f->pc->slot[3]), c->slot = 3, slots_used(f)),      \
	  LIST, "chunk 1 is in slot 3, with 2996 bits")                                            \
	X(sided, pcpu_chunk_side(c), LIST, "chunk 1 is in slot 0")                                 \
	X(unlisted, (cds_list_del(&c->list), slots_used(f)), LIST,                                 \
	  "2 chunks counted, 1 are in slots")                                                      \
	X(slot_used, f->pc->slots_used |= 1, LIST, "slot 0 is said to be used")                    \
	X(slot_unused, f->pc->slots_used = 0, LIST, "is said to be empty")                         \
	X(nr_chunks_less, f->pc->nr_chunks--, COUNT, "6 populated pages counted, in 1 chunks")     \
	X(nr_chunks_0, f->pc->nr_chunks = f->pc->nr_populated = f->pc->nr_empty = 0, LIST,         \
	  "the tree has more than the 0 chunks")                                                   \
	X(empty_of_populated, f->pc->nr_empty = 8, COUNT, "8 empty populated pages counted, of 6") \
	X(nr_chunks_more, f->pc->nr_chunks++, LIST, "3 chunks counted, 2 are in the tree")         \
	X(sum_allocs, f->pc->nr_allocs++, COUNT, "5 objects counted, the chunks have 4")           \
	X(sum_bits, f->pc->alloc_bits++, COUNT, "bits in use counted, the chunks have 220")        \
	X(sum_populated, f->pc->nr_populated++, COUNT, "7 populated pages counted, the chunks")    \
	X(sum_empty, f->pc->nr_empty--, COUNT, "empty populated pages counted, the chunks have")   \
	X(hidden_start, chunk(f, 0)->hidden_start += 5, OVERLAP, "chunk 0: bits outside of [105")  \
	X(hidden_end, chunk(f, 0)->hidden_end -= 5, OVERLAP, "are free")                           \
	X(isolated, (c->isolated = true, f->pc->nr_empty -= c->nr_empty), LIST,                    \
	  "chunk 1 is isolated, and in slot")                                                      \
	X(isolated_counts, pcpu_chunk_isolate(c);                                                  \
	  f->pc->nr_empty += c->nr_empty, COUNT, "empty populated pages counted, the chunks have") \
	X(sidelined, (pcpu_chunk_isolate(c), pcpu_chunk_sideline(c)), LIST,                        \
	  "chunk 1 is sidelined, with 3 objects and 1 empty pages")                                \
	X(first_isolated, pcpu_chunk_isolate(chunk(f, 0)), LIST, "chunk 0 is the first one")       \
	X(found_last, f->pc->found = (struct pcpu_chunk *)f, LIST, "not in the tree")              \
	X(waits_not, cds_list_add(&c->extend, &f->pc->extend);                                     \
	  f->pc->extend.next = &f->pc->extend, LIST,                                               \
	  "1 chunks wait for room in their area map, the list has 0")                              \
	X(waits_none, cds_list_add(&(struct pcpu_chunk){0}.extend, &f->pc->extend), LIST,          \
	  "0 chunks wait for room in their area map, the list has 1 or more")                      \
	X(slot_end, f->pc->slots_used |= 1U << f->pc->nr_slots, LIST, "slots after the last")      \
	X(first_pages, f->pc->first_pages--, COUNT, "of the first chunk 3 pages are populated")    \
	X(not_mapped, vunmap_range(f->m, c->base, 1), FAULT,                                       \
	  "page 0 of CPU 0's unit is not mapped")                                                  \
	X(overlap, c->base = chunk(f, 0)->base + PAGE_SIZE, OVERLAP, "overlap")                    \
	X(low_unit_none, f->pc->low_unit_cpu = PCPU_NO_CPU, RANGE,                                 \
	  "the lowest unit is said to be CPU 4294967295's, the highest CPU 2's: not possible")     \
	X(high_unit_none, f->pc->high_unit_cpu = 3, RANGE, "the highest CPU 3's: not possible")    \
	X(low_unit, f->pc->low_unit_cpu = 1, RANGE, "CPU 0's unit is at 0, the lowest at 0x4000")  \
	X(high_unit, f->pc->high_unit_cpu = 1, RANGE, "CPU 2's unit is at")

#define X(name, falsify, oracle, words)                                                            \
	static void name(struct fixture *f)                                                        \
	{                                                                                          \
		unsigned long flags;                                                               \
		struct pcpu_chunk *c;                                                              \
		pcpu_addr_t p[4];                                                                  \
                                                                                                   \
		world(f, p);                                                                       \
		c = chunk(f, 1);                                                                   \
		(void)c;                                                                           \
		spin_lock_irqsave(&f->pc->lock, flags);                                            \
		falsify;                                                                           \
		spin_unlock_irqrestore(&f->pc->lock, flags);                                       \
		pcpu_verify(f->pc, true);                                                          \
	}
FALSIFIED(X)
#undef X

static const struct falsified falsified[] = {FALSIFIED(FALSIFIED_ROW)};

static void test_fires(void **state)
{
	struct fixture *f = *state;

	f->pcpu.static_size = 400;
	f->pcpu.dyn_size = 11200;
	f->pcpu.empty_low = 0;
	expect_clean(f, untouched);
	expect_findings(f, falsified, ARRAY_SIZE(falsified));
}

static void fits(struct fixture *f)
{
	pcpu_addr_t p[4];
	u32 unit = f->pcpu.unit_size;
	struct pcpu_hints hints;
	struct pcpu_block block;
	struct pcpu_chunk *c;

	world(f, p);
	c = chunk(f, 1);
	/* Chunk 0: bytes 400 to 2000, and 2400 to 11600. */
	CHECK(pcpu_fits(f->pc, 1, 11600 - 2400, 4, 0) && !pcpu_fits(f->pc, 1, 11604 - 2400, 1, 0));
	CHECK(pcpu_fits(f->pc, 1, 9000, 4, 200) && !pcpu_fits(f->pc, 1, 9000, 4, 204));
	CHECK(pcpu_fits(f->pc, 1, 11600 - 4096, 4096, 0));
	CHECK(!pcpu_fits(f->pc, 1, 11604 - 4096, 4096, 0));
	/* Chunk 1: from byte 4400 to the end. */
	CHECK(pcpu_fits(f->pc, 2, unit - 4400, 4, 0) && !pcpu_fits(f->pc, 2, unit - 4399, 4, 0));
	CHECK(pcpu_fits(f->pc, 2, 4096 * 2, 4096, 0) &&
	      !pcpu_fits(f->pc, 2, 4096 * 2 + 1, 4096, 0));
	CHECK(!pcpu_fits(f->pc, 0, 4, 4, 0));
	/* Wrong hints change no answer. */
	hints = c->hints;
	block = c->blocks[2];
	c->hints.contig = 1;
	c->blocks[2].h.contig = 0;
	CHECK(pcpu_fits(f->pc, 2, unit - 4400, 4, 0));
	c->hints = hints;
	c->blocks[2] = block;
	for (u32 i = 0; i < ARRAY_SIZE(p); i++)
		free_percpu(f->pc, p[i]);
}

static void test_fits(void **state)
{
	struct fixture *f = *state;

	f->pcpu.static_size = 400;
	f->pcpu.dyn_size = 11200;
	f->pcpu.empty_low = 0;
	expect_clean(f, fits);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_fires),
		T(test_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
