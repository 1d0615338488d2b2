/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsan_options.c - options that ThreadSanitizer starts with; TSAN_OPTIONS overrides them.
 */
#include "tsan_options.h"

/* A race is a finding of each run in which it happens, not of the process once. */
const char mm_tsan_options[] = "suppress_equal_stacks=0:"
			       /* A finding ends the run, not the process. */
			       "halt_on_error=0:"
			       "exitcode=0:"
			       /* The engine judges lock order itself, and names the tasks. */
			       "detect_deadlocks=0:"
			       "report_mutex_bugs=0:"
			       "report_thread_leaks=0:"
			       "report_signal_unsafe=0:"
			       /* Printing must not order tasks. */
			       "io_sync=0:"
			       "print_suppressions=0:"
			       "atexit_sleep_ms=0";

const char *__tsan_default_options(void)
{
	return mm_tsan_options;
}
