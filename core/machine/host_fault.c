/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_fault.c - an access through the host MMU to an address where nothing is mapped becomes a
 * finding.
 *
 * The handler of SIGSEGV lets the faulting code go on in a function that reports, as if it had been
 * called there. So the report is made outside of the handler, with signals as they were, by the
 * task whose access it was; control never returns to the access.
 *
 * A fault elsewhere goes to the handler that was there before: that of a sanitizer or a fuzzer, or
 * the end of the process.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

#include "internal.h"

/* The machine of each slot. The signal has no other way to it. */
static struct machine *watched[MMU_HOST_MACHINES];

static struct sigaction before;

/* Entered from the handler, at the place of the access. */
static __noreturn void report_fault(u64 addr)
{
	unsigned int slot;
	struct machine *m = host_slot_of(addr, &slot) ? watched[slot] : NULL;

	if (!m)
		abort();
	pgtable_report_fault(m, addr);
}

static void pass_on(int sig, siginfo_t *info, void *context)
{
	if (before.sa_flags & SA_SIGINFO)
		before.sa_sigaction(sig, info, context);
	else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
		before.sa_handler(sig);
	else
		/* The access is repeated, and ends the process. */
		sigaction(sig, &before, NULL);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	const u64 addr = (u64)info->si_addr;
	unsigned int slot;

	if (info->si_code <= 0 || !host_slot_of(addr, &slot) ||
	    !__atomic_load_n(&watched[slot], __ATOMIC_ACQUIRE)) {
		pass_on(sig, info, context);
		return;
	}
#ifdef __x86_64__
	{
		greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;

		/* Below the red zone, and aligned as after a call. */
		reg[REG_RSP] = ((reg[REG_RSP] - 128) & ~15LL) - 8;
		reg[REG_RDI] = (greg_t)addr;
		reg[REG_RIP] = (greg_t)report_fault;
	}
#endif
}

/*
 * Install the handler, unless it is. At each boot, since others install theirs; machines of several
 * threads may boot at once.
 */
static void install(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct sigaction sa = {.sa_flags = SA_SIGINFO | SA_ONSTACK}, now;

	pthread_mutex_lock(&lock);
	if (!sigaction(SIGSEGV, NULL, &now) && now.sa_sigaction != on_fault) {
		before = now;
		sa.sa_sigaction = on_fault;
		sigemptyset(&sa.sa_mask);
		sigaction(SIGSEGV, &sa, NULL);
	}
	pthread_mutex_unlock(&lock);
}

void host_watch(struct machine *m)
{
	unsigned int slot;

	host_slot_of(m->host_opened->base, &slot);
	__atomic_store_n(&watched[slot], m, __ATOMIC_RELEASE);
	install();
}

void host_unwatch(struct machine *m)
{
	unsigned int slot;

	host_slot_of(m->host_opened->base, &slot);
	__atomic_store_n(&watched[slot], NULL, __ATOMIC_RELEASE);
}
