/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * end.c - a function for each oracle that ends the process.
 */
#include "end.h"

/* The constant keeps a linker from folding equal functions into one. */
#define X(name, id, text)                                                                          \
	static __attribute__((__noinline__)) void finding_##name(void)                             \
	{                                                                                          \
		__asm__ volatile("" : : "r"(ORACLE_##name));                                       \
		__builtin_trap();                                                                  \
	}
MM_ORACLES(X)
#undef X

end_process_fn *end_of_oracle(enum oracle o)
{
	static end_process_fn *const end[NR_ORACLES] = {
#define X(name, id, text) [ORACLE_##name] = finding_##name,
		MM_ORACLES(X)
#undef X
	};

	return end[o];
}
