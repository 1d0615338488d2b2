/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * isolate.h - run programs in a child, so that the end of a process becomes a finding.
 *
 * A signal is a finding of ORACLE_CRASH, a sanitizer's report one of ORACLE_SANITIZER (or
 * ORACLE_RACE), and a child that uses too much processor time without an end one of
 * ORACLE_LIVELOCK. What else a run finds comes back as it is, through shared memory.
 *
 * Two ways to use it: isolate_call() for one function with state of its own, and struct
 * isolate for a runner (runner.h) whose child serves one program after the other and is only
 * replaced when it died: so a run costs two switches between processes and not a fork.
 */
#ifndef MM_HARNESS_ISOLATE_H
#define MM_HARNESS_ISOLATE_H

#include "runner.h"

/**
 * struct isolate_options - how a child runs
 * @seconds: of processor time between two isolate_beat()s before it is ended; 0: no limit
 * @brief:   a sanitizer's report is cut down to its first line, not symbolised: far faster
 * @fresh:   struct isolate: each run in a child that has run none before
 */
struct isolate_options {
	unsigned int seconds;
	bool brief;
	bool fresh;
};

/* Enough for the longest program under the slowest sanitizer. */
#define ISOLATE_SECONDS 60

/**
 * struct isolate_death - how a child ended that did not return
 * @oracle: ORACLE_CRASH, ORACLE_SANITIZER, ORACLE_RACE or ORACLE_LIVELOCK
 * @text:   one line: the signal, or the first line of the sanitizer's report
 */
struct isolate_death {
	enum oracle oracle;
	char text[MM_REPORT_TEXT];
};

/** isolate_memory() - zeroed memory that a child shares with its parent; NULL without memory */
void *isolate_memory(size_t size);

/** isolate_memory_free() - give it back; NULL is allowed */
void isolate_memory_free(void *p, size_t size);

/**
 * isolate_call() - call a function in a child
 * @o:     how; NULL: no time limit, full reports
 * @fn:    the function; what it writes is lost but for isolate_memory()
 * @arg:   handed to @fn
 * @log:   if not NULL, what the child wrote to standard error is copied there
 * @death: filled in if the child died
 *
 * Return: 0 if @fn returned, 1 if the child died in it, or a negative error number.
 */
int isolate_call(const struct isolate_options *o, void (*fn)(void *arg), void *arg, FILE *log,
		 struct isolate_death *death);

/**
 * isolate_beat() - in the child: a run begins; its time is its own, its reports as well
 *
 * Elsewhere it does nothing.
 */
void isolate_beat(void);

struct isolate;

/**
 * isolate_create() - a runner with a child
 * @o: how, may be NULL
 *
 * Return: the argument for isolate_run(), or NULL without memory.
 */
struct isolate *isolate_create(const struct isolate_options *o);

/** isolate_destroy() - end the child; NULL is allowed */
void isolate_destroy(struct isolate *i);

/** isolate_run() - runner_fn that runs a program in the child of @arg, a struct isolate */
int isolate_run(void *arg, const struct program *p, struct schedule *taken, struct exec_result *r);

/** isolate_renew() - the next program is run in a child that has run none before; @arg as above */
void isolate_renew(void *arg);

/** isolate_limit() - change the limit of processor time, from the next child on */
void isolate_limit(struct isolate *i, unsigned int seconds);

/**
 * isolate_finds() - can this build find what an oracle reports?
 * @o: ORACLE_RACE needs ThreadSanitizer; ORACLE_SANITIZER needs any sanitizer
 */
bool isolate_finds(enum oracle o);

#endif
