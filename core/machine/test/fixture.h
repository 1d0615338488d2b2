/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fixture.h - the fixture of the tests above the machine: bodies that each run on a freshly booted
 * machine, and must end cleanly or in a finding.
 *
 * It is a template. Before its #include, a file defines struct fixture with these members and any
 * others:
 *
 *	struct machine *m;
 *	struct sched *s;
 *	struct machine_config cfg;
 *	struct schedule schedule;
 *	struct sched_result result;
 *	void (*body)(struct fixture *f);
 *
 * and after its #include, fixture_init() and run_body().
 */
#ifndef MM_MACHINE_TEST_FIXTURE_H
#define MM_MACHINE_TEST_FIXTURE_H

#include "mmu.h"

/* Set what must not be zero. By default the KVA has 16 MiB, and failure plans cover all classes. */
static inline void fixture_init(struct fixture *f);

/* In a run: boot the machine, call the body, and free everything. @arg: the fixture */
static inline void run_body(void *arg);

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->m = machine_create();
	f->s = sched_create();
	if (!f->m)
		return -1;
	use_test_mmu(f->m, &f->cfg);
	f->cfg.kva_size = 16 << 20;
	f->cfg.fail.classes = FAIL_ALL;
	fixture_init(f);
	*state = f;
	return f->m && f->s ? 0 : -1;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	sched_destroy(f->s);
	machine_destroy(f->m);
	free(f);
	return 0;
}

static inline void run(struct fixture *f, void (*body)(struct fixture *f))
{
	struct sched_params p = {.nr_cpus = f->cfg.topology.nr_cpu_ids, .schedule = &f->schedule};

	f->body = body;
	sched_run(f->s, &p, run_body, f, &f->result);
	if (f->result.report.oracle == ORACLE_NONE)
		machine_verify(f->m);
}

/* Run @body. It must end without a finding. */
static inline void expect_clean(struct fixture *f, void (*body)(struct fixture *f))
{
	run(f, body);
	assert_clean(&f->result);
}

/* Run @body. It must end in a finding of @oracle, with these words in its text. */
static inline void expect_finding(struct fixture *f, void (*body)(struct fixture *f),
				  enum oracle oracle, const char *words)
{
	run(f, body);
	assert_finding(&f->result, oracle, words);
}

static inline struct machine_stats mstats(const struct fixture *f)
{
	struct machine_stats st;

	machine_stats(f->m, &st);
	return st;
}

#endif
