/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_seek.c - the search for what was seen elsewhere, against fake runners.
 */
#include "minimize_fixture.h"

#include "sched/clock.h"
#include "tool/seek.h"

/**
 * struct fake - state of a runner that fails programs by a rule
 * @most:    only programs with at most so many operations fail; 0: any number
 * @kinds:   bit k: only these kinds of schedule fail; 0: all
 * @runs:    number of runs
 * @ran:     bit k: there was a schedule of kind k
 * @shortest: operations of the shortest program
 * @sum:     a number that depends on all programs and schedules, in their order
 */
struct fake {
	u32 most;
	u32 kinds;
	u64 runs;
	u32 ran;
	u32 shortest;
	u64 sum;
};

/* Fails if task b unmaps an area of 37 pages or more that task a has made. */
static int fake_run(void *arg, const struct program *p, struct schedule *taken,
		    struct exec_result *r)
{
	struct fake *f = arg;
	bool fails = false;

	fill_result(p, taken, r);
	f->runs++;
	f->ran |= 1u << p->schedule.kind;
	f->shortest = f->shortest ? min(f->shortest, p->nr_ops) : p->nr_ops;
	f->sum = 31 * f->sum + p->nr_ops + p->schedule.kind + p->schedule.seed;
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct program_op *o = &p->op[i];

		fails |= o->op == OP_vm_unmap_ram && o->task == 1 && p->op[o->object].arg[0] >= 37;
	}
	if (f->most && p->nr_ops > f->most)
		fails = false;
	if (f->kinds && !(f->kinds & 1u << p->schedule.kind))
		fails = false;
	return set_result(r, fails);
}

/* Three tasks. The pair of operations is @at operations before the end of tasks a and b. */
static void make_program(struct program *p, u32 at)
{
	static const struct program_op map = {.op = OP_vm_map_ram, .object = PROGRAM_NO_OBJECT};

	program_init(p, TARGET_VMAP);
	p->nr_tasks = 3;
	for (u32 i = 0; i < 40; i++) {
		for (u8 t = 0; t < 3; t++) {
			struct program_op o = map;

			o.task = t;
			o.arg[0] = t == 0 && i == 39 - at ? 40 : 1;
			if (t == 1 && i == 39 - at)
				o = (struct program_op){
					.op = OP_vm_unmap_ram, .task = 1, .object = (s32)(3 * i)};
			assert_int_equal(program_add(p, &o), 0);
		}
	}
	program_repair(p);
	assert_int_equal(p->nr_ops, 120);
}

static int seek_in(struct seek *s, const struct program *p, struct program *found)
{
	program_init(found, TARGET_VMAP);
	return seek(s, p, found);
}

static void test_own_schedule_first(void **state)
{
	struct fake f = {.kinds = 1u << SCHEDULE_PCT};
	struct seek s = {.runner = {fake_run, &f}, .runs = 1};
	struct program p, found;

	make_program(&p, 0);
	p.schedule.kind = SCHEDULE_PCT;
	assert_int_equal(seek_in(&s, &p, &found), 1);
	assert_int_equal(f.runs, 1);
	assert_true(program_equal(&p, &found));
	program_fini(&found);
	program_fini(&p);
}

/* A program that is too long fails in none of its runs, but a part of it does. */
static void test_part_is_found(void **state)
{
	for (u32 at = 0; at < 40; at += 13) {
		struct fake f = {.most = 60};
		struct seek s = {.runner = {fake_run, &f}, .runs = 100000};
		struct exec_result r;
		struct program p, found;

		make_program(&p, at);
		assert_int_equal(seek_in(&s, &p, &found), 1);
		assert_true(found.nr_ops <= 60);
		/* It fails as it is. */
		assert_int_equal(fake_run(&f, &found, NULL, &r), 1);
		assert_int_equal(s.result.sched.report.oracle, ORACLE_OVERLAP);
		program_fini(&found);
		program_fini(&p);
	}
}

/* Operations from the middle of a program, without those before and after them. */
static void test_middle_is_found(void **state)
{
	struct fake f = {.most = 8};
	struct seek s = {.runner = {fake_run, &f}, .runs = 1000000};
	struct program p, found;

	make_program(&p, 20);
	assert_int_equal(seek_in(&s, &p, &found), 1);
	assert_true(found.nr_ops <= 8);
	program_fini(&found);
	program_fini(&p);
}

static void test_every_kind_of_schedule(void **state)
{
	struct fake f = {.most = 1};
	struct seek s = {.runner = {fake_run, &f}, .runs = 2000};
	struct program p, found;

	make_program(&p, 0);
	assert_int_equal(seek_in(&s, &p, &found), 0);
	assert_int_equal(s.begun, 2000);
	assert_int_equal(f.runs, 2000);
	assert_int_equal(f.ran, 1u << SCHEDULE_SPARSE | 1u << SCHEDULE_RANDOM | 1u << SCHEDULE_PCT |
					1u << SCHEDULE_CHANGES | 1u << SCHEDULE_TURNS);
	/* The part with the last operation of two tasks, and the one before that it needs. */
	assert_true(f.shortest <= 3);
	program_fini(&found);
	program_fini(&p);
}

static void test_one_strategy(void **state)
{
	struct schedule only = {.kind = SCHEDULE_RANDOM, .odds = 5};
	struct fake f = {.kinds = 1u << SCHEDULE_RANDOM};
	struct seek s = {.runner = {fake_run, &f}, .strategy = &only};
	struct program p, found;

	make_program(&p, 0);
	assert_int_equal(seek_in(&s, &p, &found), 1);
	assert_int_equal(found.schedule.kind, SCHEDULE_RANDOM);
	assert_int_equal(found.schedule.odds, 5);
	assert_int_equal(f.ran, 1u << SCHEDULE_SPARSE | 1u << SCHEDULE_RANDOM);
	program_fini(&found);
	program_fini(&p);
}

/* A search in pieces runs the same programs as one in a single piece. */
static void test_goes_on(void **state)
{
	struct fake whole = {.most = 1}, pieces = {.most = 1};
	struct seek a = {.runner = {fake_run, &whole}, .runs = 5000};
	struct seek b = {.runner = {fake_run, &pieces}};
	struct program p, found;

	make_program(&p, 0);
	assert_int_equal(seek_in(&a, &p, &found), 0);
	for (b.runs = 1; b.runs <= 5000; b.runs++)
		assert_int_equal(seek(&b, &p, &found), 0);
	assert_int_equal(whole.sum, pieces.sum);
	program_fini(&found);
	program_fini(&p);
}

static void test_one_task(void **state)
{
	struct fake f = {0};
	struct seek s = {.runner = {fake_run, &f}, .runs = 500};
	struct program p, found;

	parse(&p, "target vmap\ntask a cpu=0\n  vm_unmap_aliases\n");
	assert_int_equal(seek_in(&s, &p, &found), 0);
	assert_int_equal(f.runs, 500);
	program_fini(&found);
	p.nr_ops = 0;
	s = (struct seek){.runner = {fake_run, &f}, .runs = 500};
	assert_int_equal(seek_in(&s, &p, &found), 0);
	program_fini(&found);
	program_fini(&p);
}

static void test_deadline(void **state)
{
	struct fake f = {0};
	struct seek s = {.runner = {fake_run, &f}, .deadline = clock_seconds() - 1};
	struct program p, found;

	make_program(&p, 0);
	assert_int_equal(seek_in(&s, &p, &found), 0);
	assert_int_equal(f.runs, 0);
	program_fini(&found);
	program_fini(&p);
}

static int fake_broken(void *arg, const struct program *p, struct schedule *taken,
		       struct exec_result *r)
{
	*r = (struct exec_result){0};
	return -ENOSPC;
}

static void test_errors_come_through(void **state)
{
	struct seek s = {.runner = {fake_broken, NULL}};
	struct program p, found;

	make_program(&p, 0);
	assert_int_equal(seek_in(&s, &p, &found), -ENOSPC);
	program_fini(&found);
	program_fini(&p);
}

/* Reports what @arg says. */
static int fake_report(void *arg, const struct program *p, struct schedule *taken,
		       struct exec_result *r)
{
	*r = (struct exec_result){.sched.report = *(const struct report *)arg};
	return r->sched.report.oracle != ORACLE_NONE;
}

static void test_seen(void **state)
{
	static const struct {
		enum oracle wanted, fired;
		const char *a, *b, *text;
		int found;
	} cases[] = {
		{ORACLE_OVERLAP, ORACLE_OVERLAP, NULL, NULL, "", 1},
		{ORACLE_OVERLAP, ORACLE_RANGE, NULL, NULL, "", 0},
		{ORACLE_OVERLAP, ORACLE_NONE, NULL, NULL, "", 0},
		{ORACLE_RACE, ORACLE_RACE, NULL, NULL, "", 1},
		{ORACLE_RACE, ORACLE_RACE, "purge", "map",
		 "data-race: write of 8 bytes by a in purge lazy.c:1, after read of 8 bytes by b "
		 "in map ram.c:2",
		 1},
		{ORACLE_RACE, ORACLE_RACE, "map", "purge",
		 "data-race: write of 8 bytes by a in purge lazy.c:1, after read of 8 bytes by b "
		 "in map ram.c:2",
		 1},
		{ORACLE_RACE, ORACLE_RACE, "map", "map",
		 "data-race: write of 8 bytes by a in purge lazy.c:1, after read of 8 bytes by b "
		 "in map ram.c:2",
		 0},
		{ORACLE_RACE, ORACLE_RACE, "purge", "ma",
		 "data-race: write of 8 bytes by a in purge lazy.c:1, after read of 8 bytes by b "
		 "in map ram.c:2",
		 0},
		{ORACLE_RACE, ORACLE_RACE, "purge", "map",
		 "data-race: write of 8 bytes by a in purge lazy.c:1", 0},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct report report = {.oracle = cases[i].fired};
		struct seen_runner seen = {.runner = {fake_report, &report},
					   .oracle = cases[i].wanted,
					   .function = {cases[i].a, cases[i].b}};
		struct exec_result r;

		snprintf(report.text, sizeof(report.text), "%s", cases[i].text);
		assert_int_equal(seen_runner_run(&seen, NULL, NULL, &r), cases[i].found);
		assert_int_equal(seen.others[cases[i].fired],
				 !cases[i].found && cases[i].fired != ORACLE_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_schedule_first),
		cmocka_unit_test(test_part_is_found),
		cmocka_unit_test(test_middle_is_found),
		cmocka_unit_test(test_every_kind_of_schedule),
		cmocka_unit_test(test_one_strategy),
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_one_task),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_errors_come_through),
		cmocka_unit_test(test_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
