/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_bytes.c - test the byte form: its versions, the layout of its header, and refused bytes.
 */
#include "check.h"

#include <string.h>

#include "program/bytes.h"
#include "program/fields.h"

#define ROUNDS 20000
#define MAX_BYTES (BYTES_HEADER + 24 * BYTES_RECORD)

static void test_not_bytes(void **unused)
{
	u8 header[BYTES_HEADER] = {'m', 'm', 's', 't', BYTES_VERSION, TARGET_VMAP};
	const char *why = NULL;
	struct program p, q;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_VMAP);
	assert_int_equal(bytes_decode(&p, header, sizeof(header), &why), 0);
	assert_true(program_equal(&p, &q)); /* a header of zeros is the default program */
	assert_null(why);
	assert_false(bytes_magic(header, 3));
	assert_true(bytes_magic(header, 4));
	/* The first line of the text form begins with the magic. */
	assert_false(bytes_magic((const u8 *)"mmstorm 1\n", 10));

	assert_int_equal(bytes_decode(&p, header, sizeof(header) - 1, &why), -EINVAL);
	assert_non_null(strstr(why, "shorter"));
	header[4] = BYTES_NEWEST + 1;
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

/* Each strategy has a byte form; those that version 2 does not know are written in version 3. */
static void test_strategies(void **unused)
{
	u8 data[BYTES_HEADER];
	struct program p, q;

	program_init(&p, TARGET_VMAP);
	program_init(&q, TARGET_VMAP);
	for (unsigned int kind = 0; kind < 256; kind++) {
		bool known = kind < NR_SCHEDULE_KINDS;

		p.schedule.kind = known ? kind : kind % BYTES_STRATEGIES;
		p.schedule.seed = 77;
		program_repair(&p);
		assert_int_equal(bytes_encode(&p, data, sizeof(data)), sizeof(data));
		assert_int_equal(bytes_version(data),
				 p.schedule.kind < BYTES_STRATEGIES ? 2 : BYTES_NEWEST);
		/* A number of no strategy stands for one of the first few. */
		data[7] = (u8)kind;
		assert_int_equal(bytes_decode(&q, data, sizeof(data), NULL), 0);
		assert_true(program_equal(&p, &q));
		bytes_set_version(data, 2);
		assert_int_equal(bytes_decode(&q, data, sizeof(data), NULL), 0);
		assert_int_equal(q.schedule.kind, kind % BYTES_STRATEGIES);
	}
	program_fini(&p);
	program_fini(&q);
}

/* Version 1 has a shorter header. The missing fields have their defaults. */
static void test_version_1(void **unused)
{
	u8 data[MAX_BYTES], old[MAX_BYTES];
	struct program p, q;
	u64 state = 7;
	u32 round;

	program_init(&p, TARGET_PERCPU_BITMAP);
	program_init(&q, TARGET_PERCPU_BITMAP);
	for (round = 0; round < ROUNDS; round++) {
		size_t n;

		random_program(&p, MAX_BYTES, &state);
		for (u32 i = 12; i < NR_MACHINE_FIELDS; i++)
			*field_ref(&p.machine, &machine_fields[i]) = machine_fields[i].number.def;
		program_repair(&p);
		n = bytes_encode(&p, data, sizeof(data));
		assert_int_equal(data[4], 2);
		memcpy(old, data, 112);
		/* The last bytes of the header had no meaning. */
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

/* The offset of each number in the header never changes: stored programs depend on it. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_bytes),
		cmocka_unit_test(test_strategies),
		cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
