/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_oracles.c - every oracle that the executor judges by fires, and for its own reason.
 *
 * Each case is a program and a fault of the naive allocators (faulty_allocators.h). Without the
 * fault the run ends well; with it, in exactly the finding that is expected, told by its
 * oracle, the words of the check that reported it, and the operation that it names.
 */
#include <string.h>

#include "check.h"
#include "exec.h"
#include "machine/pgtable.h"
#include "planted.h"

/*
 * Accesses of the executor come here (link option --wrap). With FAULT_WRITE_LOST they go to
 * memory of nobody's: what a TLB does that was not told of a mapping. The `model` MMU never does
 * it by itself.
 */
void *__real_mem_address(struct machine *m, u64 addr, size_t len);
void *__wrap_mem_address(struct machine *m, u64 addr, size_t len);

void *__wrap_mem_address(struct machine *m, u64 addr, size_t len)
{
	static u64 nowhere[PAGE_SIZE / sizeof(u64)];
	u8 *p = __real_mem_address(m, addr, len);

	return faulty(FAULT_WRITE_LOST) ? (u8 *)nowhere + (addr & ~PAGE_MASK) : p;
}

#define VMAP_A "target vmap\ntask a cpu=0\n"
#define PERCPU_A "target percpu_bitmap\ntask a cpu=0\n"
#define FIRST_CHUNK "target percpu_bitmap\nmachine static=100 dynamic=200\ntask a cpu=0\n"
#define TWO_AREAS VMAP_A "v1 = alloc_vmap_area pages=4\nv2 = alloc_vmap_area pages=4 align=4\n"
#define AREA_TWICE                                                                                 \
	VMAP_A "v1 = alloc_vmap_area pages=2 map\nfree_vmap_area v1\n"                             \
	       "v2 = alloc_vmap_area pages=2\n"
#define AREA_MAPPED_TWICE                                                                          \
	VMAP_A "v1 = alloc_vmap_area pages=2 map\nfree_vmap_area v1\n"                             \
	       "v2 = alloc_vmap_area pages=2 map\n"
#define AREAS_A "target vm_areas\ntask a cpu=0\n"
#define ONE_GROUP AREAS_A "c1 = get_vm_areas nr=3 pages=2 layout=40\n"
#define GROUP_TWICE                                                                                \
	AREAS_A "c1 = get_vm_areas nr=2 pages=4\nfree_vm_areas c1\n"                               \
		"c2 = get_vm_areas nr=2 pages=4\n"
#define ALL_THERE_IS                                                                               \
	"target vm_areas\nmachine kva=1M dynamic=64\ntask a cpu=0\n"                               \
	"c1 = get_vm_areas nr=4 pages=64\n"
#define ONE_MAPPING VMAP_A "m1 = vm_map_ram pages=3\n"
#define TWO_OBJECTS PERCPU_A "p1 = alloc_percpu size=4\np2 = alloc_percpu size=64 align=64\n"
#define ONE_FREED PERCPU_A "p1 = alloc_percpu\np2 = alloc_percpu\nfree_percpu p1\n"

static const struct planted planted[] = {
	{FAULT_AREA_OVERLAP, ORACLE_OVERLAP, 1, "operation 0 has", TWO_AREAS},
	{FAULT_RAM_OVERLAP, ORACLE_OVERLAP, 1, "operation 0 has",
	 ONE_MAPPING "m2 = vm_map_ram pages=1\n"},
	{FAULT_PCPU_OVERLAP, ORACLE_OVERLAP, 1, "operation 0 has",
	 PERCPU_A "p1 = alloc_percpu size=4\np2 = alloc_percpu size=4\n"},

	{FAULT_AREA_MISALIGNED, ORACLE_ALIGNMENT, 1, "not a multiple of 16384",
	 VMAP_A "v1 = alloc_vmap_area pages=1\nv2 = alloc_vmap_area pages=1 align=4\n"},
	{FAULT_PCPU_MISALIGNED, ORACLE_ALIGNMENT, 1, "not a multiple of 64", TWO_OBJECTS},

	{FAULT_AREA_BELOW, ORACLE_RANGE, 0, "lies outside the address space", TWO_AREAS},
	{FAULT_AREA_BEHIND, ORACLE_RANGE, 0, "lies outside the address space", TWO_AREAS},
	{FAULT_AREA_LONG, ORACLE_RANGE, 0, "of 16384 bytes: the area has 20480", TWO_AREAS},
	{FAULT_PCPU_STATIC, ORACLE_RANGE, 0, "of the first chunk, whose region is 0x64 to 0x12c",
	 FIRST_CHUNK "p1 = alloc_percpu size=4\n"},
	{FAULT_PCPU_HIDDEN, ORACLE_RANGE, 1, "dynamic object of 12 bytes at offset 0x128 of",
	 FIRST_CHUNK "p1 = alloc_percpu size=192\np2 = alloc_percpu size=12\n"},
	{FAULT_PCPU_TOO_LARGE, ORACLE_RANGE, 0, "served, and must be refused",
	 PERCPU_A "p1 = alloc_percpu size=64K\n"},

	{FAULT_AREAS_OVERLAP, ORACLE_OVERLAP, 1, "operation 0 has",
	 ONE_GROUP "c2 = get_vm_areas nr=2\n"},
	{FAULT_AREAS_OVERLAP, ORACLE_OVERLAP, 1, "operation 0 has",
	 "target vm_areas\nmachine kva=1M\ntask a cpu=0\n"
	 "v1 = alloc_vmap_area pages=200\nc1 = get_vm_areas nr=8 pages=16\n"},
	{FAULT_AREA_OVERLAP, ORACLE_OVERLAP, 1, "operation 0 has",
	 "target vm_areas\nmachine kva=1M\ntask a cpu=0\n"
	 "c1 = get_vm_areas nr=8 pages=16 layout=96\nv1 = alloc_vmap_area pages=100\n"},
	/* What is no object: the first chunk, and what is not flushed. */
	{FAULT_AREAS_OVERLAP, ORACLE_OVERLAP, 0, "where not all were free before", ALL_THERE_IS},
	{FAULT_AREAS_NO_FLUSH, ORACLE_OVERLAP, 2, "where not all were free before", GROUP_TWICE},
	{FAULT_AREAS_APART, ORACLE_RANGE, 0, "get_vm_areas: range 2 is [0x", ONE_GROUP},
	{FAULT_AREAS_LONG, ORACLE_RANGE, 0, "of 8192 bytes", ONE_GROUP},
	{FAULT_AREAS_LOWER, ORACLE_RANGE, 0, "and all are free from 0x", ONE_GROUP},
	{FAULT_AREAS_LOWER, ORACLE_RANGE, 2, "and all are free from 0x",
	 AREAS_A "v1 = alloc_vmap_area pages=64\nfree_vmap_area v1\n"
		 "c1 = get_vm_areas nr=8 layout=1234\n"},
	{FAULT_AREAS_REFUSED, ORACLE_SPURIOUS, 0, "refused with error -16, and all are free",
	 ONE_GROUP},
	{FAULT_AREAS_ERROR, ORACLE_SPURIOUS, 0, "get_vm_areas: error -22", ONE_GROUP},
	{FAULT_AREAS_NO_PURGE, ORACLE_SPURIOUS, 2, "refused with error -16, and all are free",
	 "target vm_areas\nmachine kva=1M\ntask a cpu=0\n"
	 "c1 = get_vm_areas nr=3 pages=64\nfree_vm_areas c1\nc2 = get_vm_areas nr=3 pages=64\n"},
	{FAULT_AREAS_NOT_FOUND, ORACLE_TREE, 1, "not found by its last address",
	 ONE_GROUP "free_vm_areas c1\n"},
	{FAULT_NO_UNMAP, ORACLE_PTE_BUSY, 2, "is mapped already", GROUP_TWICE},
	{FAULT_NO_FLUSH, ORACLE_STALE, 2, "handed out: 0x", GROUP_TWICE},
	{FAULT_WRITE_LOST, ORACLE_CONTENTS, 0, "what is written does not reach", ONE_GROUP},

	{FAULT_PCPU_ONE_COPY, ORACLE_CONTENTS, 1, "byte 0: found 0x",
	 PERCPU_A "p1 = alloc_percpu size=16\ntouch_percpu p1\n"},
	{FAULT_PCPU_CLEARS_MORE, ORACLE_CONTENTS, 4, "byte 0: found 0x00000000",
	 PERCPU_A "p1 = alloc_percpu size=8\np2 = alloc_percpu size=4\nfree_percpu p1\n"
		  "p3 = alloc_percpu size=8\ntouch_percpu p2\n"},
	{FAULT_PCPU_CLEARS_MORE, ORACLE_CONTENTS, 4, "byte 0: found 0x00, expected 0x",
	 PERCPU_A "p1 = alloc_percpu size=8\np2 = alloc_percpu size=3\nfree_percpu p1\n"
		  "p3 = alloc_percpu size=8\nfree_percpu p2\n"},
	{FAULT_RAM_REVERSED, ORACLE_CONTENTS, 0, "page 0 of the mapping", ONE_MAPPING},
	{FAULT_RAM_SHORT, ORACLE_CONTENTS, 0, "frame -1, expected", ONE_MAPPING},
	{FAULT_WRITE_LOST, ORACLE_CONTENTS, 0, "what is written does not reach", ONE_MAPPING},

	{FAULT_PCPU_NOT_ZEROED, ORACLE_ZERO, 0, "byte 0: found 0x",
	 PERCPU_A "p1 = alloc_percpu size=4\n"},
	{FAULT_PCPU_NOT_ZEROED, ORACLE_ZERO, 0, "byte 0: found 0x",
	 PERCPU_A "p1 = alloc_percpu size=8K\n"},
	{FAULT_PCPU_NOT_ZEROED, ORACLE_ZERO, 0, "found 0x", PERCPU_A "p1 = alloc_percpu size=3\n"},

	{FAULT_PCPU_NOT_MAPPED, ORACLE_FAULT, 0, "where nothing is mapped",
	 PERCPU_A "p1 = alloc_percpu size=32K\n"},

	{FAULT_NO_FLUSH, ORACLE_STALE, 2, "handed out: 0x", AREA_TWICE},
	{FAULT_NO_FLUSH, ORACLE_STALE, 2, "is mapped again",
	 VMAP_A "m1 = vm_map_ram pages=2\nvm_unmap_ram m1\nm2 = vm_map_ram pages=1\n"},
	{FAULT_ALIAS, ORACLE_ALIAS, 2, "may still be translated",
	 VMAP_A "m1 = vm_map_ram pages=2\nvm_unmap_ram m1\nvm_unmap_aliases\n"},
	{FAULT_NO_UNMAP, ORACLE_PTE_BUSY, 2, "is mapped already", AREA_MAPPED_TWICE},
	{FAULT_AREA_NOT_FOUND, ORACLE_TREE, 1, "not found by its last address",
	 VMAP_A "v1 = alloc_vmap_area pages=4\nfree_vmap_area v1\n"},

	{FAULT_AREA_REFUSED, ORACLE_SPURIOUS, 0, "refused with error -16, and it fits", TWO_AREAS},
	{FAULT_AREA_ERROR, ORACLE_SPURIOUS, 0, "alloc_vmap_area: error -22", TWO_AREAS},
	{FAULT_RAM_REFUSED, ORACLE_SPURIOUS, 0, "vm_map_ram of 3 pages: refused", ONE_MAPPING},
	{FAULT_RAM_REFUSED, ORACLE_SPURIOUS, 0, "vm_map_ram of 65 pages: refused",
	 VMAP_A "m1 = vm_map_ram pages=65\n"},
	{FAULT_PCPU_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a new chunk fits", TWO_OBJECTS},
	{FAULT_PCPU_REFUSED, ORACLE_SPURIOUS, 1, "refused, and a new chunk fits",
	 FIRST_CHUNK "p1 = alloc_percpu size=192\np2 = alloc_percpu size=12\n"},
	{FAULT_PCPU_NEW_CHUNK, ORACLE_SPURIOUS, 1, "chunk 1 was made, and an older one has room",
	 TWO_OBJECTS},
	{FAULT_VMAP_CREATE, ORACLE_SPURIOUS, NO_OP, "boot failed with error -12", ONE_MAPPING},
	{FAULT_PCPU_CREATE, ORACLE_SPURIOUS, NO_OP, "boot failed with error -12", ONE_MAPPING},

	{FAULT_RAM_FRAME_KEPT, ORACLE_LEAK_PAGE, NO_OP, "", ONE_MAPPING},
	{FAULT_PCPU_PAGE_KEPT, ORACLE_LEAK_PAGE, NO_OP, "", TWO_OBJECTS},
	{FAULT_PCPU_ERROR_KEEPS, ORACLE_LEAK_PAGE, NO_OP, "",
	 "target percpu_bitmap\nfail at=8\ntask a\nalloc_percpu\n"},
	{FAULT_PCPU_META_KEPT, ORACLE_LEAK_METADATA, NO_OP, "", ONE_FREED},
	{FAULT_NO_UNMAP, ORACLE_LEAK_AREA, NO_OP, "2 pages are still mapped", AREA_TWICE},
	{FAULT_AREA_NOT_FREED, ORACLE_LEAK_AREA, NO_OP, "areas are left", ONE_MAPPING},
	{FAULT_PCPU_NOT_FREED, ORACLE_LEAK_AREA, NO_OP, "objects are left", TWO_OBJECTS},
	{FAULT_NO_FLUSH, ORACLE_LEAK_AREA, NO_OP, "3 translations were never flushed", ONE_MAPPING},

	{FAULT_VMAP_VERIFY, ORACLE_LIST, NO_OP, "planted", ONE_MAPPING},
	{FAULT_PCPU_VERIFY, ORACLE_HINT, 1, "planted",
	 "target percpu_bitmap\nmachine verify=2\ntask a cpu=0\n"
	 "p1 = alloc_percpu\np2 = alloc_percpu\np3 = alloc_percpu\n"},

	{FAULT_LEAVES_PREEMPT, ORACLE_LOCK_UNBALANCED, 2, "preempt", ONE_FREED},
	{FAULT_LEAVES_IRQ, ORACLE_LOCK_UNBALANCED, 2, "interrupts", ONE_FREED},
	{FAULT_LEAVES_LOCK, ORACLE_LOCK_UNBALANCED, 2, "chunks", ONE_FREED},
	{FAULT_LEAVES_RCU, ORACLE_LOCK_UNBALANCED, 2, "RCU", ONE_FREED},
	{FAULT_RAM_GFP, ORACLE_LOCK_SLEEP, 0, "", "target vmap\nirq i cpu=0\nm1 = vm_map_ram\n"},
	{FAULT_WAITS, ORACLE_DEADLOCK, 2, "", ONE_FREED},
	{FAULT_SPINS, ORACLE_LIVELOCK, 2, "", ONE_FREED},
};

static void run(struct executor *x, const char *text, struct exec_result *r)
{
	struct program p;
	int found;

	program_init(&p, TARGET_VMAP);
	from_text(&p, text);
	found = exec_program(x, &p, NULL, r);
	assert_int_equal(found, r->sched.report.oracle != ORACLE_NONE);
	assert_true(r->sched.report.oracle != ORACLE_NONE || r->ops + r->skipped == p.nr_ops);
	program_fini(&p);
}

static void assert_sound(const struct exec_result *r, const char *text)
{
	const struct report *found = &r->sched.report;

	if (found->oracle != ORACLE_NONE)
		fail_msg("%s, %s, in\n%s", oracle_id(found->oracle), found->text, text);
}

static void assert_found(struct executor *x, const struct planted *f)
{
	struct exec_result r;
	const struct report *found = &r.sched.report;

	faulty_choose(FAULT_NONE);
	run(x, f->text, &r);
	assert_sound(&r, f->text);
	faulty_choose(f->fault);
	run(x, f->text, &r);
	if (found->oracle != f->oracle || !strstr(found->text, f->words) || found->op != f->op)
		fail_msg("found %s, operation %d, '%s', expected %s, operation %d, '%s' in\n%s",
			 oracle_id(found->oracle), found->op, found->text, oracle_id(f->oracle),
			 f->op, f->words, f->text);
	/* Nor is anything left of it. */
	faulty_choose(FAULT_NONE);
	run(x, f->text, &r);
	assert_sound(&r, f->text);
}

static void every_fault_is_found(void **state)
{
	for (u32 i = 0; i < ARRAY_SIZE(planted); i++)
		assert_found(*state, &planted[i]);
}

static void every_fault_of_percpu_is_found(void **state)
{
	for (u32 i = 0; i < nr_planted_percpu; i++)
		assert_found(*state, &planted_percpu[i]);
}

/* No fault is in the enumeration that no case plants. */
static void every_fault_is_planted(void **state)
{
	bool seen[FAULT_SPINS + 1] = {[FAULT_NONE] = true};

	for (u32 i = 0; i < ARRAY_SIZE(planted); i++)
		seen[planted[i].fault] = true;
	for (u32 i = 0; i < nr_planted_percpu; i++)
		seen[planted_percpu[i].fault] = true;
	for (u32 i = 0; i <= FAULT_SPINS; i++)
		if (!seen[i])
			fail_msg("fault %u is never planted", i);
}

/* Refusals that have a reason, and others that nobody is to be blamed for. */
static void refusals_with_a_reason(void **state)
{
	static const struct {
		enum fault fault;
		u32 failed;
		const char *text;
	} refused[] = {
		/* Larger than a unit. */
		{FAULT_NONE, 1, PERCPU_A "p1 = alloc_percpu size=64K\n"},
		/* An atomic request makes no chunk. */
		{FAULT_NONE, 1, PERCPU_A "p1 = alloc_percpu atomic\n"},
		{FAULT_NONE, 1, "target percpu_bitmap\nirq i cpu=0\np1 = alloc_percpu\n"},
		/* No frames, and no addresses, for another chunk. */
		{FAULT_NONE, 1,
		 "target percpu_bitmap\nmachine pages=64 unit=64K\ntask a cpu=0\n"
		 "p1 = alloc_percpu size=64K\np2 = alloc_percpu size=64K\n"},
		{FAULT_NONE, 1,
		 "target percpu_bitmap\nmachine kva=1M unit=512K cpus=1\ntask a cpu=0\n"
		 "p1 = alloc_percpu size=512K\np2 = alloc_percpu size=512K\n"
		 "p3 = alloc_percpu size=512K\nfree_percpu p1\n"},
		/* No addresses for an area, nor with that alignment. */
		{FAULT_NONE, 1,
		 "target vmap\nmachine kva=1M\ntask a cpu=0\n"
		 "v1 = alloc_vmap_area pages=200\nv2 = alloc_vmap_area pages=57\n"},
		{FAULT_AREA_REFUSED, 1,
		 "target vmap\nmachine kva=1M\ntask a cpu=0\n"
		 "v1 = alloc_vmap_area pages=200 align=64\n"},
		/* A mapping needs a block of addresses, or may do without where it is atomic. */
		{FAULT_RAM_REFUSED, 1,
		 "target vmap\nmachine kva=1M\ntask a cpu=0\n"
		 "v1 = alloc_vmap_area pages=200\nm1 = vm_map_ram\n"},
		{FAULT_RAM_REFUSED, 1, VMAP_A "m1 = vm_map_ram atomic\n"},
		/* No base for ranges that take all there is, or more. */
		{FAULT_NONE, 1, ALL_THERE_IS},
		{FAULT_NONE, 1,
		 "target vm_areas\nmachine kva=1M\ntask a cpu=0\n"
		 "c1 = get_vm_areas nr=8 pages=64 layout=4095\n"},
		/* The plan made a request fail. */
		{FAULT_PCPU_CREATE, 0, "target vmap\nfail at=1\ntask a cpu=0\n"},
	};
	struct exec_result r;

	for (u32 i = 0; i < ARRAY_SIZE(refused); i++) {
		struct program p;

		faulty_choose(refused[i].fault);
		program_init(&p, TARGET_VMAP);
		from_text(&p, refused[i].text);
		exec_program(*state, &p, NULL, &r);
		assert_sound(&r, refused[i].text);
		assert_int_equal(r.failed, refused[i].failed);
		program_fini(&p);
	}
}

/*
 * A refusal is judged only if nothing else was under way from its beginning to its end. Two
 * tasks and one switch at every step in turn: wherever the operations overlap, nobody is blamed.
 */
static void refusals_among_others(void **state)
{
	static const struct {
		enum fault fault;
		const char *text;
	} among[] = {
		/* The other one is under way when the refused one begins, */
		{FAULT_RAM_REFUSED, "target vmap\ntask a cpu=0\nv1 = alloc_vmap_area pages=3 map\n"
				    "task b cpu=1\nm1 = vm_map_ram\nschedule @%u b\n"},
		/* or begins, and ends, before the refused one has ended. */
		{FAULT_RAM_REFUSED, "target vmap\ntask a cpu=0\nm1 = vm_map_ram pages=3\n"
				    "task b cpu=1\nv1 = alloc_vmap_area\nschedule @%u b\n"},
		{FAULT_AREAS_REFUSED,
		 "target vm_areas\ntask a cpu=0\nv1 = alloc_vmap_area pages=3 map\n"
		 "task b cpu=1\nc1 = get_vm_areas\nschedule @%u b\n"},
		{FAULT_AREAS_REFUSED, "target vm_areas\ntask a cpu=0\nc1 = get_vm_areas nr=3\n"
				      "task b cpu=1\nv1 = alloc_vmap_area\nschedule @%u b\n"},
	};

	for (u32 t = 0; t < ARRAY_SIZE(among); t++) {
		u32 judged = 0, passed_over = 0;

		faulty_choose(among[t].fault);

		for (u32 step = 1; step <= 40; step++) {
			struct exec_result r;
			char text[200];

			snprintf(text, sizeof(text), among[t].text, step);
			run(*state, text, &r);
			if (r.sched.report.oracle == ORACLE_SPURIOUS)
				judged++;
			else
				passed_over++;
			assert_true(r.sched.report.oracle == ORACLE_SPURIOUS || r.failed == 1);
		}
		assert_true(judged && passed_over);
	}
}

/*
 * Two allocators are compared where nobody is at work in one of them, and not if somebody begins
 * while they are looked at. Sound ones agree, wherever the other task comes in between.
 */
static void compared_among_others(void **state)
{
	faulty_choose(FAULT_NONE);
	for (u32 step = 1; step <= 120; step++) {
		struct exec_result r;
		char text[300];

		snprintf(text, sizeof(text),
			 "target percpu_pair\nmachine verify=1\n"
			 "task a cpu=0\np1 = alloc_percpu\ncond_resched\nfree_percpu p1\n"
			 "task b cpu=1\np2 = alloc_percpu size=64\np3 = alloc_percpu size=4\n"
			 "schedule @%u b\n",
			 step);
		run(*state, text, &r);
		assert_sound(&r, text);
	}
}

/* Whichever request fails, boot included: naive allocators cope, and nothing is found. */
static void every_failure_is_tolerated(void **state)
{
	static const char *const texts[] = {
		"task a cpu=0\nm1 = vm_map_ram pages=40\nv1 = alloc_vmap_area pages=3 map\n"
		"touch_ram m1\nvm_unmap_ram m1\nfree_vmap_area v1\nm2 = vm_map_ram\n",
		"task a cpu=0\np1 = alloc_percpu size=100\np2 = alloc_percpu size=32K\n"
		"touch_percpu p1\nfree_percpu p1\np3 = alloc_percpu size=64\n",
		"task a cpu=0\nc1 = get_vm_areas nr=5 pages=3 layout=99\nc2 = get_vm_areas\n"
		"free_vm_areas c1\nc3 = get_vm_areas nr=8\nfree_vm_areas c2\n",
	};
	static const char *const targets[] = {"vmap", "percpu_bitmap", "vm_areas"};

	faulty_choose(FAULT_NONE);
	for (u32 t = 0; t < ARRAY_SIZE(texts); t++) {
		u64 failed = 0;

		for (u32 at = 1; at <= 120; at++) {
			struct exec_result r;
			struct program p;
			char text[400];

			snprintf(text, sizeof(text),
				 "target %s\nmachine dynamic=64\nfail at=%u\n%s", targets[t], at,
				 texts[t]);
			program_init(&p, TARGET_VMAP);
			from_text(&p, text);
			exec_program(*state, &p, NULL, &r);
			assert_sound(&r, text);
			failed += r.failed;
			program_fini(&p);
		}
		assert_true(failed > 2);
	}
}

/* Verified every so many operations and at the end, each time with nobody inside. */
static void verified_as_asked(void **state)
{
	static const struct {
		const char *machine;
		u32 calls;
	} asked[] = {{"", 1},
		     {"machine verify=0\n", 1},
		     {"machine verify=2\n", 5},
		     {"machine verify=1\n", 9},
		     {"machine verify=3\n", 3}};

	faulty_choose(FAULT_NONE);
	for (u32 i = 0; i < ARRAY_SIZE(asked); i++) {
		struct faulty_verified v;
		struct exec_result r;
		char text[400];

		snprintf(text, sizeof(text),
			 "target vmap\n%stask a cpu=0\nm1 = vm_map_ram\nm2 = vm_map_ram\n"
			 "touch_ram m1\ntouch_ram m2\nvm_unmap_ram m1\nvm_unmap_ram m2\n"
			 "cond_resched\ncond_resched\n",
			 asked[i].machine);
		run(*state, text, &r);
		assert_sound(&r, text);
		v = faulty_verified();
		assert_int_equal(v.calls, asked[i].calls);
		assert_int_equal(v.quiet, asked[i].calls);
	}
}

static int setup(void **state)
{
	*state = executor_create();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	executor_destroy(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_is_found),
		cmocka_unit_test(every_fault_of_percpu_is_found),
		cmocka_unit_test(every_fault_is_planted),
		cmocka_unit_test(refusals_with_a_reason),
		cmocka_unit_test(refusals_among_others),
		cmocka_unit_test(compared_among_others),
		cmocka_unit_test(every_failure_is_tolerated),
		cmocka_unit_test(verified_as_asked),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
