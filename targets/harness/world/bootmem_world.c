/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_world.c - the allocators of boot memory of a world; see bootmem_world.h.
 */
#include "bootmem_world.h"

#include <stdlib.h>
#include <string.h>

#include "sched/keep.h"
#include "sched/random.h"
#include "topology_of.h"

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
	struct bootmem_told *told = &w->bootmem->told;

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
	const struct node_range *last;
	struct bootmem_world *b = w->bootmem;

	if (!b) {
		b = w->bootmem = keep_alloc(sizeof(*b));
		if (!b)
			abort();
	}
	draw_memory(w, &b->model.topo, &b->rng);
	last = &b->model.topo.range[b->model.topo.nr_ranges - 1];
	b->mapped =
		(last->start + last->nr) << PAGE_SHIFT <= MACHINE_KVA_START - MACHINE_DIRECT_START;
	if (b->mapped)
		*t = b->model.topo;
	else
		program_topology(&w->program->machine, t);
}

struct boot_mem *bootmem_make(struct world *w, u32 k)
{
	const struct boot_config cfg = {.kind = bootmem_kind(w, k),
					.nr_nodes = w->bootmem->model.topo.nr_nodes,
					.refused = note_refusal,
					.arg = w};
	struct machine_stats st;
	struct boot_mem *boot = NULL;
	int err = boot_create(w->machine, &cfg, &boot);

	machine_stats(w->machine, &st);
	MM_CHECK(!err || st.failed, SPURIOUS, "boot_create: error %d, and no request had failed",
		 err);
	w->bootmem->told.nr = 0;
	return boot;
}

/*
 * Ranges need not begin and end with a page: a part in front and behind is left out. Two may share
 * such a page, but no byte.
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
	struct bootmem_world *b = w->bootmem;
	const u64 before = metadata(w);
	struct machine_stats ms;
	struct boot_stats st;
	int err;

	b->boot[k] = bootmem_make(w, k);
	if (!b->boot[k])
		return -ENOMEM;
	b->receiver[k] = (struct bootmem_receiver){&b->model, &b->model.map[k]};
	b->nr++;
	err = register_all(b->boot[k], &b->model.topo, rng, w->program->machine.shuffle);
	if (!err)
		err = boot_setup(b->boot[k]);
	machine_stats(w->machine, &ms);
	MM_CHECK(!b->told.nr, RANGE, "boot memory was refused: %s, [0x%llx, 0x%llx)",
		 boot_error_name(b->told.why), b->told.start, b->told.end);
	MM_CHECK(!err || ms.failed, SPURIOUS,
		 "boot memory failed with error %d, and no request had failed", err);
	if (err)
		return err;
	boot_stats(b->boot[k], &st);
	MM_CHECK(st.metadata_bytes == metadata(w) - before, COUNT,
		 "%s says that it has %llu bytes of metadata, and has %llu",
		 boot_kind_name(bootmem_kind(w, k)), st.metadata_bytes, (metadata(w) - before));
	/* The ends of each range, and what is beside them. */
	for (u32 i = 0; i < b->model.topo.nr_ranges; i++) {
		const struct node_range *r = &b->model.topo.range[i];

		bootmem_check(w, k, r->start << PAGE_SHIFT, (r->start + 1) << PAGE_SHIFT);
		bootmem_check(w, k, (r->start + r->nr - 1) << PAGE_SHIFT,
			      (r->start + r->nr) << PAGE_SHIFT);
	}
	return 0;
}

static void print_memory(const struct world *w)
{
	const struct topology *t = &w->bootmem->model.topo;

	for (u32 i = 0; i < t->nr_ranges; i++)
		fprintf(w->trace, "boot memory: node %u has frames %llu to %llu\n", t->range[i].nid,
			t->range[i].start, (t->range[i].start + t->range[i].nr - 1));
}

int bootmem_boot(struct world *w)
{
	const u32 nr = allocators[w->program->target].nr;
	struct bootmem_world *b = w->bootmem;

	bootmem_model_init(&b->model, nr);
	if (unlikely(w->trace))
		print_memory(w);
	b->nr = 0;
	b->over = false;
	memset(b->end, 0, sizeof(b->end));
	for (u32 k = 0; k < nr; k++) {
		int err = boot_one(w, k, b->rng);

		if (err)
			return err;
	}
	return 0;
}

void bootmem_verify(struct world *w, bool quiet, s32 record)
{
	for_each_bootmem (k, w->bootmem)
		boot_verify(w->bootmem->boot[k]);
}

void bootmem_take_down(struct world *w)
{
	for_each_bootmem (k, w->bootmem)
		boot_destroy(w->bootmem->boot[k]);
	w->bootmem->nr = 0;
}

void bootmem_free_world(struct world *w)
{
	if (w->bootmem)
		bootmem_model_fini(&w->bootmem->model);
	free(w->bootmem);
}

void bootmem_expect(struct world *w, u32 k, const char *what, const struct bootmem_refusal *want)
{
	const struct bootmem_told told = w->bootmem->told;

	w->bootmem->told.nr = 0;
	if (!told.nr && want->why == NR_BOOT_ERRORS)
		return;
	MM_CHECK(told.nr == 1 && want->why != NR_BOOT_ERRORS && told.why == want->why, RANGE,
		 "%s of %s: found %s, expected %s", what, boot_kind_name(bootmem_kind(w, k)),
		 told.nr ? boot_error_name(told.why) : "nothing against it",
		 want->why == NR_BOOT_ERRORS ? "nothing against it" : boot_error_name(want->why));
	MM_CHECK(told.start == want->start && told.end == want->end, RANGE,
		 "%s of %s: %s is said of [0x%llx, 0x%llx), not of [0x%llx, 0x%llx)", what,
		 boot_kind_name(bootmem_kind(w, k)), boot_error_name(told.why), told.start,
		 told.end, want->start, want->end);
}

static void expect_error(const struct bootmem_refusal *want, const char *what, int err)
{
	int expected = 0;

	if (want->why != NR_BOOT_ERRORS)
		expected = want->why == BOOT_RESERVE_TWICE ? -EBUSY : -EINVAL;
	MM_CHECK(err == expected, RANGE, "%s: error %d, expected %d", what, err, expected);
}

bool bootmem_reserve_by(struct world *w, u32 k, u64 start, u64 size, enum boot_reserve how,
			const struct bootmem_calls *calls)
{
	struct bootmem_world *b = w->bootmem;
	struct bootmem_map *map = &b->model.map[k];
	const struct bootmem_refusal want =
		bootmem_refuse_reserve(&b->model, map, start, size, how, b->over);
	int err = calls->reserve(b->boot[k], start, size, how);

	b->end[k].known = false;
	bootmem_expect(w, k, "reserve", &want);
	expect_error(&want, "reserve", err);
	if (!err) {
		u64 first = start >> PAGE_SHIFT, last = (start + size - 1) >> PAGE_SHIFT;

		bootmem_set(map, first - b->model.base, last + 1 - b->model.base, BOOTMEM_USED);
	}
	return !err;
}

bool bootmem_reserve(struct world *w, u32 k, u64 start, u64 size, enum boot_reserve how)
{
	return bootmem_reserve_by(w, k, start, size, how, &bootmem_calls);
}

static void receive(void *arg, u64 pfn, unsigned int order)
{
	const struct bootmem_receiver *r = arg;

	bootmem_receive(r->model, r->map, pfn, order);
}

bool bootmem_free_by(struct world *w, u32 k, u64 start, u64 size, const struct bootmem_calls *calls)
{
	struct bootmem_world *b = w->bootmem;
	struct bootmem_map *map = &b->model.map[k];
	const struct bootmem_refusal want =
		bootmem_refuse_free(&b->model, map, start, size, b->over);
	u64 from = 0, to = 0;
	int err;

	if (want.why == NR_BOOT_ERRORS)
		bootmem_whole(&b->model, start, size, &from, &to);
	map->received = 0;
	if (from < to)
		bootmem_set(map, from, to, BOOTMEM_FREE);
	if (b->over && from < to) {
		map->from = from;
		map->to = to;
	} else {
		map->from = map->to = 0;
	}
	err = calls->free(b->boot[k], start, size);
	b->end[k].known = false;
	bootmem_expect(w, k, "free", &want);
	expect_error(&want, "free", err);
	MM_CHECK(map->received == map->to - map->from, LEAK_PAGE,
		 "%llu pages were freed after the hand-over, and %llu of them handed over",
		 (map->to - map->from), map->received);
	map->from = map->to = 0;
	return !err;
}

bool bootmem_free(struct world *w, u32 k, u64 start, u64 size)
{
	return bootmem_free_by(w, k, start, size, &bootmem_calls);
}

u64 bootmem_free_pages(const struct world *w, u32 k)
{
	struct boot_stats st;

	boot_stats(w->bootmem->boot[k], &st);
	return st.free;
}

void bootmem_hand_over(struct world *w)
{
	struct bootmem_world *b = w->bootmem;
	const struct bootmem_refusal want = {.why = b->over ? BOOT_OVER : NR_BOOT_ERRORS};

	for_each_bootmem (k, b) {
		struct bootmem_map *map = &b->model.map[k];
		const u64 free = map->nr[BOOTMEM_FREE];
		u64 pages;

		map->received = 0;
		map->to = b->over ? 0 : b->model.span;
		pages = boot_hand_over(b->boot[k], receive, &b->receiver[k]);
		map->to = 0;
		bootmem_expect(w, k, "hand-over", &want);
		MM_CHECK(map->received == free, LEAK_PAGE,
			 "%llu pages of %s were free, and %llu were handed over", free,
			 boot_kind_name(bootmem_kind(w, k)), map->received);
		MM_CHECK(pages == free, COUNT, "the hand-over says %llu pages, and had %llu", pages,
			 free);
	}
	b->over = true;
	for_each_bootmem (k, b)
		bootmem_check(w, k, bootmem_addr(&b->model, 0), bootmem_addr(&b->model, 1));
}

void bootmem_end_program(struct world *w)
{
	if (!w->bootmem->over)
		bootmem_hand_over(w);
}

static void check_page(struct world *w, u32 k, u64 p)
{
	const struct bootmem_model *m = &w->bootmem->model;
	bool free = p < m->span && m->map[k].state[p] == BOOTMEM_FREE;

	const int nid = p < m->span && m->nid[p] != BOOTMEM_NO_NODE ? m->nid[p] : NUMA_NO_NODE;
	const int says = boot_page_node(w->bootmem->boot[k], m->base + p);

	MM_CHECK(says == nid, RANGE, "%s says that frame %llu is of node %d, not %d",
		 boot_kind_name(bootmem_kind(w, k)), (m->base + p), says, nid);
	MM_CHECK(boot_page_free(w->bootmem->boot[k], m->base + p) == free, COUNT,
		 "%s says that frame %llu is %s", boot_kind_name(bootmem_kind(w, k)), (m->base + p),
		 free ? "not free" : "free");
}

void bootmem_check_pages(struct world *w, u32 k, u64 from, u64 to)
{
	for (u64 p = from; p < to; p++)
		check_page(w, k, p);
}

void bootmem_check(struct world *w, u32 k, u64 start, u64 end)
{
	const struct bootmem_model *m = &w->bootmem->model;
	const u64 *nr = m->map[k].nr;
	u64 first = (start >> PAGE_SHIFT) - m->base;
	u64 last = ((end - 1) >> PAGE_SHIFT) - m->base;
	struct boot_stats st;

	boot_stats(w->bootmem->boot[k], &st);
	MM_CHECK(st.pages == m->pages && st.free == nr[BOOTMEM_FREE] &&
			 st.reserved == nr[BOOTMEM_USED] && st.handed_over == nr[BOOTMEM_GIVEN],
		 COUNT,
		 "%s says %llu pages: %llu free, %llu reserved, %llu given; there are %llu: %llu, "
		 "%llu, %llu",
		 boot_kind_name(bootmem_kind(w, k)), st.pages, st.free, st.reserved, st.handed_over,
		 m->pages, nr[BOOTMEM_FREE], nr[BOOTMEM_USED], nr[BOOTMEM_GIVEN]);
	bootmem_check_pages(w, k, first - !!first, first + 1);
	bootmem_check_pages(w, k, last, last + 2);
}
