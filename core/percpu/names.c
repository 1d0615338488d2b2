/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.c - what the choices and the answers of percpu.h are called in texts.
 *
 * It calls nothing of the allocator, so that whoever stands in its place links this as it is.
 */
#include <string.h>

#include "percpu.h"

static const char *const fc_name[NR_PCPU_FC] = {
	[PCPU_FC_AUTO] = "auto",
	[PCPU_FC_EMBED] = "embed",
	[PCPU_FC_PAGE] = "page",
};

const char *pcpu_fc_name(enum pcpu_fc fc)
{
	return fc_name[fc];
}

enum pcpu_fc pcpu_fc_by_name(const char *name)
{
	enum pcpu_fc fc;

	for (fc = 0; fc < NR_PCPU_FC; fc++)
		if (!strcmp(name, fc_name[fc]))
			break;
	return fc;
}

const char *pcpu_bad_free_name(enum pcpu_bad_free why)
{
	static const char *const name[NR_PCPU_BAD_FREE] = {
		[PCPU_FREE_NO_CHUNK] = "no-chunk",
		[PCPU_FREE_OUTSIDE] = "outside",
		[PCPU_FREE_MIDDLE] = "middle",
		[PCPU_FREE_TWICE] = "twice",
	};

	return name[why];
}
