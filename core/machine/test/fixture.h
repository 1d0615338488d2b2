/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fixture.h - what tests of the floors above the machine share: bodies that run on a machine booted
 * for each of them, and must end well or in a finding.
 *
 * It is a template. The file that includes it has defined struct fixture, with these members and
 * its own ones:
 *
 *	struct machine *m;
 *	struct sched *s;
 *	struct machine_config cfg;
 *	struct schedule schedule;
 *	struct sched_result result;
 *	void (*body)(struct fixture *f);
 *
 * and it defines fixture_init() and run_body() below the #include.
 */
#ifndef MM_MACHINE_TEST_FIXTURE_H
#define MM_MACHINE_TEST_FIXTURE_H

#include "../machine.h"
#include "../../sched/test/checks.h"

/* Configure what is not to be zero. There are 16 MiB of addresses, and any request may fail. */
static inline void fixture_init(struct fixture *f);

/* Within a run: boot a machine, call the body, and give everything back. @arg: the fixture */
static inline void run_body(void *arg);

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->m = machine_create();
	f->s = sched_create();
	f->cfg.kva_start = MACHINE_KVA_START;
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
}

/* Run @body; nothing must be found. */
static inline void expect_clean(struct fixture *f, void (*body)(struct fixture *f))
{
	run(f, body);
	assert_clean(&f->result);
}

/* Run @body; it must end in that finding, with these words in its text. */
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
