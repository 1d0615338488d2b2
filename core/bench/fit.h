/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fit.h - the straight line through measured points, which says how a cost grows.
 */
#ifndef MM_BENCH_FIT_H
#define MM_BENCH_FIT_H

/**
 * struct bench_fit - y = a + b * x
 * @a, @b:     such that the sum of the squared distances in y is least
 * @residual:  root of the mean of these squares, in units of y
 * @explained: the part of y's variation that the line explains, 0 to 1 (R squared)
 */
struct bench_fit {
	double a, b;
	double residual;
	double explained;
};

/**
 * bench_fit() - fit a line
 * @x, @y: the points; at least two x differ
 * @nr:    how many points, at least 2
 */
struct bench_fit bench_fit(const double *x, const double *y, unsigned int nr);

#endif
