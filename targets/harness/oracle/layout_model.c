/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout_model.c - search all layouts for the best; see layout_model.h.
 *
 * Each number of units that divides an allocation is a candidate, and not only powers of two. The
 * best has the fewest allocations, and of these the largest units. A candidate whose units without
 * a CPU are more than a third of those with one is none.
 */
#include "layout_model.h"

#include "world/percpu_world.h"

/**
 * struct model - groups, by CPU
 * @cpus:  possible CPUs
 * @nr:    groups
 * @of:    the group of each possible CPU
 * @count: CPUs of each group
 */
struct model {
	u32 cpus, nr;
	u32 of[TOPOLOGY_MAX_CPUS];
	u32 count[TOPOLOGY_MAX_NODES];
};

/* Is a CPU local to each CPU before it that is in a group? */
static bool is_local(const struct topology *t, const struct model *m, unsigned int cpu, u32 group)
{
	unsigned int other;

	for_each_possible_cpu (other, t) {
		const unsigned int a = cpu_to_node(t, cpu), b = cpu_to_node(t, other);

		if (other >= cpu)
			break;
		if (m->of[other] == group &&
		    (t->distance[a][b] > LOCAL_DISTANCE || t->distance[b][a] > LOCAL_DISTANCE))
			return false;
	}
	return true;
}

/* Each CPU joins the first group that is local to it. */
static void group_cpus(const struct topology *t, bool by_distance, struct model *m)
{
	unsigned int cpu;

	*m = (struct model){0};
	for_each_possible_cpu (cpu, t) {
		u32 group = 0;

		while (by_distance && group < m->nr && !is_local(t, m, cpu, group))
			group++;
		m->nr = max(m->nr, group + 1);
		m->of[cpu] = group;
		m->count[group]++;
		m->cpus++;
	}
}

static u32 best_upa(const struct model *m, u32 alloc_size, u32 least_unit)
{
	u32 best = 0, fewest = UINT32_MAX;

	for (u32 upa = alloc_size / least_unit; upa; upa--) {
		u32 allocs = 0;

		if (alloc_size % upa || !IS_ALIGNED(alloc_size / upa, PAGE_SIZE))
			continue;
		for (u32 i = 0; i < m->nr; i++)
			allocs += DIV_ROUND_UP(m->count[i], upa);
		if (allocs * upa - m->cpus > m->cpus / 3 || allocs > fewest)
			continue;
		fewest = allocs;
		best = upa;
	}
	return best;
}

void layout_model_check_span(const struct world *w, u32 k)
{
	const struct percpu_instance *v = percpu_of(w, k);
	const struct percpu_layout *l = &v->layout;
	const u64 space = machine_config(w->machine)->kva_size, most = space / 4 * 3;
	u64 span = 0;

	if (!v->base || v->first != PERCPU_FIRST_EMBED || w->program->machine.km)
		return;
	for (u32 i = 0; i < l->nr_groups; i++)
		span = max(span,
			   l->group[i].base_offset + (u64)l->group[i].nr_units * l->unit_size);
	MM_CHECK(span <= most, RANGE,
		 "the units span 0x%llx bytes, expected at most 0x%llx of a space of 0x%llx", span,
		 most, space);
}

void layout_model_check(const struct world *w, u32 k)
{
	const struct topology *t = machine_topology(w->machine);
	const struct program_machine *pm = &w->program->machine;
	const struct percpu_instance *v = percpu_of(w, k);
	const struct percpu_layout *l = &v->layout;
	const bool embedded = v->base && v->first == PERCPU_FIRST_EMBED;
	const u64 sum = ALIGN((u64)l->static_size + l->reserved_size + l->dyn_size, PAGE_SIZE);
	const u32 unit = (u32)max(sum, (u64)pm->unit << PAGE_SHIFT);
	const u32 atom = v->base && !embedded ? PAGE_SIZE : pm->atom << PAGE_SHIFT;
	const u32 alloc_size = (u32)ALIGN((u64)unit, atom);
	struct model m;
	u32 upa;

	if (v->be->caps.min_dyn)
		return;
	group_cpus(t, embedded && (!pm->km || pm->first == PERCPU_FIRST_EMBED), &m);
	MM_CHECK(l->nr_groups == m.nr, RANGE, "%u groups, expected %u", l->nr_groups, m.nr);
	for (u32 group = 0; group < l->nr_groups; group++) {
		const struct percpu_group *g = &l->group[group];

		for (u32 i = g->first_unit; i < g->first_unit + g->nr_units; i++)
			MM_CHECK(l->cpu_map[i] == PERCPU_NO_CPU || m.of[l->cpu_map[i]] == group,
				 RANGE, "CPU %u is in group %u, expected group %u", l->cpu_map[i],
				 group, m.of[l->cpu_map[i]]);
	}
	upa = best_upa(&m, alloc_size, unit);
	MM_CHECK(l->upa == upa && l->alloc_size == alloc_size, RANGE,
		 "%u units are allocated at a time, as %u bytes, expected %u, as %u", l->upa,
		 l->alloc_size, upa, alloc_size);
}
