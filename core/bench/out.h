/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out.h - the receiver of a benchmark's figures.
 *
 * A benchmark knows its figures, which of them stand side by side, and what a plot of them shows.
 * The receiver makes a table, JSON or a PNG of them. Benchmarks call the inline functions below;
 * a receiver fills in struct bench_out.
 */
#ifndef MM_BENCH_OUT_H
#define MM_BENCH_OUT_H

#include "../sched/vtime.h"

#define BENCH_COLUMNS 10

/**
 * struct bench_table - figures of several metrics side by side, one row for each case
 * @title:   the line above the table
 * @columns: the metrics, from left to right; NULL ends the list
 */
struct bench_table {
	const char *title;
	const char *columns[BENCH_COLUMNS + 1];
};

/**
 * struct bench_plot - a diagram
 * @title: the line above it
 * @x, @y: the names of the axes, with units
 * @log:   the scales are logarithmic; with bars only the y axis is
 */
struct bench_plot {
	const char *title;
	const char *x, *y;
	bool log;
};

/**
 * struct bench_out - the receiver of figures; each function may be NULL
 * @quick:    benchmarks scale their work down, see bench_count(); the figures mean little
 * @vtime:    prices in virtual time, see bench_vtime(); NULL: SCHED_VTIME_DEFAULTS
 * @value:    see bench_value()
 * @above:    see bench_above()
 * @table:    see bench_table_begin()
 * @point:    see bench_point(), with @label NULL, and bench_bar(), with @x 0
 * @note:     see bench_note()
 * @progress: see bench_progress()
 */
struct bench_out {
	bool quick;
	const struct sched_vtime *vtime;
	void (*value)(struct bench_out *out, const char *bench_case, const char *metric,
		      double value, const char *unit);
	void (*above)(struct bench_out *out, const char *bench_case, const char *metric,
		      double value, const char *unit);
	void (*table)(struct bench_out *out, const struct bench_table *table);
	void (*point)(struct bench_out *out, const struct bench_plot *plot, const char *series,
		      const char *label, double x, double y);
	void (*note)(struct bench_out *out, const char *text);
	void (*progress)(struct bench_out *out, const char *text);
};

/**
 * bench_value() - report a figure
 * @bench_case: what was run
 * @metric:     what was measured; in a table, one of its columns
 *
 * In a table, the figures of a case follow each other in the order of the columns; any column may
 * be left out.
 */
static inline void bench_value(struct bench_out *out, const char *bench_case, const char *metric,
			       double value, const char *unit)
{
	if (out->value)
		out->value(out, bench_case, metric, value, unit);
}

/** bench_above() - as bench_value(), of a figure of which only a lower bound is known: @value */
static inline void bench_above(struct bench_out *out, const char *bench_case, const char *metric,
			       double value, const char *unit)
{
	if (out->above)
		out->above(out, bench_case, metric, value, unit);
}

/** bench_table_begin() - the next figures belong to @table, which is static; NULL: to no table */
static inline void bench_table_begin(struct bench_out *out, const struct bench_table *table)
{
	if (out->table)
		out->table(out, table);
}

/**
 * bench_point() - add a measured point to a line of a plot
 * @plot:   static; the same address is the same plot
 * @series: the line; its points are joined in the order of the calls
 */
static inline void bench_point(struct bench_out *out, const struct bench_plot *plot,
			       const char *series, double x, double y)
{
	if (out->point)
		out->point(out, plot, series, NULL, x, y);
}

/**
 * bench_bar() - add a bar to a plot
 * @plot:   static; a plot with bars has no lines
 * @series: bars of different series with the same @label stand side by side
 * @label:  the place on the x axis
 */
static inline void bench_bar(struct bench_out *out, const struct bench_plot *plot,
			     const char *series, const char *label, double y)
{
	if (out->point)
		out->point(out, plot, series, label, 0, y);
}

/** bench_value_point() - report a figure, and add it to the line @metric of a plot */
static inline void bench_value_point(struct bench_out *out, const struct bench_plot *plot,
				     const char *bench_case, const char *metric, double x,
				     double value, const char *unit)
{
	bench_value(out, bench_case, metric, value, unit);
	bench_point(out, plot, metric, x, value);
}

/** bench_value_bar() - report a figure, and add it as a bar of the series @metric to a plot */
static inline void bench_value_bar(struct bench_out *out, const struct bench_plot *plot,
				   const char *bench_case, const char *metric, const char *label,
				   double value, const char *unit)
{
	bench_value(out, bench_case, metric, value, unit);
	bench_bar(out, plot, metric, label, value);
}

/** bench_note() - report a sentence that says how to read the figures */
static inline void bench_note(struct bench_out *out, const char *text)
{
	if (out->note)
		out->note(out, text);
}

/** bench_progress() - report what is being measured now, for a user who waits */
static inline void bench_progress(struct bench_out *out, const char *text)
{
	if (out->progress)
		out->progress(out, text);
}

/** bench_vtime() - the prices in virtual time; a benchmark replaces @point by what it measured */
static inline struct sched_vtime bench_vtime(const struct bench_out *out)
{
	static const struct sched_vtime defaults = SCHED_VTIME_DEFAULTS;

	return out->vtime ? *out->vtime : defaults;
}

#define BENCH_QUICK 64

/** bench_count() - @n, scaled down if @out->quick */
static inline unsigned int bench_count(const struct bench_out *out, unsigned int n)
{
	return out->quick && n > BENCH_QUICK ? n / BENCH_QUICK : n;
}

#endif
