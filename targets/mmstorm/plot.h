/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot.h - collect points of plots, and let gnuplot draw them into one PNG.
 */
#ifndef MM_MMSTORM_PLOT_H
#define MM_MMSTORM_PLOT_H

#include "bench/out.h"

struct plots;

/**
 * plots_create() - begin a set of plots without points
 * @path: path of the PNG, not copied
 *
 * It fails early, before any measurement, if gnuplot or the folder of the PNG is missing.
 *
 * Return: the plots, or NULL after a message.
 */
struct plots *plots_create(const char *path);

/** plots_add() - add a point; arguments as those of bench_out.point */
void plots_add(struct plots *p, const struct bench_plot *plot, const char *series,
	       const char *label, double x, double y);

/**
 * plots_draw() - write the PNG, with all plots one below the other
 *
 * The file is complete or unchanged.
 *
 * Return: EXIT_CLEAN, or EXIT_BAD after a message.
 */
int plots_draw(struct plots *p);

/** plots_destroy() - free the plots; NULL is allowed */
void plots_destroy(struct plots *p);

#endif
