/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_compose.c - from rings to a program: order, tasks, and objects from before.
 */
#include <stdlib.h>

#include "compose.h"
#include "program/test/check.h"

static struct shared *shared_of(void **state)
{
	return *state;
}

static int setup(void **state)
{
	*state = shared_create();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	shared_destroy(*state);
	return 0;
}

/* A thread begins an operation. */
static void begin(struct shared *s, u32 thread, u64 ticket, u8 op, u32 slot, u32 id, u32 arg)
{
	struct shared_thread *t = &s->thread[thread];
	struct ring_entry *e = &t->ring[t->begun++ % RING_ENTRIES];

	s->nr_threads = max(s->nr_threads, thread + 1);
	t->operates = true;
	*e = (struct ring_entry){.ticket = ticket,
				 .op = op,
				 .slot = slot,
				 .id = id,
				 .cpu = (u8)thread,
				 .arg = {arg}};
}

static void expect(const struct shared *s, u32 nr, const char *text)
{
	struct program p;
	char *printed;
	size_t size;

	program_init(&p, TARGET_VMAP);
	p.machine.cpus = 4;
	assert_int_equal(compose(&p, s, nr), 0);
	printed = to_text(&p, &size);
	assert_string_equal(printed, text);
	free(printed);
	program_fini(&p);
}

/*
 * Operations of two threads, in the order of their tickets. Tasks are on their last CPUs, and the
 * one with the last operation is the first.
 */
static void orders_by_ticket(void **state)
{
	struct shared *s = shared_of(state);

	begin(s, 0, 10, OP_vm_map_ram, 3, 7, 4);
	begin(s, 1, 12, OP_vm_map_ram, 4, 8, 2);
	begin(s, 1, 15, OP_vm_unmap_ram, 3, 7, 0);
	begin(s, 0, 20, OP_vm_unmap_aliases, SLOT_NONE, 0, 0);
	expect(s, 10,
	       "mmstorm 1\ntarget vmap\nmachine cpus=4\n"
	       "task a cpu=0\n  m1 = vm_map_ram pages=4\n"
	       "task b cpu=1\n  m2 = vm_map_ram pages=2\n  vm_unmap_ram m1\n"
	       "task a\n  vm_unmap_aliases\n");
}

/*
 * The last two operations of each thread, and what they need: an object from an earlier entry, one
 * that only the slot tells of, and one that no entry tells of.
 */
static void makes_objects_from_before(void **state)
{
	struct shared *s = shared_of(state);

	begin(s, 0, 10, OP_vm_map_ram, 0, 1, 5);
	begin(s, 0, 11, OP_vm_unmap_aliases, SLOT_NONE, 0, 0);
	begin(s, 0, 12, OP_touch_ram, 0, 1, 0);
	begin(s, 0, 13, OP_vm_unmap_ram, 0, 1, 0);
	begin(s, 1, 14, OP_touch_ram, 1, 9, 0);
	begin(s, 1, 15, OP_touch_ram, 2, 77, 0);
	s->slot[1].id = 9;
	s->slot[1].maker = 1;
	s->slot[1].made = (struct program_op){.op = OP_vm_map_ram, .arg = {6}};
	s->slot[2].id = 78;
	expect(s, 2,
	       "mmstorm 1\ntarget vmap\nmachine cpus=4\n"
	       "task a cpu=1\n"
	       "task b cpu=0\n  m1 = vm_map_ram pages=5\n"
	       "task a\n  m2 = vm_map_ram pages=6\n"
	       "task b\n  touch_ram m1\n  vm_unmap_ram m1\n"
	       "task a\n  touch_ram m2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(orders_by_ticket, setup, teardown),
		cmocka_unit_test_setup_teardown(makes_objects_from_before, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
