/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_bench.c - mmstorm bench: what things cost.
 *
 * Each part of the tree measures itself and hands its figures over one by one; here they
 * become a table or JSON, and points of plots (plot.c).
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tool/bench.h"
#include "bench/bench.h"
#include "bench_child.h"
#include "cli.h"
#include "plot.h"
#include "sched/vtime.h"

static void bench_vmap(struct bench_out *out)
{
	vmap_bench(out);
	bench_threads(out, NULL);
}

static void bench_zone(struct bench_out *out)
{
	vmap_bench_cpus(out);
	vmap_bench_zone(out);
	bench_threads(out, "area pair");
}

static const struct part {
	const char *name;
	const char *help;
	void (*run)(struct bench_out *out);
} parts[] = {
	{"sched", "tasks, scheduling points, schedules", sched_bench},
	{"machine", "boot, page frames, page table, metadata", machine_bench},
	{"boot", "boot memory, with a bitmap a node and with one bitmap", boot_bench},
	{"vmap", "kernel virtual addresses, eager and lazy, and vmap blocks; on threads, too",
	 bench_vmap},
	{"zone", "zones and pools on 1 to 64 CPUs, in virtual time; on threads, too", bench_zone},
	{"percpu", "the per-CPU allocator, with bitmap and with area map", percpu_bench},
	{"programs", "whole programs with every oracle on", harness_bench},
};

static const char help[] =
	"usage: mmstorm bench [--json] [--plot FILE] [--quick] NAME...\n"
	"Measures, on one core unless it says so, and prints tables.\n"
	"\n"
	"      --json       one object a line: bench, case, metric, value, unit\n"
	"      --plot FILE  draw what was measured, too, into one PNG; needs gnuplot\n"
	"      --quick      scaled down, to see that it works: the figures mean little\n"
	"\n"
	"What things cost in virtual time, of vmap and zone, in ns (and without the option):\n";

static const char help_names[] = "\n"
				 "names:\n"
				 "  harness    all of these:\n";

/* Options above all characters: prices of struct sched_vtime. */
#define OPTION_COST 256

static const struct cost {
	const char *name;
	size_t offset;
	const char *help;
} costs[] = {
	{"handover", offsetof(struct sched_vtime, handover), "a lock that another CPU had last"},
	{"line", offsetof(struct sched_vtime, line), "a cache line that the CPU does not have"},
	{"touch", offsetof(struct sched_vtime, touch), "a step through data, the line there"},
	{"flush", offsetof(struct sched_vtime, flush), "a flush of translations"},
	{"ipi-wait", offsetof(struct sched_vtime, ipi_wait), "to interrupt other CPUs, and"},
	{"ipi", offsetof(struct sched_vtime, ipi), "for each of them"},
	{"ipi-handler", offsetof(struct sched_vtime, ipi_handler), "what an interrupted CPU loses"},
};

/* Most that a cost can be: a second. */
#define MAX_COST 1000000000u

#define CASE_WIDTH 40
#define CELL_WIDTH 12

/**
 * struct printer - a receiver of figures
 * @out:     first, to be found by
 * @running: the benchmark, as named in JSON
 * @json:    see --json
 * @plots:   see --plot; or NULL
 * @table:   under way; or NULL
 * @row:     case of the row under way, own copy; or NULL
 * @column:  columns of the row that are printed
 */
struct printer {
	struct bench_out out;
	const char *running;
	bool json;
	struct plots *plots;
	const struct bench_table *table;
	char *row;
	unsigned int column;
};

static void end_row(struct printer *p)
{
	if (p->row)
		putchar('\n');
	free(p->row);
	p->row = NULL;
}

/* As many digits as a measurement has. */
static int decimals(double value)
{
	return value < 10 ? 3 : value < 1000 ? 1 : 0;
}

static void print_cell(struct printer *p, const char *bench_case, const char *metric, double value)
{
	if (p->row && strcmp(p->row, bench_case))
		end_row(p);
	if (!p->row) {
		p->row = strdup(bench_case);
		p->column = 0;
		printf("%-*s", CASE_WIDTH, bench_case);
	}
	while (p->table->columns[p->column] && strcmp(p->table->columns[p->column], metric)) {
		printf("%*s", CELL_WIDTH, "-");
		p->column++;
	}
	printf("%*.*f", CELL_WIDTH, decimals(value), value);
	if (!p->table->columns[p->column] || !p->table->columns[++p->column])
		end_row(p);
}

static void print_value(struct bench_out *out, const char *bench_case, const char *metric,
			double value, const char *unit)
{
	struct printer *p = container_of(out, struct printer, out);

	cli_progress_end();
	if (p->json) {
		struct json_object *j = json_object_new_object();

		json_object_object_add(j, "bench", json_object_new_string(p->running));
		json_object_object_add(j, "case", json_object_new_string(bench_case));
		json_object_object_add(j, "metric", json_object_new_string(metric));
		json_object_object_add(j, "value", cli_json_number(value));
		json_object_object_add(j, "unit", json_object_new_string(unit));
		cli_json(j);
	} else if (p->table) {
		print_cell(p, bench_case, metric, value);
	} else {
		printf("%-56s %-12s %14.*f %s\n", bench_case, metric, value < 1000 ? 3 : 0, value,
		       unit);
	}
	fflush(stdout);
}

static void print_table(struct bench_out *out, const struct bench_table *table)
{
	struct printer *p = container_of(out, struct printer, out);

	cli_progress_end();
	end_row(p);
	p->table = table;
	if (p->json || !table)
		return;
	printf("\n%s\n%-*s", table->title, CASE_WIDTH, "");
	for (unsigned int i = 0; table->columns[i]; i++)
		printf("%*s", CELL_WIDTH, table->columns[i]);
	putchar('\n');
}

/* Figures alone on standard output, if a program reads it. */
static void print_note(struct bench_out *out, const char *text)
{
	struct printer *p = container_of(out, struct printer, out);

	cli_progress_end();
	end_row(p);
	fprintf(p->json ? stderr : stdout, "note: %s\n", text);
}

static void print_progress(struct bench_out *out, const char *text)
{
	struct printer *p = container_of(out, struct printer, out);

	end_row(p);
	fflush(stdout);
	cli_progress("%s: %s ...", p->running, text);
}

static void add_point(struct bench_out *out, const struct bench_plot *plot, const char *series,
		      const char *label, double x, double y)
{
	plots_add(container_of(out, struct printer, out)->plots, plot, series, label, x, y);
}

static bool is_named(const char *name, const struct part *part)
{
	return !strcmp(name, "harness") || !strcmp(name, part->name);
}

static void run_named(struct printer *p, const char *name)
{
	p->running = name;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!is_named(name, &parts[i]))
			continue;
		if (!p->json)
			printf("%s: %s\n", parts[i].name, parts[i].help);
		if (p->out.quick) {
			bench_note(&p->out, "--quick: scaled down, figures mean little");
			if (p->json)
				bench_value(&p->out, "--quick", "scale", 1.0 / BENCH_QUICK, "1");
		}
		parts[i].run(&p->out);
		bench_table_begin(&p->out, NULL);
		cli_progress_end();
	}
}

static bool is_known(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (is_named(name, &parts[i]))
			return true;
	return false;
}

static int run_all(struct printer *p, const char *plot, int argc, char **argv)
{
	int status = EXIT_CLEAN;

	if (!argc)
		return cli_error(
			"mmstorm bench: found no name, expected one of mmstorm bench --help");
	for (int i = 0; i < argc; i++)
		if (!is_known(argv[i]))
			return cli_error(
				"mmstorm bench: found name '%s', expected one of mmstorm bench "
				"--help",
				argv[i]);
	if (plot) {
		p->plots = plots_create(plot);
		if (!p->plots)
			return EXIT_BAD;
		p->out.point = add_point;
	}
	cli_progress_init();
	for (int i = 0; i < argc; i++)
		run_named(p, argv[i]);
	if (p->plots)
		status = plots_draw(p->plots);
	plots_destroy(p->plots);
	return status;
}

static u32 *cost_of(struct sched_vtime *vtime, const struct cost *c)
{
	return (u32 *)(void *)((char *)vtime + c->offset);
}

/* Return: 0, or EXIT_BAD with a message. */
static int set_cost(struct sched_vtime *vtime, const struct cost *c, const char *text)
{
	char option[32];
	u64 ns = 0;
	int err;

	snprintf(option, sizeof(option), "--%s", c->name);
	err = cli_number(option, text, 0, MAX_COST, &ns);
	*cost_of(vtime, c) = (u32)ns;
	return err;
}

static void print_help(void)
{
	struct sched_vtime defaults = SCHED_VTIME_DEFAULTS;

	cli_help(help);
	for (size_t i = 0; i < ARRAY_SIZE(costs); i++)
		printf("      --%-11s NS  %s (%u)\n", costs[i].name, costs[i].help,
		       *cost_of(&defaults, &costs[i]));
	fputs(help_names, stdout);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		printf("    %-8s %s\n", parts[i].name, parts[i].help);
}

/* getopt's table: @first, which ends with zeroes, and an option for each of costs[]. */
static void list_options(struct option *all, const struct option *first)
{
	for (; first->name; first++)
		*all++ = *first;
	for (int i = 0; i < (int)ARRAY_SIZE(costs); i++)
		*all++ = (struct option){costs[i].name, required_argument, NULL, OPTION_COST + i};
	*all = (struct option){0};
}

int cmd_bench(int argc, char **argv)
{
	static const struct option first[] = {
		{"json", no_argument, NULL, 'j'},
		{"plot", required_argument, NULL, 'p'},
		{"quick", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct option long_options[ARRAY_SIZE(first) + ARRAY_SIZE(costs)];
	struct sched_vtime vtime = SCHED_VTIME_DEFAULTS;
	struct printer p = {
		.out =
			{
				.vtime = &vtime,
				.value = print_value,
				.table = print_table,
				.note = print_note,
				.progress = print_progress,
			},
	};
	const char *plot = NULL;
	int c;

	list_options(long_options, first);
	while ((c = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			p.json = true;
			break;
		case 'p':
			plot = optarg;
			break;
		case 'q':
			p.out.quick = true;
			break;
		case 'h':
			print_help();
			return EXIT_CLEAN;
		default:
			if (c >= OPTION_COST) {
				if (set_cost(&vtime, &costs[c - OPTION_COST], optarg))
					return EXIT_BAD;
				break;
			}
			return cli_bad_option(argv, c);
		}
	}
	return run_all(&p, plot, argc - optind, argv + optind);
}
