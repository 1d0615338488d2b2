/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_model.c - random operations on either allocator, against a naive model: the state of each
 * page, and of each byte of a page that was allocated.
 *
 * Ranges start and end anywhere, nodes interleave at random, and the lowest page is at, next to and
 * far from the boundaries of words and blocks. The model predicts every refusal. It accepts any
 * valid address, and accepts a failure only if no run of whole pages would do.
 */
#include "run.h"
#include "../../sched/random.h"

#define MODEL_PAGES 400
#define MODEL_OPS 300

enum { PAGE_HOLE, PAGE_FREE, PAGE_USED, PAGE_HANDED_OVER };

/**
 * struct model - the pages [@base, @base + MODEL_PAGES)
 * @state:       state of each page
 * @nid:         its node
 * @byte:        of a page in use: this byte is in use
 * @handed_over: number of pages
 */
struct model {
	u64 base;
	u8 state[MODEL_PAGES];
	s8 nid[MODEL_PAGES];
	u8 byte[PAGES(MODEL_PAGES)];
	u64 handed_over;
};

static struct model model;

static u64 draw(struct fixture *f, u64 below)
{
	return random_next(&f->seed) % below;
}

/*
 * Register pages [@start, @end), and random parts of pages next to them in holes, but no byte below
 * @before, where the last range ends. Return: the end of this one.
 */
static u64 model_register(struct fixture *f, u64 start, u64 end, u64 before)
{
	u64 from = PAGES(model.base + start), to = PAGES(model.base + end);
	int nid = model.nid[start];

	if (start && model.nid[start - 1] < 0)
		from = max(from - draw(f, PAGE_SIZE), before);
	if (to < BOOT_MAX_ADDRESS && (end == MODEL_PAGES || model.nid[end] < 0))
		to += draw(f, PAGE_SIZE);
	CHECK(!boot_register_node(f->bm, (unsigned int)nid, from, to));
	/* A range that shares one byte with it is refused. */
	if (from < to - 1 && to + PAGES(2) < BOOT_MAX_ADDRESS) {
		CHECK(boot_register_node(f->bm, (unsigned int)nid, to - 1, to + PAGES(2)) ==
		      -EEXIST);
		CHECK(f->refusals == 1 && f->why == BOOT_OVERLAP);
		f->refusals = 0;
	}
	return to;
}

static void model_init(struct fixture *f)
{
	static const u64 bases[] = {0,	1,   2,	   62,	 63,   64,
				    65, 127, 1000, 1023, 1025, (1ULL << 40) - MODEL_PAGES};
	u64 start, end, before = 0;

	memset(&model, 0, sizeof(model));
	model.base = bases[draw(f, ARRAY_SIZE(bases))];
	for (start = 0; start < MODEL_PAGES; start = end) {
		end = min(start + 1 + draw(f, draw(f, 2) ? 5 : 150), (u64)MODEL_PAGES);
		memset(model.nid + start, (int)draw(f, NR_NODES + 1) - 1, end - start);
	}
	for (start = 0; start < MODEL_PAGES; start = end) {
		const int nid = model.nid[start];

		for (end = start + 1; end < MODEL_PAGES && model.nid[end] == nid; end++)
			;
		if (nid < 0)
			continue;
		before = model_register(f, start, end, before);
		memset(model.state + start, PAGE_FREE, end - start);
	}
}

/* Do whole pages from @p on serve the request? @nid: -1: any one node. @cross: several nodes. */
static bool model_fits(u64 p, u64 nr, u64 size, u64 align, u64 limit, int nid, bool cross)
{
	u64 addr = PAGES(model.base + p);

	if (!IS_ALIGNED(addr, align) || (limit && addr + size > limit) || p + nr > MODEL_PAGES)
		return false;
	for (u64 q = p; q < p + nr; q++)
		if (model.state[q] != PAGE_FREE || (nid >= 0 && model.nid[q] != nid) ||
		    (!cross && model.nid[q] != model.nid[p]))
			return false;
	return true;
}

static bool model_has(u64 goal, u64 size, u64 align, u64 limit, int nid, bool cross)
{
	u64 nr = pfn_up(size);

	for (u64 p = 0; p < MODEL_PAGES; p++)
		if (PAGES(model.base + p) >= goal &&
		    model_fits(p, nr, size, align, limit, nid, cross))
			return true;
	return false;
}

/* Record an allocation of [@addr, @addr + @size). */
static void model_alloc(u64 addr, u64 size, int nid, bool cross)
{
	u64 from = addr - PAGES(model.base), first = from >> PAGE_SHIFT;

	for (u64 p = first; p < pfn_up(from + size); p++) {
		CHECK(model.state[p] == PAGE_FREE || (model.state[p] == PAGE_USED && p == first));
		CHECK(nid < 0 || model.nid[p] == nid);
		CHECK(cross || model.nid[p] == model.nid[first]);
		model.state[p] = PAGE_USED;
	}
	for (u64 b = from; b < from + size; b++) {
		CHECK(!model.byte[b]);
		model.byte[b] = 1;
	}
}

static void do_alloc(struct fixture *f)
{
	static const u64 sizes[] = {20, 300, 5000, 20000, 200000};
	u64 size = 1 + draw(f, sizes[draw(f, ARRAY_SIZE(sizes))]), align = 1ULL << draw(f, 18);
	u64 goal = 0, limit = 0, addr;
	const bool cross_asked = !draw(f, 4), root = f->kind == BOOT_ROOTMEM;
	const bool cross = cross_asked && root;
	int nid = cross_asked || draw(f, 2) ? -1 : (int)draw(f, NR_NODES);

	if (!draw(f, 2))
		align = 1ULL << draw(f, 6);
	if (!draw(f, 3))
		goal = PAGES(model.base) + draw(f, PAGES(MODEL_PAGES + 10));
	if (!draw(f, 3))
		limit = PAGES(model.base) + 1 + draw(f, PAGES(MODEL_PAGES + 10));
	if (cross_asked)
		addr = boot_alloc_cross(f->bm, size, align, goal, limit);
	else if (nid < 0)
		addr = boot_alloc(f->bm, size, align, goal, limit);
	else
		addr = boot_alloc_node(f->bm, (unsigned int)nid, size, align, goal, limit);
	CHECK(!f->refusals);
	/* bootmem falls back to other nodes only if it must. */
	if (!root && nid >= 0 && addr != BOOT_NONE &&
	    boot_page_node(f->bm, addr >> PAGE_SHIFT) != nid)
		CHECK(!model_has(goal, size, align, limit, nid, false));
	if (!root)
		nid = -1;
	if (addr == BOOT_NONE) {
		CHECK(!model_has(0, size, align, limit, nid, cross));
		return;
	}
	CHECK(IS_ALIGNED(addr, align));
	CHECK(!limit || addr + size <= limit);
	CHECK(addr >= PAGES(model.base) && addr + size <= PAGES(model.base + MODEL_PAGES));
	CHECK(addr >= goal || !model_has(goal, size, align, limit, nid, cross));
	model_alloc(addr, size, nid, cross);
}

/* The expected refusal for pages [@first, @end), which must be in a node and not in @state; or -1.
 */
static int model_refusal(u64 first, u64 end, u8 state, enum boot_error why)
{
	int found = -1;

	for (u64 p = first; p < end; p++) {
		if (p >= MODEL_PAGES || model.state[p] == PAGE_HOLE)
			return BOOT_OUTSIDE;
		if (model.state[p] == state)
			found = (int)why;
	}
	return found;
}

static void expect_refusal(struct fixture *f, int why, int err)
{
	CHECK(f->refusals == (why >= 0));
	CHECK(!err == (why < 0));
	CHECK(why < 0 || (int)f->why == why);
	f->refusals = 0;
}

static void draw_range(struct fixture *f, u64 *start, u64 *size)
{
	*start = draw(f, PAGES(MODEL_PAGES));
	*size = 1 + draw(f, draw(f, 2) ? PAGES(3) : PAGES(60));
	if (PAGES(model.base) + *start + *size > BOOT_MAX_ADDRESS)
		*size = PAGES(MODEL_PAGES) - *start;
}

static void do_reserve(struct fixture *f)
{
	enum boot_reserve how = draw(f, 2) ? BOOT_EXCLUSIVE : BOOT_SHARED;
	u64 start, size, first, end;
	int why, err;

	draw_range(f, &start, &size);
	first = pfn_down(start);
	end = pfn_up(start + size);
	why = model_refusal(first, end, how == BOOT_EXCLUSIVE ? PAGE_USED : PAGE_HANDED_OVER,
			    BOOT_RESERVE_TWICE);
	err = boot_reserve(f->bm, PAGES(model.base) + start, size, how);
	expect_refusal(f, why, err);
	if (err)
		return;
	memset(model.state + first, PAGE_USED, end - first);
	memset(model.byte + PAGES(first), 1, PAGES(end - first));
}

static void do_free(struct fixture *f, u8 to)
{
	u64 start, size, first, end;
	int why, err;

	draw_range(f, &start, &size);
	first = pfn_up(start);
	end = pfn_down(start + size);
	why = model_refusal(pfn_down(start), pfn_up(start + size), to, BOOT_FREE_TWICE);
	err = boot_free(f->bm, PAGES(model.base) + start, size);
	expect_refusal(f, why, err);
	if (err || first >= end)
		return;
	if (to == PAGE_FREE) {
		memset(model.state + first, to, end - first);
		memset(model.byte + PAGES(first), 0, PAGES(end - first));
	}
	for (u64 p = first; p < end; p++)
		CHECK(model.state[p] == to);
}

static void compare(struct fixture *f)
{
	u64 count[4] = {0};
	struct boot_stats st = bstats(f);

	for (u64 p = 0; p < MODEL_PAGES; p++) {
		count[model.state[p]]++;
		CHECK(boot_page_free(f->bm, model.base + p) == (model.state[p] == PAGE_FREE));
		CHECK(boot_page_node(f->bm, model.base + p) == model.nid[p]);
	}
	CHECK(st.free == count[PAGE_FREE] && st.reserved == count[PAGE_USED]);
	CHECK(st.handed_over == count[PAGE_HANDED_OVER]);
	CHECK(st.pages == MODEL_PAGES - count[PAGE_HOLE]);
	boot_verify(f->bm);
}

/* Record a handed-over block, which must be of one node. @arg: the state that its pages must have.
 */
static void record_block(void *arg, u64 pfn, unsigned int order)
{
	u64 p = pfn - model.base, nr = 1ULL << order;
	const u8 from = *(u8 *)arg;

	CHECK(order <= BOOT_MAX_ORDER && IS_ALIGNED(pfn, nr));
	CHECK(pfn >= model.base && p + nr <= MODEL_PAGES);
	for (u64 q = p; q < p + nr; q++) {
		CHECK(model.state[q] == from && model.nid[q] == model.nid[p]);
		model.state[q] = PAGE_HANDED_OVER;
	}
	model.handed_over += nr;
}

/* The number of blocks of a hand-over, found by trying each order. */
static u64 count_blocks(void)
{
	u64 blocks = 0;

	for (u64 p = 0; p < MODEL_PAGES;) {
		unsigned int order = BOOT_MAX_ORDER;

		if (model.state[p] != PAGE_FREE) {
			p++;
			continue;
		}
		while (!IS_ALIGNED(model.base + p, 1ULL << order) ||
		       !model_fits(p, 1ULL << order, 1, 1, 0, -1, false))
			order--;
		p += 1ULL << order;
		blocks++;
	}
	return blocks;
}

struct counted {
	u8 from;
	u64 calls;
};

static void count_block(void *arg, u64 pfn, unsigned int order)
{
	struct counted *c = arg;

	c->calls++;
	record_block(&c->from, pfn, order);
}

static void random_ops(struct fixture *f)
{
	struct counted counted = {.from = PAGE_FREE};
	u64 blocks, free;

	model_init(f);
	if (!f->bm->nr_ranges)
		return;
	CHECK(!boot_setup(f->bm));
	compare(f);
	for (unsigned int i = 0; i < MODEL_OPS; i++) {
		switch (draw(f, 8)) {
		case 0:
			do_reserve(f);
			break;
		case 1:
		case 2:
			do_free(f, PAGE_FREE);
			break;
		default:
			do_alloc(f);
		}
		compare(f);
	}
	blocks = count_blocks();
	free = bstats(f).free;
	CHECK(boot_hand_over(f->bm, count_block, &counted) == free);
	CHECK(model.handed_over == free && counted.calls == blocks);
	compare(f);
	counted.from = PAGE_USED;
	for (unsigned int i = 0; i < 50; i++) {
		do_free(f, PAGE_HANDED_OVER);
		compare(f);
	}
}

static void test_random(void **state)
{
	struct fixture *f = *state;

	for (f->kind = 0; f->kind < NR_BOOT_KINDS; f->kind++)
		for (u64 seed = 0; seed < 150; seed++) {
			f->seed = seed;
			expect_clean(f, random_ops);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
