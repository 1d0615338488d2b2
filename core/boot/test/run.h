/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - what boot memory's tests share: an allocator of either kind, and bodies that must end
 * well or in a finding.
 *
 * Every body runs inside of sched_run(), on a machine booted for it, with an allocator that knows
 * no memory yet.
 */
#ifndef MM_BOOT_TEST_RUN_H
#define MM_BOOT_TEST_RUN_H

#include "../internal.h"
#include "../../sched/test/checks.h"

#define NR_NODES 4
#define PAGES(n) ((u64)(n) << PAGE_SHIFT)

/**
 * @kind:    of the allocator
 * @told:    refusals are kept here, and are no findings
 * @refusals, @why, @start, @end: how many, and the last one
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
	bool told;
	unsigned int refusals;
	enum boot_error why;
	u64 start, end;
	u64 seed;
};

#include "../../machine/test/fixture.h"

static inline void fixture_init(struct fixture *f)
{
	topology_init(&f->cfg.topology, 4, 1, 2048);
	f->told = true;
}

static inline void keep_refusal(void *arg, enum boot_error why, const char *call, u64 start,
				u64 end)
{
	struct fixture *f = arg;

	CHECK(!strncmp(call, "boot_", 5));
	f->refusals++;
	f->why = why;
	f->start = start;
	f->end = end;
}

/* Within a run: an allocator, the body, and everything must have been given back. */
static inline void run_body(void *arg)
{
	struct fixture *f = arg;
	struct boot_config cfg = {.kind = f->kind,
				  .nr_nodes = NR_NODES,
				  .refused = f->told ? keep_refusal : NULL,
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

/* Both allocators; nothing must be found. */
static inline void expect_both(void **state, void (*body)(struct fixture *f))
{
	struct fixture *f = *state;

	for (f->kind = 0; f->kind < NR_BOOT_KINDS; f->kind++)
		expect_clean(f, body);
}

/* In a body: the refusals so far are @nr, the last one for that reason. */
#define CHECK_REFUSED(f, nr, reason)                                                               \
	do {                                                                                       \
		CHECK((f)->refusals == (nr));                                                      \
		CHECK((f)->why == (reason));                                                       \
	} while (0)

/* Pages [@start, @start + @nr) of a node. */
static inline void add_pages(struct fixture *f, unsigned int nid, u64 start, u64 nr)
{
	CHECK(!boot_register_node(f->bm, nid, PAGES(start), PAGES(start + nr)));
}

/* One node. */
static inline void one_node(struct fixture *f, u64 start, u64 nr)
{
	add_pages(f, 0, start, nr);
	CHECK(!boot_setup(f->bm));
}

/* The reviewers' case in small: node 0 has 0-64 and 128-192, node 1 has 64-128 and 192-256. */
static inline void interleaved(struct fixture *f)
{
	add_pages(f, 0, 0, 64);
	add_pages(f, 0, 128, 64);
	add_pages(f, 1, 64, 64);
	add_pages(f, 1, 192, 64);
	CHECK(!boot_setup(f->bm));
}

static inline struct boot_stats bstats(struct fixture *f)
{
	struct boot_stats st;

	boot_stats(f->bm, &st);
	return st;
}

#endif
