/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted.h - faults of the naive allocators, and the findings that they must cause.
 */
#ifndef MM_HARNESS_TEST_PLANTED_H
#define MM_HARNESS_TEST_PLANTED_H

#include "faulty_allocators.h"
#include "sched/report.h"

/* Reported at boot or at the end, outside of all operations. */
#define NO_OP (-1)

/**
 * struct planted - a fault and the finding that it must cause
 * @fault:  the fault
 * @oracle: the oracle that must fire
 * @op:     the operation that the finding names
 * @words:  part of its text
 * @text:   the program
 */
struct planted {
	enum fault fault;
	enum oracle oracle;
	s32 op;
	const char *words;
	const char *text;
};

/* First chunk, reserved region, bad frees, layouts, two allocators: planted_percpu.c. */
extern const struct planted planted_percpu[];
extern const u32 nr_planted_percpu;

/* The lowest address, accounts, blocks, aliases: planted_vmap.c. */
extern const struct planted planted_vmap[];
extern const u32 nr_planted_vmap;

/* Cached ranges of zones and pools; one of three spaces: planted_zone.c. */
extern const struct planted planted_zone[];
extern const u32 nr_planted_zone;

/* Owners, memory, users' mappings, readers, listings; one of two spaces: planted_vmalloc.c. */
extern const struct planted planted_vmalloc[];
extern const u32 nr_planted_vmalloc;

/* Boot memory: requests, refusals, the hand-over: planted_boot.c. */
extern const struct planted planted_boot[];
extern const u32 nr_planted_boot;

#endif
