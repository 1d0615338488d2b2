/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * isolate.h - run programs in a child, so that the death of a process becomes a finding.
 *
 * A signal becomes a finding of ORACLE_CRASH, a sanitizer's report one of ORACLE_SANITIZER or
 * ORACLE_RACE, and a child that exceeds its limit of processor time one of ORACLE_LIVELOCK. All
 * other findings come back unchanged, through shared memory.
 *
 * There are two ways to use it. isolate_call() calls one function in a child. struct isolate is a
 * runner (runner.h) whose child runs one program after the other and is replaced only when it dies:
 * a run costs two process switches instead of a fork.
 */
#ifndef MM_HARNESS_ISOLATE_H
#define MM_HARNESS_ISOLATE_H

#include "runner.h"

/**
 * struct isolate_options - limits and reports of a child
 * @seconds: limit of processor time between two isolate_beat()s; 0: no limit
 * @brief:   cut a sanitizer's report down to its first line, without symbols: far faster
 * @fresh:   struct isolate: use a new child for each run
 */
struct isolate_options {
	unsigned int seconds;
	bool brief;
	bool fresh;
};

/* A limit for @seconds: enough for the longest program under the slowest sanitizer. */
#define ISOLATE_SECONDS 60

/**
 * struct isolate_death - how a child died
 * @oracle: ORACLE_CRASH, ORACLE_SANITIZER, ORACLE_RACE or ORACLE_LIVELOCK
 * @text:   one line: the signal, or the first line of the sanitizer's report
 */
struct isolate_death {
	enum oracle oracle;
	char text[MM_REPORT_TEXT];
};

/** isolate_memory() - zeroed memory that a child shares with its parent; NULL without memory */
void *isolate_memory(size_t size);

/** isolate_memory_free() - free memory of isolate_memory(); NULL is allowed */
void isolate_memory_free(void *p, size_t size);

/**
 * isolate_call() - call a function in a child
 * @o:     options; NULL: no time limit, full reports
 * @fn:    the function; only what it writes to isolate_memory() reaches the parent
 * @arg:   argument of @fn
 * @log:   if not NULL, receives the child's standard error
 * @death: filled in if the child died
 *
 * Return: 0 if @fn returned, 1 if the child died in it, or a negative error number.
 */
int isolate_call(const struct isolate_options *o, void (*fn)(void *arg), void *arg, FILE *log,
		 struct isolate_death *death);

/**
 * isolate_beat() - in a child: begin a run with a new time limit and an empty log
 *
 * In other processes it does nothing.
 */
void isolate_beat(void);

struct isolate;

/**
 * isolate_create() - create a runner with a child
 * @o: options, may be NULL
 *
 * Return: the argument of isolate_run(), or NULL without memory.
 */
struct isolate *isolate_create(const struct isolate_options *o);

/** isolate_destroy() - end the child and free the runner; NULL is allowed */
void isolate_destroy(struct isolate *i);

/** isolate_run() - runner_fn that runs a program in the child of @arg, a struct isolate */
int isolate_run(void *arg, const struct program *p, struct schedule *taken, struct exec_result *r);

/** isolate_renew() - end the child of @arg, a struct isolate: the next run has a new one */
void isolate_renew(void *arg);

/** isolate_limit() - set the limit of processor time and end the child */
void isolate_limit(struct isolate *i, unsigned int seconds);

/**
 * isolate_finds() - can the oracle @o fire in this build?
 *
 * ORACLE_RACE needs ThreadSanitizer; ORACLE_SANITIZER needs any sanitizer.
 */
bool isolate_finds(enum oracle o);

#endif
