/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_percpu_layout.c - the units of the naive per-CPU allocator; see faulty_percpu.h.
 *
 * There is a unit for each possible CPU, sorted by node, with an unused unit between two nodes if
 * there is space for it. An embedded first chunk has a group for each node, all other chunks have
 * one group. Chunks are mapped, including the first one; those of kernel memory lie in the direct
 * map.
 */
#include "faulty_percpu.h"

#include "machine/meta.h"
#include "machine/pgtable.h"

/* Is the space large enough for an unused unit between two groups? */
static bool space_for_gaps(const struct pcpu *pc, u32 groups)
{
	return (u64)(pc->nr_units + groups) * pc->unit <= machine_config(pc->m)->kva_size / 4;
}

/* Assign the next units to the CPUs of a node, or of all nodes. Return: the number of units. */
static u32 deal_units(struct pcpu *pc, int nid, u32 first_unit, u64 offset)
{
	const struct topology *t = machine_topology(pc->m);
	unsigned int cpu;
	u32 nr = 0;

	for_each_possible_cpu (cpu, t) {
		if (nid != NUMA_NO_NODE && cpu_to_node(t, cpu) != (unsigned int)nid)
			continue;
		pc->ai->cpu_map[first_unit + nr] = cpu;
		pc->unit_off[cpu] = offset + (u64)nr++ * pc->unit;
	}
	return nr;
}

static void deal_groups(struct pcpu *pc, bool by_node)
{
	const unsigned int nodes = by_node ? machine_topology(pc->m)->nr_nodes : 1;
	const u32 gap = space_for_gaps(pc, nodes) ? pc->unit : 0;
	u64 offset = 0;
	u32 unit = 0;

	for (unsigned int nid = 0; nid < nodes; nid++) {
		u32 nr = deal_units(pc, by_node ? (int)nid : NUMA_NO_NODE, unit, offset);

		if (!nr)
			continue;
		pc->offset[pc->nr_groups] = offset;
		pc->size[pc->nr_groups] = (u64)nr * pc->unit;
		pc->ai->group[pc->nr_groups++] = (struct pcpu_group_info){
			.base_offset = offset, .nr_units = nr, .first_unit = unit};
		offset += (u64)nr * pc->unit + gap;
		unit += nr;
	}
}

/* Spare units for faults in the published layout, which the allocator itself does not use. */
#define SPARE_UNITS 8

static void swap_units(u32 *map, u32 a, u32 b)
{
	u32 cpu = map[a];

	map[a] = map[b];
	map[b] = cpu;
}

static void spoil(struct pcpu_alloc_info *ai, unsigned int nr_cpu_ids)
{
	u32 *map = ai->cpu_map, last = ai->nr_units - 1;

	if (faulty(FAULT_LAYOUT_IMPOSSIBLE))
		map[last] = nr_cpu_ids;
	if (faulty(FAULT_LAYOUT_TWICE))
		map[ai->nr_units++] = map[0];
	if (faulty(FAULT_LAYOUT_MISSING))
		map[last] = PCPU_NO_CPU;
	if (faulty(FAULT_LAYOUT_WASTE)) {
		ai->group[ai->nr_groups - 1].nr_units += SPARE_UNITS;
		ai->nr_units += SPARE_UNITS;
	}
	if (faulty(FAULT_LAYOUT_EMPTY))
		swap_units(map, 0, ai->nr_units++);
	if (faulty(FAULT_LAYOUT_PART)) {
		ai->upa = 2;
		ai->alloc_size *= 2;
	}
	if (faulty(FAULT_LAYOUT_REMOTE))
		swap_units(map, ai->group[1].first_unit - 1, ai->group[1].first_unit);
	if (faulty(FAULT_LAYOUT_SIZE))
		ai->alloc_size += PAGE_SIZE;
	if (faulty(FAULT_LAYOUT_REGIONS))
		ai->dyn_size += PCPU_MIN_ALLOC_SIZE;
	if (faulty(FAULT_LAYOUT_SHIFTED))
		ai->group[ai->nr_groups - 1].first_unit++;
	if (faulty(FAULT_LAYOUT_NO_GROUP))
		ai->group[ai->nr_groups - 1].nr_units--;
	if (faulty(FAULT_LAYOUT_SPLIT)) {
		ai->group[1] = ai->group[0];
		ai->group[0].nr_units /= 2;
		ai->group[1].first_unit = ai->group[0].nr_units;
		ai->group[1].nr_units -= ai->group[0].nr_units;
		ai->group[1].base_offset += (u64)ai->group[0].nr_units * ai->unit_size;
		ai->nr_groups = 2;
	}
	if (faulty(FAULT_LAYOUT_FAR))
		ai->group[ai->nr_groups - 1].base_offset += 1ULL << 40;
	if (faulty(FAULT_LAYOUT_OFFSET))
		swap_units(map, last - 1, last);
}

int faulty_layout(struct pcpu *pc)
{
	const struct topology *t = machine_topology(pc->m);
	const struct pcpu_config *cfg = &pc->cfg;
	bool by_node;
	unsigned int cpu;
	u32 room;

	pc->stat = ALIGN(cfg->static_size, PCPU_MIN_ALLOC_SIZE);
	pc->lo = pc->stat + ALIGN(cfg->reserved_size, PCPU_MIN_ALLOC_SIZE);
	pc->hi = pc->lo + ALIGN(cfg->dyn_size, PCPU_MIN_ALLOC_SIZE);
	pc->unit = max(cfg->unit_size, (u32)ALIGN(pc->hi, PAGE_SIZE));
	for_each_possible_cpu (cpu, t)
		pc->nr_units++;
	by_node = faulty_has_first(pc) && cfg->fc != PCPU_FC_PAGE && cfg->backing != PCPU_KM;
	room = pc->nr_units + SPARE_UNITS;
	pc->ai = kzalloc(pc->m,
			 sizeof(*pc->ai) + TOPOLOGY_MAX_NODES * sizeof(pc->ai->group[0]) +
				 room * sizeof(u32),
			 GFP_KERNEL);
	if (!pc->ai)
		return -ENOMEM;
	pc->ai->static_size = pc->stat;
	pc->ai->reserved_size = pc->lo - pc->stat;
	pc->ai->dyn_size = pc->hi - pc->lo;
	pc->ai->unit_size = pc->unit;
	pc->ai->atom_size = PAGE_SIZE;
	pc->ai->alloc_size = pc->unit;
	pc->ai->upa = 1;
	pc->ai->cpu_map = (u32 *)&pc->ai->group[TOPOLOGY_MAX_NODES];
	for (u32 i = 0; i < room; i++)
		pc->ai->cpu_map[i] = PCPU_NO_CPU;
	deal_groups(pc, by_node);
	pc->ai->nr_groups = pc->nr_groups;
	pc->ai->nr_units = pc->nr_units;
	spoil(pc->ai, t->nr_cpu_ids);
	return 0;
}

void faulty_copy_static(struct pcpu *pc)
{
	const struct topology *t = machine_topology(pc->m);
	unsigned int cpu;

	if (!pc->cfg.static_data || !pc->cfg.static_size)
		return;
	for_each_possible_cpu (cpu, t) {
		if (faulty(FAULT_STATIC_NOT_COPIED) && cpu == t->nr_cpu_ids - 1)
			break;
		mem_copy_in(pc->m, pc->first_base + pc->unit_off[cpu], pc->cfg.static_data,
			    pc->cfg.static_size);
	}
}

u64 per_cpu_ptr(const struct pcpu *pc, pcpu_addr_t ptr, unsigned int cpu)
{
	const bool last = cpu == machine_topology(pc->m)->nr_cpu_ids - 1;

	if (last && faulty(FAULT_UNITS_OVERLAP))
		ptr -= PAGE_SIZE;
	if (last && faulty(FAULT_UNITS_UNALIGNED))
		ptr += PCPU_MIN_ALLOC_SIZE;
	return ptr + pc->unit_off[cpu];
}

bool is_percpu_address(const struct pcpu *pc, u64 addr)
{
	unsigned int cpu;

	if (faulty(FAULT_STATIC_ALL))
		return true;
	if (!pc->first_base || faulty(FAULT_STATIC_NONE))
		return false;
	for_each_possible_cpu (cpu, machine_topology(pc->m))
		if (addr - pc->first_base - pc->unit_off[cpu] <
		    pc->stat + faulty(FAULT_STATIC_LONG))
			return true;
	return false;
}

u64 per_cpu_ptr_to_phys(const struct pcpu *pc, u64 addr)
{
	const struct page *page = virt_to_page(pc->m, addr);

	if (!page)
		page = vmalloc_to_page(pc->m, addr);
	return page_to_phys(page) + (addr & ~PAGE_MASK) +
	       (faulty(FAULT_PCPU_PHYS) ? PCPU_MIN_ALLOC_SIZE : 0);
}

const struct pcpu_alloc_info *pcpu_alloc_info(const struct pcpu *pc)
{
	return pc->ai;
}

u64 pcpu_base_addr(const struct pcpu *pc)
{
	return pc->first_base;
}

enum pcpu_fc pcpu_fc_kind(const struct pcpu *pc)
{
	return pc->cfg.fc == PCPU_FC_PAGE ? PCPU_FC_PAGE : PCPU_FC_EMBED;
}

/* No test replays a recording. */
pcpu_addr_t pcpu_alloc_at(struct pcpu *pc, u32 chunk, u32 off, u32 size)
{
	return 0;
}
