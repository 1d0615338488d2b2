/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host.c - the host MMU: addresses are pointers, stray accesses are findings, and the mappings
 * of the process follow the page table, up to their limit.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../sched/test/child.h"
#include "../internal.h"
#include "run.h"

#define PAGES 64

static int setup(void **state)
{
	setenv("MM_TEST_MMU", "host", 1);
	return fixture_setup(state);
}

#undef T
#define T(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

static u64 at(u64 page)
{
	return KVA + page * PAGE_SIZE;
}

static void get_pages(struct fixture *f, struct page **pages, unsigned int nr)
{
	while (nr--)
		assert_non_null(*pages++ = alloc_one(f, 0));
}

static void map(struct fixture *f, u64 page, struct page **pages, unsigned int nr)
{
	assert_int_equal(vmap_pages_range(f->m, at(page), pages, nr, GFP_KERNEL), 0);
}

/* The process's mappings that lie within [start, end), the border ones included. */
static u64 count_maps(u64 start, u64 end)
{
	FILE *f = fopen("/proc/self/maps", "re");
	unsigned long long from, to;
	char line[512];
	u64 nr = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx", &from, &to) == 2)
			nr += from < end && to > start;
	fclose(f);
	return nr;
}

static void expect_maps(struct fixture *f)
{
	/* The reservations beside the KVA count where its first or last page is mapped. */
	assert_int_equal(stats(f->m).mappings,
			 count_maps(KVA - PAGE_SIZE, KVA + f->cfg.kva_size + PAGE_SIZE));
}

static void test_pointers(void **state)
{
	struct fixture *f = *state;
	struct page *run = alloc_run(f, 0, 4, 1, GFP_KERNEL), *pages[4];
	struct page *zero = alloc_page_node(f->m, 0, GFP_KERNEL | __GFP_ZERO, "zero");
	/* Volatile: to the compiler, different addresses are different memory. */
	volatile u64 *direct = (u64 *)page_to_virt(f->m, run + 3), *mapped = (u64 *)at(500);

	/* Two frames at two addresses each, without any call before the access. */
	pages[0] = pages[3] = run + 3;
	pages[1] = pages[2] = run;
	map(f, 500, pages, 4);
	*direct = 0x1234;
	assert_int_equal(mapped[0], 0x1234);
	mapped[3 * 512 + 1] = 0x5678;
	assert_int_equal(mapped[1], 0x5678);
	assert_int_equal(direct[1], 0x5678);
	assert_ptr_equal(page_address(f->m, run + 3), (void *)direct);
	assert_ptr_equal(mem_address(f->m, at(501) + 5, 1), (u8 *)at(501) + 5);
	/* A fresh frame holds garbage, or zeroes where they were asked for. */
#ifndef MM_MSAN
	assert_int_not_equal(mapped[512], 0);
#endif
	for (unsigned int i = 0; i < 512; i++)
		assert_int_equal(((u64 *)page_to_virt(f->m, zero))[i], 0);
	assert_int_equal(vunmap_range(f->m, at(500), 4), 4);
	flush_tlb_kernel_range(f->m, 0, UINT64_MAX);
	put_contig_pages(f->m, run, 4);
	put_page(f->m, zero);
	machine_check_leaks(f->m);
}

/* In code that AddressSanitizer does not check, so that the host is asked. */
static __attribute__((no_sanitize("address", "undefined"))) u8 stray(u64 addr)
{
	return *(volatile u8 *)addr;
}

static void map_and_unmap(struct fixture *f)
{
	struct page *p = alloc_one(f, 0);

	task_set_op(7);
	vmap_pages_range(f->m, at(3), &p, 1, GFP_KERNEL);
	CHECK(stray(at(3)) == *(u8 *)page_to_virt(f->m, p));
	vunmap_range(f->m, at(3), 1);
}

static void use_after_unmap(void *arg)
{
	map_and_unmap(arg);
	stray(at(3) + 100);
}

#ifndef MM_ENGINE_THREADS
static void use_after_flush(void *arg)
{
	struct fixture *f = arg;

	map_and_unmap(f);
	flush_tlb_kernel_range(f->m, 0, UINT64_MAX);
	put_page(f->m, pfn_to_page(f->m, 0));
	stray(at(3) + 100);
}

static void use_never_mapped(void *arg)
{
	stray(at(9));
}

static void use_outside(void *arg)
{
	stray(at(0) - PAGE_SIZE);
}

static void use_no_frame(void *arg)
{
	stray(test_direct + 2048 * PAGE_SIZE);
}

static void copy_over_end(void *arg)
{
	struct fixture *f = arg;
	struct page *p = alloc_one(f, 0);
	static u8 buf[2 * PAGE_SIZE];

	vmap_pages_range(f->m, at(3), &p, 1, GFP_KERNEL);
	for (u64 i = 0; i < sizeof(buf); i++)
		buf[i] = stray(at(3) + i);
}

static void break_edges(void *arg)
{
	struct fixture *f = arg;
	struct page *p = alloc_one(f, 0);

	vmap_pages_range(f->m, at(3), &p, 1, GFP_KERNEL);
	f->m->host->edges++;
	machine_verify(f->m);
}

static void test_findings(void **state)
{
	static const struct finding findings[] = {
		{use_after_unmap, ORACLE_FAULT, "unmapped in operation ticket"},
		{use_after_unmap, ORACLE_FAULT, "3064, where"},
		{use_after_flush, ORACLE_FAULT, "last: page frame 0 of one, unmapped in"},
		{use_never_mapped, ORACLE_FAULT, "9000, where nothing is mapped"},
		{use_outside, ORACLE_FAULT, "outside of the KVA"},
		{use_no_frame, ORACLE_FAULT, "800000, where nothing is mapped"},
		{copy_over_end, ORACLE_FAULT, "4000, where nothing is mapped"},
		{break_edges, ORACLE_COUNT, "M17: edges: found 2, recorded 3"},
	};

	struct fixture *f = *state;

	/* cmocka handles the signal too, from the start of a test on. */
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	expect_findings(f, findings, ARRAY_SIZE(findings));
}
#else
static struct fixture *planted;

static void plant(void *arg)
{
	use_after_unmap(planted);
}

static int run_planted(void *arg)
{
	struct fixture *f = arg;
	struct sched_params p = {.nr_cpus = 2};

	planted = f;
	return sched_run(f->s, &p, plant, NULL, &f->result);
}

/* On threads a finding ends the process. */
static void test_findings(void **state)
{
	struct fixture *f = *state;
	char text[600];

	/* cmocka handles the signal too, from the start of a test on. */
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_aborted(run_in_child(run_planted, f, text, sizeof(text)), text);
	if (!strstr(text, "fault: access at 0x") || !strstr(text, "operation 7"))
		fail_msg("found '%s', expected a fault of operation 7", text);
}
#endif

#ifdef MM_ASAN
static void test_poison(void **state)
{
	struct fixture *f = *state;
	struct page *p = alloc_one(f, 0);

	assert_true(__asan_address_is_poisoned((void *)at(3)));
	assert_false(__asan_address_is_poisoned((void *)page_to_virt(f->m, p)));
	map(f, 3, &p, 1);
	assert_false(__asan_address_is_poisoned((void *)at(3)));
	assert_true(__asan_address_is_poisoned((void *)at(4)));
	vunmap_range(f->m, at(3), 1);
	assert_true(__asan_address_is_poisoned((void *)at(3)));
	put_page(f->m, p);
	assert_true(__asan_address_is_poisoned((void *)page_to_virt(f->m, p)));
}
#endif

/* Random runs; after each change the process has as many mappings as the machine counts. */
static void test_mappings(void **state)
{
	struct fixture *f = *state;
	struct page *pages[PAGES];
	u64 seed = 3;

	get_pages(f, pages, PAGES);
	expect_maps(f);
	map(f, 0, pages, PAGES);
	/* The frames are neighbours: one mapping, and what is on either side. */
	assert_int_equal(stats(f->m).mappings, 3);
	expect_maps(f);
	for (int i = 0; i < 300; i++) {
		u64 page = below(&seed, 200), nr = 1 + below(&seed, 12), first = below(&seed, 52);

		if (below(&seed, 2))
			vmap_pages_range(f->m, at(page), pages + first, nr, GFP_KERNEL);
		else
			vunmap_range(f->m, at(page), nr);
		flush_tlb_kernel_range(f->m, 0, UINT64_MAX);
		expect_maps(f);
	}
	machine_verify(f->m);
	for (u64 page = 0; page < 220; page++) {
		const struct page *p = vmalloc_to_page(f->m, at(page));

		if (p)
			assert_int_equal(*(u64 *)at(page), *(u64 *)page_to_virt(f->m, p));
	}
	/* An abandoned run leaves no mapping. */
	assert_int_not_equal(stats(f->m).mappings, 1);
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	expect_maps(f);
	assert_int_equal(stats(f->m).mappings, 1);
}

static void test_limit(void **state)
{
	struct fixture *f = *state;
	struct page *pages[PAGES], *every_other[PAGES / 2];
	u64 used;

	get_pages(f, pages, PAGES);
	for (unsigned int i = 0; i < PAGES / 2; i++)
		every_other[i] = pages[2 * i];
	used = stats(f->m).failed;
	f->m->host->limit = 10;
	assert_int_equal(vmap_pages_range(f->m, at(0), every_other, PAGES / 2, 0), -ENOMEM);
	assert_null(vmalloc_to_page(f->m, at(0)));
	assert_int_equal(stats(f->m).refused, 1);
	assert_int_equal(stats(f->m).failed, used + 1);
	/* Neighbours need one mapping. */
	map(f, 0, pages, PAGES);
	map(f, 100, every_other, 3);
	assert_int_equal(vmap_pages_range(f->m, at(200), every_other, 3, 0), -ENOMEM);
	vunmap_range(f->m, at(100), 3);
	flush_tlb_kernel_range(f->m, 0, UINT64_MAX);
	map(f, 200, every_other, 3);
	expect_maps(f);
}

static void test_refused(void **state)
{
	struct fixture *f = *state;
	struct machine_config cfg = f->cfg;
	struct page *page;

	cfg.kva_start = MACHINE_KVA_START;
	assert_int_equal(machine_boot(f->m, &cfg), -EINVAL);
	assert_non_null(strstr(machine_boot_error(f->m), "not within the host MMU's"));
	cfg.kva_start = KVA;
	cfg.kva_size = 2 * HOST_WINDOW;
	assert_int_equal(machine_boot(f->m, &cfg), -EINVAL);
	cfg = f->cfg;
	cfg.topology.range[0].start = HOST_WINDOW / PAGE_SIZE - 2047;
	assert_int_equal(machine_boot(f->m, &cfg), -EINVAL);
	assert_non_null(strstr(machine_boot_error(f->m), "the last page frame is number"));
	cfg.topology.range[0].start--;
	assert_int_equal(machine_boot(f->m, &cfg), 0);
	page = alloc_one(f, 0);
	assert_int_equal(*(u8 *)page_to_virt(f->m, page),
			 *(u8 *)page_address(f->m, pfn_to_page(f->m, cfg.topology.range[0].start)));
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_string_equal(machine_boot_error(f->m), "");
}

/* Up to MMU_HOST_MACHINES machines, each with addresses of its own; taken addresses are refused. */
static void test_slots(void **state)
{
	struct machine *m[MMU_HOST_MACHINES];
	u64 last = KVA;
	void *p;

	for (unsigned int i = 0; i < ARRAY_SIZE(m); i++) {
		m[i] = machine_create();
		assert_non_null(m[i]);
	}
	p = mmap((void *)(KVA + 2 * HOST_WINDOW), PAGE_SIZE, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	assert_ptr_not_equal(p, MAP_FAILED);
	assert_int_equal(machine_kva_start(m[0], MMU_HOST), 0);
	assert_non_null(strstr(machine_boot_error(m[0]), "the host MMU needs addresses 0x"));
	munmap(p, PAGE_SIZE);
	for (unsigned int i = 0; i < ARRAY_SIZE(m) - 1; i++) {
		u64 start = machine_kva_start(m[i], MMU_HOST);

		assert_int_equal(start, last + 2 * HOST_WINDOW);
		last = start;
	}
	assert_int_equal(machine_kva_start(m[MMU_HOST_MACHINES - 1], MMU_HOST), 0);
	assert_non_null(strstr(machine_boot_error(m[MMU_HOST_MACHINES - 1]),
			       "machines on the host MMU, expected"));
	for (unsigned int i = 0; i < ARRAY_SIZE(m); i++)
		machine_destroy(m[i]);
	assert_int_equal(count_maps(KVA + HOST_WINDOW, last + HOST_WINDOW), 0);
}

/* Without enough mappings of the process there is no host MMU, and the reason is said. */
static void test_few_mappings(void **state)
{
	const u64 nr = 65530 - 700;
	struct fixture *f = *state;
	struct machine *m = machine_create();
	u8 *p;

	/* A raised limit would take too long to reach. */
	if (f->m->host->limit > 65530)
		skip();
	p = mmap(NULL, nr * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		 0);
	assert_ptr_not_equal(p, MAP_FAILED);
	for (u64 i = 0; i < nr; i += 2)
		assert_int_equal(mprotect(p + i * PAGE_SIZE, PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(machine_kva_start(m, MMU_HOST), 0);
	assert_non_null(strstr(machine_boot_error(m), "more mappings than vm.max_map_count="));
	munmap(p, nr * PAGE_SIZE);
	assert_int_not_equal(machine_kva_start(m, MMU_HOST), 0);
	machine_destroy(m);
}

/* A machine changes its MMU from boot to boot. */
static void test_change(void **state)
{
	struct fixture *f = *state;
	struct machine_config model = f->cfg;
	struct page *page;

	model.mmu = MMU_MODEL;
	model.kva_start = MACHINE_KVA_START;
	for (unsigned int i = 0; i < 6; i++) {
		const struct machine_config *cfg = i & 1 ? &f->cfg : &model;

		assert_int_equal(machine_boot(f->m, cfg), 0);
		page = alloc_one(f, 0);
		assert_int_equal(vmap_pages_range(f->m, cfg->kva_start, &page, 1, 0), 0);
		mem_set(f->m, cfg->kva_start, (int)i, PAGE_SIZE);
		assert_int_equal(*(u8 *)page_address(f->m, page), i);
		if (i & 1)
			assert_int_equal(*(u8 *)cfg->kva_start, i);
		if (i < 2)
			continue;
		vunmap_range(f->m, cfg->kva_start, 1);
		flush_tlb_kernel_range(f->m, 0, UINT64_MAX);
		put_page(f->m, page);
		machine_check_leaks(f->m);
		machine_verify(f->m);
	}
}

/* Boot memory is reached by pointers from the start, and keeps what was written that way. */
static void test_boot_memory(void **state)
{
	struct fixture *f = *state;
	u64 *word = (u64 *)test_direct;

	f->cfg.boot_memory = true;
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		assert_int_equal(word[512], 0);
		word[0] = 0x1234;
		assert_int_equal(*(u64 *)mem_address(f->m, test_direct, 8), 0x1234);
#ifndef MM_MSAN
		/* Filled as on the model, if a call comes first. */
		assert_int_not_equal(*(u64 *)mem_address(f->m, test_direct + 2 * PAGE_SIZE, 8), 0);
#endif
		hand_over_pages(f->m, 0, 1);
		assert_int_equal(alloc_one(f, 0)->pfn, 0);
	}
	f->cfg.boot_memory = false;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
}

/* A child of fork() shares the memory, and may not boot its parent's machine. */
static void test_fork(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		_exit(machine_boot(f->m, &f->cfg) == -EINVAL &&
				      strstr(machine_boot_error(f->m), "the process that made it")
			      ? 0
			      : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_pointers), T(test_findings),	T(test_mappings), T(test_limit),
		T(test_refused),  T(test_slots),	T(test_change),	  T(test_boot_memory),
		T(test_fork),	  T(test_few_mappings),
#ifdef MM_ASAN
		T(test_poison),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
