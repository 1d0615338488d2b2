/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_isolate.c - the findings that a child's death becomes, and clean runs after it.
 *
 * Linked with --wrap=exec_program: a program's number of operations selects what its run does.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tool/isolate.h"
#include "tool/sanitizer_hooks.h"

/* The behaviours of a run, selected by the number of operations. */
enum {
	RUN_CLEAN = 1,
	RUN_FAILS,
	RUN_ABORTS,
	RUN_LOOPS,
	RUN_COUNTS, /* the digest is the number of runs in this process */
};

int __wrap_exec_program(struct executor *x, const struct program *p, const struct exec_options *o,
			struct exec_result *r);

static u64 runs_in_process;

int __wrap_exec_program(struct executor *x, const struct program *p, const struct exec_options *o,
			struct exec_result *r)
{
	*r = (struct exec_result){.sched.digest = 99, .sched.steps = p->nr_ops};
	runs_in_process++;
	if (o && o->taken) {
		o->taken->nr = 1;
		o->taken->changes[0] = (struct change){.step = 3, .task = 2};
	}
	switch (p->nr_ops) {
	case RUN_FAILS:
		r->sched.report.oracle = ORACLE_OVERLAP;
		return 1;
	case RUN_ABORTS:
		fprintf(stderr, "a word about why\nand more\n");
		abort();
	case RUN_LOOPS:
		for (volatile int i = 0; i >= 0;)
			;
		return 0;
	case RUN_COUNTS:
		r->sched.digest = runs_in_process;
		return 0;
	default:
		return 0;
	}
}

static void make_program(struct program *p, u32 ops)
{
	program_init(p, TARGET_VMAP);
	for (u32 i = 0; i < ops; i++) {
		struct program_op op = {.op = OP_cond_resched, .object = PROGRAM_NO_OBJECT};

		assert_int_equal(program_add(p, &op), 0);
	}
}

static int run(struct isolate *i, u32 ops, struct schedule *taken, struct exec_result *r)
{
	struct program p;
	int ret;

	make_program(&p, ops);
	ret = isolate_run(i, &p, taken, r);
	program_fini(&p);
	return ret;
}

static void test_results_come_back(void **state)
{
	struct isolate *i = isolate_create(NULL);
	struct schedule *taken = calloc(1, sizeof(*taken));
	struct exec_result r;

	assert_non_null(i);
	assert_int_equal(run(i, RUN_CLEAN, taken, &r), 0);
	assert_int_equal(r.sched.digest, 99);
	assert_int_equal(taken->nr, 1);
	assert_int_equal(taken->changes[0].step, 3);
	assert_int_equal(run(i, RUN_FAILS, NULL, &r), 1);
	assert_int_equal(r.sched.report.oracle, ORACLE_OVERLAP);
	isolate_destroy(i);
	free(taken);
}

static void test_crash_is_a_finding(void **state)
{
	struct isolate *i = isolate_create(NULL);
	struct schedule *taken = calloc(1, sizeof(*taken));
	struct exec_result r;

	for (int n = 0; n < 3; n++) {
		assert_int_equal(run(i, RUN_ABORTS, taken, &r), 1);
		assert_int_equal(r.sched.report.oracle, ORACLE_CRASH);
		assert_int_equal(r.sched.digest, 0);
		assert_non_null(strstr(r.sched.report.text, "signal 6"));
		assert_non_null(strstr(r.sched.report.text, "a word about why"));
		assert_null(strchr(r.sched.report.text, '\n'));
		/* The part of the list that it had written before it died. */
		assert_int_equal(taken->nr, 1);
		assert_int_equal(run(i, RUN_CLEAN, NULL, &r), 0);
	}
	isolate_destroy(i);
	free(taken);
}

static void test_endless_run_is_ended(void **state)
{
	struct isolate_options o = {.seconds = 1};
	struct isolate *i = isolate_create(&o);
	struct exec_result r;

	assert_int_equal(run(i, RUN_LOOPS, NULL, &r), 1);
	assert_int_equal(r.sched.report.oracle, ORACLE_LIVELOCK);
	assert_int_equal(run(i, RUN_CLEAN, NULL, &r), 0);
	isolate_destroy(i);
}

static void test_children_are_reused(void **state)
{
	struct isolate_options fresh = {.fresh = true};
	struct isolate *i = isolate_create(NULL);
	struct exec_result r;

	for (u64 n = 1; n < 4; n++) {
		assert_int_equal(run(i, RUN_COUNTS, NULL, &r), 0);
		assert_int_equal(r.sched.digest, n);
	}
	isolate_renew(i);
	assert_int_equal(run(i, RUN_COUNTS, NULL, &r), 0);
	assert_int_equal(r.sched.digest, 1);
	isolate_destroy(i);
	i = isolate_create(&fresh);
	for (u64 n = 1; n < 4; n++) {
		assert_int_equal(run(i, RUN_COUNTS, NULL, &r), 0);
		assert_int_equal(r.sched.digest, 1);
	}
	isolate_destroy(i);
}

/* Imitations of sanitizers' reports. */
static void print_asan_report(void *arg)
{
	fprintf(stderr,
		"some line\n==12==ERROR: AddressSanitizer: heap-use-after-free on 0x1\n#0\n");
	_exit(1);
}

static void print_race_report(void *arg)
{
	fprintf(stderr, "=====\nWARNING: ThreadSanitizer: data race (pid=1)\n  Write of size 8\n");
	_exit(66);
}

static void print_ubsan_report(void *arg)
{
	fprintf(stderr, "a.c:1:2: runtime error: shift exponent 40 is too large\n");
	_exit(1);
}

static void exit_early(void *arg)
{
	_exit(3);
}

static void count_up(void *arg)
{
	fprintf(stderr, "counted\n");
	++*(int *)arg;
}

static void test_reports_are_classified(void **state)
{
	static const struct {
		void (*fn)(void *arg);
		enum oracle oracle;
		const char *text;
	} t[] = {
		{print_asan_report, ORACLE_SANITIZER,
		 "ERROR: AddressSanitizer: heap-use-after-free on 0x1"},
		{print_race_report, ORACLE_RACE, "WARNING: ThreadSanitizer: data race (pid=1)"},
		{print_ubsan_report, ORACLE_SANITIZER,
		 "a.c:1:2: runtime error: shift exponent 40 is too large"},
		{exit_early, ORACLE_CRASH, "the process ended with status 3"},
	};
	struct isolate_death death;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		assert_int_equal(isolate_call(NULL, t[i].fn, NULL, NULL, &death), 1);
		assert_int_equal(death.oracle, t[i].oracle);
		assert_string_equal(death.text, t[i].text);
	}
}

static void test_call(void **state)
{
	int *n = isolate_memory(sizeof(*n));
	char log[64] = "";
	FILE *f = fmemopen(log, sizeof(log), "w");
	struct isolate_death death;

	assert_int_equal(isolate_call(NULL, count_up, n, f, &death), 0);
	fclose(f);
	assert_int_equal(*n, 1);
	assert_string_equal(log, "counted\n");
	isolate_memory_free(n, sizeof(*n));
}

/* isolate_beat() does not truncate the standard error of a parent. */
static void test_beat_leaves_parents_stderr(void **state)
{
	const off_t size = 2 << 20;
	FILE *f = tmpfile();
	int saved = dup(STDERR_FILENO);
	off_t left;

	assert_non_null(f);
	assert_int_equal(ftruncate(fileno(f), size), 0);
	dup2(fileno(f), STDERR_FILENO);
	isolate_beat();
	left = lseek(fileno(f), 0, SEEK_END);
	dup2(saved, STDERR_FILENO);
	close(saved);
	fclose(f);
	assert_int_equal(left, size);
}

static void test_oracles_of_this_build(void **state)
{
	assert_true(isolate_finds(ORACLE_OVERLAP));
	assert_int_equal(isolate_finds(ORACLE_RACE), sanitizer_thread());
	assert_int_equal(isolate_finds(ORACLE_SANITIZER), sanitizer_any());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results_come_back),
		cmocka_unit_test(test_crash_is_a_finding),
		cmocka_unit_test(test_endless_run_is_ended),
		cmocka_unit_test(test_children_are_reused),
		cmocka_unit_test(test_reports_are_classified),
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_beat_leaves_parents_stderr),
		cmocka_unit_test(test_oracles_of_this_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
