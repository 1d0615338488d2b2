/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - struct machine, as only core/machine sees it, and its invariants.
 *
 * Each part lists what a run touched, so that the next boot undoes that and nothing else: live
 * metadata (meta.c), frames whose contents were reachable (contents.c), stale translations (tlb.c)
 * and page tables in use (pgtable.c).
 *
 * Invariants. They hold whenever no service is under way, and machine_verify() recomputes them.
 * Frame i is the frame with index i of struct machine; a frame is *managed* if the page allocator
 * has it, and boot memory otherwise.
 *
 * Metadata; a bare machine keeps no list of objects:
 *   M1   meta_slot[meta[i].slot] == i + 1 for each i < nr_meta; every other slot is 0
 *   M2   from an object's home slot to its own slot, no slot is 0
 *   M3   meta_bytes is the sum of the objects' sizes, and meta_peak is not below it
 *
 * Page frames:
 *   M4   a managed frame has count == 0 if and only if it is on its node's free list or beyond the
 *        used part of its range; on that list, @prev and @next agree
 *   M5   nr_used is the number of managed frames with count > 0
 *   M6   nr_managed is the number of managed frames; without boot memory these are all
 *   M7   a frame of boot memory is on no free list; count > 0 if it is materialized, else 0
 *   M8   below @run_at of a node begins no run of @run_nr free frames of it whose first number is a
 *        multiple of @run_align
 *   M9   a frame with CONTENTS_LIVE has count > 0 and is dirty
 *   M10  dirty[0 .. nr_dirty) holds each dirty frame once
 *
 * Page table and TLBs:
 *   M11  nr_present and nr_stale are the numbers of entries with PTE_PRESENT and PTE_STALE; the
 *        separate counts of a bare machine's tasks (struct bare_cache) add to nr_present
 *   M12  *stale[i].pte == (i << PTE_SHIFT | PTE_STALE) for each i < nr_stale
 *   M13  an entry is 0 unless its table and all tables above that are of this run
 *   M14  each table of this run has a frame of its own; there are nr_tables, and those of the
 *        lowest level are on @leaves
 *   M15  nr_present + nr_stale <= max_stale, so that unmapping needs no memory; a bare machine has
 *        no stale translation
 *   M16  if walk_key is not 0, walk_leaf is the lowest-level table of address (walk_key - 1) << 21;
 *        on the fibers engine, to spare a walk
 *   M17  on the host MMU, host.edges is the number of edges (host.c) between pages of the KVA
 *
 * Locks (hw_lock.h), for the threads engine:
 *
 *   meta_lock   metadata: objects, slots, counts, the depot of a bare machine
 *   mmu_lock    page table, stale translations, flush counters. Entries of a bare machine change
 *               without it, under the locks of the allocator that owns the addresses; its tables
 *               are made under it
 *   page_lock   frames: counts, owners, contents, free lists, boot memory, cached runs. The only
 *               lock that is taken inside another one: inside mmu_lock
 *
 * Look-ups (vmalloc_to_page(), mem_address()) take none of them, as hardware takes none: a table
 * stays for the whole run, and entries and counts are single words.
 */
#ifndef MM_MACHINE_INTERNAL_H
#define MM_MACHINE_INTERNAL_H

#include "host.h"
#include "hw_lock.h"
#include "machine.h"
#include "meta.h"
#include "page.h"
#include "pgtable.h"
#include "sanitize.h"
#include "../sched/keep.h"
#include "../sched/sched.h"

/**
 * struct meta_object - metadata in use
 * @p:       what kmalloc() returned
 * @size:    bytes asked for
 * @request: its number in the run (fail.h)
 * @ticket:  operation that asked for it
 * @slot:    its place in machine.meta_slot
 */
struct meta_object {
	void *p;
	size_t size;
	u64 request;
	u64 ticket;
	u32 slot;
};

/* State of the bytes of a frame; contents.c has the transitions. */
enum frame_contents {
	CONTENTS_UNKNOWN, /* anything: filled before a pointer to them is handed out */
	CONTENTS_POISON,  /* the frame's pattern, unless a stray write changed it */
	CONTENTS_LIVE,	  /* the owner's: a pointer to them was handed out */
};

#define NO_FRAME UINT32_MAX

/**
 * struct frame - what the machine keeps of a page frame besides struct page
 * @next:       next on its node's free list; NO_FRAME: last
 * @prev:       the one before on that list; meaningless for the first
 * @contents:   enum frame_contents
 * @zero:       in use and not LIVE: the owner asked for zeroes
 * @dirty:      on machine.dirty: was LIVE at some time in this run
 * @freed:      ticket of the operation that freed it last
 * @user:       last owner under which it was LIVE
 * @user_freed: ticket of the operation in which that owner freed it
 */
struct frame {
	u32 next;
	u32 prev;
	u8 contents;
	bool zero;
	bool dirty;
	u64 freed;
	const char *user;
	u64 user_freed;
};

/**
 * struct frame_range - a run of frames of one node
 * @start: first page frame number
 * @first: index of that frame in machine.page, .frame and .memory
 * @nr:    frames
 * @used:  frames from the start that were allocated, or put on the free list, in this run. The
 *         others were never used
 * @nid:   node
 * @next:  next range of the node, or -1
 * @memory: the bytes of the first frame
 */
struct frame_range {
	u64 start;
	u8 *memory;
	u32 first;
	u32 nr;
	u32 used;
	unsigned int nid;
	int next;
};

/**
 * struct node - free frames of a node
 * @head:      free list, last freed first; NO_FRAME: empty
 * @first:     its first range, or -1
 * @range:     range that never-used frames are taken from, or -1
 * @run_at:    M8
 * @run_nr:    M8; from 1
 * @run_align: M8; a power of two
 */
struct node {
	u32 head;
	int first;
	int range;
	u32 run_at;
	u64 run_nr;
	u64 run_align;
};

#define TABLE_SHIFT 9
#define TABLE_ENTRIES (1U << TABLE_SHIFT)
#define TABLE_LEVELS 4

/*
 * An entry of a lowest-level table: 0, or one of
 *   frame index << PTE_SHIFT | PTE_PRESENT, and PTE_MODEL except on the host MMU: one bit for
 *     mem_address() to test
 *   index into machine.stale << PTE_SHIFT | PTE_STALE
 */
#define PTE_PRESENT 1UL
#define PTE_STALE 2UL
#define PTE_MODEL 4UL
#define PTE_SHIFT 3

/**
 * struct table - a page-table page
 * @gen:   run that it belongs to: machine.gen if it is in use, else it is cached for later runs
 * @frame: index of the page frame that it costs in that run
 * @next:  next on machine.leaves
 * @child: upper levels
 * @pte:   lowest level
 */
struct table {
	u64 gen;
	u32 frame;
	struct table *next;
	union {
		struct table *child[TABLE_ENTRIES];
		u64 pte[TABLE_ENTRIES];
	};
};

/**
 * struct stale - a translation that TLBs may still hold
 * @pte:    the entry that was cleared; it holds the index of this structure (M12)
 * @addr:   address that it translates
 * @ticket: operation that cleared it
 * @frame:  index of the frame that it led to
 */
struct stale {
	u64 *pte;
	u64 addr;
	u64 ticket;
	u32 frame;
};

/*
 * A bare machine (bare.c) caches freed metadata by class: multiples of BARE_CLASS_BYTES, up to two
 * pages and an object's header. On the threads engine an object has cache lines of its own, against
 * false sharing. BARE_CACHES tasks can be at work at once; bare_self() is the number of the calling
 * one, 0 outside of a run.
 */
#define CACHE_LINE_BYTES 64u
#ifdef MM_ENGINE_THREADS
#define BARE_CLASS_BYTES CACHE_LINE_BYTES
#define BARE_CACHES SCHED_MAX_TASKS
#define bare_self() (current ? task_number(current) : 0)
#define BARE_CACHE_ALIGNED _Alignas(CACHE_LINE_BYTES)
#else
#define BARE_CLASS_BYTES 16u
#define BARE_CACHES 1
#define bare_self() 0
#define BARE_CACHE_ALIGNED
#endif
#define BARE_CLASSES ((2 * PAGE_SIZE + 128) / BARE_CLASS_BYTES)

/**
 * struct bare_cache - what a task of a bare machine caches and counts for itself
 * @free:     freed objects by class, last freed first
 * @nr_free:  how many; not counted where there is only one cache
 * @kmallocs: requests
 * @bytes:    of objects that it allocated, less those of objects that it freed
 * @peak:     largest value of @bytes
 * @present:  entries of the page table that it set, less those that it cleared
 */
struct bare_cache {
	BARE_CACHE_ALIGNED struct bare_object *free[BARE_CLASSES];
	u32 nr_free[BARE_CLASSES];
	u64 kmallocs;
	s64 bytes, peak;
	s64 present;
};

struct machine {
	/* Requests and failure. */
	u64 requests;
	bool fail_armed;
	u64 failed;

	/* Metadata: a dense array of live objects, and a hash table of indexes + 1 into it. */
	struct hw_lock meta_lock;
	struct meta_object *meta;
	u32 *meta_slot;
	u32 nr_meta;
	u32 max_meta;
	unsigned int meta_shift; /* 64 - log2 of slots; slots are twice max_meta */
	u64 kmallocs, meta_bytes, meta_peak;
	struct bare_cache bare_cache[BARE_CACHES];
	struct bare_object *bare_depot[BARE_CLASSES]; /* batches */
	struct page *bare_run; /* cached runs, last freed first; each of @bare_run_nr frames */
	u64 bare_run_nr;

	/* Page frames, by index: all ranges in order, without the holes between them. */
	struct hw_lock page_lock;
	struct page *page;
	struct frame *frame;
	u32 *dirty;
	u64 *handed_over;  /* a bit for each frame: managed, on a machine with boot memory */
	u64 *materialized; /* a bit for each frame: its struct page was filled in as boot memory */
	u8 *memory;	   /* of the model; frame_bytes() */
	u32 nr_frames;	   /* of this run */
	u32 max_frames;	   /* room */
	u32 nr_managed;
	u32 nr_used; /* managed frames in use, those of page tables included */
	u32 nr_dirty;
	u32 peak_used;
	unsigned int nr_ranges;
	u64 direct_start;
	u64 direct_size; /* bytes from there to the end of the last frame */
	u64 pages;
	struct frame_range range[TOPOLOGY_MAX_RANGES];
	struct node node[TOPOLOGY_MAX_NODES];

	/* Page table and TLBs. */
	struct hw_lock mmu_lock;
	struct host *host;	  /* NULL on the model */
	struct host *host_opened; /* kept from run to run */
	u64 pte_mapped;		  /* flags of a present entry */
	struct table root;
	struct table *leaves; /* lowest-level tables of this run */
	u64 gen;
	u64 walk_key; /* M16 */
	struct table *walk_leaf;
	u64 nr_present;
	struct stale *stale;
	u64 nr_stale;
	u64 max_stale;
	u64 tables;	      /* requests */
	u32 nr_tables;	      /* of this run */
	u32 nr_table_structs; /* allocated, cached ones included */
	u64 flushes;
	u64 ipis;
	u64 ipis_each; /* interrupts that one flush costs */

	char why[160]; /* machine_boot_error() */
	bool booted;
	struct machine_config cfg; /* only the part in use is ever copied */
};

/* Does the plan let request @n fail? If so, it is counted. */
bool fail_by_plan(struct machine *m, enum fail_class class, u64 n);

/* Give a request its number in the run, and say whether it fails. */
static inline u64 number_request(struct machine *m, enum fail_class class, bool *fails)
{
	u64 n = hw_add(&m->requests, 1);

	*fails = unlikely(m->fail_armed) && fail_by_plan(m, class, n);
	return n;
}

/* topology.c. It reads only what nr_cpu_ids, nr_nodes and nr_ranges declare in use. */
void topology_copy(struct topology *dst, const struct topology *src);

/* meta.c */
/* The slot where the search for an object starts. */
static inline u32 meta_home_slot(const struct machine *m, const void *p)
{
	return ((uintptr_t)p >> 4) * 0x9e3779b97f4a7c15ULL >> m->meta_shift;
}

void meta_sweep(struct machine *m);
void meta_check_leaks(struct machine *m);
void meta_destroy(struct machine *m);

/* bare.c */
void bare_stats(const struct machine *m, struct machine_stats *st);
void bare_fold_present(struct machine *m);
void bare_sweep(struct machine *m);
void *bare_alloc(struct machine *m, size_t size, bool zero);
void bare_free(struct machine *m, void *p);
void bare_destroy(struct machine *m);
bool bare_cache_run(struct machine *m, struct page *page, u64 nr);
struct page *bare_reuse_run(struct machine *m, unsigned int nid, u64 nr, u64 align);
bool bare_release_runs(struct machine *m);

/* page.c */
void page_sweep(struct machine *m);
int page_layout(struct machine *m, const struct topology *t);
void page_reset(struct machine *m);
void page_check_leaks(struct machine *m);
void page_destroy(struct machine *m);
u32 frame_alloc(struct machine *m, int nid, gfp_t gfp, const char *owner);
/* The range that holds frame @i. */
struct frame_range *range_of_frame(const struct machine *m, u32 i);
void frame_init_page(struct machine *m, const struct frame_range *r, u32 i);
void frame_put(struct machine *m, u32 i, u64 ticket);
void frame_claim(struct machine *m, u32 i, gfp_t gfp, const char *owner);
void node_push_free(struct machine *m, struct node *n, u32 i);
unsigned int node_resolve(struct machine *m, int nid);
int node_next_fallback(struct machine *m, unsigned int nid, unsigned int prev);
__noreturn void frame_report_free(struct machine *m, enum oracle oracle, u32 i, const char *what);
extern const char page_table_owner[];

/* The range that holds the frame with that number, or NULL. */
static inline const struct frame_range *range_of_pfn(const struct machine *m, u64 pfn)
{
	unsigned int lo = 0, hi = m->nr_ranges;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;
		const struct frame_range *r = &m->range[mid];

		if (pfn < r->start)
			hi = mid;
		else if (pfn - r->start >= r->nr)
			lo = mid + 1;
		else
			return r;
	}
	return NULL;
}

/* boot.c */
bool frame_managed(const struct machine *m, u32 i);
bool bootframe_materialized(const struct machine *m, u32 i);
extern const char boot_memory_owner[];
u32 bootframe_alloc(struct machine *m, struct node *n);
u32 bootframe_prev_handed(const struct machine *m, u32 low, u32 i);
u64 bootframe_next_start(const struct machine *m, const struct frame_range *r, u64 at, u64 nr);
void bootframe_sweep(struct machine *m);
void bootframe_report_use(struct machine *m, enum oracle oracle, u32 i, const char *what);

/*
 * bootframe_get() - is frame @i boot memory? If so, its struct page is filled in.
 * bootframe_get_locked() - the same with page_lock held.
 */
bool bootframe_get(struct machine *m, u32 i);
bool bootframe_get_locked(struct machine *m, u32 i);

/* contents.c */
void *frame_materialize(struct machine *m, u32 i);
void frame_make_live(struct machine *m, u32 i);
void frame_retire(struct machine *m, u32 i);
void contents_sweep(struct machine *m);
void contents_check(struct machine *m);

/* The bytes of a frame whose struct page is filled in. */
static inline void *frame_bytes(const struct machine *m, u32 i)
{
	if (unlikely(m->host))
		return (void *)(m->direct_start + (m->page[i].pfn << PAGE_SHIFT));
	return m->memory + (u64)i * PAGE_SIZE;
}

/* Before the bytes of a frame in use, @bytes, are accessed; a free frame is ORACLE_FAULT. */
static inline void *frame_ready(struct machine *m, u32 i, void *bytes)
{
	if (likely(hw_load(&m->frame[i].contents) == CONTENTS_LIVE))
		return bytes;
	return frame_materialize(m, i);
}

/* contig.c */
void node_lower_run_at(struct machine *m, struct node *n, u32 i);

/* direct.c */
void *direct_address(struct machine *m, u64 addr);
size_t direct_extent(struct machine *m, u64 addr, size_t len);

/* Is @addr between the start of the direct map and the end of its last frame? */
static inline bool direct_contains(const struct machine *m, u64 addr)
{
	return addr - m->direct_start < m->direct_size;
}

/* tables.c */
struct table *tables_create(struct machine *m, u64 addr);
void pgtable_sweep(struct machine *m);
void pgtable_check_leaks(struct machine *m);
void pgtable_destroy(struct machine *m);

/* pgtable.c */
struct table *pgtable_leaf(struct machine *m, u64 addr);
u64 pgtable_entry(struct machine *m, u64 addr);
__noreturn void pgtable_report_fault(struct machine *m, u64 addr);

/* On a bare machine on the model, the owner of the addresses serialises changes of entries. */
static inline bool entries_unlocked(const struct machine *m)
{
	return m->cfg.bare && !m->host;
}

static inline unsigned int level_index(u64 addr, unsigned int level)
{
	return addr >> (PAGE_SHIFT + level * TABLE_SHIFT) & (TABLE_ENTRIES - 1);
}

static inline unsigned int pte_index(u64 addr)
{
	return addr >> PAGE_SHIFT & (TABLE_ENTRIES - 1);
}

/* End of the addresses of @addr's lowest-level table, or @end if that comes first. */
static inline u64 leaf_end(u64 addr, u64 end)
{
	u64 left = (PAGE_SIZE << TABLE_SHIFT) - (addr & ((PAGE_SIZE << TABLE_SHIFT) - 1));

	return end - addr < left ? end : addr + left;
}

static inline bool kva_contains(const struct machine *m, u64 addr)
{
	return addr - m->cfg.kva_start < m->cfg.kva_size;
}

/* tlb.c */
int tlb_reserve(struct machine *m, u64 nr);
void tlb_add_stale(struct machine *m, u64 *pte, u64 addr, u32 frame, u64 ticket);
void tlb_sweep(struct machine *m);
void tlb_destroy(struct machine *m);

#endif
