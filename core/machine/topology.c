/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topology.c - the shape of a machine: construction, checks, masks of CPUs.
 */
#include <string.h>

#include "internal.h"

static unsigned int mask_words(const struct topology *t)
{
	return DIV_ROUND_UP(t->nr_cpu_ids, 64);
}

void topology_init(struct topology *t, unsigned int cpus, unsigned int nodes, u64 pages)
{
	u64 start = 0;
	unsigned int i, j;

	t->nr_cpu_ids = cpus;
	t->nr_nodes = nodes;
	t->nr_ranges = nodes;
	for (i = 0; i < mask_words(t); i++)
		t->possible[i] = t->online[i] = 0;
	for (i = 0; i < cpus; i++) {
		t->possible[i / 64] |= BIT_ULL(i % 64);
		t->online[i / 64] |= BIT_ULL(i % 64);
		t->cpu_node[i] = (u64)i * nodes / cpus;
	}
	for (i = 0; i < nodes; i++) {
		u64 end = pages * (i + 1) / nodes;

		for (j = 0; j < nodes; j++)
			t->distance[i][j] = i == j ? LOCAL_DISTANCE : REMOTE_DISTANCE;
		t->range[i] = (struct node_range){.start = start, .nr = end - start, .nid = i};
		start = end;
	}
}

static const char *check_cpus(const struct topology *t)
{
	unsigned int i, possible = 0;

	if (t->nr_cpu_ids < 1 || t->nr_cpu_ids > TOPOLOGY_MAX_CPUS)
		return "the number of CPUs is not from 1 to 1024";
	for (i = 0; i < mask_words(t); i++) {
		u64 beyond = i == t->nr_cpu_ids / 64 ? ~0ULL << t->nr_cpu_ids % 64 : 0;

		if (t->possible[i] & beyond)
			return "a possible CPU is not below nr_cpu_ids";
		if (t->online[i] & ~t->possible[i])
			return "an online CPU is not possible";
		possible += __builtin_popcountll(t->possible[i]);
	}
	if (!possible)
		return "no CPU is possible";
	if (!num_online(t))
		return "no CPU is online";
	for (i = 0; i < t->nr_cpu_ids; i++)
		if (t->cpu_node[i] >= t->nr_nodes)
			return "a CPU is on a node that does not exist";
	return NULL;
}

static const char *check_nodes(const struct topology *t)
{
	unsigned int i, j;

	if (t->nr_nodes < 1 || t->nr_nodes > TOPOLOGY_MAX_NODES)
		return "the number of nodes is not from 1 to 64";
	for (i = 0; i < t->nr_nodes; i++) {
		if (t->distance[i][i] != LOCAL_DISTANCE)
			return "a node's distance to itself is not 10";
		for (j = 0; j < t->nr_nodes; j++)
			if (i != j && t->distance[i][j] <= LOCAL_DISTANCE)
				return "the distance between two nodes is not above 10";
	}
	return NULL;
}

static const char *check_ranges(const struct topology *t)
{
	u64 total = 0;
	unsigned int i;

	if (t->nr_ranges < 1 || t->nr_ranges > TOPOLOGY_MAX_RANGES)
		return "the number of ranges of page frames is not from 1 to 128";
	for (i = 0; i < t->nr_ranges; i++) {
		const struct node_range *r = &t->range[i];

		if (r->nid >= t->nr_nodes)
			return "a range of page frames is on a node that does not exist";
		if (!r->nr)
			return "a range of page frames is empty";
		if (r->nr > UINT64_MAX / PAGE_SIZE - r->start)
			return "a range of page frames ends beyond the last address";
		if (i && r->start < r[-1].start + r[-1].nr)
			return "ranges of page frames overlap or are out of order";
		total += r->nr;
	}
	if (total >= NO_FRAME)
		return "there are more than 2^32 - 2 page frames";
	return NULL;
}

int topology_check(const struct topology *t, const char **why)
{
	*why = check_nodes(t);
	if (!*why)
		*why = check_cpus(t);
	if (!*why)
		*why = check_ranges(t);
	if (*why)
		return -EINVAL;
	*why = "nothing";
	return 0;
}

bool cpu_possible(const struct topology *t, unsigned int cpu)
{
	return cpu < t->nr_cpu_ids && t->possible[cpu / 64] >> cpu % 64 & 1;
}

bool cpu_online(const struct topology *t, unsigned int cpu)
{
	return cpu < t->nr_cpu_ids && t->online[cpu / 64] >> cpu % 64 & 1;
}

unsigned int cpu_next_possible(const struct topology *t, unsigned int cpu)
{
	while (cpu < t->nr_cpu_ids) {
		u64 rest = t->possible[cpu / 64] >> cpu % 64;

		if (rest)
			return cpu + __builtin_ctzll(rest);
		cpu = (cpu / 64 + 1) * 64;
	}
	return t->nr_cpu_ids;
}

static unsigned int count_cpus(const u64 *mask, unsigned int words)
{
	unsigned int i, n = 0;

	for (i = 0; i < words; i++)
		n += __builtin_popcountll(mask[i]);
	return n;
}

unsigned int num_possible(const struct topology *t)
{
	return count_cpus(t->possible, mask_words(t));
}

unsigned int num_online(const struct topology *t)
{
	return count_cpus(t->online, mask_words(t));
}

unsigned int cpu_to_node(const struct topology *t, unsigned int cpu)
{
	return t->cpu_node[cpu];
}

bool topology_same(const struct topology *a, const struct topology *b)
{
	size_t mask = mask_words(a) * sizeof(u64);
	unsigned int i;

	if (a->nr_cpu_ids != b->nr_cpu_ids || a->nr_nodes != b->nr_nodes ||
	    a->nr_ranges != b->nr_ranges)
		return false;
	for (i = 0; i < a->nr_ranges; i++)
		if (a->range[i].start != b->range[i].start || a->range[i].nr != b->range[i].nr ||
		    a->range[i].nid != b->range[i].nid)
			return false;
	for (i = 0; i < a->nr_nodes; i++)
		if (memcmp(a->distance[i], b->distance[i], a->nr_nodes))
			return false;
	return !memcmp(a->possible, b->possible, mask) && !memcmp(a->online, b->online, mask) &&
	       !memcmp(a->cpu_node, b->cpu_node, a->nr_cpu_ids);
}

void topology_copy(struct topology *dst, const struct topology *src)
{
	size_t mask = mask_words(src) * sizeof(u64);
	unsigned int i;

	dst->nr_cpu_ids = src->nr_cpu_ids;
	dst->nr_nodes = src->nr_nodes;
	dst->nr_ranges = src->nr_ranges;
	memcpy(dst->possible, src->possible, mask);
	memcpy(dst->online, src->online, mask);
	memcpy(dst->cpu_node, src->cpu_node, src->nr_cpu_ids);
	for (i = 0; i < src->nr_nodes; i++)
		memcpy(dst->distance[i], src->distance[i], src->nr_nodes);
	memcpy(dst->range, src->range, src->nr_ranges * sizeof(src->range[0]));
}
