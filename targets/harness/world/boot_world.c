/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_world.c - the boot of a machine through its boot memory; see boot_world.h.
 */
#include "boot_world.h"

#include "machine/page.h"
#include "sched/report.h"

/* Boot memory for the first chunk: near the CPU if its node has room. */
static u64 provide(void *arg, unsigned int cpu, u64 size, u64 align)
{
	const struct boot_world *bw = arg;
	u64 phys = boot_alloc_node(bw->bm, cpu_to_node(machine_topology(bw->m), cpu), size, align,
				   0, 0);

	if (phys == BOOT_NONE)
		phys = boot_alloc(bw->bm, size, align, 0, 0);
	return phys == BOOT_NONE ? 0 : direct_map_start(bw->m) + phys;
}

static void take_back(void *arg, u64 addr, u64 size)
{
	const struct boot_world *bw = arg;
	int err = boot_free(bw->bm, addr - direct_map_start(bw->m), size);

	MM_CHECK(!err, SPURIOUS, "boot memory at 0x%llx + 0x%llx was not freed: error %d", addr,
		 size, err);
}

/* A node's ranges may be neighbours. To boot memory they are one, to the machine they are two. */
static bool in_one_range(const struct topology *t, u64 pfn, u64 nr)
{
	for (unsigned int i = 0; i < t->nr_ranges; i++)
		if (pfn - t->range[i].start < t->range[i].nr)
			return pfn - t->range[i].start + nr <= t->range[i].nr;
	return false;
}

static void give(void *arg, u64 pfn, unsigned int order)
{
	struct boot_world *bw = arg;

	if (order && !in_one_range(machine_topology(bw->m), pfn, BIT_ULL(order))) {
		give(arg, pfn, order - 1);
		give(arg, pfn + BIT_ULL(order - 1), order - 1);
		return;
	}
	hand_over_pages(bw->m, pfn, order);
}

int boot_world_start(struct boot_world *bw, struct machine *m, enum boot_kind kind,
		     const struct taken *taken, u32 nr_taken)
{
	const struct topology *t = machine_topology(m);
	const struct boot_config cfg = {.kind = kind, .nr_nodes = t->nr_nodes};
	struct boot_stats st;
	int err;

	*bw = (struct boot_world){.m = m, .nr_taken = nr_taken};
	bw->provider = (struct percpu_provider){.alloc = provide, .free = take_back, .arg = bw};
	err = boot_create(m, &cfg, &bw->bm);
	if (!err)
		err = boot_register_topology(bw->bm, t);
	if (!err)
		err = boot_setup(bw->bm);
	for (u32 i = 0; !err && i < nr_taken; i++) {
		bw->taken[i] = taken[i];
		err = boot_reserve(bw->bm, taken[i].start, taken[i].size, BOOT_SHARED);
	}
	if (err)
		return err;
	boot_stats(bw->bm, &st);
	bw->reserved = st.reserved;
	bw->ready = true;
	return 0;
}

/* As many table pages as it takes to map a unit of each possible CPU, side by side. */
static u64 tables_needed(const struct boot_world *bw, const struct percpu_params *p)
{
	const struct topology *t = machine_topology(bw->m);
	/* Each of the three is rounded up to less than a page. */
	u64 unit = (u64)p->static_size + p->reserved_size + p->dyn_size + 3 * PAGE_SIZE;
	u64 pages = (max(unit, (u64)p->unit_size) >> PAGE_SHIFT) + 1;

	/* One for 512 pages, and for a part at either end; two tables of each level above. */
	return pages * t->nr_cpu_ids / 512 + 2 + 2 * 2;
}

/* Return: 0, or -ENOMEM: so little memory that there is no boot. */
static int hand_over_tables(struct boot_world *bw, u64 nr)
{
	while (nr--) {
		u64 phys = boot_alloc(bw->bm, PAGE_SIZE, PAGE_SIZE, 0, 0);

		if (phys == BOOT_NONE)
			return -ENOMEM;
		hand_over_pages(bw->m, phys >> PAGE_SHIFT, 0);
		bw->early++;
	}
	return 0;
}

int boot_world_provider(struct boot_world *bw, struct percpu_params *p)
{
	const bool first = p->static_size || p->reserved_size || p->dyn_size;

	p->provider = &bw->provider;
	if (!first || p->km || p->first == PERCPU_FIRST_EMBED)
		return 0;
	return hand_over_tables(bw, tables_needed(bw, p));
}

void boot_world_hand_over(struct boot_world *bw)
{
	struct boot_stats before;
	u64 given;

	boot_world_verify(bw);
	boot_stats(bw->bm, &before);
	given = boot_hand_over(bw->bm, give, bw);
	MM_CHECK(given == before.free, COUNT, "%llu pages of boot memory were handed over, of %llu",
		 given, before.free);
	boot_world_verify(bw);
}

void boot_world_end(struct boot_world *bw)
{
	struct boot_stats st;

	if (bw->ready) {
		boot_world_verify(bw);
		boot_stats(bw->bm, &st);
		MM_CHECK(st.reserved == bw->reserved + bw->early, LEAK_PAGE,
			 "%llu pages of boot memory were not given back",
			 (st.reserved - bw->reserved - bw->early));
	}
	boot_destroy(bw->bm);
	bw->bm = NULL;
	bw->ready = false;
}

static void check_count(const char *what, u64 has, u64 machine)
{
	MM_CHECK(has == machine, COUNT, "boot memory has %llu pages %s, and the machine %llu", has,
		 what, machine);
}

void boot_world_verify(const struct boot_world *bw)
{
	struct machine_stats ms;
	struct boot_stats bs;

	machine_stats(bw->m, &ms);
	boot_stats(bw->bm, &bs);
	boot_verify(bw->bm);
	check_count("free or reserved", bs.free + bs.reserved, ms.boot_pages + bw->early);
	check_count("given away", bs.handed_over + bw->early, ms.pages_used + nr_free_pages(bw->m));
}
