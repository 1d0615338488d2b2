/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bank.c - see bank.h.
 */
#include "bank.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "tool/input.h"

/* Return: 0, or EXIT_BAD with a message. */
static int read_about(struct bug *b, const char *path)
{
	char err[INPUT_ERROR];
	char *text, *save, *line;
	u8 *data;
	size_t size;

	if (input_read(path, &data, &size, err))
		return cli_error("%s", err);
	text = strndup((const char *)data, size);
	free(data);
	if (!text)
		return cli_error("%s: %s", path, strerror(ENOMEM));
	*b->id = *b->oracle = *b->stress = '\0';
	if (sscanf(text, "# %127s", b->id) == 1) {
		for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			sscanf(line, "oracle: %63s", b->oracle);
			sscanf(line, "stress: %31s", b->stress);
		}
	}
	free(text);
	if (!*b->id)
		return cli_error("%s:1:1: expected a first line \"# <id>\"", path);
	if (!*b->oracle)
		return cli_error("%s: found no line \"oracle: <id>\", expected one", path);
	if (oracle_by_id(b->oracle) == NR_ORACLES)
		return cli_error("%s: found oracle '%s', expected one of mmstorm list oracles",
				 path, b->oracle);
	return 0;
}

static int read_bug(struct bug *b, const char *dir, const char *name)
{
	char path[PATH_MAX], err[INPUT_ERROR];
	int status;

	snprintf(path, sizeof(path), "%s/%s/bug.patch", dir, name);
	if (access(path, R_OK))
		return cli_error("%s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), "%s/%s/about.md", dir, name);
	status = read_about(b, path);
	if (status)
		return status;
	if (strcmp(b->id, name))
		return cli_error("%s:1:3: found '%s', expected '%s', the name of the folder", path,
				 b->id, name);
	snprintf(path, sizeof(path), "%s/%s/repro.prog", dir, name);
	if (input_program(&b->repro, path, INPUT_ANY_TARGET, err))
		return cli_error("%s", err);
	if (b->repro.expect != oracle_by_id(b->oracle))
		return cli_error("%s: found \"expect %s\", expected %s as about.md has it", path,
				 oracle_id(b->repro.expect), b->oracle);
	return 0;
}

static bool is_folder(const char *dir, const char *name)
{
	char path[PATH_MAX];
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	d = name[0] == '.' ? NULL : opendir(path);
	if (d)
		closedir(d);
	return d;
}

int bank_read(struct bank *b, const char *dir)
{
	struct dirent **entry;
	int n = scandir(dir, &entry, NULL, alphasort), worst = 0;

	*b = (struct bank){0};
	if (n < 0)
		return cli_error("%s: %s", dir, strerror(errno));
	b->bug = calloc((size_t)n + 1, sizeof(*b->bug));
	if (!b->bug)
		worst = cli_error("%s: %s", dir, strerror(ENOMEM));
	for (int i = 0; i < n; i++) {
		if (b->bug && is_folder(dir, entry[i]->d_name)) {
			struct bug *bug = &b->bug[b->nr];

			program_init(&bug->repro, TARGET_PERCPU_BITMAP);
			if (read_bug(bug, dir, entry[i]->d_name)) {
				program_fini(&bug->repro);
				worst = EXIT_BAD;
			} else {
				b->nr++;
			}
		}
		free(entry[i]);
	}
	free(entry);
	return worst;
}

void bank_free(struct bank *b)
{
	for (size_t i = 0; i < b->nr; i++)
		program_fini(&b->bug[i].repro);
	free(b->bug);
}

bool bug_is_concurrent(const struct bug *b)
{
	return b->repro.nr_tasks > 1 || b->repro.schedule.nr;
}
