/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ways.h - the ways to look for a bug: programs, command lines, and what their output says.
 */
#ifndef MM_MMSTORM_HUNT_WAYS_H
#define MM_MMSTORM_HUNT_WAYS_H

#include <limits.h>

#include "bank.h"

/* Most columns of the table. */
#define WAYS_MAX 10

enum way_kind {
	WAY_THREADS, /* mmstorm stress, with the bug's workload */
	WAY_FIBERS,  /* mmstorm explore, with the reproducer, whose schedule is taken away */
	WAY_FUZZ,    /* the fuzz target, from the ordinary seeds */
};

/**
 * struct way - a column
 * @name:     its name
 * @kind:     enum way_kind
 * @flavour:  of the program; NULL: the one that sees the bug's oracle
 * @strategy: WAY_FIBERS: name of the strategy
 * @odds:     WAY_FIBERS: its odds, or NULL: the default
 * @once:     WAY_FIBERS: a second run would be the same, so seeds and time do not matter
 * @plain:    WAY_FUZZ: without the structural mutator
 */
struct way {
	const char *name;
	enum way_kind kind;
	const char *flavour;
	const char *strategy, *odds;
	bool once;
	bool plain;
};

/* By column; the last one has no name. */
extern const struct way ways[WAYS_MAX + 1];

/**
 * struct hunt_job - one run to do
 * @control: on the sound allocators
 * @limit:   seconds
 */
struct hunt_job {
	const struct way *way;
	const struct bug *bug;
	bool control;
	u64 seed, limit;
};

/**
 * struct way_program - a program of the build
 * @flavour: its flavour
 * @target:  its target for cmake --build
 * @path:    the file
 */
struct way_program {
	const char *flavour;
	char target[192];
	char path[PATH_MAX];
};

/**
 * way_program() - the program of a job
 *
 * Return: is it built? @p is complete in any case.
 */
bool way_program(const struct hunt_job *job, struct way_program *p);

/** way_applies() - threads need a workload that shows the bug */
bool way_applies(const struct way *way, const struct bug *bug);

/**
 * way_control() - what the control depends on, besides the way: workload, program or target
 *
 * Bugs with the same one share a control.
 */
const char *way_control(const struct hunt_job *job);

/* Most arguments of a command, and room for their texts. */
#define WAY_ARGS 24
#define WAY_TEXT (8 * PATH_MAX)

/**
 * struct way_command - a command line
 * @argv: ends with NULL; @argv[0] is the program
 * @text: the arguments
 */
struct way_command {
	char *argv[WAY_ARGS];
	char text[WAY_TEXT];
};

/**
 * way_command() - the command line of a job
 * @program: its program
 * @input:   the bug's program, or the folder of the target's seeds
 * @work:    an empty folder; findings go to its folder findings
 */
void way_command(const struct hunt_job *job, const char *program, const char *input,
		 const char *work, struct way_command *c);

/**
 * struct way_result - what a run says
 * @oracle:     that fired, or ""
 * @executions: until then or in all: runs, or operations of threads; 0: unknown
 */
struct way_result {
	char oracle[64];
	u64 executions;
};

/** way_read() - take over what a line of the output says */
void way_read(const struct way *way, const char *line, struct way_result *r);

#endif
