/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * end.h - how the process of a fuzz target ends at a finding.
 *
 * A fleet of fuzzers takes two crashes for the same bug if the innermost functions of their stacks
 * are the same. So each oracle has a function of its own that ends the process, called where the
 * check failed: the stack begins with the oracle, mm_report(), and the function that failed.
 */
#ifndef MM_HARNESS_FUZZ_END_H
#define MM_HARNESS_FUZZ_END_H

#include "sched/sched.h"

/**
 * end_of_oracle() - the function that ends the process at a finding of an oracle
 * @o: the oracle
 *
 * It executes a trap instruction: unlike abort(), that adds no frames of the C library to the
 * stack, and the sanitizers print a stack without any option.
 */
end_process_fn *end_of_oracle(enum oracle o);

#endif
