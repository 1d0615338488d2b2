/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_convert.c - programs from recordings are well formed, and have the recorded requests in
 * order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "convert.h"
#include "sched/sched.h"
#include "program/text.h"

#define MAX_EVENTS 10000

struct hand {
	struct trace_event event[MAX_EVENTS];
	struct trace t;
	struct pairing p;
	struct program prog;
	struct convert_stats st;
};

static struct hand h;

static int setup(void **state)
{
	h = (struct hand){.t.nr_cpus = 2};
	h.t.event = h.event;
	program_init(&h.prog, TARGET_PERCPU_BITMAP);
	return 0;
}

static int teardown(void **state)
{
	pair_free(&h.p);
	program_fini(&h.prog);
	return 0;
}

static struct trace_event *add(enum trace_kind kind, unsigned int cpu, u64 start, u64 size)
{
	struct trace_event *e = &h.event[h.t.nr++];

	*e = (struct trace_event){
		.kind = kind,
		.cpu = cpu,
		.start = start,
		.size = size,
		.align = kind == TRACE_KVA_ALLOC ? 4096 : 8,
	};
	return e;
}

static void convert(enum pair_family f, const struct convert_options *o)
{
	struct program copy;

	assert_int_equal(pair_events(&h.p, &h.t, f), 0);
	assert_int_equal(convert_program(&h.prog, &h.p, o, &h.st), 0);
	/* A repair leaves a well-formed program unchanged. */
	program_init(&copy, TARGET_PERCPU_BITMAP);
	assert_int_equal(program_copy(&copy, &h.prog), 0);
	program_repair(&copy);
	assert_true(program_equal(&copy, &h.prog));
	program_fini(&copy);
}

static const struct convert_options bare = {.unit_pages = 256, .bare = true};
static const struct convert_options whole = {.unit_pages = 256};

static void assert_op(u32 i, const char *name, u32 task, s32 object)
{
	assert_true(i < h.prog.nr_ops);
	assert_string_equal(op_table[h.prog.op[i].op].name, name);
	assert_int_equal(h.prog.op[i].task, task);
	assert_int_equal(h.prog.op[i].object, object);
}

static void assert_turn(u32 i, u32 task, u32 operations)
{
	assert_true(i < h.prog.schedule.nr);
	assert_int_equal(h.prog.schedule.changes[i].task, SCHED_TASK_FIRST + task);
	assert_int_equal(h.prog.schedule.changes[i].step + 1, operations);
}

/* Two CPUs, one of them with a softirq: three tasks, four turns. */
static void test_streams(void **state)
{
	add(TRACE_PERCPU_ALLOC, 0, 0, 16)->atomic = true;
	add(TRACE_PERCPU_ALLOC, 0, 16, 24);
	add(TRACE_PERCPU_ALLOC, 1, 40, 8);
	add(TRACE_PERCPU_FREE, 1, 0, 0)->irq = true;
	add(TRACE_PERCPU_FREE, 0, 40, 0);
	convert(PAIR_PERCPU, &bare);
	assert_int_equal(h.prog.target, TARGET_PERCPU_BITMAP);
	assert_int_equal(h.prog.machine.cpus, 2);
	assert_int_equal(h.prog.nr_tasks, 3);
	assert_false(h.prog.task[1].irq);
	assert_int_equal(h.prog.task[1].cpu, 1);
	assert_true(h.prog.task[2].irq);
	assert_int_equal(h.prog.task[2].cpu, 1);
	assert_int_equal(h.prog.nr_ops, 5);
	assert_op(0, "alloc_percpu", 0, PROGRAM_NO_OBJECT);
	assert_int_equal(h.prog.op[0].arg[0], 16);
	assert_int_equal(h.prog.op[0].arg[1], 8);
	assert_int_equal(h.prog.op[0].arg[2], 1);
	assert_int_equal(h.prog.op[1].arg[2], 0);
	assert_op(2, "alloc_percpu", 1, PROGRAM_NO_OBJECT);
	assert_op(3, "free_percpu", 2, 0);
	assert_op(4, "free_percpu", 0, 2);
	assert_int_equal(h.prog.schedule.kind, SCHEDULE_TURNS);
	assert_int_equal(h.prog.schedule.nr, 4);
	assert_turn(0, 0, 2);
	assert_turn(1, 1, 1);
	assert_turn(2, 2, 1);
	assert_turn(3, 0, 1);
	assert_int_equal(h.st.events, 5);
	assert_false(h.st.one_task);
}

/* With all events in interrupts, the program still has a task. */
static void test_only_interrupts(void **state)
{
	add(TRACE_PERCPU_ALLOC, 1, 0, 16)->irq = true;
	convert(PAIR_PERCPU, &bare);
	assert_int_equal(h.prog.nr_tasks, 2);
	assert_false(h.prog.task[0].irq);
	assert_true(h.prog.task[1].irq);
	assert_int_equal(h.prog.task[1].cpu, 1);
	assert_op(0, "alloc_percpu", 1, PROGRAM_NO_OBJECT);
}

/* Interrupts of more CPUs than there are tasks: each of those that join a task is counted once. */
static void test_many_interrupts(void **state)
{
	h.t.nr_cpus = 13;
	for (u32 i = 0; i < 13; i++)
		add(TRACE_PERCPU_ALLOC, i, 16 * i, 16)->irq = true;
	convert(PAIR_PERCPU, &bare);
	assert_int_equal(h.prog.nr_tasks, PROGRAM_MAX_TASKS);
	assert_false(h.prog.task[0].irq);
	assert_int_equal(h.st.merged_irq, 2);
}

static void test_one_task(void **state)
{
	struct convert_options o = bare;

	o.one_task = true;
	add(TRACE_PERCPU_ALLOC, 0, 0, 16);
	add(TRACE_PERCPU_FREE, 1, 0, 0)->irq = true;
	add(TRACE_PERCPU_ALLOC, 1, 0, 16);
	convert(PAIR_PERCPU, &o);
	assert_int_equal(h.prog.nr_tasks, 1);
	assert_int_equal(h.prog.nr_ops, 4);
	assert_op(1, "migrate", 0, PROGRAM_NO_OBJECT);
	assert_int_equal(h.prog.op[1].arg[0], 1);
	assert_op(2, "free_percpu", 0, 0);
	assert_int_equal(h.prog.schedule.nr, 0);
	assert_true(h.st.one_task);
}

/* More stretches than a schedule has entries: the program gets one task. */
static void test_too_many_turns(void **state)
{
	for (u32 i = 0; i < SCHEDULE_MAX + 2; i++)
		add(TRACE_PERCPU_ALLOC, i & 1, 16 * i, 16);
	convert(PAIR_PERCPU, &bare);
	assert_true(h.st.one_task);
	assert_int_equal(h.prog.nr_tasks, 1);
	assert_int_equal(h.prog.nr_ops, 2 * (SCHEDULE_MAX + 2) - 1);
	assert_int_equal(h.st.events, SCHEDULE_MAX + 2);
}

/* A missing free is inserted before the allocation that implies it. */
static void test_inferred(void **state)
{
	add(TRACE_PERCPU_ALLOC, 0, 0, 16);
	add(TRACE_PERCPU_ALLOC, 1, 8, 16);
	convert(PAIR_PERCPU, &bare);
	assert_int_equal(h.prog.nr_ops, 3);
	assert_op(1, "free_percpu", 1, 0);
	assert_op(2, "alloc_percpu", 1, PROGRAM_NO_OBJECT);
	assert_int_equal(h.st.inferred, 1);
}

/*
 * State before: 0-32 in use, an object at 32 of 8 bytes, 40-64 free, 64-80 in use; then free. So:
 * allocate 32, 8 (the object), 24 (a hole) and 16, and free the hole.
 */
static void test_state(void **state)
{
	add(TRACE_PERCPU_FREE, 0, 32, 0);
	add(TRACE_PERCPU_ALLOC, 0, 32, 8);
	add(TRACE_PERCPU_ALLOC, 0, 40, 24);
	add(TRACE_PERCPU_ALLOC, 0, 80, 8);
	convert(PAIR_PERCPU, &whole);
	assert_int_equal(h.st.state, 5);
	assert_int_equal(h.prog.op[0].arg[0], 32);
	assert_int_equal(h.prog.op[1].arg[0], 8);
	assert_int_equal(h.prog.op[2].arg[0], 24);
	assert_int_equal(h.prog.op[3].arg[0], 16);
	assert_op(4, "free_percpu", 0, 2);
	assert_op(5, "free_percpu", 0, 1);
	assert_op(6, "alloc_percpu", 0, PROGRAM_NO_OBJECT);
	assert_int_equal(h.prog.nr_ops, 9);
	assert_int_equal(h.prog.machine.unit, 256);
	assert_false(h.st.no_state);
}

/* CPU 0 has no events, and so no task: the first task recreates the state. */
static void test_state_without_cpu_0(void **state)
{
	add(TRACE_PERCPU_FREE, 1, 32, 0);
	add(TRACE_PERCPU_ALLOC, 1, 40, 24);
	convert(PAIR_PERCPU, &whole);
	assert_int_equal(h.prog.nr_tasks, 1);
	assert_int_equal(h.prog.task[0].cpu, 1);
	/* allocate 32, 4 (the object) and 4 in use; then the two events */
	assert_int_equal(h.prog.nr_ops, 5);
	for (u32 i = 0; i < h.prog.nr_ops; i++)
		assert_int_equal(h.prog.op[i].task, 0);
	pair_free(&h.p);
	convert(PAIR_PERCPU, &bare);
	assert_int_equal(h.prog.task[0].cpu, 1);
	assert_op(0, "alloc_percpu", 0, PROGRAM_NO_OBJECT);
	assert_op(1, "free_percpu", 0, 0);
}

/* The same for areas, of an interrupt of CPU 1: the task that recreates the state is added. */
static void test_kva_without_cpu_0(void **state)
{
	add(TRACE_KVA_FREE, 1, 0x100000, 0)->irq = true;
	convert(PAIR_KVA, &whole);
	assert_int_equal(h.prog.nr_tasks, 2);
	assert_false(h.prog.task[0].irq);
	assert_op(0, "alloc_vmap_area", 0, PROGRAM_NO_OBJECT);
	assert_op(1, "free_vmap_area", 1, 0);
}

/* Of two chunks the first is filled to its end, so that the second begins at 0. */
static void test_state_of_two_chunks(void **state)
{
	struct convert_options o = {.unit_pages = 1};

	add(TRACE_PERCPU_ALLOC, 0, 16, 16);
	add(TRACE_PERCPU_ALLOC, 0, 32, 16)->base = 1;
	convert(PAIR_PERCPU, &o);
	/* allocate 16, a hole up to 4096, and 32; free the hole */
	assert_int_equal(h.st.state, 4);
	assert_int_equal(h.prog.op[0].arg[0], 16);
	assert_int_equal(h.prog.op[1].arg[0], 4080);
	assert_int_equal(h.prog.op[2].arg[0], 32);
	assert_op(3, "free_percpu", 0, 1);
}

/* A first chunk is the recorded one if it is large enough; else it is filled. */
static void test_state_with_first_chunk(void **state)
{
	struct convert_options o = {.unit_pages = 2, .stat = 1024, .dyn = 4096};

	add(TRACE_PERCPU_ALLOC, 0, 16, 16);
	convert(PAIR_PERCPU, &o);
	assert_int_equal(h.st.state, 1);
	assert_int_equal(h.prog.op[0].arg[0], 16);
	assert_int_equal(h.prog.machine.stat, 1024);
	pair_free(&h.p);
	o.dyn = 24;
	convert(PAIR_PERCPU, &o);
	assert_int_equal(h.st.state, 2);
	assert_int_equal(h.prog.op[0].arg[0], 24);
	assert_int_equal(h.prog.op[1].arg[0], 16);
}

static void test_state_beyond_unit(void **state)
{
	struct convert_options o = {.unit_pages = 1};

	add(TRACE_PERCPU_FREE, 0, 4096, 0);
	add(TRACE_PERCPU_ALLOC, 0, 4096, 4);
	add(TRACE_PERCPU_ALLOC, 0, 8192, 8192);
	convert(PAIR_PERCPU, &o);
	assert_true(h.st.no_state);
	assert_int_equal(h.st.state, 1);
	assert_int_equal(h.st.too_large, 1);
	assert_int_equal(h.prog.nr_ops, 3);
	assert_op(1, "free_percpu", 0, 0);
}

static void test_kva(void **state)
{
	u64 base = 0xffffc90000000000;

	add(TRACE_KVA_ALLOC, 0, base, 20480)->align = 16384;
	add(TRACE_KVA_FREE, 1, base + 0x100000, 0)->irq = true;
	add(TRACE_KVA_PURGE, 0, base, 0);
	add(TRACE_KVA_ALLOC, 0, base + 0x200000, 8 << 20);
	add(TRACE_KVA_FREE, 0, base + 0x200000, 0);
	add(TRACE_KVA_FREE, 1, base, 0);
	convert(PAIR_KVA, &whole);
	assert_int_equal(h.prog.target, TARGET_VMAP);
	assert_op(0, "alloc_vmap_area", 0, PROGRAM_NO_OBJECT); /* from before */
	assert_int_equal(h.prog.op[0].arg[0], 1);
	assert_op(1, "alloc_vmap_area", 0, PROGRAM_NO_OBJECT);
	assert_int_equal(h.prog.op[1].arg[0], 5);
	assert_int_equal(h.prog.op[1].arg[1], 4);
	assert_op(2, "free_vmap_area", 2, 0);
	assert_op(3, "purge_vmap_areas", 0, PROGRAM_NO_OBJECT);
	assert_op(4, "free_vmap_area", 1, 1);
	assert_int_equal(h.prog.nr_ops, 5);
	/* 2,048 pages: beyond the range of an operation, left out with its free */
	assert_int_equal(h.st.too_large, 1);
	assert_int_equal(h.prog.machine.lazy, 16384);
}

/* An area has whole pages, even if a damaged line has other bytes. */
static void test_part_of_a_page(void **state)
{
	add(TRACE_KVA_ALLOC, 0, 0x10000, 100);
	add(TRACE_KVA_ALLOC, 0, 0x20000, 4097);
	convert(PAIR_KVA, &whole);
	assert_int_equal(h.prog.op[0].arg[0], 1);
	assert_int_equal(h.prog.op[1].arg[0], 2);
}

/* More operations than a program can have: the last turn ends with the last of them. */
static void test_too_many_operations(void **state)
{
	const u32 nr = PROGRAM_MAX_OPS + 100;

	h.t.event = calloc(nr, sizeof(*h.t.event));
	assert_non_null(h.t.event);
	for (h.t.nr = 0; h.t.nr < nr; h.t.nr++)
		h.t.event[h.t.nr] = (struct trace_event){
			.kind = TRACE_PERCPU_ALLOC, .start = 8 * h.t.nr, .size = 8, .align = 8};
	convert(PAIR_PERCPU, &bare);
	free(h.t.event);
	assert_int_equal(h.prog.nr_ops, PROGRAM_MAX_OPS);
	assert_int_equal(h.st.no_room, 100);
	assert_int_equal(h.prog.schedule.nr, 1);
	assert_turn(0, 0, PROGRAM_MAX_OPS);
}

/*
 * CPUs beyond those of a program are folded; with more streams than tasks, interrupts join the task
 * of their CPU.
 */
static void test_many_cpus(void **state)
{
	h.t.nr_cpus = 68;
	for (u32 i = 0; i < 136; i++)
		add(TRACE_PERCPU_ALLOC, i / 2, 16 * i, 16)->irq = i & 1;
	convert(PAIR_PERCPU, &bare);
	assert_int_equal(h.prog.machine.cpus, 64);
	assert_int_equal(h.st.folded_cpus, 4);
	assert_int_equal(h.st.merged_irq, 64);
	assert_int_equal(h.prog.nr_tasks, PROGRAM_MAX_TASKS);
	assert_int_equal(h.prog.nr_ops, 136);
}

static void test_cut(void **state)
{
	struct convert_options o = bare;

	o.max_events = 3;
	for (u32 i = 0; i < 10; i++)
		add(TRACE_PERCPU_ALLOC, 0, 16 * i, 16);
	convert(PAIR_PERCPU, &o);
	assert_int_equal(h.prog.nr_ops, 3);
	assert_int_equal(h.st.events, 3);
	assert_int_equal(h.st.cut, 7);
}

/* Text and bytes of the program are read back as the same program, with turns of several
 * operations. */
static void test_text(void **state)
{
	struct program back;
	struct text_error err;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (u32 i = 0; i < 500; i++)
		add(TRACE_PERCPU_ALLOC, (i / 7) & 1, 16 * i, 16);
	convert(PAIR_PERCPU, &whole);
	assert_int_equal(text_print(&h.prog, f), 0);
	fclose(f);
	assert_non_null(strstr(text, "schedule turns a*7 b*7"));
	program_init(&back, TARGET_PERCPU_BITMAP);
	assert_int_equal(text_parse(&back, text, size, &err), 0);
	assert_true(program_equal(&back, &h.prog));
	program_fini(&back);
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_streams),
		TEST(test_only_interrupts),
		TEST(test_many_interrupts),
		TEST(test_one_task),
		TEST(test_too_many_turns),
		TEST(test_inferred),
		TEST(test_state),
		TEST(test_state_without_cpu_0),
		TEST(test_kva_without_cpu_0),
		TEST(test_state_of_two_chunks),
		TEST(test_state_with_first_chunk),
		TEST(test_state_beyond_unit),
		TEST(test_kva),
		TEST(test_part_of_a_page),
		TEST(test_too_many_operations),
		TEST(test_many_cpus),
		TEST(test_cut),
		TEST(test_text),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
