/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_bench.c - mmstorm bench: print the figures of the benchmarks.
 *
 * Each part of the tree has a benchmark that passes its figures on one by one. This file prints
 * them as tables or JSON, and collects points of plots (plot.c).
 */
#include <stdlib.h>
#include <string.h>

#include "tool/bench.h"
#include "bench/bench.h"
#include "bench_child.h"
#include "bank.h"
#include "cli.h"
#include "hunt/hunt.h"
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

static void bench_hunt(struct bench_out *out);

/**
 * struct part - a benchmark
 * @slow: not among those that the name harness stands for
 */
static const struct part {
	const char *name;
	const char *help;
	void (*run)(struct bench_out *out);
	bool slow;
} parts[] = {
	{"sched", "tasks, scheduling points, schedules", sched_bench},
	{"explore", "every schedule of small programs, by two algorithms", explore_bench, false},
	{"machine", "boot, page frames, page table, metadata", machine_bench},
	{"boot", "boot memory, with a bitmap a node and with one bitmap", boot_bench},
	{"vmap", "kernel virtual addresses, eager and lazy, and vmap blocks; on threads, too",
	 bench_vmap},
	{"zone", "zones and pools on 1 to 64 CPUs, in virtual time; on threads, too", bench_zone},
	{"percpu", "the per-CPU allocator, with bitmap and with area map", percpu_bench},
	{"programs", "whole programs with every oracle on", harness_bench},
	{"hunt", "how long threads, fibers and fuzzers take to find the bugs of the bank",
	 bench_hunt, .slow = true},
};

static const struct option_usage usage = {
	.synopsis = "mmstorm bench [OPTION]... NAME...",
	.about = "Measures, on one core unless stated otherwise, and prints tables. The options "
		 "from "
		 "--handover to --ipi-handler are prices in virtual time, in ns, for vmap and "
		 "zone; those after them are for hunt.",
	.tail = "Examples:\n"
		"  mmstorm bench --json --plot vmap.png vmap\n"
		"  mmstorm bench --build --sample hunt\n"
		"  mmstorm bench --bugs vmap-lazy-count --columns tsan,random --state hunt.json "
		"hunt\n"
		"\n"
		"Exit status: 0 success, 1 of hunt: a report on the sound allocators, or an "
		"interrupt, 2 bad usage, or a program that cannot run.",
};

/* A second. */
#define MAX_PRICE 1000000000u

#define MEMBER(m) .offset = offsetof(struct options, m)
#define PRICE(m)                                                                                   \
	.kind = OPTION_NUMBER32, .value = "NS", .offset = offsetof(struct sched_vtime, m),         \
	.hi = MAX_PRICE

struct options {
	const char *plot;
	bool json, quick;
};

static const struct option_spec specs[] = {
	{"json", MEMBER(json),
	 .help = "print one JSON object a line: bench, case, metric, value, unit"},
	{"plot", .kind = OPTION_TEXT, .value = "FILE", MEMBER(plot),
	 .help = "also plot the figures into one PNG; needs gnuplot"},
	{"quick", MEMBER(quick),
	 .help = "scaled down, to check that it works: the figures mean little"},
	{0},
};

static const struct option_spec price_specs[] = {
	{"handover", PRICE(handover), .help = "a lock that another CPU had last"},
	{"line", PRICE(line), .help = "a cache line that the CPU does not have"},
	{"touch", PRICE(touch), .help = "a step through data in cache"},
	{"flush", PRICE(flush), .help = "a TLB flush"},
	{"ipi-wait", PRICE(ipi_wait), .help = "interrupting other CPUs, once"},
	{"ipi", PRICE(ipi), .help = "interrupting other CPUs, for each of them"},
	{"ipi-handler", PRICE(ipi_handler), .help = "the time that an interrupted CPU loses"},
	{0},
};

#define CASE_WIDTH 40
#define CELL_WIDTH 12

/**
 * struct printer - a receiver of figures
 * @out:     the interface of the benchmarks
 * @running: name of the benchmark, for JSON
 * @json:    print JSON
 * @plots:   points of plots, or NULL
 * @table:   the current table, or NULL
 * @row:     case of the current row, allocated; or NULL
 * @column:  number of columns of the row that are printed
 * @hunt:    options of bench hunt
 * @status:  its exit status
 */
struct printer {
	struct bench_out out;
	const char *running;
	bool json;
	struct plots *plots;
	const struct bench_table *table;
	char *row;
	unsigned int column;
	struct hunt_options hunt;
	int status;
};

static void bench_hunt(struct bench_out *out)
{
	struct printer *p = container_of(out, struct printer, out);

	p->status = hunt_bench(out, &p->hunt);
}

static void end_row(struct printer *p)
{
	if (p->row)
		putchar('\n');
	free(p->row);
	p->row = NULL;
}

/* Decimals for about four significant digits. */
static int decimals(double value)
{
	return value < 10 ? 3 : value < 1000 ? 1 : 0;
}

static void print_cell(struct printer *p, const char *bench_case, const char *metric, double value,
		       bool above)
{
	char text[32];

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
	snprintf(text, sizeof(text), "%s%.*f", above ? "> " : "", decimals(value), value);
	printf("%*s", CELL_WIDTH, text);
	if (!p->table->columns[p->column] || !p->table->columns[++p->column])
		end_row(p);
}

static void print_figure(struct printer *p, const char *bench_case, const char *metric,
			 double value, const char *unit, bool above)
{
	cli_progress_end();
	if (p->json) {
		struct json_object *j = json_object_new_object();

		json_object_object_add(j, "bench", json_object_new_string(p->running));
		json_object_object_add(j, "case", json_object_new_string(bench_case));
		json_object_object_add(j, "metric", json_object_new_string(metric));
		json_object_object_add(j, "value", cli_json_number(value));
		json_object_object_add(j, "unit", json_object_new_string(unit));
		if (above)
			json_object_object_add(j, "above", json_object_new_boolean(true));
		cli_json(j);
	} else if (p->table) {
		print_cell(p, bench_case, metric, value, above);
	} else {
		printf("%-56s %-12s %14.*f %s%s\n", bench_case, metric, value < 1000 ? 3 : 0, value,
		       unit, above ? " and more" : "");
	}
	fflush(stdout);
}

static void print_value(struct bench_out *out, const char *bench_case, const char *metric,
			double value, const char *unit)
{
	print_figure(container_of(out, struct printer, out), bench_case, metric, value, unit,
		     false);
}

static void print_above(struct bench_out *out, const char *bench_case, const char *metric,
			double value, const char *unit)
{
	print_figure(container_of(out, struct printer, out), bench_case, metric, value, unit, true);
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

/* With --json, notes go to standard error: standard output holds figures only. */
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
	return (!strcmp(name, "harness") && !part->slow) || !strcmp(name, part->name);
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
	int status;

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
	status = p->status;
	/* A benchmark that could not run has no points. */
	if (p->plots && status != EXIT_BAD)
		status = max(status, plots_draw(p->plots));
	plots_destroy(p->plots);
	return status;
}

static void print_names(void)
{
	printf("\nNames:\n  %-8s  %s\n", "harness", "all of these but hunt");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		printf("  %-8s  %s\n", parts[i].name, parts[i].help);
}

int cmd_bench(int argc, char **argv)
{
	struct sched_vtime vtime = SCHED_VTIME_DEFAULTS;
	struct printer p = {
		.out =
			{
				.vtime = &vtime,
				.value = print_value,
				.above = print_above,
				.table = print_table,
				.note = print_note,
				.progress = print_progress,
			},
		.hunt = {.bank = BANK_DIR},
	};
	struct options o = {0};
	const struct option_group groups[] = {
		{specs, &o}, {price_specs, &vtime}, {hunt_specs, &p.hunt}};
	int status = options_parse(argc, argv, &usage, groups, ARRAY_SIZE(groups));

	if (status == EXIT_CLEAN)
		print_names();
	if (status >= 0)
		return status;
	p.json = o.json;
	p.out.quick = o.quick;
	return run_all(&p, o.plot, argc - optind, argv + optind);
}
