/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * asan_options.c - run-time options of AddressSanitizer and UndefinedBehaviorSanitizer, built
 * into every program so that a replay needs no environment.
 *
 * The environment (ASAN_OPTIONS, UBSAN_OPTIONS) overrides them. A build without these sanitizers
 * never calls the functions. The reasons are in README.md.
 */

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_stack_use_after_return=0";
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1";
}
