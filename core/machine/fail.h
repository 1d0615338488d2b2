/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail.h - injected failure.
 *
 * Every request for metadata, page frames or a page-table page has a number in its run, from 1, in
 * one common sequence. A plan names the numbers that fail. A number that the run never reaches has
 * no effect.
 */
#ifndef MM_MACHINE_FAIL_H
#define MM_MACHINE_FAIL_H

#include "../sched/types.h"

/* Classes of requests; bits of struct fail_plan.classes. */
enum fail_class {
	FAIL_META = 1,	/* kmalloc() */
	FAIL_PAGE = 2,	/* alloc_page_node(), alloc_contig_pages() */
	FAIL_TABLE = 4, /* page-table pages */
	FAIL_ALL = 7
};

#define FAIL_MAX_AT 4

/**
 * struct fail_plan - which requests fail
 * @at:      numbers that fail; 0: unused entry
 * @every:   each multiple of this number fails too; 0: none
 * @classes: enum fail_class; only requests of these classes fail. All classes are numbered
 */
struct fail_plan {
	u32 at[FAIL_MAX_AT];
	u32 every;
	u8 classes;
};

#endif
