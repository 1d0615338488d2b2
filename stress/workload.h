/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workload.h - the table of workloads: machines and mixes as data.
 */
#ifndef MM_STRESS_WORKLOAD_H
#define MM_STRESS_WORKLOAD_H

#include "sched/types.h"

#define WORKLOAD_ROLES 8 /* one more than any has */
#define WORKLOAD_WORLDS 6

/* The work of the threads of a role. */
enum role_kind {
	ROLE_OPERATIONS, /* operations of a mix */
	ROLE_STATISTICS, /* read the numbers that the allocators give of themselves */
	ROLE_RCU,	 /* read under RCU, and publish (rcu_age.h) */
};

/**
 * struct role - what some threads of a workload do
 * @name:  for people
 * @count: threads; 0: as many as --threads asks for, the workers, whose mix --mix replaces
 * @kind:  what they do
 * @irq:   each operation is an interrupt
 * @pause: microseconds between two operations, on average
 * @mix:   ROLE_OPERATIONS: see mix.h
 */
struct role {
	const char *name;
	u32 count;
	enum role_kind kind;
	bool irq;
	u32 pause;
	const char *mix;
};

/**
 * struct workload - a workload
 * @name, @help: in the help text
 * @world:  its worlds, by turns: "target" and "machine" lines of a program (program/text.h)
 * @role:   its roles, ended by one without a name
 * @odds:   preempt_enable() moves a task once in so many times
 * @fail:   one request in so many fails; 0: none
 * @live:   most live objects, of which some worlds have a part
 */
struct workload {
	const char *name;
	const char *help;
	const char *world[WORKLOAD_WORLDS];
	struct role role[WORKLOAD_ROLES];
	u64 odds;
	u64 fail;
	u32 live;
};

/** workloads - all of them, ended by one without a name */
extern const struct workload workloads[];

/** workload_by_name() - NULL: there is none of that name */
const struct workload *workload_by_name(const char *name);

#endif
