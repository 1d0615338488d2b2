/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - what the machine's tests share: a booted machine, and bodies that must end in a finding.
 *
 * A finding outside of a run ends the process, so a test that makes an oracle fire does it inside
 * of sched_run(), whose result the finding becomes.
 */
#ifndef MM_MACHINE_TEST_RUN_H
#define MM_MACHINE_TEST_RUN_H

#include "../machine.h"
#include "../meta.h"
#include "../page.h"
#include "../pgtable.h"
#include "../../sched/random.h"
#include "../../sched/test/checks.h"

#define KVA MACHINE_KVA_START

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
	f->cfg.kva_start = KVA;
	f->cfg.kva_size = 16 << 20;
	*state = f;
	return machine_boot(f->m, &f->cfg);
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	sched_destroy(f->s);
	machine_destroy(f->m);
	free(f);
	return 0;
}

/* Run @body; it must end in that finding, with these words in its text. */
static inline void expect_finding(struct fixture *f, void (*body)(void *f), enum oracle oracle,
				  const char *words)
{
	struct sched_params p = {.nr_cpus = 2};

	sched_run(f->s, &p, body, f, &f->result);
	assert_finding(&f->result, oracle, words);
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
}

static inline struct machine_stats stats(struct machine *m)
{
	struct machine_stats st;

	machine_stats(m, &st);
	return st;
}

#endif
