/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_exec.c - the executor: waits between operations, and that a run is a function of its
 * program.
 *
 * The allocators are naive ones without a fault (faulty_allocators.h), except where a test needs a
 * run with a finding. The executor skips an operation whose object is gone, and the naive
 * allocators never wait. So if no operation is skipped and there is no finding under any schedule,
 * all waits work.
 */
#include <string.h>

#include "oracle/test/faulty_allocators.h"
#include "run_text.h"
#include "world/topology_of.h"

static struct schedule schedule;

/* Schedule number @i of many: the sequential one, round robin, random ones, PCT. */
static const struct schedule *any_schedule(u32 i)
{
	schedule = (struct schedule){.kind = SCHEDULE_SPARSE};
	if (i == 1)
		schedule.kind = SCHEDULE_ROUND_ROBIN;
	if (i > 1) {
		schedule.kind = i % 3 ? SCHEDULE_RANDOM : SCHEDULE_PCT;
		schedule.seed = i;
		schedule.odds = i % 3 ? 1 + i % 7 : 0;
		schedule.depth = i % 3 ? 0 : 1 + i % 4;
		schedule.length = i % 3 ? 0 : 60;
	}
	return &schedule;
}

static void run_under(struct executor *x, const struct program *p, u32 i, struct exec_result *r)
{
	struct exec_options o = {.schedule = any_schedule(i)};

	exec_program(x, p, &o, r);
}

/* Under many schedules there is no finding, @skipped operations are skipped, and all others run. */
static void runs_well(struct executor *x, const char *text, u32 schedules, u32 skipped)
{
	struct program p;

	program_init(&p, TARGET_VMAP);
	from_text(&p, text);
	for (u32 i = 0; i < schedules; i++) {
		struct exec_result r;

		run_under(x, &p, i, &r);
		if (r.sched.report.oracle != ORACLE_NONE)
			fail_msg("schedule %u: %s, %s, in\n%s", i, oracle_id(r.sched.report.oracle),
				 r.sched.report.text, text);
		if (r.skipped != skipped || r.ops + r.skipped != p.nr_ops)
			fail_msg("schedule %u: %llu operations carried out and %llu skipped, "
				 "expected %u skipped, in\n%s",
				 i, r.ops, r.skipped, skipped, text);
	}
	program_fini(&p);
}

/* One task makes an object, two use it, one consumes it. */
static const char *const life[][4] = {
	{"vmap", "m1 = vm_map_ram pages=3%s", "touch_ram m1", "vm_unmap_ram m1"},
	{"vmap", "v1 = alloc_vmap_area pages=3 map", "touch_area v1", "free_vmap_area v1"},
	{"percpu_bitmap", "p1 = alloc_percpu size=100%s", "touch_percpu p1", "free_percpu p1"},
};

/*
 * Tasks in the given order, on two CPUs. By default the lowest number runs first, so in each order
 * other tasks begin too early.
 */
static void write_life(char text[600], u32 kind, const char order[4], const char *atomic)
{
	FILE *f = fmemopen(text, 600, "w");

	assert_non_null(f);
	fprintf(f, "target %s\nmachine verify=1\n", life[kind][0]);
	for (u32 i = 0; i < 4; i++)
		fprintf(f, "task %c cpu=%u\n", order[i], i % 2);
	fputs("task a\n", f);
	fprintf(f, life[kind][1], atomic);
	fprintf(f, "\ntask b\n%s\n%s\n", life[kind][2], life[kind][2]);
	fprintf(f, "task c\n%s\n", life[kind][2]);
	fprintf(f, "task d\n%s\n", life[kind][3]);
	fclose(f);
}

/* The orders of four tasks, by number. */
static void write_order(char order[4], u32 n)
{
	char rest[] = "abcd";

	for (u32 left = 4; left; left--) {
		u32 pick = n % left;

		n /= left;
		*order++ = rest[pick];
		memmove(&rest[pick], &rest[pick + 1], left - pick);
	}
}

static void tasks_wait(void **state)
{
	char text[600], order[4];

	for (u32 kind = 0; kind < ARRAY_SIZE(life); kind++) {
		for (u32 n = 0; n < 24; n++) {
			write_order(order, n);
			write_life(text, kind, order, "");
			runs_well(*state, text, 60, 0);
		}
	}
}

/* If the allocator refuses an object, no task waits for ever, and none uses the object. */
static void refused_objects_are_passed_over(void **state)
{
	char text[600], order[4];

	/* An atomic request creates no chunk. */
	for (u32 n = 0; n < 24; n++) {
		write_order(order, n);
		write_life(text, 2, order, " atomic");
		runs_well(*state, text, 30, 4);
	}
}

static void interrupts_wait(void **state)
{
	static const char *const texts[] = {
		/* Interrupts use and consume objects of tasks. */
		"target vmap\nirq i cpu=0\nirq j cpu=1\ntask a cpu=0\n"
		"m1 = vm_map_ram pages=2\nm2 = vm_map_ram\nirq i\ntouch_ram m1\nirq j\n"
		"touch_ram m1\nvm_unmap_ram m2\nirq i\nvm_unmap_ram m1\ntask a\nvm_unmap_aliases\n",
		/* Interrupts make objects that tasks and other interrupts use and consume. */
		"target percpu_bitmap\nmachine dynamic=1K\ntask a cpu=0\nirq i cpu=1\nirq j cpu=0\n"
		"irq i\np1 = alloc_percpu\np2 = alloc_percpu\ntask a\ntouch_percpu p1\n"
		"irq j\ntouch_percpu p2\nfree_percpu p1\ntask a\nfree_percpu p2\n",
		/* Two sources of one CPU, one waiting for the other, and a task on top. */
		"target vmap\nmachine cpus=1\nirq i cpu=0\nirq j cpu=0\ntask a cpu=0\n"
		"irq j\nm1 = vm_map_ram\nirq i\nvm_unmap_ram m1\ntask a\nm2 = vm_map_ram\n"
		"irq j\nvm_unmap_ram m2\n",
	};

	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		runs_well(*state, texts[i], 300, 0);
}

/*
 * The verifier is called as quiet only if no operation is in flight (the naive allocators check
 * that), never while others always are, and at the end.
 */
static void verified_among_others(void **state)
{
	static const char *const text =
		"target percpu_bitmap\nmachine verify=1\ntask a cpu=0\np1 = "
		"alloc_percpu\nfree_percpu p1\n"
		"p2 = alloc_percpu\nfree_percpu p2\ntask b cpu=1\np3 = alloc_percpu\n"
		"free_percpu p3\np4 = alloc_percpu\nfree_percpu p4\n";
	u32 calls = 0, quiet = 0;
	struct exec_result r;
	struct program p;

	program_init(&p, TARGET_VMAP);
	from_text(&p, text);
	for (u32 i = 0; i < 200; i++) {
		struct faulty_verified v;

		run_under(*state, &p, i, &r);
		assert_int_equal(r.sched.report.oracle, ORACLE_NONE);
		v = faulty_verified();
		assert_int_equal(v.calls, 9);
		assert_true(v.quiet >= 1);
		calls += v.calls;
		quiet += v.quiet;
	}
	assert_true(quiet < calls);
	program_fini(&p);
}

static const char mixed[] =
	"target vmap\nmachine cpus=3 verify=2\nfail at=14 classes=2\ntask a cpu=0\ntask b cpu=1\n"
	"irq i cpu=2\ntask a\nm1 = vm_map_ram pages=3\nv1 = alloc_vmap_area pages=5 map\nmigrate "
	"cpu=1\n"
	"irq i\ntouch_ram m1\nm2 = vm_map_ram\ntask b\ntouch_area v1\nvm_unmap_ram m1\n"
	"cond_resched\nfree_vmap_area v1\nvm_unmap_ram m2\nvm_unmap_aliases\n"
	"task a\nm3 = vm_map_ram pages=64\nvm_unmap_ram m3\nschedule random seed=5 odds=3\n";

static void assert_same(const struct exec_result *a, const struct exec_result *b)
{
	const struct report *x = &a->sched.report, *y = &b->sched.report;

	assert_int_equal(x->oracle, y->oracle);
	assert_string_equal(x->text, y->text);
	assert_string_equal(x->task, y->task);
	assert_int_equal(x->op, y->op);
	assert_int_equal(x->step, y->step);
	assert_int_equal(a->sched.points, b->sched.points);
	assert_int_equal(a->sched.steps, b->sched.steps);
	assert_true(a->sched.digest == b->sched.digest);
	assert_int_equal(a->ops, b->ops);
	assert_int_equal(a->skipped, b->skipped);
	assert_int_equal(a->failed, b->failed);
}

/* Runs that end with a finding, each at another point of an operation. */
static const enum fault findings[] = {FAULT_NONE,      FAULT_RAM_REVERSED, FAULT_NO_UNMAP,
				      FAULT_ALIAS,     FAULT_AREA_OVERLAP, FAULT_RAM_GFP,
				      FAULT_RAM_SHORT, FAULT_VMAP_CREATE,  FAULT_VMAP_VERIFY};

static void runs_are_reproducible(void **state)
{
	struct exec_result first[ARRAY_SIZE(findings)], r;
	struct program p;

	program_init(&p, TARGET_VMAP);
	from_text(&p, mixed);
	for (u32 f = 0; f < ARRAY_SIZE(findings); f++) {
		struct executor *fresh = executor_create();

		assert_non_null(fresh);
		faulty_choose(findings[f]);
		exec_program(fresh, &p, NULL, &first[f]);
		assert_int_equal(first[f].sched.report.oracle != ORACLE_NONE,
				 findings[f] != FAULT_NONE);
		executor_destroy(fresh);
	}
	/* On one executor repeat each run, and then alternate them: leftovers of a run change none.
	 */
	for (u32 i = 0; i < 100 * ARRAY_SIZE(findings); i++) {
		u32 f = i < 100 ? 0 : i * 7 % ARRAY_SIZE(findings);

		faulty_choose(findings[f]);
		exec_program(*state, &p, NULL, &r);
		assert_same(&first[f], &r);
	}
	program_fini(&p);
}

/* The list of a run replays it. */
static void taken_schedules_replay(void **state)
{
	static struct schedule taken;
	struct exec_options o = {.taken = &taken}, again = {.schedule = &taken};
	struct exec_result r, replay;
	struct program p;

	program_init(&p, TARGET_VMAP);
	from_text(&p, mixed);
	for (u32 i = 0; i < 100; i++) {
		faulty_choose(findings[i % ARRAY_SIZE(findings)]);
		o.schedule = any_schedule(i);
		exec_program(*state, &p, &o, &r);
		assert_false(r.sched.taken_overflow);
		exec_program(*state, &p, &again, &replay);
		assert_same(&r, &replay);
	}
	program_fini(&p);
}

/* Without shared objects, the order of records of different tasks does not matter. */
static void sorting_changes_nothing(void **state)
{
	static const char *const texts[] = {
		"target vmap\nmachine verify=3\ntask a cpu=0\ntask b cpu=1\nirq i cpu=0\n"
		"task b\nm1 = vm_map_ram\ntask a\nv1 = alloc_vmap_area pages=2 map\nirq i\n"
		"m2 = vm_map_ram\ntask b\nvm_unmap_ram m1\ntask a\nfree_vmap_area v1\nirq i\n"
		"vm_unmap_ram m2\ntask b\nvm_unmap_aliases\ntask a\nvm_unmap_aliases\n",
		"target percpu_bitmap\ntask a cpu=0\ntask b cpu=0\np1 = alloc_percpu\ntask a\n"
		"p2 = alloc_percpu size=30\ntask b\ntouch_percpu p1\ntask a\nfree_percpu p2\n"
		"task b\nfree_percpu p1\n",
	};
	static const enum fault faults[] = {FAULT_NONE, FAULT_ALIAS, FAULT_PCPU_ONE_COPY};
	u32 found = 0;

	for (u32 t = 0; t < ARRAY_SIZE(texts); t++) {
		struct program p, sorted;

		program_init(&p, TARGET_VMAP);
		program_init(&sorted, TARGET_VMAP);
		from_text(&p, texts[t]);
		assert_int_equal(program_copy(&sorted, &p), 0);
		program_sort(&sorted);
		assert_false(program_equal(&p, &sorted));
		for (u32 i = 0; i < 150; i++) {
			struct exec_result r, s;

			faulty_choose(faults[i % ARRAY_SIZE(faults)]);
			run_under(*state, &p, i, &r);
			run_under(*state, &sorted, i, &s);
			assert_int_equal(r.sched.report.oracle, s.sched.report.oracle);
			assert_true(r.sched.digest == s.sched.digest);
			assert_int_equal(r.sched.points, s.sched.points);
			found += r.sched.report.oracle != ORACLE_NONE;
		}
		program_fini(&p);
		program_fini(&sorted);
	}
	assert_true(found > 0);
}

static int no_fault(void **state)
{
	faulty_choose(FAULT_NONE);
	return 0;
}

/* Tasks run on possible CPUs, whatever CPUs a program and its schedule name. */
static void possible_cpus_only(void **state)
{
	struct executor *x = executor_create();
	struct program p;
	u32 elsewhere = 0;

	program_init(&p, TARGET_VMAP);
	from_text(&p, "target vmap\nmachine cpus=6\ntask a cpu=5\ncond_resched\nmigrate cpu=4\n"
		      "cond_resched\nmigrate cpu=63\ncond_resched\ntask b cpu=3\nirq i cpu=2\n"
		      "vm_map_ram\ntask b\ncond_resched\ncond_resched\ncond_resched\n"
		      "schedule @1 a>1 @2 b>4 @4 a>5 @5 a>2 @6 b>1 @7 a>3 @8 b>2\n");
	for (p.machine.sparse = 0; p.machine.sparse < 300; p.machine.sparse++) {
		u64 possible = program_possible(&p.machine);
		struct exec_options o = {0};
		struct exec_result r;
		char *text = NULL, *at;
		size_t size;

		o.trace = open_memstream(&text, &size);
		assert_non_null(o.trace);
		assert_int_equal(exec_program(x, &p, &o, &r), 0);
		fclose(o.trace);
		assert_int_equal(r.ops, p.nr_ops);
		for (at = text; (at = strstr(at, "  cpu ")); at++) {
			unsigned long cpu = strtoul(at + 6, NULL, 10);

			if (cpu >= 6 || !(possible >> cpu & 1))
				fail_msg("sparse=%u: CPU %lu is not possible, in\n%s",
					 p.machine.sparse, cpu, text);
			elsewhere += cpu && p.machine.sparse;
		}
		free(text);
	}
	assert_true(elsewhere > 300);
	program_fini(&p);
	executor_destroy(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(possible_cpus_only),
		cmocka_unit_test_setup(tasks_wait, no_fault),
		cmocka_unit_test_setup(refused_objects_are_passed_over, no_fault),
		cmocka_unit_test_setup(interrupts_wait, no_fault),
		cmocka_unit_test_setup(verified_among_others, no_fault),
		cmocka_unit_test_setup(runs_are_reproducible, no_fault),
		cmocka_unit_test_setup(taken_schedules_replay, no_fault),
		cmocka_unit_test_setup(sorting_changes_nothing, no_fault),
	};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
