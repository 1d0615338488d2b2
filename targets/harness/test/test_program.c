/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_program.c - properties of programs: both forms say the same, repair leaves alone what is
 * well formed and mends what is not, and edits keep a program well formed.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fields.h"
#include "op_set.h"
#include "random.h"
#include "sched/sched.h"
#include "text.h"

#define ROUNDS 200000
#define MAX_BYTES (BYTES_HEADER + 24 * BYTES_RECORD)

/* What program.h promises of every program, checked without repair.c. */
static void assert_well_formed(const struct program *p)
{
	bool *consumed = calloc(p->nr_ops + 1, sizeof(bool));
	unsigned int i, a;

	assert_true(p->target < NR_TARGETS);
	for (i = 0; i < NR_MACHINE_FIELDS; i++)
		assert_true(operand_valid(&machine_fields[i].number,
					  field_get(&p->machine, &machine_fields[i])));
	assert_true(p->machine.nodes <= p->machine.cpus);
	assert_true(p->machine.low <= p->machine.high);
	assert_true(ALIGN(p->machine.stat, 4u) + ALIGN(p->machine.dyn, 4u) <=
		    p->machine.unit * 4096);
	assert_true(p->machine.kva > p->machine.cpus * p->machine.unit);
	assert_true(p->machine.block * 2 <= p->machine.kva);
	for (i = 0; i < NR_FAIL_FIELDS; i++)
		assert_true(operand_valid(&fail_fields[i].number,
					  field_get(&p->fail, &fail_fields[i])));
	assert_in_range(p->nr_tasks, 1, PROGRAM_MAX_TASKS);
	for (i = 0; i < p->nr_tasks; i++)
		assert_true(p->task[i].cpu < p->machine.cpus);
	for (i = 0; i < p->nr_ops; i++) {
		const struct program_op *o = &p->op[i];
		const struct op *d = &op_table[o->op];

		assert_true(o->op < nr_ops && o->task < p->nr_tasks);
		assert_true(d->targets & 1U << p->target);
		assert_true(d->irq || !p->task[o->task].irq);
		assert_true((o->object != PROGRAM_NO_OBJECT) == (d->uses != OBJECT_NONE));
		if (d->uses) {
			assert_in_range(o->object, 0, i - 1);
			assert_false(consumed[o->object]);
			assert_int_equal(op_table[p->op[o->object].op].makes, d->uses);
			consumed[o->object] = d->consumes;
		}
		for (a = 0; a < OP_MAX_ARGS; a++)
			assert_true(a < op_nr_args(d) ? operand_valid(&d->arg[a], o->arg[a])
						      : o->arg[a] == 0);
	}
	for (i = 0; i < p->schedule.nr; i++) {
		const struct change *c = &p->schedule.changes[i];

		if (p->schedule.kind == SCHEDULE_TURNS) {
			assert_in_range(c->task, 1, p->nr_tasks);
			continue;
		}
		assert_int_equal(p->schedule.kind, SCHEDULE_SPARSE);
		assert_in_range(c->step, i ? c[-1].step : 1, PROGRAM_MAX_STEP);
		assert_true(c->kind < NR_CHANGE_KINDS);
		assert_true(c->cpu < p->machine.cpus);
		assert_true(c->task <= p->nr_tasks ||
			    (c->task >= SCHED_WORKER_FIRST && c->task <= SCHED_TASK_RCU));
	}
	free(consumed);
}

/* The text of @p, to be freed. */
static char *to_text(const struct program *p, size_t *size)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, size);

	assert_int_equal(text_print(p, f), 0);
	fclose(f);
	return text;
}

static void test_forms_agree(void **unused)
{
	static u8 data[MAX_BYTES], again[MAX_BYTES];
	struct program p, q;
	u64 state = 1;
	u32 round;

	program_init(&p, TARGET_PERCPU);
	program_init(&q, TARGET_PERCPU);
	for (round = 0; round < ROUNDS; round++) {
		size_t size = random_bytes(data, sizeof(data), &state), n;
		struct text_error err;
		char *text;

		assert_int_equal(bytes_decode(&p, data, size, NULL), 0);
		assert_well_formed(&p);

		n = bytes_encode(&p, again, sizeof(again));
		assert_int_equal(n, bytes_size(&p));
		assert_true(n <= size);
		assert_int_equal(bytes_decode(&q, again, n, NULL), 0);
		assert_true(program_equal(&p, &q));

		text = to_text(&p, &n);
		if (text_parse(&q, text, n, &err)) {
			print_error("%u:%u: %s\n%s", err.line, err.column, err.text, text);
			fail();
		}
		assert_true(program_equal(&p, &q));
		free(text);

		program_repair(&q);
		assert_true(program_equal(&p, &q));
	}
	program_fini(&p);
	program_fini(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
