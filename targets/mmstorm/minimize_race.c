/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize_race.c - shorten what a sanitizer finds by way of the race that causes it.
 *
 * A use of freed memory needs a schedule that a shorter program rarely meets. The race that leads
 * there shows in most schedules, so ThreadSanitizer shortens the same program to a few operations.
 * Of the result only the operations matter: here they must fail as before, by a schedule that is
 * looked for anew. If they do not, it was another race, and nothing is lost but time.
 */
#include "minimize_race.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "program/fields.h"
#include "sched/clock.h"
#include "tool/explore.h"
#include "tool/input.h"
#include "tool/isolate.h"
#include "tool/output.h"

extern char **environ;

/* The folder of a flavour has the preset's name: "tsan" in place of one folder of this program. */
bool minimize_race_beside(char *path)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return false;
	self[len] = '\0';
	for (char *end = strrchr(self, '/'); end && end > self;) {
		char *begin = end;
		int n;

		while (begin > self && begin[-1] != '/')
			begin--;
		if (begin == self)
			break;
		n = snprintf(path, PATH_MAX, "%.*stsan%s", (int)(begin - self), self, end);
		if (n < PATH_MAX && strcmp(path, self) != 0 && !access(path, X_OK))
			return true;
		end = begin - 1;
	}
	return false;
}

/* Return: whether a race was found, and written to @out. */
static bool find_race(const char *tsan, const char *in, const char *out, u64 seconds)
{
	char limit[24];
	const char *argv[] = {tsan,	 "explore", "--oracle",	 "race", "--minimize",
			      "--times", "3",	    "--seconds", limit,	 "--output",
			      out,	 in,	    NULL};
	posix_spawn_file_actions_t quiet;
	int status = -1, err;
	pid_t pid;

	snprintf(limit, sizeof(limit), "%llu", seconds);
	if (posix_spawn_file_actions_init(&quiet))
		return false;
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	err = posix_spawn(&pid, tsan, &quiet, NULL, (char **)argv, environ);
	posix_spawn_file_actions_destroy(&quiet);
	if (err)
		return false;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FINDING;
}

/* Set @race to the shortest race of @p. Return: 1, or 0 if there is none, or an error number. */
static int shortest_race(const struct program *p, const char *tsan, u64 seconds,
			 struct program *race)
{
	char dir[] = "/tmp/mmstorm-race-XXXXXX", in[PATH_MAX], out[PATH_MAX], text[INPUT_ERROR];
	int ret;

	if (!mkdtemp(dir))
		return -errno;
	snprintf(in, sizeof(in), "%s/in.prog", dir);
	snprintf(out, sizeof(out), "%s/out.prog", dir);
	ret = output_program(in, p);
	if (!ret)
		ret = find_race(tsan, in, out, seconds) &&
		      !input_program(race, out, INPUT_ANY_TARGET, text);
	unlink(in);
	unlink(out);
	rmdir(dir);
	return ret;
}

/* Without the addresses, which differ from run to run. */
static bool same_kind(const char *a, const char *b)
{
	const char *end = strstr(a, " on address");
	size_t len = end ? (size_t)(end - a) : strlen(a);

	return !strncmp(a, b, len) && (!b[len] || !strncmp(b + len, " on address", 11));
}

/* Find a schedule under which @race fails like @p. Return: 1, 0 or a negative error number. */
static int fail_alike(const struct program *p, struct program *race, u64 seconds)
{
	struct isolate_options options = {.seconds = ISOLATE_SECONDS, .brief = true};
	struct isolate *i = isolate_create(&options);
	struct seen_runner seen = {.runner = {isolate_run, i}, .oracle = ORACLE_SANITIZER};
	struct runner runner = {seen_runner_run, &seen};
	/* Nothing is known of the schedule, so a random walk it is. */
	struct explore *e = calloc(1, sizeof(*e));
	struct exec_result first, r;
	int ret = -ENOMEM;

	if (!i || !e)
		goto out;
	e->kind = SCHEDULE_RANDOM;
	e->odds = (u16)schedule_odds.def;
	e->runs = UINT64_MAX;
	ret = runner_run(&runner, p, NULL, &first);
	e->deadline = clock_seconds() + (double)seconds;
	while (ret > 0) {
		ret = explore(e, race, &runner);
		if (ret <= 0 || !same_kind(first.sched.report.text, e->result.sched.report.text))
			continue;
		explore_schedule(e, e->begun, &race->schedule);
		ret = explore_pin(race, &runner, &r);
		/* Without a list, it fails by the schedule that found it. */
		if (!ret || ret == -EILSEQ) {
			ret = 1;
			break;
		}
		ret = ret == -ENOENT ? 1 : ret;
	}
out:
	free(e);
	isolate_destroy(i);
	return ret;
}

int minimize_race(struct program *p, const char *tsan, u64 seconds)
{
	struct program race;
	int ret;

	program_init(&race, p->target);
	ret = shortest_race(p, tsan, seconds, &race);
	if (ret > 0)
		ret = race.nr_ops < p->nr_ops;
	if (ret > 0)
		ret = fail_alike(p, &race, seconds);
	if (ret > 0) {
		int err = program_copy(p, &race);

		ret = err ? err : 1;
	}
	program_fini(&race);
	return ret;
}
