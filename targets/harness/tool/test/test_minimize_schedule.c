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

/*
 * Fails if task a is preempted after 10 steps of its own, task b after 5 of its own, and a again
 * after 15: three changes, in whatever order the steps before came.
 */
static int fake_steps(void *arg, const struct program *p, struct schedule *taken,
		      struct exec_result *r)
{
	const struct schedule *s = &p->schedule;
	u32 done[2] = {0}, now = 0, i = 0, stage = 0;

	fill_result(p, taken, r);
	r->sched.steps = 40;
	for (u32 step = 1; s->kind == SCHEDULE_SPARSE && step <= 40; step++) {
		u32 was = now;

		for (; i < s->nr && s->changes[i].step == step; i++)
			if (s->changes[i].task <= SCHED_TASK_FIRST + 1)
				now = s->changes[i].task - SCHED_TASK_FIRST;
		if (now != was)
			stage += done[0] == (stage == 2 ? 15 : 10) &&
				 done[1] == (stage ? 5 : done[1]);
		done[now]++;
	}
	return set_result(r, stage >= 3 && p->nr_tasks == 2 && p->nr_ops == 2);
}

static void test_detours_are_dropped(void **state)
{
	struct program p;

	minimize_text(&p, fake_steps,
		      "target vmap\n"
		      "task a cpu=0\n"
		      "  m1 = vm_map_ram\n"
		      "task b cpu=1\n"
		      "  m2 = vm_map_ram\n"
		      "schedule @3 b @4 a @6 b @7 a @13 b @16 a @21 b @25 a @28 b\n");
	assert_int_equal(p.schedule.nr, 3);
	assert_true(has_change(&p, 11, SCHED_TASK_FIRST + 1));
	assert_true(has_change(&p, 16, SCHED_TASK_FIRST));
	assert_true(has_change(&p, 21, SCHED_TASK_FIRST + 1));
	program_fini(&p);
}

/* The one step at which a program of @nr_ops operations fails. */
static u32 bad_step(u32 nr_ops)
{
	return 5 + nr_ops * nr_ops % 11;
}

/* A sanitizer ends the process: the result is empty, and the list reaches up to the end. */
static int fake_sanitizer(void *arg, const struct program *p, struct schedule *taken,
			  struct exec_result *r)
{
	const struct schedule *s = &p->schedule;
	bool dies = s->kind == SCHEDULE_RANDOM
			    ? s->seed % 5 == 0
			    : has_change(p, bad_step(p->nr_ops), SCHED_TASK_FIRST + 1);

	fill_result(p, taken, r);
	if (!dies || !count(p, OP_vm_unmap_aliases) || p->nr_tasks < 2)
		return 0;
	*r = (struct exec_result){.sched.report.oracle = ORACLE_SANITIZER};
	if (taken) {
		*taken = (struct schedule){.kind = SCHEDULE_SPARSE, .nr = 1};
		taken->changes[0] =
			(struct change){.step = bad_step(p->nr_ops), .task = SCHED_TASK_FIRST + 1};
	}
	return 1;
}

static void test_death_finds_another_schedule(void **state)
{
	struct program p;

	minimize_text(&p, fake_sanitizer,
		      "target vmap\n"
		      "task a cpu=0\n"
		      "  m1 = vm_map_ram\n"
		      "  m2 = vm_map_ram\n"
		      "  m3 = vm_map_ram\n"
		      "  vm_unmap_aliases\n"
		      "task b cpu=1\n"
		      "  vm_unmap_ram m2\n"
		      "task c cpu=1\n"
		      "  m4 = vm_map_ram\n"
		      "schedule @8 b\n");
	assert_int_equal(p.expect, ORACLE_SANITIZER);
	assert_int_equal(p.nr_ops, 1);
	assert_int_equal(p.nr_tasks, 2);
	assert_int_equal(p.schedule.nr, 1);
	assert_int_equal(p.schedule.changes[0].step, bad_step(1));
	program_fini(&p);
}

/* Fails if each task has all of its four operations, or none. */
static int fake_whole_tasks(void *arg, const struct program *p, struct schedule *taken,
			    struct exec_result *r)
{
	u32 nr[PROGRAM_MAX_TASKS] = {0};
	bool fails = true;

	fill_result(p, taken, r);
	for (u32 i = 0; i < p->nr_ops; i++)
		nr[p->op[i].task]++;
	for (u32 t = 0; t < p->nr_tasks; t++)
		fails &= nr[t] == 0 || nr[t] == 4;
	return set_result(r, fails && p->nr_ops);
}

static void test_tasks_go_whole(void **state)
{
	struct program p;

	program_init(&p, TARGET_VMAP);
	p.nr_tasks = 3;
	for (u8 i = 0; i < 12; i++) {
		struct program_op o = {
			.op = OP_vm_unmap_aliases, .task = i % 3, .object = PROGRAM_NO_OBJECT};

		assert_int_equal(program_add(&p, &o), 0);
	}
	assert_int_equal(minimize_by(fake_whole_tasks, NULL, &p), 0);
	assert_int_equal(p.nr_ops, 4);
	assert_int_equal(p.nr_tasks, 1);
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
		cmocka_unit_test(test_detours_are_dropped),
		cmocka_unit_test(test_death_finds_another_schedule),
		cmocka_unit_test(test_tasks_go_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
