/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_program.c - test properties of programs: both forms agree, repair makes any program well
 * formed and does not change a well-formed one, and edits keep a program well formed.
 */
#include "check.h"

#include <string.h>

#include "program/bytes.h"
#include "program/fields.h"
#include "program/op_set.h"
#include "program/text.h"
#include "sched/random.h"

#define ROUNDS 200000
#define MAX_BYTES (BYTES_HEADER + 24 * BYTES_RECORD)

static u8 again[MAX_BYTES];

/* The entries of op_table[] stand in the order of op_list.h. */
static void test_order(void **unused)
{
	static const char *const names[NR_OPS] = {
#define X(name) #name,
		OPERATIONS(X)
#undef X
	};

	for (u32 i = 0; i < NR_OPS; i++)
		assert_string_equal(op_table[i].name, names[i]);
}

static void test_forms_agree(void **unused)
{
	struct program p, q;
	u64 state = 1;
	u32 round;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (round = 0; round < ROUNDS; round++) {
		size_t size = random_program(&p, MAX_BYTES, &state), n;
		struct text_error err;
		char *text;

		assert_well_formed(&p);
		n = bytes_encode(&p, again, sizeof(again));
		assert_int_equal(n, bytes_size(&p));
		assert_true(n <= size);
		assert_int_equal(bytes_decode(&q, again, n, NULL), 0);
		assert_true(program_equal(&p, &q));

		text = to_text(&p, &n);
		if (text_parse(&q, text, n, &err))
			fail_msg("%u:%u: %s\n%s", err.line, err.column, err.text, text);
		assert_true(program_equal(&p, &q));
		free(text);

		program_repair(&q);
		assert_true(program_equal(&p, &q));
	}
	program_fini(&p);
	program_fini(&q);
}

/* Each prefix of a printed text is a program, or an error at a place within the prefix. */
static void test_prefixes(void **unused)
{
	struct program p, q;
	u64 state = 2;
	u32 round, refused = 0;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (round = 0; round < 300; round++) {
		size_t size, n;
		char *text;

		random_program(&p, MAX_BYTES, &state);
		text = to_text(&p, &size);
		for (n = 0; n < size; n++) {
			/* A copy, so that ASan reports a read past its end. */
			char *prefix = malloc(n + 1);
			struct text_error err;
			u32 lines = 1;
			size_t i;

			memcpy(prefix, text, n);
			for (i = 0; i < n; i++)
				lines += prefix[i] == '\n';
			if (text_parse(&q, prefix, n, &err)) {
				refused++;
				assert_in_range(err.line, 1, lines);
				assert_in_range(err.column, 1, n + 1);
				assert_true(err.text[0] && !strchr(err.text, '\n'));
			} else {
				assert_well_formed(&q);
			}
			free(prefix);
		}
		free(text);
	}
	assert_true(refused > 1000);
	program_fini(&p);
	program_fini(&q);
}

/* Repair mends any values in all fields. */
static void test_repair_mends(void **unused)
{
	struct program p, q;
	u64 state = 3;
	u32 round, i;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (round = 0; round < 20000; round++) {
		/* Any values, or small ones, some of which are valid. */
		u32 mask = round % 2 ? 15 : UINT32_MAX;

		program_reset(&p, TARGET_PERCPU_BITMAP);
		p.target = (u8)random_next(&state);
		for (i = 0; i < NR_MACHINE_FIELDS; i++)
			*field_ref(&p.machine, &machine_fields[i]) =
				(u32)random_next(&state) & mask;
		for (i = 0; i < NR_FAIL_FIELDS; i++)
			*field_ref(&p.fail, &fail_fields[i]) = (u32)random_next(&state) & mask;
		p.nr_tasks = (u32)random_next(&state) & mask;
		for (i = 0; i < PROGRAM_MAX_TASKS; i++)
			p.task[i] = (struct program_task){.cpu = (u8)random_next(&state),
							  .irq = random_next(&state) & 1};
		p.schedule.kind = (u8)random_next(&state);
		p.schedule.odds = (u16)random_next(&state);
		p.schedule.depth = (u16)random_next(&state);
		p.schedule.length = (u32)random_next(&state);
		p.schedule.nr = (u32)random_next(&state) % 20;
		for (i = 0; i < p.schedule.nr; i++)
			p.schedule.changes[i] = (struct change){.step = (u32)random_next(&state),
								.kind = (u8)random_next(&state),
								.task = (u8)random_next(&state),
								.cpu = (u16)random_next(&state)};
		for (i = (u32)random_next(&state) % 30; i; i--) {
			struct program_op o = {.op = (u8)random_next(&state) & (u8)mask,
					       .task = (u8)random_next(&state),
					       .object = (s32)random_next(&state)};

			if (random_next(&state) % 4)
				o.object &= 15;
			o.arg[0] = (u32)random_next(&state) & mask;
			o.arg[1] = (u32)random_next(&state) & mask;
			o.arg[2] = (u32)random_next(&state) & mask;
			assert_int_equal(program_add(&p, &o), 0);
		}
		program_repair(&p);
		assert_well_formed(&p);
		assert_int_equal(program_copy(&q, &p), 0);
		program_repair(&q);
		assert_true(program_equal(&p, &q));
	}
	program_fini(&p);
	program_fini(&q);
}

/* The checker of this test (check.c) finds each kind of damage. */
static void test_checker_fires(void **unused)
{
	const char *text = "target vmap\ntask a\n m = vm_map_ram pages=3\n touch_ram m\n"
			   " vm_unmap_ram m\nirq i cpu=1\n n = vm_map_ram\n"
			   "schedule @3 i @4 a>1\n";
	static const char one_task[] = "target bootmem\ntask a\n r = alloc_bootmem\n"
				       " free_bootmem r\n";
	struct program p;

	program_init(&p, TARGET_PERCPU_BITMAP);
#define DAMAGE(what)                                                                               \
	from_text(&p, text);                                                                       \
	what;                                                                                      \
	assert_non_null(check_program(&p));                                                        \
	program_repair(&p);                                                                        \
	assert_well_formed(&p)

	DAMAGE(p.target = NR_TARGETS);
	DAMAGE(p.nr_tasks = 0);
	DAMAGE(p.nr_tasks = PROGRAM_MAX_TASKS + 1);
	DAMAGE(p.task[1].cpu = 2);
	DAMAGE(p.machine.cpus = 0);
	DAMAGE(p.machine.nodes = 3);
	DAMAGE(p.machine.low = 5);
	DAMAGE(p.machine.dyn = p.machine.unit * 4096 + 1);
	DAMAGE(p.machine.block = 129);
	DAMAGE(p.machine.block = 4096);
	DAMAGE((p.machine.cpus = 16, p.machine.unit = 256));
	DAMAGE((p.machine.unit = 256, p.machine.pages = 64, p.machine.dyn = 1 << 20));
	DAMAGE(p.fail.classes = 8);
	DAMAGE(p.op[0].op = NR_OPS);
	DAMAGE(p.op[0].op = OP_alloc_percpu);
	DAMAGE(p.op[0].task = 2);
	DAMAGE(p.op[0].object = 0);
	DAMAGE(p.op[0].arg[0] = 0);
	DAMAGE(p.op[0].arg[2] = 1);
	DAMAGE(p.op[1].object = 1);
	DAMAGE(p.op[1].object = PROGRAM_NO_OBJECT);
	DAMAGE(p.op[1].op = OP_vm_unmap_ram);
	DAMAGE(p.op[1].op = OP_touch_area);
	DAMAGE(p.op[3].op = OP_vm_unmap_aliases);
	DAMAGE(p.schedule.kind = NR_SCHEDULE_KINDS);
	DAMAGE(p.schedule.odds = 1);
	DAMAGE(p.schedule.changes[0].step = 5);
	DAMAGE(p.schedule.changes[0].step = 0);
	DAMAGE(p.schedule.changes[1].cpu = 2);
	DAMAGE(p.schedule.changes[1].task = 3);
	DAMAGE(p.schedule.changes[1].kind = NR_CHANGE_KINDS);
	text = one_task;
	DAMAGE(p.nr_tasks = 2);
	DAMAGE((p.nr_tasks = 2, p.op[1].task = 1));
	assert_int_equal(p.nr_ops, 2);
	DAMAGE(p.task[0].irq = true);
	assert_int_equal(p.nr_ops, 2);
	/* A program with two tasks, or with a source, has no target with one task. */
	from_text(&p, "target vmap\ntask a\ntask b\n");
	assert_int_equal(program_retarget(&p, TARGET_BOOTMEM), -EINVAL);
	from_text(&p, "target vmap\nirq a\n");
	assert_int_equal(program_retarget(&p, TARGET_BOOTMEM), -EINVAL);
	from_text(&p, "target vmap\ntask a\n");
	assert_int_equal(program_retarget(&p, TARGET_BOOTMEM), 0);
	program_fini(&p);
}

/* Exactly the differences with a meaning count. */
static void test_equal(void **unused)
{
	static const char text[] = "target vmap\ntask a\n m = vm_map_ram pages=3\n"
				   "task b cpu=1\n vm_unmap_ram m\nschedule @3 b @4 a>1\n";
	struct program p, q;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	from_text(&p, text);
#define DIFFERENCE(what, equal)                                                                    \
	assert_int_equal(program_copy(&q, &p), 0);                                                 \
	assert_true(program_equal(&p, &q));                                                        \
	what;                                                                                      \
	assert_int_equal(program_equal(&p, &q), equal)

	DIFFERENCE(q.target = 0, false);
	DIFFERENCE(q.machine.verify = 1, false);
	DIFFERENCE(q.fail.classes = 1, false);
	DIFFERENCE(q.nr_tasks = 1, false);
	DIFFERENCE(q.task[1].cpu = 0, false);
	DIFFERENCE(q.task[1].irq = true, false);
	DIFFERENCE(q.nr_ops = 1, false);
	DIFFERENCE(q.op[1].op = OP_touch_ram, false);
	DIFFERENCE(q.op[1].task = 0, false);
	DIFFERENCE(q.op[0].arg[0] = 4, false);
	DIFFERENCE(q.schedule.kind = SCHEDULE_TURNS, false);
	DIFFERENCE(q.schedule.nr = 1, false);
	DIFFERENCE(q.schedule.changes[0].step = 2, false);
	DIFFERENCE(q.schedule.changes[0].task = 1, false);
	DIFFERENCE(q.schedule.changes[1].kind = CHANGE_SWITCH, false);
	DIFFERENCE(q.schedule.changes[1].cpu = 0, false);
	DIFFERENCE(q.schedule.changes[0].cpu = 1, true);
	DIFFERENCE(q.schedule.seed = 1, true);
	DIFFERENCE(q.expect = ORACLE_ALIAS, true);
	DIFFERENCE(q.digest = 1, true);
	DIFFERENCE(q.shows = 1, true);
	p.schedule.kind = SCHEDULE_TURNS;
	DIFFERENCE(q.schedule.changes[0].step = 2, false);
	DIFFERENCE(q.schedule.changes[1].kind = CHANGE_SWITCH, true);
	p.schedule.kind = SCHEDULE_RANDOM;
	DIFFERENCE(q.schedule.seed = 1, false);
	DIFFERENCE(q.schedule.odds = 1, false);
	DIFFERENCE(q.schedule.depth = 1, true);
	p.schedule.kind = SCHEDULE_PCT;
	DIFFERENCE(q.schedule.depth = 1, false);
	DIFFERENCE(q.schedule.length = 1, false);
	p.schedule.kind = SCHEDULE_ROUND_ROBIN;
	DIFFERENCE(q.schedule.nr = 0, true);
	program_fini(&p);
	program_fini(&q);
}

/* A removal also removes the users of the objects, and nothing else. */
static void test_remove(void **unused)
{
	struct program p, q;
	bool drop[64];
	u64 state = 4;
	u32 round, i, kept;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	from_text(
		&p,
		"target percpu_bitmap\ntask a\n x = alloc_percpu size=4\n y = alloc_percpu size=8\n"
		" touch_percpu x\n free_percpu y\n free_percpu x\n");
	memset(drop, 0, sizeof(drop));
	drop[0] = true;
	program_remove(&p, drop);
	from_text(&q, "target percpu_bitmap\ntask a\n y = alloc_percpu size=8\n free_percpu y\n");
	assert_true(program_equal(&p, &q));

	for (round = 0; round < 20000; round++) {
		random_program(&p, MAX_BYTES, &state);
		for (i = 0, kept = 0; i < p.nr_ops; i++) {
			s32 object = p.op[i].object;

			drop[i] = random_next(&state) % 4 == 0;
			if (object != PROGRAM_NO_OBJECT && drop[object])
				drop[i] = true;
			kept += !drop[i];
		}
		program_remove(&p, drop);
		assert_int_equal(p.nr_ops, kept);
		assert_well_formed(&p);
	}
	program_fini(&p);
	program_fini(&q);
}

/* How often the task changes from one record to the next. */
static u32 count_task_changes(const struct program *p)
{
	u32 i, n = 0;

	for (i = 1; i < p->nr_ops; i++)
		n += p->op[i].task != p->op[i - 1].task;
	return n;
}

/* Sorting permutes the records: each task keeps its order, each operation its object. */
static void test_sort(void **unused)
{
	struct program p, q;
	u64 state = 5;
	u32 round, i, t;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (round = 0; round < 20000; round++) {
		u32 from[PROGRAM_MAX_TASKS] = {0};
		s32 old[64];

		random_program(&p, MAX_BYTES, &state);
		assert_int_equal(program_copy(&q, &p), 0);
		program_sort(&q);
		assert_well_formed(&q);
		assert_int_equal(q.nr_ops, p.nr_ops);
		assert_true(count_task_changes(&q) <= count_task_changes(&p));
		for (i = 0; i < q.nr_ops; i++) {
			t = q.op[i].task;
			while (p.op[from[t]].task != t)
				from[t]++;
			old[i] = (s32)from[t]++;
			assert_int_equal(q.op[i].op, p.op[old[i]].op);
			assert_memory_equal(q.op[i].arg, p.op[old[i]].arg, sizeof(q.op[i].arg));
			if (q.op[i].object != PROGRAM_NO_OBJECT)
				assert_int_equal(old[q.op[i].object], p.op[old[i]].object);
		}
		assert_true(program_copy(&p, &q) == 0);
		program_sort(&q);
		assert_true(program_equal(&p, &q));
	}
	program_fini(&p);
	program_fini(&q);
}

static void test_retarget(void **unused)
{
	struct program p, q;

	program_init(&p, TARGET_VMAP);
	program_init(&q, TARGET_VMAP);
	from_text(&p, "target vmap\ntask a\nmigrate cpu=1\ncond_resched\nexpect overlap\ndigest 7\n"
		      "shows lazy-twice\non tree\n");
	assert_int_equal(program_copy(&q, &p), 0);
	assert_string_equal(q.on, "tree");
	assert_int_equal(program_retarget(&q, TARGET_VMAP), 0);
	assert_true(q.expect == ORACLE_OVERLAP && q.digest == 7 && q.shows);
	assert_int_equal(program_retarget(&q, TARGET_PERCPU_BITMAP), 0);
	assert_int_equal(q.target, TARGET_PERCPU_BITMAP);
	assert_true(q.expect == ORACLE_NONE && !q.digest && !q.shows);
	/* It runs where it ran. */
	assert_string_equal(q.on, "tree");
	assert_well_formed(&q);
	q.target = TARGET_VMAP;
	assert_true(program_equal(&p, &q));
	from_text(&p, "target vmap\ntask a\nmigrate cpu=1\nvm_unmap_aliases\nexpect overlap\n");
	assert_int_equal(program_retarget(&p, TARGET_PERCPU_BITMAP), -EINVAL);
	assert_true(p.target == TARGET_VMAP && p.expect == ORACLE_OVERLAP);
	program_fini(&p);
	program_fini(&q);
}

/* The longest program: another record is refused, and both forms hold it. */
static void test_limits(void **unused)
{
	struct program_op o = {.object = PROGRAM_NO_OBJECT, .arg = {16, 8}};
	struct program p, q;
	struct text_error err;
	size_t size;
	char *text;
	u8 *bytes;
	u32 i;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (i = 0; i < PROGRAM_MAX_OPS / 2; i++)
		assert_int_equal(program_add(&p, &o), 0);
	/* Oldest object first: the worst order for the byte form. */
	o = (struct program_op){.op = OP_free_percpu};
	for (; i < PROGRAM_MAX_OPS - 1; i++) {
		o.object = (s32)(i - PROGRAM_MAX_OPS / 2);
		assert_int_equal(program_add(&p, &o), 0);
	}
	o = (struct program_op){.object = PROGRAM_NO_OBJECT, .op = OP_cond_resched};
	assert_int_equal(program_add(&p, &o), 0);
	assert_int_equal(program_add(&p, &o), -E2BIG);
	assert_well_formed(&p);
	size = bytes_size(&p);
	bytes = calloc(1, size + BYTES_RECORD);
	assert_int_equal(bytes_encode(&p, bytes, size), size);
	assert_int_equal(bytes_decode(&q, bytes, size, NULL), 0);
	assert_true(program_equal(&p, &q));
	assert_int_equal(bytes_decode(&q, bytes, size + BYTES_RECORD, NULL), 0);
	assert_int_equal(q.nr_ops, PROGRAM_MAX_OPS);
	free(bytes);

	text = to_text(&p, &size);
	assert_int_equal(text_parse(&q, text, size, &err), 0);
	assert_true(program_equal(&p, &q));
	text = realloc(text, size + 20);
	strcpy(text + size, "  cond_resched\n");
	assert_int_equal(text_parse(&q, text, size + 15, &err), -EINVAL);
	assert_string_equal(err.text, "more than 65535 operations");
	free(text);
	program_sort(&p);
	assert_well_formed(&p);
	program_fini(&p);
	program_fini(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),	      cmocka_unit_test(test_forms_agree),
		cmocka_unit_test(test_prefixes),      cmocka_unit_test(test_repair_mends),
		cmocka_unit_test(test_checker_fires), cmocka_unit_test(test_equal),
		cmocka_unit_test(test_remove),	      cmocka_unit_test(test_sort),
		cmocka_unit_test(test_retarget),      cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
