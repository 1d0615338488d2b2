/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_text.c - test the text form: how texts are read and printed, and the place and words of the
 * error for each class of bad input.
 */
#include "check.h"

#include <string.h>

#include "sched/schedule.h"
#include "program/text.h"

/* Check that @text is printed as @canonical. */
static void assert_prints(const char *text, const char *canonical)
{
	struct program p;
	size_t size;
	char *printed;

	program_init(&p, TARGET_PERCPU_BITMAP);
	from_text(&p, text);
	printed = to_text(&p, &size);
	assert_string_equal(printed, canonical);
	free(printed);
	program_fini(&p);
}

/* Check that @text is refused at @line:@column with the words @what. */
static void assert_refused(const char *text, u32 line, u32 column, const char *what)
{
	struct text_error err;
	struct program p;
	/* A copy without a zero at its end, so that ASan reports a read past it. */
	size_t size = strlen(text);
	char *copy = malloc(size + 1);

	program_init(&p, TARGET_PERCPU_BITMAP);
	memcpy(copy, text, size);
	copy = realloc(copy, size ? size : 1);
	assert_int_equal(text_parse(&p, copy, size, &err), -EINVAL);
	if (err.line != line || err.column != column || !strstr(err.text, what))
		fail_msg("%u:%u: %s, expected %u:%u: %s", err.line, err.column, err.text, line,
			 column, what);
	free(copy);
	program_fini(&p);
}

#define VMAP "target vmap\n"
#define TASK "target vmap\ntask a\n"

static void test_print(void **unused)
{
	assert_prints("target percpu_bitmap", "mmstorm 1\ntarget percpu_bitmap\ntask a cpu=0\n");
	assert_prints("# what\n\n mmstorm 1 # this\ntarget vmap\r\n",
		      "mmstorm 1\ntarget vmap\ntask a cpu=0\n");
	assert_prints(VMAP
		      "machine cpus=0x4 kva=64M pages=16M unit=16 block=1M static=4K verify=0\n"
		      "fail at=17 classes=0\n",
		      "mmstorm 1\ntarget vmap\n"
		      "machine cpus=4 pages=4096 kva=64M unit=64K static=4K block=256 verify=0\n"
		      "fail at=17 classes=0\ntask a cpu=0\n");
	assert_prints(VMAP "machine gap=2M atom=16K backing=km reserved=1K shuffle=7 sparse=9 "
			   "percpu_alloc=page\n",
		      "mmstorm 1\ntarget vmap\nmachine reserved=1K percpu_alloc=page backing=km "
		      "atom=4 sparse=9 "
		      "shuffle=7 gap=512\ntask a cpu=0\n");
	assert_prints(VMAP "machine kva=4097\n",
		      "mmstorm 1\ntarget vmap\nmachine kva=16388K\ntask a cpu=0\n");
	assert_prints("target vmap\non linux-6.12\nmachine cpus=4\n",
		      "mmstorm 1\ntarget vmap\non linux-6.12\nmachine cpus=4\ntask a cpu=0\n");
	assert_prints(VMAP "task a\non ours\n", "mmstorm 1\ntarget vmap\non ours\ntask a cpu=0\n");
	assert_prints(
		VMAP
		"task first cpu=1\n"
		"x=vm_map_ram pages=64\n y= vm_map_ram atomic=1\nz =vm_map_ram atomic=0\n"
		"task second\n\tvm_unmap_ram x\n"
		"irq timer cpu=1\nvm_unmap_ram y\n x = vm_map_ram atomic\n"
		"task first\nvm_unmap_ram z\nmigrate cpu=1\nvm_map_ram\n"
		"schedule @12 second @40 timer\nschedule @40 first>1 @41 init @42 rcu @43 w14\n"
		"shows lazy-twice\nexpect alias-survived\ndigest 0x8d3f0a5c2b6e1f47\n"
		"shows freed-far-in-flush prefetch\n",
		"mmstorm 1\ntarget vmap\ntask a cpu=1\n  m1 = vm_map_ram pages=64\n"
		"  m2 = vm_map_ram atomic\n  m3 = vm_map_ram\n"
		"task b cpu=0\n  vm_unmap_ram m1\n"
		"irq i cpu=1\n  vm_unmap_ram m2\n  m4 = vm_map_ram atomic\n"
		"task a\n  vm_unmap_ram m3\n  migrate cpu=1\n  m5 = vm_map_ram\n"
		"schedule @12 b  @40 i  @40 a>1  @41 init  @42 rcu  @43 w14\n"
		"shows prefetch lazy-twice freed-far-in-flush\n"
		"expect alias-survived\ndigest 0x8d3f0a5c2b6e1f47\n");
	/* Tasks are named in the order of their numbers, not of their first operations. */
	assert_prints(VMAP "task b\nirq i cpu=1\ntask a\n vm_unmap_aliases\ntask b\n"
			   " purge_vmap_areas\n",
		      "mmstorm 1\ntarget vmap\ntask a cpu=0\nirq i cpu=1\ntask b cpu=0\n"
		      "  vm_unmap_aliases\ntask a\n  purge_vmap_areas\n");
}

static void test_print_schedules(void **unused)
{
	static const char head[] = "mmstorm 1\ntarget vmap\ntask a cpu=0\n";
	char text[256];
	static const char *const lines[][2] = {
		{"schedule", ""},
		{"schedule sparse", ""},
		{"schedule sparse @1 a", "schedule @1 a\n"},
		{"schedule a a", "schedule turns a a\n"},
		{"schedule turns", "schedule turns\n"},
		{"schedule turns a\nschedule a", "schedule turns a a\n"},
		{"schedule round-robin", "schedule round-robin\n"},
		{"schedule random", "schedule random seed=0 odds=8\n"},
		{"schedule random odds=3 seed=18446744073709551615",
		 "schedule random seed=18446744073709551615 odds=3\n"},
		{"schedule pct seed=7 depth=2 length=1K",
		 "schedule pct seed=7 depth=2 length=1024\n"},
		{"schedule pct", "schedule pct seed=0 depth=3 length=200\n"},
		{"schedule changes depth=2", "schedule changes seed=0 depth=2 length=200\n"},
		{"schedule sequential", "schedule sequential\n"},
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		char want[256];

		snprintf(text, sizeof(text), "%s%s\n", head, lines[i][0]);
		snprintf(want, sizeof(want), "%s%s", head, lines[i][1]);
		assert_prints(text, want);
	}
}

static void test_refused_lines(void **unused)
{
	assert_refused("", 1, 1, "expected 'target NAME'");
	assert_refused("# nothing\n", 1, 1, "end of the text");
	assert_refused("mmstorm 2\n" VMAP, 1, 9, "format version 2 is newer than 1");
	assert_refused("mmstorm 0\n", 1, 9, "does not exist");
	assert_refused("mmstorm\n", 1, 8, "found the end of the line, expected a number");
	assert_refused("mmstorm x\n", 1, 9, "found 'x', expected a number");
	assert_refused(VMAP "mmstorm 1\n", 2, 1, "must stand in the first line");
	assert_refused("machine cpus=2\n" VMAP, 1, 1, "expected 'target NAME' first");
	assert_refused("vm_unmap_aliases\n", 1, 1, "found 'vm_unmap_aliases', expected 'target");
	assert_refused("target\n", 1, 7, "end of the line, expected one of percpu_bitmap, vmap");
	assert_refused("target vmpa\n", 1, 8, "unknown target 'vmpa', did you mean 'vmap'?");
	assert_refused("target zone\n", 1, 8,
		       "unknown target 'zone', expected one of percpu_bitmap,");
	assert_refused("target vmap percpu\n", 1, 13, "found 'percpu', expected the end of");
	assert_refused(VMAP VMAP, 2, 1, "'target' is given twice, first in line 1");
	assert_refused(VMAP "expect overlp\n", 2, 8, "did you mean 'overlap'");
	assert_refused(VMAP "on\n", 2, 3, "expected the name of an implementation");
	assert_refused(VMAP "on Linux\n", 2, 4, "found 'Linux', expected the name of an");
	assert_refused(VMAP "on .a\n", 2, 4, "found '.a', expected the name of an");
	assert_refused(VMAP "on a123456789b123456789c123456789de\n", 2, 4,
		       "expected the name of an");
	assert_refused(VMAP "on a b\n", 2, 6, "found 'b', expected the end of the line");
	assert_refused(VMAP "on a\non a\n", 3, 1, "'on' is given twice, first in line 2");
	assert_refused("on a\n" VMAP, 1, 1, "expected 'target NAME' first");
	assert_refused(VMAP "shows\n", 2, 6, "end of the line, expected one of prefetch,");
	assert_refused(VMAP "shows lazy-twise\n", 2, 7,
		       "unknown event 'lazy-twise', did you mean 'lazy-twice'?");
	assert_refused(VMAP "shows prefetch nothing\n", 2, 16,
		       "unknown event 'nothing', expected one of prefetch, prefetch-extra");
	assert_refused(VMAP "shows prefetch\nshows prefetch\n", 3, 7, "'prefetch' is given twice");
	assert_refused("shows prefetch\n" VMAP, 1, 1, "expected 'target NAME' first");
	assert_refused(VMAP "digest 8z\n", 2, 8, "found '8z', expected a number");
	assert_refused(VMAP "digest 0x1ffffffffffffffff\n", 2, 8, "too large");
	assert_refused(VMAP "digest 4K\n", 2, 8, "found '4K', expected a number");
}

static void test_refused_machine(void **unused)
{
	assert_refused(VMAP "machine cpu=2\n", 2, 9, "attribute 'cpu', did you mean 'cpus'");
	assert_refused(VMAP "machine cpus\n", 2, 9, "found 'cpus', expected cpus=NUMBER");
	assert_refused(VMAP "machine cpus=\n", 2, 14, "end of the line, expected a number");
	assert_refused(VMAP "machine cpus=two\n", 2, 14, "found 'two', expected a number");
	assert_refused(VMAP "machine cpus=65\n", 2, 14,
		       "cpus=65 is out of range, expected 1 to 64");
	assert_refused(VMAP "machine backing=1\n", 2, 17,
		       "backing=1 is unknown, expected one of vm, km");
	assert_refused(VMAP "machine cpus=-1\n", 2, 14, "found '-1', expected a number");
	assert_refused(VMAP "machine cpus=99999999999999999999\n", 2, 14, "too large");
	assert_refused(VMAP "machine kva=99999999999999999G\n", 2, 13, "too large");
	assert_refused(VMAP "machine kva=1K\n", 2, 13, "is not a whole number of pages");
	/* The suffix alone distinguishes bytes from pages. */
	assert_refused(VMAP "machine unit=57344\n", 2, 14,
		       "unit=57344 means 57344 pages, expected 1 to 256; 57344 bytes are written "
		       "unit=56K");
	assert_refused(VMAP "machine block=1048576\n", 2, 15, "are written block=1024K");
	assert_refused(VMAP "machine unit=57345\n", 2, 14, "is out of range, expected 1 to 256");
	assert_refused(VMAP "machine unit=1048577K\n", 2, 14, "is not a whole number of pages");
	assert_refused(VMAP "machine unit=99999997952\n", 2, 14, "unit=99999997952 is out of");
	assert_prints(VMAP "machine unit=14 static=57344\n",
		      "mmstorm 1\ntarget vmap\nmachine unit=56K static=56K\ntask a cpu=0\n");
	assert_prints(VMAP "machine unit=56K static=56K\n",
		      "mmstorm 1\ntarget vmap\nmachine unit=56K static=56K\ntask a cpu=0\n");
	assert_refused(VMAP "machine block=200\n", 2, 15, "expected a power of two from 128 to");
	assert_refused(VMAP "machine cpus=2 cpus=2\n", 2, 16, "'cpus' is given twice");
	assert_refused(VMAP "machine cpus=2\nmachine low=2\n", 3, 1, "twice, first in line 2");
	assert_refused(VMAP "machine low=2 nodes=4\n", 2, 15,
		       "nodes=4 does not fit the rest of the machine, expected 2 or less");
	assert_refused(VMAP "machine cpus=16 unit=1M\n", 2, 1, "expected 4098 or more");
	assert_refused(VMAP "machine unit=4K static=2K reserved=3K\n", 2, 27,
		       "reserved=3072 does not fit the rest of the machine, expected 2048");
	assert_refused(TASK "machine cpus=2\n", 3, 1, "must stand before the first task");
	assert_refused(VMAP "schedule @1 init>1\nmachine cpus=1\n", 3, 1, "before 'schedule'");
	assert_refused(VMAP "fail at=65536\n", 2, 9, "expected 0 to 65535");
	assert_refused(VMAP "fail when=1\n", 2, 6, "unknown attribute 'when'");
}

static void test_refused_tasks(void **unused)
{
	char text[1024] = VMAP;
	unsigned int i;

	assert_refused(VMAP "task\n", 2, 5, "end of the line, expected the name of a task");
	assert_refused(VMAP "irq 7\n", 2, 5, "found '7', expected the name of an interrupt source");
	assert_refused(VMAP "task \x01z\n", 2, 6, "found '\\x01z'");
	assert_refused(VMAP "task init\n", 2, 6, "is reserved for schedules");
	assert_refused(VMAP "task w3\n", 2, 6, "is reserved for schedules");
	assert_refused(VMAP "task pct\n", 2, 6, "is reserved for schedules");
	assert_refused(VMAP "task a node=1\n", 2, 8, "unknown attribute 'node'");
	assert_refused(VMAP "task a cpu=2\n", 2, 8, "cpu=2 is out of range, expected 0 to 1");
	assert_refused(VMAP "task a cpu=1\ntask a cpu=0\n", 3, 8, "'a' has cpu=1 already");
	assert_refused(VMAP "task a\nirq a\n", 3, 5, "'a' is a task already");
	assert_refused(VMAP "irq a\ntask a\n", 3, 6, "'a' is an interrupt source already");
	for (i = 0; i <= PROGRAM_MAX_TASKS; i++)
		sprintf(text + strlen(text), "task t%u\n", i);
	assert_refused(text, PROGRAM_MAX_TASKS + 2, 6, "more than 12 tasks");
	assert_refused("target rootmem\ntask a\ntask b\n", 3, 6,
		       "programs of target rootmem have one task and no interrupt source");
	assert_refused("target bootmem\nirq i\n", 2, 5,
		       "programs of target bootmem have one task and no interrupt source");
}

static void test_refused_operations(void **unused)
{
	assert_refused(VMAP "vm_unmap_aliases\n", 2, 1, "expected 'task NAME' before the first");
	assert_refused(TASK "  vm_mapram\n", 3, 3,
		       "unknown operation 'vm_mapram', did you mean 'vm_map_ram'? expected one of "
		       "vm_map_ram, vm_unmap_ram");
	assert_refused(TASK "x = \n", 3, 5, "found the end of the line, expected one of");
	assert_refused(TASK "x = alloc_percpu\n", 3, 5,
		       "'alloc_percpu' is not an operation of target vmap");
	assert_refused(VMAP "irq i\n purge_vmap_areas\n", 3, 2,
		       "'purge_vmap_areas' is not an operation of target vmap in an interrupt");
	assert_refused(TASK "9 = vm_map_ram\n", 3, 1, "found '9', expected the name of an object");
	assert_refused(TASK "= vm_map_ram\n", 3, 1, "expected the name of an object");
	assert_refused(TASK "x = vm_unmap_aliases\n", 3, 1, "makes no object");
	assert_refused(TASK "x = vm_map_ram pages=0\n", 3, 22,
		       "expected 1 to 256 pages, or a size with K, M or G");
	assert_refused(TASK "x = vm_map_ram size=1\n", 3, 16, "unknown attribute 'size'");
	assert_refused(TASK "x = vm_map_ram pages = 2\n", 3, 16, "expected pages=NUMBER");
	assert_refused(TASK "x = vm_map_ram atomic=2\n", 3, 23, "expected 0 to 1");
	assert_refused(TASK "x = vm_map_ram atomic atomic\n", 3, 23, "'atomic' is given twice");
	assert_refused(TASK "vm_unmap_aliases now\n", 3, 18, "expected the end of the line");
}

static void test_refused_objects(void **unused)
{
	assert_refused(TASK "touch_ram\n", 3, 10, "expected an object made by vm_map_ram");
	assert_refused(TASK "touch_ram x\n", 3, 11, "no object 'x' was made before this line");
	assert_refused(TASK "touch_ram x\nx = vm_map_ram\n", 3, 11, "no object 'x'");
	assert_refused(TASK "x = vm_map_ram\ntouch_area x\n", 4, 12,
		       "'x' was made by vm_map_ram, expected an object made by alloc_vmap_area");
	assert_refused(TASK "x = vm_map_ram\nvm_unmap_ram x\ntouch_ram x\n", 5, 11,
		       "object 'x' was consumed in line 4");
	assert_refused(TASK "x = vm_map_ram\nx = vm_map_ram\n", 4, 1,
		       "object 'x' is alive, made in line 3");
	assert_refused(TASK "abcdefghijabcdefghijabcdefghijab = vm_map_ram\n", 3, 1,
		       "expected the name of an object");
}

static void test_refused_schedules(void **unused)
{
	assert_refused(TASK "schedule b\n", 3, 10, "found 'b', expected a task named before");
	assert_refused(TASK "schedule a init\n", 3, 12, "found 'init', expected a task named");
	assert_refused(TASK "schedule a*\n", 3, 12, "end of the line, expected a number");
	assert_refused(TASK "schedule a*0\n", 3, 12, "found '0' operations, expected 1 to 65535");
	assert_refused(TASK "schedule *2\n", 3, 10, "expected a task named before");
	assert_refused(TASK "schedule @1\n", 3, 12, "end of the line, expected a task");
	assert_refused(TASK "schedule @1 c\n", 3, 13, "expected a task, init, rcu or w0 to w14");
	assert_refused(TASK "schedule @1 w15\n", 3, 13, "found 'w15'");
	assert_refused(TASK "schedule @x a\n", 3, 11, "found 'x', expected a number");
	assert_refused(TASK "schedule @0 a\n", 3, 10, "step 0 is out of order or range");
	assert_refused(TASK "schedule @5 a @4 a\n", 3, 15, "expected 5 to 16777216");
	assert_refused(TASK "schedule @5 a 7 a\n", 3, 15, "found '7', expected @STEP");
	assert_refused(TASK "schedule @5 a>2\n", 3, 15, "CPU 2 is out of range, the machine has 2");
	assert_refused(TASK "schedule @5 a>\n", 3, 15, "end of the line, expected a number");
	assert_refused(TASK "schedule round-robin a\n", 3, 22, "expected the end of the line");
	assert_refused(TASK "schedule random odds=0\n", 3, 22, "expected 1 to 1024");
	assert_refused(TASK "schedule random depth=1\n", 3, 17, "unknown attribute 'depth'");
	assert_refused(TASK "schedule random seed=1 seed=1\n", 3, 24, "'seed' is given twice");
	assert_refused(TASK "schedule pct seed=x\n", 3, 19, "found 'x', expected a number");
	assert_refused(TASK "schedule a\nschedule @1 a\n", 4, 10, "given twice, first in line 3");
	assert_refused(TASK "schedule random\nschedule random\n", 4, 10, "given twice");
}

static void test_refused_bytes(void **unused)
{
	static const char zero[] = VMAP "task a\n vm_un\0map_aliases\n";
	char *line = malloc(64 * 1024), *at;
	struct text_error err;
	struct program p;
	u32 i;

	program_init(&p, TARGET_PERCPU_BITMAP);
	assert_int_equal(text_parse(&p, zero, sizeof(zero) - 1, &err), -EINVAL);
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 7);
	assert_string_equal(err.text, "found a zero byte, expected text");
	assert_int_equal(text_parse(&p, NULL, 0, &err), -EINVAL);

	/* A byte order mark is skipped at the start, and is no column. */
	assert_int_equal(text_parse(&p, "\xef\xbb\xbf" VMAP, 3 + strlen(VMAP), &err), 0);
	assert_refused("\xef\xbb\xbf", 1, 1, "end of the text");
	assert_refused("\xef\xbb\xbftarget vmpa\n", 1, 8, "unknown target 'vmpa'");
	assert_refused("\xef\xbb" VMAP, 1, 1, "found '\\xef\\xbbtarget'");
	assert_refused(VMAP "\xef\xbb\xbf\n", 2, 1, "found '\\xef\\xbb\\xbf'");

	strcpy(line, VMAP "#");
	memset(line + strlen(VMAP) + 1, 'x', 4095);
	line[strlen(VMAP) + 4096] = 0;
	assert_int_equal(text_parse(&p, line, strlen(line), &err), 0);
	strcat(line, "x");
	assert_refused(line, 2, 4097, "line is longer than 4096 bytes");

	at = line + sprintf(line, TASK);
	for (i = 0; i < SCHEDULE_MAX + 1; i++)
		at += sprintf(at, "%s@%u a", i % 100 ? " " : "\nschedule ", i + 1);
	assert_refused(line, 44, 1 + strlen("schedule ") + 96 * strlen(" @4000 a"),
		       "more than 4096 entries in a schedule");
	at = line + sprintf(line, TASK);
	for (i = 0; i < SCHEDULE_MAX + 1; i++)
		at += sprintf(at, "%sa", i % 100 ? " " : "\nschedule ");
	assert_refused(line, 44, 1 + strlen("schedule ") + 96 * 2, "more than 4096 entries");
	free(line);
	program_fini(&p);
}

static void test_names(void **unused)
{
	struct program p;
	char buf[8];
	u32 i, k;

	program_init(&p, TARGET_VMAP);
	p.nr_tasks = PROGRAM_MAX_TASKS;
	for (i = 0; i < PROGRAM_MAX_TASKS; i++) {
		/* The names are distinct, whatever the numbers of tasks and sources. */
		bool seen[256] = {false};

		for (k = 0; k < PROGRAM_MAX_TASKS; k++)
			p.task[k].irq = k < i;
		for (k = 0; k < PROGRAM_MAX_TASKS; k++) {
			text_task_name(&p, SCHED_TASK_FIRST + k, buf);
			assert_int_equal(buf[1], 0);
			assert_false(seen[(u8)buf[0]]);
			seen[(u8)buf[0]] = true;
		}
	}
	assert_string_equal(text_task_name(&p, SCHED_TASK_INIT, buf), "init");
	assert_string_equal(text_task_name(&p, SCHED_TASK_RCU, buf), "rcu");
	assert_string_equal(text_task_name(&p, SCHED_WORKER_FIRST, buf), "w0");
	assert_string_equal(text_task_name(&p, SCHED_WORKER_LAST, buf), "w14");
	assert_string_equal(text_task_name(&p, 40, buf), "#40");
	program_fini(&p);
}

static void test_print_op(void **unused)
{
	char text[64] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");
	struct program p;

	program_init(&p, TARGET_PERCPU_BITMAP);
	from_text(&p, "target percpu_bitmap\ntask a\nx = alloc_percpu\ny = alloc_percpu size=8K\n"
		      "free_percpu x\n");
	text_print_op(&p, 1, f);
	fputc('|', f);
	text_print_op(&p, 2, f);
	fclose(f);
	assert_string_equal(text, "p2 = alloc_percpu size=8K|free_percpu p1");
	program_fini(&p);
}

/* Thousands of names, so that the table of names grows. */
static void test_many_names(void **unused)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	struct text_error err;
	struct program p;
	u32 i;

	fputs("target percpu_bitmap\ntask a\n", f);
	for (i = 0; i < 5000; i++)
		fprintf(f, "n%u = alloc_percpu\n", i * 7919 % 5003);
	for (i = 0; i < 5000; i++)
		fprintf(f, "free_percpu n%u\n", (4999 - i) * 7919 % 5003);
	fclose(f);
	program_init(&p, TARGET_PERCPU_BITMAP);
	assert_int_equal(text_parse(&p, text, size, &err), 0);
	assert_well_formed(&p);
	for (i = 0; i < 5000; i++)
		assert_int_equal(p.op[5000 + i].object, 4999 - i);
	free(text);
	program_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),		cmocka_unit_test(test_print_schedules),
		cmocka_unit_test(test_refused_lines),	cmocka_unit_test(test_refused_machine),
		cmocka_unit_test(test_refused_tasks),	cmocka_unit_test(test_refused_operations),
		cmocka_unit_test(test_refused_objects), cmocka_unit_test(test_refused_schedules),
		cmocka_unit_test(test_refused_bytes),	cmocka_unit_test(test_names),
		cmocka_unit_test(test_print_op),	cmocka_unit_test(test_many_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
