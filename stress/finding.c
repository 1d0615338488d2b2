/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.c - see finding.h.
 */
#include "finding.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "command.h"

/* The finding of a child that died without a word. */
static void name_death(struct report *r, int status)
{
	r->op = -1;
	if (WIFSIGNALED(status)) {
		r->oracle = ORACLE_CRASH;
		snprintf(r->text, sizeof(r->text), "killed by signal %d: %s", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	} else {
		r->oracle = ORACLE_SANITIZER;
		snprintf(r->text, sizeof(r->text), "a sanitizer ended the process, status %d",
			 WEXITSTATUS(status));
	}
}

int finding_of(struct stress *st, const struct program *p, int status)
{
	struct report *r = &st->shared->report;

	if (!__atomic_load_n(&st->shared->found, __ATOMIC_ACQUIRE)) {
		if (WIFEXITED(status) && WEXITSTATUS(status) != EXIT_FINDING)
			return WEXITSTATUS(status);
		name_death(r, status);
	}
	printf("FINDING %s in %s (stress): %s\n", oracle_id(r->oracle), stress_name(st), r->text);
	return EXIT_FINDING;
}
