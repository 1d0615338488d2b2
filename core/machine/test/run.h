/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - the fixture of the machine's tests: a booted machine, and bodies that must end in a
 * finding.
 *
 * A finding outside of a run ends the process. So a test that makes an oracle fire does it inside
 * of sched_run(), and the finding becomes the result of that run.
 */
#ifndef MM_MACHINE_TEST_RUN_H
#define MM_MACHINE_TEST_RUN_H

#include "mmu.h"
#include "../meta.h"
#include "../page.h"
#include "../pgtable.h"
#include "../../sched/random.h"

#define KVA test_kva

/* A test that gets a booted machine of its own. */
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

struct fixture {
	struct machine *m;
	struct sched *s;
	struct machine_config cfg;
	struct sched_result result;
};

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->m = machine_create();
	f->s = sched_create();
	if (!f->m || !f->s)
		return -1;
	topology_init(&f->cfg.topology, 2, 1, 2048);
	use_test_mmu(f->m, &f->cfg);
	f->cfg.kva_size = 16 << 20;
	*state = f;
	return machine_boot(f->m, &f->cfg);
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	machine_verify(f->m);
	sched_destroy(f->s);
	machine_destroy(f->m);
	free(f);
	return 0;
}

/* Boot the machine with @nr ranges of frames on @nodes nodes, and a CPU on each node. */
static inline void boot_ranges(struct fixture *f, const struct node_range *range, unsigned int nr,
			       unsigned int nodes)
{
	struct topology *t = &f->cfg.topology;

	topology_init(t, nodes, nodes, 64);
	t->nr_ranges = nr;
	memcpy(t->range, range, nr * sizeof(*range));
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
}

/* The pointer for a page that is mapped at @addr, and whose page_address() is @byte. */
static inline u8 *mapped(const struct fixture *f, u64 addr, u8 *byte)
{
	return f->cfg.mmu == MMU_HOST ? (u8 *)addr : byte;
}

/* Run @body. It must end in a finding of @oracle, with these words in its text. */
static inline void expect_finding(struct fixture *f, void (*body)(void *f), enum oracle oracle,
				  const char *words)
{
	struct sched_params p = {.nr_cpus = 2};

	sched_run(f->s, &p, body, f, &f->result);
	assert_finding(&f->result, oracle, words);
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
}

/* The arguments of expect_finding(). */
struct finding {
	void (*body)(void *f);
	enum oracle oracle;
	const char *words;
};

static inline void expect_findings(struct fixture *f, const struct finding *finding, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		expect_finding(f, finding[i].body, finding[i].oracle, finding[i].words);
}

static inline struct machine_stats stats(struct machine *m)
{
	struct machine_stats st;

	machine_stats(m, &st);
	return st;
}

/* A random number below @n. */
static inline u64 below(u64 *seed, u64 n)
{
	return random_next(seed) % n;
}

/* One frame, or a run of frames. */
static inline struct page *alloc_one(struct fixture *f, int nid)
{
	return alloc_page_node(f->m, nid, GFP_KERNEL, "one");
}

static inline struct page *alloc_run(struct fixture *f, int nid, u64 nr, u64 align, gfp_t gfp)
{
	return alloc_contig_pages(f->m, nid, nr, align, gfp, "run");
}

#endif
