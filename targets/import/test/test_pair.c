/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_pair.c - the inference from events, and plain first fit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firstfit.h"
#include "pair.h"

#define MAX_EVENTS 64

/* A hand-made recording. */
struct hand {
	struct trace_event event[MAX_EVENTS];
	struct trace t;
};

static u32 add(struct hand *h, enum trace_kind kind, u64 base, u64 start, u64 size)
{
	u32 n = h->t.nr++;

	h->event[n] = (struct trace_event){
		.kind = kind,
		.base = base,
		.start = start,
		.size = size,
		.align = kind == TRACE_KVA_ALLOC ? 4096 : 4,
		.line = n + 1,
	};
	h->t.event = h->event;
	return n;
}

static u32 take(struct hand *h, u64 start, u64 size)
{
	return add(h, TRACE_PERCPU_ALLOC, 7, start, size);
}

static u32 give(struct hand *h, u64 start)
{
	return add(h, TRACE_PERCPU_FREE, 7, start, 0);
}

static void pair(struct pairing *p, const struct hand *h, enum pair_family f)
{
	assert_int_equal(pair_events(p, &h->t, f), 0);
}

static void test_pairs(void **state)
{
	struct hand h = {0};
	struct pairing p;
	u32 a = take(&h, 0, 16), b = take(&h, 16, 6), fa = give(&h, 0), c = take(&h, 0, 8);
	u32 fb = give(&h, 16);

	pair(&p, &h, PAIR_PERCPU);
	assert_int_equal(p.nr, 3);
	assert_int_equal(p.pairs, 2);
	assert_int_equal(p.outlive, 1);
	assert_int_equal(p.inferred + p.before + p.orphans, 0);
	assert_int_equal(p.of_event[a], p.of_event[fa]);
	assert_int_equal(p.of_event[b], p.of_event[fb]);
	assert_int_not_equal(p.of_event[c], p.of_event[a]);
	assert_int_equal(p.object[p.of_event[b]].size, 8);
	assert_int_equal(p.object[p.of_event[b]].free, fb);
	assert_int_equal(p.object[p.of_event[c]].free, PAIR_NONE);
	pair_free(&p);
}

/* The same offset in two chunks is two places. */
static void test_chunks(void **state)
{
	struct hand h = {0};
	struct pairing p;
	u32 a = add(&h, TRACE_PERCPU_ALLOC, 7, 64, 16), b = add(&h, TRACE_PERCPU_ALLOC, 9, 64, 16);
	u32 fb = add(&h, TRACE_PERCPU_FREE, 9, 64, 0);

	pair(&p, &h, PAIR_PERCPU);
	assert_int_equal(p.nr_chunks, 2);
	assert_int_equal(p.chunk[1].base, 9);
	assert_int_equal(p.object[p.of_event[a]].chunk, 0);
	assert_int_equal(p.object[p.of_event[b]].free, fb);
	assert_int_equal(p.outlive, 1);
	/* below 64, in each of them */
	assert_int_equal(p.nr_taken, 2);
	pair_free(&p);
}

/* An allocation overlaps three live objects: it starts in the first and ends in the third. */
static void test_missing_frees(void **state)
{
	struct hand h = {0};
	struct pairing p;
	u32 seen = 0, over;

	take(&h, 0, 16);
	take(&h, 16, 16);
	take(&h, 32, 16);
	take(&h, 48, 16);
	over = take(&h, 8, 32);
	give(&h, 48);
	pair(&p, &h, PAIR_PERCPU);
	assert_int_equal(p.inferred, 3);
	assert_int_equal(p.pairs, 1);
	for (s32 m = p.missing[over]; m != PAIR_NONE; m = p.object[m].next) {
		assert_int_equal(p.object[m].inferred, over);
		assert_int_equal(p.object[m].free, PAIR_NONE);
		seen |= 1 << m;
	}
	assert_int_equal(seen, 7);
	assert_int_equal(p.outlive, 1);
	pair_free(&p);
}

/* The sizes of objects from before, which are freed but never allocated. */
static void test_before(void **state)
{
	struct hand h = {0};
	struct pairing p;
	const struct pair_object *o;
	u32 f1 = give(&h, 128), f2 = give(&h, 256), f3 = give(&h, 512), again;

	take(&h, 128, 64); /* the same place again: the same size */
	take(&h, 256, 64); /* the same, limited by another object 32 bytes above */
	take(&h, 288, 8);
	again = give(&h, 512); /* freed twice: the second one is an orphan */
	pair(&p, &h, PAIR_PERCPU);
	assert_int_equal(p.before, 3);
	assert_int_equal(p.orphans, 1);
	o = &p.object[p.of_event[f1]];
	assert_int_equal(o->alloc, PAIR_NONE);
	assert_int_equal(o->size, 64);
	assert_int_equal(o->align, 8);
	assert_int_equal(p.object[p.of_event[f2]].size, 32);
	assert_int_equal(p.object[p.of_event[f3]].size, 4);
	assert_int_equal(p.of_event[again], PAIR_NONE);
	assert_int_equal(p.object[p.early[0]].start, 128);
	assert_int_equal(p.object[p.early[2]].start, 512);
	pair_free(&p);
}

/* A free inside a live object is an orphan. */
static void test_orphan_inside(void **state)
{
	struct hand h = {0};
	struct pairing p;

	take(&h, 0, 16);
	give(&h, 8);
	pair(&p, &h, PAIR_PERCPU);
	assert_int_equal(p.orphans, 1);
	assert_int_equal(p.before, 0);
	assert_int_equal(p.outlive, 1);
	pair_free(&p);
}

static void test_state_before(void **state)
{
	struct hand h = {0};
	struct pairing p;

	take(&h, 64, 16);
	take(&h, 96, 32);
	give(&h, 64);
	give(&h, 200);
	take(&h, 64, 24);
	pair(&p, &h, PAIR_PERCPU);
	/* 0-64, 88-96, 128-200 are never shown; 204 and above was free */
	assert_int_equal(p.nr_taken, 3);
	assert_int_equal(p.taken[0].start, 0);
	assert_int_equal(p.taken[0].end, 64);
	assert_int_equal(p.taken[1].start, 88);
	assert_int_equal(p.taken[1].end, 96);
	assert_int_equal(p.taken[2].start, 128);
	assert_int_equal(p.taken[2].end, 200);
	assert_int_equal(p.chunk[0].high, 204);
	assert_int_equal(p.chunk[0].low, 64);
	pair_free(&p);
}

/* KVA areas; a family ignores the other family's events. */
static void test_kva(void **state)
{
	struct hand h = {0};
	struct pairing p;
	u64 base = 0xffffc90000000000;
	u32 a = add(&h, TRACE_KVA_ALLOC, 0, base, 8192), failed, f;

	take(&h, 0, 16);
	failed = add(&h, TRACE_KVA_ALLOC, 0, UINT64_MAX, 8192);
	h.event[failed].failed = true;
	add(&h, TRACE_KVA_PURGE, 0, base, 0);
	f = add(&h, TRACE_KVA_FREE, 0, base, 0);
	add(&h, TRACE_KVA_FREE, 0, base + 0x10000, 0);
	pair(&p, &h, PAIR_KVA);
	assert_int_equal(p.events, 4);
	assert_int_equal(p.failed, 1);
	assert_int_equal(p.allocs, 1);
	assert_int_equal(p.frees, 2);
	assert_int_equal(p.before, 1);
	assert_int_equal(p.of_event[a], p.of_event[f]);
	assert_int_equal(p.of_event[failed], PAIR_NONE);
	assert_int_equal(p.object[p.early[0]].size, 4096);
	/* from the lowest address on, not from 0 */
	assert_int_equal(p.nr_taken, 1);
	assert_int_equal(p.taken[0].start, base + 8192);
	pair_free(&p);

	pair(&p, &h, PAIR_PERCPU);
	assert_int_equal(p.events, 1);
	assert_int_equal(p.nr, 1);
	pair_free(&p);
}

static void test_nothing(void **state)
{
	struct hand h = {0};
	struct pairing p;

	pair(&p, &h, PAIR_PERCPU);
	assert_int_equal(p.nr + p.nr_taken + p.nr_chunks + p.events, 0);
	pair_free(&p);
}

/* The inference against a model with a byte map, on random recordings. */
static void test_random(void **state)
{
	u64 rng = 1;

	for (u32 round = 0; round < 300; round++) {
		struct hand h = {0};
		u8 owner[256] = {0};
		u32 inferred = 0, outlive = 0;
		struct pairing p;

		for (u32 i = 0; i < MAX_EVENTS; i++) {
			u32 at, size;

			rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
			at = rng >> 40 & 63;
			size = 1 + (rng >> 50 & 7);
			if (rng >> 60 & 1) {
				give(&h, at * 4);
				continue;
			}
			take(&h, at * 4, size * 4);
		}
		pair(&p, &h, PAIR_PERCPU);
		for (u32 i = 0; i < MAX_EVENTS; i++) {
			u64 at = h.event[i].start / 4, size = h.event[i].size / 4;
			s32 o = p.of_event[i];

			if (h.event[i].kind == TRACE_PERCPU_ALLOC) {
				for (s32 m = p.missing[i]; m != PAIR_NONE; m = p.object[m].next) {
					bool hit = false;

					for (u64 u = at; u < at + size; u++)
						hit |= owner[u] == m + 1;
					assert_true(hit);
					for (u32 u = 0; u < sizeof(owner); u++)
						if (owner[u] == m + 1)
							owner[u] = 0;
					inferred++;
				}
				for (u64 u = at; u < at + size; u++) {
					assert_int_equal(owner[u], 0);
					owner[u] = o + 1;
				}
			} else if (o != PAIR_NONE && p.object[o].alloc != PAIR_NONE) {
				assert_int_equal(owner[at], o + 1);
				for (u32 u = 0; u < sizeof(owner); u++)
					if (owner[u] == o + 1)
						owner[u] = 0;
			}
		}
		for (u32 u = 0; u < sizeof(owner); u++)
			outlive += owner[u] && (!u || owner[u - 1] != owner[u]);
		assert_int_equal(p.inferred, inferred);
		assert_int_equal(p.outlive, outlive);
		assert_int_equal(p.allocs, p.pairs + inferred + outlive);
		assert_int_equal(p.frees, p.pairs + p.before + p.orphans);
		pair_free(&p);
	}
}

static void find(const struct firstfit *ff, u32 size, u32 align, u32 chunk, u32 start)
{
	u32 c, s;

	firstfit_find(ff, size, align, &c, &s);
	assert_int_equal(c, chunk);
	assert_int_equal(s, start);
}

static void test_first_fit(void **state)
{
	struct firstfit ff;

	firstfit_init(&ff, 4096);
	find(&ff, 16, 8, 0, 0);
	assert_int_equal(firstfit_mark(&ff, 0, 0, 20, true), 0);
	find(&ff, 16, 4, 0, 20);
	find(&ff, 16, 1, 0, 20);
	find(&ff, 16, 16, 0, 32);
	assert_int_equal(firstfit_mark(&ff, 0, 40, 4, true), 0);
	/* holes: 20-40 and 44-4096 */
	find(&ff, 20, 4, 0, 20);
	find(&ff, 24, 4, 0, 44);
	find(&ff, 8, 32, 0, 32);
	find(&ff, 12, 32, 0, 64);
	assert_true(firstfit_taken(&ff, 0, 36, 8));
	assert_false(firstfit_taken(&ff, 0, 20, 20));
	assert_false(firstfit_taken(&ff, 3, 0, 4));
	/* at the chunk's end: an object that does not fit goes to the next chunk */
	find(&ff, 4052, 4, 0, 44);
	find(&ff, 4056, 4, 1, 0);
	find(&ff, 4096, 4, 1, 0);
	assert_int_equal(firstfit_mark(&ff, 0, 0, 4096, true), 0);
	find(&ff, 4, 4, 1, 0);
	assert_int_equal(firstfit_mark(&ff, 2, 0, 4, true), 0);
	assert_int_equal(ff.nr, 3);
	assert_int_equal(firstfit_mark(&ff, 0, 128, 6, false), 0);
	find(&ff, 8, 4, 0, 128);
	find(&ff, 12, 4, 1, 0);
	assert_int_equal(firstfit_mark(&ff, 0, 4092, 8, true), -EINVAL);
	assert_int_equal(firstfit_mark(&ff, 0, 8192, 4, true), -EINVAL);
	firstfit_fini(&ff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),	      cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_missing_frees), cmocka_unit_test(test_before),
		cmocka_unit_test(test_orphan_inside), cmocka_unit_test(test_state_before),
		cmocka_unit_test(test_kva),	      cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_random),	      cmocka_unit_test(test_first_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
