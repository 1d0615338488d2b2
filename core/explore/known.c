/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * known.c - the programs of known.h.
 *
 * Most are known from the tests of GenMC and Nidhugg, twostage from SCTBench, written anew here.
 * Words are shared by all programs and set to zero before each run.
 */
#include "known.h"

#include "sched/kernel.h"

#define MAX_TASKS 32

static int x, y, z;
static int array[MAX_TASKS];
static spinlock_t lock_a, lock_b;

/* Store buffering: each task writes a word and reads the other's. */
static void sb(u32 task, u32 n)
{
	WRITE_ONCE(*(task ? &y : &x), 1);
	(void)READ_ONCE(*(task ? &x : &y));
}

/* Message passing. */
static void mp(u32 task, u32 n)
{
	if (!task) {
		WRITE_ONCE(x, 1);
		WRITE_ONCE(y, 1);
	} else {
		(void)READ_ONCE(y);
		(void)READ_ONCE(x);
	}
}

/* Load buffering. */
static void lb(u32 task, u32 n)
{
	(void)READ_ONCE(*(task ? &y : &x));
	WRITE_ONCE(*(task ? &x : &y), 1);
}

static void s(u32 task, u32 n)
{
	if (!task) {
		WRITE_ONCE(x, 2);
		WRITE_ONCE(y, 1);
	} else {
		(void)READ_ONCE(y);
		WRITE_ONCE(x, 1);
	}
}

static void two_writes_each(u32 task, u32 n)
{
	WRITE_ONCE(*(task ? &y : &x), 1);
	WRITE_ONCE(*(task ? &x : &y), 2);
}

static void corr(u32 task, u32 n)
{
	if (!task) {
		WRITE_ONCE(x, 1);
		WRITE_ONCE(x, 2);
	} else {
		(void)READ_ONCE(x);
		(void)READ_ONCE(x);
	}
}

static void rwc(u32 task, u32 n)
{
	if (!task) {
		WRITE_ONCE(x, 1);
	} else if (task == 1) {
		(void)READ_ONCE(x);
		(void)READ_ONCE(y);
	} else {
		WRITE_ONCE(y, 1);
		(void)READ_ONCE(x);
	}
}

/* Independent reads of independent writes. */
static void iriw(u32 task, u32 n)
{
	if (task < 2) {
		WRITE_ONCE(*(task ? &y : &x), 1);
		return;
	}
	(void)READ_ONCE(*(task == 2 ? &x : &y));
	(void)READ_ONCE(*(task == 2 ? &y : &x));
}

static void w_rrr_w(u32 task, u32 n)
{
	if (task != 1) {
		WRITE_ONCE(x, 1);
		return;
	}
	for (u32 i = 0; i < 3; i++)
		(void)READ_ONCE(x);
}

/* One writer of two values, two readers. */
static void corr1(u32 task, u32 n)
{
	corr(task != 0, n);
}

/* Two writers, two readers. */
static void corr2(u32 task, u32 n)
{
	if (task < 2)
		WRITE_ONCE(x, (int)task + 1);
	else
		corr(1, n);
}

static void readers(u32 task, u32 n)
{
	if (!task)
		WRITE_ONCE(x, 1);
	else
		(void)READ_ONCE(x);
}

/* The first task looks for the last zero, while the others fill the array, each from its left. */
static void lastzero(u32 task, u32 n)
{
	if (task) {
		WRITE_ONCE(array[task], READ_ONCE(array[task - 1]) + 1);
		return;
	}
	for (u32 i = n; READ_ONCE(array[i]); i--)
		;
}

static void ainc(u32 task, u32 n)
{
	_Static_assert(sizeof(x) == sizeof(atomic_t), "a word is an atomic_t");
	atomic_inc((atomic_t *)&x);
}

static void lockinc(u32 task, u32 n)
{
	spin_lock(&lock_a);
	x++;
	spin_unlock(&lock_a);
}

static void casrot(u32 task, u32 n)
{
	cmpxchg(&x, (int)task, (int)task + 1);
}

/* The first task writes what the others compare with. */
static void wcas(u32 task, u32 n)
{
	if (!task)
		WRITE_ONCE(x, 1);
	else
		cmpxchg(&x, 1, 2);
}

static void casw(u32 task, u32 n)
{
	cmpxchg(&x, 0, 1);
	WRITE_ONCE(x, 3);
}

static void inc(u32 task, u32 n)
{
	WRITE_ONCE(x, READ_ONCE(x) + 1);
}

static void coa(u32 task, u32 n)
{
	if (task < 2) {
		WRITE_ONCE(x, (int)task + 1);
		(void)READ_ONCE(*(task ? &z : &y));
		(void)READ_ONCE(x);
	} else {
		WRITE_ONCE(y, 1);
		WRITE_ONCE(z, 1);
	}
}

/* Subclasses, so that no rule of locking ends the run before the deadlock. */
static void opposite(u32 task, u32 n)
{
	spinlock_t *first = task ? &lock_b : &lock_a, *second = task ? &lock_a : &lock_b;

	spin_lock(first);
	spin_lock_nested(second, 1);
	spin_unlock(second);
	spin_unlock(first);
}

/* A second value is published after the first, under another lock. */
static void twostage(u32 task, u32 n)
{
	int seen;

	spin_lock(&lock_a);
	if (!task)
		x = 1;
	seen = x;
	spin_unlock(&lock_a);
	if (!seen)
		return;
	spin_lock(&lock_b);
	if (!task)
		y = x + 1;
	spin_unlock(&lock_b);
}

/* clang-format off */
const struct known known_programs[] = {
	{"SB", 0, 2, sb, 3, {2, 3, 3}, 0},
	{"MP", 0, 2, mp, 3, {2, 3, 3}, 0},
	{"LB", 0, 2, lb, 3, {0}, 0},
	{"S", 0, 2, s, 3, {0}, 0},
	{"2+2W", 0, 2, two_writes_each, 3, {0}, 0},
	{"CoRR", 0, 2, corr, 6, {2, 4, 6}, 0},
	{"RWC+syncs", 0, 3, rwc, 7, {6, 7, 7}, 0},
	{"IRIW", 0, 4, iriw, 15, {14, 15, 15}, 0},
	{"W+RRR+W", 0, 3, w_rrr_w, 20, {6, 18, 20}, 0},
	{"CoRR1", 0, 3, corr1, 36, {4, 13, 28}, 0},
	{"CoRR2", 0, 4, corr2, 72, {18, 54, 72}, 0},
	{"readers", 4, 5, readers, 16, {16, 16, 16}, 0},
	{"readers", 8, 9, readers, 256, {0}, 0},
	{"lastzero", 2, 3, lastzero, 5, {0}, 0},
	{"lastzero", 3, 4, lastzero, 12, {12, 12, 12}, 0},
	{"lastzero", 5, 6, lastzero, 64, {0}, 0},
	{"lastzero", 10, 11, lastzero, 3328, {0}, 0},
	{"lastzero", 15, 16, lastzero, 147456, {0}, 0},
	{"ainc", 4, 4, ainc, 24, {24, 24, 24}, 0},
	{"ainc", 6, 6, ainc, 720, {720, 720, 720}, 0},
	{"lockinc", 4, 4, lockinc, 24, {24, 24, 24}, 0},
	{"casrot", 2, 2, casrot, 2, {0}, 0},
	{"casrot", 3, 3, casrot, 5, {0}, 0},
	{"casrot", 4, 4, casrot, 14, {0}, 0},
	{"casrot", 5, 5, casrot, 43, {0}, 0},
	{"wcas", 2, 3, wcas, 5, {0}, 0},
	{"wcas", 3, 4, wcas, 13, {0}, 0},
	{"wcas", 4, 5, wcas, 33, {0}, 0},
	{"casw", 2, 2, casw, 6, {0}, 0},
	{"casw", 3, 3, casw, 66, {6, 24, 54}, 0},
	{"inc", 2, 2, inc, 4, {0}, 0},
	{"inc", 3, 3, inc, 36, {6, 24, 36}, 0},
	{"inc", 4, 4, inc, 576, {0}, 0},
	{"CoA", 1, 2, coa, 4, {0}, 0},
	{"CoA", 2, 3, coa, 15, {6, 15, 15}, 0},
	{"opposite locks", 0, 2, opposite, 3, {0}, 1},
	{"twostage", 0, 2, twostage, 3, {0}, 0},
};
/* clang-format on */

const u32 nr_known_programs = ARRAY_SIZE(known_programs);

struct body {
	const struct known *k;
	u32 task;
};

static void body(void *arg)
{
	const struct body *b = arg;

	b->k->task(b->task, b->k->n);
}

void known_init(void *arg)
{
	struct task *t[MAX_TASKS];
	struct body b[MAX_TASKS];
	const struct known *k = arg;

	x = y = z = 0;
	for (u32 i = 0; i < MAX_TASKS; i++)
		array[i] = 0;
	spin_lock_init(&lock_a, "a");
	spin_lock_init(&lock_b, "b");
	for (u32 i = 0; i < k->nr_tasks; i++) {
		struct task_params p = {.name = "t", .cpu = i, .fn = body, .arg = &b[i]};

		b[i] = (struct body){k, i};
		t[i] = task_spawn(&p);
	}
	for (u32 i = 0; i < k->nr_tasks; i++)
		task_join(t[i]);
}
