/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - struct machine, as only core/machine sees it.
 *
 * Each part keeps what a run touched in lists of its own, so that the next boot
 * undoes that and nothing else: live metadata (meta.c), frames whose contents were
 * handed out (page.c), stale translations and table pages in use (pgtable.c, tlb.c).
 *
 * Locking. The fibers engine switches tasks at scheduling points only, and a service has
 * its single one at its entry: nothing here needs a lock. The threads engine has three,
 * invisible to ThreadSanitizer (see struct hw_lock): @meta_lock, @page_lock, @mmu_lock; the
 * only nesting is page_lock inside mmu_lock. On a bare machine entries of the page table change
 * without mmu_lock; tables are made under it.
 */
#ifndef MM_MACHINE_INTERNAL_H
#define MM_MACHINE_INTERNAL_H

#include "machine.h"
#include "meta.h"
#include "page.h"
#include "pgtable.h"
#include "sanitize.h"
#include "../sched/keep.h"
#include "../sched/sched.h"

#ifdef MM_ENGINE_THREADS
#include <sched.h>
#endif

/**
 * struct hw_lock - keeps OS threads out of each other's way inside a service
 *
 * Hardware orders its own work without ordering the software that uses it. A pthread mutex would
 * be seen by ThreadSanitizer and order everybody who calls the machine, which would hide the
 * allocators' races; this lock is plain atomics in code that is not instrumented.
 */
struct hw_lock {
#ifdef MM_ENGINE_THREADS
	int held;
#endif
};

#ifdef MM_ENGINE_THREADS
static inline void hw_lock(struct hw_lock *l)
{
	unsigned int spins = 0;

	while (__atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE)) {
		while (__atomic_load_n(&l->held, __ATOMIC_RELAXED))
			if (++spins % 64 == 0)
				sched_yield();
	}
}

static inline void hw_unlock(struct hw_lock *l)
{
	__atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

#define hw_add(p, v) __atomic_add_fetch((p), (v), __ATOMIC_RELAXED)
#define hw_read(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define hw_write(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#else
#define hw_lock(l) ((void)(l))
#define hw_unlock(l) ((void)(l))
#define hw_add(p, v) (*(p) += (v))
#define hw_read(p) (*(p))
#define hw_write(p, v) ((void)(*(p) = (v)))
#endif

/**
 * struct meta_object - metadata in use
 * @p:       what kmalloc() returned
 * @size:    bytes asked for
 * @request: its number in the run (fail.h)
 * @slot:    its place in machine.meta_slot
 * @ticket:  operation that asked for it
 */
struct meta_object {
	void *p;
	size_t size;
	u64 request;
	u64 ticket;
	u32 slot;
};

/* What the bytes of a frame are; see contents.c. */
enum frame_contents {
	CONTENTS_UNKNOWN, /* anything: to be filled before it is handed out */
	CONTENTS_POISON,  /* poison, intact unless somebody wrote where he should not */
	CONTENTS_LIVE,	  /* the owner's: a pointer to them was handed out */
};

#define NO_FRAME UINT32_MAX

/**
 * struct frame - what the machine keeps of a page frame besides struct page
 * @next:        next on its node's free list; NO_FRAME: last
 * @prev:        the one before on that list; meaningless for the first
 * @contents:    enum frame_contents; LIVE only while the frame is in use
 * @zero:        in use and not LIVE: the owner asked for zeroes
 * @dirty:       is on machine.dirty: was LIVE at some time in this run
 * @freed:       ticket of the operation that freed it last
 * @user:        last owner under whom it was LIVE
 * @user_freed:  ticket of the operation in which that owner freed it
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
 * @used:  frames from the start that have been allocated, or passed over, in this run
 * @nid:   node
 * @next:  next range of the node, or -1
 */
struct frame_range {
	u64 start;
	u32 first;
	u32 nr;
	u32 used;
	unsigned int nid;
	int next;
};

/**
 * struct node - free frames of a node
 * @head:      freed frames, last freed first; NO_FRAME: none
 * @first:     its first range, or -1
 * @range:     range from which never-used frames are taken, or -1
 * @run_at:    index below which none of its runs of @run_nr free frames begins
 *             whose first number is a multiple of @run_align
 * @run_nr:    see @run_at; from 1
 * @run_align: see @run_at; a power of two
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
 *   frame index << PTE_SHIFT | PTE_PRESENT
 *   index into machine.stale << PTE_SHIFT | PTE_STALE
 */
#define PTE_PRESENT 1UL
#define PTE_STALE 2UL
#define PTE_SHIFT 2

/**
 * struct table - a page-table page
 * @gen:       run in which it exists: equal to machine.gen, or it is only kept for later
 * @frame:     index of the page frame that it costs in that run
 * @next:      next lowest-level table of this run
 * @child:     upper levels
 * @pte:       lowest level; all 0 unless @gen is that of the run
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
 * @pte:    the entry that was cleared; it holds the index of this structure
 * @addr:   address that it translates
 * @ticket: operation that cleared it
 * @frame:  what it led to
 */
struct stale {
	u64 *pte;
	u64 addr;
	u64 ticket;
	u32 frame;
};

/*
 * Classes of sizes that a bare machine keeps freed metadata of: multiples of so many bytes, up to
 * two pages and what stands in front of an object; see bare.c. Where tasks run at once, an object
 * has cache lines of its own: who writes to it is in the way of nobody else.
 * BARE_CACHES tasks can be at work at once; bare_self() is the calling one, 0 outside of a run.
 */
#ifdef MM_ENGINE_THREADS
#define BARE_CLASS_BYTES 64u
#define BARE_CACHES SCHED_MAX_TASKS
#define bare_self() (current ? task_number(current) : 0)
#else
#define BARE_CLASS_BYTES 16u
#define BARE_CACHES 1
#define bare_self() 0
#endif
#define BARE_CLASSES ((2 * PAGE_SIZE + 128) / BARE_CLASS_BYTES)

/**
 * struct bare_cache - what a task of a bare machine keeps, and counts: its own
 * @free:     objects that were freed, last first
 * @nr_free:  how many, by class; not counted where there is but one cache
 * @kmallocs: requests
 * @bytes:    of objects that it allocated, less those of objects that it freed
 * @peak:     most that @bytes has been
 * @present:  entries of the page table that it set, less those that it cleared
 * @apart:    the next one is another's, in cache lines of its own
 */
struct bare_cache {
	struct bare_object *free[BARE_CLASSES];
	u32 nr_free[BARE_CLASSES];
	u64 kmallocs;
	s64 bytes, peak;
	s64 present;
	char apart[BARE_CACHES > 1 ? 64 : 1];
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
	struct page *bare_run; /* freed last of those that are kept; each of @bare_run_nr frames */
	u64 bare_run_nr;

	/* Page frames, by index: ranges one behind the other, without the holes between. */
	struct hw_lock page_lock;
	struct page *page;
	struct frame *frame;
	u32 *dirty;
	u64 *handed; /* a bit for each frame; see boot.c */
	u64 *shown;
	u8 *memory;
	u32 nr_frames;	/* of this run */
	u32 max_frames; /* room */
	u32 nr_given;	/* of these, the page allocator's: all but boot memory */
	u32 nr_used;	/* frames in use, table pages included; boot memory not */
	u32 nr_dirty;
	u32 peak_used;
	unsigned int nr_ranges;
	u64 direct_size; /* bytes from MACHINE_DIRECT_START to behind the last frame */
	u64 pages;
	struct frame_range range[TOPOLOGY_MAX_RANGES];
	struct node node[TOPOLOGY_MAX_NODES];

	/* Page table and TLBs. */
	struct hw_lock mmu_lock;
	struct table root;
	struct table *leaves; /* lowest-level tables of this run */
	u64 gen;
	u64 walk_key; /* 1 + address >> 21 of the walk before; 0: none */
	struct table *walk_leaf;
	u64 nr_present;
	struct stale *stale;
	u64 nr_stale;
	u64 max_stale;
	u64 tables;	/* requests */
	u32 nr_tables;	/* in use, each has a frame */
	u32 all_tables; /* allocated, those kept for later included */
	u64 flushes;
	u64 ipis;
	u64 ipis_each;

	bool booted;
	struct machine_config cfg; /* only the part in use is ever copied */
};

/* Is request @n one that the plan lets fail? Then it is counted. */
bool fail_planned(struct machine *m, enum fail_class class, u64 n);

/* The request's number in the run, and whether it fails. */
static inline u64 fail_request(struct machine *m, enum fail_class class, bool *fails)
{
	u64 n = hw_add(&m->requests, 1);

	*fails = unlikely(m->fail_armed) && fail_planned(m, class, n);
	return n;
}

/* topology.c: only the parts that nr_cpu_ids, nr_nodes and nr_ranges say are in use. */
bool topology_same(const struct topology *a, const struct topology *b);
void topology_copy(struct topology *dst, const struct topology *src);

/* meta.c */
void meta_sweep(struct machine *m);
void meta_check_leaks(struct machine *m);
void meta_destroy(struct machine *m);

/* bare.c */
void bare_stats(const struct machine *m, struct machine_stats *st);
void bare_settle(struct machine *m);
void bare_sweep(struct machine *m);
void *bare_alloc(struct machine *m, size_t size, bool zero);
void bare_free(struct machine *m, void *p);
void bare_destroy(struct machine *m);
bool bare_run_keep(struct machine *m, struct page *page, u64 nr);
struct page *bare_run_take(struct machine *m, unsigned int nid, u64 nr, u64 align);
bool bare_runs_return(struct machine *m);

/* page.c */
void page_sweep(struct machine *m);
int page_layout(struct machine *m, const struct topology *t);
void page_reset(struct machine *m);
void page_check_leaks(struct machine *m);
void page_destroy(struct machine *m);
u32 page_take(struct machine *m, int nid, gfp_t gfp, const char *owner);
struct frame_range *frame_range_of(struct machine *m, u32 i);
void page_init(struct machine *m, const struct frame_range *r, u32 i);
void page_drop(struct machine *m, u32 i, u64 ticket);
void page_hand_out(struct machine *m, u32 i, gfp_t gfp, const char *owner);
void node_push(struct machine *m, struct node *n, u32 i);
unsigned int node_preferred(struct machine *m, int nid);
int node_fallback(struct machine *m, unsigned int nid, unsigned int prev);
__noreturn void page_report_free(struct machine *m, enum oracle oracle, u32 i, const char *what);
extern const char page_table_owner[];

/* The range that holds the frame of that number, or NULL. */
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
extern const char boot_memory_owner[];
u32 bootframe_take(struct machine *m, struct node *n);
u32 bootframe_handed_before(const struct machine *m, u32 low, u32 i);
u64 bootframe_search(const struct machine *m, const struct frame_range *r, u64 at, u64 nr);
void bootframe_sweep(struct machine *m);
void bootframe_report(struct machine *m, enum oracle oracle, u32 i, const char *what);

/*
 * Is frame @i boot memory? If so, its struct page says that from now on. The caller of
 * bootframe_show() holds page_lock, that of bootframe_look() does not.
 */
bool bootframe_show(struct machine *m, u32 i);
bool bootframe_look(struct machine *m, u32 i);

/* contents.c */
void *frame_materialise(struct machine *m, u32 i);
void frame_retire(struct machine *m, u32 i);
void contents_sweep(struct machine *m);
void contents_check(struct machine *m);

/* The bytes of a frame in use. */
static inline void *frame_address(struct machine *m, u32 i)
{
	if (likely(hw_read(&m->frame[i].contents) == CONTENTS_LIVE))
		return m->memory + (u64)i * PAGE_SIZE;
	return frame_materialise(m, i);
}

/* contig.c */
void run_freed(struct machine *m, struct node *n, u32 i);

/* direct.c */
void *direct_address(struct machine *m, u64 addr);
size_t direct_more(struct machine *m, u64 addr, size_t len);

/* Is it behind the start of the direct map and before the end of its last frame? */
static inline bool direct_contains(const struct machine *m, u64 addr)
{
	return addr - MACHINE_DIRECT_START < m->direct_size;
}

/* pgtable.c */
void pgtable_sweep(struct machine *m);
void pgtable_check_leaks(struct machine *m);
void pgtable_destroy(struct machine *m);
struct table *pgtable_leaf(struct machine *m, u64 addr);

static inline unsigned int pte_index(u64 addr)
{
	return addr >> PAGE_SHIFT & (TABLE_ENTRIES - 1);
}

/* Where the lowest-level table of @addr ends, or @end if that comes first. */
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
void tlb_add(struct machine *m, u64 *pte, u64 addr, u32 frame, u64 ticket);
void tlb_sweep(struct machine *m);
void tlb_destroy(struct machine *m);

#endif
