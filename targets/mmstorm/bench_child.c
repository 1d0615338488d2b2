/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_child.c - figures that a separate program measures and prints line by line.
 *
 * A process has one engine. This program is linked with fibers, so another one measures real
 * threads. Each line is an object as `mmstorm bench --json` prints it.
 */
#include "bench_child.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "beside.h"

extern char **environ;

static const struct bench_table threads_table = {
	.title = "ns a pair, on threads of their own CPUs and pages",
	.columns = {"1 thread", "2 threads", "4 threads", "8 threads"},
};

static const struct bench_plot threads_plot = {
	.title = "vmap: time of a pair on several threads",
	.x = "threads",
	.y = "ns",
	.log = true,
};

/**
 * struct child - a running program
 * @pid:   its process
 * @lines: its standard output
 */
struct child {
	pid_t pid;
	FILE *lines;
};

/* Return: 0 or an error number. */
static int child_start(struct child *c, char **argv)
{
	posix_spawn_file_actions_t actions;
	int fd[2], err;

	if (pipe2(fd, O_CLOEXEC))
		return errno;
	c->lines = fdopen(fd[0], "r");
	err = c->lines ? posix_spawn_file_actions_init(&actions) : errno;
	if (!err) {
		err = posix_spawn_file_actions_adddup2(&actions, fd[1], STDOUT_FILENO);
		if (!err)
			err = posix_spawn(&c->pid, argv[0], &actions, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(fd[1]);
	if (err && c->lines)
		fclose(c->lines);
	else if (err)
		close(fd[0]);
	return err;
}

/* Return: whether the child succeeded. */
static bool child_end(struct child *c)
{
	int status = -1;

	fclose(c->lines);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static const char *member(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : NULL;
}

/* Return: whether the line holds a figure. Sets @own_time if it is one of CPU time. */
static bool take_line(struct bench_out *out, const char *line, bool *own_time)
{
	struct json_object *o = json_tokener_parse(line), *value;
	const char *bench_case = member(o, "case");
	const char *metric = member(o, "metric"), *unit = member(o, "unit");
	bool good = bench_case && metric && unit && json_object_object_get_ex(o, "value", &value);

	if (good) {
		double ns = json_object_get_double(value);

		bench_value(out, bench_case, metric, ns, unit);
		bench_point(out, &threads_plot, bench_case, strtod(metric, NULL), ns);
		*own_time |= strcmp(unit, "ns") != 0;
	}
	json_object_put(o);
	return good;
}

void bench_threads(struct bench_out *out, const char *only)
{
	char path[PATH_MAX], text[64], quick[] = "--quick", option[] = "--only";
	char *argv[5] = {path};
	unsigned int n = 1;
	bool own_time = false, good = true;
	struct child c;
	char *line = NULL;
	size_t size = 0;

	if (!find_beside("stress/bench_threads", path, sizeof(path))) {
		bench_note(out, "no figures of several threads: found no stress/bench_threads in "
				"the folder of this program");
		return;
	}
	if (out->quick)
		argv[n++] = quick;
	if (only) {
		snprintf(text, sizeof(text), "%s", only);
		argv[n++] = option;
		argv[n++] = text;
	}
	bench_progress(out, "several threads");
	if (child_start(&c, argv)) {
		bench_note(out, "no figures of several threads: cannot start bench_threads");
		return;
	}
	bench_table_begin(out, &threads_table);
	while (getline(&line, &size, c.lines) > 0)
		good &= take_line(out, line, &own_time);
	free(line);
	if (!child_end(&c) || !good)
		bench_note(out, "figures of several threads are missing: bench_threads failed");
	if (own_time)
		bench_note(out,
			   "with more threads than cores: CPU time of a thread, not wall-clock "
			   "time");
}
