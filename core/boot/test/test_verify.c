/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_verify.c - boot_verify() finds each broken invariant: every one is broken by hand.
 */
#include "run.h"

/* Pages 10-99 and 200-269 of node 0, 100-149 of node 1; some of each are in use, or partly so. */
static void set_up(struct fixture *f)
{
	add_pages(f, 0, 10, 90);
	add_pages(f, 1, 100, 50);
	add_pages(f, 0, 200, 70);
	CHECK(!boot_setup(f->bm));
	CHECK(boot_alloc_node(f->bm, 0, PAGES(3) + 10, 1, 0, 0) == PAGES(10));
	CHECK(boot_alloc_node(f->bm, 1, PAGES(3) + 10, 1, 0, 0) == PAGES(100));
	CHECK(boot_alloc(f->bm, 10, PAGE_SIZE, 0, 0) == PAGES(14));
	CHECK(!boot_reserve(f->bm, PAGES(20), PAGE_SIZE, BOOT_EXCLUSIVE));
	boot_verify(f->bm);
}

/* Define a body that breaks one thing; run_body() verifies after it. */
#define BREAK(name, ...)                                                                           \
	static void name(struct fixture *f)                                                        \
	{                                                                                          \
		set_up(f);                                                                         \
		__VA_ARGS__;                                                                       \
	}

#define MAP(f, nid) boot_bitmap_of((f)->bm, nid)

BREAK(range_room, f->bm->max_ranges = 2)
BREAK(range_empty, f->bm->range[1].end = f->bm->range[1].start)
BREAK(range_backwards, f->bm->range[1].end = 90)
BREAK(range_nid, f->bm->range[1].nid = NR_NODES)
BREAK(range_overlap, f->bm->range[0].end = 101; f->bm->range[0].to = PAGES(101))
BREAK(range_byte, f->bm->range[0].to++)
BREAK(range_from, f->bm->range[2].from -= PAGE_SIZE)
BREAK(range_to, f->bm->range[2].to += PAGE_SIZE)
BREAK(range_touch, f->bm->range[1].nid = 0)
BREAK(node_start, f->bm->node[0].start--)
BREAK(node_end, f->bm->node[0].end--)
BREAK(node_pages, f->bm->node[0].pages++)
BREAK(node_free, f->bm->node[1].free--)
BREAK(node_free_none, f->bm->node[2].free++)
BREAK(map_none, u64 *word = MAP(f, 0)->word; MAP(f, 0)->word = NULL; kfree(f->m, word))
BREAK(map_base, MAP(f, 0)->base -= 64)
BREAK(map_start, MAP(f, 0)->start++)
BREAK(map_end, MAP(f, 0)->end--)
/* A free page whose bit is clear, and a reserved one whose bit is set. */
BREAK(page_lost, bitmap_mark_used(MAP(f, 0), 30, 31))
BREAK(page_reserved_free, bitmap_mark_free(MAP(f, 0), 20, 21))
BREAK(hole, bitmap_mark_free(MAP(f, 0), 160, 161))
BREAK(hole_other_node, bitmap_mark_free(&f->bm->node[0].map, 120, 121))
BREAK(before_first, MAP(f, 0)->word[0] |= 1)
BREAK(after_last, MAP(f, 0)->word[4] |= 1ULL << 63)
BREAK(low, f->bm->node[0].cursor.low = 31)
BREAK(low_second_range, f->bm->node[1].cursor.low = 500)
BREAK(low_any, f->bm->any.low = 21)
BREAK(high, f->bm->node[0].cursor.high = 269)
BREAK(high_first_range, f->bm->node[0].cursor.high = 99)
BREAK(high_any, f->bm->any.high = 200)
BREAK(hint_below, f->bm->node[0].cursor.hint = 9)
BREAK(hint_above, f->bm->node[1].cursor.hint = 151)
BREAK(hint_any, f->bm->any.hint = 271)
BREAK(partial_free, f->bm->node[0].cursor.last_end = PAGES(50) + 1)
BREAK(partial_node, f->bm->node[1].cursor.last_end = PAGES(20) + 1)
BREAK(partial_hole, f->bm->node[0].cursor.last_end = PAGES(160) + 1)
BREAK(partial_any_hole, f->bm->any.last_end = PAGES(160) + 1)
BREAK(partial_twice, f->bm->any.last_end = f->bm->node[0].cursor.last_end)
BREAK(handed_over_count, boot_hand_over(f->bm, ignore_block, NULL); f->bm->node[1].free++)

static void unset_pages(struct fixture *f)
{
	add_pages(f, 0, 10, 90);
	f->bm->node[0].pages++;
}

#define ROOT 1u
#define BOOTMEM 2u

/* @kinds: the allocators in which verification can find it. */
static void test_break(void **state)
{
	static const struct {
		void (*body)(struct fixture *f);
		enum oracle oracle;
		const char *words;
		unsigned int kinds;
	} breaks[] = {
		{range_room, ORACLE_COUNT, "room for 2", ROOT | BOOTMEM},
		{range_empty, ORACLE_LIST, "R1", ROOT | BOOTMEM},
		{range_backwards, ORACLE_LIST, "R1", ROOT | BOOTMEM},
		{range_nid, ORACLE_LIST, "R1", ROOT | BOOTMEM},
		{range_overlap, ORACLE_LIST, "before [0xa, 0x65) ends", ROOT | BOOTMEM},
		{range_byte, ORACLE_LIST, "begin before [0xa000, 0x64001) end", ROOT | BOOTMEM},
		{range_from, ORACLE_LIST, "R3", ROOT | BOOTMEM},
		{range_to, ORACLE_LIST, "R3", ROOT | BOOTMEM},
		{range_touch, ORACLE_LIST, "R2", ROOT | BOOTMEM},
		{node_start, ORACLE_LIST, "N1", ROOT | BOOTMEM},
		{node_end, ORACLE_LIST, "N1", ROOT | BOOTMEM},
		{node_pages, ORACLE_COUNT, "N2", ROOT | BOOTMEM},
		{unset_pages, ORACLE_COUNT, "N2", ROOT | BOOTMEM},
		{node_free, ORACLE_COUNT, "N3: free pages of node 1: recorded 45", ROOT | BOOTMEM},
		{node_free_none, ORACLE_COUNT, "N3: node 2 without", ROOT | BOOTMEM},
		{handed_over_count, ORACLE_COUNT, "N3", ROOT | BOOTMEM},
		{map_none, ORACLE_LIST, "B1", ROOT | BOOTMEM},
		{map_base, ORACLE_LIST, "B1", ROOT | BOOTMEM},
		{map_start, ORACLE_LIST, "B1", ROOT | BOOTMEM},
		{map_end, ORACLE_LIST, "B1", ROOT | BOOTMEM},
		{page_lost, ORACLE_COUNT, "N3", ROOT | BOOTMEM},
		{page_reserved_free, ORACLE_COUNT, "N3", ROOT | BOOTMEM},
		{hole, ORACLE_OVERLAP, "B3", ROOT | BOOTMEM},
		{hole_other_node, ORACLE_OVERLAP, "B3", BOOTMEM},
		{before_first, ORACLE_OVERLAP, "B3", ROOT | BOOTMEM},
		{after_last, ORACLE_OVERLAP, "B3", ROOT | BOOTMEM},
		{low, ORACLE_HINT, "C1", ROOT | BOOTMEM},
		{low_second_range, ORACLE_HINT, "C1", ROOT | BOOTMEM},
		{low_any, ORACLE_HINT, "C1", ROOT},
		{high, ORACLE_HINT, "C4", ROOT | BOOTMEM},
		{high_first_range, ORACLE_HINT, "C4", ROOT | BOOTMEM},
		{high_any, ORACLE_HINT, "C4", ROOT},
		{hint_below, ORACLE_HINT, "C2", ROOT | BOOTMEM},
		{hint_above, ORACLE_HINT, "C2", ROOT | BOOTMEM},
		{hint_any, ORACLE_HINT, "C2", ROOT},
		{partial_free, ORACLE_HINT, "is free", ROOT | BOOTMEM},
		{partial_node, ORACLE_HINT, "is of node 0", ROOT | BOOTMEM},
		{partial_hole, ORACLE_HINT, "is of node -1", ROOT | BOOTMEM},
		{partial_any_hole, ORACLE_HINT, "is of node -1", ROOT},
		{partial_twice, ORACLE_HINT, "of node -1 and of 0", ROOT},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++)
		for (f->kind = 0; f->kind < NR_BOOT_KINDS; f->kind++)
			if (breaks[i].kinds & (f->kind == BOOT_ROOTMEM ? ROOT : BOOTMEM))
				expect_finding(f, breaks[i].body, breaks[i].oracle,
					       breaks[i].words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_break),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
