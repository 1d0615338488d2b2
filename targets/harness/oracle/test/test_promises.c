/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_promises.c - promises that hold while other tasks are at work: their faults are found.
 *
 * The allocators are the sound ones. The linker wraps a function of the vmap layer (--wrap) by one
 * that keeps its promise as long as it is called alone. So only a finding of a concurrent run
 * counts, and each program runs under many random schedules.
 */
#include <string.h>

#include "program/test/check.h"
#include "exec/test/run_text.h"
#include "vmap/vmalloc.h"

#define SEEDS 150

enum fault {
	NO_FAULT,
	PURGE_LEFT_TO_OTHER, /* a purge returns at once while another is in flight */
	LISTING_SKIPS,	     /* a listing skips the first area if another operation is in flight */
};

static struct {
	enum fault fault;
	u32 purges;
} now;

void __real_purge_vmap_area_lazy(struct vmap_space *vs);
void __wrap_purge_vmap_area_lazy(struct vmap_space *vs);

void __wrap_purge_vmap_area_lazy(struct vmap_space *vs)
{
	if (now.fault == PURGE_LEFT_TO_OTHER && now.purges)
		return;
	now.purges++;
	__real_purge_vmap_area_lazy(vs);
	now.purges--;
}

struct vmap_area *__real_hold_vmap_area_from(struct vmap_space *vs, u64 addr, unsigned long *flags);
struct vmap_area *__wrap_hold_vmap_area_from(struct vmap_space *vs, u64 addr, unsigned long *flags);
void release_vmap_area(struct vmap_space *vs, struct vmap_area *va, unsigned long flags);

struct vmap_area *__wrap_hold_vmap_area_from(struct vmap_space *vs, u64 addr, unsigned long *flags)
{
	struct vmap_area *va = __real_hold_vmap_area_from(vs, addr, flags);

	/* A listing begins at address 0. */
	if (!va || addr || now.fault != LISTING_SKIPS || oldest_ticket() == task_ticket())
		return va;
	addr = vmap_area_end(va);
	release_vmap_area(vs, va, *flags);
	return __real_hold_vmap_area_from(vs, addr, flags);
}

static const struct {
	enum fault fault;
	enum oracle oracle;
	const char *words;
	const char *text;
} faults[] = {
	{PURGE_LEFT_TO_OTHER, ORACLE_ALIAS, "was unmapped before the purge and may still be",
	 "target vmap_area\ntask a cpu=0\nv1 = alloc_vmap_area pages=4 map\nfree_vmap_area v1\n"
	 "purge_vmap_areas\ntask b cpu=1\nv2 = alloc_vmap_area pages=4 map\nfree_vmap_area v2\n"
	 "purge_vmap_areas\n"},
	{LISTING_SKIPS, ORACLE_LIST, "was in use all the time, and no line tells of it",
	 "target vmalloc\ntask a cpu=0\nb1 = vmalloc\nb2 = vmalloc\nvmallocinfo\n"
	 "task b cpu=1\nb3 = vmalloc\nvfree b3\n"},
};

/* Return: the number of schedules with the expected finding; another one fails the test. */
static u32 run_all(struct executor *x, u32 i, enum fault fault)
{
	u32 nr = 0;

	for (u32 seed = 1; seed <= SEEDS; seed++) {
		struct exec_result r;
		char text[600];

		now = (typeof(now)){.fault = fault};
		snprintf(text, sizeof(text), "%sschedule random seed=%u odds=2\n", faults[i].text,
			 seed);
		run(x, text, &r);
		if (r.sched.report.oracle == faults[i].oracle &&
		    strstr(r.sched.report.text, faults[i].words))
			nr++;
		else
			assert_sound(&r, text);
	}
	return nr;
}

static void each_broken_promise_is_found(void **state)
{
	for (u32 i = 0; i < ARRAY_SIZE(faults); i++) {
		assert_int_equal(run_all(*state, i, NO_FAULT), 0);
		assert_int_not_equal(run_all(*state, i, faults[i].fault), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_broken_promise_is_found)};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
