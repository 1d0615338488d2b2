/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_minimize.c - the minimiser against fake runners.
 *
 * A fake runner fails a program by a rule of the test. So the test knows the shortest program that
 * fails, and the minimiser must find that one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tool/minimize.h"
#include "sched/sched.h"
#include "program/text.h"

#define STEPS_PER_OP 10

static void parse(struct program *p, const char *text)
{
	struct text_error err;

	program_init(p, TARGET_VMAP);
	if (text_parse(p, text, strlen(text), &err))
		fail_msg("%u:%u: %s", err.line, err.column, err.text);
}

static void assert_text(const struct program *p, const char *expected)
{
	char buf[4096] = "";
	FILE *f = fmemopen(buf, sizeof(buf), "w");

	assert_int_equal(text_print(p, f), 0);
	fclose(f);
	assert_string_equal(buf, expected);
}

/* The result of a run without a finding. */
static void fill_result(const struct program *p, struct schedule *taken, struct exec_result *r)
{
	*r = (struct exec_result){0};
	r->sched.steps = STEPS_PER_OP * p->nr_ops;
	r->sched.digest = 0x1234;
	r->sched.report.op = -1;
	if (taken)
		*taken = p->schedule;
}

static int set_result(struct exec_result *r, bool fails)
{
	if (fails)
		r->sched.report.oracle = ORACLE_OVERLAP;
	return fails;
}

static u32 count(const struct program *p, const char *name)
{
	u32 n = 0;

	for (u32 i = 0; i < p->nr_ops; i++)
		n += p->op[i].op == op_by_name(name);
	return n;
}

static bool has_arg(const struct program *p, const char *name, u32 least)
{
	for (u32 i = 0; i < p->nr_ops; i++)
		if (p->op[i].op == op_by_name(name) && p->op[i].arg[0] >= least)
			return true;
	return false;
}

static int minimize_by(runner_fn *fn, void *arg, struct program *p)
{
	struct minimize_options o = {.runner = {fn, arg}};
	struct minimize_stats st;

	return minimize(p, &o, &st);
}

/* Set @p to the shortest part of @text that fails by @fn. */
static void minimize_text(struct program *p, runner_fn *fn, const char *text)
{
	parse(p, text);
	assert_int_equal(minimize_by(fn, NULL, p), 0);
}

static const char long_program[] = "target vmap\n"
				   "machine cpus=8 nodes=2 kva=64M lazy=10 verify=3\n"
				   "fail at=1000 classes=2\n"
				   "task a cpu=0\n"
				   "  m1 = vm_map_ram pages=200\n"
				   "  touch_ram m1\n"
				   "  v1 = alloc_vmap_area pages=7 align=16 map\n"
				   "task b cpu=5\n"
				   "  m2 = vm_map_ram pages=3 atomic\n"
				   "  touch_ram m2\n"
				   "irq i cpu=3\n"
				   "  m3 = vm_map_ram pages=1\n"
				   "  vm_unmap_ram m1\n"
				   "task c cpu=7\n"
				   "  free_vmap_area v1\n"
				   "  migrate cpu=6\n"
				   "  vm_unmap_aliases\n"
				   "  cond_resched\n"
				   "schedule random seed=9 odds=5\n";

/* Fails by its operations, with any machine, tasks and schedule. */
static int fake_ops(void *arg, const struct program *p, struct schedule *taken,
		    struct exec_result *r)
{
	fill_result(p, taken, r);
	return set_result(r, has_arg(p, "vm_map_ram", 37) && count(p, "vm_unmap_aliases"));
}

static void test_irrelevant_parts_are_removed(void **state)
{
	struct program p;

	minimize_text(&p, fake_ops, long_program);
	assert_text(&p, "mmstorm 1\n"
			"target vmap\n"
			"task a cpu=0\n"
			"  m1 = vm_map_ram pages=64\n"
			"  vm_unmap_aliases\n"
			"expect overlap\n"
			"digest 0x0000000000001234\n");
	program_fini(&p);
}

/* As fake_ops(), but with an event in place of the failure. */
static int fake_ops_happens(void *arg, const struct program *p, struct schedule *taken,
			    struct exec_result *r)
{
	bool happens = fake_ops(arg, p, taken, r);

	r->sched.report.oracle = ORACLE_NONE;
	r->events[EVENT_LAZY_TWICE] = happens;
	return 0;
}

static void test_shown_event_is_kept(void **state)
{
	struct event_runner s = {{fake_ops_happens, NULL}, 1u << EVENT_LAZY_TWICE};
	struct program p;

	parse(&p, long_program);
	p.shows = 1u << EVENT_PREFETCH;
	assert_int_equal(minimize_by(event_runner_run, &s, &p), 0);
	/* The `shows` line described the longer program, and is gone. */
	assert_text(&p, "mmstorm 1\n"
			"target vmap\n"
			"task a cpu=0\n"
			"  m1 = vm_map_ram pages=64\n"
			"  vm_unmap_aliases\n"
			"digest 0x0000000000001234\n");
	s.events |= 1u << EVENT_PREFETCH;
	assert_int_equal(minimize_by(event_runner_run, &s, &p), -ENOENT);
	program_fini(&p);
}

/* Fails only with a task and an interrupt source on different CPUs. */
static int fake_tasks(void *arg, const struct program *p, struct schedule *taken,
		      struct exec_result *r)
{
	bool irq = false, task = false;

	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct program_task *t = &p->task[p->op[i].task];

		irq |= t->irq && t->cpu == 1;
		task |= !t->irq && t->cpu != 1;
	}
	fill_result(p, taken, r);
	return set_result(r, irq && task);
}

static void test_tasks_stay(void **state)
{
	struct program p;

	minimize_text(&p, fake_tasks,
		      "target vmap\n"
		      "machine cpus=4\n"
		      "task a cpu=3\n"
		      "  m1 = vm_map_ram\n"
		      "task b cpu=2\n"
		      "  m2 = vm_map_ram\n"
		      "irq i cpu=1\n"
		      "  m3 = vm_map_ram\n"
		      "irq j cpu=3\n"
		      "  m4 = vm_map_ram\n");
	assert_int_equal(p.nr_tasks, 2);
	assert_int_equal(p.nr_ops, 2);
	assert_int_equal(p.machine.cpus, 2);
	assert_int_equal(p.task[0].irq + p.task[1].irq, 1);
	program_fini(&p);
}

/* Is there a change to task @task at @step? */
static bool has_change(const struct program *p, u32 step, unsigned int task)
{
	if (p->schedule.kind != SCHEDULE_SPARSE)
		return false;
	for (u32 i = 0; i < p->schedule.nr; i++)
		if (p->schedule.changes[i].step == step && p->schedule.changes[i].task == task)
			return true;
	return false;
}

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
	return set_result(r, p->nr_tasks >= 2 && count(p, "vm_unmap_aliases") &&
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
	return set_result(r, count(p, "vm_unmap_aliases") && p->fail.at0 == p->nr_ops + 1);
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

/* Fails with *@arg operations at the lowest limit, and with six at any other. */
static int fake_limit(void *arg, const struct program *p, struct schedule *taken,
		      struct exec_result *r)
{
	u32 least = p->machine.lazy == 1 ? *(u32 *)arg : 6;

	fill_result(p, taken, r);
	return set_result(r, p->nr_ops >= least);
}

static void test_low_limits_if_they_pay(void **state)
{
	static const char text[] = "target vmap\n"
				   "task a cpu=0\n"
				   "  vm_unmap_aliases\n"
				   "  vm_unmap_aliases\n"
				   "  vm_unmap_aliases\n"
				   "  vm_unmap_aliases\n"
				   "  vm_unmap_aliases\n"
				   "  vm_unmap_aliases\n"
				   "  vm_unmap_aliases\n";
	struct program p, plain;
	u32 least;

	program_init(&plain, TARGET_VMAP);
	parse(&p, text);
	least = 2;
	assert_int_equal(minimize_by(fake_limit, &least, &p), 0);
	assert_int_equal(p.nr_ops, 2);
	assert_int_equal(p.machine.lazy, 1);
	program_fini(&p);
	parse(&p, text);
	least = 6;
	assert_int_equal(minimize_by(fake_limit, &least, &p), 0);
	assert_int_equal(p.nr_ops, 6);
	assert_memory_equal(&p.machine, &plain.machine, sizeof(p.machine));
	program_fini(&p);
	program_fini(&plain);
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

/* Fails by one of two oracles: the one of the first operation gives way to the other. */
static int fake_two(void *arg, const struct program *p, struct schedule *taken,
		    struct exec_result *r)
{
	fill_result(p, taken, r);
	if (count(p, "vm_unmap_aliases"))
		r->sched.report.oracle = ORACLE_ALIAS;
	else if (count(p, "purge_vmap_areas"))
		r->sched.report.oracle = ORACLE_STALE;
	return r->sched.report.oracle != ORACLE_NONE;
}

static void test_oracle_is_kept(void **state)
{
	struct program p;

	minimize_text(&p, fake_two,
		      "target vmap\n"
		      "task a cpu=0\n"
		      "  purge_vmap_areas\n"
		      "  vm_unmap_aliases\n");
	assert_int_equal(p.expect, ORACLE_ALIAS);
	assert_int_equal(p.nr_ops, 1);
	program_fini(&p);
}

static void test_passing_program_is_refused(void **state)
{
	struct minimize_options o = {.runner = {fake_two, NULL}, .oracle = ORACLE_STALE};
	struct minimize_stats st;
	struct program p, was;

	parse(&p, "target vmap\ntask a cpu=0\n  m1 = vm_map_ram\n");
	parse(&was, "target vmap\ntask a cpu=0\n  m1 = vm_map_ram\n");
	assert_int_equal(minimize_by(fake_two, NULL, &p), -ENOENT);
	assert_true(program_equal(&p, &was));
	program_fini(&p);
	program_fini(&was);
	/* It fails, but by another oracle. */
	parse(&p, "target vmap\ntask a cpu=0\n  vm_unmap_aliases\n");
	assert_int_equal(minimize(&p, &o, &st), -ENOENT);
	program_fini(&p);
}

/* Every run has a new digest. */
static int fake_unstable(void *arg, const struct program *p, struct schedule *taken,
			 struct exec_result *r)
{
	fill_result(p, taken, r);
	r->sched.digest = ++*(u64 *)arg;
	return set_result(r, true);
}

static void test_unstable_is_reported(void **state)
{
	struct program p;
	u64 digest = 1;

	parse(&p, long_program);
	assert_int_equal(minimize_by(fake_unstable, &digest, &p), -EILSEQ);
	program_fini(&p);
}

/* Runs become impossible after *@arg of them. */
static int fake_broken(void *arg, const struct program *p, struct schedule *taken,
		       struct exec_result *r)
{
	fill_result(p, taken, r);
	if (!--*(int *)arg)
		return -ENOSPC;
	return set_result(r, true);
}

static void test_errors_come_through(void **state)
{
	for (int after = 1; after < 12; after++) {
		struct program p;
		int left = after;

		parse(&p, long_program);
		assert_int_equal(minimize_by(fake_broken, &left, &p), -ENOSPC);
		program_fini(&p);
	}
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

static void test_stop_returns_best_so_far(void **state)
{
	volatile sig_atomic_t stop = 1;
	struct minimize_options o = {.runner = {fake_ops, NULL}, .stop = &stop};
	struct minimize_stats st;
	struct program p;

	parse(&p, long_program);
	assert_int_equal(minimize(&p, &o, &st), 0);
	assert_int_equal(p.expect, ORACLE_OVERLAP);
	assert_int_equal(p.nr_ops, 11);
	program_fini(&p);
}

static void test_same_result_twice(void **state)
{
	struct program a, b;

	parse(&a, long_program);
	parse(&b, long_program);
	assert_int_equal(minimize_by(fake_ops, NULL, &a), 0);
	assert_int_equal(minimize_by(fake_ops, NULL, &b), 0);
	assert_true(program_equal(&a, &b));
	program_fini(&a);
	program_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_irrelevant_parts_are_removed),
		cmocka_unit_test(test_shown_event_is_kept),
		cmocka_unit_test(test_tasks_stay),
		cmocka_unit_test(test_one_change_stays),
		cmocka_unit_test(test_changes_move_along),
		cmocka_unit_test(test_failure_plan_moves_along),
		cmocka_unit_test(test_low_limits_if_they_pay),
		cmocka_unit_test(test_turns_are_preferred),
		cmocka_unit_test(test_oracle_is_kept),
		cmocka_unit_test(test_passing_program_is_refused),
		cmocka_unit_test(test_unstable_is_reported),
		cmocka_unit_test(test_errors_come_through),
		cmocka_unit_test(test_crash_keeps_its_schedule),
		cmocka_unit_test(test_stop_returns_best_so_far),
		cmocka_unit_test(test_same_result_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
