/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fail.c - injected failure: each request of a small workload fails once, alone, and the
 * workload frees all that it had; then failures by multiples and by class.
 */
#include "run.h"

#define OBJECTS 3
#define FRAMES 4

/* Request metadata, frames and, by a mapping, table pages. Return: whether all succeeded. */
static bool use_machine(struct machine *m)
{
	struct page *page[FRAMES];
	void *object[OBJECTS];
	unsigned int objects, frames;
	bool all = true;

	for (objects = 0; objects < OBJECTS && all; objects++) {
		object[objects] = kmalloc(m, 100, GFP_KERNEL);
		all = object[objects] != NULL;
	}
	objects -= !all;
	for (frames = 0; frames < FRAMES && all; frames++) {
		page[frames] = alloc_page_node(m, 0, GFP_KERNEL, "test");
		all = page[frames] != NULL;
	}
	frames -= frames && !all;
	if (all) {
		/* Two lowest-level tables: four table pages. */
		u64 addr = KVA + 510 * PAGE_SIZE;
		int err = vmap_pages_range(m, addr, page, FRAMES, GFP_KERNEL);

		assert_true(err == 0 || err == -ENOMEM);
		all = err == 0;
		assert_true(vunmap_range(m, addr, FRAMES) <= FRAMES);
		flush_tlb_kernel_range(m, addr, addr + FRAMES * PAGE_SIZE);
	}
	while (frames--)
		put_page(m, page[frames]);
	while (objects--)
		kfree(m, object[objects]);
	machine_check_leaks(m);
	return all;
}

static u64 boot_and_use(struct fixture *f, bool expected)
{
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(use_machine(f->m), expected);
	return stats(f->m).failed;
}

static void test_each(void **state)
{
	struct fixture *f = *state;
	unsigned int n, total = OBJECTS + FRAMES + 4;

	f->cfg.fail.classes = FAIL_ALL;
	assert_int_equal(boot_and_use(f, true), 0);
	assert_int_equal(stats(f->m).kmallocs, OBJECTS);
	assert_int_equal(stats(f->m).pages, FRAMES);
	assert_int_equal(stats(f->m).tables, 4);
	for (n = 1; n <= total; n++) {
		f->cfg.fail.at[n % FAIL_MAX_AT] = n;
		assert_int_equal(boot_and_use(f, false), 1);
		f->cfg.fail.at[n % FAIL_MAX_AT] = 0;
	}
	f->cfg.fail.at[0] = total + 1;
	assert_int_equal(boot_and_use(f, true), 0);
}

static void test_classes(void **state)
{
	struct fixture *f = *state;
	unsigned int n, classes;

	for (classes = 0; classes <= FAIL_ALL; classes++) {
		for (n = 1; n <= OBJECTS + FRAMES + 4; n++) {
			unsigned int class = n <= OBJECTS	     ? FAIL_META
					     : n <= OBJECTS + FRAMES ? FAIL_PAGE
								     : FAIL_TABLE;
			bool fails = classes & class;

			f->cfg.fail.classes = classes;
			f->cfg.fail.at[1] = n;
			assert_int_equal(boot_and_use(f, !fails), fails);
		}
	}
}

static void test_every(void **state)
{
	struct fixture *f = *state;
	int i, got = 0;

	f->cfg.fail.classes = FAIL_ALL;
	f->cfg.fail.every = 3;
	f->cfg.fail.at[2] = 4;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	for (i = 1; i <= 30; i++) {
		void *p = kmalloc(f->m, 8, GFP_KERNEL);

		assert_int_equal(p == NULL, i % 3 == 0 || i == 4);
		got += p != NULL;
	}
	assert_int_equal(got, 19);
	assert_int_equal(stats(f->m).failed, 11);
}

/* Too few frames for the table pages: the mapping fails. */
static void test_exhausted(void **state)
{
	struct fixture *f = *state;
	unsigned int pages;

	f->cfg.fail.classes = 0;
	for (pages = 1; pages <= FRAMES + 4; pages++) {
		topology_init(&f->cfg.topology, 1, 1, pages);
		assert_int_equal(boot_and_use(f, pages == FRAMES + 4), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_each),
		T(test_classes),
		T(test_every),
		T(test_exhausted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
