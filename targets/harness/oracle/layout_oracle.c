/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout_oracle.c - the layout of per-CPU units against the topology; see layout_oracle.h.
 */
#include "layout_oracle.h"

#include "layout_model.h"
#include "machine/pgtable.h"
#include "world/percpu_world.h"

/* Bytes of a static region that are looked at: all of a small one, else some of each page. */
#define WHOLE_STATIC 256u
#define STATIC_STEP 509u

static u64 unit_off(const struct world *w, u32 k, unsigned int cpu)
{
	return w->percpu[k].be->ptr(w->percpu[k].ctx, 0, cpu);
}

/* L1: each possible CPU is in the map of units once, and none that is not possible. */
static void check_cpus(const struct world *w, const struct percpu_layout *l)
{
	const struct topology *t = machine_topology(w->machine);
	u32 seen[TOPOLOGY_MAX_CPUS] = {0}, possible = 0;
	unsigned int cpu;

	for (u32 i = 0; i < l->nr_units; i++) {
		if (l->cpu_map[i] == PERCPU_NO_CPU)
			continue;
		MM_CHECK(cpu_possible(t, l->cpu_map[i]), RANGE,
			 "unit %u belongs to CPU %u, which is not possible", i, l->cpu_map[i]);
		seen[l->cpu_map[i]]++;
	}
	for_each_possible_cpu (cpu, t) {
		MM_CHECK(seen[cpu] == 1, OVERLAP, "CPU %u has %u units", cpu, seen[cpu]);
		possible++;
	}
	MM_CHECK(4 * possible >= 3 * l->nr_units, RANGE,
		 "%u units were allocated for %u CPUs, %u at a time", l->nr_units, possible,
		 l->upa);
}

/* Is the dynamic region as long as it was asked for? */
static bool dynamic_is_right(const struct world *w, const struct percpu_instance *v)
{
	const struct percpu_caps *caps = &v->be->caps;
	const bool asked = !caps->rounds_dynamic || v->first != PERCPU_FIRST_PAGE;
	const u32 dyn = asked ? max(w->program->machine.dyn, caps->min_dyn) : caps->min_dyn;
	const u32 least = ALIGN(dyn, caps->min_size);

	return caps->rounds_dynamic ? v->layout.dyn_size + caps->min_size > least
				    : v->layout.dyn_size == least;
}

/* L4, and the regions are those that were asked for. */
static void check_sizes(const struct world *w, u32 k)
{
	const struct percpu_caps *caps = &w->percpu[k].be->caps;
	const struct percpu_layout *l = &w->percpu[k].layout;
	const struct program_machine *pm = &w->program->machine;

	MM_CHECK(l->alloc_size == l->upa * l->unit_size &&
			 IS_ALIGNED(l->alloc_size, l->atom_size) &&
			 IS_ALIGNED(l->unit_size, PAGE_SIZE),
		 RANGE, "%u units of %u bytes are allocated as %u bytes, in atoms of %u", l->upa,
		 l->unit_size, l->alloc_size, l->atom_size);
	MM_CHECK(l->static_size == ALIGN(max(pm->stat, caps->min_static), caps->min_size) &&
			 l->reserved_size == ALIGN(pm->reserved, caps->min_size) &&
			 dynamic_is_right(w, &w->percpu[k]),
		 RANGE, "regions of %u, %u and %u bytes, asked for %u, %u and %u", l->static_size,
		 l->reserved_size, l->dyn_size, pm->stat, pm->reserved, pm->dyn);
}

/* The CPUs of a group are neighbours, and in the first chunk their units lie side by side. */
static void check_group(const struct world *w, u32 k, const struct percpu_layout *l, u32 group)
{
	const struct topology *t = machine_topology(w->machine);
	const struct percpu_group *g = &l->group[group];
	const u32 *cpu = &l->cpu_map[g->first_unit];

	MM_CHECK(g->nr_units % l->upa == 0 && cpu[0] != PERCPU_NO_CPU, RANGE,
		 "group %u has %u units, allocated %u at a time, the first of CPU %u", group,
		 g->nr_units, l->upa, cpu[0]);
	for (u32 i = 0; i < g->nr_units; i++) {
		unsigned int a = t->cpu_node[cpu[0]], b;

		if (cpu[i] == PERCPU_NO_CPU)
			continue;
		b = t->cpu_node[cpu[i]];
		MM_CHECK(l->nr_groups == 1 || (t->distance[a][b] == LOCAL_DISTANCE &&
					       t->distance[b][a] == LOCAL_DISTANCE),
			 RANGE, "CPUs %u and %u are of one group, and not local to each other",
			 cpu[0], cpu[i]);
		MM_CHECK(unit_off(w, k, cpu[i]) == g->base_offset + (u64)i * l->unit_size, RANGE,
			 "unit %u of group %u, at offset %#llx, is at %#llx", i, group,
			 g->base_offset, unit_off(w, k, cpu[i]));
	}
}

/* No two units share an address. */
static void check_units(const struct world *w, u32 k, const struct percpu_layout *l)
{
	const struct topology *t = machine_topology(w->machine);
	unsigned int a, b;

	for_each_possible_cpu (a, t) {
		u64 off = unit_off(w, k, a);

		MM_CHECK(IS_ALIGNED(off, PAGE_SIZE), ALIGNMENT, "CPU %u's unit is at %#llx", a,
			 off);
		for_each_possible_cpu (b, t) {
			if (b == a)
				break;
			MM_CHECK(off + l->unit_size <= unit_off(w, k, b) ||
					 unit_off(w, k, b) + l->unit_size <= off,
				 OVERLAP,
				 "the units of CPUs %u and %u, at %#llx and %#llx, overlap", b, a,
				 unit_off(w, k, b), off);
		}
	}
}

/* Is an address in a static region? Asked of every CPU's, one after the other. */
static bool in_static(const struct world *w, u32 k, u64 addr)
{
	const struct topology *t = machine_topology(w->machine);
	const u64 base = w->percpu[k].base, size = w->percpu[k].layout.static_size;
	unsigned int cpu;

	for_each_possible_cpu (cpu, t) {
		u64 start = base + unit_off(w, k, cpu);

		if (addr >= start && addr < start + size)
			return true;
	}
	return false;
}

static void check_addresses(struct world *w, u32 k)
{
	const struct topology *t = machine_topology(w->machine);
	const u64 base = w->percpu[k].base, size = w->percpu[k].layout.static_size;
	const struct percpu_instance *v = &w->percpu[k];
	unsigned int cpu;

	for_each_possible_cpu (cpu, t) {
		const u64 start = base + unit_off(w, k, cpu);
		const u64 addr[] = {start - 1, start, start + size - 1, start + size};

		for (u32 i = 0; i < ARRAY_SIZE(addr); i++)
			MM_CHECK(v->be->is_static(v->ctx, addr[i]) == in_static(w, k, addr[i]),
				 RANGE,
				 "is_percpu_address(%#llx): CPU %u's static region is %#llx "
				 "of %llu bytes",
				 addr[i], cpu, start, size);
		percpu_check_phys(w, k, cpu, start);
		percpu_check_phys(w, k, cpu, start + size - 1);
	}
}

void percpu_check_phys(struct world *w, u32 k, unsigned int cpu, u64 addr)
{
	u64 phys = w->percpu[k].be->to_phys(w->percpu[k].ctx, addr);
	const struct page *page = pfn_to_page(w->machine, phys >> PAGE_SHIFT);

	mem_address(w->machine, addr, 1);
	MM_CHECK(page && page == mem_page(w->machine, addr) && !((phys ^ addr) & ~PAGE_MASK),
		 CONTENTS, "CPU %u's copy at 0x%llx is not at physical 0x%llx", cpu, addr, phys);
}

/* Each CPU's static region holds what it was given. */
static void check_static(struct world *w, u32 k)
{
	const struct topology *t = machine_topology(w->machine);
	const u64 base = w->percpu[k].base;
	const u32 size = w->program->machine.stat, step = size <= WHOLE_STATIC ? 1 : STATIC_STEP;
	unsigned int cpu;

	if (!base)
		return;
	for_each_possible_cpu (cpu, t) {
		for (u32 i = 0; i < size; i += step) {
			u64 addr = base + unit_off(w, k, cpu) + i;
			u8 found = *(const volatile u8 *)mem_address(w->machine, addr, 1);

			MM_CHECK(found == percpu_static_byte(i), CONTENTS,
				 "CPU %u's static region, byte %u: found 0x%02x, expected 0x%02x",
				 cpu, i, found, percpu_static_byte(i));
		}
	}
}

static void check_layout(struct world *w, u32 k)
{
	const struct percpu_layout *l = &w->percpu[k].layout;
	u32 units = 0;

	layout_model_check_span(w, k);
	check_sizes(w, k);
	check_cpus(w, l);
	check_units(w, k, l);
	for (u32 group = 0; group < l->nr_groups; group++) {
		MM_CHECK(l->group[group].first_unit == units, RANGE,
			 "group %u begins with unit %u, and those before it have %u", group,
			 l->group[group].first_unit, units);
		check_group(w, k, l, group);
		units += l->group[group].nr_units;
	}
	MM_CHECK(units == l->nr_units, RANGE, "%u units, and the groups have %u", l->nr_units,
		 units);
	layout_model_check(w, k);
	if (w->percpu[k].base && l->static_size)
		check_addresses(w, k);
}

static int check_boot(struct world *w)
{
	const u32 about_layout = 1U << TARGET_FIRST_CHUNK | 1U << TARGET_BOOT;

	for_each_percpu (k, w) {
		/* Before anything else: CPUs in the tables of the layout are used as indices. */
		if (about_layout & 1U << w->program->target) {
			check_layout(w, k);
			percpu_of(w, k)->be->verify(percpu_of(w, k)->ctx, true);
		}
		check_static(w, k);
	}
	return 0;
}

static void check_end(struct world *w)
{
	for_each_percpu (k, w)
		check_static(w, k);
}

struct subsystem layout_oracle = {
	.wanted = world_has_allocators,
	.boot = check_boot,
	.take_down = check_end,
};
