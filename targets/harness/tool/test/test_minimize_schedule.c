/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_minimize_schedule.c - schedules and failure plans in the minimiser, against fake runners.
 */
#include "minimize_fixture.h"

static int fake_change(void *arg, const struct program *p, struct schedule *taken,
		       struct exec_result *r)
{
	fill_result(p, taken, r);
	return set_result(r, p->nr_tasks >= 2 && has_change(p, 17, SCHED_TASK_FIRST + 1));
}

static void test_one_change_stays(void **state)
{
	struct program p;

	minimize_text(&p, fake_change,
		      "target vmap\n"
		      "task a cpu=0\n"
		      "  m1 = vm_map_ram\n"
		      "task b cpu=1\n"
		      "  m2 = vm_map_ram\n"
		      "schedule @1 b @4 a @9 b @12 a @17 b @21 a @30 b>1 @31 a\n");
	assert_int_equal(p.schedule.nr, 1);
	assert_int_equal(p.schedule.changes[0].step, 17);
	assert_int_equal(p.schedule.changes[0].task, SCHED_TASK_FIRST + 1);
	program_fini(&p);
}

/* The change must be two steps before the end, so it moves when an operation is removed. */
static int fake_moving(void *arg, const struct program *p, struct schedule *taken,
		       struct exec_result *r)
{
	fill_result(p, taken, r);
	return set_result(r, p->nr_tasks >= 2 && count(p, OP_vm_unmap_aliases) &&
				     has_change(p, r->sched.steps - 2, SCHED_TASK_FIRST));
}

static void test_changes_move_along(void **state)
{
	struct program p;

	minimize_text(&p, fake_moving,
		      "target vmap\n"
		      "task a cpu=0\n"
		      "  m1 = vm_map_ram\n"
		      "  m2 = vm_map_ram\n"
		      "  m3 = vm_map_ram\n"
		      "  vm_unmap_aliases\n"
		      "task b cpu=1\n"
		      "  vm_unmap_ram m2\n"
		      "schedule @48 a\n");
	assert_int_equal(p.nr_ops, 1);
	assert_int_equal(p.schedule.nr, 1);
	assert_int_equal(p.schedule.changes[0].step, STEPS_PER_OP - 2);
	program_fini(&p);
}

/* Fails if the request after the last operation fails: its number moves too. */
static int fake_plan(void *arg, const struct program *p, struct schedule *taken,
		     struct exec_result *r)
{
	fill_result(p, taken, r);
	return set_result(r, count(p, OP_vm_unmap_aliases) && p->fail.at0 == p->nr_ops + 1);
}

static void test_failure_plan_moves_along(void **state)
{
	struct program p;

	minimize_text(&p, fake_plan,
		      "target vmap\n"
		      "fail at=5\n"
		      "task a cpu=0\n"
		      "  m1 = vm_map_ram\n"
		      "  m2 = vm_map_ram\n"
		      "  m3 = vm_map_ram\n"
		      "  vm_unmap_aliases\n");
	assert_int_equal(p.nr_ops, 1);
	assert_int_equal(p.fail.at0, 2);
	program_fini(&p);
}

/* Fails by the order of operations, which a change at a step or turns can express. */
static int fake_order(void *arg, const struct program *p, struct schedule *taken,
		      struct exec_result *r)
{
	const struct schedule *s = &p->schedule;
	bool fails = false;

	fill_result(p, taken, r);
	if (p->nr_tasks == 2 && p->nr_ops == 2) {
		if (s->kind == SCHEDULE_TURNS)
			fails = s->nr && s->changes[0].task == SCHED_TASK_FIRST + 1;
		else
			fails = has_change(p, 5, SCHED_TASK_FIRST + 1);
	}
	return set_result(r, fails);
}

static void test_turns_are_preferred(void **state)
{
	struct program p;

	minimize_text(&p, fake_order,
		      "target vmap\n"
		      "task a cpu=0\n"
		      "  m1 = vm_map_ram\n"
		      "task b cpu=1\n"
		      "  m2 = vm_map_ram\n"
		      "schedule @5 b @9 a\n");
	assert_int_equal(p.schedule.kind, SCHEDULE_TURNS);
	assert_int_equal(p.schedule.nr, 1);
	assert_int_equal(p.schedule.changes[0].task, SCHED_TASK_FIRST + 1);
	program_fini(&p);
}

/* A crash leaves no digest, and no reliable list of the run. */
static int fake_crash(void *arg, const struct program *p, struct schedule *taken,
		      struct exec_result *r)
{
	*r = (struct exec_result){0};
	if (taken)
		taken->nr = 0;
	if (!has_change(p, 17, SCHED_TASK_FIRST + 1) || p->nr_tasks < 2)
		return 0;
	r->sched.report.oracle = ORACLE_CRASH;
	return 1;
}

static void test_crash_keeps_its_schedule(void **state)
{
	struct program p;

	minimize_text(&p, fake_crash,
		      "target vmap\n"
		      "task a cpu=0\n"
		      "  m1 = vm_map_ram\n"
		      "task b cpu=1\n"
		      "  m2 = vm_map_ram\n"
		      "schedule @4 a @17 b @21 a\n");
	assert_int_equal(p.expect, ORACLE_CRASH);
	assert_int_equal(p.digest, 0);
	assert_int_equal(p.schedule.nr, 1);
	assert_int_equal(p.schedule.changes[0].step, 17);
	program_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_change_stays),
		cmocka_unit_test(test_changes_move_along),
		cmocka_unit_test(test_failure_plan_moves_along),
		cmocka_unit_test(test_turns_are_preferred),
		cmocka_unit_test(test_crash_keeps_its_schedule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
