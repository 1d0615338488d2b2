/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_threads.c - the machine under concurrent threads.
 *
 * Under ThreadSanitizer this file is instrumented. Frames and metadata that pass from owner to
 * owner must not look like races: the machine orders one owner before the next.
 */
#include "run.h"

#define TASKS 4
#define ROUNDS 3000
#define PAGES 8
#define BOOT_PAGES 256

static struct machine *machine;
static spinlock_t shelf_lock;
static u64 *shelf;

static u64 area(u64 task)
{
	/* Two tasks share a lowest-level table. */
	return KVA + task * 256 * PAGE_SIZE;
}

static void fill(u64 *word, u64 value, unsigned int nr)
{
	while (nr--)
		word[nr] = value + nr;
}

static void check(const u64 *word, u64 value, unsigned int nr)
{
	while (nr--)
		assert_int_equal(word[nr], value + nr);
}

/* Leave a metadata object for another task, and free the one that another task left. */
static void pass_on(u64 value)
{
	u64 *mine = kmalloc(machine, 64, GFP_KERNEL), *theirs;

	fill(mine, value, 8);
	spin_lock(&shelf_lock);
	theirs = shelf;
	shelf = mine;
	spin_unlock(&shelf_lock);
	if (theirs)
		check(theirs, theirs[0], 8);
	kfree(machine, theirs);
}

static void user(void *arg)
{
	u64 n = task_number(current) - SCHED_TASK_FIRST, i;
	struct page *pages[PAGES];
	unsigned int k, nr;

	for (i = 0; i < ROUNDS; i++) {
		nr = 1 + i % PAGES;
		for (k = 0; k < nr; k++) {
			pages[k] = alloc_page_node(machine, n % 2, k ? 0 : __GFP_ZERO, "user");
			assert_non_null(pages[k]);
			pages[k]->private = n;
		}
		assert_int_equal(vmap_pages_range(machine, area(n), pages, nr, GFP_KERNEL), 0);
		assert_int_equal(*(u64 *)mem_address(machine, area(n), 8), 0);
		for (k = 0; k < nr; k++)
			fill(mem_address(machine, area(n) + k * PAGE_SIZE, 80), n * i + k, 10);
		for (k = 0; k < nr; k++) {
			check(page_address(machine, pages[k]), n * i + k, 10);
			assert_int_equal(pages[k]->private, n);
			assert_ptr_equal(vmalloc_to_page(machine, area(n) + k * PAGE_SIZE),
					 pages[k]);
		}
		mem_set(machine, area(n) + 100, n, nr * PAGE_SIZE - 100);
		assert_int_equal(vunmap_range(machine, area(n), nr), nr);
		flush_tlb_kernel_range(machine, area(n), area(n) + nr * PAGE_SIZE);
		for (k = 0; k < nr; k++)
			put_page(machine, pages[k]);
		pass_on(i);
	}
}

/* Runs of frames pass from task to task, and are accessed through the direct map without a lock. */
static void run_user(void *arg)
{
	u64 n = task_number(current) - SCHED_TASK_FIRST, i, k;

	for (i = 0; i < ROUNDS; i++) {
		u64 nr = 1 + i % PAGES, word[10], addr;
		struct page *page = alloc_contig_pages(machine, n % 2, nr, 1 + (i & 1),
						       i % 3 ? 0 : __GFP_ZERO, "run user");

		assert_non_null(page);
		addr = page_to_virt(machine, page);
		if (i % 3 == 0)
			assert_int_equal(*(u64 *)mem_address(machine, addr, 8), 0);
		mem_set(machine, addr + 1, n, nr * PAGE_SIZE - 1);
		for (k = 0; k < nr; k++) {
			fill(word, n * i + k, 10);
			mem_copy_in(machine, addr + k * PAGE_SIZE, word, sizeof(word));
			assert_ptr_equal(virt_to_page(machine, addr + k * PAGE_SIZE), page + k);
		}
		for (k = 0; k < nr; k++)
			check(mem_address(machine, addr + k * PAGE_SIZE, 80), n * i + k, 10);
		if (i & 2)
			put_contig_pages(machine, page, nr);
		for (k = 0; k < nr && !(i & 2); k++)
			put_page(machine, page + k);
	}
}

/* Each task writes to its share of boot memory and hands it over, for any task to allocate. */
static void boot_user(void *arg)
{
	u64 n = task_number(current) - SCHED_TASK_FIRST, i;
	struct page *had[BOOT_PAGES / TASKS] = {0};

	for (i = 0; i < ARRAY_SIZE(had); i++) {
		u64 pfn = n * ARRAY_SIZE(had) + i, addr = test_direct + (pfn << PAGE_SHIFT);

		fill(mem_address(machine, addr, 80), pfn, 10);
		assert_string_equal(pfn_to_page(machine, pfn)->owner, "boot memory");
		check(mem_address(machine, addr, 80), pfn, 10);
		hand_over_pages(machine, pfn, 0);
		/* Another task may have got that frame; then this one gets another. */
		had[i] = alloc_page_node(machine, n % 2, 0, "boot user");
		if (had[i])
			fill(page_address(machine, had[i]), n + i, 10);
	}
	while (i--) {
		if (!had[i])
			continue;
		check(page_address(machine, had[i]), n + i, 10);
		put_page(machine, had[i]);
	}
}

static void init(void *arg)
{
	struct task *task[TASKS];
	unsigned int i;

	spin_lock_init(&shelf_lock, "shelf");
	for (i = 0; i < TASKS; i++) {
		struct task_params p = {.name = "user", .cpu = i % 2, .fn = arg};

		task[i] = task_spawn(&p);
	}
	for (i = 0; i < TASKS; i++)
		task_join(task[i]);
	kfree(machine, shelf);
	shelf = NULL;
	machine_check_leaks(machine);
}

static void test_runs(void **state)
{
	struct fixture *f = *state;
	struct sched_params p = {.nr_cpus = 2};

	machine = f->m;
	/* Room for all tasks even if every second frame is in use. */
	topology_init(&f->cfg.topology, 2, 2, 256);
	for (int bare = 0; bare < 2; bare++) {
		f->cfg.bare = bare;
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		assert_int_equal(sched_run(f->s, &p, init, run_user, &f->result), 0);
		assert_int_equal(stats(f->m).pages, TASKS * ROUNDS);
		assert_int_equal(stats(f->m).pages_used, 0);
		machine_verify(f->m);
	}
}

static void test_users(void **state)
{
	struct fixture *f = *state;
	struct sched_params p = {.nr_cpus = 2};
	struct machine_stats st;
	int run;

	machine = f->m;
	topology_init(&f->cfg.topology, 2, 2, 128);
	for (run = 0; run < 4; run++) {
		f->cfg.bare = run & 1;
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		assert_int_equal(sched_run(f->s, &p, init, user, &f->result), 0);
		st = stats(f->m);
		assert_int_equal(st.kmallocs, TASKS * ROUNDS);
		assert_int_equal(st.pages, TASKS * ROUNDS / PAGES * (PAGES * (PAGES + 1) / 2));
		assert_int_equal(st.flushes, TASKS * ROUNDS);
		assert_int_equal(st.pages_used, st.tables);
		assert_int_equal(st.stale, 0);
		assert_int_equal(st.meta_bytes, 0);
	}
}

/* More objects than a task of a bare machine caches: they pass from task to task, unlocked. */
static void hoard(void *arg)
{
	u64 n = task_number(current), *mine[200];

	for (unsigned int i = 0; i < ROUNDS; i++) {
		for (unsigned int k = 0; k < ARRAY_SIZE(mine); k++) {
			mine[k] = kmalloc(machine, 64, GFP_KERNEL);
			fill(mine[k], n * i + k, 8);
		}
		for (unsigned int k = 0; k < ARRAY_SIZE(mine); k++) {
			check(mine[k], n * i + k, 8);
			kfree(machine, mine[k]);
		}
	}
}

static void test_hoard(void **state)
{
	struct fixture *f = *state;
	struct sched_params p = {.nr_cpus = 2};

	machine = f->m;
	f->cfg.bare = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(sched_run(f->s, &p, init, hoard, &f->result), 0);
	assert_int_equal(stats(f->m).kmallocs, TASKS * ROUNDS * 200);
	assert_int_equal(stats(f->m).meta_bytes, 0);
}

#define OBJECTS 1000

static u64 *allocated[OBJECTS];
static unsigned int reused;

static void allocate_all(void *arg)
{
	for (unsigned int i = 0; i < OBJECTS; i++) {
		allocated[i] = kmalloc(machine, 64, GFP_KERNEL);
		fill(allocated[i], i, 8);
	}
}

static void free_all(void *arg)
{
	for (unsigned int i = 0; i < OBJECTS; i++) {
		check(allocated[i], i, 8);
		kfree(machine, allocated[i]);
	}
}

static void allocate_again(void *arg)
{
	u64 *again[OBJECTS];
	unsigned int i, k;

	for (i = 0; i < OBJECTS; i++) {
		again[i] = kmalloc(machine, 64, GFP_KERNEL);
		fill(again[i], i, 8);
		for (k = 0; k < OBJECTS && again[i] != allocated[k]; k++)
			;
		reused += k < OBJECTS;
	}
	for (i = 0; i < OBJECTS; i++) {
		check(again[i], i, 8);
		kfree(machine, again[i]);
	}
}

static void in_sequence(void *arg)
{
	void (*const body[])(void *arg) = {allocate_all, free_all, allocate_again};

	for (unsigned int i = 0; i < ARRAY_SIZE(body); i++) {
		struct task_params p = {.name = "user", .fn = body[i]};

		task_join(task_spawn(&p));
	}
}

/* A third task gets what one allocates and another frees, which caches 63 objects at most. */
static void test_passed_on(void **state)
{
	struct fixture *f = *state;
	struct sched_params p = {.nr_cpus = 2};

	machine = f->m;
	f->cfg.bare = true;
	reused = 0;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(sched_run(f->s, &p, in_sequence, NULL, &f->result), 0);
	assert_in_range(reused, OBJECTS - 63, OBJECTS);
	assert_int_equal(stats(f->m).kmallocs, 2 * OBJECTS);
	assert_int_equal(stats(f->m).meta_bytes, 0);
	assert_in_range(stats(f->m).meta_peak, OBJECTS * 64, 2 * OBJECTS * 64);
}

static void test_boot(void **state)
{
	struct fixture *f = *state;
	struct sched_params p = {.nr_cpus = 2};
	int run;

	machine = f->m;
	topology_init(&f->cfg.topology, 2, 2, BOOT_PAGES);
	f->cfg.boot_memory = true;
	for (run = 0; run < 30; run++) {
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		assert_int_equal(sched_run(f->s, &p, init, boot_user, &f->result), 0);
		assert_int_equal(stats(f->m).boot_pages, 0);
		assert_int_equal(nr_free_pages(f->m), BOOT_PAGES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_runs), T(test_boot), T(test_users), T(test_hoard), T(test_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
