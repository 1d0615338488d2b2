/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_topology_of.c - every machine that a program can describe has a shape without fault,
 * the same each time, and the unusual shapes are all reached.
 */
#include "program/test/check.h"
#include "program/fields.h"
#include "program/repair.h"
#include "sched/random.h"
#include "world/topology_of.h"

#include <string.h>

static u64 frames(const struct topology *t)
{
	u64 n = 0;

	for (u32 i = 0; i < t->nr_ranges; i++)
		n += t->range[i].nr;
	return n;
}

static void random_machine(struct program_machine *m, u64 *rng)
{
	for (u32 i = 0; i < NR_MACHINE_FIELDS; i++)
		*field_ref(m, &machine_fields[i]) =
			random_next(rng) & 1 ? (u32)random_next(rng) : machine_fields[i].number.def;
	repair_machine(m);
}

static void test_sound(void **unused)
{
	static struct topology t, again;
	struct program_machine m;
	const char *why;
	u64 rng = 1;

	for (u32 round = 0; round < 100000; round++) {
		u32 possible = 0, cpu;

		random_machine(&m, &rng);
		program_topology(&m, &t);
		if (topology_check(&t, &why))
			fail_msg("round %u: %s", round, why);
		assert_int_equal(t.nr_cpu_ids, m.cpus);
		assert_int_equal(t.nr_nodes, m.nodes);
		assert_int_equal(frames(&t), m.pages);
		assert_true(cpu_possible(&t, 0));
		assert_true(t.possible[0] == t.online[0] && t.possible[0] == program_possible(&m));
		for_each_possible_cpu (cpu, &t)
			possible++;
		if (!m.sparse)
			assert_int_equal(possible, m.cpus);
		if (round % 16)
			continue;
		memset(&again, 0xff, sizeof(again));
		program_topology(&m, &again);
		assert_true(topology_same(&t, &again));
	}
}

/* Numbers that are 0 draw nothing. */
static void test_plain(void **unused)
{
	static struct topology t, plain;
	struct program p;

	program_init(&p, TARGET_VMAP);
	for (u32 cpus = 1; cpus <= 64; cpus++) {
		p.machine.cpus = cpus;
		p.machine.nodes = 1 + cpus / 3;
		repair_machine(&p.machine);
		program_topology(&p.machine, &t);
		topology_init(&plain, p.machine.cpus, p.machine.nodes, p.machine.pages);
		assert_true(topology_same(&t, &plain));
	}
	program_fini(&p);
}

struct seen {
	u32 hole, alone_0, last_missing, no_cpu, single_cpu, interleaved, two_ranges, disorder,
		symmetric, asymmetric, small;
};

/* Page frames of the node that has the fewest. */
static u64 smallest(const struct topology *t)
{
	u64 nr[TOPOLOGY_MAX_NODES] = {0}, least;

	for (u32 i = 0; i < t->nr_ranges; i++)
		nr[t->range[i].nid] += t->range[i].nr;
	least = nr[0];
	for (u32 i = 1; i < t->nr_nodes; i++)
		least = min(least, nr[i]);
	return least;
}

static void look_at_nodes(const struct topology *t, struct seen *s)
{
	u32 cpus[TOPOLOGY_MAX_NODES] = {0}, i, j;
	bool far = false, skew = false;

	for (i = 0; i < t->nr_cpu_ids; i++)
		cpus[t->cpu_node[i]]++;
	for (i = 0; i < t->nr_nodes; i++) {
		s->no_cpu += !cpus[i];
		s->single_cpu += cpus[i] == 1;
		for (j = 0; j < i; j++) {
			far |= t->distance[i][j] != REMOTE_DISTANCE;
			skew |= t->distance[i][j] != t->distance[j][i];
		}
	}
	s->symmetric += far && !skew;
	s->asymmetric += skew;
	s->interleaved +=
		t->cpu_node[0] == t->cpu_node[t->nr_nodes] && t->cpu_node[0] != t->cpu_node[1];
	s->two_ranges += t->nr_ranges == 2 * t->nr_nodes;
	s->disorder += t->range[0].nid > t->range[1].nid;
	s->small += smallest(t) * 8 < frames(t) / t->nr_nodes;
}

static void test_reach(void **unused)
{
	static struct topology t;
	struct seen s = {0};
	struct program p;

	program_init(&p, TARGET_PERCPU_BITMAP);
	p.machine.cpus = 12;
	p.machine.nodes = 4;
	for (u32 i = 1; i <= 1000; i++) {
		p.machine.sparse = p.machine.shuffle = i;
		program_topology(&p.machine, &t);
		s.hole += !cpu_possible(&t, 5);
		s.alone_0 += t.possible[0] == 1;
		s.last_missing += !cpu_possible(&t, 11);
		look_at_nodes(&t, &s);
	}
	assert_true(s.hole > 300 && s.last_missing > 300 && s.alone_0 > 2);
	assert_true(s.no_cpu > 20 && s.single_cpu > 500 && s.interleaved > 200);
	assert_true(s.two_ranges > 300 && s.two_ranges < 700 && s.disorder > 300);
	assert_true(s.symmetric > 200 && s.asymmetric > 200);
	assert_true(s.small > 50 && s.small < 400);
	program_fini(&p);
}

static void test_gap(void **unused)
{
	static struct topology t;
	struct program p;

	program_init(&p, TARGET_PERCPU_BITMAP);
	p.machine.cpus = 4;
	p.machine.nodes = 2;
	p.machine.gap = 1000;
	program_topology(&p.machine, &t);
	assert_int_equal(t.range[0].start, 0);
	assert_int_equal(t.range[1].start, t.range[0].nr + 1000);
	/* Two ranges of one node that touch stay one piece. */
	for (p.machine.shuffle = 1; p.machine.shuffle < 200; p.machine.shuffle++) {
		program_topology(&p.machine, &t);
		for (u32 i = 1; i < t.nr_ranges; i++) {
			const struct node_range *r = &t.range[i];
			u64 gap = r[0].nid == r[-1].nid ? 0 : 1000;

			assert_int_equal(r[0].start, r[-1].start + r[-1].nr + gap);
		}
	}
	program_fini(&p);
}

static void test_possible_cpu(void **unused)
{
	assert_int_equal(possible_cpu(0x15, 0), 0);
	assert_int_equal(possible_cpu(0x15, 1), 2);
	assert_int_equal(possible_cpu(0x15, 4), 4);
	assert_int_equal(possible_cpu(0x15, 5), 0);
	assert_int_equal(possible_cpu(~0ULL, 63), 63);
	assert_int_equal(possible_cpu(1, 63), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),	     cmocka_unit_test(test_plain),
		cmocka_unit_test(test_reach),	     cmocka_unit_test(test_gap),
		cmocka_unit_test(test_possible_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
