/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - the fixture of boot memory's tests: bodies that must end cleanly or in a finding, on
 * either allocator.
 *
 * Each body runs inside of sched_run(), on a freshly booted machine, with an allocator that has no
 * memory yet.
 */
#ifndef MM_BOOT_TEST_RUN_H
#define MM_BOOT_TEST_RUN_H

#include "../internal.h"
#include "../../sched/test/checks.h"

#define NR_NODES 4
#define PAGES(n) ((u64)(n) << PAGE_SHIFT)

/**
 * @kind:   of the allocator
 * @record: record refusals here; otherwise a refusal is a finding
 * @refusals, @why, @start, @end: number of refusals, and the last one
 */
struct fixture {
	struct machine *m;
	struct sched *s;
	struct machine_config cfg;
	struct schedule schedule;
	struct sched_result result;
	enum boot_kind kind;

	/* In a run. */
	void (*body)(struct fixture *f);
	struct boot_mem *bm;
	bool record;
	unsigned int refusals;
	enum boot_error why;
	u64 start, end;
	u64 seed;
};

#include "../../machine/test/fixture.h"

static inline void fixture_init(struct fixture *f)
{
	topology_init(&f->cfg.topology, 4, 1, 2048);
	f->record = true;
}

static inline void record_refusal(void *arg, enum boot_error why, const char *call, u64 start,
				  u64 end)
{
	struct fixture *f = arg;

	CHECK(!strncmp(call, "boot_", 5));
	f->refusals++;
	f->why = why;
	f->start = start;
	f->end = end;
}

/* In a run: make an allocator, call the body, and check that everything is freed. */
static inline void run_body(void *arg)
{
	struct fixture *f = arg;
	struct boot_config cfg = {.kind = f->kind,
				  .nr_nodes = NR_NODES,
				  .refused = f->record ? record_refusal : NULL,
				  .arg = f};
	struct machine_stats st;

	f->bm = NULL;
	f->refusals = 0;
	if (machine_boot(f->m, &f->cfg))
		mm_report(ORACLE_CRASH, "no machine");
	if (!boot_create(f->m, &cfg, &f->bm)) {
		f->body(f);
		boot_verify(f->bm);
		boot_destroy(f->bm);
	} else {
		machine_stats(f->m, &st);
		CHECK(st.failed);
	}
	machine_check_leaks(f->m);
}

/* Run @body on both allocators. Both runs must end without a finding. */
static inline void expect_both(void **state, void (*body)(struct fixture *f))
{
	struct fixture *f = *state;

	for (f->kind = 0; f->kind < NR_BOOT_KINDS; f->kind++)
		expect_clean(f, body);
}

/* Define test_@name(), which runs the body @name on both allocators; and the entry of a test. */
#define BOTH(name)                                                                                 \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		expect_both(state, name);                                                          \
	}
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

/* In a body: there were @nr refusals so far, the last one for that reason. */
#define CHECK_REFUSED(f, nr, reason)                                                               \
	do {                                                                                       \
		CHECK((f)->refusals == (nr));                                                      \
		CHECK((f)->why == (reason));                                                       \
	} while (0)

/* Register pages [@start, @start + @nr) of a node. */
static inline void add_pages(struct fixture *f, unsigned int nid, u64 start, u64 nr)
{
	CHECK(!boot_register_node(f->bm, nid, PAGES(start), PAGES(start + nr)));
}

/* Register one node, and set up. */
static inline void one_node(struct fixture *f, u64 start, u64 nr)
{
	add_pages(f, 0, start, nr);
	CHECK(!boot_setup(f->bm));
}

/* The case of the RFC's reviewers, in small: node 0 has 0-63 and 128-191, node 1 64-127, 192-255.
 */
static inline void interleaved(struct fixture *f)
{
	add_pages(f, 0, 0, 64);
	add_pages(f, 0, 128, 64);
	add_pages(f, 1, 64, 64);
	add_pages(f, 1, 192, 64);
	CHECK(!boot_setup(f->bm));
}

/* A boot_block_fn that ignores the blocks. */
static inline void ignore_block(void *arg, u64 pfn, unsigned int order)
{
}

static inline struct boot_stats bstats(struct fixture *f)
{
	struct boot_stats st;

	boot_stats(f->bm, &st);
	return st;
}

#endif
