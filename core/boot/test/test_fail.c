/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fail.c - each request for metadata fails once: the call changes nothing, and succeeds when
 * it is repeated.
 */
#include "run.h"

#define NR_RANGES 9

/* Ranges of alternating nodes, two pages apart: the array of ranges grows twice. */
static void boot(struct fixture *f)
{
	struct boot_stats before, after;
	int err;

	for (unsigned int i = 0; i < NR_RANGES; i++) {
		u64 start = 12 * i + 1, end = start + 10;

		before = bstats(f);
		err = boot_register_node(f->bm, i % NR_NODES, PAGES(start), PAGES(end));
		boot_verify(f->bm);
		if (!err)
			continue;
		CHECK(err == -ENOMEM);
		after = bstats(f);
		CHECK(!memcmp(&before, &after, sizeof(before)));
		CHECK(!boot_register_node(f->bm, i % NR_NODES, PAGES(start), PAGES(end)));
	}
	before = bstats(f);
	err = boot_setup(f->bm);
	boot_verify(f->bm);
	if (err) {
		CHECK(err == -ENOMEM);
		after = bstats(f);
		CHECK(!memcmp(&before, &after, sizeof(before)));
		CHECK(mstats(f).meta_bytes == after.metadata_bytes);
		CHECK(!boot_setup(f->bm));
	}
	CHECK(!f->refusals);
	CHECK(bstats(f).free == 10 * NR_RANGES);
	CHECK(boot_alloc(f->bm, 10, 1, 0, 0) == PAGES(1));
	CHECK(boot_hand_over(f->bm, ignore_block, NULL) == 10 * NR_RANGES - 1);
}

static void test_each(void **state)
{
	struct fixture *f = *state;

	for (f->kind = 0; f->kind < NR_BOOT_KINDS; f->kind++) {
		u32 n;

		for (n = 1; n < 100; n++) {
			f->cfg.fail.at[0] = n;
			expect_clean(f, boot);
			if (!mstats(f).failed)
				break;
		}
		/* The allocator, three arrays of ranges, and the bitmaps. */
		assert_int_equal(n - 1, 1 + 3 + (f->kind == BOOT_ROOTMEM ? 1 : NR_NODES));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
