/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * death_callback.c - several callbacks for the death of a process by a sanitizer.
 *
 * The sanitizers' runtime has room for one. libFuzzer's writes the input that crashed, and ours
 * (tool/finding.c) writes it as a program; there is no getter to chain them by. The linker directs
 * all callers of __sanitizer_set_death_callback() in a fuzz target here (--wrap), and the runtime
 * is given one callback that calls all, in the order in which they were set: the fuzzer's first.
 */
#include <stdio.h>
#include <stdlib.h>

#define CALLBACKS_MAX 4

static void (*callback[CALLBACKS_MAX])(void);
static unsigned int nr_callbacks;

void __wrap___sanitizer_set_death_callback(void (*fn)(void));
/* Weak: a build without a sanitizer has none. */
void __real___sanitizer_set_death_callback(void (*fn)(void)) __attribute__((__weak__));

static void call_all(void)
{
	for (unsigned int i = 0; i < nr_callbacks; i++)
		callback[i]();
}

void __wrap___sanitizer_set_death_callback(void (*fn)(void))
{
	if (nr_callbacks == CALLBACKS_MAX) {
		fprintf(stderr, "mmstorm: more than %u death callbacks\n", CALLBACKS_MAX);
		abort();
	}
	callback[nr_callbacks++] = fn;
	if (nr_callbacks == 1 && __real___sanitizer_set_death_callback)
		__real___sanitizer_set_death_callback(call_all);
}
