/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_tsan.c - a probe for CMake: does ThreadSanitizer work with libFuzzer and fibers?
 *
 * Two fibers, which TSan takes for threads, run the same instrumented function one after the other,
 * without any order between them. They share only the fuzzer's counters. So a report, and an exit
 * status other than 0, means that TSan takes the counters for data, and would report every input.
 */
#include <sanitizer/tsan_interface.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#define NO_TSAN __attribute__((no_sanitize("thread")))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__tsan_default_options(void);

static ucontext_t home, fiber[2];
static void *tsan_home, *tsan_fiber[2];
static char stack[2][1 << 16];

NO_TSAN const char *__tsan_default_options(void)
{
	return "halt_on_error=1:abort_on_error=0:exitcode=66";
}

/* Branches cause counters; all other data is on the fiber's stack. */
static __attribute__((noinline)) int work(int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
		sum += i % 3 ? i : -i;
	return sum;
}

static void body(void)
{
	work(100);
}

NO_TSAN static void run(int i)
{
	__tsan_switch_to_fiber(tsan_fiber[i], __tsan_switch_to_fiber_no_sync);
	swapcontext(&home, &fiber[i]);
}

NO_TSAN static void enter(int i)
{
	body();
	__tsan_switch_to_fiber(tsan_home, __tsan_switch_to_fiber_no_sync);
	swapcontext(&fiber[i], &home);
}

NO_TSAN int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	tsan_home = __tsan_get_current_fiber();
	for (int i = 0; i < 2; i++) {
		tsan_fiber[i] = __tsan_create_fiber(0);
		getcontext(&fiber[i]);
		fiber[i].uc_stack.ss_sp = stack[i];
		fiber[i].uc_stack.ss_size = sizeof(stack[i]);
		makecontext(&fiber[i], (void (*)(void))enter, 1, i);
	}
	run(0);
	run(1);
	__tsan_destroy_fiber(tsan_fiber[0]);
	__tsan_destroy_fiber(tsan_fiber[1]);
	return 0;
}
