/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_model.c - page frames against a naive model, which records an owner for each frame: boot
 * memory and hand-over, single frames and runs.
 */
#include "run.h"

#define NODES 3
#define MODEL_FRAMES 1024

struct model {
	const struct topology *t;
	u8 owner[MODEL_FRAMES]; /* enum page_owner, by frame number */
	u64 nr[PAGE_OWNER_USER + 1];
};

static void model_set(struct model *md, u64 pfn, enum page_owner owner)
{
	md->nr[md->owner[pfn]]--;
	md->owner[pfn] = owner;
	md->nr[owner]++;
}

static void model_boot(struct model *md, enum page_owner owner)
{
	unsigned int k;
	u64 i;

	memset(md->owner, 0, sizeof(md->owner));
	memset(md->nr, 0, sizeof(md->nr));
	for (k = 0; k < md->t->nr_ranges; k++)
		for (i = 0; i < md->t->range[k].nr; i++)
			model_set(md, md->t->range[k].start + i, owner);
}

static const struct node_range *model_range(const struct model *md, u64 pfn)
{
	unsigned int k;

	for (k = 0; k < md->t->nr_ranges; k++)
		if (pfn - md->t->range[k].start < md->t->range[k].nr)
			return &md->t->range[k];
	return NULL;
}

/* The lowest free run of a node, or -1. */
static int model_run(const struct model *md, int nid, u64 nr, u64 align)
{
	unsigned int k;

	for (k = 0; k < md->t->nr_ranges; k++) {
		const struct node_range *r = &md->t->range[k];
		u64 at, i;

		if ((int)r->nid != nid)
			continue;
		for (at = r->start; at + nr <= r->start + r->nr; at++) {
			for (i = 0; i < nr && md->owner[at + i] == PAGE_OWNER_FREE; i++)
				;
			if (i == nr && at % align == 0)
				return at;
		}
	}
	return -1;
}

static void model_use(struct model *md, const struct page *page)
{
	assert_int_equal(page->count, 1);
	assert_int_equal(md->owner[page->pfn], PAGE_OWNER_FREE);
	assert_int_equal(page->nid, model_range(md, page->pfn)->nid);
	model_set(md, page->pfn, PAGE_OWNER_USER);
}

static void model_alloc(struct fixture *f, struct model *md, u64 *seed)
{
	u64 nr = 1 + below(seed, below(seed, 8) ? 12 : 80);
	u64 align = 1ULL << below(seed, below(seed, 3) ? 3 : 7);
	bool only = below(seed, 4) == 0;
	int nid = below(seed, NODES), want = model_run(md, nid, nr, align), k;
	struct page *page;

	for (k = 0; k < NODES && want < 0 && !only; k++)
		want = model_run(md, k, nr, align);
	page = alloc_run(f, nid, nr, align, only ? __GFP_THISNODE : GFP_KERNEL);
	if (want < 0) {
		assert_null(page);
		return;
	}
	assert_non_null(page);
	for (; nr--; page++, want++) {
		assert_int_equal(page->pfn, want);
		model_use(md, page);
	}
}

static void model_one(struct fixture *f, struct model *md, u64 *seed)
{
	int nid = below(seed, NODES);
	gfp_t gfp = below(seed, 2) ? __GFP_THISNODE : 0;
	bool any = gfp ? model_run(md, nid, 1, 1) >= 0 : md->nr[PAGE_OWNER_FREE] > 0;
	struct page *page = alloc_page_node(f->m, nid, gfp, "one");

	assert_int_equal(!page, !any);
	if (page)
		model_use(md, page);
}

static void model_free(struct fixture *f, struct model *md, u64 *seed, u64 most)
{
	u64 at = below(seed, MODEL_FRAMES), nr = 1 + below(seed, most);

	for (; nr-- && at < MODEL_FRAMES; at++) {
		if (md->owner[at] != PAGE_OWNER_USER)
			continue;
		put_page(f->m, pfn_to_page(f->m, at));
		model_set(md, at, PAGE_OWNER_FREE);
	}
}

/* Hand over an aligned block at a random place, if all of it is boot memory. */
static void model_hand_over(struct fixture *f, struct model *md, u64 *seed)
{
	u64 at = below(seed, MODEL_FRAMES), i;
	unsigned int order = below(seed, below(seed, 3) ? 2 : 8);
	const struct node_range *r = model_range(md, at);

	at &= ~((1ULL << order) - 1);
	if (!r || at < r->start || at + (1ULL << order) > r->start + r->nr)
		return;
	for (i = at; i < at + (1ULL << order); i++)
		if (md->owner[i] != PAGE_OWNER_BOOT)
			return;
	hand_over_pages(f->m, at, order);
	for (i = at; i < at + (1ULL << order); i++)
		model_set(md, i, PAGE_OWNER_FREE);
}

/* Look at boot memory, and perhaps write to it. */
static void model_look(struct fixture *f, const struct model *md, u64 *seed)
{
	u64 at = below(seed, MODEL_FRAMES);

	if (md->owner[at] != PAGE_OWNER_BOOT)
		return;
	if (below(seed, 2))
		mem_set(f->m, test_direct + (at << PAGE_SHIFT), 1, PAGE_SIZE);
	assert_int_equal(pfn_to_page(f->m, at)->count, 1);
	assert_string_equal(pfn_to_page(f->m, at)->owner, "boot memory");
}

static void model_compare(struct fixture *f, const struct model *md)
{
	u64 i;

	for (i = 0; i < MODEL_FRAMES; i++)
		assert_int_equal(page_owner(f->m, i), md->owner[i]);
}

/* Random hand-overs, runs and single frames; every other boot is without boot memory. */
static void test_random(void **state)
{
	static const struct node_range range[] = {
		{5, 95, 1}, {100, 60, 0}, {160, 90, 1}, {256, 200, 0}, {460, 3, 1}, {500, 400, 2},
	};
	struct fixture *f = *state;
	struct model md = {.t = &f->cfg.topology};
	u64 seed = 11, i;

	for (i = 0; i < 120000; i++) {
		if (i % 1000 == 0) {
			f->cfg.boot_memory = i % 2000 != 0;
			boot_ranges(f, range, ARRAY_SIZE(range), NODES);
			model_boot(&md, f->cfg.boot_memory ? PAGE_OWNER_BOOT : PAGE_OWNER_FREE);
		}
		/* Now mostly full, now mostly empty. */
		switch (below(&seed, i / 200 % 2 ? 6 : 9)) {
		case 0:
		case 1:
			model_hand_over(f, &md, &seed);
			break;
		case 2:
			model_free(f, &md, &seed, below(&seed, 4) ? 4 : 60);
			break;
		case 3:
			model_one(f, &md, &seed);
			break;
		case 4:
			model_look(f, &md, &seed);
			break;
		default:
			model_alloc(f, &md, &seed);
		}
		assert_int_equal(stats(f->m).pages_used, md.nr[PAGE_OWNER_USER]);
		assert_int_equal(stats(f->m).boot_pages, md.nr[PAGE_OWNER_BOOT]);
		assert_int_equal(nr_free_pages(f->m), md.nr[PAGE_OWNER_FREE]);
		if (i % 10 == 0) {
			model_compare(f, &md);
			machine_verify(f->m);
		}
	}
	while (md.nr[PAGE_OWNER_USER])
		model_free(f, &md, &seed, MODEL_FRAMES);
	machine_check_leaks(f->m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
