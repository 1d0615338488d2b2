/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsan_options.c - default options of ThreadSanitizer; TSAN_OPTIONS overrides them.
 */
#include "tsan_options.h"

/*
 * Report a race in each run in which it happens, instead of once a process: a second input of a
 * fuzzer or a minimiser that shows it must not pass.
 */
const char mm_tsan_options[] = "suppress_equal_stacks=0:"
			       /*
				* A report becomes the finding `race` of the run (__tsan_on_report),
				* and the caller of the run decides how to go on.
				*/
			       "halt_on_error=0:"
			       /* The engine checks lock order and ownership by class itself. */
			       "detect_deadlocks=0:"
			       "report_mutex_bugs=0:"
			       /* Fibers are reused. */
			       "report_thread_leaks=0:"
			       /* Fuzzers must write files in signal handlers. */
			       "report_signal_unsafe=0:"
			       /* Printing must not order tasks. */
			       "io_sync=0:"
			       /* A finding ends a fuzz target by a trap instruction. */
			       "handle_sigill=1:"
			       /* A quiet and quick end of the process. */
			       "print_suppressions=0:"
			       "atexit_sleep_ms=0";

const char *__tsan_default_options(void)
{
	return mm_tsan_options;
}
