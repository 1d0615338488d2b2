/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_bugs.c - mmstorm bugs: the bank of re-planted historical bugs.
 *
 * A bug is a folder with about.md, bug.patch and repro.prog. The first line of about.md is "#
 * <id>", and another line "oracle: <oracle id>". repro.prog fails on allocators with the patch.
 */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "tool/input.h"

static const struct option_usage usage = {
	.synopsis = "mmstorm bugs [OPTION]...",
	.about =
		"Lists the bank of re-planted historical bugs: name, oracle, target, and length of "
		"the reproducer.",
	.tail = "To see a bug fail, run its reproducer on the allocators with the bug:\n"
		"  build/release/corpus/bugs/<bug>/mmstorm run corpus/bugs/<bug>/repro.prog",
};

struct options {
	const char *dir;
	bool json;
};

static const struct option_spec specs[] = {
	{"dir", .kind = OPTION_TEXT, .value = "FOLDER", .offset = offsetof(struct options, dir),
	 .help = "the folder of the bank (default: corpus/bugs)"},
	{"json", .offset = offsetof(struct options, json), .help = "print one JSON object a line"},
	{0},
};

struct bug {
	char id[128];
	char oracle[64];
	struct program repro;
};

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
	*b->id = *b->oracle = '\0';
	if (sscanf(text, "# %127s", b->id) == 1)
		for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
			if (sscanf(line, "oracle: %63s", b->oracle) == 1)
				break;
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

static void print_bug(const struct bug *b, bool json)
{
	const char *target = target_table[b->repro.target].name;

	if (json) {
		struct json_object *j = json_object_new_object();

		json_object_object_add(j, "bug", json_object_new_string(b->id));
		json_object_object_add(j, "oracle", json_object_new_string(b->oracle));
		json_object_object_add(j, "target", json_object_new_string(target));
		json_object_object_add(j, "operations", json_object_new_int(b->repro.nr_ops));
		json_object_object_add(j, "tasks", json_object_new_int(b->repro.nr_tasks));
		json_object_object_add(j, "changes", json_object_new_int(b->repro.schedule.nr));
		cli_json(j);
	} else {
		printf("%-28s %-18s %-8s %10u %5u %7u\n", b->id, b->oracle, target, b->repro.nr_ops,
		       b->repro.nr_tasks, b->repro.schedule.nr);
	}
}

static int list_bank(const char *dir, bool json)
{
	struct dirent **entry;
	int n = scandir(dir, &entry, NULL, alphasort);
	struct bug b;
	int worst = EXIT_CLEAN;

	if (n < 0)
		return cli_error("%s: %s", dir, strerror(errno));
	program_init(&b.repro, TARGET_PERCPU_BITMAP);
	if (!json)
		printf("%-28s %-18s %-8s %10s %5s %7s\n", "bug", "oracle", "target", "operations",
		       "tasks", "changes");
	for (int i = 0; i < n; i++) {
		const char *name = entry[i]->d_name;
		char path[PATH_MAX];
		DIR *d;

		snprintf(path, sizeof(path), "%s/%s", dir, name);
		d = name[0] == '.' ? NULL : opendir(path);
		if (d) {
			int status = read_bug(&b, dir, name);

			closedir(d);
			if (status)
				worst = status;
			else
				print_bug(&b, json);
		}
		free(entry[i]);
	}
	free(entry);
	program_fini(&b.repro);
	return worst;
}

int cmd_bugs(int argc, char **argv)
{
	struct options o = {.dir = "corpus/bugs"};
	const struct option_group group = {specs, &o};
	int status = options_parse(argc, argv, &usage, &group, 1);

	if (status >= 0)
		return status;
	if (optind < argc)
		return cli_error("mmstorm bugs: found '%s', expected no file", argv[optind]);
	return list_bank(o.dir, o.json);
}
