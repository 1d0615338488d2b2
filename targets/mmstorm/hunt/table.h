/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h - the figures of a hunt: medians over the runs that were done.
 */
#ifndef MM_MMSTORM_HUNT_TABLE_H
#define MM_MMSTORM_HUNT_TABLE_H

#include "bench/out.h"
#include "plan.h"
#include "record.h"

/**
 * table_print() - report seconds and executions to the first finding, and runs with a finding
 *
 * A run without a finding is censored at its limit (bench/survival.h).
 */
void table_print(struct bench_out *out, const struct plan *p, const struct record *r);

#endif
