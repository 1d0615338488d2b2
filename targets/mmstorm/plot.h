/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot.h - points of plots are collected, and drawn into one PNG by gnuplot.
 */
#ifndef MM_MMSTORM_PLOT_H
#define MM_MMSTORM_PLOT_H

#include "bench/out.h"

struct plots;

/**
 * plots_create() - no points yet
 * @path: the PNG to be; stays the caller's
 *
 * Fails before anything is measured if gnuplot is missing or there is no folder for it.
 *
 * Return: what plots_add() takes, or NULL with a message.
 */
struct plots *plots_create(const char *path);

/** plots_add() - a point; as bench_out.point */
void plots_add(struct plots *p, const struct bench_plot *plot, const char *series,
	       const char *label, double x, double y);

/**
 * plots_draw() - write the PNG, all plots in it below each other
 *
 * The file appears whole or not at all; one that was there before is replaced.
 *
 * Return: EXIT_CLEAN, or EXIT_BAD with a message.
 */
int plots_draw(struct plots *p);

/** plots_destroy() - NULL is allowed */
void plots_destroy(struct plots *p);

#endif
