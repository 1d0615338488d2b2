/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_frame_checker.c - each check of page frames fires, in a whole boot on the sound allocators
 * with one fault between them.
 *
 * The linker wraps the calls between the allocators (--wrap), so that one of them can fail in one
 * way. A fault that no such call can cause is planted while the checker reads the statistics of the
 * per-CPU allocator, before it looks at any frame.
 */
#include <string.h>

#include "boot/boot.h"
#include "program/test/check.h"
#include "machine/page.h"
#include "machine/pgtable.h"
#include "percpu/percpu.h"
#include "exec/test/run_text.h"
#include "vmap/vmalloc.h"

enum fault {
	NO_FAULT,
	TAKEN_IS_NOT,	 /* memory taken at boot is not reserved */
	TAKEN_REFUSED,	 /* reserving it fails */
	GIVES_LESS,	 /* boot memory reports one page fewer as handed over */
	FREES_MORE,	 /* with a tail of the first chunk, one of its pages is freed */
	FREES_NONE,	 /* tails are not freed */
	FREES_NONE_LATE, /* the first chunk is not freed at the end */
	FREE_REFUSED,
	PAGE_TWICE,	/* two requests to boot memory get the same page */
	OTHER_OWNER,	/* page frames are allocated under another owner's name */
	REFERENCE,	/* mapping takes a reference */
	KEPT,		/* page frames are not freed */
	MAPPED_TWICE,	/* a CPU's page is that of the CPU before */
	FREED_MAPPED,	/* a page frame is freed while it is mapped */
	POPULATED_MORE, /* the per-CPU allocator reports a populated page too many */
	CHUNKS_MORE,	/* it reports a chunk too many */
	VFREE_NONE,	/* vfree() does nothing */
	POOL_MORE,	/* a page is mapped that the harness does not know */
	FORGOTTEN,	/* a frame in use has no reference */
	TABLES_MORE,	/* the page table owns page frames without a table */
	TABLE_FREED,	/* a table's page frame is freed */
	TABLE_TAKEN,	/* a table's page frame gets another owner */
	TABLE_MAPPED,	/* a table's page frame is mapped */
	TABLE_TWICE,	/* two tables share a page frame */
};

static enum fault now;

/* The last mapped page. */
static struct machine *machine;
static struct page *last_mapped;
static bool planted, handed_over;

#define WRAPPED(type, name, ...)                                                                   \
	type __real_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__)

WRAPPED(int, boot_reserve, struct boot_mem *bm, u64 start, u64 size, enum boot_reserve how)
{
	if (now == TAKEN_REFUSED)
		return -EBUSY;
	return now == TAKEN_IS_NOT ? 0 : __real_boot_reserve(bm, start, size, how);
}

WRAPPED(u64, boot_hand_over, struct boot_mem *bm, boot_block_fn give, void *arg)
{
	handed_over = true;
	return __real_boot_hand_over(bm, give, arg) - (now == GIVES_LESS);
}

WRAPPED(int, boot_free, struct boot_mem *bm, u64 start, u64 size)
{
	const u64 more = now == FREES_MORE && !handed_over ? PAGE_SIZE : 0;

	if (now == FREE_REFUSED)
		return -EINVAL;
	if (now == FREES_NONE || (now == FREES_NONE_LATE && handed_over))
		return 0;
	return __real_boot_free(bm, start - more, size + more);
}

WRAPPED(u64, boot_alloc_node, struct boot_mem *bm, unsigned int nid, u64 size, u64 align, u64 goal,
	u64 limit)
{
	static u64 before;

	if (now != PAGE_TWICE || size != PAGE_SIZE || !planted)
		before = __real_boot_alloc_node(bm, nid, size, align, goal, limit);
	planted = size == PAGE_SIZE;
	return before;
}

WRAPPED(struct page *, alloc_page_node, struct machine *m, int nid, gfp_t gfp, const char *owner)
{
	return __real_alloc_page_node(m, nid, gfp, now == OTHER_OWNER ? "stranger" : owner);
}

WRAPPED(void, put_page, struct machine *m, struct page *page)
{
	if (now != KEPT)
		__real_put_page(m, page);
}

WRAPPED(int, vmap_pages_range, struct machine *m, u64 addr, struct page **pages, unsigned long nr,
	gfp_t gfp)
{
	machine = m;
	if (now == MAPPED_TWICE && last_mapped)
		pages = &last_mapped;
	else
		last_mapped = pages[0];
	if (now == REFERENCE)
		get_page(m, pages[0]);
	return __real_vmap_pages_range(m, addr, pages, nr, gfp);
}

WRAPPED(void, vfree, struct vmap_space *vs, u64 addr)
{
	if (now != VFREE_NONE)
		__real_vfree(vs, addr);
}

static void first_table(const struct page *page, unsigned int level, u64 addr, void *arg)
{
	struct page **found = arg;

	if (!*found)
		*found = pfn_to_page(machine, page->pfn);
}

void __real_for_each_table(struct machine *m, table_fn fn, void *arg);

static struct page *table_page(void)
{
	struct page *found = NULL;

	__real_for_each_table(machine, first_table, &found);
	return found;
}

WRAPPED(void, for_each_table, struct machine *m, table_fn fn, void *arg)
{
	__real_for_each_table(m, fn, arg);
	if (now == TABLE_TWICE && last_mapped)
		__real_for_each_table(m, fn, arg);
}

WRAPPED(struct page *, vmalloc_to_page, struct machine *m, u64 addr)
{
	return now == TABLE_MAPPED && planted ? table_page() : __real_vmalloc_to_page(m, addr);
}

/* Plant the fault at the end of an operation that has mapped a page, or at the end of the program.
 */
static void plant(void)
{
	static const char tables[] = "page table", mapping[] = "mapping";

	if (planted || !last_mapped)
		return;
	planted = true;
	if (now == FREED_MAPPED)
		__real_put_page(machine, last_mapped);
	if (now == POOL_MORE)
		__real_alloc_page_node(machine, 0, GFP_KERNEL, mapping);
	if (now == FORGOTTEN)
		__real_alloc_page_node(machine, 0, GFP_KERNEL, mapping)->count = 0;
	if (now == TABLE_FREED)
		__real_put_page(machine, table_page());
	if (now == TABLE_TAKEN)
		table_page()->owner = "vmalloc";
	if (now == TABLES_MORE)
		alloc_contig_pages(machine, 0, 64, 1, GFP_KERNEL, tables);
}

WRAPPED(void, pcpu_stats, struct pcpu *pc, struct pcpu_stats *st)
{
	plant();
	__real_pcpu_stats(pc, st);
	st->populated += now == POPULATED_MORE;
	st->chunks += now == CHUNKS_MORE;
}

#define BOOT "target boot\nmachine nodes=2 unit=32K dynamic=8000 verify=1"
/* On several nodes the frame of another CPU is found by its node first. */
#define ONE_NODE "target boot\nmachine unit=32K dynamic=8000 verify=1"
#define TASK "\ntask a cpu=0\n"
#define NEW_CHUNK TASK "p1 = alloc_percpu size=30000\n"
#define MEMORY TASK "b1 = vmalloc size=10000\n"

static const struct {
	enum fault fault;
	enum oracle oracle;
	const char *words;
	const char *text;
} faults[] = {
	{TAKEN_IS_NOT, ORACLE_OVERLAP, "was taken before boot, and has another user", BOOT TASK},
	{TAKEN_REFUSED, ORACLE_SPURIOUS, "boot memory: error -16, and no request had", BOOT TASK},
	{GIVES_LESS, ORACLE_COUNT, "pages of boot memory were handed over, of ", BOOT TASK},
	{FREES_MORE, ORACLE_PAGE_FREE, "its page frame is no boot memory", BOOT TASK},
	{FREES_NONE, ORACLE_LEAK_PAGE, "is boot memory outside of the first chunk", BOOT TASK},
	{FREES_NONE_LATE, ORACLE_LEAK_PAGE, "4 pages of boot memory were not given back",
	 BOOT TASK},
	{FREE_REFUSED, ORACLE_SPURIOUS, "was not freed: error -22", BOOT TASK},
	{PAGE_TWICE, ORACLE_OVERLAP, " has another user", BOOT " percpu_alloc=page" TASK},
	{OTHER_OWNER, ORACLE_LEAK_PAGE, "is in use by stranger, expected no such owner",
	 BOOT NEW_CHUNK},
	{REFERENCE, ORACLE_LEAK_PAGE, ", of percpu: 2 references", BOOT NEW_CHUNK},
	{KEPT, ORACLE_LEAK_PAGE, "is in use by vmalloc, and is mapped nowhere",
	 BOOT MEMORY "vfree b1\n"},
	{MAPPED_TWICE, ORACLE_OVERLAP, "is in use by percpu, and is mapped 2 times",
	 ONE_NODE TASK "p1 = alloc_percpu size=4000\np2 = alloc_percpu size=4000\n"
		       "p3 = alloc_percpu size=200\n"},
	{FREED_MAPPED, ORACLE_PAGE_FREE, "is free, and is mapped", BOOT MEMORY},
	{POPULATED_MORE, ORACLE_COUNT, "per-CPU chunks: 0 page frames in use", BOOT TASK},
	{CHUNKS_MORE, ORACLE_COUNT,
	 "per-CPU blocks: 0 page frames in use, and its own numbers say 16",
	 "target boot\nmachine backing=km dynamic=8000" TASK},
	{VFREE_NONE, ORACLE_COUNT, "vmalloc(): 3 page frames in use", BOOT MEMORY "vfree b1\n"},
	{POOL_MORE, ORACLE_COUNT, "mappings: 1 page frames in use", BOOT MEMORY},
	{FORGOTTEN, ORACLE_COUNT, "and the machine has ", BOOT MEMORY},
	{TABLES_MORE, ORACLE_LEAK_PAGE, "is in use by page table, and no table lies there",
	 BOOT MEMORY},
	{TABLE_FREED, ORACLE_PAGE_FREE, " is not in use", BOOT MEMORY},
	{TABLE_TAKEN, ORACLE_OVERLAP, " is in use by vmalloc", BOOT MEMORY},
	{TABLE_MAPPED, ORACLE_OVERLAP, " is another table's, or mapped", BOOT MEMORY},
	{TABLE_TWICE, ORACLE_OVERLAP, " is another table's, or mapped", BOOT MEMORY},
};

static void run_faulty(struct executor *x, enum fault fault, const char *text,
		       struct exec_result *r)
{
	struct program p;

	now = fault;
	last_mapped = NULL;
	planted = handed_over = false;
	program_init(&p, TARGET_BOOT);
	from_text(&p, text);
	exec_program(x, &p, NULL, r);
	program_fini(&p);
}

static void each_fault_is_found(void **state)
{
	for (u32 i = 0; i < ARRAY_SIZE(faults); i++) {
		struct exec_result r;
		const struct report *found = &r.sched.report;

		run_faulty(*state, NO_FAULT, faults[i].text, &r);
		assert_sound(&r, faults[i].text);
		assert_int_equal(r.boot_error, 0);
		run_faulty(*state, faults[i].fault, faults[i].text, &r);
		if (found->oracle != faults[i].oracle || !strstr(found->text, faults[i].words))
			fail_msg("fault %u: %s, %s", faults[i].fault, oracle_id(found->oracle),
				 found->text);
	}
}

/* Without a fault the checker finds nothing: with each request failing, and on free frames. */
static void nothing_else_is(void **state)
{
	static const char *const text[] = {
		BOOT MEMORY "p1 = alloc_percpu size=30000\nm1 = vm_map_ram pages=3\nvfree b1\n",
		BOOT " memory=bootmem taken=3" NEW_CHUNK,
		BOOT " memory=frames" NEW_CHUNK,
		BOOT " percpu_alloc=page" NEW_CHUNK,
		"target boot\nmachine backing=km dynamic=8000 static=100" NEW_CHUNK,
	};

	for (u32 i = 0; i < ARRAY_SIZE(text); i++) {
		for (u32 at = 0; at < 60; at++) {
			struct exec_result r;
			char failing[400];

			snprintf(failing, sizeof(failing), "%sfail at=%u\n", text[i], at);
			run_faulty(*state, NO_FAULT, failing, &r);
			assert_sound(&r, failing);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_found),
		cmocka_unit_test(nothing_else_is),
	};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
