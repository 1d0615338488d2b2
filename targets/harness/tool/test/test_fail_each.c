/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fail_each.c - fail_each() with a fake runner, and on naive allocators with and without a
 * fault that shows only when memory runs out.
 */
#include "program/test/check.h"
#include "tool/fail_each.h"
#include "oracle/test/faulty_allocators.h"

/**
 * struct fake - state of a runner that pretends to make requests
 * @requests: requests of a run in which none fails
 * @more:     additional requests if one up to @until fails; negative: fewer
 * @bad:      the request whose failure is a finding; -1: none
 * @seen:     bit n: request n failed in a run
 */
struct fake {
	u32 requests;
	s32 more;
	u32 until;
	s32 bad;
	u64 seen, runs;
};

static int fake_run(void *arg, const struct program *p, struct schedule *taken,
		    struct exec_result *r)
{
	struct fake *f = arg;
	u32 n = p->fail.at0;

	assert_true(!p->fail.at1 && !p->fail.at2 && !p->fail.at3 && !p->fail.every);
	assert_int_equal(p->fail.classes, FAIL_ALL);
	f->runs++;
	if (n < 64)
		f->seen |= BIT_ULL(n);
	*r = (struct exec_result){.requests = f->requests + (n && n <= f->until ? f->more : 0)};
	r->injected = n && n <= r->requests;
	if ((s32)n != f->bad)
		return 0;
	r->sched.report.oracle = ORACLE_LEAK_PAGE;
	return 1;
}

static int pretend(struct fake *fake, struct fail_each *f)
{
	struct runner runner = {fake_run, fake};
	struct program p;
	int ret;

	*f = (struct fail_each){0};
	program_init(&p, TARGET_VMAP);
	p.fail = (struct program_fail){.at0 = 3, .at2 = 4, .every = 5, .classes = 1};
	ret = fail_each(f, &p, &runner);
	assert_int_equal(p.fail.at0, f->failing);
	program_fini(&p);
	return ret;
}

static void test_each(void **unused)
{
	struct fake fake = {.requests = 7, .bad = -1};
	struct fail_each f;

	assert_int_equal(pretend(&fake, &f), 0);
	assert_int_equal(fake.seen, 0x1ff); /* none, 1 to 7, and a missing request 8 */
	assert_int_equal(f.requests, 7);
	assert_int_equal(f.failed, 7);
	assert_false(f.cut);
	fake = (struct fake){.bad = -1};
	assert_int_equal(pretend(&fake, &f), 0);
	assert_int_equal(fake.seen, 3);
	assert_int_equal(f.failed, 0);
}

/* The number of requests is that of the current run, which a failure changes. */
static void test_more_and_fewer(void **unused)
{
	struct fake fake = {.requests = 7, .more = 5, .until = 30, .bad = -1};
	struct fail_each f;

	assert_int_equal(pretend(&fake, &f), 0);
	assert_int_equal(f.failed, 12);
	fake = (struct fake){.requests = 7, .more = -3, .until = 30, .bad = -1};
	assert_int_equal(pretend(&fake, &f), 0);
	assert_int_equal(f.failed, 4);
	fake = (struct fake){.requests = 100000, .bad = -1};
	assert_int_equal(pretend(&fake, &f), 0);
	assert_int_equal(f.failed, FAIL_EACH_MAX);
	assert_true(f.cut);
}

static void test_finding(void **unused)
{
	struct fail_each f;

	for (s32 bad = 0; bad <= 8; bad++) {
		struct fake fake = {.requests = 8, .bad = bad};

		assert_int_equal(pretend(&fake, &f), 1);
		assert_int_equal(f.failing, bad);
		assert_int_equal(f.result.sched.report.oracle, ORACLE_LEAK_PAGE);
		assert_int_equal(fake.runs, bad + 1);
	}
}

static int on_naive(enum fault fault, const char *text, struct fail_each *f, struct program *p)
{
	struct executor *x = executor_create();
	struct runner runner = {run_in_process, x};
	int ret;

	*f = (struct fail_each){0};
	from_text(p, text);
	faulty_choose(fault);
	ret = fail_each(f, p, &runner);
	faulty_choose(FAULT_NONE);
	executor_destroy(x);
	return ret;
}

static void test_error_path(void **unused)
{
	static const char text[] = "target percpu_bitmap\nmachine unit=16K\nfail every=2\ntask a\n"
				   " p1 = alloc_percpu\n free_percpu p1\n";
	struct fail_each f;
	struct exec_result r;
	struct executor *x = executor_create();
	struct program p;

	program_init(&p, TARGET_PERCPU_BITMAP);
	assert_int_equal(on_naive(FAULT_NONE, text, &f, &p), 0);
	/* Structures, 8 frames, the area, table pages. */
	assert_in_range(f.failed, 12, 40);

	assert_int_equal(on_naive(FAULT_PCPU_ERROR_KEEPS, text, &f, &p), 1);
	assert_int_equal(f.result.sched.report.oracle, ORACLE_LEAK_PAGE);
	assert_in_range(f.failing, 2, 40);
	/* fail_each() leaves the program that fails. */
	faulty_choose(FAULT_PCPU_ERROR_KEEPS);
	assert_int_equal(exec_program(x, &p, NULL, &r), 1);
	assert_int_equal(r.sched.digest, f.result.sched.digest);
	faulty_choose(FAULT_NONE);
	/* Without a failing request the fault stays hidden. */
	p.fail.at0 = 0;
	faulty_choose(FAULT_PCPU_ERROR_KEEPS);
	assert_int_equal(exec_program(x, &p, NULL, &r), 0);
	faulty_choose(FAULT_NONE);
	program_fini(&p);
	executor_destroy(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_more_and_fewer),
		cmocka_unit_test(test_finding),
		cmocka_unit_test(test_error_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
