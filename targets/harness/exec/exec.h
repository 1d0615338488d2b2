/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec.h - run a program on a fresh world, with every oracle on.
 */
#ifndef MM_HARNESS_EXEC_H
#define MM_HARNESS_EXEC_H

#include <stdio.h>

#include "machine/machine.h"
#include "program/program.h"
#include "sched/sched.h"

struct executor;
struct implementation;

/** executor_create() - what is kept between runs: engine, machine, tables. NULL without memory */
struct executor *executor_create(void);
void executor_destroy(struct executor *x);

/**
 * struct exec_options - options of a run that the program does not contain
 * @taken:      if not NULL, receives the run as a sparse schedule
 * @trace:      if not NULL, the history of the run is written to it, a line an event
 * @schedule:   if not NULL, used in place of the program's
 * @stats:      if not NULL, the per-CPU allocators' statistics are written to it when all
 *              operations are done
 * @on_report:  if not NULL, sched_params.on_report, with @report_arg
 * @on:         the implementation whose allocators run; NULL: the one that the program names
 * @strategy:   if not NULL, sched_params.strategy: decides in place of a schedule
 * @mmu:        of the machine; one that does not refuse the program (machine_world_refuses())
 */
struct exec_options {
	struct schedule *taken;
	FILE *trace;
	const struct schedule *schedule;
	FILE *stats;
	end_process_fn *(*on_report)(void *arg, const struct report *r, u64 digest);
	void *report_arg;
	const struct implementation *on;
	const struct sched_strategy *strategy;
	enum machine_mmu mmu;
};

/**
 * struct exec_result - the result of a run
 * @sched:   finding, steps, digest
 * @ops:     operations that ran
 * @skipped: operations whose object was refused
 * @failed:  requests that the allocators refused
 * @requests: for metadata, page frames and table pages, to the machine, from boot to end
 * @injected: of these, failed by the plan
 * @unmapped: of these, refused by the host MMU: more mappings than the system allows
 * @boot_error: 0, or the error with which the machine did not come up: no operation was carried out
 * @events: how often each enum run_event has happened; of a run that a finding ended, until then
 * @notice: the last thing that a kernel would have printed, "" if nothing
 */
struct exec_result {
	struct sched_result sched;
	u64 ops, skipped, failed;
	u64 requests, injected, unmapped;
	int boot_error;
	u64 events[NR_RUN_EVENTS];
	char notice[96];
};

/**
 * exec_program() - boot, run, verify, take down
 * @x: the executor
 * @p: well formed, and not refused (implementation_refuses())
 * @o: NULL: defaults
 * @r: filled in
 *
 * Return: 0 if there was no finding, 1 if there was: in @r->sched.report. A data race that TSan
 * reports becomes a finding of the run. Other sanitizers end the process: see isolate.h.
 */
int exec_program(struct executor *x, const struct program *p, const struct exec_options *o,
		 struct exec_result *r);

#endif
