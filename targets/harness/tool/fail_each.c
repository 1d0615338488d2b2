/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail_each.c - each request fails in turn; see fail_each.h.
 */
#include "fail_each.h"

static int run_with(struct fail_each *f, struct program *p, const struct runner *runner,
		    u32 failing)
{
	f->failing = failing;
	p->fail = (struct program_fail){.at0 = failing, .classes = FAIL_ALL};
	if (f->progress)
		f->progress(f);
	return runner_run(runner, p, NULL, &f->result);
}

int fail_each(struct fail_each *f, struct program *p, const struct runner *runner)
{
	u32 n;
	int ret = run_with(f, p, runner, 0);

	f->requests = f->result.requests;
	f->no_boot = f->result.boot_error;
	for (n = 1; !ret && n <= FAIL_EACH_MAX; n++) {
		ret = run_with(f, p, runner, n);
		if (!ret && !f->result.injected)
			return 0;
		f->failed++;
	}
	f->cut = !ret && f->result.requests > FAIL_EACH_MAX;
	return ret;
}
