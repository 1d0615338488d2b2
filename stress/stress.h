/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stress.h - one stress run: its options, its world, its threads.
 *
 * A run is a sequence of *worlds*. A world is booted as that of a program is, by the subsystems of
 * the executor. Its threads are the tasks of one sched_run(). Each draws operations from the mix of
 * its role and carries them out by the bodies of programs (exec/perform.h). Objects lie in slots,
 * which threads take from each other (slots.h). From time to time all threads stop at a *quiet
 * point* (quiet.h): there everything is verified that needs a world at rest.
 */
#ifndef MM_STRESS_STRESS_H
#define MM_STRESS_STRESS_H

#include "exec/run.h"
#include "histogram.h"
#include "mix.h"
#include "quiet.h"
#include "rcu_age.h"
#include "series.h"
#include "shared.h"
#include "workload.h"

/**
 * struct stress_options - the command line
 * @workload:  name of a workload, or path of a program
 * @threads:   workers; 0: the host's CPUs, at least 2
 * @cpus:      simulated CPUs; 0: as the workload says
 * @seconds:   duration; 0: no limit
 * @operations: of all threads together; 0: no limit
 * @seed:      of all streams
 * @mix:       in place of the workload's; NULL: that
 * @live:      most live objects
 * @fail_rate: one request in so many fails; 0: none, or as the workload says
 * @kva:       only worlds with this kind of space; NULL: all of the workload
 * @verify_every: quiet points between two verifications
 * @quiet_every: operations of a thread between two quiet points
 * @worlds_every: quiet points of a world
 * @watchdog:  seconds without progress of a thread that are a finding
 * @search:    seconds to look for a schedule that shows a finding; 0: do not look
 * @findings:  folder for findings
 * @json:      print JSON
 * @quiet:     no line a second
 * @on:        name of the implementation; NULL: the first
 * @pass_over: bit enum oracle: findings of judges to pass over (report_pass_over())
 * @mmu:       of the machines
 */
struct stress_options {
	const char *workload;
	u64 threads, cpus;
	u64 seconds, operations;
	u64 seed;
	const char *mix;
	u64 live;
	u64 fail_rate;
	const char *kva;
	u64 verify_every, quiet_every, worlds_every;
	u64 watchdog;
	u64 search;
	const char *findings;
	bool json, quiet;
	const char *on;
	u64 pass_over;
	enum machine_mmu mmu;
};

/**
 * struct stress_thread - a thread of a world
 * @st:     the run
 * @index:  its number
 * @role, @mix: what it does
 * @seen:   what it shows to others
 * @rng:    of its stream
 * @grow:   it rather makes objects than frees them
 * @left:   operations until @grow changes
 * @times:  durations of its operations, by enum op_id
 * @took:   objects that another thread had made
 * @tries:  objects that it took
 */
struct stress_thread {
	struct stress *st;
	u32 index;
	const struct role *role;
	const struct mix *mix;
	struct shared_thread *seen;
	u64 rng;
	bool grow;
	u32 left;
	struct histogram times[NR_OPS];
	u64 took, tries;
} __attribute__((aligned(64)));

/**
 * struct stress_sums - sums over the worlds of a run
 * @worlds:    worlds
 * @refused:   worlds whose boot failed since a request failed by plan
 * @quiet:     quiet points
 * @failed:    requests that were refused
 * @took, @tries: see struct stress_thread
 * @requests, @injected, @flushes, @ipis: of the machines
 * @pages_peak, @meta_peak: largest values of a machine
 * @purges:    of all spaces
 * @events:    of all spaces
 * @gaps:      sum over quiet points of the part of free addresses outside of the largest gap
 * @nr_gaps:   how many
 */
struct stress_sums {
	u64 worlds, refused, quiet;
	u64 failed;
	u64 took, tries;
	u64 requests, injected, flushes, ipis;
	u64 pages_peak, meta_peak;
	u64 purges;
	u64 events[NR_RUN_EVENTS];
	double gaps;
	u64 nr_gaps;
};

/**
 * struct stress - a run
 * @o:        options
 * @wl:       the workload
 * @shared:   what the parent sees
 * @sched:    the engine
 * @program:  of the world: target, machine, failure plan
 * @world, @run: as the executor has them
 * @on:       the implementation
 * @nr_roles, @mix, @nr_of_role: of the workload; threads of each role
 * @first_slot, @nr_slots: slots of each type of objects
 * @nr_threads, @thread: threads of a world
 * @quiet:    where they meet
 * @rcu:      elements that are read under RCU
 * @sums:     of the worlds so far
 * @times:    durations of operations, of all threads of the worlds so far, by enum op_id
 * @memory:   of this process in bytes, each second
 * @begin, @begin_ticks: when the run began
 * @header, @nr_worlds: the worlds of the workload that --kva leaves
 */
struct stress {
	const struct stress_options *o;
	const struct workload *wl;
	struct shared *shared;
	struct sched *sched;
	struct program program;
	struct world world;
	struct run run;
	const struct implementation *on;
	u32 nr_roles;
	struct mix mix[WORKLOAD_ROLES];
	u32 nr_of_role[WORKLOAD_ROLES];
	u32 first_slot[NR_OBJECT_TYPES], nr_slots[NR_OBJECT_TYPES];
	u32 nr_threads;
	struct stress_thread *thread;
	struct quiet quiet;
	struct rcu_age rcu;
	struct stress_sums sums;
	struct histogram times[NR_OPS];
	struct series memory;
	double begin;
	u64 begin_ticks;
	const char *header[WORKLOAD_WORLDS];
	u32 nr_worlds;
};

/** stress_stopped() - is the run over? */
bool stress_stopped(const struct stress *st);

/** stress_name() - of the workload, or of the program */
static inline const char *stress_name(const struct stress *st)
{
	return st->wl ? st->wl->name : st->o->workload;
}

/** stress_run() - world after world until the run is over. Return: the exit status of the child */
int stress_run(struct stress *st);

/** stress_check() - the world is quiet: check it, and say whether it ends; @arg: struct stress */
bool stress_check(void *arg);

/** worker_body() - body of the task of a thread; @arg: its struct stress_thread */
void worker_body(void *arg);

#endif
