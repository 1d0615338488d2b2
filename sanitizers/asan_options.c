/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * asan_options.c - run-time options of AddressSanitizer, MemorySanitizer and
 * UndefinedBehaviorSanitizer, built into every program so that a replay needs no environment.
 *
 * A finding ends a fuzz target by a trap instruction (targets/harness/fuzz/end.h). With
 * handle_sigill the sanitizer prints its stack, and no frames of the fuzzer's handler.
 *
 * A finding abandons the run, and its fibers never return. So detect_stack_use_after_return is off:
 * the fake frames that it keeps for each stack would never be freed. With print_stacktrace
 * undefined behaviour is reported with its stack.
 *
 * The environment (ASAN_OPTIONS, MSAN_OPTIONS, UBSAN_OPTIONS) overrides them. A build without these
 * sanitizers never calls the functions.
 */

const char *__asan_default_options(void);
const char *__msan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_stack_use_after_return=0:handle_sigill=1";
}

const char *__msan_default_options(void)
{
	return "handle_sigill=1";
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:handle_sigill=1";
}
