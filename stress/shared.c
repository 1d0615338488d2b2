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

u64 shared_done(const struct shared *s)
{
	u64 sum = __atomic_load_n(&s->done, __ATOMIC_RELAXED);

	for (u32 i = 0; i < s->nr_threads; i++)
		sum += __atomic_load_n(&s->thread[i].ended, __ATOMIC_RELAXED);
	return sum;
}

bool shared_report(struct shared *s, const struct report *r)
{
	if (__atomic_exchange_n(&s->claimed, true, __ATOMIC_ACQ_REL))
		return false;
	s->report = *r;
	__atomic_store_n(&s->found, true, __ATOMIC_RELEASE);
	return true;
}
