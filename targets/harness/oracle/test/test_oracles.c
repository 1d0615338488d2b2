/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_oracles.c - every oracle of the executor fires, for the right reason.
 *
 * Each case is a program and a fault of the naive allocators (faulty_allocators.h). Without the
 * fault the run passes. With the fault it ends in the expected finding, identified by its oracle, a
 * part of its text, and the operation that it names.
 */
#include <string.h>

#include "machine/pgtable.h"
#include "planted.h"
#include "exec/test/run_text.h"

/*
 * The linker wraps the executor's accesses (--wrap). With FAULT_WRITE_LOST they reach memory
 * outside of the machine, as by a TLB that missed a mapping. The MMU model never does that itself.
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
	{FAULT_AREA_OVERLAP, ORACLE_OVERLAP, 1, "which was not free before", TWO_AREAS},
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
	{FAULT_AREA_OVERLAP, ORACLE_OVERLAP, 1, "which was not free before",
	 "target vm_areas\nmachine kva=1M\ntask a cpu=0\n"
	 "c1 = get_vm_areas nr=8 pages=16 layout=96\nv1 = alloc_vmap_area pages=100\n"},
	/* Addresses without an object: the first chunk, and ranges that are not flushed. */
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
	{FAULT_WRITE_LOST, ORACLE_CONTENTS, 0, "a write does not reach", ONE_GROUP},

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
	{FAULT_WRITE_LOST, ORACLE_CONTENTS, 0, "a write does not reach", ONE_MAPPING},

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
	/* Objects that are not freed completely. */
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

static void every_fault_of_vmap_is_found(void **state)
{
	for (u32 i = 0; i < nr_planted_vmap; i++)
		assert_found(*state, &planted_vmap[i]);
}

static void every_fault_of_zones_and_pools_is_found(void **state)
{
	for (u32 i = 0; i < nr_planted_zone; i++)
		assert_found(*state, &planted_zone[i]);
}

static void every_fault_of_vmalloc_is_found(void **state)
{
	for (u32 i = 0; i < nr_planted_vmalloc; i++)
		assert_found(*state, &planted_vmalloc[i]);
}

static void every_fault_of_boot_memory_is_found(void **state)
{
	for (u32 i = 0; i < nr_planted_boot; i++)
		assert_found(*state, &planted_boot[i]);
}

/* A case plants each fault of the enumeration. */
static void every_fault_is_planted(void **state)
{
	bool seen[FAULT_SPINS + 1] = {[FAULT_NONE] = true};

	for (u32 i = 0; i < ARRAY_SIZE(planted); i++)
		seen[planted[i].fault] = true;
	for (u32 i = 0; i < nr_planted_percpu; i++)
		seen[planted_percpu[i].fault] = true;
	for (u32 i = 0; i < nr_planted_vmap; i++)
		seen[planted_vmap[i].fault] = true;
	for (u32 i = 0; i < nr_planted_zone; i++)
		seen[planted_zone[i].fault] = true;
	for (u32 i = 0; i < nr_planted_vmalloc; i++)
		seen[planted_vmalloc[i].fault] = true;
	for (u32 i = 0; i < nr_planted_boot; i++)
		seen[planted_boot[i].fault] = true;
	for (u32 i = 0; i <= FAULT_SPINS; i++)
		if (!seen[i])
			fail_msg("fault %u is never planted", i);
}

/* The verifier runs after every @verify operations and at the end, each time without an operation
 * in flight. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_is_found),
		cmocka_unit_test(every_fault_of_percpu_is_found),
		cmocka_unit_test(every_fault_of_vmap_is_found),
		cmocka_unit_test(every_fault_of_zones_and_pools_is_found),
		cmocka_unit_test(every_fault_of_vmalloc_is_found),
		cmocka_unit_test(every_fault_of_boot_memory_is_found),
		cmocka_unit_test(every_fault_is_planted),
		cmocka_unit_test(verified_as_asked),
	};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
