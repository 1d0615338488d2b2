/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_bugs.c - mmstorm bugs: the bank of re-planted historical bugs.
 */
#include "bank.h"
#include "cli.h"

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
	 .help = "the folder of the bank (default: " BANK_DIR ")"},
	{"json", .offset = offsetof(struct options, json), .help = "print one JSON object a line"},
	{0},
};

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

int cmd_bugs(int argc, char **argv)
{
	struct options o = {.dir = BANK_DIR};
	const struct option_group group = {specs, &o};
	int status = options_parse(argc, argv, &usage, &group, 1);
	struct bank bank;

	if (status >= 0)
		return status;
	if (optind < argc)
		return cli_error("mmstorm bugs: found '%s', expected no file", argv[optind]);
	status = bank_read(&bank, o.dir);
	if (!o.json && bank.bug)
		printf("%-28s %-18s %-8s %10s %5s %7s\n", "bug", "oracle", "target", "operations",
		       "tasks", "changes");
	for (size_t i = 0; i < bank.nr; i++)
		print_bug(&bank.bug[i], o.json);
	bank_free(&bank);
	return status;
}
