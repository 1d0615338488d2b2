/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_program.c - properties of programs: both forms say the same, repair leaves alone what is
 * well formed and mends what is not, and edits keep a program well formed.
 */
#include "check.h"
#include "program/fields.h"
#include "program/op_set.h"
#include "random.h"
#include "program/text.h"

#define ROUNDS 200000
#define MAX_BYTES (BYTES_HEADER + 24 * BYTES_RECORD)

static u8 data[MAX_BYTES], again[MAX_BYTES];

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

/* Random bytes, decoded. */
static size_t random_program(struct program *p, u64 *state)
{
	size_t size = random_bytes(data, sizeof(data), state);

	assert_int_equal(bytes_decode(p, data, size, NULL), 0);
	return size;
}

static void test_forms_agree(void **unused)
{
	struct program p, q;
	u64 state = 1;
	u32 round;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (round = 0; round < ROUNDS; round++) {
		size_t size = random_program(&p, &state), n;
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

/* Every beginning of a printed text is a program, or an error at a place that the text has. */
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

		random_program(&p, &state);
		text = to_text(&p, &size);
		for (n = 0; n < size; n++) {
			/* A copy of its own: what is read beyond its end is seen by ASan. */
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

/* Arbitrary values in every field. */
static void test_repair_mends(void **unused)
{
	struct program p, q;
	u64 state = 3;
	u32 round, i;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (round = 0; round < 20000; round++) {
		/* The same values, or small ones that are valid now and then. */
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

/* The checker of this test finds each kind of damage. */
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
	assert_non_null(well_formed(&p));                                                          \
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
	DAMAGE(p.op[0].op = (u8)op_by_name("alloc_percpu"));
	DAMAGE(p.op[0].task = 2);
	DAMAGE(p.op[0].object = 0);
	DAMAGE(p.op[0].arg[0] = 0);
	DAMAGE(p.op[0].arg[2] = 1);
	DAMAGE(p.op[1].object = 1);
	DAMAGE(p.op[1].object = PROGRAM_NO_OBJECT);
	DAMAGE(p.op[1].op = (u8)op_by_name("vm_unmap_ram"));
	DAMAGE(p.op[1].op = (u8)op_by_name("touch_area"));
	DAMAGE(p.op[3].op = (u8)op_by_name("vm_unmap_aliases"));
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
	/* Nor does a program of two become one of theirs. */
	from_text(&p, "target vmap\ntask a\ntask b\n");
	assert_int_equal(program_retarget(&p, TARGET_BOOTMEM), -EINVAL);
	from_text(&p, "target vmap\nirq a\n");
	assert_int_equal(program_retarget(&p, TARGET_BOOTMEM), -EINVAL);
	from_text(&p, "target vmap\ntask a\n");
	assert_int_equal(program_retarget(&p, TARGET_BOOTMEM), 0);
	program_fini(&p);
}

/* Equality sees every difference that has a meaning, and none that has not. */
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
	DIFFERENCE(q.op[1].op = (u8)op_by_name("touch_ram"), false);
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

/* Removal takes along what cannot stand alone, and nothing else. */
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
		random_program(&p, &state);
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

/* Tasks that the records change between, when they are read in order. */
static u32 task_changes(const struct program *p)
{
	u32 i, n = 0;

	for (i = 1; i < p->nr_ops; i++)
		n += p->op[i].task != p->op[i - 1].task;
	return n;
}

/*
 * Sorting permutes the records: each task keeps its order, and each operation its object. The
 * argument arg[0] of records that do not use it tells which is which.
 */
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

		random_program(&p, &state);
		assert_int_equal(program_copy(&q, &p), 0);
		program_sort(&q);
		assert_well_formed(&q);
		assert_int_equal(q.nr_ops, p.nr_ops);
		assert_true(task_changes(&q) <= task_changes(&p));
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

static void test_not_bytes(void **unused)
{
	u8 header[BYTES_HEADER] = {'m', 'm', 's', 't', BYTES_VERSION, TARGET_VMAP};
	const char *why = NULL;
	struct program p, q;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_VMAP);
	assert_int_equal(bytes_decode(&p, header, sizeof(header), &why), 0);
	assert_true(program_equal(&p, &q)); /* zeros are the default program */
	assert_null(why);
	assert_false(bytes_magic(header, 3));
	assert_true(bytes_magic(header, 4));
	/* The format line of the text form begins with the magic. */
	assert_false(bytes_magic((const u8 *)"mmstorm 1\n", 10));

	assert_int_equal(bytes_decode(&p, header, sizeof(header) - 1, &why), -EINVAL);
	assert_non_null(strstr(why, "shorter"));
	header[4] = BYTES_VERSION + 1;
	assert_int_equal(bytes_decode(&p, header, sizeof(header), &why), -EINVAL);
	assert_non_null(strstr(why, "newer"));
	header[4] = 0;
	assert_int_equal(bytes_decode(&p, header, sizeof(header), NULL), -EINVAL);
	header[4] = BYTES_VERSION;
	header[5] = NR_TARGETS;
	assert_int_equal(bytes_decode(&p, header, sizeof(header), &why), -EINVAL);
	assert_non_null(strstr(why, "target"));
	header[0] = 'M';
	assert_int_equal(bytes_decode(&p, header, sizeof(header), &why), -EINVAL);
	assert_non_null(strstr(why, "mmst"));

	assert_int_equal(bytes_encode(&q, header, sizeof(header) - 1), 0);
	assert_int_equal(bytes_encode(&q, header, sizeof(header)), sizeof(header));
	program_fini(&p);
	program_fini(&q);
}

static void test_retarget(void **unused)
{
	struct program p, q;

	program_init(&p, TARGET_VMAP);
	program_init(&q, TARGET_VMAP);
	from_text(&p, "target vmap\ntask a\nmigrate cpu=1\ncond_resched\nexpect overlap\ndigest 7\n"
		      "shows lazy-twice\n");
	assert_int_equal(program_copy(&q, &p), 0);
	assert_int_equal(program_retarget(&q, TARGET_VMAP), 0);
	assert_true(q.expect == ORACLE_OVERLAP && q.digest == 7 && q.shows);
	assert_int_equal(program_retarget(&q, TARGET_PERCPU_BITMAP), 0);
	assert_int_equal(q.target, TARGET_PERCPU_BITMAP);
	assert_true(q.expect == ORACLE_NONE && !q.digest && !q.shows);
	assert_well_formed(&q);
	q.target = TARGET_VMAP;
	assert_true(program_equal(&p, &q));
	from_text(&p, "target vmap\ntask a\nmigrate cpu=1\nvm_unmap_aliases\nexpect overlap\n");
	assert_int_equal(program_retarget(&p, TARGET_PERCPU_BITMAP), -EINVAL);
	assert_true(p.target == TARGET_VMAP && p.expect == ORACLE_OVERLAP);
	program_fini(&p);
	program_fini(&q);
}

/* A header of version 1 is shorter; what it does not know has its default, all else is the same. */
static void test_version_1(void **unused)
{
	u8 old[MAX_BYTES];
	struct program p, q;
	u64 state = 7;
	u32 round;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (round = 0; round < ROUNDS / 10; round++) {
		size_t n;

		random_program(&p, &state);
		for (u32 i = 12; i < NR_MACHINE_FIELDS; i++)
			*field_ref(&p.machine, &machine_fields[i]) = machine_fields[i].number.def;
		program_repair(&p);
		n = bytes_encode(&p, data, sizeof(data));
		assert_int_equal(data[4], 2);
		memcpy(old, data, 112);
		/* What its last bytes hold never meant anything. */
		memset(old + 112, 0xa5, BYTES_HEADER_1 - 112);
		memcpy(old + BYTES_HEADER_1, data + BYTES_HEADER, n - BYTES_HEADER);
		old[4] = 1;
		n -= BYTES_HEADER - BYTES_HEADER_1;
		assert_int_equal(bytes_decode(&q, old, n, NULL), 0);
		assert_true(program_equal(&p, &q));
		assert_int_equal(bytes_decode(&q, old, BYTES_HEADER_1, NULL), 0);
		assert_int_equal(bytes_decode(&q, old, BYTES_HEADER_1 - 1, NULL), -EINVAL);
	}
	program_fini(&p);
	program_fini(&q);
}

/* Where each number of the header stands is for ever: stored programs depend on it. */
static void test_layout(void **unused)
{
	static const u8 version_1[BYTES_HEADER_1] = {
		'm',
		'm',
		's',
		't',
		1,
		TARGET_VMAP,
		2,
		SCHEDULE_RANDOM,
		[8] = 3,      /* cpus */
		[52] = 1 + 2, /* verify, one more than its value */
		[56] = 5,     /* fail at */
		[76] = 1 + 2, /* fail classes */
		[80] = 1,
		[81] = 0x80 | 2, /* tasks */
		[92] = 9,	 /* odds */
		[100] = 77,	 /* seed */
	};
	u8 version_2[BYTES_HEADER] = {0};
	struct program p;

	program_init(&p, TARGET_PERCPU_BITMAP);
	memcpy(version_2, version_1, sizeof(version_1));
	assert_int_equal(bytes_decode(&p, version_1, sizeof(version_1), NULL), 0);
	assert_int_equal(p.machine.cpus, 3);
	assert_int_equal(p.machine.verify, 2);
	assert_int_equal(p.fail.at0, 5);
	assert_int_equal(p.fail.classes, 2);
	assert_true(p.task[0].cpu == 1 && p.task[1].cpu == 2 && p.task[1].irq);
	assert_true(p.schedule.odds == 9 && p.schedule.seed == 77);
	version_2[4] = 2;
	version_2[112] = 8;  /* reserved */
	version_2[116] = 2;  /* first */
	version_2[120] = 1;  /* km */
	version_2[124] = 4;  /* atom */
	version_2[128] = 11; /* sparse */
	version_2[132] = 12; /* shuffle */
	version_2[136] = 13; /* gap */
	version_2[160] = 2;  /* middle */
	assert_int_equal(bytes_decode(&p, version_2, sizeof(version_2), NULL), 0);
	assert_int_equal(p.machine.cpus, 3);
	assert_int_equal(p.machine.reserved, 8);
	assert_int_equal(p.machine.first, 2);
	assert_int_equal(p.machine.km, 1);
	assert_int_equal(p.machine.atom, 4);
	assert_int_equal(p.machine.sparse, 11);
	assert_int_equal(p.machine.shuffle, 12);
	assert_int_equal(p.machine.gap, 13);
	assert_int_equal(p.machine.middle, MIDDLE_4G);
	assert_true(p.schedule.odds == 9 && p.schedule.seed == 77);
	program_fini(&p);
}

/* The longest program: more records are not taken, and both forms hold. */
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
	/* Oldest first: the worst order for the byte form. */
	o = (struct program_op){.op = (u8)op_by_name("free_percpu")};
	for (; i < PROGRAM_MAX_OPS - 1; i++) {
		o.object = (s32)(i - PROGRAM_MAX_OPS / 2);
		assert_int_equal(program_add(&p, &o), 0);
	}
	o = (struct program_op){.object = PROGRAM_NO_OBJECT, .op = (u8)op_by_name("cond_resched")};
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
		cmocka_unit_test(test_not_bytes),     cmocka_unit_test(test_retarget),
		cmocka_unit_test(test_version_1),     cmocka_unit_test(test_layout),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
