/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fidelity.c - the replay: the recordings of the corpus keep their bounds, a small recording
 * shows each reason, and a broken allocator makes each check fire.
 *
 * The linker wraps alloc_percpu_gfp(), so that this file can break it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ops/access.h"
#include "fidelity.h"
#include "trace_file.h"
#include "percpu/percpu.h"

#define CHUNK_A 7
#define CHUNK_B 9
#define KVA 0xffffc90000000000ULL
#define PAGE 4096ULL

enum sabotage {
	SABOTAGE_NONE,
	SABOTAGE_TWICE,	   /* return the last object again */
	SABOTAGE_SHIFT,	   /* return an address four bytes higher */
	SABOTAGE_DIRTY,	   /* do not zero the object */
	SABOTAGE_SCRIBBLE, /* write to the last object */
	SABOTAGE_REFUSE,
};

static enum sabotage sabotage;
static pcpu_addr_t last;

pcpu_addr_t __real_alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp);
pcpu_addr_t __wrap_alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp);

static struct machine *machine;
struct machine *__real_machine_create(void);
struct machine *__wrap_machine_create(void);

struct machine *__wrap_machine_create(void)
{
	machine = __real_machine_create();
	return machine;
}

pcpu_addr_t __wrap_alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp)
{
	pcpu_addr_t was = last;

	if (sabotage == SABOTAGE_REFUSE)
		return 0;
	if (sabotage == SABOTAGE_TWICE && was)
		return was;
	last = __real_alloc_percpu_gfp(pc, size, align, gfp);
	if (sabotage == SABOTAGE_DIRTY)
		access_fill(machine, per_cpu_ptr(pc, last, 1), size, 1, true);
	if (sabotage == SABOTAGE_SCRIBBLE && was)
		access_fill(machine, per_cpu_ptr(pc, was, 1), 8, 12345, true);
	return sabotage == SABOTAGE_SHIFT ? last + 4 : last;
}

/* A hand-made recording, and its replay. */
static struct trace_event event[64];
static struct trace trace;
static struct pairing pairing;
static struct fidelity f;

static int setup(void **state)
{
	trace = (struct trace){.event = event, .nr_cpus = 2};
	pairing = (struct pairing){0};
	f = (struct fidelity){0};
	sabotage = SABOTAGE_NONE;
	last = 0;
	return 0;
}

static int teardown(void **state)
{
	fidelity_free(&f);
	pair_free(&pairing);
	return 0;
}

static struct trace_event *add(enum trace_kind kind, u64 base, u64 start, u64 size)
{
	struct trace_event *e = &event[trace.nr++];

	*e = (struct trace_event){
		.kind = kind,
		.base = base,
		.start = start,
		.size = size,
		.align = kind == TRACE_KVA_ALLOC ? PAGE : 8,
		.line = trace.nr,
	};
	return e;
}

static struct trace_event *take(u64 start, u64 size)
{
	return add(TRACE_PERCPU_ALLOC, CHUNK_A, start, size);
}

static void give(u64 start)
{
	add(TRACE_PERCPU_FREE, CHUNK_A, start, 0);
}

static void replay(enum pair_family family)
{
	assert_int_equal(pair_events(&pairing, &trace, family), 0);
	assert_int_equal(family == PAIR_PERCPU ? fidelity_percpu(&f, &pairing)
					       : fidelity_kva(&f, &pairing),
			 0);
}

static void assert_clean(void)
{
	if (f.report.oracle != ORACLE_NONE)
		fail_msg("%s: %s", oracle_id(f.report.oracle), f.report.text);
}

/* Replay without a finding, and with @nr differences. */
static void replay_misses(enum pair_family family, u32 misses)
{
	replay(family);
	assert_clean();
	assert_int_equal(f.nr_miss, misses);
}

static void assert_miss(u32 i, u32 line, enum fidelity_reason reason)
{
	assert_true(i < f.nr_miss);
	assert_int_equal(event[f.miss[i].event].line, line);
	assert_string_equal(fidelity_reason_text(f.miss[i].reason), fidelity_reason_text(reason));
}

static void test_agrees(void **state)
{
	take(0, 16);
	take(16, 8);
	take(24, 16);
	give(0);
	take(0, 8);
	take(8, 8);
	give(16);
	replay_misses(PAIR_PERCPU, 0);
	assert_int_equal(f.compared, 5);
	assert_int_equal(f.diverge, PAIR_NONE);
	assert_int_equal(f.first_fit, 0);
}

/*
 * The kernel skips a hole at 0 that fits. The resynchronised replay counts one difference, and
 * places later objects as the kernel did. In the free-running replay the next object differs too.
 */
static void test_hole_skipped(void **state)
{
	take(0, 16);
	take(16, 16);
	give(0);
	for (u32 i = 0; i < 8; i++) {
		take(32, 64);
		give(32);
	}
	take(32, 16);
	take(0, 16);
	replay_misses(PAIR_PERCPU, 1);
	assert_miss(0, 20, FIDELITY_KERNEL);
	assert_int_equal(f.miss[0].start, 0);
	assert_int_equal(f.first_fit, 1);
	assert_int_equal(f.diverge, 19);
	assert_int_equal(f.drift, 2);
}

/* The hole was freed a line before: the kernel may have chosen the place before that. */
static void test_late(void **state)
{
	take(0, 16);
	take(16, 16);
	give(0);
	take(32, 16);
	replay_misses(PAIR_PERCPU, 1);
	assert_miss(0, 4, FIDELITY_LATE);
	assert_int_equal(f.miss[0].hole, 2);
}

/* The kernel's place is live, so its free is missing, at an unknown time; below it is a hole. */
static void test_missing(void **state)
{
	take(0, 16);
	take(16, 16);
	take(32, 16);
	give(0);
	take(16, 16);
	replay_misses(PAIR_PERCPU, 1);
	assert_miss(0, 5, FIDELITY_MISSING);
}

static void test_other_chunk(void **state)
{
	take(0, 16);
	add(TRACE_PERCPU_ALLOC, CHUNK_B, 0, 16);
	add(TRACE_PERCPU_ALLOC, CHUNK_B, 16, 16);
	replay(PAIR_PERCPU);
	assert_clean();
	assert_true(f.nr_miss >= 1);
	assert_miss(0, 2, FIDELITY_CHUNK);
}

static void test_refused(void **state)
{
	take(0, 16);
	give(0);
	sabotage = SABOTAGE_REFUSE;
	replay_misses(PAIR_PERCPU, 1);
	assert_miss(0, 1, FIDELITY_REFUSED);
	assert_int_equal(f.diverge, 0);
}

/* Objects from the reserved chunk are placed as recorded, and not compared. */
static void test_reserved(void **state)
{
	take(4096, 16)->reserved = true;
	give(4096);
	replay(PAIR_PERCPU);
	assert_clean();
	assert_int_equal(f.reserved, 1);
	assert_int_equal(f.compared, 0);
}

/* Objects from before, orphans, and objects that outlive the recording. */
static void test_ends(void **state)
{
	give(64);
	give(64);
	give(128);
	take(64, 32);
	take(128, 8);
	take(4096, 100000);
	replay(PAIR_PERCPU);
	assert_clean();
	assert_int_equal(f.compared, 3);
}

static void test_wide(void **state)
{
	take(1 << 27, 16);
	replay(PAIR_PERCPU);
	assert_true(f.too_wide);
	assert_int_equal(f.compared, 0);
}

static void sabotaged(enum sabotage s, enum oracle expected)
{
	take(0, 16);
	take(16, 16);
	take(32, 16);
	give(0);
	give(16);
	sabotage = s;
	replay(PAIR_PERCPU);
	assert_string_equal(oracle_id(f.report.oracle), oracle_id(expected));
}

static void test_overlap(void **state)
{
	sabotaged(SABOTAGE_TWICE, ORACLE_OVERLAP);
}

static void test_alignment(void **state)
{
	sabotaged(SABOTAGE_SHIFT, ORACLE_ALIGNMENT);
}

static void test_zero(void **state)
{
	sabotaged(SABOTAGE_DIRTY, ORACLE_ZERO);
}

static void test_contents(void **state)
{
	sabotaged(SABOTAGE_SCRIBBLE, ORACLE_CONTENTS);
}

static void kva(enum trace_kind kind, u64 page, u64 pages)
{
	add(kind, kind == TRACE_KVA_ALLOC ? KVA : 0, KVA + page * PAGE, pages * PAGE);
}

/* Lowest fit. Lazily freed ranges are in use until the purge, pages that are never shown forever.
 */
static void test_kva_agrees(void **state)
{
	kva(TRACE_KVA_ALLOC, 0, 2);
	kva(TRACE_KVA_ALLOC, 2, 2);
	kva(TRACE_KVA_FREE, 0, 0);
	kva(TRACE_KVA_ALLOC, 6, 2); /* 4 and 5 are never shown */
	kva(TRACE_KVA_PURGE, 0, 0);
	kva(TRACE_KVA_ALLOC, 0, 2);
	kva(TRACE_KVA_FREE, 2, 0);
	replay_misses(PAIR_KVA, 0);
	assert_int_equal(f.compared, 4);
	assert_int_equal(f.purges, 1);
	assert_int_equal(f.early, 3);
}

/* After a purge the kernel uses the higher of two ranges first, from the cache of the node. */
static void test_kva_reuse(void **state)
{
	kva(TRACE_KVA_ALLOC, 0, 2);
	kva(TRACE_KVA_ALLOC, 2, 2);
	kva(TRACE_KVA_FREE, 0, 0);
	kva(TRACE_KVA_FREE, 2, 0);
	kva(TRACE_KVA_PURGE, 0, 0);
	kva(TRACE_KVA_ALLOC, 2, 2);
	kva(TRACE_KVA_ALLOC, 0, 2);
	replay_misses(PAIR_KVA, 1);
	assert_miss(0, 6, FIDELITY_REUSE);
	assert_int_equal(f.early_miss, 0);
}

/* Before the first purge the cache is no reason for a difference. */
static void test_kva_hole(void **state)
{
	kva(TRACE_KVA_ALLOC, 2, 2);
	kva(TRACE_KVA_ALLOC, 0, 2);
	kva(TRACE_KVA_ALLOC, 2, 2); /* its free and its purge are missing */
	add(TRACE_KVA_ALLOC, 0xffffffffc0000000, 0xffffffffc0000000, 4096);
	replay_misses(PAIR_KVA, 1);
	assert_miss(0, 1, FIDELITY_KERNEL);
	assert_int_equal(f.early_miss, 1);
	assert_int_equal(f.skipped, 1);
}

static void test_kva_wide(void **state)
{
	kva(TRACE_KVA_ALLOC, 0, 2);
	kva(TRACE_KVA_ALLOC, 1ULL << 23, 2);
	replay(PAIR_KVA);
	assert_true(f.too_wide);
}

static void recorded(const char *name, enum pair_family family)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", TRACES, name);
	assert_int_equal(trace_read_file(&trace, path, stderr), 0);
	assert_int_equal(trace.unreadable, 0);
	replay(family);
	assert_clean();
}

static u32 elsewhere(void)
{
	u32 n = 0;

	for (u32 i = 0; i < f.nr_miss; i++) {
		assert_int_not_equal(f.miss[i].reason, FIDELITY_REFUSED);
		n += f.miss[i].reason != FIDELITY_CONFLICT;
	}
	return n;
}

/*
 * The bounds of the recordings: plain first fit differs 7 times, a kernel of another version 5
 * times. Ours must not differ more often than first fit.
 */
static void test_netns_churn(void **state)
{
	recorded("netns-churn.trace.gz", PAIR_PERCPU);
	assert_int_equal(pairing.allocs, 7202);
	assert_int_equal(pairing.frees, 7196);
	assert_int_equal(pairing.inferred, 4);
	assert_int_equal(f.compared, 7202);
	assert_int_equal(f.first_fit, 7);
	assert_in_range(elsewhere(), 0, 7);
	trace_free(&trace);
}

static void test_thread_churn(void **state)
{
	recorded("thread-churn.trace.gz", PAIR_PERCPU);
	assert_int_equal(f.compared, 171);
	assert_int_equal(elsewhere(), 0);
	assert_int_equal(f.diverge, PAIR_NONE);
	trace_free(&trace);
}

static void test_thread_churn_kva(void **state)
{
	recorded("thread-churn.trace.gz", PAIR_KVA);
	assert_int_equal(f.compared, 4789);
	assert_int_equal(f.early, 1205);
	assert_int_equal(f.early_miss, 0);
	assert_int_equal(f.purges, 2);
	trace_free(&trace);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_agrees),	 TEST(test_hole_skipped),
		TEST(test_late),	 TEST(test_missing),
		TEST(test_other_chunk),	 TEST(test_refused),
		TEST(test_reserved),	 TEST(test_ends),
		TEST(test_wide),	 TEST(test_overlap),
		TEST(test_alignment),	 TEST(test_zero),
		TEST(test_contents),	 TEST(test_kva_agrees),
		TEST(test_kva_reuse),	 TEST(test_kva_hole),
		TEST(test_kva_wide),	 TEST(test_netns_churn),
		TEST(test_thread_churn), TEST(test_thread_churn_kva),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
