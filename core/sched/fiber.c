/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiber.c - coroutines: stacks, and the switch between them.
 *
 * The switch itself is ten instructions of assembly (switch_*.S) that save what a call
 * must preserve on the stack and exchange stack pointers; where there is none, ucontext
 * does it at the price of a system call.
 *
 * Stacks are mapped once, with a guard page below, and kept. To give a fiber up in the
 * middle of its work is to put its stack pointer back, and to have ASan forget the frames
 * that were left on it: red zones of dead frames are unpoisoned, and dead frames on its fake
 * stack are collected once it is told of a call that does not return. TSan's shadow call
 * stack is that of a thread, and goes with the thread at the end of the run.
 */
#include "fiber.h"

#include "announce.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef MM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef MM_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* Sanitizers make frames several times larger, and printf() in a report needs some. */
#define FIBER_STACK (256 * 1024UL)

/* No instrumented frame of a run lies deeper in a stack. */
#define STACK_SEEN (16 * 1024UL)

#ifdef MM_ASAN
/* The fiber that the last switch left: ASan tells its bounds to the one that it arrives in. */
static __thread struct fiber *left;
#endif

/* Between the two announcements of a switch, code must not use ASan's fake stack. */
#define NO_FAKE_STACK __attribute__((no_sanitize_address))

static NO_FAKE_STACK void arrive(struct fiber *f)
{
#ifdef MM_ASAN
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(f->fake, &bottom, &size);
	left->stack = (char *)bottom;
	left->size = size;
#else
	(void)f;
#endif
}

/* First function on a fiber's stack, again after each reset. */
static __attribute__((used)) void fiber_start(struct fiber *f)
{
	arrive(f);
#ifdef MM_ASAN
	__asan_handle_no_return();
#endif
	f->body(f->arg);
	abort();
}

#ifdef MM_FIBER_UCONTEXT

/* makecontext() passes ints: a pointer travels as two of them. */
static void fiber_start_ints(unsigned int high, unsigned int low)
{
	fiber_start((struct fiber *)((uintptr_t)high << 16 << 16 | low));
}

static void prepare(struct fiber *f)
{
	uintptr_t p = (uintptr_t)f;

	getcontext(&f->context);
	f->context.uc_stack.ss_sp = f->stack;
	f->context.uc_stack.ss_size = f->size;
	f->context.uc_link = NULL;
	makecontext(&f->context, (void (*)(void))fiber_start_ints, 2, (unsigned int)(p >> 16 >> 16),
		    (unsigned int)p);
}

static void exchange(struct fiber *from, struct fiber *to)
{
	swapcontext(&from->context, &to->context);
}

#else

/* switch_*.S */
void mm_fiber_exchange(void **save, void *load);
void mm_fiber_entry(void);

/*
 * A stack as mm_fiber_exchange() leaves it, as if it had been called at the entry: the words
 * that it pops, lowest address first. The entry calls the second word with the first.
 */
static void prepare(struct fiber *f)
{
	void **top = (void **)(f->stack + f->size);
#ifdef __x86_64__
	/* rbx, r12, r13, r14, r15, rbp, return address; two more keep the alignment */
	void **sp = top - 9;

	sp[5] = NULL;
	sp[6] = (void *)mm_fiber_entry;
#else
	/* x19 .. x28, x29, x30, d8 .. d15 */
	void **sp = top - 20;

	sp[10] = NULL;
	sp[11] = (void *)mm_fiber_entry;
#endif
	sp[0] = f;
	sp[1] = (void *)fiber_start;
	f->sp = sp;
}

static inline void exchange(struct fiber *from, struct fiber *to)
{
	mm_fiber_exchange(&from->sp, to->sp);
}

#endif

void fiber_init_main(struct fiber *f)
{
	*f = (struct fiber){0};
#ifdef MM_TSAN
	f->tsan = __tsan_get_current_fiber();
#endif
}

int fiber_init(struct fiber *f, void (*body)(void *arg), void *arg)
{
	size_t guard = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, guard + FIBER_STACK, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -ENOMEM;
	if (mprotect(p, guard, PROT_NONE)) {
		munmap(p, guard + FIBER_STACK);
		return -ENOMEM;
	}
	*f = (struct fiber){.stack = p + guard, .size = FIBER_STACK, .body = body, .arg = arg};
	prepare(f);
	return 0;
}

#ifdef MM_TSAN
void fiber_begin_use(struct fiber *f, unsigned int number)
{
	char name[8];

	if (f->tsan)
		return;
	snprintf(name, sizeof(name), "%u", number);
	f->tsan = __tsan_create_fiber(0);
	__tsan_set_fiber_name(f->tsan, name);
	announce_fresh(f->stack + f->size - STACK_SEEN, STACK_SEEN);
}

void fiber_end_use(struct fiber *f)
{
	if (f->tsan)
		__tsan_destroy_fiber(f->tsan);
	f->tsan = NULL;
}
#endif

#ifdef MM_ASAN
/* A fake stack can be freed only by one that leaves it for good: stand in for its fiber. */
static NO_FAKE_STACK void free_fake_stack(struct fiber *f)
{
	const void *bottom;
	size_t size;
	void *own;

	__sanitizer_start_switch_fiber(&own, f->stack, f->size);
	__sanitizer_finish_switch_fiber(f->fake, &bottom, &size);
	__sanitizer_start_switch_fiber(NULL, bottom, size);
	__sanitizer_finish_switch_fiber(own, NULL, NULL);
}
#endif

void fiber_fini(struct fiber *f)
{
	size_t guard;

	if (!f->stack)
		return;
#ifdef MM_ASAN
	if (f->fake)
		free_fake_stack(f);
	__asan_unpoison_memory_region(f->stack, f->size);
#endif
	fiber_end_use(f);
	guard = sysconf(_SC_PAGESIZE);
	munmap(f->stack - guard, guard + f->size);
	f->stack = NULL;
}

void fiber_reset(struct fiber *f)
{
#ifdef MM_ASAN
	__asan_unpoison_memory_region(f->stack, f->size);
#endif
	prepare(f);
}

NO_FAKE_STACK void fiber_switch(struct fiber *from, struct fiber *to)
{
#ifdef MM_ASAN
	left = from;
	__sanitizer_start_switch_fiber(&from->fake, to->stack, to->size);
#endif
#ifdef MM_TSAN
	__tsan_switch_to_fiber(to->tsan, __tsan_switch_to_fiber_no_sync);
#endif
	exchange(from, to);
	arrive(from);
}
