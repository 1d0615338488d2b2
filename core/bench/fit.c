/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fit.c - the straight line through measured points, by least squares.
 */
#include <math.h>

#include "fit.h"

struct bench_fit bench_fit(const double *x, const double *y, unsigned int nr)
{
	double mx = 0, my = 0, xx = 0, xy = 0, yy = 0, left = 0;
	struct bench_fit fit;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		mx += x[i] / nr;
		my += y[i] / nr;
	}
	/* Distances from the means: squares of large numbers would cancel out most digits. */
	for (i = 0; i < nr; i++) {
		xx += (x[i] - mx) * (x[i] - mx);
		xy += (x[i] - mx) * (y[i] - my);
		yy += (y[i] - my) * (y[i] - my);
	}
	fit.b = xy / xx;
	fit.a = my - fit.b * mx;
	for (i = 0; i < nr; i++) {
		double d = y[i] - (fit.a + fit.b * x[i]);

		left += d * d;
	}
	fit.residual = sqrt(left / nr);
	fit.explained = yy > 0 ? 1 - left / yy : 1;
	return fit;
}
