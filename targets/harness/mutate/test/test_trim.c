/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_trim.c - each candidate is a program and no longer than the last one; the needed parts stay,
 * and all else goes.
 */
#include <string.h>

#include "mutate/trim.h"
#include "program/bytes.h"
#include "program/test/check.h"
#include "program/test/random.h"

#define MAX_BYTES 8192

/* The coverage of the test: operations of one kind, and whether a change at a step is there. */
struct coverage {
	u32 flushes;
	bool change;
};

static struct coverage cover(const struct program *p)
{
	struct coverage c = {0};

	for (u32 i = 0; i < p->nr_ops; i++)
		c.flushes += p->op[i].op == OP_vm_unmap_aliases;
	if (p->schedule.kind == SCHEDULE_SPARSE)
		for (u32 i = 0; i < p->schedule.nr; i++)
			c.change |= p->schedule.changes[i].step == 7;
	return c;
}

static bool same(struct coverage a, struct coverage b)
{
	return a.flushes == b.flushes && a.change == b.change;
}

/* Trim @data, of @size bytes, as afl-fuzz does. @best receives the result. */
static void trim_all(struct trim *t, u8 *data, size_t size, struct program *best)
{
	u32 steps = trim_begin(t, data, size), step = 0;
	u8 made[MAX_BYTES];
	bool more = steps;

	assert_int_equal(bytes_decode(best, data, size, NULL), 0);
	while (more) {
		size_t n = trim_candidate(t, made, sizeof(made));
		bool kept;

		assert_in_range(++step, 1, steps);
		assert_in_range(n, 1, size);
		assert_int_equal(bytes_decode(&t->cand, made, n, NULL), 0);
		assert_well_formed(&t->cand);
		kept = same(cover(&t->cand), cover(best));
		if (kept) {
			assert_int_equal(program_copy(best, &t->cand), 0);
			size = n;
		}
		more = trim_judged(t, kept);
	}
}

static void keeps_what_is_needed(void **state)
{
	struct program p, best;
	u8 data[MAX_BYTES];
	struct trim t;
	size_t size;

	program_init(&p, TARGET_VMAP);
	program_init(&best, TARGET_VMAP);
	trim_init(&t);
	from_text(&p, "target vmap\nmachine cpus=2\ntask a cpu=0\nm1 = vm_map_ram pages=2\n"
		      "vm_unmap_aliases\nvm_unmap_ram m1\ntask b cpu=1\nm2 = vm_map_ram\n"
		      "vm_unmap_aliases\nm3 = vm_map_ram\nvm_unmap_ram m3\n"
		      "schedule @3 b @7 a @9 b @11 a\n");
	size = bytes_encode(&p, data, sizeof(data));
	trim_all(&t, data, size, &best);
	assert_int_equal(best.nr_ops, 2);
	assert_int_equal(best.schedule.nr, 1);
	trim_fini(&t);
	program_fini(&best);
	program_fini(&p);
}

static void any_program(void **state)
{
	struct program p, best;
	u8 data[MAX_BYTES];
	struct trim t;
	u64 rng = 1;

	program_init(&p, TARGET_VMAP);
	program_init(&best, TARGET_VMAP);
	trim_init(&t);
	for (u32 round = 0; round < 2000; round++) {
		random_program(&p, 1024, &rng);
		trim_all(&t, data, bytes_encode(&p, data, sizeof(data)), &best);
		assert_int_equal(best.nr_ops, cover(&p).flushes);
	}
	assert_int_equal(trim_begin(&t, (const u8 *)"nothing", 7), 0);
	trim_fini(&t);
	program_fini(&best);
	program_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_needed),
		cmocka_unit_test(any_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
