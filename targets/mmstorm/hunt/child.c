/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.c - see child.h.
 *
 * The end of a command is noticed within POLL_NS, which is the precision of its time.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sched/clock.h"

#define POLL_NS 5000000

static volatile sig_atomic_t interrupted;
static struct sigaction before_int, before_term;

static void interrupt(int sig)
{
	interrupted = 1;
}

void child_catch_signals(void)
{
	struct sigaction sa = {.sa_handler = interrupt};

	interrupted = 0;
	sigaction(SIGINT, &sa, &before_int);
	sigaction(SIGTERM, &sa, &before_term);
}

void child_release_signals(void)
{
	sigaction(SIGINT, &before_int, NULL);
	sigaction(SIGTERM, &before_term, NULL);
}

/* In the child. */
static void start(char *const argv[], const char *log, pid_t parent)
{
	int fd = log ? open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666) : STDERR_FILENO;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0 &&
	    dup2(fd, STDERR_FILENO) >= 0)
		execv(argv[0], argv);
	_exit(127);
}

enum child_end child_run(char *const argv[], const char *log, double limit, int *status,
			 double *took)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};
	const double begin = clock_seconds();
	const pid_t parent = getpid(), pid = fork();
	enum child_end end = CHILD_ENDED;
	int how = 0;

	if (!pid)
		start(argv, log, parent);
	if (pid < 0)
		return CHILD_NOT_STARTED;
	while (!waitpid(pid, &how, WNOHANG)) {
		*took = clock_seconds() - begin;
		if (interrupted || (limit > 0 && *took > limit)) {
			end = interrupted ? CHILD_INTERRUPTED : CHILD_LATE;
			kill(pid, SIGKILL);
			while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
				;
			break;
		}
		nanosleep(&pause, NULL);
	}
	*took = clock_seconds() - begin;
	*status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
	/* A terminal interrupts the command too, which may end first. */
	if (interrupted)
		end = CHILD_INTERRUPTED;
	return end == CHILD_ENDED && *status == 127 ? CHILD_NOT_STARTED : end;
}
