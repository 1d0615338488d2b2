/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.c - see finding.h.
 *
 * The program and the rings are on disk before the finding is reported. Then the front door looks
 * for a schedule that shows it on fibers, and puts the program that it finds beside them.
 */
#define _GNU_SOURCE
#include "finding.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "compose.h"
#include "program/text.h"
#include "program_runs.h"
#include "tool/output.h"

/* Operations of each thread in a program, besides those that make its objects. */
#define COMPOSED_OPS 64

/**
 * struct files - the files of a finding
 * @program: the program as it was found
 * @rings:   what the rings and slots hold
 * @small:   the program that shows it again
 */
struct files {
	char program[PATH_MAX], rings[PATH_MAX], small[PATH_MAX];
};

/* The finding of a child that died without a word. */
static void name_death(struct report *r, int status)
{
	r->op = -1;
	if (WIFSIGNALED(status)) {
		r->oracle = ORACLE_CRASH;
		snprintf(r->text, sizeof(r->text), "killed by signal %d: %s", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	} else {
		r->oracle = ORACLE_SANITIZER;
		snprintf(r->text, sizeof(r->text), "a sanitizer ended the process, status %d",
			 WEXITSTATUS(status));
	}
}

static bool has_pair(const struct shared *s)
{
	return s->report.oracle == ORACLE_RACE && s->pair[0][0] && s->pair[1][0];
}

/* All that is known, as comments above the program. */
static void print_known(const struct stress *st, FILE *f)
{
	const struct report *r = &st->shared->report;

	fprintf(f, "# found on threads, not yet replayed: %s: %s\n", oracle_id(r->oracle), r->text);
	fprintf(f, "# by mmstorm stress %s, seed %llu\n", stress_name(st), st->o->seed);
	fprintf(f, "# to look for a schedule: mmstorm explore --oracle %s", oracle_id(r->oracle));
	if (has_pair(st->shared))
		fprintf(f, " --functions %s,%s", st->shared->pair[0], st->shared->pair[1]);
	fprintf(f, " --minimize FILE\n");
}

static int write_text(const char *path, void (*print)(const void *arg, FILE *f), const void *arg)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int err;

	if (!f)
		return -ENOMEM;
	print(arg, f);
	err = fclose(f) ? -ENOMEM : output_write(path, text, size);
	free(text);
	return err;
}

/**
 * struct known - a program, and what is known of its finding
 */
struct known {
	const struct stress *st;
	const struct program *p;
};

static void print_program(const void *arg, FILE *f)
{
	const struct known *k = arg;

	print_known(k->st, f);
	text_print(k->p, f);
}

static void print_rings(const void *arg, FILE *f)
{
	compose_print_rings(arg, f);
}

/* The name without a folder: of a workload, or of a program's file without its ending. */
static void base_name(const struct stress *st, char *name, size_t size)
{
	const char *slash = strrchr(stress_name(st), '/');

	snprintf(name, size, "%s", slash ? slash + 1 : stress_name(st));
	name[strcspn(name, ".")] = '\0';
}

/* Names that no file has yet. */
static int choose_names(const struct stress *st, struct files *f)
{
	const char *oracle = oracle_id(st->shared->report.oracle), *dir = st->o->findings;
	char base[NAME_MAX + 1];

	if (mkdir(dir, 0777) && errno != EEXIST)
		return -errno;
	base_name(st, base, sizeof(base));
	for (u32 n = 1; n < 10000; n++) {
		int len = snprintf(f->program, PATH_MAX, "%s/stress-%.60s-%s-%u.prog", dir, base,
				   oracle, n);

		if (len >= PATH_MAX - 16)
			return -ENAMETOOLONG;
		if (access(f->program, F_OK))
			break;
	}
	snprintf(f->rings, PATH_MAX, "%.*s.rings", (int)strlen(f->program) - 5, f->program);
	snprintf(f->small, PATH_MAX, "%.*s-small.prog", (int)strlen(f->program) - 5, f->program);
	return 0;
}

/* The front door that was built together with this program. */
static bool front_door(char *path)
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (len < 0)
		return false;
	path[len] = '\0';
	for (u32 i = 0; i < 2 && strrchr(path, '/'); i++)
		*strrchr(path, '/') = '\0';
	if (strlen(path) + sizeof("/mmstorm") > PATH_MAX)
		return false;
	strcat(path, "/mmstorm");
	return !access(path, X_OK);
}

/* Return: the exit status of mmstorm explore, or -1: it did not run. */
static int run_front_door(char **argv)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Its output is for people; standard output may be JSON. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) != 127 ? WEXITSTATUS(status)
									  : -1;
}

/* Return: there is a program that shows the finding again, in @f->small. */
static bool search(const struct stress *st, const struct files *f)
{
	const struct shared *s = st->shared;
	char path[PATH_MAX], oracle[32], seconds[32], pair[160];
	char *argv[16] = {path, "explore", "--oracle", oracle, "--seconds", seconds};
	u32 n = 6;

	if (!st->o->search || !front_door(path))
		return false;
	snprintf(oracle, sizeof(oracle), "%s", oracle_id(s->report.oracle));
	snprintf(seconds, sizeof(seconds), "%llu", st->o->search);
	if (has_pair(s)) {
		snprintf(pair, sizeof(pair), "%s,%s", s->pair[0], s->pair[1]);
		argv[n++] = "--functions";
		argv[n++] = pair;
	}
	argv[n++] = "--minimize";
	argv[n++] = "-o";
	argv[n++] = (char *)f->small;
	argv[n++] = (char *)f->program;
	return run_front_door(argv) == EXIT_FINDING && !access(f->small, R_OK);
}

static void announce(const struct stress *st, const struct files *f, bool written)
{
	const struct report *r = &st->shared->report;
	const u64 done = shared_done(st->shared);

	if (st->o->json)
		fprintf(stdout,
			"{\"finding\": \"%s\", \"workload\": \"%s\", \"operations\": %llu, "
			"\"program\": \"%s\"}\n",
			oracle_id(r->oracle), stress_name(st), done, written ? f->program : "");
	else
		printf("FINDING %s in %s (stress): %s\n  after %llu operations\n",
		       oracle_id(r->oracle), stress_name(st), r->text, done);
	if (!st->o->json && written)
		printf("  the last operations: %s\n", f->program);
	fflush(stdout);
}

/* Write, report, search. */
static void keep(const struct stress *st, const struct program *p)
{
	const struct known k = {.st = st, .p = p};
	struct files f;
	int err = choose_names(st, &f);

	err = err ? err : write_text(f.program, print_program, &k);
	err = err ? err : write_text(f.rings, print_rings, st->shared);
	announce(st, &f, !err);
	if (err) {
		command_error("cannot write to %s: %s", st->o->findings, strerror(-err));
		return;
	}
	if (search(st, &f))
		fprintf(stderr, "  a program that fails the same way each time: %s\n", f.small);
	else
		fprintf(stderr, "  found on threads, not yet replayed\n");
}

/* Programs of threads that were at work; at least one. */
static void keep_small_programs(const struct stress *st)
{
	struct program p;

	program_init(&p, TARGET_BOOT);
	for (u32 i = 0; i < st->shared->nr_threads; i++) {
		const struct shared_thread *t = &st->shared->thread[i];

		if (t->begun == t->ended)
			continue;
		program_runs_draw(&p, t->seed);
		if (st->o->on)
			program_set_on(&p, st->o->on);
		p.fail.every = (u32)st->o->fail_rate;
		keep(st, &p);
	}
	program_fini(&p);
}

static void keep_composed(const struct stress *st)
{
	struct program p;
	struct text_error err;

	program_init(&p, TARGET_VMAP);
	if (text_parse(&p, st->shared->header, strlen(st->shared->header), &err) ||
	    compose(&p, st->shared, COMPOSED_OPS))
		command_error("no memory for a program");
	keep(st, &p);
	program_fini(&p);
}

int finding_of(struct stress *st, const struct program *p, int status)
{
	struct report *r = &st->shared->report;

	if (!__atomic_load_n(&st->shared->found, __ATOMIC_ACQUIRE)) {
		if (WIFEXITED(status) && WEXITSTATUS(status) != EXIT_FINDING)
			return WEXITSTATUS(status);
		name_death(r, status);
	}
	if (p)
		keep(st, p);
	else if (st->nr_roles)
		keep_composed(st);
	else
		keep_small_programs(st);
	return EXIT_FINDING;
}
