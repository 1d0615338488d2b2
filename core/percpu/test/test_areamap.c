/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_areamap.c - the area map without pages: known cases, random programs against the model of
 * areamap_run.h, bad frees, failures, and an extension while another task changes the map.
 */
#include "areamap_run.h"

static void known_cases(struct fixture *f)
{
	struct pcpu_areamap *map = &f->chunk.map;

	CHECK(!OPS->init(&f->chunk, GFP_KERNEL));
	EXPECT_MAP(f, 4096);
	compare(f);
	/* An object leaves a free head and tail, a tail, or nothing. */
	CHECK(do_alloc(f, 10, 1, false) == 0);
	CHECK(do_alloc(f, 5, 16, false) == 16);
	EXPECT_MAP(f, -10, 6, -5, 4075);
	CHECK(do_alloc(f, 6, 2, false) == 10);
	EXPECT_MAP(f, -10, -6, -5, 4075);
	/* Cut in three; at the end; before the end. The largest area is found after the cut. */
	CHECK(do_alloc_at(f, 1000, 24));
	CHECK(do_alloc_at(f, 4090, 6) && !do_alloc_at(f, 4089, 2) && !do_alloc_at(f, 4095, 2));
	EXPECT_MAP(f, -10, -6, -5, 979, -24, 3066, -6);
	CHECK(map->largest == 3066);
	CHECK(do_alloc(f, 1000, 1024, false) == 1024 && map->largest == 2066);
	CHECK(do_alloc(f, 1024, 1024, false) == 2048 && map->largest == 1018);
	EXPECT_MAP(f, -10, -6, -5, 979, -24, -1000, 24, -1024, 1018, -6);
	CHECK(do_alloc_at(f, 3072, 518) && map->largest == 979);
	do_free(f, 3072);
	CHECK(map->largest == 1018);
	/* There is room, and none of it is aligned: nothing changes. */
	CHECK(do_alloc(f, 1000, 1024, false) == 3072);
	CHECK(do_alloc(f, 600, 512, false) == PCPU_NO_FIT);
	CHECK(do_alloc(f, 979, 1, false) == 21 && map->largest == 24);
	EXPECT_MAP(f, -10, -6, -5, -979, -24, -1000, 24, -1024, -1000, 18, -6);
	/* A free merges with no neighbour, with the next, with the previous, with both. */
	do_free(f, 10);
	EXPECT_MAP(f, -10, 6, -5, -979, -24, -1000, 24, -1024, -1000, 18, -6);
	do_free(f, 0);
	EXPECT_MAP(f, 16, -5, -979, -24, -1000, 24, -1024, -1000, 18, -6);
	do_free(f, 21);
	CHECK(map->largest == 979);
	do_free(f, 1024);
	EXPECT_MAP(f, 16, -5, 979, -24, 1024, -1024, -1000, 18, -6);
	do_free(f, 1000);
	EXPECT_MAP(f, 16, -5, 2027, -1024, -1000, 18, -6);
	CHECK(map->largest == 2027);
	do_free(f, 4090);
	do_free(f, 16);
	do_free(f, 3072);
	EXPECT_MAP(f, 2048, -1024, 1024);
	do_free(f, 2048);
	EXPECT_MAP(f, 4096);
	/* The whole unit fits, and one bit more does not. */
	CHECK(do_alloc(f, 4097, 1, false) == PCPU_NO_FIT);
	CHECK(!do_alloc_at(f, 0, 0) && !do_alloc_at(f, UINT32_MAX, 2) && !do_alloc_at(f, 4096, 1));
	CHECK(do_alloc(f, 4096, 1024, false) == 0 && !map->largest);
	CHECK(do_alloc(f, 1, 1, false) == PCPU_NO_FIT && !do_alloc_at(f, 0, 1));
	do_free(f, 0);
}

static void test_known_cases(void **state)
{
	expect_clean(*state, known_cases);
}

/* A freed area that merges with its predecessor becomes the largest, in each order (A4). */
static void merges_raise_largest(struct fixture *f)
{
	const struct pcpu_areamap *map = &f->chunk.map;

	CHECK(!OPS->init(&f->chunk, GFP_KERNEL));
	for (u32 order = 0; order < 6; order++) {
		static const u32 orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
						 {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
		u32 longest = 0;

		CHECK(do_alloc(f, 100, 1, false) == 0 && do_alloc(f, 100, 1, false) == 100);
		CHECK(do_alloc(f, 100, 1, false) == 200 && do_alloc(f, 3796, 1, false) == 300);
		for (u32 i = 0; i < 3; i++) {
			do_free(f, 100 * orders[order][i]);
			longest = i == 2 ? 300 : i == 1 && order != 1 && order != 4 ? 200 : 100;
			CHECK(map->largest == longest);
		}
		do_free(f, 300);
	}
}

static void test_merges_raise_largest(void **state)
{
	expect_clean(*state, merges_raise_largest);
}

/* Only some pages are populated; areas lie across their edges. */
static void populated_only(struct fixture *f)
{
	CHECK(!OPS->init(&f->chunk, GFP_KERNEL));
	CHECK(do_alloc(f, 1, 1, true) == PCPU_NO_FIT);
	set_bit(f->populated, 1);
	set_bit(f->populated, 3);
	set_bit(f->populated, 4);
	CHECK(do_alloc(f, 1, 1, true) == 1024);
	CHECK(do_alloc(f, 1024, 4, true) == 3072);
	CHECK(do_alloc(f, 1024, 512, true) == 4096);
	CHECK(do_alloc(f, 1024, 1, true) == PCPU_NO_FIT);
	CHECK(do_alloc(f, 1023, 1, true) == 1025);
	CHECK(do_alloc(f, 1025, 1, true) == PCPU_NO_FIT);
	CHECK(do_alloc(f, 1025, 1, false) == 5120);
	do_free(f, 3072);
	set_bit(f->populated, 2);
	CHECK(do_alloc(f, 1025, 1024, true) == 2048);
	CHECK(do_alloc(f, 1023, 1, true) == 3073);
	CHECK(do_alloc(f, 1, 1, true) == PCPU_NO_FIT);
	/* The last page is populated up to the end of the unit. */
	set_bit(f->populated, 7);
	CHECK(do_alloc(f, 1024, 1024, true) == 7168);
	CHECK(do_alloc(f, 2, 1, true) == PCPU_NO_FIT);
}

static void test_populated_only(void **state)
{
	struct fixture *f = *state;

	f->pages = 8;
	expect_clean(f, populated_only);
}

/* Without room nothing is allocated, and the map grows from 16 entries to a known room. */
static void room_runs_out(struct fixture *f)
{
	struct pcpu_areamap *map = &f->chunk.map;
	u32 n;

	CHECK(!OPS->init(&f->chunk, GFP_KERNEL));
	CHECK(map->room == 16 && OPS->room(&f->chunk) == PCPU_ROOM_SHORT);
	for (n = 0; OPS->room(&f->chunk) != PCPU_ROOM_NONE; n++)
		CHECK(do_alloc_at(f, 3 * n + 1, 1));
	CHECK(n == 7 && map->used == 15);
	CHECK(do_alloc(f, 1, 1, false) == PCPU_NO_FIT && !do_alloc_at(f, 300, 1));
	do_extend(f);
	CHECK(map->room == 128 && map->used == 15);
	for (; OPS->room(&f->chunk) == PCPU_ROOM_ENOUGH; n++)
		CHECK(do_alloc_at(f, 3 * n + 1, 1));
	CHECK(map->used == 97);
	do_extend(f);
	CHECK(map->room == 256);
	do_extend(f);
	CHECK(map->room == 256);
	while (n--)
		do_free(f, 3 * n + 1);
	EXPECT_MAP(f, 4096);
}

static void test_room_runs_out(void **state)
{
	expect_clean(*state, room_runs_out);
}

/* Searches count every area in front. */
static void work_is_counted(struct fixture *f)
{
	u64 scanned;

	CHECK(!OPS->init(&f->chunk, GFP_KERNEL));
	for (u32 i = 0; i < 1000; i++) {
		if (OPS->room(&f->chunk) != PCPU_ROOM_ENOUGH)
			do_extend(f);
		CHECK(do_alloc(f, 1, 1, false) == i);
	}
	scanned = f->pc.scanned;
	do_free(f, 899);
	CHECK(f->pc.scanned - scanned == 900);
	scanned = f->pc.scanned;
	/* The last of 1001 areas is the largest and is cut: its two parts are searched again. */
	CHECK(do_alloc(f, 2, 1, false) == 1000);
	CHECK(f->pc.scanned - scanned == 1003);
	scanned = f->pc.scanned;
	CHECK(do_alloc(f, 1, 1, false) == 899);
	CHECK(f->pc.scanned - scanned == 900);
}

static void test_work_is_counted(void **state)
{
	expect_clean(*state, work_is_counted);
}

static u32 random_bits(struct fixture *f, u32 kind)
{
	u64 r = random_next(&f->seed);

	switch (kind) {
	case 0: /* small */
		return 1 + r % 4;
	case 1: /* small and middle */
		return 1 + r % (r >> 32 & 3 ? 16 : 400);
	case 2: /* around a page */
		return PCPU_BLOCK_BITS - 20 + r % 40;
	default: /* anything, more than the unit too */
		return 1 + r % (r >> 32 & 1 ? f->pc.map_bits + 3 : 700);
	}
}

/* A random bit, or, to hit more objects, a bit near a bound. */
static u32 random_place(struct fixture *f)
{
	u64 r = random_next(&f->seed);
	u32 off = (r >> 8) % f->pc.map_bits;

	if (r & 3)
		while (off && f->owner[off] == f->owner[off - 1])
			off--;
	if ((r >> 2 & 3) == 3)
		off = off ? off - 1 : 0;
	return off;
}

static void check_area(void *arg, u32 off, u32 bits, bool free)
{
	struct fixture *f = arg;

	CHECK(off == f->next_owner && bits);
	f->next_owner += bits;
	for (u32 i = off; i < off + bits; i++)
		CHECK(f->owner[i] == f->owner[off]);
	CHECK(free == !f->owner[off] && (free || model_object(f, off) == bits));
}

/* Compare fits, each, and page_empty for each page. */
static void random_questions(struct fixture *f)
{
	u32 bits = random_bits(f, random_next(&f->seed) & 3), owner = f->next_owner;
	u32 align = 1 << random_next(&f->seed) % 11, slack = random_next(&f->seed) % 1100;

	CHECK(OPS->fits(&f->chunk, bits, align, 0) ==
	      (model_fit(f, bits, align, false, false) != PCPU_NO_FIT));
	CHECK(OPS->fits(&f->chunk, bits, align, slack) ==
	      (model_fit(f, bits + slack, align, false, false) != PCPU_NO_FIT ||
	       model_fit(f, bits, align, false, true) != PCPU_NO_FIT));
	f->next_owner = 0;
	OPS->each(&f->chunk, check_area, f);
	CHECK(f->next_owner == f->pc.map_bits);
	f->next_owner = owner;
	for (u32 i = 0; i < f->pages; i++)
		CHECK(pcpu_areamap_page_empty(&f->chunk, i) == !f->taken[i]);
}

static void random_op(struct fixture *f, u32 kind, bool fill)
{
	u64 r = random_next(&f->seed);
	u32 align = r >> 16 & 3 ? 1 : 1 << (r >> 24) % 11;

	if ((r & 15) < (fill ? 9 : 3)) {
		do_alloc(f, random_bits(f, kind), align, r >> 40 & 1);
	} else if ((r & 15) < (fill ? 11 : 4)) {
		do_alloc_at(f, random_place(f), random_bits(f, kind));
	} else {
		u32 off = random_place(f);

		/* The hidden parts are never freed. */
		if (off >= f->chunk.hidden_start && off < f->chunk.hidden_end)
			do_free(f, off);
	}
	if (OPS->room(&f->chunk) != PCPU_ROOM_ENOUGH && !(r >> 48 & 7))
		do_extend(f);
	if (!(r >> 52 & 15))
		random_questions(f);
}

static void random_programs(struct fixture *f)
{
	u32 bits = f->pages * PCPU_BLOCK_BITS, ops = f->pages > 64 ? 400 : 3000;

	f->seed = f->pages;
	for (u32 kind = 0; kind < 4; kind++) {
		u64 r = random_next(&f->seed);

		CHECK(!OPS->init(&f->chunk, GFP_KERNEL));
		if (r & 1) {
			f->chunk.hidden_start = 1 + (r >> 8) % (bits / 4);
			CHECK(do_alloc_at(f, 0, f->chunk.hidden_start));
		}
		if (r & 2) {
			f->chunk.hidden_end = bits - 1 - (r >> 32) % (bits / 4);
			CHECK(do_alloc_at(f, f->chunk.hidden_end, bits - f->chunk.hidden_end));
		}
		for (u32 n = 0; n < ops; n++) {
			u64 p = random_next(&f->seed);

			if (!(p & 31))
				f->populated[0] = p >> 8;
			random_op(f, kind, n / 200 % 2 == 0);
		}
		f->chunk.hidden_start = 0;
		f->chunk.hidden_end = bits;
		for (u32 i = 0; i < bits; i++)
			if (model_object(f, i))
				do_free(f, i);
		EXPECT_MAP(f, (s32)bits);
		OPS->exit(&f->chunk);
	}
}

static void test_random_programs(void **state)
{
	static const u32 pages[] = {1, 2, 3, 8, 17, 64, 256};
	struct fixture *f = *state;

	for (u32 i = 0; i < ARRAY_SIZE(pages); i++) {
		f->pages = pages[i];
		expect_clean(f, random_programs);
	}
}

/* Without memory a map is not made, and an extension leaves the old map as it is. */
static void init_fails(struct fixture *f)
{
	CHECK(OPS->init(&f->chunk, GFP_KERNEL) == -ENOMEM && !f->chunk.map.size);
}

static void extend_fails(struct fixture *f)
{
	struct pcpu_areamap was;

	CHECK(!OPS->init(&f->chunk, GFP_KERNEL));
	CHECK(do_alloc(f, 10, 1, false) == 0 && do_alloc(f, 10, 32, false) == 32);
	was = f->chunk.map;
	CHECK(extend(f) == -ENOMEM);
	CHECK(!memcmp(&was, &f->chunk.map, sizeof(was)));
	compare(f);
	do_extend(f);
	EXPECT_MAP(f, -10, 22, -10, 4054);
}

static void test_no_memory(void **state)
{
	struct fixture *f = *state;

	f->cfg.fail.at[0] = 1;
	expect_clean(f, init_fails);
	f->cfg.fail.at[0] = 2;
	expect_clean(f, extend_fails);
}

/* A task that allocates and frees while the map is extended. */
static void change(void *arg)
{
	struct fixture *f = arg;
	unsigned long flags;

	for (u32 n = 0; n < 40; n++) {
		u64 r = random_next(&f->seed);

		spin_lock_irqsave(&f->pc.lock, flags);
		if (r & 3)
			do_alloc(f, 1 + (r >> 8) % 20, 1 << (r >> 16) % 6, false);
		else
			do_free(f, random_place(f));
		spin_unlock_irqrestore(&f->pc.lock, flags);
		sched_turn();
	}
}

static void extend_often(void *arg)
{
	struct fixture *f = arg;
	unsigned long flags;

	for (u32 n = 0; n < 8; n++) {
		CHECK(!extend(f));
		spin_lock_irqsave(&f->pc.lock, flags);
		compare(f);
		spin_unlock_irqrestore(&f->pc.lock, flags);
		sched_turn();
	}
}

static void extended_meanwhile(struct fixture *f)
{
	struct task *t[3];

	CHECK(!OPS->init(&f->chunk, GFP_KERNEL));
	for (u32 i = 0; i < 3; i++)
		t[i] = task_spawn(&(struct task_params){
			.name = "t", .cpu = i & 1, .fn = i ? change : extend_often, .arg = f});
	for (u32 i = 0; i < 3; i++)
		task_join(t[i]);
	compare(f);
}

static void test_extended_meanwhile(void **state)
{
	struct fixture *f = *state;

	f->pages = 1;
	f->schedule.kind = SCHEDULE_RANDOM;
	for (f->schedule.seed = 1; f->schedule.seed <= 100; f->schedule.seed++) {
		f->schedule.odds = (u16)(1 + f->schedule.seed % 7);
		expect_clean(f, extended_meanwhile);
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_known_cases),   T(test_merges_raise_largest), T(test_populated_only),
		T(test_room_runs_out), T(test_work_is_counted),	     T(test_random_programs),
		T(test_no_memory),     T(test_extended_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
