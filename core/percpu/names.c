/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.c - the names of the enumerations of percpu.h.
 *
 * It calls nothing of the allocator, so a replacement of the allocator can link it unchanged.
 */
#include "percpu.h"

const char *pcpu_fc_name(enum pcpu_fc fc)
{
	static const char *const name[NR_PCPU_FC] = {
		[PCPU_FC_AUTO] = "auto",
		[PCPU_FC_EMBED] = "embed",
		[PCPU_FC_PAGE] = "page",
	};

	return name[fc];
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
