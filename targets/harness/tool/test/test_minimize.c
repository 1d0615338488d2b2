/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_minimize.c - operations, tasks, numbers and oracles in the minimiser, against fake runners.
 */
#include "minimize_fixture.h"

static void assert_text(const struct program *p, const char *expected)
{
	char buf[4096] = "";
	FILE *f = fmemopen(buf, sizeof(buf), "w");

	assert_int_equal(text_print(p, f), 0);
	fclose(f);
	assert_string_equal(buf, expected);
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
	return set_result(r, has_arg(p, OP_vm_map_ram, 37) && count(p, OP_vm_unmap_aliases));
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

/* Fails by one of two oracles: the one of the first operation gives way to the other. */
static int fake_two(void *arg, const struct program *p, struct schedule *taken,
		    struct exec_result *r)
{
	fill_result(p, taken, r);
	if (count(p, OP_vm_unmap_aliases))
		r->sched.report.oracle = ORACLE_ALIAS;
	else if (count(p, OP_purge_vmap_areas))
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
		cmocka_unit_test(test_low_limits_if_they_pay),
		cmocka_unit_test(test_oracle_is_kept),
		cmocka_unit_test(test_passing_program_is_refused),
		cmocka_unit_test(test_unstable_is_reported),
		cmocka_unit_test(test_errors_come_through),
		cmocka_unit_test(test_stop_returns_best_so_far),
		cmocka_unit_test(test_same_result_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
