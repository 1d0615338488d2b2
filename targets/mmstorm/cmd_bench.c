/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_bench.c - mmstorm bench: what things cost.
 *
 * Each part of the tree measures itself and hands its figures over one by one; here they
 * become a table or JSON.
 */
#include <string.h>

#include "bench.h"
#include "cli.h"
#include "machine/bench.h"
#include "percpu/bench.h"
#include "sched/bench.h"
#include "vmap/bench.h"

typedef void emit_fn(const char *bench_case, const char *metric, double value, const char *unit);

static const struct part {
	const char *name;
	const char *help;
	void (*run)(emit_fn *emit);
} parts[] = {
	{"sched", "tasks, scheduling points, schedules", sched_bench},
	{"machine", "boot, page frames, page table, metadata", machine_bench},
	{"vmap", "kernel virtual addresses and vmap blocks", vmap_bench},
	{"percpu", "the per-CPU allocator", percpu_bench},
	{"programs", "whole programs with every oracle on", harness_bench},
};

static const char help[] = "usage: mmstorm bench [--json] NAME...\n"
			   "Measures, on one core, and prints a table.\n"
			   "\n"
			   "      --json  one object a line: bench, case, metric, value, unit\n"
			   "\n"
			   "names:\n"
			   "  harness    all of these:\n";

/* emit_fn has no argument for them: which benchmark runs, and how it is printed. */
static const char *running;
static bool json;

static void emit(const char *bench_case, const char *metric, double value, const char *unit)
{
	if (json) {
		struct json_object *j = json_object_new_object();

		json_object_object_add(j, "bench", json_object_new_string(running));
		json_object_object_add(j, "case", json_object_new_string(bench_case));
		json_object_object_add(j, "metric", json_object_new_string(metric));
		json_object_object_add(j, "value", cli_json_number(value));
		json_object_object_add(j, "unit", json_object_new_string(unit));
		cli_json(j);
	} else {
		printf("%-56s %-12s %14.*f %s\n", bench_case, metric, value < 1000 ? 3 : 0, value,
		       unit);
	}
	fflush(stdout);
}

static bool is_named(const char *name, const struct part *part)
{
	return !strcmp(name, "harness") || !strcmp(name, part->name);
}

static void run_named(const char *name)
{
	running = name;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!is_named(name, &parts[i]))
			continue;
		if (!json)
			printf("%s: %s\n", parts[i].name, parts[i].help);
		parts[i].run(emit);
	}
}

static bool is_known(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (is_named(name, &parts[i]))
			return true;
	return false;
}

int cmd_bench(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 'h':
			cli_help(help);
			for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
				printf("    %-8s %s\n", parts[i].name, parts[i].help);
			return EXIT_CLEAN;
		default:
			return cli_bad_option(argv, c);
		}
	}
	if (optind == argc)
		return cli_error(
			"mmstorm bench: found no name, expected one of mmstorm bench --help");
	for (int i = optind; i < argc; i++)
		if (!is_known(argv[i]))
			return cli_error(
				"mmstorm bench: found name '%s', expected one of mmstorm bench "
				"--help",
				argv[i]);
	for (int i = optind; i < argc; i++)
		run_named(argv[i]);
	return EXIT_CLEAN;
}
