/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_areamap_verify.c - each check of the area map's verifier fires: one value of a valid map is
 * falsified, and the verifier must report it. The names of rows begin with the invariant.
 */
#include "areamap_run.h"
#include "falsified.h"

/*
 * The map: 100 bits hidden, 50 free, an object of 10, 840 free, an object of 2000 across pages 0 to
 * 2, 1000 free, 96 hidden.
 */
static void world(struct fixture *f)
{
	CHECK(!OPS->init(&f->chunk, GFP_KERNEL));
	CHECK(do_alloc_at(f, 0, 100) && do_alloc_at(f, 4000, 96));
	f->chunk.hidden_start = 100;
	f->chunk.hidden_end = 4000;
	CHECK(do_alloc_at(f, 150, 10) && do_alloc_at(f, 1000, 2000));
	EXPECT_MAP(f, -100, 50, -10, 840, -2000, 1000, -96);
}

/* The map as it is has no finding. */
static void untouched(struct fixture *f)
{
	world(f);
	compare(f);
}

/* X(name, a statement that falsifies map, oracle, words of the finding) */
#define FALSIFIED(X)                                                                               \
	X(a1_no_area, map->used = 0, RANGE, "0 areas, in an array of 16")                          \
	X(a1_no_room, map->room = 6, RANGE, "7 areas, in an array of 6")                           \
	X(a1_zero, map->size[1] = 0, LIST, "area 1, at bit 100, has no bits")                      \
	X(a1_zero_last, map->size[map->used++] = 0, LIST, "area 7, at bit 4096, has no bits")      \
	X(a2_less, map->size[2]++, COUNT, "its areas have 4095 bits, the unit has 4096")           \
	X(a2_more, map->size[2]--, COUNT, "area 6 has 96 bits, from 4001, the unit has 4096")      \
	X(a2_lost, map->used--, COUNT, "its areas have 4000 bits")                                 \
	X(a2_huge, map->size[3] = INT32_MIN, COUNT, "area 3 has 2147483648 bits, from 160")        \
	X(a2_entry, map->size[map->used++] = -7, COUNT, "area 7 has 7 bits, from 4096")            \
	X(a3_neighbours, map->size[2] = 10, LIST, "areas 1 and 2, at bit 150, are neighbours")     \
	X(a3_unmerged, (map->size[5] = 400, map->size[6] = 600, map->size[map->used++] = -96),     \
	  LIST, "areas 5 and 6, at bit 3400, are neighbours and free")                             \
	X(a4_more, map->largest++, HINT, "largest is 1001, the largest free area has 1000 bits")   \
	X(a4_less, map->largest = 840, HINT, "largest is 840")                                     \
	X(a4_cut, (map->size[5] = 998, map->size[6] = -98, f->chunk.hidden_end -= 2), HINT,        \
	  "largest is 1000, the largest free area has 998 bits")                                   \
	X(a5_start_free, (map->size[0] = 100, map->size[1] = -50), OVERLAP,                        \
	  "100 bits are hidden at its start, the first area is 100")                               \
	X(a5_start_moved, (map->size[0]++, map->size[1]++), OVERLAP, "the first area is -99")      \
	X(a5_end_moved, (map->size[5]++, map->size[6]++, map->largest++), OVERLAP,                 \
	  "96 bits are hidden at its end, the last area is -95")                                   \
	X(a5_bounds, f->chunk.hidden_end = 4097, OVERLAP, "[100, 4097) is not inside of its 4096") \
	X(a5_order, f->chunk.hidden_end = 99, OVERLAP, "[100, 99) is not inside of its 4096")

#define X(name, falsify, oracle, words)                                                            \
	static void name(struct fixture *f)                                                        \
	{                                                                                          \
		struct pcpu_areamap *map = &f->chunk.map;                                          \
		struct pcpu_survey s;                                                              \
                                                                                                   \
		world(f);                                                                          \
		(void)map;                                                                         \
		falsify;                                                                           \
		OPS->verify(&f->chunk, &s);                                                        \
	}
FALSIFIED(X)
#undef X

static const struct falsified falsified[] = {FALSIFIED(FALSIFIED_ROW)};

static void test_fires(void **state)
{
	struct fixture *f = *state;

	expect_clean(f, untouched);
	expect_findings(f, falsified, ARRAY_SIZE(falsified));
}

/* The survey and the naive search agree with the map. */
static void survey(struct fixture *f)
{
	struct pcpu_survey s;

	world(f);
	OPS->verify(&f->chunk, &s);
	CHECK(s.free_bits == 50 + 840 + 1000 && s.objects == 4 && !s.empty[0]);
	CHECK(OPS->free(&f->chunk, 1000) == 2000);
	model_set(f, 1000, 2000, 0);
	OPS->verify(&f->chunk, &s);
	CHECK(s.free_bits == 50 + 3840 && s.objects == 3 && s.empty[0] == (2 | 4));
	CHECK(OPS->fits(&f->chunk, 3840, 32, 0) && !OPS->fits(&f->chunk, 3841, 1, 0));
	CHECK(OPS->fits(&f->chunk, 3000, 1, 840) && !OPS->fits(&f->chunk, 3000, 1, 841));
	CHECK(OPS->fits(&f->chunk, 1024, 1024, 4000) && !OPS->fits(&f->chunk, 1025, 1, 4000));
	CHECK(OPS->fits(&f->chunk, 2976, 1024, 0) && !OPS->fits(&f->chunk, 2977, 1024, 0));
}

static void test_survey(void **state)
{
	expect_clean(*state, survey);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_fires),
		T(test_survey),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
