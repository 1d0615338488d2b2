/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quiet.c - see quiet.h.
 */
#include "quiet.h"

void quiet_init(struct quiet *q)
{
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->cond, NULL);
}

void quiet_fini(struct quiet *q)
{
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->cond);
}

void quiet_begin(struct quiet *q, u32 threads)
{
	q->threads = threads;
	q->waiting = 0;
	q->over = false;
	__atomic_store_n(&q->wanted, false, __ATOMIC_RELAXED);
}

bool quiet_meet(struct quiet *q, bool (*check)(void *arg), void *arg)
{
	bool over;
	u64 round;

	quiet_want(q);
	pthread_mutex_lock(&q->lock);
	round = q->round;
	if (++q->waiting == q->threads) {
		__atomic_store_n(&q->wanted, false, __ATOMIC_RELAXED);
		q->over = check(arg);
		q->waiting = 0;
		q->round++;
		pthread_cond_broadcast(&q->cond);
	}
	while (q->round == round)
		pthread_cond_wait(&q->cond, &q->lock);
	over = q->over;
	pthread_mutex_unlock(&q->lock);
	return over;
}
