/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - run a function in a child process, since a finding outside of a run ends the process.
 */
#ifndef MM_SCHED_TEST_CHILD_H
#define MM_SCHED_TEST_CHILD_H

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks.h"

/*
 * Run @fn in a child, which exits with the result. cmocka's handlers are taken out there. @said, of
 * @size bytes, receives what the child writes to its standard error, and a zero. Return: the wait
 * status.
 */
static inline int run_in_child(int (*fn)(void *arg), void *arg, char *said, size_t size)
{
	int out[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(out), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(out[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		signal(SIGILL, SIG_DFL);
		_exit(fn(arg));
	}
	close(out[1]);
	while (n < size - 1 && (got = read(out[0], said + n, size - 1 - n)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(out[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static inline void assert_aborted(int status, const char *said)
{
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		fail_msg("found wait status 0x%x, expected SIGABRT: %s", status, said);
}

#endif
