/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_mutator.c - test the structural mutator: its output is a program in canonical bytes, of the
 * same target, within the limit, and the same for the same seed; every kind of edit happens.
 */
#include "program/test/check.h"
#include "mutate/mutator.h"
#include "program/op_set.h"
#include "program/test/random.h"

#define MAX_BYTES (BYTES_HEADER + 32 * BYTES_RECORD)

static u32 plain_calls;

/* Stands for the fuzzer's own mutation: change one byte, or cut off the end. */
static size_t plain(u8 *data, size_t size, size_t max)
{
	plain_calls++;
	if (size > 1 && plain_calls % 2)
		return size - 1;
	if (size)
		data[size / 2] ^= 0x55;
	return size;
}

static void assert_program(struct program *p, const u8 *data, size_t size, u8 target)
{
	assert_int_equal(bytes_decode(p, data, size, NULL), 0);
	assert_int_equal(p->target, target);
	assert_well_formed(p);
}

static void assert_canonical(struct program *p, const u8 *data, size_t size, u8 target)
{
	u8 again[MAX_BYTES + 64];

	assert_program(p, data, size, target);
	assert_int_equal(bytes_encode(p, again, sizeof(again)), size);
	assert_memory_equal(again, data, size);
}

static void test_mutate(void **unused)
{
	u8 a[MAX_BYTES], b[MAX_BYTES], before[MAX_BYTES];
	struct program p;
	u64 state = 1;
	u32 round;

	program_init(&p, TARGET_PERCPU_BITMAP);
	for (round = 0; round < 100000; round++) {
		size_t size = random_bytes(a, sizeof(a), &state), n, max;
		u32 seed = (u32)random_next(&state);
		u8 target = a[5];

		memcpy(b, a, size);
		memcpy(before, a, size);
		max = size + random_next(&state) % (sizeof(a) - size + 1);
		n = program_mutate(a, size, max, seed, NULL);
		assert_in_range(n, BYTES_HEADER, max);
		assert_canonical(&p, a, n, target);
		assert_int_equal(program_mutate(b, size, max, seed, NULL), n);
		assert_memory_equal(a, b, n);

		/* The fuzzer's own mutation need not be canonical. */
		n = program_mutate(before, size, max, seed, plain);
		assert_in_range(n, BYTES_HEADER, max);
		assert_program(&p, before, n, target);
	}
	assert_true(plain_calls > 1000);
	program_fini(&p);
}

/* A chain of mutations reaches every operation, strategy of version 2 and part of the header. */
static void test_reach(void **unused)
{
	bool seen[OP_SET_NONE] = {0}, kinds[NR_SCHEDULE_KINDS] = {0};
	u8 a[MAX_BYTES];
	u32 tasks = 0, irqs = 0, consumed = 0, fails = 0, machines = 0, round, i;
	struct program p, empty;
	size_t n;

	program_init(&p, TARGET_VMAP);
	program_init(&empty, TARGET_VMAP);
	n = bytes_encode(&empty, a, sizeof(a));
	for (round = 0; round < 20000; round++) {
		n = program_mutate(a, n, sizeof(a), round, NULL);
		assert_program(&p, a, n, TARGET_VMAP);
		for (i = 0; i < p.nr_ops; i++) {
			seen[p.op[i].op] = true;
			consumed += op_table[p.op[i].op].consumes;
			irqs += p.task[p.op[i].task].irq;
		}
		kinds[p.schedule.kind] = true;
		tasks = max(tasks, p.nr_tasks);
		fails += p.fail.at0 || p.fail.every;
		machines += !!memcmp(&p.machine, &empty.machine, sizeof(p.machine));
	}
	for (i = 0; i < op_set(TARGET_VMAP, false)->nr; i++)
		assert_true(seen[op_set(TARGET_VMAP, false)->op[i]]);
	for (i = 0; i < BYTES_STRATEGIES; i++)
		assert_true(kinds[i]);
	assert_true(tasks >= 3 && irqs && consumed && fails && machines);
	program_fini(&p);
	program_fini(&empty);
}

static void test_crossover(void **unused)
{
	u8 a[MAX_BYTES], b[MAX_BYTES], out[MAX_BYTES], again[MAX_BYTES];
	u32 round, joined = 0, longer = 0;
	struct program p, q;
	u64 state = 2;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (round = 0; round < 50000; round++) {
		size_t size_a = random_bytes(a, sizeof(a), &state), n;
		size_t size_b = random_bytes(b, sizeof(b), &state);
		size_t max = BYTES_HEADER + random_next(&state) % (sizeof(out) - BYTES_HEADER);
		u32 seed = (u32)random_next(&state);

		n = program_crossover(a, size_a, b, size_b, out, max, seed);
		if (a[5] != b[5]) {
			assert_int_equal(n, 0);
			continue;
		}
		assert_in_range(n, BYTES_HEADER, max);
		assert_canonical(&p, out, n, a[5]);
		assert_int_equal(program_crossover(a, size_a, b, size_b, again, max, seed), n);
		assert_memory_equal(out, again, n);
		assert_int_equal(bytes_decode(&q, a, size_a, NULL), 0);
		joined += p.nr_tasks > q.nr_tasks;
		longer += p.nr_ops > q.nr_ops;
	}
	assert_true(joined > 100 && longer > 100);
	assert_int_equal(program_crossover(a, 5, b, 5, out, sizeof(out), 1), 0);
	program_fini(&p);
	program_fini(&q);
}

/* Most mutations leave other operations with their objects. */
static void test_meaning_kept(void **unused)
{
	u8 a[MAX_BYTES];
	struct program p;
	size_t size, n;
	u32 seed, i, kept = 0;

	program_init(&p, TARGET_PERCPU_BITMAP);
	from_text(&p, "target percpu_bitmap\ntask a\n x = alloc_percpu size=400\n cond_resched\n"
		      " y = alloc_percpu size=800\n z = alloc_percpu size=1200\n"
		      " cond_resched\n free_percpu y\n");
	for (seed = 0; seed < 2000; seed++) {
		from_text(
			&p,
			"target percpu_bitmap\ntask a\n x = alloc_percpu size=400\n cond_resched\n"
			" y = alloc_percpu size=800\n z = alloc_percpu size=1200\n"
			" cond_resched\n free_percpu y\n");
		size = bytes_encode(&p, a, sizeof(a));
		n = program_mutate(a, size, sizeof(a), seed, NULL);
		assert_program(&p, a, n, TARGET_PERCPU_BITMAP);
		for (i = 0; i < p.nr_ops; i++)
			if (op_table[p.op[i].op].consumes && p.op[p.op[i].object].arg[0] == 800) {
				kept++;
				break;
			}
	}
	assert_true(kept > 1200);
	program_fini(&p);
}

/* Of bytes of version 1 a structural mutation writes version 2; the fuzzer's own keeps the header.
 */
static void test_version_1(void **unused)
{
	u8 a[MAX_BYTES], b[MAX_BYTES];
	u32 seed, kept = 0, renewed = 0;
	struct program p;
	size_t size, n;

	program_init(&p, TARGET_VMAP);
	for (seed = 0; seed < 2000; seed++) {
		from_text(&p, "target vmap\ntask a\n vm_map_ram pages=3\n vm_unmap_aliases\n");
		size = bytes_encode(&p, a, sizeof(a)) - (BYTES_HEADER - BYTES_HEADER_1);
		memmove(a + BYTES_HEADER_1, a + BYTES_HEADER, size - BYTES_HEADER_1);
		a[4] = 1;
		memcpy(b, a, size);
		n = program_mutate(b, size, sizeof(b), seed, plain);
		if (b[4] == 1) {
			kept++;
			assert_in_range(n, BYTES_HEADER_1, size);
			assert_memory_equal(a, b, BYTES_HEADER_1);
			assert_program(&p, b, n, TARGET_VMAP);
		} else {
			renewed++;
			assert_in_range(n, BYTES_HEADER, sizeof(b));
		}
	}
	assert_true(kept > 50 && renewed > 1000);
	program_fini(&p);
}

static void test_not_a_program(void **unused)
{
	u8 a[MAX_BYTES] = "nothing";

	plain_calls = 0;
	assert_in_range(program_mutate(a, 7, sizeof(a), 1, plain), 0, sizeof(a));
	assert_int_equal(plain_calls, 1);
	assert_int_equal(program_mutate(a, 7, sizeof(a), 1, NULL), 7);
	assert_int_equal(program_mutate(a, 7, 5, 1, NULL), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mutate),	  cmocka_unit_test(test_reach),
		cmocka_unit_test(test_crossover), cmocka_unit_test(test_meaning_kept),
		cmocka_unit_test(test_version_1), cmocka_unit_test(test_not_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
