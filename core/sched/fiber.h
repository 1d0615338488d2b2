/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiber.h - coroutines: stacks, and the switch between them.
 *
 * A fiber is made once and used for task after task: its body never returns but waits,
 * switched away, for the next use. A fiber that is given up in the middle of
 * its work is put back to its beginning by fiber_reset().
 *
 * Switches are announced to AddressSanitizer (which stack is in use) and to ThreadSanitizer
 * (which thread this is now), to the latter as giving no order. ThreadSanitizer gets a new
 * thread for each use of a fiber: tsan.c says why.
 */
#ifndef MM_SCHED_FIBER_H
#define MM_SCHED_FIBER_H

#include "types.h"

/* -DMM_FIBER_UCONTEXT does without assembly anywhere. */
#if !defined(__x86_64__) && !defined(__aarch64__) && !defined(MM_FIBER_UCONTEXT)
#define MM_FIBER_UCONTEXT
#endif
#ifdef MM_FIBER_UCONTEXT
#include <ucontext.h>
#endif

/**
 * struct fiber - a coroutine
 * @sp:     stack pointer while it is switched away
 * @stack:  lowest usable address of the stack, above the guard page; the main fiber's is the
 *          OS thread's, known to ASan builds only
 * @size:   bytes from there
 * @body:   what it runs; never returns
 * @arg:    handed to @body
 * @fake:   ASan's fake stack while it is switched away
 * @tsan:   TSan's thread of the current use; NULL between two uses
 */
struct fiber {
	void *sp;
	char *stack;
	size_t size;
	void (*body)(void *arg);
	void *arg;
	void *fake;
	void *tsan;
#ifdef MM_FIBER_UCONTEXT
	ucontext_t context;
#endif
};

/** fiber_init_main() - @f stands for the caller's own stack */
void fiber_init_main(struct fiber *f);

/** fiber_init() - a fiber with a stack; begins at @body when first switched to. 0 or -ENOMEM */
int fiber_init(struct fiber *f, void (*body)(void *arg), void *arg);

/**
 * fiber_begin_use() - a task begins on @f
 * @number: of the task; TSan names its thread by it
 */
#ifdef MM_TSAN
void fiber_begin_use(struct fiber *f, unsigned int number);
#else
static inline void fiber_begin_use(struct fiber *f, unsigned int number)
{
	(void)f;
	(void)number;
}
#endif

/** fiber_end_use() - the task is over; TSan forgets its thread. @f is switched away */
#ifdef MM_TSAN
void fiber_end_use(struct fiber *f);
#else
static inline void fiber_end_use(struct fiber *f)
{
	(void)f;
}
#endif

/** fiber_fini() - give the stack back; @f is switched away. @f may be all zero */
void fiber_fini(struct fiber *f);

/** fiber_reset() - forget what @f, switched away, was doing */
void fiber_reset(struct fiber *f);

/** fiber_switch() - leave @from, the running fiber, for @to; returns when switched back */
void fiber_switch(struct fiber *from, struct fiber *to);

#endif
