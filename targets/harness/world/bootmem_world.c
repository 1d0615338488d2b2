/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_world.c - the allocators of boot memory of a world; see bootmem_world.h.
 */
#include "bootmem_world.h"

#include "sched/announce.h"
#include "sched/random.h"
#include "topology_of.h"
#include "world.h"

/* Page frame numbers between two nodes, at most: bitmaps have a bit for each. */
#define GAP_MAX 1023u

static const struct {
	u32 nr;
	enum boot_kind kind[WORLD_BOOTMEM];
} allocators[NR_TARGETS] = {
	[TARGET_BOOTMEM] = {1, {BOOT_BOOTMEM}},
	[TARGET_ROOTMEM] = {1, {BOOT_ROOTMEM}},
	[TARGET_BOOTMEM_PAIR] = {2, {BOOT_BOOTMEM, BOOT_ROOTMEM}},
};

bool bootmem_wanted(const struct world *w)
{
	return allocators[w->program->target].nr;
}

enum boot_kind bootmem_kind(const struct world *w, u32 k)
{
	return allocators[w->program->target].kind[k];
}

static void note_refusal(void *arg, enum boot_error why, const char *call, u64 start, u64 end)
{
	struct world *w = arg;
	struct bootmem_told *told = &w->bootmem.told;

	*told = (struct bootmem_told){told->nr + 1, why, start, end};
}

static void move_memory(struct topology *t, u64 by)
{
	for (u32 i = 0; i < t->nr_ranges; i++)
		t->range[i].start += by;
}

/*
 * The first frame is not always number 0: it lies at and beside boundaries of words, and the last
 * one ends where addresses do.
 */
static void place_memory(struct topology *t, u64 *rng)
{
	static const u16 first[] = {0, 1, 31, 63, 64, 65, 1023, 1025};
	const struct node_range *last = &t->range[t->nr_ranges - 1];
	const u64 what = random_next(rng) % (ARRAY_SIZE(first) + 1);
	u64 by = what < ARRAY_SIZE(first)
			 ? first[what]
			 : (BOOT_MAX_ADDRESS >> PAGE_SHIFT) - last->start - last->nr;

	move_memory(t, by);
}

/* Unless there is so much of it that it lies on both sides anyway. */
static void place_middle(struct topology *t, u64 pages, u64 pfn)
{
	const struct node_range *r = t->range;
	u64 half = pages / 2;

	for (; half >= r->nr; r++)
		half -= r->nr;
	if (r->start + half < pfn)
		move_memory(t, pfn - (r->start + half));
}

static void draw_memory(const struct world *w, struct topology *t, u64 *rng)
{
	static const u64 middle[] = {[MIDDLE_16M] = 16ULL << 20, [MIDDLE_4G] = 4ULL << 30};
	struct program_machine pm = w->program->machine;

	pm.gap = min(pm.gap, GAP_MAX);
	program_topology(&pm, t);
	*rng = random_mix(pm.shuffle);
	if (pm.middle != MIDDLE_ANY)
		place_middle(t, pm.pages, middle[pm.middle] >> PAGE_SHIFT);
	else if (pm.shuffle)
		place_memory(t, rng);
}

void bootmem_place(struct world *w, struct topology *t)
{
	struct bootmem_world *b = &w->bootmem;
	const struct node_range *last;

	draw_memory(w, &b->topo, &b->rng);
	last = &b->topo.range[b->topo.nr_ranges - 1];
	b->mapped = (last->start + last->nr) << PAGE_SHIFT <= direct_map_max(w->mmu);
	if (b->mapped)
		*t = b->topo;
	else
		program_topology(&w->program->machine, t);
}

struct boot_mem *bootmem_make(struct world *w, u32 k)
{
	const struct boot_config cfg = {.kind = bootmem_kind(w, k),
					.nr_nodes = w->bootmem.topo.nr_nodes,
					.refused = note_refusal,
					.arg = w};
	struct machine_stats st;
	struct boot_mem *boot = NULL;
	int err = boot_create(w->machine, &cfg, &boot);

	machine_stats(w->machine, &st);
	MM_CHECK(!err || st.failed, SPURIOUS, "boot_create: error %d, and no request had failed",
		 err);
	w->bootmem.told.nr = 0;
	return boot;
}

/*
 * Ranges need not begin and end with a page: a part of the first and the last page may be left out.
 * Two ranges may share such a page, but no byte.
 */
static int register_all(struct boot_mem *boot, const struct topology *t, u64 rng, bool parts)
{
	u64 before = 0;

	for (u32 i = 0; i < t->nr_ranges; i++) {
		const u64 behind = i + 1 < t->nr_ranges ? t->range[i + 1].start << PAGE_SHIFT
							: BOOT_MAX_ADDRESS;
		u64 start = t->range[i].start << PAGE_SHIFT;
		u64 end = start + (t->range[i].nr << PAGE_SHIFT), x = random_next(&rng);
		int err;

		if (parts && start)
			start = max(start - x % PAGE_SIZE, before);
		if (parts)
			end = min(end + (x >> 32) % PAGE_SIZE, behind);
		before = end;
		err = boot_register_node(boot, t->range[i].nid, start, end);
		if (err)
			return err;
	}
	return 0;
}

static u64 metadata(const struct world *w)
{
	struct machine_stats st;

	machine_stats(w->machine, &st);
	return st.meta_bytes;
}

static int boot_one(struct world *w, u32 k, u64 rng)
{
	struct bootmem_world *b = &w->bootmem;
	const u64 before = metadata(w);
	struct machine_stats ms;
	int err;

	b->boot[k] = bootmem_make(w, k);
	if (!b->boot[k])
		return -ENOMEM;
	b->nr++;
	err = register_all(b->boot[k], &b->topo, rng, w->program->machine.shuffle);
	if (!err)
		err = boot_setup(b->boot[k]);
	machine_stats(w->machine, &ms);
	MM_CHECK(!b->told.nr, RANGE, "boot memory was refused: %s, [0x%llx, 0x%llx)",
		 boot_error_name(b->told.why), b->told.start, b->told.end);
	MM_CHECK(!err || ms.failed, SPURIOUS,
		 "boot memory failed with error %d, and no request had failed", err);
	b->metadata[k] = metadata(w) - before;
	return err;
}

static void print_memory(const struct topology *t, FILE *f)
{
	for (u32 i = 0; i < t->nr_ranges; i++)
		fprintf(f, "boot memory: node %u has frames %llu to %llu\n", t->range[i].nid,
			t->range[i].start, (t->range[i].start + t->range[i].nr - 1));
}

int bootmem_boot(struct world *w)
{
	struct bootmem_world *b = &w->bootmem;

	if (unlikely(w->trace)) {
		void *seen = announce_unseen_begin();

		print_memory(&b->topo, w->trace);
		announce_unseen_end(seen);
	}
	b->nr = 0;
	for (u32 k = 0; k < allocators[w->program->target].nr; k++) {
		int err = boot_one(w, k, b->rng);

		if (err)
			return err;
	}
	return 0;
}

void bootmem_verify(struct world *w, bool quiet, s32 record)
{
	for_each_bootmem (k, w)
		boot_verify(w->bootmem.boot[k]);
}

void bootmem_take_down(struct world *w)
{
	for_each_bootmem (k, w)
		boot_destroy(w->bootmem.boot[k]);
	w->bootmem.nr = 0;
}
