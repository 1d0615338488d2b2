/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shared.c - see shared.h.
 */
#define _GNU_SOURCE
#include "shared.h"

#include <sys/mman.h>

struct shared *shared_create(void)
{
	void *p = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void shared_destroy(struct shared *s)
{
	if (s)
		munmap(s, sizeof(*s));
}

bool shared_report(struct shared *s, const struct report *r)
{
	if (__atomic_exchange_n(&s->claimed, true, __ATOMIC_ACQ_REL))
		return false;
	s->report = *r;
	__atomic_store_n(&s->found, true, __ATOMIC_RELEASE);
	return true;
}
