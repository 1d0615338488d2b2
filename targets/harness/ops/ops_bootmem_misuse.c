/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_bootmem_misuse.c - calls of boot memory that must be refused, each for its own reason.
 *
 * Calls that depend on the state of pages go to the world's own allocators. Calls that would spoil
 * these, or that come too late for them, go to another one that is made for the purpose. A refused
 * call must leave either of them as it was.
 */
#include <string.h>

#include "exec/run.h"
#include "oracle/bootmem_checker.h"
#include "ops.h"

/* Pages of the allocator that is made for a call. */
#define FIRST_PAGE 10u
#define LAST_PAGE 20u

#define PAGES(n) ((u64)(n) << PAGE_SHIFT)

/**
 * struct misuse - an operation of this file
 * @why:  the expected reason of the refusal
 * @at:   chooses the call and its mistake
 * @boot: the allocator that gets the call
 */
struct misuse {
	struct world *w;
	u32 k;
	enum boot_error why;
	u32 at;
	struct boot_mem *boot;
};

static void expect(const struct misuse *mu, const char *what, u64 start, u64 end, bool refused)
{
	const struct bootmem_refusal want = {.why = mu->why, .start = start, .end = end};

	bootmem_expect(mu->w, mu->k, what, &want);
	MM_CHECK(refused, RANGE, "%s of %s: told of, and not refused", what,
		 boot_kind_name(bootmem_kind(mu->w, mu->k)));
}

static void call_register(const struct misuse *mu, unsigned int nid, u64 start, u64 end)
{
	int err = boot_register_node(mu->boot, nid, start, end);

	expect(mu, "register", start, end, err == (mu->why == BOOT_OVERLAP ? -EEXIST : -EINVAL));
}

static void call_setup(const struct misuse *mu)
{
	expect(mu, "setup", 0, 0, boot_setup(mu->boot) == -EINVAL);
}

static void call_reserve(const struct misuse *mu, u64 start, u64 size)
{
	int err = boot_reserve(mu->boot, start, size, mu->at & 1 ? BOOT_SHARED : BOOT_EXCLUSIVE);

	expect(mu, "reserve", start, start + size, err == -EINVAL);
}

static void call_free(const struct misuse *mu, u64 start, u64 size)
{
	expect(mu, "free", start, start + size, boot_free(mu->boot, start, size) == -EINVAL);
}

/* One of the three requests. */
static void call_alloc(const struct misuse *mu, u64 size, u64 align)
{
	u64 addr;

	switch (mu->at % 3) {
	case 0:
		addr = boot_alloc(mu->boot, size, align, 0, 0);
		break;
	case 1:
		addr = boot_alloc_node(mu->boot, 0, size, align, 0, 0);
		break;
	default:
		addr = boot_alloc_cross(mu->boot, size, align, 0, 0);
		break;
	}
	expect(mu, "request", 0, 0, addr == BOOT_NONE);
}

static void give_nothing(void *arg, u64 pfn, unsigned int order)
{
	MM_CHECK(false, PAGE_FREE, "frame %llu was handed over by a call that must be refused",
		 pfn);
}

static void call_hand_over(const struct misuse *mu)
{
	expect(mu, "hand-over", 0, 0, !boot_hand_over(mu->boot, give_nothing, NULL));
}

static void give(void *arg, u64 pfn, unsigned int order)
{
	*(u64 *)arg += 1ULL << order;
}

/*
 * The end of what the other allocator has. Of pages in part there is one only where bytes of it
 * are to be told of twice.
 */
static u64 last_byte(const struct misuse *mu)
{
	return PAGES(LAST_PAGE) + (mu->why == BOOT_OVERLAP ? PAGE_SIZE / 2 : 0);
}

/* Bring the other allocator to where the call comes too late. Return: false without memory. */
static bool bring_on(const struct misuse *mu)
{
	u64 given = 0;
	int err = boot_register_node(mu->boot, 0, PAGES(FIRST_PAGE), last_byte(mu));

	if (!err && mu->why != BOOT_OVERLAP && mu->why != BOOT_ORDER)
		err = boot_setup(mu->boot);
	if (!err && mu->why == BOOT_OVER) {
		boot_hand_over(mu->boot, give, &given);
		MM_CHECK(given == LAST_PAGE - FIRST_PAGE, LEAK_PAGE,
			 "%u pages were free, and %llu were handed over", LAST_PAGE - FIRST_PAGE,
			 given);
	}
	MM_CHECK(!mu->w->bootmem.told.nr, RANGE, "a call was refused: %s",
		 boot_error_name(mu->w->bootmem.told.why));
	return !err;
}

static void too_early(const struct misuse *mu)
{
	if (mu->at & 1)
		call_hand_over(mu);
	else if (mu->at & 2)
		call_reserve(mu, PAGES(mu->at), mu->at);
	else if (mu->at & 4)
		call_free(mu, PAGES(mu->at), mu->at);
	else
		call_alloc(mu, 1 + mu->at, PAGE_SIZE);
}

static void too_late(const struct misuse *mu)
{
	if (!bring_on(mu))
		return;
	if (mu->at & 1)
		call_setup(mu);
	else if (mu->why == BOOT_LATE || mu->at & 2)
		call_register(mu, 0, PAGES(LAST_PAGE + mu->at), PAGES(LAST_PAGE + mu->at + 1));
	else if (mu->at & 4)
		call_reserve(mu, PAGES(FIRST_PAGE), mu->at);
	else if (mu->at & 8)
		call_alloc(mu, 1 + mu->at, PAGE_SIZE);
	else
		call_hand_over(mu);
}

static void bad_node(const struct misuse *mu)
{
	const unsigned int beyond = mu->at & 2 ? ~0U - mu->at : mu->at;
	const unsigned int nid = mu->w->bootmem.topo.nr_nodes + (mu->at & 2 ? 0 : beyond);

	if (mu->at & 1)
		call_register(mu, nid, PAGES(FIRST_PAGE), PAGES(LAST_PAGE));
	else if (bring_on(mu))
		expect(mu, "request", 0, 0,
		       boot_alloc_node(mu->boot, mu->at & 2 ? beyond : nid, 1, 1, 0, 0) ==
			       BOOT_NONE);
}

static void bad_argument(const struct misuse *mu)
{
	static const u64 bad[] = {0, 3, 6, 12, 4097, ~0ULL, 1ULL << 63 | 1};

	if (!bring_on(mu))
		return;
	if (mu->at & 1)
		call_alloc(mu, 0, PAGE_SIZE);
	else
		call_alloc(mu, 1, bad[(mu->at >> 1) % ARRAY_SIZE(bad)]);
}

static void nothing_in_it(const struct misuse *mu)
{
	const u64 start = PAGES(FIRST_PAGE) + mu->at;

	if (!(mu->at & 1)) {
		/* Up to a page and a half without one that is whole. */
		u64 from = start | 1, to = (from & PAGE_MASK) + 2 * PAGE_SIZE - 1;

		call_register(mu, 0, from, mu->at & 2 ? from : to);
	} else if (bring_on(mu)) {
		if (mu->at & 2)
			call_reserve(mu, start, 0);
		else
			call_free(mu, start, 0);
	}
}

static void backwards(const struct misuse *mu)
{
	if (!(mu->at & 1)) {
		if (mu->at & 2)
			call_register(mu, 0, PAGES(LAST_PAGE), PAGES(LAST_PAGE) - 1 - mu->at);
		else
			call_register(mu, 0, 0, BOOT_MAX_ADDRESS + 1 + mu->at);
	} else if (bring_on(mu)) {
		u64 start = PAGES(FIRST_PAGE) + mu->at;
		u64 size = mu->at & 4 ? BOOT_MAX_ADDRESS : -start;

		if (mu->at & 2)
			call_reserve(mu, start, size);
		else
			call_free(mu, start, size);
	}
}

static void overlap(const struct misuse *mu)
{
	const unsigned int nid = mu->at % mu->w->bootmem.topo.nr_nodes;
	const u64 start = PAGES(mu->at >> 2 & 15);

	if (!bring_on(mu))
		return;
	if (mu->at & 2) {
		/* A byte at its end, or at its start: of a page that is not whole there. */
		if (mu->at >> 2 & 1)
			call_register(mu, nid, last_byte(mu) - 1, PAGES(LAST_PAGE + 2));
		else
			call_register(mu, nid, PAGES(mu->at >> 3 & 7), PAGES(FIRST_PAGE) + 1);
		return;
	}
	/* The range begins below or inside, and ends inside or above. */
	call_register(mu, nid, start, PAGES(FIRST_PAGE + 1 + (mu->at >> 6)) + start);
}

static void out_of_order(const struct misuse *mu)
{
	if (bring_on(mu))
		call_register(mu, 0, mu->at % PAGES(FIRST_PAGE - 1), PAGES(FIRST_PAGE));
}

/* An allocator made for the call must refuse it, and must then be as it was. */
static void ask_another(struct misuse *mu)
{
	static void (*const misuse[NR_BOOT_ERRORS])(const struct misuse *mu) = {
		[BOOT_EARLY] = too_early,     [BOOT_LATE] = too_late,
		[BOOT_OVER] = too_late,	      [BOOT_NO_MEMORY] = call_setup,
		[BOOT_BAD_NODE] = bad_node,   [BOOT_BAD_ARGUMENT] = bad_argument,
		[BOOT_EMPTY] = nothing_in_it, [BOOT_BACKWARDS] = backwards,
		[BOOT_OVERLAP] = overlap,     [BOOT_ORDER] = out_of_order,
	};

	mu->boot = bootmem_make(mu->w, mu->k);
	if (!mu->boot)
		return;
	misuse[mu->why](mu);
	boot_verify(mu->boot);
	boot_destroy(mu->boot);
}

/* The first page in that state, from page @at on and around the end; span: there is none. */
static u64 find_page(const struct bootmem_model *m, u32 k, u64 at, enum bootmem_state state)
{
	const u8 *map = m->map[k].state, *found;

	at %= m->span;
	found = memchr(map + at, state, m->span - at);
	if (!found)
		found = memchr(map, state, at);
	return found ? (u64)(found - map) : m->span;
}

/*
 * The world's own allocator must refuse the call because of the state of a page. The range begins
 * below that page, so the allocator may report another page and another reason first: the model
 * knows which. A free may name a part of the page.
 */
static void ask_own(struct misuse *mu)
{
	struct bootmem_checker *b = bootmem_of(mu->w);
	const struct bootmem_model *m = &b->model;
	enum bootmem_state state = BOOTMEM_HOLE;
	u64 p, from, size, part;

	if (mu->why == BOOT_RESERVE_TWICE)
		state = BOOTMEM_USED;
	else if (mu->why == BOOT_FREE_TWICE)
		state = b->over ? BOOTMEM_GIVEN : BOOTMEM_FREE;
	p = find_page(m, mu->k, mu->at >> 2, state);
	if (p == m->span && (state != BOOTMEM_HOLE || bootmem_addr(m, p) >= BOOT_MAX_ADDRESS))
		return;
	from = bootmem_addr(m, p - min(p, (u64)(mu->at & 1)));
	size = bootmem_addr(m, p + 1) - from;
	part = mu->at & (mu->why == BOOT_OUTSIDE ? 4 : 2) ? 1 + mu->at % (PAGE_SIZE - 2) : 0;
	if (mu->why == BOOT_RESERVE_TWICE || (mu->why == BOOT_OUTSIDE && mu->at & 2))
		bootmem_reserve(mu->w, mu->k, from + 1, size - 1, BOOT_EXCLUSIVE);
	else
		bootmem_free(mu->w, mu->k, from + part / 2, size - part);
}

void op_misuse_bootmem(struct world *w, const struct op_call *c)
{
	for_each_bootmem (k, w) {
		struct misuse mu = {.w = w, .k = k, .why = c->op->arg[0], .at = c->op->arg[1]};

		if (mu.why == BOOT_OUTSIDE || mu.why >= BOOT_RESERVE_TWICE)
			ask_own(&mu);
		else
			ask_another(&mu);
		bootmem_check(w, k, bootmem_addr(&bootmem_of(w)->model, 0),
			      bootmem_addr(&bootmem_of(w)->model, 1));
	}
}
