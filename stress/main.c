/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - mmstorm stress: real threads on the allocators, watched over from a parent process.
 *
 * The run happens in a child (shared.h). The parent waits for it, passes on a request to stop, and
 * turns a finding into files before it reports it: what was reported is on disk.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "command.h"
#include "finding.h"
#include "program_runs.h"
#include "stress.h"

static struct shared *shared;

static void stop(int sig)
{
	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
}

/* A terminal sends its signals to the child as well. */
static void catch_signals(void)
{
	struct sigaction sa = {.sa_handler = stop};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

/* Return: how the child ended, as of waitpid(). */
static int run_in_child(struct stress *st, const struct program *p)
{
	pid_t parent = getpid(), pid;
	int status = 0;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("mmstorm stress: fork");
		exit(EXIT_BAD);
	}
	if (!pid) {
		/* If the parent is killed, so is the child. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(EXIT_BAD);
		child_begin(st->shared);
		exit(st->nr_roles ? stress_run(st) : program_runs(st, p));
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int main(int argc, char **argv)
{
	static struct stress_options o;
	static struct stress st;
	struct program p;
	bool is_program;
	int status;

	/* For messages, also if the front door did not start this program. */
	argv[0] = "stress";
	status = command_parse(&o, &st, argc, argv);

	if (status >= 0)
		return status;
	program_init(&p, TARGET_VMAP);
	is_program = !st.wl;
	if (is_program) {
		status = program_runs_open(&p, &o);
		if (status >= 0)
			goto out;
	}
	st.shared = shared = shared_create();
	if (!shared) {
		status = command_error("out of memory");
		goto out;
	}
	catch_signals();
	status = finding_of(&st, is_program ? &p : NULL, run_in_child(&st, is_program ? &p : NULL));
	shared_destroy(shared);
out:
	program_fini(&p);
	return status;
}
