/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.c - the plainest judge: a run in this process; see judge.h.
 */
#include "judge.h"

int judge_here(void *arg, const struct program *p, struct schedule *taken, struct exec_result *r)
{
	struct exec_options o = {.taken = taken};

	return exec_program(arg, p, &o, r);
}
