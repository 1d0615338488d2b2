/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * breaks.h - tables of things that are broken by hand, and of the findings that must follow.
 */
#ifndef MM_VMAP_TEST_BREAKS_H
#define MM_VMAP_TEST_BREAKS_H

#include "run.h"

/**
 * struct broken - a body that breaks an invariant
 * @body:   breaks it; run_body() verifies afterwards, if the body does not
 * @oracle: the finding that must follow
 * @words:  a part of its text
 */
struct broken {
	void (*body)(struct fixture *f);
	enum oracle oracle;
	const char *words;
};

static inline void expect_broken(struct fixture *f, const struct broken *b, size_t nr)
{
	for (; nr--; b++)
		expect_finding(f, b->body, b->oracle, b->words);
}

#endif
