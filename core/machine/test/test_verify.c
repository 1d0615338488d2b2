/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_verify.c - machine_verify() finds each broken invariant: every one is broken by hand.
 */
#include "run.h"
#include "../internal.h"

/*
 * One object; frames 0 to 3 of which frame 1 is free and frames 2 and 3 are dirty; a mapping of
 * frame 2, and a stale one of frame 3.
 */
static void set_up(struct fixture *f)
{
	struct page *page[4];

	kmalloc(f->m, 40, GFP_KERNEL);
	for (unsigned int i = 0; i < 4; i++)
		page[i] = alloc_one(f, 0);
	mem_set(f->m, page_to_virt(f->m, page[2]), 1, 2 * PAGE_SIZE);
	MM_CHECK(!vmap_pages_range(f->m, KVA, page + 2, 2, GFP_KERNEL), CRASH, "no mapping");
	vunmap_range(f->m, KVA + PAGE_SIZE, 1);
	put_page(f->m, page[1]);
	machine_verify(f->m);
}

/* Define a body that breaks one thing in @m, which verification must then find. */
#define BREAK(name, ...)                                                                           \
	static void name(void *arg)                                                                \
	{                                                                                          \
		struct fixture *f = arg;                                                           \
		struct machine *m = f->m;                                                          \
                                                                                                   \
		set_up(f);                                                                         \
		__VA_ARGS__;                                                                       \
		machine_verify(m);                                                                 \
	}

/* Move the only object two slots away from its home slot. */
static void move_object(struct machine *m)
{
	u32 slot = (m->meta[0].slot + 2) & (2 * m->max_meta - 1);

	m->meta_slot[m->meta[0].slot] = 0;
	m->meta_slot[slot] = 1;
	m->meta[0].slot = slot;
}

/* Reboot with boot memory, of which nothing is handed over. */
static void reboot_with_boot_memory(struct fixture *f)
{
	struct machine_config cfg = f->cfg;

	cfg.boot_memory = true;
	MM_CHECK(!machine_boot(f->m, &cfg), CRASH, "no boot");
	machine_verify(f->m);
}

/* Reboot, and write to an entry of a table that the last run made. */
static void write_to_old_table(struct fixture *f)
{
	MM_CHECK(!machine_boot(f->m, &f->cfg), CRASH, "no boot");
	machine_verify(f->m);
	pgtable_leaf(f->m, KVA)->pte[7] = PTE_PRESENT;
}

BREAK(object_slot, m->meta[0].slot ^= 1)
BREAK(slot_extra, m->meta_slot[m->meta[0].slot ^ 1] = 1)
BREAK(slot_gap, move_object(m))
BREAK(object_bytes, m->meta_bytes++)
BREAK(object_peak, m->meta_peak = 0)
BREAK(free_lost, m->node[0].head = NO_FRAME)
BREAK(free_cycle, m->frame[1].next = 1)
BREAK(free_used, m->page[1].count = 1; m->nr_used++)
BREAK(free_negative, m->page[1].count = -1)
BREAK(fresh_used, m->page[2047].count = 1)
BREAK(used_count, m->nr_used++)
BREAK(used_peak, m->peak_used = 0)
BREAK(managed_count, m->nr_managed--)
BREAK(boot_count, reboot_with_boot_memory(f); m->page[9].count = 1)
BREAK(boot_listed, reboot_with_boot_memory(f); m->node[0].head = 9)
BREAK(run_below, m->node[0].run_at = 2)
BREAK(live_clean, m->frame[2].dirty = false)
BREAK(live_free, m->frame[1].contents = CONTENTS_LIVE)
BREAK(dirty_count, m->nr_dirty--)
BREAK(dirty_twice, m->dirty[1] = 9)
BREAK(present_count, m->nr_present++)
BREAK(stale_index, m->stale[0].pte--)
BREAK(old_table, write_to_old_table(f))
BREAK(table_frame, m->page[pgtable_leaf(m, KVA)->frame].owner = "other")
BREAK(table_count, m->nr_tables++)
BREAK(table_unlisted, m->leaves = NULL)
BREAK(stale_room, m->max_stale = 1)
BREAK(walk_leaf, m->walk_leaf = &m->root)

static void test_break(void **state)
{
	static const struct finding breaks[] = {
		{object_slot, ORACLE_LIST, "M1: object 0"},
		{slot_extra, ORACLE_COUNT, "M1: filled slots: found 2, expected 1"},
		{slot_gap, ORACLE_LIST, "M2"},
		{object_bytes, ORACLE_COUNT, "M3: metadata: found 40 bytes, recorded 41"},
		{object_peak, ORACLE_COUNT, "M3"},
		{free_lost, ORACLE_COUNT, "M4: free lists: found 0 frames, expected 1"},
		{free_cycle, ORACLE_LIST, "M4: frame 1 follows frame 1"},
		{free_used, ORACLE_LIST, "M4: frame 1 is on the free list"},
		{free_negative, ORACLE_COUNT, "M4: frame 1, managed, has -1"},
		{fresh_used, ORACLE_COUNT, "M4: frame 2047, never used, has 1"},
		{used_count, ORACLE_COUNT, "M5: frames in use: found 6, recorded 7"},
		{used_peak, ORACLE_COUNT, "M5"},
		{managed_count, ORACLE_COUNT, "M6: managed frames: found 2048, recorded 2047"},
		{boot_count, ORACLE_COUNT, "M7: frame 9 of boot memory has 1"},
		{boot_listed, ORACLE_LIST, "M4: frame 9 is on the free list"},
		{run_below, ORACLE_HINT, "M8: 1 free frames begin at frame 1, below 2"},
		{live_clean, ORACLE_LIST, "M9: frame 2 is LIVE with 1 references, not dirty"},
		{live_free, ORACLE_LIST, "M9: frame 1 is LIVE with 0 references"},
		{dirty_count, ORACLE_COUNT, "M10: dirty frames: found"},
		{dirty_twice, ORACLE_LIST, "M10: frame 9 is on the list"},
		{present_count, ORACLE_COUNT, "M11: entries: found 1 present and 1 stale"},
		{stale_index, ORACLE_LIST, "M12"},
		{old_table, ORACLE_TREE, "M13: entry 7 of a table"},
		{table_frame, ORACLE_LIST, "M14"},
		{table_count, ORACLE_COUNT, "M14: tables: found 3, 1 of the lowest level"},
		{table_unlisted, ORACLE_COUNT, "recorded 3 and 0"},
		{stale_room, ORACLE_COUNT, "M15: room for 1 stale"},
		{walk_leaf, ORACLE_TREE, "M16"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++) {
		expect_finding(f, breaks[i].body, breaks[i].oracle, breaks[i].words);
		machine_destroy(f->m);
		f->m = machine_create();
		assert_non_null(f->m);
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_break)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
