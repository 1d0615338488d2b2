/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_checker.c - calls of boot memory, compared with the model; see bootmem_checker.h.
 */
#include "bootmem_checker.h"

#include <string.h>

void bootmem_expect(struct world *w, u32 k, const char *what, const struct bootmem_refusal *want)
{
	const struct bootmem_told told = w->bootmem.told;

	w->bootmem.told.nr = 0;
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
	struct bootmem_checker *b = bootmem_of(w);
	struct bootmem_map *map = &b->model.map[k];
	const struct bootmem_refusal want =
		bootmem_refuse_reserve(&b->model, map, start, size, how, b->over);
	int err = calls->reserve(w->bootmem.boot[k], start, size, how);

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
	struct bootmem_checker *b = bootmem_of(w);
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
	err = calls->free(w->bootmem.boot[k], start, size);
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

	boot_stats(w->bootmem.boot[k], &st);
	return st.free;
}

void bootmem_hand_over(struct world *w)
{
	struct bootmem_checker *b = bootmem_of(w);
	const struct bootmem_refusal want = {.why = b->over ? BOOT_OVER : NR_BOOT_ERRORS};

	for_each_bootmem (k, w) {
		struct bootmem_map *map = &b->model.map[k];
		const u64 free = map->nr[BOOTMEM_FREE];
		u64 pages;

		map->received = 0;
		map->to = b->over ? 0 : b->model.span;
		pages = boot_hand_over(w->bootmem.boot[k], receive, &b->receiver[k]);
		map->to = 0;
		bootmem_expect(w, k, "hand-over", &want);
		MM_CHECK(map->received == free, LEAK_PAGE,
			 "%llu pages of %s were free, and %llu were handed over", free,
			 boot_kind_name(bootmem_kind(w, k)), map->received);
		MM_CHECK(pages == free, COUNT, "the hand-over says %llu pages, and had %llu", pages,
			 free);
	}
	b->over = true;
	for_each_bootmem (k, w)
		bootmem_check(w, k, bootmem_addr(&b->model, 0), bootmem_addr(&b->model, 1));
}

static void check_page(struct world *w, const struct bootmem_model *m, u32 k, u64 p)
{
	bool free = p < m->span && m->map[k].state[p] == BOOTMEM_FREE;
	const int nid = p < m->span && m->nid[p] != BOOTMEM_NO_NODE ? m->nid[p] : NUMA_NO_NODE;
	const int says = boot_page_node(w->bootmem.boot[k], m->base + p);

	MM_CHECK(says == nid, RANGE, "%s says that frame %llu is of node %d, not %d",
		 boot_kind_name(bootmem_kind(w, k)), (m->base + p), says, nid);
	MM_CHECK(boot_page_free(w->bootmem.boot[k], m->base + p) == free, COUNT,
		 "%s says that frame %llu is %s", boot_kind_name(bootmem_kind(w, k)), (m->base + p),
		 free ? "not free" : "free");
}

void bootmem_check_pages(struct world *w, u32 k, u64 from, u64 to)
{
	const struct bootmem_model *m = &bootmem_of(w)->model;

	for (u64 p = from; p < to; p++)
		check_page(w, m, k, p);
}

void bootmem_check(struct world *w, u32 k, u64 start, u64 end)
{
	const struct bootmem_model *m = &bootmem_of(w)->model;
	const u64 *nr = m->map[k].nr;
	u64 first = (start >> PAGE_SHIFT) - m->base;
	u64 last = ((end - 1) >> PAGE_SHIFT) - m->base;
	struct boot_stats st;

	boot_stats(w->bootmem.boot[k], &st);
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

/* Check the metadata that each allocator reports, and the pages at the ends of each range. */
static void check_boot(struct world *w, u32 k)
{
	const struct topology *t = &w->bootmem.topo;
	struct boot_stats st;

	boot_stats(w->bootmem.boot[k], &st);
	MM_CHECK(st.metadata_bytes == w->bootmem.metadata[k], COUNT,
		 "%s says that it has %llu bytes of metadata, and has %llu",
		 boot_kind_name(bootmem_kind(w, k)), st.metadata_bytes, w->bootmem.metadata[k]);
	for (u32 i = 0; i < t->nr_ranges; i++) {
		const struct node_range *r = &t->range[i];

		bootmem_check(w, k, r->start << PAGE_SHIFT, (r->start + 1) << PAGE_SHIFT);
		bootmem_check(w, k, (r->start + r->nr - 1) << PAGE_SHIFT,
			      (r->start + r->nr) << PAGE_SHIFT);
	}
}

static int boot(struct world *w)
{
	struct bootmem_checker *b = bootmem_of(w);

	bootmem_model_init(&b->model, &w->bootmem.topo, w->bootmem.nr);
	b->over = false;
	memset(b->end, 0, sizeof(b->end));
	for_each_bootmem (k, w) {
		b->receiver[k] = (struct bootmem_receiver){&b->model, &b->model.map[k]};
		check_boot(w, k);
	}
	return 0;
}

static void end_program(struct world *w)
{
	if (!bootmem_of(w)->over)
		bootmem_hand_over(w);
}

static void free_model(struct world *w)
{
	bootmem_model_fini(&bootmem_of(w)->model);
}

struct subsystem bootmem_checker = {
	.state_size = sizeof(struct bootmem_checker),
	.wanted = bootmem_wanted,
	.boot = boot,
	.end = end_program,
	.free = free_model,
};
