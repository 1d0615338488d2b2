/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - run a command with a time limit, and stop when the user interrupts.
 */
#ifndef MM_MMSTORM_HUNT_CHILD_H
#define MM_MMSTORM_HUNT_CHILD_H

#include <stdbool.h>

/* How a command ended. */
enum child_end {
	CHILD_ENDED,	   /* by itself */
	CHILD_LATE,	   /* it was killed at the limit */
	CHILD_INTERRUPTED, /* the user wants to stop; it was killed */
	CHILD_NOT_STARTED,
};

/** child_catch_signals() - from now on SIGINT and SIGTERM end a command, and not this process */
void child_catch_signals(void);

/** child_release_signals() - the opposite */
void child_release_signals(void);

/**
 * child_run() - run a command
 * @argv:   its arguments; @argv[0] is a path
 * @log:    file that receives its output, both streams; NULL: standard error
 * @limit:  seconds until it is killed; 0: none
 * @status: receives its exit status, or 128 and the number of the signal that ended it
 * @took:   receives the seconds that it took
 */
enum child_end child_run(char *const argv[], const char *log, double limit, int *status,
			 double *took);

#endif
