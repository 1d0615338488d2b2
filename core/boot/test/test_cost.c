/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_cost.c - the cost of boot memory, in words of bitmap read: one for 64 pages, none for holes
 * between ranges, and none for pages that are known to be in use.
 *
 * No clock is involved, so the numbers are the same in every run. A search from bit to bit would
 * read 64 times as many words, and fail here.
 */
#include "run.h"

/* 4 GiB; neither end is at the boundary of a word. */
#define FIRST 37u
#define NR_PAGES (1u << 20)
#define WORDS (NR_PAGES / WORD_BITS)

/* A search that succeeds at once reads at most so many words. */
#define FEW 8u

static u64 words_read(struct fixture *f)
{
	return bstats(f).words_read;
}

static void all_free(struct fixture *f)
{
	one_node(f, FIRST, NR_PAGES);
	CHECK(!words_read(f));
	CHECK(boot_hand_over(f->bm, ignore_block, NULL) == NR_PAGES);
	CHECK(words_read(f) >= WORDS && words_read(f) <= WORDS + FEW);
}

static void all_used(struct fixture *f)
{
	u64 before;

	one_node(f, FIRST, NR_PAGES);
	CHECK(!boot_reserve(f->bm, PAGES(FIRST), PAGES(NR_PAGES), BOOT_EXCLUSIVE));
	CHECK(words_read(f) >= WORDS && words_read(f) <= WORDS + FEW);
	before = words_read(f);
	CHECK(!boot_hand_over(f->bm, ignore_block, NULL));
	CHECK(words_read(f) - before >= WORDS && words_read(f) - before <= WORDS + FEW);
	before = words_read(f);
	CHECK(!boot_free(f->bm, PAGES(FIRST), PAGES(NR_PAGES)));
	CHECK(words_read(f) - before >= WORDS && words_read(f) - before <= WORDS + FEW);
}

/* A run of half of all pages; then a search for a long run among short ones. */
static void long_run(struct fixture *f)
{
	const u64 half = NR_PAGES / 2, runs = half / 1024;
	u64 before;

	one_node(f, FIRST, NR_PAGES);
	CHECK(boot_alloc(f->bm, PAGES(half), 1, 0, 0) == PAGES(FIRST));
	CHECK(words_read(f) >= WORDS / 2 && words_read(f) <= WORDS / 2 + FEW);
	for (u64 n = 1023; n < half; n += 1024)
		CHECK(!boot_free(f->bm, PAGES(FIRST + n), PAGE_SIZE));
	before = words_read(f);
	CHECK(boot_alloc(f->bm, PAGES(half + 2), 1, 0, 0) == BOOT_NONE);
	CHECK(words_read(f) - before <= WORDS / 2 + 2 * runs + FEW);
	before = words_read(f);
	CHECK(boot_alloc(f->bm, PAGES(2), 1, 0, PAGES(FIRST + half)) == BOOT_NONE);
	CHECK(words_read(f) - before >= WORDS / 2);
	CHECK(words_read(f) - before <= WORDS / 2 + 2 * runs + FEW);
}

/* The lower half is full: only the first request reads its words. */
static void full_below(struct fixture *f)
{
	const u64 half = NR_PAGES / 2;
	u64 before;

	one_node(f, FIRST, NR_PAGES);
	CHECK(!boot_reserve(f->bm, PAGES(FIRST), PAGES(half), BOOT_EXCLUSIVE));
	CHECK(boot_alloc(f->bm, PAGE_SIZE, 1, 0, 0) == PAGES(FIRST + half));
	before = words_read(f);
	for (u64 n = 1; n < 1000; n++)
		CHECK(boot_alloc(f->bm, PAGE_SIZE, 1, 0, 0) == PAGES(FIRST + half + n));
	/* Requests that no page can serve do not read them either. */
	for (u64 n = 0; n < 1000; n++)
		CHECK(boot_alloc(f->bm, PAGE_SIZE, 1, 0, PAGES(FIRST + half)) == BOOT_NONE);
	CHECK(words_read(f) - before <= 2 * 1000 * FEW);
}

/*
 * The upper half is full, and the goal lies in it: only the first request reads its words. bootmem
 * searches with the goal and then without it; rootmem has a cursor for the node and one for any.
 */
static void full_above(struct fixture *f)
{
	const u64 half = NR_PAGES / 2, goal = PAGES(FIRST + half);
	u64 before;

	one_node(f, FIRST, NR_PAGES);
	CHECK(!boot_reserve(f->bm, goal, PAGES(half), BOOT_EXCLUSIVE));
	before = words_read(f);
	CHECK(boot_alloc(f->bm, PAGE_SIZE, PAGE_SIZE, goal, 0) == PAGES(FIRST));
	CHECK(boot_alloc_node(f->bm, 0, PAGE_SIZE, PAGE_SIZE, goal, 0) == PAGES(FIRST + 1));
	CHECK(words_read(f) - before <= WORDS + 2 * FEW);
	before = words_read(f);
	for (u64 n = 1; n < 1000; n++) {
		/* Various goals in the full half. */
		CHECK(boot_alloc(f->bm, PAGE_SIZE, PAGE_SIZE, goal + PAGES(n * 100), 0) ==
		      PAGES(FIRST + 2 * n));
		CHECK(boot_alloc_node(f->bm, 0, PAGE_SIZE, PAGE_SIZE, goal + PAGES(n), 0) ==
		      PAGES(FIRST + 2 * n + 1));
	}
	CHECK(words_read(f) - before <= 2 * 1000 * FEW);
	/* A page that is freed there is found. */
	CHECK(!boot_free(f->bm, goal + PAGES(1000), PAGE_SIZE));
	CHECK(boot_alloc(f->bm, PAGE_SIZE, PAGE_SIZE, goal, 0) == goal + PAGES(1000));
	CHECK(boot_alloc(f->bm, PAGE_SIZE, PAGE_SIZE, goal, 0) == PAGES(FIRST + 2000));
}

/* The node's pages above the goal are in use; pages of another node between them are free. */
static void full_node(struct fixture *f)
{
	const bool root = f->kind == BOOT_ROOTMEM;
	const u64 part = NR_PAGES / 4, goal = PAGES(part / 2);
	u64 before;

	for (unsigned int i = 0; i < 4; i++)
		add_pages(f, i % 2, i * part, part);
	CHECK(!boot_setup(f->bm));
	CHECK(!boot_reserve(f->bm, goal, PAGES(part / 2), BOOT_EXCLUSIVE));
	CHECK(!boot_reserve(f->bm, PAGES(2 * part), PAGES(part), BOOT_EXCLUSIVE));
	/* The first goal lies in the other node's part, so the bound there is no page of the node.
	 */
	CHECK(boot_alloc_node(f->bm, 0, PAGE_SIZE, PAGE_SIZE, PAGES(part + 10), 0) ==
	      (root ? 0 : PAGES(part + 10)));
	CHECK(boot_alloc_node(f->bm, 0, PAGE_SIZE, PAGE_SIZE, goal, 0) ==
	      (root ? PAGES(1) : PAGES(part + 11)));
	before = words_read(f);
	for (u64 n = 2; n < 1000; n++)
		CHECK(boot_alloc_node(f->bm, 0, PAGE_SIZE, PAGE_SIZE, goal, 0) ==
		      (root ? PAGES(n) : PAGES(part + 10 + n)));
	CHECK(words_read(f) - before <= 1000 * FEW);
}

/* Only a few pages in the middle are free: requests that find no room read neither side again. */
static void full_around(struct fixture *f)
{
	const u64 middle = FIRST + NR_PAGES / 2;
	u64 before;

	one_node(f, FIRST, NR_PAGES);
	CHECK(!boot_reserve(f->bm, PAGES(FIRST), PAGES(NR_PAGES), BOOT_EXCLUSIVE));
	CHECK(!boot_free(f->bm, PAGES(middle), PAGES(64)));
	CHECK(boot_alloc(f->bm, PAGES(65), 1, 0, 0) == BOOT_NONE);
	before = words_read(f);
	for (u64 n = 0; n < 1000; n++)
		CHECK(boot_alloc(f->bm, PAGES(65), 1, 0, 0) == BOOT_NONE);
	CHECK(words_read(f) - before <= 1000 * FEW);
}

/* Ranges that are 64 GiB apart cost a word each, and the hole between them nothing. */
static void holes(struct fixture *f)
{
	const u64 far = 1ULL << 24;

	add_pages(f, 0, 0, 64);
	add_pages(f, 0, far, 64);
	add_pages(f, 1, 64, 64);
	add_pages(f, 1, far + 64, 64);
	CHECK(bstats(f).bitmap_bytes == (far / 64 + 2) * 8 ||
	      bstats(f).bitmap_bytes == 2 * (far / 64 + 1) * 8);
	CHECK(bstats(f).written_bytes == 4 * 8);
	CHECK(!boot_setup(f->bm));
	CHECK(bstats(f).written_bytes == 4 * 8 && !words_read(f));
	CHECK(boot_alloc(f->bm, PAGES(65), 1, 0, 0) == BOOT_NONE);
	CHECK(boot_alloc_node(f->bm, 0, PAGES(65), 1, 0, 0) == BOOT_NONE);
	CHECK(boot_alloc_cross(f->bm, PAGES(129), 1, 0, 0) == BOOT_NONE);
	CHECK(boot_alloc_node(f->bm, 0, PAGES(64), 1, PAGES(64), 0) == PAGES(far));
	CHECK(boot_alloc_node(f->bm, 0, PAGES(64), 1, PAGES(64), 0) ==
	      (f->kind == BOOT_ROOTMEM ? 0 : PAGES(64)));
	CHECK(boot_hand_over(f->bm, ignore_block, NULL) == 128);
	CHECK(words_read(f) <= 7 * FEW);
}

#define GIB_PAGES(n) ((n) * (1ULL << 30 >> PAGE_SHIFT))

/* Count the handed-over pages of each two GiB. */
static void count_pages(void *arg, u64 pfn, unsigned int order)
{
	u64 *pages = arg;

	CHECK(order == BOOT_MAX_ORDER);
	pages[pfn / GIB_PAGES(2)] += 1ULL << order;
}

/* The reviewers' case in full size: node 0 has 0-2 G and 4-6 G, node 1 has 2-4 G and 6-8 G. */
static void reviewers(struct fixture *f)
{
	const bool root = f->kind == BOOT_ROOTMEM;
	const u64 two = GIB_PAGES(2), words = 4 * two / WORD_BITS;
	u64 pages[4] = {0};

	add_pages(f, 0, 0, two);
	add_pages(f, 0, 2 * two, two);
	add_pages(f, 1, two, two);
	add_pages(f, 1, 3 * two, two);
	/* The spans of bootmem's two nodes have 6 GiB each. */
	CHECK(bstats(f).bitmap_bytes == (root ? 4 : 6) * two / 8);
	CHECK(bstats(f).written_bytes == 4 * two / 8);
	CHECK(!boot_setup(f->bm));
	/* A request for more than one range holds fails, unless it may cross nodes. */
	CHECK(boot_alloc(f->bm, PAGES(two) + 1, 1, 0, 0) == BOOT_NONE);
	CHECK(boot_alloc_node(f->bm, 0, PAGES(two) + 1, 1, 0, 0) == BOOT_NONE);
	CHECK(words_read(f) <= 2 * words + 4 * FEW);
	if (root) {
		CHECK(boot_alloc_cross(f->bm, PAGES(4 * two), 1, 0, 0) == 0);
		CHECK(!boot_free(f->bm, 0, PAGES(4 * two)));
	}
	/* Memory between a node's ranges is not the node's. */
	CHECK(boot_alloc_node(f->bm, 0, PAGES(two), 1, 0, 0) == 0);
	CHECK(boot_alloc_node(f->bm, 0, PAGES(1024), PAGES(1024), 0, 0) == PAGES(2 * two));
	CHECK(boot_alloc_node(f->bm, 0, PAGES(two), 1, 0, 0) == (root ? BOOT_NONE : PAGES(two)));
	if (root)
		CHECK(boot_alloc_node(f->bm, 1, PAGES(two), 1, 0, 0) == PAGES(two));
	CHECK(boot_alloc_node(f->bm, 1, PAGES(1024), 1, 0, 0) == PAGES(3 * two));
	boot_verify(f->bm);
	CHECK(boot_hand_over(f->bm, count_pages, pages) == 2 * (two - 1024));
	CHECK(!pages[0] && !pages[1]);
	CHECK(pages[2] == two - 1024 && pages[3] == two - 1024);
	CHECK(words_read(f) <= 10 * words);
}

BOTH(all_free)
BOTH(all_used)
BOTH(long_run)
BOTH(full_below)
BOTH(full_above)
BOTH(full_node)
BOTH(full_around)
BOTH(holes)
BOTH(reviewers)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_all_free),    T(test_all_used),	 T(test_long_run),
		T(test_full_below),  T(test_full_above), T(test_full_node),
		T(test_full_around), T(test_holes),	 T(test_reviewers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
