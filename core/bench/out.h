/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out.h - to whom benchmarks of every floor hand what they measured.
 *
 * A benchmark knows its figures, which of them stand side by side and what a picture of them
 * shows; whoever runs it knows if they become a table, JSON or a PNG. Benchmarks call the inline
 * functions below, receivers fill in struct bench_out.
 */
#ifndef MM_BENCH_OUT_H
#define MM_BENCH_OUT_H

#include "../sched/vtime.h"

#define BENCH_COLUMNS 8

/**
 * struct bench_table - figures of several metrics side by side, a row a case
 * @title:   a line above it
 * @columns: the metrics, from left to right; NULL behind the last
 */
struct bench_table {
	const char *title;
	const char *columns[BENCH_COLUMNS + 1];
};

/**
 * struct bench_plot - axes, and what is drawn between them
 * @title: above them
 * @x, @y: their names, units included
 * @log:   both logarithmic; for bars, the upright one
 */
struct bench_plot {
	const char *title;
	const char *x, *y;
	bool log;
};

/**
 * struct bench_out - the receiver of figures; each function may be NULL
 * @quick:    the work is to be scaled down, see bench_count(): nobody believes the figures
 * @vtime:    what things cost in virtual time, see bench_vtime(); NULL: SCHED_VTIME_DEFAULTS
 * @value:    see bench_value()
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
	void (*table)(struct bench_out *out, const struct bench_table *table);
	void (*point)(struct bench_out *out, const struct bench_plot *plot, const char *series,
		      const char *label, double x, double y);
	void (*note)(struct bench_out *out, const char *text);
	void (*progress)(struct bench_out *out, const char *text);
};

/**
 * bench_value() - a figure
 * @bench_case: what was run
 * @metric:     what was measured; within a table one of its columns
 *
 * Within a table, the figures of a case follow each other in order of the columns, any of which
 * may be left out.
 */
static inline void bench_value(struct bench_out *out, const char *bench_case, const char *metric,
			       double value, const char *unit)
{
	if (out->value)
		out->value(out, bench_case, metric, value, unit);
}

/** bench_table_begin() - figures from here on stand in @table, which is static; NULL: in none */
static inline void bench_table_begin(struct bench_out *out, const struct bench_table *table)
{
	if (out->table)
		out->table(out, table);
}

/**
 * bench_point() - a point, as measured, of a line
 * @plot:   static; the same address is the same plot
 * @series: the line it is on; points are joined in the order in which they come
 */
static inline void bench_point(struct bench_out *out, const struct bench_plot *plot,
			       const char *series, double x, double y)
{
	if (out->point)
		out->point(out, plot, series, NULL, x, y);
}

/**
 * bench_bar() - a bar
 * @plot:   static; has no points of lines in it
 * @series: bars of different series and one @label stand side by side
 * @label:  a place on the x axis
 */
static inline void bench_bar(struct bench_out *out, const struct bench_plot *plot,
			     const char *series, const char *label, double y)
{
	if (out->point)
		out->point(out, plot, series, label, 0, y);
}

/** bench_note() - a sentence that belongs to the figures: how they are to be read */
static inline void bench_note(struct bench_out *out, const char *text)
{
	if (out->note)
		out->note(out, text);
}

/** bench_progress() - what is being measured now, for those who wait */
static inline void bench_progress(struct bench_out *out, const char *text)
{
	if (out->progress)
		out->progress(out, text);
}

/** bench_vtime() - what things cost, for a benchmark in virtual time, which knows better of @point
 */
static inline struct sched_vtime bench_vtime(const struct bench_out *out)
{
	static const struct sched_vtime defaults = SCHED_VTIME_DEFAULTS;

	return out->vtime ? *out->vtime : defaults;
}

#define BENCH_QUICK 64

/** bench_count() - how often to do what is to be done @n times: less if @out->quick */
static inline unsigned int bench_count(const struct bench_out *out, unsigned int n)
{
	return out->quick && n > BENCH_QUICK ? n / BENCH_QUICK : n;
}

#endif
