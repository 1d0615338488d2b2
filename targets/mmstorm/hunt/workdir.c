/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workdir.c - see workdir.h.
 */
#define _XOPEN_SOURCE 700
#include "workdir.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "cli.h"
#include "tool/input.h"
#include "tool/output.h"

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static int make_folder(const char *path)
{
	return mkdir(path, 0777) && errno != EEXIST ? cli_error("%s: %s", path, strerror(errno))
						    : 0;
}

int workdir_create(struct workdir *w, const char *bank)
{
	const char *tmp = getenv("TMPDIR");
	size_t room = sizeof(w->top);

	w->bank = bank;
	if ((size_t)snprintf(w->top, room, "%s/mmstorm-hunt-XXXXXX", tmp && *tmp ? tmp : "/tmp") >=
	    room)
		return cli_error("mmstorm bench: TMPDIR: found a name of %zu bytes, expected at "
				 "most %zu",
				 strlen(tmp), room - 32);
	if (!mkdtemp(w->top))
		return cli_error("%s: %s", w->top, strerror(errno));
	snprintf(w->run, sizeof(w->run), "%s/run", w->top);
	snprintf(w->log, sizeof(w->log), "%s/log", w->top);
	return 0;
}

void workdir_remove(struct workdir *w)
{
	remove_tree(w->top);
}

int workdir_empty(struct workdir *w)
{
	char findings[PATH_MAX];
	int status;

	remove_tree(w->run);
	status = make_folder(w->run);
	snprintf(findings, sizeof(findings), "%s/findings", w->run);
	return status ? status : make_folder(findings);
}

/* The reproducer without its schedule, and without what it expects of a run. */
static int write_bare(const struct bug *bug, const char *path)
{
	struct program p;
	int err;

	program_init(&p, bug->repro.target);
	err = program_copy(&p, &bug->repro);
	if (!err) {
		p.schedule.kind = SCHEDULE_SPARSE;
		p.schedule.nr = 0;
		p.expect = ORACLE_NONE;
		p.digest = 0;
		p.shows = 0;
		err = output_program(path, &p);
	}
	program_fini(&p);
	return err ? cli_error("%s: %s", path, strerror(-err)) : 0;
}

/* The seeds of a target, in bytes. */
static int pack_seeds(const struct workdir *w, const char *target, char *path)
{
	char self[] = "/proc/self/exe", pack[] = "pack", t[64], out[] = "-o", from[PATH_MAX];
	char option[] = "--target";
	char *argv[] = {self, pack, option, t, from, out, path, NULL};
	int status;
	double took;

	snprintf(t, sizeof(t), "%s", target);
	snprintf(from, sizeof(from), "%s/../%s", w->bank, target);
	if (child_run(argv, w->log, 0, &status, &took) != CHILD_ENDED || status)
		return cli_error("mmstorm bench: cannot pack the seeds in %s", from);
	return 0;
}

int workdir_input(const struct workdir *w, const struct hunt_job *job, char *path)
{
	const char *target = target_table[job->bug->repro.target].name;

	*path = '\0';
	switch (job->way->kind) {
	case WAY_THREADS:
		break;
	case WAY_FIBERS:
		snprintf(path, PATH_MAX, "%s/%s.prog", w->top, job->bug->id);
		return access(path, F_OK) ? write_bare(job->bug, path) : 0;
	case WAY_FUZZ:
		snprintf(path, PATH_MAX, "%s/%s", w->top, target);
		return access(path, F_OK) ? pack_seeds(w, target, path) : 0;
	}
	return 0;
}

static int copy(const char *from, const char *to)
{
	char err[INPUT_ERROR];
	u8 *data;
	size_t size;
	int ret;

	if (input_read(from, &data, &size, err))
		return cli_error("%s", err);
	ret = output_write(to, data, size);
	free(data);
	return ret ? cli_error("%s: %s", to, strerror(-ret)) : 0;
}

int workdir_keep(const struct workdir *w, const char *path)
{
	char dir[PATH_MAX], from[2 * PATH_MAX];
	struct dirent *e;
	int status = 0;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/findings", w->run);
	d = opendir(dir);
	while (d && !status && (e = readdir(d))) {
		const char *end = strrchr(e->d_name, '.');

		if (!end || strcmp(end, ".prog"))
			continue;
		snprintf(from, sizeof(from), "%s/%s", dir, e->d_name);
		status = copy(from, path);
		break;
	}
	if (d)
		closedir(d);
	return status;
}
