/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_import_trace.c - test that the oracle of the target import_trace fires, for each of its
 * checks.
 *
 * Calls of the target are wrapped (link option --wrap) and go wrong in one way at a time. The
 * oracle ends the process, so each case runs in a child and is judged by its standard error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "percpu/percpu.h"
#include "sched/test/child.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static enum fault {
	FAULT_NONE,
	FAULT_SILENT,  /* a recording is refused without a message, */
	FAULT_ERROR,   /* or with an error that none has */
	FAULT_SIZE,    /* an object has an impossible size */
	FAULT_OVERLAP, /* the allocator hands out an object twice */
} fault;

int __real_trace_read(struct trace *t, trace_source_fn *source, void *arg, const char *name,
		      FILE *diag);
int __wrap_trace_read(struct trace *t, trace_source_fn *source, void *arg, const char *name,
		      FILE *diag);
int __real_convert_program(struct program *p, const struct pairing *pr,
			   const struct convert_options *o, struct convert_stats *st);
int __wrap_convert_program(struct program *p, const struct pairing *pr,
			   const struct convert_options *o, struct convert_stats *st);
pcpu_addr_t __real_alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp);
pcpu_addr_t __wrap_alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp);

int __wrap_trace_read(struct trace *t, trace_source_fn *source, void *arg, const char *name,
		      FILE *diag)
{
	if (fault == FAULT_SILENT || fault == FAULT_ERROR) {
		*t = (struct trace){0};
		return fault == FAULT_SILENT ? -EINVAL : -EBUSY;
	}
	return __real_trace_read(t, source, arg, name, diag);
}

int __wrap_convert_program(struct program *p, const struct pairing *pr,
			   const struct convert_options *o, struct convert_stats *st)
{
	int err = __real_convert_program(p, pr, o, st);

	if (fault == FAULT_SIZE)
		p->op[0].arg[0] = UINT32_MAX;
	return err;
}

pcpu_addr_t __wrap_alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp)
{
	static pcpu_addr_t last;

	if (fault != FAULT_OVERLAP || !last)
		last = __real_alloc_percpu_gfp(pc, size, align, gfp);
	return last;
}

static int feed_target(void *text)
{
	LLVMFuzzerInitialize(NULL, NULL);
	return LLVMFuzzerTestOneInput(text, strlen(text)) != 0;
}

/* Run the target on a recording. @said receives its standard error. Return: the wait status. */
static int run(const char *text, char said[2048])
{
	return run_in_child(feed_target, (void *)text, said, 2048);
}

static void every_promise_is_checked(void **state)
{
	static const char recording[] =
		"a-1 [001] ..... 1.5: percpu_alloc_percpu: reserved=0 is_atomic=0 size=8 align=8 "
		"base_addr=1 off=8\n"
		"a-1 [001] ..... 1.6: percpu_alloc_percpu: reserved=0 is_atomic=0 size=8 align=8 "
		"base_addr=1 off=16\n";
	static const struct {
		enum fault fault;
		const char *words;
	} planted[] = {
		{FAULT_SILENT, "refused without a message"},
		{FAULT_ERROR, "bytes: found error"},
		{FAULT_SIZE, "an imported program is refused at "},
		{FAULT_OVERLAP, "mmstorm-finding: overlap"},
	};
	char said[2048], folder[] = "/tmp/test_import_trace_XXXXXX", remove[64];

	assert_non_null(mkdtemp(folder));
	setenv("MMSTORM_FINDINGS", folder, 1);
	for (u32 i = 0; i < ARRAY_SIZE(planted); i++) {
		int status;

		fault = FAULT_NONE;
		assert_int_equal(run(recording, said), 0);
		assert_string_equal(said, "");
		fault = planted[i].fault;
		status = run(recording, said);
		if (!strstr(said, planted[i].words))
			fail_msg("found '%s', expected '%s'", said, planted[i].words);
		assert_true(WIFSIGNALED(status));
	}
	snprintf(remove, sizeof(remove), "rm -r %s", folder);
	assert_int_equal(system(remove), 0);
}

/* The first line sets the options of the command. */
static void options_are_read(void **state)
{
	static const char text[] = "# import vmap what max=1\n"
				   "a-1 [000] ..... 1.5: percpu_free_percpu: base_addr=1 off=8\n";
	char said[2048];

	fault = FAULT_NONE;
	/* No event of this family: the fuzzer need not keep the input. */
	assert_int_equal(WEXITSTATUS(run(text, said)), 1);
	assert_int_equal(WEXITSTATUS(run(text + strlen("# import vmap what max=1\n"), said)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_promise_is_checked),
		cmocka_unit_test(options_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
