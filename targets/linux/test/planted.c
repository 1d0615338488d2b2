/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted.c - which planted defect is switched on; see planted.h.
 */
#include "planted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum planted mm_planted;

static __attribute__((constructor)) void choose(void)
{
	static const struct {
		const char *name;
		enum planted id;
	} defects[] = {
#define X(id, name) {name, PLANTED_##id},
		PLANTED_DEFECTS(X)
#undef X
	};
	const char *name = getenv("MMSTORM_PLANTED");

	if (!name)
		return;
	for (unsigned int i = 0; i < sizeof(defects) / sizeof(defects[0]); i++)
		if (!strcmp(defects[i].name, name)) {
			mm_planted = defects[i].id;
			return;
		}
	fprintf(stderr, "MMSTORM_PLANTED: unknown defect '%s'\n", name);
	exit(2);
}
