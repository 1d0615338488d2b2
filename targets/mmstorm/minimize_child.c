/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize_child.c - minimise a program in children of this process.
 */
#include "minimize_child.h"

#include <math.h>

#include "sched/clock.h"
#include "tool/isolate.h"

/* Lower the time limit of a run: candidates that never end should cost little. */
static void set_limit(struct isolate *i, const struct program *p)
{
	double start = clock_seconds(), seconds = 0;
	struct exec_result r;

	/* A run that used up the old limit does not tell how long a run takes. */
	if (isolate_run(i, p, NULL, &r) != 1 || r.sched.report.oracle != ORACLE_LIVELOCK)
		seconds = 10 * (clock_seconds() - start);
	isolate_limit(i, 2 + (unsigned int)ceil(seconds));
}

static int minimize_by(struct program *p, struct minimize_options *mo, struct minimize_stats *st,
		       struct runner *inner, bool fresh)
{
	struct isolate_options options = {
		.seconds = ISOLATE_SECONDS, .brief = true, .fresh = fresh};
	struct isolate *i = isolate_create(&options);
	int err;

	if (!i)
		return -ENOMEM;
	set_limit(i, p);
	*inner = (struct runner){isolate_run, i};
	mo->renew = isolate_renew;
	mo->renew_arg = i;
	err = minimize(p, mo, st);
	isolate_destroy(i);
	return err;
}

int minimize_in_children(struct program *p, struct minimize_options *mo, struct minimize_stats *st,
			 struct runner *inner)
{
	struct program original;
	int err;

	program_init(&original, p->target);
	err = program_copy(&original, p);
	if (!err)
		err = minimize_by(p, mo, st, inner, false);
	if (err == -EILSEQ) {
		err = program_copy(p, &original);
		if (!err)
			err = minimize_by(p, mo, st, inner, true);
	}
	program_fini(&original);
	return err;
}
