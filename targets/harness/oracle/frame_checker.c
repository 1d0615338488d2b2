/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame_checker.c - page frames, their owners, and where they are mapped; see frame_checker.h.
 *
 * The per-CPU allocator takes its lock when it is asked for its numbers, so it is asked first; if
 * another operation has begun by then, nothing is compared. From there on no scheduling point is
 * passed: all that is compared is of one moment.
 *
 * Table pages stay allocated until the machine goes. A walk from the topmost table names the frame
 * of each, and every frame that the page table has asked for must be among them: a table that was
 * lost is a leak, one in another owner's frame an overlap.
 */
#include "frame_checker.h"

#include <string.h>

#include "deferred_frees.h"
#include "machine/pgtable.h"
#include "world/machine_world.h"
#include "world/percpu_world.h"
#include "world/vmap_world.h"

/* More than any machine has; see program.h. */
#define MAX_FRAMES 65536u

/* Marks of frames of a table, of boot memory, and of the first chunk; smaller values count
 * mappings. */
#define TABLE 0xfdu
#define TAKEN 0xfeu
#define FIRST 0xffu

/* Owners of frames in use, by the names of their requests. */
enum { BY_PERCPU, BY_PERCPU_KM, BY_VMALLOC, BY_MAPPINGS, BY_TABLES, NR_OWNERS };

/**
 * owners - the expected mappings of a frame
 * @name:   its owner
 * @least:  number of mappings, from @least to @most
 */
static const struct {
	const char *name;
	u8 least, most;
} owners[NR_OWNERS] = {
	[BY_PERCPU] = {"percpu", 1, 1},
	[BY_PERCPU_KM] = {"percpu km", 0, 0},
	[BY_VMALLOC] = {"vmalloc", 1, 1},
	[BY_MAPPINGS] = {"mapping", 0, UINT8_MAX},
	[BY_TABLES] = {"page table", TABLE, TABLE},
};

/**
 * struct frame_count - counts of the walk over all frames
 * @has:   frames, by enum page_owner
 * @owner: frames in use, by owner
 */
struct frame_count {
	u64 has[PAGE_OWNER_USER + 1];
	u64 owner[NR_OWNERS];
};

static bool has_boot(const struct world *w)
{
	return w->program->target == TARGET_BOOT && machine_world_has_boot_memory(w) &&
	       w->nr_percpu_kinds && w->nr_vmap_kinds && w->vmap_kind[0] &&
	       w->vmap_kind[0]->get_vm_areas && w->vmap_kind[0]->for_each_busy;
}

/**
 * struct frame_map - the mappings of all frames
 * @w:      the world
 * @mapped: of each frame of the machine, in order: number of its mappings, or a mark
 */
struct frame_map {
	struct world *w;
	_Alignas(u64) u8 mapped[MAX_FRAMES];
};

/* The entry of a frame in @mapped, or NULL if the machine does not have that frame. */
static u8 *mapped_at(struct frame_map *f, u64 pfn)
{
	const struct topology *t = machine_topology(f->w->machine);
	u64 first = 0;

	for (u32 i = 0; i < t->nr_ranges; i++) {
		if (pfn - t->range[i].start < t->range[i].nr)
			return &f->mapped[first + (pfn - t->range[i].start)];
		first += t->range[i].nr;
	}
	return NULL;
}

/*
 * Cleared by hand and not with memset(): ThreadSanitizer does not see what harness code hands from
 * task to task, but it sees into the C library.
 */
static struct frame_map *empty_map(struct world *w)
{
	struct frame_map *f = subsystem_state(w, &frame_checker);
	volatile u64 *words = (volatile u64 *)f->mapped;

	f->w = w;
	for (u32 i = 0; i < DIV_ROUND_UP(w->program->machine.pages, sizeof(*words)); i++)
		words[i] = 0;
	return f;
}

static void count_area(u64 start, u64 end, void *arg)
{
	struct frame_map *f = arg;

	for (u64 addr = start; addr != end; addr += PAGE_SIZE) {
		const struct page *page = vmalloc_to_page(f->w->machine, addr);
		u8 *mapped = page ? mapped_at(f, page->pfn) : NULL;

		if (mapped && *mapped < TABLE - 1)
			++*mapped;
	}
}

static u64 first_pages(const struct percpu_layout *l)
{
	return ALIGN((u64)l->static_size + l->reserved_size + l->dyn_size, PAGE_SIZE) >> PAGE_SHIFT;
}

/* Those that have frames. */
static u64 first_frames(const struct percpu_instance *v)
{
	if (v->be->caps.rounds_dynamic && v->first == PERCPU_FIRST_PAGE)
		return v->layout.unit_size >> PAGE_SHIFT;
	return first_pages(&v->layout);
}

/* The frame of a page of the first chunk is boot memory, and backs no other page. */
static void mark_first_page(struct frame_map *f, bool mapped, unsigned int cpu, u64 addr)
{
	const struct world *w = f->w;
	const struct page *page =
		mapped ? vmalloc_to_page(w->machine, addr) : virt_to_page(w->machine, addr);
	u8 *mark = page ? mapped_at(f, page->pfn) : NULL;

	MM_CHECK(mark && page_owner(w->machine, page->pfn) == PAGE_OWNER_BOOT, PAGE_FREE,
		 "first chunk, CPU %u, 0x%llx: its page frame is no boot memory", cpu, addr);
	MM_CHECK(*mark == mapped, OVERLAP,
		 "first chunk, CPU %u, 0x%llx: page frame %llu has another user", cpu, addr,
		 page->pfn);
	*mark = FIRST;
}

static void mark_first_chunk(struct frame_map *f, const struct percpu_instance *v)
{
	const struct topology *t = machine_topology(f->w->machine);
	const u64 pages = first_frames(v);
	unsigned int cpu;

	if (!v->base)
		return;
	for_each_possible_cpu (cpu, t)
		for (u64 i = 0; i < pages; i++)
			mark_first_page(f, v->first == PERCPU_FIRST_PAGE, cpu,
					v->base + v->be->ptr(v->ctx, 0, cpu) + (i << PAGE_SHIFT));
}

static void mark_taken(struct frame_map *f)
{
	const struct world *w = f->w;

	for (u32 i = 0; i < w->boot.nr_taken; i++) {
		const struct taken *taken = &w->boot.taken[i];
		u64 pfn = taken->start >> PAGE_SHIFT;

		for (; pfn << PAGE_SHIFT < taken->start + taken->size; pfn++) {
			u8 *mark = mapped_at(f, pfn);

			MM_CHECK((!*mark || *mark == TAKEN) &&
					 page_owner(w->machine, pfn) == PAGE_OWNER_BOOT,
				 OVERLAP,
				 "page frame %llu was taken before boot, and has another user",
				 pfn);
			*mark = TAKEN;
		}
	}
}

/* The page table owns the frame of a table, which holds no other table. */
static void mark_table(const struct page *page, unsigned int level, u64 addr, void *arg)
{
	struct frame_map *f = arg;
	const struct world *w = f->w;
	u8 *mark = mapped_at(f, page->pfn);

	MM_CHECK(mark && page_owner(w->machine, page->pfn) == PAGE_OWNER_USER, PAGE_FREE,
		 "table of level %u for 0x%llx: its page frame %llu is not in use", level, addr,
		 page->pfn);
	MM_CHECK(!strcmp(page->owner, owners[BY_TABLES].name), OVERLAP,
		 "table of level %u for 0x%llx: its page frame %llu is in use by %s", level, addr,
		 page->pfn, page->owner);
	MM_CHECK(!*mark, OVERLAP,
		 "table of level %u for 0x%llx: its page frame %llu is another table's, or mapped",
		 level, addr, page->pfn);
	*mark = TABLE;
}

static void check_used(struct world *w, u64 pfn, u8 mapped, struct frame_count *count)
{
	const struct page *page = pfn_to_page(w->machine, pfn);
	u32 by = 0;

	while (by < NR_OWNERS && strcmp(owners[by].name, page->owner) != 0)
		by++;
	MM_CHECK(by < NR_OWNERS, LEAK_PAGE,
		 "page frame %llu is in use by %s, expected no such owner", pfn, page->owner);
	MM_CHECK(page->count == 1, LEAK_PAGE, "page frame %llu, of %s: %d references", pfn,
		 page->owner, page->count);
	MM_CHECK(by != BY_TABLES || mapped == TABLE, LEAK_PAGE,
		 "page frame %llu is in use by %s, and no table lies there", pfn, page->owner);
	MM_CHECK(mapped >= owners[by].least, LEAK_PAGE,
		 "page frame %llu is in use by %s, and is mapped nowhere", pfn, page->owner);
	MM_CHECK(mapped <= owners[by].most, OVERLAP,
		 "page frame %llu is in use by %s, and is mapped %u times", pfn, page->owner,
		 mapped);
	count->owner[by]++;
}

static void check_frame(struct world *w, u64 pfn, u8 mark, struct frame_count *count)
{
	const enum page_owner has = page_owner(w->machine, pfn);

	count->has[has]++;
	switch (has) {
	case PAGE_OWNER_BOOT:
		MM_CHECK(mark >= TAKEN, LEAK_PAGE,
			 "page frame %llu is boot memory outside of the first chunk", pfn);
		break;
	case PAGE_OWNER_USER:
		check_used(w, pfn, mark, count);
		break;
	default:
		MM_CHECK(!mark, PAGE_FREE, "page frame %llu is free, and is mapped", pfn);
		break;
	}
}

static void check_count(const char *who, u64 counted, u64 least, u64 most)
{
	MM_CHECK(counted >= least && counted <= most, COUNT,
		 "%s: %llu page frames in use, and its own numbers say %llu to %llu", who, counted,
		 least, most);
}

/* Page frames of the per-CPU allocators, besides their first chunks. */
static void check_percpu(struct world *w, const struct percpu_account st[WORLD_PERCPU],
			 const struct frame_count *count)
{
	const u64 cpus = (u64)__builtin_popcountll(w->possible);
	const bool km = w->program->machine.km;
	u64 pages = 0, blocks = 0;

	for_each_percpu (k, w) {
		const struct percpu_layout *l = &w->percpu[k].layout;
		const bool first = w->percpu[k].base != 0;
		const u64 block = (u64)l->group[0].nr_units * l->unit_size >> PAGE_SHIFT;

		pages += (st[k].populated - (first ? first_pages(l) : 0)) * cpus;
		/* A block of kernel memory is rounded up to a power of two. */
		blocks += (st[k].chunks - first) << fls64(block - 1);
	}
	check_count("per-CPU chunks", count->owner[BY_PERCPU], km ? 0 : pages, km ? 0 : pages);
	check_count("per-CPU blocks", count->owner[BY_PERCPU_KM], km ? blocks : 0, km ? blocks : 0);
}

static void check_machine(struct world *w, const struct frame_count *count)
{
	struct machine_stats st;

	machine_stats(w->machine, &st);
	MM_CHECK(st.boot_pages == count->has[PAGE_OWNER_BOOT] &&
			 st.pages_used == count->has[PAGE_OWNER_USER] &&
			 nr_free_pages(w->machine) == count->has[PAGE_OWNER_FREE],
		 COUNT,
		 "%llu page frames are boot memory, %llu in use, %llu free, and the machine has "
		 "%llu, %llu, %llu",
		 count->has[PAGE_OWNER_BOOT], count->has[PAGE_OWNER_USER],
		 count->has[PAGE_OWNER_FREE], st.boot_pages, st.pages_used,
		 nr_free_pages(w->machine));
}

static void check_others(struct world *w, const struct percpu_account st[WORLD_PERCPU],
			 const struct frame_count *count)
{
	u64 pool = 0, vmalloc = 0;

	for_each_percpu (k, w)
		vmalloc += st[k].own_pages;

	for (u32 i = 0; i < w->nr_frame_pools; i++)
		pool += frame_pool_frames(&w->frames[i]);
	for (u32 i = 0; i < nr_live_objects(w); i++) {
		const struct object *o = live_object(w, i);

		if (o->type == OBJECT_VMALLOC)
			vmalloc += (o->size >> PAGE_SHIFT) - 1;
	}
	/* Memory that a worker has yet to free. */
	check_count("vmalloc()", count->owner[BY_VMALLOC], vmalloc,
		    vmalloc + (deferred_bytes(w) >> PAGE_SHIFT));
	check_count("mappings", count->owner[BY_MAPPINGS], pool, pool);
}

static void compare(struct world *w, bool quiet, s32 record)
{
	const struct topology *t = machine_topology(w->machine);
	struct frame_count count = {0};
	const u64 ticket = task_ticket();
	struct percpu_account st[WORLD_PERCPU];
	struct frame_map *f;
	const u8 *mark;

	if (!quiet)
		return;
	for_each_percpu (k, w)
		w->percpu[k].be->account(w->percpu[k].ctx, &st[k]);
	if (quiescence_lost(record, ticket))
		return;
	boot_world_verify(&w->boot);
	f = empty_map(w);
	for_each_space (k, w)
		w->vmap[k].be->for_each_busy(w->vmap[k].ctx, count_area, f);
	for_each_table(w->machine, mark_table, f);
	for_each_percpu (k, w)
		mark_first_chunk(f, &w->percpu[k]);
	mark_taken(f);
	mark = f->mapped;
	for (u32 r = 0; r < t->nr_ranges; r++)
		for (u64 i = 0; i < t->range[r].nr; i++)
			check_frame(w, t->range[r].start + i, *mark++, &count);
	check_machine(w, &count);
	check_percpu(w, st, &count);
	check_others(w, st, &count);
}

struct subsystem frame_checker = {
	.state_size = sizeof(struct frame_map),
	.wanted = has_boot,
	.verify = compare,
};
