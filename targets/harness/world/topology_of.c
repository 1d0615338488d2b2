/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topology_of.c - draw the shape of a program's machine; see topology_of.h.
 *
 * Drawing follows a few patterns instead of a uniform distribution: nodes with one CPU or none,
 * CPUs that alternate between nodes, and memory in two pieces are hard for layouts, and uniform
 * drawing would hardly ever give one of them in its pure form.
 */
#include "machine/machine.h"
#include "sched/random.h"
#include "topology_of.h"

_Static_assert(PAGE_SIZE == OPERAND_PAGE, "programs and machines count the same pages");
_Static_assert(TOPOLOGY_MAX_RANGES >= 2 * TOPOLOGY_MAX_NODES, "two ranges a node");

/* A draw below @n. */
static unsigned int below(u64 *rng, unsigned int n)
{
	return (unsigned int)((random_next(rng) >> 32) * n >> 32);
}

static void permute(u64 *rng, unsigned int *number, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		unsigned int j = below(rng, i + 1);

		number[i] = number[j];
		number[j] = i;
	}
}

u64 program_possible(const struct program_machine *m)
{
	u64 all = ~0ULL >> (64 - m->cpus), rng = m->sparse, a, b;

	if (!m->sparse)
		return all;
	a = random_next(&rng);
	b = random_next(&rng);
	switch (below(&rng, 4)) {
	case 0:
		a &= b; /* a quarter of them */
		break;
	case 1:
		a |= b; /* all but a quarter */
		break;
	}
	return (a & all) | 1;
}

static void draw_cpus(struct topology *t, u64 *rng)
{
	unsigned int name[TOPOLOGY_MAX_NODES], n = t->nr_nodes, how = below(rng, 4), cpu;

	permute(rng, name, n);
	for (cpu = 0; cpu < t->nr_cpu_ids; cpu++) {
		unsigned int node;

		switch (how) {
		case 0: /* runs of neighbours */
			node = cpu * n / t->nr_cpu_ids;
			break;
		case 1: /* in turn */
			node = cpu % n;
			break;
		case 2: /* one each, and all others on the last */
			node = min(cpu, n - 1);
			break;
		default: /* any: some nodes get none */
			node = below(rng, n);
			break;
		}
		t->cpu_node[cpu] = (u8)name[node];
	}
}

static void draw_distances(struct topology *t, u64 *rng)
{
	unsigned int how = below(rng, 3), i, j;

	if (!how)
		return;
	for (i = 0; i < t->nr_nodes; i++) {
		for (j = 0; j < i; j++) {
			t->distance[i][j] = (u8)(LOCAL_DISTANCE + 1 + below(rng, 30));
			t->distance[j][i] = how == 1 ? t->distance[i][j]
						     : (u8)(LOCAL_DISTANCE + 1 + below(rng, 30));
		}
	}
}

/*
 * Draw the memory of nodes: each node has one range or two, in any order. Half of the machines have
 * nodes of very different size, where a request to a small node must be served from another.
 */
static void draw_ranges(struct topology *t, u64 pages, u64 *rng)
{
	unsigned int owner[TOPOLOGY_MAX_RANGES], nodes = t->nr_nodes, i, weights = 0, sum = 0;
	unsigned int weight[TOPOLOGY_MAX_RANGES], uneven;
	u64 start = 0;

	t->nr_ranges = below(rng, 2) && pages >= 2 * nodes ? 2 * nodes : nodes;
	permute(rng, owner, t->nr_ranges);
	uneven = below(rng, 2);
	for (i = 0; i < t->nr_ranges; i++) {
		weight[i] = uneven ? 1U << below(rng, 6) : 1;
		weights += weight[i];
	}
	for (i = 0; i < t->nr_ranges; i++) {
		u64 end;

		/* A page frame each, and the rest by weight. */
		sum += weight[i];
		end = i + 1 + (pages - t->nr_ranges) * sum / weights;
		t->range[i] = (struct node_range){
			.start = start, .nr = end - start, .nid = owner[i] % nodes};
		start = end;
	}
}

static void put_gaps(struct topology *t, u64 gap)
{
	u64 shift = 0;

	for (unsigned int i = 1; i < t->nr_ranges; i++) {
		if (t->range[i].nid != t->range[i - 1].nid)
			shift += gap;
		t->range[i].start += shift;
	}
}

void program_topology(const struct program_machine *m, struct topology *t)
{
	topology_init(t, m->cpus, m->nodes, m->pages);
	if (m->sparse)
		t->possible[0] = t->online[0] = program_possible(m);
	if (m->shuffle) {
		u64 rng = m->shuffle;

		draw_cpus(t, &rng);
		draw_distances(t, &rng);
		draw_ranges(t, m->pages, &rng);
	}
	if (m->gap)
		put_gaps(t, m->gap);
}

/* A piece of a range, cut off at its end. */
static struct taken take(const struct node_range *r, u64 page, u64 from, u64 size)
{
	u64 start = (page << PAGE_SHIFT) + from;

	return (struct taken){.start = (r->start << PAGE_SHIFT) + start,
			      .size = min(size, (r->nr << PAGE_SHIFT) - start)};
}

u32 program_taken(const struct program_machine *m, const struct topology *t,
		  struct taken taken[TAKEN_MAX])
{
	u64 rng = m->taken;
	u32 nr;

	if (!m->taken) {
		/* Begun and ended within a page. */
		taken[0] = take(&t->range[0], 0, 100, 3 * PAGE_SIZE);
		return 1;
	}
	nr = 1 + below(&rng, TAKEN_MAX);
	for (u32 i = 0; i < nr; i++) {
		const struct node_range *r = &t->range[below(&rng, t->nr_ranges)];
		u64 page = below(&rng, (unsigned int)min(r->nr, (u64)UINT16_MAX));

		taken[i] = take(r, page, below(&rng, PAGE_SIZE), 1 + below(&rng, PAGE_SIZE));
	}
	return nr;
}
