/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fail.c - every request to the machine fails once: all stays consistent, nothing leaks, and
 * operations that do not need the request still work.
 */
#include "run.h"

#define SLOTS 12

static void mixed_ops(struct fixture *f)
{
	static const unsigned int counts[SLOTS] = {1, 64, 100, 3, 64, 32, 2, 64, 70, 16, 5, 1};
	struct vmap_area *va[SLOTS];
	u64 addr[SLOTS];
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		/* Map the frames that could be allocated. */
		unsigned int n = 0;

		while (n < counts[i] && f->page[n])
			n++;
		addr[i] = n ? vm_map_ram(f->vs, f->page, n, i % 3 ? GFP_KERNEL : GFP_ATOMIC) : 0;
		vmap_verify(f->vs, true);
		va[i] = alloc_vmap_area(f->vs, (1 + i) * PAGE_SIZE, PAGE_SIZE << i % 3,
					i % 3 ? KVA : KVA + i * 3 * PAGE_SIZE, f->vs->end,
					i % 2 ? GFP_KERNEL : GFP_ATOMIC);
		CHECK(!IS_ERR(va[i]) || PTR_ERR(va[i]) == -ENOMEM || PTR_ERR(va[i]) == -EBUSY);
		vmap_verify(f->vs, true);
		if (addr[i]) {
			CHECK(vmalloc_to_page(f->m, addr[i]) == f->page[0]);
			if (i % 2)
				continue;
			vm_unmap_ram(f->vs, addr[i], n);
			addr[i] = 0;
		}
		if (i == 7)
			vm_unmap_aliases(f->vs);
		vmap_verify(f->vs, true);
	}
	for (i = 0; i < SLOTS; i++) {
		unsigned int n = 0;

		while (n < counts[i] && f->page[n])
			n++;
		if (addr[i])
			vm_unmap_ram(f->vs, addr[i], n);
		if (!IS_ERR(va[i]))
			free_unmap_vmap_area(f->vs, va[i]);
		vmap_verify(f->vs, true);
	}
}

/* One failure a run, until the run has no more requests. */
static void fail_each(struct fixture *f, u32 limit)
{
	u32 n;

	for (n = 1; n < limit; n++) {
		f->cfg.fail.at[0] = n;
		expect_clean(f, mixed_ops);
		if (!mstats(f).failed && f->cfg.fail.classes == FAIL_ALL)
			break;
	}
	assert_true(n > NR_PAGES);
}

/* On a space of each kind. */
static void fail_each_on_each(struct fixture *f)
{
	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		fail_each(f, 10000);
	}
}

static void test_each(void **state)
{
	fail_each_on_each(*state);
}

/* A space for little more than the blocks: requests are refused, and purge. */
static void test_each_small(void **state)
{
	struct fixture *f = *state;

	f->vmap.size = 512 * PAGE_SIZE;
	f->vmap.lazy_max_pages = 10000;
	f->vmap.zone_pages = 40;
	fail_each_on_each(f);
}

static void test_every(void **state)
{
	struct fixture *f = *state;

	f->cfg.fail.classes = FAIL_META | FAIL_TABLE;
	for (u32 every = 1; every < 40; every++) {
		f->cfg.fail.every = every;
		expect_clean_on_each(f, mixed_ops);
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {T(test_each), T(test_each_small), T(test_every)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
