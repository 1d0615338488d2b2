/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_run_events.c - the events of a run: their names, and what is counted and what is not.
 */
#include <string.h>

#include "run_text.h"
#include "vmap/vmap.h"

#define SCHEDULES 400

static bool planted;

void __real_vmap_verify(struct vmap_space *vs, bool quiet);
void __wrap_vmap_verify(struct vmap_space *vs, bool quiet);

void __wrap_vmap_verify(struct vmap_space *vs, bool quiet)
{
	MM_CHECK(!planted, TREE, "planted");
	__real_vmap_verify(vs, quiet);
}

static void names_agree(void **state)
{
	for (unsigned int e = 0; e < NR_RUN_EVENTS; e++) {
		const char *name = run_event_name((enum run_event)e);

		if (e < (unsigned int)NR_VMAP_EVENTS)
			assert_string_equal(name, vmap_event_name((enum vmap_event)e));
		assert_int_equal(run_event_by_name(name), e);
		assert_true(run_event_help((enum run_event)e)[0]);
	}
	assert_int_equal(run_event_by_name("prefetch-"), NR_RUN_EVENTS);
	assert_int_equal(run_event_by_name(""), NR_RUN_EVENTS);
}

static void spaces_are_summed(void **state)
{
	struct exec_result r;

	run(*state, "target vmap\ntask a\nv1 = alloc_vmap_area\n", &r);
	assert_int_equal(run_event_set(r.events), 0);
	run(*state, "target vmap\nmachine vmap=zone\ntask a\nv1 = alloc_vmap_area\n", &r);
	assert_int_equal(r.events[EVENT_PREFETCH], 1);
	assert_int_equal(run_event_set(r.events), 1u << EVENT_PREFETCH);
	run(*state,
	    "target vmap\nmachine vmap=pool\ntask a\nv1 = alloc_vmap_area\nfree_vmap_area v1\n"
	    "purge_vmap_areas\nv2 = alloc_vmap_area\n",
	    &r);
	assert_int_equal(run_event_set(r.events), 1u << EVENT_POOL_HIT);
	/* Of three, what each has counted. */
	run(*state,
	    "target vmap_trio\ntask a\nv1 = alloc_vmap_area\nfree_vmap_area v1\n"
	    "purge_vmap_areas\nv2 = alloc_vmap_area\n",
	    &r);
	assert_int_equal(run_event_set(r.events), 1u << EVENT_PREFETCH | 1u << EVENT_POOL_HIT);
	/* Nothing is left of it in the next run. */
	run(*state, "target percpu_bitmap\ntask a\np1 = alloc_percpu\n", &r);
	assert_int_equal(run_event_set(r.events), 0);
	run(*state, "target bootmem\ntask a\nr1 = alloc_bootmem\n", &r);
	assert_int_equal(run_event_set(r.events), 0);
}

/* Also of a run that a finding ends before its spaces are taken down. */
static void counted_up_to_a_finding(void **state)
{
	struct exec_result r;

	planted = true;
	run(*state, "target vmap\nmachine vmap=zone\ntask a\nv1 = alloc_vmap_area\n", &r);
	planted = false;
	assert_int_equal(r.sched.report.oracle, ORACLE_TREE);
	assert_int_equal(r.events[EVENT_PREFETCH], 1);
	run(*state, "target vmap\ntask a\nv1 = alloc_vmap_area\n", &r);
	assert_int_equal(run_event_set(r.events), 0);
}

/* Under how many of many schedules does it happen? */
static u32 far_in_flush(struct executor *x, const char *text)
{
	struct program p;
	u32 seen = 0;

	program_init(&p, TARGET_VMAP);
	from_text(&p, text);
	for (u32 i = 0; i < SCHEDULES; i++) {
		struct exec_result r;

		p.schedule.kind = SCHEDULE_RANDOM;
		p.schedule.odds = (u16)(1 + i % 8);
		p.schedule.seed = i;
		exec_program(x, &p, NULL, &r);
		assert_sound(&r, text);
		seen += r.events[EVENT_FREED_FAR_IN_FLUSH] != 0;
	}
	program_fini(&p);
	return seen;
}

#define FAR(made, freed, flush)                                                                    \
	"target vmap\nmachine cpus=3\ntask a cpu=" made "\nv1 = alloc_vmap_area map\n"             \
	"task b cpu=" freed "\nfree_vmap_area v1\ntask c cpu=" flush "\nvm_unmap_aliases\n"

static void freed_far_in_flush(void **state)
{
	u32 seen = far_in_flush(*state, FAR("0", "1", "2"));

	assert_true(seen && seen < SCHEDULES);
	/* Three CPUs. */
	assert_int_equal(far_in_flush(*state, FAR("1", "1", "2")), 0);
	assert_int_equal(far_in_flush(*state, FAR("0", "1", "0")), 0);
	assert_int_equal(far_in_flush(*state, FAR("0", "1", "1")), 0);
	/* A task that was moved was there where its operation began. */
	assert_true(far_in_flush(*state, "target vmap\nmachine cpus=3\ntask a cpu=0\n"
					 "m1 = vm_map_ram\nmigrate cpu=1\nvm_unmap_ram m1\n"
					 "task b cpu=2\nvm_unmap_aliases\n"));
	/* The flush has ended, or has not begun. */
	assert_int_equal(far_in_flush(*state, "target vmap\nmachine cpus=3\ntask a cpu=0\n"
					      "v1 = alloc_vmap_area\ntask b cpu=1\nmigrate cpu=2\n"
					      "vm_unmap_aliases\nmigrate cpu=1\n"
					      "free_vmap_area v1\nmigrate cpu=2\n"
					      "vm_unmap_aliases\n"),
			 0);
	/* Not of addresses: nothing of it is flushed. */
	assert_int_equal(far_in_flush(*state, "target boot\nmachine cpus=3\ntask a cpu=0\n"
					      "p1 = alloc_percpu\ntask b cpu=1\nfree_percpu p1\n"
					      "task c cpu=2\nvm_unmap_aliases\n"),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_agree),
		cmocka_unit_test(spaces_are_summed),
		cmocka_unit_test(counted_up_to_a_finding),
		cmocka_unit_test(freed_far_in_flush),
	};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
