/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.c - where the units of a chunk lie: built from the topology, and printed.
 *
 * After "implement and use sparse embedding first chunk allocator" (2009), which has a longer
 * search. It tries numbers of units per allocation (upa) downwards, skips those that waste too
 * much, and takes the last one before the number of allocations grows. That is always the first one
 * that it does not skip: all candidates are powers of two, so the next one is at most half as
 * large. If it needs no more allocations, every group fills at most half of one allocation of the
 * larger upa, which then wastes more than a third. A test compares both searches.
 *
 * Invariants, checked by test_layout.c and by the target first_chunk:
 *
 *   L1  each possible CPU is in one entry of cpu_map; all other entries are PCPU_NO_CPU
 *   L2  any two CPUs of a group are local to each other, and the group's first unit has a CPU
 *   L3  first_unit is the sum of nr_units of the groups before; nr_units is a multiple of upa
 *   L4  alloc_size = upa * unit_size is a multiple of atom_size, unit_size of the page size
 *   L5  units without a CPU are at most a third of those with one: three quarters are used
 */
#include <string.h>

#include "layout.h"
#include "../machine/meta.h"

#define NO_GROUP UINT8_MAX

/**
 * struct grouping - groups of CPUs that are near to each other
 * @nr:      number of groups
 * @cpus:    number of possible CPUs
 * @of_node: group of each node; NO_GROUP: no possible CPU of it was found so far
 * @count:   possible CPUs of each group
 */
struct grouping {
	u32 nr;
	u32 cpus;
	u8 of_node[TOPOLOGY_MAX_NODES];
	u32 count[TOPOLOGY_MAX_NODES];
};

/* Is a node local, both ways, to each node of a group (L2)? */
static bool node_fits(const struct topology *t, const struct grouping *g, u32 group,
		      unsigned int nid)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++)
		if (g->of_node[i] == group &&
		    (t->distance[i][nid] > LOCAL_DISTANCE || t->distance[nid][i] > LOCAL_DISTANCE))
			return false;
	return true;
}

/* The group of a node; a new group if the node fits into none. */
static u32 node_group(const struct topology *t, struct grouping *g, unsigned int nid)
{
	u32 group;

	if (g->of_node[nid] != NO_GROUP)
		return g->of_node[nid];
	for (group = 0; group < g->nr; group++)
		if (node_fits(t, g, group, nid))
			break;
	if (group == g->nr)
		g->count[g->nr++] = 0;
	g->of_node[nid] = (u8)group;
	return group;
}

/* Groups in order of their lowest CPU. */
static void group_cpus(const struct topology *t, bool distances, struct grouping *g)
{
	unsigned int cpu;

	g->nr = distances ? 0 : 1;
	g->cpus = 0;
	g->count[0] = 0;
	memset(g->of_node, distances ? NO_GROUP : 0, sizeof(g->of_node));
	for_each_possible_cpu (cpu, t) {
		g->count[node_group(t, g, cpu_to_node(t, cpu))]++;
		g->cpus++;
	}
}

/* Units of a group, those without a CPU included. */
static u32 group_units(const struct grouping *g, u32 group, u32 upa)
{
	return DIV_ROUND_UP(g->count[group], upa) * upa;
}

static u32 all_units(const struct grouping *g, u32 upa)
{
	u32 nr = 0;

	for (u32 i = 0; i < g->nr; i++)
		nr += group_units(g, i, upa);
	return nr;
}

/*
 * Units per allocation (L4, L5). A unit larger than the atom leaves no room for a second unit. Else
 * an allocation is one atom, which any power of two divides that leaves a unit its least size. One
 * unit per allocation wastes nothing, so the search ends.
 */
static u32 choose_upa(const struct grouping *g, u32 alloc_size, u32 least_unit)
{
	u32 upa = 1U << (fls64(alloc_size / least_unit) - 1);

	while (all_units(g, upa) - g->cpus > g->cpus / 3)
		upa /= 2;
	return upa;
}

/* Assign the CPUs to the units of their groups, in order (L1, L3). */
static void fill_units(const struct topology *t, struct grouping *g, struct pcpu_alloc_info *ai)
{
	unsigned int cpu;
	u32 unit = 0;

	for (u32 i = 0; i < g->nr; i++) {
		ai->group[i] = (struct pcpu_group_info){.nr_units = group_units(g, i, ai->upa),
							.first_unit = unit};
		/* From now on count[i] is the next unit to fill. */
		g->count[i] = unit;
		unit += ai->group[i].nr_units;
	}
	for (unit = 0; unit < ai->nr_units; unit++)
		ai->cpu_map[unit] = PCPU_NO_CPU;
	for_each_possible_cpu (cpu, t)
		ai->cpu_map[g->count[g->of_node[cpu_to_node(t, cpu)]]++] = cpu;
}

int pcpu_build_alloc_info(struct machine *m, const struct pcpu_layout_params *p,
			  struct pcpu_alloc_info **out)
{
	u64 sum = ALIGN((u64)p->static_size + p->reserved_size + p->dyn_size, PAGE_SIZE);
	u64 least_unit = max(sum, (u64)p->min_unit_size);
	const struct topology *t = machine_topology(m);
	struct pcpu_alloc_info *ai;
	u32 alloc_size, upa, nr_units;
	struct grouping g;

	if (!least_unit || least_unit > PCPU_MAX_UNIT_PAGES << PAGE_SHIFT ||
	    !IS_ALIGNED(p->min_unit_size, PAGE_SIZE) || !is_power_of_2(p->atom_size) ||
	    p->atom_size < PAGE_SIZE)
		return -EINVAL;
	group_cpus(t, p->distances, &g);
	alloc_size = ALIGN((u32)least_unit, p->atom_size);
	upa = choose_upa(&g, alloc_size, (u32)least_unit);
	if (alloc_size / upa > PCPU_MAX_UNIT_PAGES << PAGE_SHIFT)
		return -EINVAL;

	nr_units = all_units(&g, upa);
	ai = kmalloc(m, sizeof(*ai) + g.nr * sizeof(ai->group[0]) + nr_units * sizeof(u32),
		     GFP_KERNEL);
	if (!ai)
		return -ENOMEM;
	*ai = (struct pcpu_alloc_info){
		.static_size = p->static_size,
		.reserved_size = p->reserved_size,
		.dyn_size = p->dyn_size,
		.unit_size = alloc_size / upa,
		.atom_size = p->atom_size,
		.alloc_size = alloc_size,
		.upa = upa,
		.nr_groups = g.nr,
		.nr_units = nr_units,
		.cpu_map = (u32 *)&ai->group[g.nr],
	};
	fill_units(t, &g, ai);
	*out = ai;
	return 0;
}

void pcpu_free_alloc_info(struct machine *m, struct pcpu_alloc_info *ai)
{
	kfree(m, ai);
}

void pcpu_print_alloc_info(const struct pcpu_alloc_info *ai, FILE *f)
{
	fprintf(f, "pcpu-alloc: s%u r%u d%u u%u alloc=%u*%u\n", ai->static_size, ai->reserved_size,
		ai->dyn_size, ai->unit_size, ai->alloc_size / ai->atom_size, ai->atom_size);
	fputs("pcpu-alloc:", f);
	for (u32 group = 0; group < ai->nr_groups; group++) {
		const u32 *cpu = &ai->cpu_map[ai->group[group].first_unit];

		for (u32 i = 0; i < ai->group[group].nr_units; i++) {
			if (i % ai->upa == 0)
				fprintf(f, " [%u]", group);
			if (cpu[i] == PCPU_NO_CPU)
				fputs(" -", f);
			else
				fprintf(f, " %u", cpu[i]);
		}
	}
	fputc('\n', f);
}
