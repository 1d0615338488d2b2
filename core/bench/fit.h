/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fit.h - the straight line through measured points: how a cost grows.
 */
#ifndef MM_BENCH_FIT_H
#define MM_BENCH_FIT_H

/**
 * struct bench_fit - y = a + b * x
 * @a, @b:     such that the sum of the squared distances in y is least
 * @residual:  root of the mean of these squares, in units of y
 * @explained: which part of the variation of y the line accounts for, 0 to 1 (R squared)
 */
struct bench_fit {
	double a, b;
	double residual;
	double explained;
};

/**
 * bench_fit() - fit a line
 * @x, @y: the points; not all x are equal
 * @nr:    how many, from 2
 */
struct bench_fit bench_fit(const double *x, const double *y, unsigned int nr);

#endif
