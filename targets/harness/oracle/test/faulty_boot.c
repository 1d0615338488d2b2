/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_boot.c - boot memory with one fault at a time: the linker wraps its calls (--wrap), and
 * the wrappers apply the fault and call the real allocator.
 */
#include "boot/boot.h"
#include "boot/compat.h"
#include "faulty_allocators.h"
#include "machine/pgtable.h"
#include "sched/report.h"

#define WRAPPED(type, name, ...)                                                                   \
	type __real_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__);                                                           \
	type __wrap_##name(__VA_ARGS__)

/* The configuration, which names the receiver of refusals, and the machine. */
static struct boot_config told;
static struct machine *machine;

static void tell(void *arg, enum boot_error why, const char *call, u64 start, u64 end)
{
	if (faulty(FAULT_BOOT_SILENT))
		return;
	if (faulty(FAULT_BOOT_NAME))
		why = (why + 1) % NR_BOOT_ERRORS;
	if (faulty(FAULT_BOOT_BYTES))
		start++;
	told.refused(arg, why, call, start, end);
}

WRAPPED(int, boot_create, struct machine *m, const struct boot_config *cfg, struct boot_mem **out)
{
	struct boot_config faulty_cfg = *cfg;

	machine = m;
	if (faulty(FAULT_BOOT_CREATE))
		return -ENOMEM;
	if (cfg->refused) {
		told = *cfg;
		faulty_cfg.refused = tell;
	}
	return __real_boot_create(m, &faulty_cfg, out);
}

WRAPPED(void, boot_destroy, struct boot_mem *bm)
{
	if (!faulty(FAULT_BOOT_META_KEPT))
		__real_boot_destroy(bm);
}

WRAPPED(void, boot_verify, const struct boot_mem *bm)
{
	MM_CHECK(!faulty(FAULT_BOOT_VERIFY), LIST, "verified");
	__real_boot_verify(bm);
}

WRAPPED(int, boot_setup, struct boot_mem *bm)
{
	return faulty(FAULT_BOOT_SETUP) ? -ENOMEM : __real_boot_setup(bm);
}

WRAPPED(int, boot_register_node, struct boot_mem *bm, unsigned int nid, u64 start, u64 end)
{
	if ((faulty(FAULT_BOOT_REGISTER_TWICE) && !start) ||
	    (faulty(FAULT_BOOT_REGISTER_TEN) && start == 10 * PAGE_SIZE))
		__real_boot_register_node(bm, nid, start, end);
	if (faulty(FAULT_BOOT_REGISTER_PAGES)) {
		start = ALIGN(start, PAGE_SIZE);
		end &= PAGE_MASK;
	}
	return __real_boot_register_node(bm, nid, start, end);
}

static bool takes_more(const struct boot_mem *bm)
{
	return faulty(FAULT_BOOT_MORE) ||
	       (faulty(FAULT_BOOT_TWIN_MORE) && boot_config(bm)->kind == BOOT_ROOTMEM);
}

/* Apply the fault to a request. */
static void spoil_request(const struct boot_mem *bm, u64 *size, u64 *align, u64 *goal, u64 *limit)
{
	if (takes_more(bm))
		*size += PAGE_SIZE;
	if (faulty(FAULT_BOOT_NOT_PACKED))
		*align = max(*align, PAGE_SIZE);
	if (faulty(FAULT_BOOT_GOAL))
		*goal = 0;
	if (faulty(FAULT_BOOT_LIMIT))
		*limit = 0;
}

/* Apply the fault to an address that was found. */
static u64 spoil_address(u64 addr)
{
	static u64 before;

	if (addr == BOOT_NONE)
		return addr;
	if (faulty(FAULT_BOOT_OVERLAP) && addr)
		return before;
	before = addr;
	if (faulty(FAULT_BOOT_MIDDLE))
		return addr + 64;
	if (faulty(FAULT_BOOT_MISALIGNED))
		return addr + 1;
	if (faulty(FAULT_BOOT_OUTSIDE))
		return BOOT_MAX_ADDRESS / 2;
	if (faulty(FAULT_BOOT_HOLE))
		return 64 * PAGE_SIZE;
	return addr;
}

u64 __real_boot_alloc_cross(struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit);

WRAPPED(u64, boot_alloc, struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit)
{
	if (faulty(FAULT_BOOT_REFUSED) && size != 100)
		return BOOT_NONE;
	spoil_request(bm, &size, &align, &goal, &limit);
	if (faulty(FAULT_BOOT_CROSSES))
		return __real_boot_alloc_cross(bm, size, align, goal, limit);
	return spoil_address(__real_boot_alloc(bm, size, align, goal, limit));
}

WRAPPED(u64, boot_alloc_node, struct boot_mem *bm, unsigned int nid, u64 size, u64 align, u64 goal,
	u64 limit)
{
	if (faulty(FAULT_BOOT_REFUSED))
		return BOOT_NONE;
	spoil_request(bm, &size, &align, &goal, &limit);
	if (faulty(FAULT_BOOT_NODE))
		return __real_boot_alloc(bm, size, align, goal, limit);
	return spoil_address(__real_boot_alloc_node(bm, nid, size, align, goal, limit));
}

WRAPPED(u64, boot_alloc_cross, struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit)
{
	if (faulty(FAULT_BOOT_REFUSED))
		return BOOT_NONE;
	spoil_request(bm, &size, &align, &goal, &limit);
	return spoil_address(__real_boot_alloc_cross(bm, size, align, goal, limit));
}

WRAPPED(u64, alloc_bootmem, struct boot_mem *bm, u64 size)
{
	u64 addr = __real_alloc_bootmem(bm, size);

	if (faulty(FAULT_COMPAT_GARBAGE))
		mem_set(machine, addr, 7, size);
	if (faulty(FAULT_COMPAT_SHORT))
		mem_set(machine, addr + size - 1, 7, 1);
	if (faulty(FAULT_COMPAT_MORE))
		mem_set(machine, addr + size, 0, 8);
	if (faulty(FAULT_COMPAT_BEFORE))
		mem_set(machine, addr - 8, 0, 8);
	return addr;
}

WRAPPED(u64, alloc_bootmem_pages, struct boot_mem *bm, u64 size)
{
	return faulty(FAULT_COMPAT_NO_PAGE) ? __real_alloc_bootmem(bm, size)
					    : __real_alloc_bootmem_pages(bm, size);
}

static int spoil_error(int err)
{
	if (faulty(FAULT_BOOT_SERVED))
		return 0;
	return faulty(FAULT_BOOT_ERROR) ? -ENOMEM : err;
}

WRAPPED(int, boot_reserve, struct boot_mem *bm, u64 start, u64 size, enum boot_reserve how)
{
	if (takes_more(bm))
		size += PAGE_SIZE;
	if (faulty(FAULT_BOOT_RESERVE_SHORT))
		size--;
	return spoil_error(__real_boot_reserve(bm, start, size, how));
}

WRAPPED(int, boot_free, struct boot_mem *bm, u64 start, u64 size)
{
	if (faulty(FAULT_BOOT_FREE_NOTHING))
		return 0;
	if (faulty(FAULT_BOOT_FREE_WHOLE)) {
		u64 end = (start + size) & PAGE_MASK;

		start = ALIGN(start, PAGE_SIZE);
		if (start >= end)
			return 0;
		size = end - start;
	}
	return spoil_error(__real_boot_free(bm, start, size));
}

/* The real receiver of blocks, which spoil_block() calls. */
struct giver {
	boot_block_fn give;
	void *arg;
	u64 calls;
};

static void spoil_block(void *arg, u64 pfn, unsigned int order)
{
	struct giver *g = arg;

	if (g->calls++) {
		g->give(g->arg, pfn, order);
		return;
	}
	if (faulty(FAULT_BOOT_GIVE_LESS))
		return;
	if (faulty(FAULT_BOOT_GIVE_LARGE))
		order = BOOT_MAX_ORDER + 1;
	if (faulty(FAULT_BOOT_GIVE_SHIFTED))
		pfn++;
	if (faulty(FAULT_BOOT_GIVE_DOUBLE))
		order++;
	if (faulty(FAULT_BOOT_GIVE_HALVES)) {
		order--;
		g->give(g->arg, pfn + (1ULL << order), order);
	}
	g->give(g->arg, pfn, order);
	if (faulty(FAULT_BOOT_GIVE_TWICE))
		g->give(g->arg, pfn, order);
}

WRAPPED(u64, boot_hand_over, struct boot_mem *bm, boot_block_fn give, void *arg)
{
	/* Static, since pages that are freed later are handed over through it too. */
	static struct giver g;
	u64 pages;

	g = (struct giver){give, arg, 0};
	pages = __real_boot_hand_over(bm, spoil_block, &g);
	if (!pages && faulty(FAULT_BOOT_GIVE_REFUSED))
		give(arg, 7, 0);
	return pages + faulty(FAULT_BOOT_GIVE_COUNT);
}

WRAPPED(void, boot_stats, const struct boot_mem *bm, struct boot_stats *st)
{
	__real_boot_stats(bm, st);
	if (faulty(FAULT_BOOT_STATS_META))
		st->metadata_bytes += 8;
	if (faulty(FAULT_BOOT_STATS_FREE))
		st->free++;
}

WRAPPED(int, boot_page_node, const struct boot_mem *bm, u64 pfn)
{
	return __real_boot_page_node(bm, pfn) + faulty(FAULT_BOOT_PAGE_NODE);
}

WRAPPED(bool, boot_page_free, const struct boot_mem *bm, u64 pfn)
{
	return __real_boot_page_free(bm, pfn) || (faulty(FAULT_BOOT_PAGE_FREE) && pfn == 3);
}
