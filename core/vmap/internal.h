/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - a map of the vmap layer: its parts, its locks, and the space that holds them.
 *
 *   vmap.h, vmalloc.h        the interface
 *       |
 *   area.c, vm_areas.c, ram.c, owner.c, map.c, vmalloc.c, vread.c, ...
 *       |   struct vmap_kva_ops: the back end, which allocates and frees the addresses
 *       +-- eager.c          a sorted list, one lock, a flush at each unmap
 *       +-- lazy.c           nodes of busy areas (busy.c) and lazy areas (purge.c)
 *               |   struct vmap_source_ops: where free addresses come from and go back to
 *               +-- heap.c   one set of free areas (free.c)
 *               +-- zone.c   the same, and ranges that each CPU has prefetched
 *               +-- pool.c   the same, and pools of freed areas by size
 *
 * A space that is not eager divides its addresses, at every moment, into
 *
 *   free areas   in the heap (vs->heap), or cached beside it: in CPUs' caches (zone.c) or nodes'
 *                pools (pool.c)
 *   busy areas   each in the tree and on the list of one node
 *   lazy areas   unmapped, perhaps still in some TLB; each on the list of the same node
 *   areas in flight from one of these to the next, each known to one task alone
 *
 * Addresses move in one direction: free, busy, lazy, and free again after a flush and a grace
 * period; between the heap and the caches in both. While an area is busy or lazy its bounds do not
 * change, nor do they before the grace period after the flush has passed: a reader that walks the
 * list of busy areas under RCU may stand on an area that is no longer in use.
 *
 * Beyond V1 to V6, which are about single sets (area.h), the following holds at a quiescent moment.
 * vmap_verify() checks it (verify.c, verify_lazy.c):
 *
 *   V7  A busy or lazy area is in the node addr_to_node(va_start).
 *   V8  vmap_lazy_nr is the number of pages of the areas on the lazy lists. At any other moment it
 *       is at least that: it rises before an area is put on a list and falls after it was taken.
 *   V9  The heap, the caches, the busy and the lazy areas are a partition of [start, end).
 *   V10 An area with an owner (vmap_area.vm) is that owner's: the owner's va, addr and size say the
 *       same, and its nr_pages leaves room for the guard page.
 *
 * Blocks have their invariants in block.h, caches and pools theirs in cached.h.
 *
 * Locks, outermost first; each that an interrupt may want is taken with irqsave:
 *
 *   vmap_purge_lock      mutex: flushing. Held from the moment that translations are taken to be
 *                        flushed until they are flushed: a task that gets the lock later can rely
 *                        on that flush
 *   vmap_block.lock      irqsave: counts, map and dirty range of a block
 *   vmap_block_queue.lock irqsave: changes of a CPU's two lists of blocks; readers use RCU
 *   free_vmap_area_lock  irqsave: the heap
 *   vmap_area_lock       irqsave: the busy tree of a node, and changes of its list
 *   vmap_lazy_lock       irqsave: the lazy areas of a node
 *   vmap_zone_lock       irqsave: the cache of a CPU
 *   vmap_pool_lock       irqsave: the pools of a node
 *   vmlist_lock          rwlock, irqsave: all of an eager space
 *
 * No two of the last six are ever held together, nor two of one kind. A function that wants a lock
 * held says so by lockdep_assert_*().
 */
#ifndef MM_VMAP_INTERNAL_H
#define MM_VMAP_INTERNAL_H

#include "../machine/pgtable.h"
#include "area.h"
#include "vmalloc.h"

/*
 * Padded against false sharing: data that one CPU writes ends at least a cache line before the data
 * of the next CPU begins. _Alignas() would not do it, since kmalloc() aligns for ordinary types and
 * no further: an over-aligned type in its memory is undefined behaviour.
 */
#define CACHE_LINE 64
#define ASSERT_APART(type, last)                                                                   \
	_Static_assert(sizeof(type) % CACHE_LINE == 0 &&                                           \
			       offsetof(type, last) + sizeof(((type *)0)->last) + CACHE_LINE <=    \
				       sizeof(type),                                               \
		       #type " ends whole lines, and one at least, after " #last)

/**
 * struct vmap_node - the areas of a share of the addresses (lazy.c says of which)
 * @busy:       in use
 * @lazy_lock:  irqsave, over the next
 * @purge_list: lazily freed, linked by @purge_next
 * @drained:    the last purge took something from there; under vmap_purge_lock
 * @lines:      see ASSERT_APART()
 */
struct vmap_node {
	union {
		struct {
			struct busy_areas busy;
			spinlock_t lazy_lock;
			struct vmap_area *purge_list;
			bool drained;
		};
		char lines[4 * CACHE_LINE];
	};
};
ASSERT_APART(struct vmap_node, drained);

struct tally;

/**
 * struct vmap_source_ops - where the addresses of a lazy back end come from, and go back to
 * @init:     set up the caches; nr_nodes and node_size are set. 0 or -ENOMEM. May sleep
 * @exit:     tear them down: all addresses are back in the heap, and the heap is gone. May sleep
 * @take:     addresses for a request, see __alloc_vmap_area() for the arguments; @vend: there are
 *            none. An empty cache is no reason to refuse: the heap is asked too. May allocate with
 *            @gfp; a failure of that is no reason to refuse either. Any context; sleeps only for
 *            memory
 * @put_back: areas linked by @purge_next, or NULL, become free, and cached ranges may go back to
 *            the heap. @all: all of them must, since room is short. The areas are flushed and no
 *            reader stands on them. vmap_purge_lock is held. May sleep
 * @cached_pages: pages that are cached. Any context. NULL: nothing ever is
 * @hits:     VMAP_POOL_HIT, which is counted where no other CPU counts: see vmap_events(). NULL: 0
 * @verify:   checks the caches at a quiescent moment, and tallies what is in them. A verifier, see
 *            verify.c. NULL: there are none
 * @for_each_cached: see for_each_cached_area(). A verifier. NULL: nothing is ever cached
 */
struct vmap_source_ops {
	int (*init)(struct vmap_space *vs);
	void (*exit)(struct vmap_space *vs);
	u64 (*take)(struct vmap_space *vs, struct vmap_area **spare, u64 size, u64 align,
		    u64 vstart, u64 vend, gfp_t gfp);
	void (*put_back)(struct vmap_space *vs, struct vmap_area *list, bool all);
	u64 (*cached_pages)(struct vmap_space *vs);
	u64 (*hits)(struct vmap_space *vs);
	void (*verify)(const struct vmap_space *vs, struct tally *t);
	void (*for_each_cached)(const struct vmap_space *vs,
				void (*fn)(u64 start, u64 end, unsigned int cpu, void *arg),
				void *arg);
};

extern const struct vmap_source_ops vmap_heap_source, vmap_zone_source, vmap_pool_source;

/**
 * struct vmap_kva_ops - a back end: it allocates and frees the addresses of a space
 * @blocks:    vm_map_ram() serves small requests from vmap blocks
 * @congruent: pcpu_get_vm_areas() works, on the heap
 *
 * @init:      all of the space is free. 0 or -ENOMEM. May sleep
 * @exit:      report areas that are still in use, give all memory back. May sleep
 *
 * @alloc:     a range comes into use, the lowest that fits. The arguments are sound, and the bounds
 *             are multiples of a page inside the space, with room for @size. An area, or ERR_PTR:
 *             -ENOMEM, -EBUSY after notice_refusal(). Begins with kmalloc(): context as @gfp
 * @free:      an area goes out of use, is unmapped, and is given back. Any context
 * @free_at:   the same for the area that begins at @addr, found and taken in one step;
 *             check_ram_area() judges whether it is the right one. Any context
 * @find:      the area in use that contains an address, or NULL. Any context
 *
 * @hold:      an area that is in use stays so; one task at a time holds it, and must not sleep.
 *             Returns flags
 * @hold_from: the same for the lowest area in use that ends above an address. The area, or NULL:
 *             there is none, and none is held
 * @release:   ends both
 * @walk_lock: from here on areas in use can be walked; no sleep. Areas may come and go meanwhile,
 *             but those that the walk meets stay as they are. Returns flags
 * @walk_unlock: ends it
 * @next:      the next area in use by address, or NULL; after NULL the first. In a walk
 * @busy_next: the same for a verifier: no lock, no walk; in order of address within each node, and
 *             the nodes one after the other
 *
 * @purge:     all that was given back before becomes free; waits for a purge in flight. May sleep
 * @stats:     all of struct vmap_stats but @blocks. Any context
 * @verify:    see vmap_verify(). A verifier, see verify.c
 * @for_each_lazy: see for_each_lazy_area(). A verifier. NULL: nothing is given back lazily
 *
 * With vmap blocks or congruent areas also:
 * @free_many: @free, all at once
 * @insert:    ranges cut out of the heap come into use, all at once. Any context
 * @retire:    areas whose addresses are unmapped go out of use and are given back. Returns how many
 *             lazy pages there are, for @drain. Any context
 * @drain:     purge if @retire found too many. Any context
 * @reclaim:   make free what can be made free, fragmented blocks included. May sleep
 * @flush:     the forced flush of vm_unmap_aliases(); vmap_purge_lock is held. May sleep
 * @in_use:    does an address lead to this area? @va may be gone. A verifier
 */
struct vmap_kva_ops {
	bool blocks, congruent;

	int (*init)(struct vmap_space *vs);
	void (*exit)(struct vmap_space *vs);

	struct vmap_area *(*alloc)(struct vmap_space *vs, u64 size, u64 align, u64 vstart, u64 vend,
				   gfp_t gfp);
	void (*free)(struct vmap_space *vs, struct vmap_area *va);
	void (*free_at)(struct vmap_space *vs, u64 addr, unsigned int pages);
	struct vmap_area *(*find)(struct vmap_space *vs, u64 addr);

	unsigned long (*hold)(struct vmap_space *vs, struct vmap_area *va);
	struct vmap_area *(*hold_from)(struct vmap_space *vs, u64 addr, unsigned long *flags);
	void (*release)(struct vmap_space *vs, struct vmap_area *va, unsigned long flags);
	unsigned long (*walk_lock)(struct vmap_space *vs);
	void (*walk_unlock)(struct vmap_space *vs, unsigned long flags);
	struct vmap_area *(*next)(struct vmap_space *vs, const struct vmap_area *va);
	const struct vmap_area *(*busy_next)(const struct vmap_space *vs,
					     const struct vmap_area *va);

	void (*purge)(struct vmap_space *vs);
	void (*stats)(struct vmap_space *vs, struct vmap_stats *st);
	void (*verify)(const struct vmap_space *vs, bool quiet);
	void (*for_each_lazy)(const struct vmap_space *vs,
			      void (*fn)(u64 start, u64 end, void *arg), void *arg);

	void (*free_many)(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr);
	void (*insert)(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr);
	unsigned long (*retire)(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr);
	void (*drain)(struct vmap_space *vs, unsigned long nr_lazy);
	void (*reclaim)(struct vmap_space *vs);
	void (*flush)(struct vmap_space *vs, u64 start, u64 end);
	bool (*in_use)(const struct vmap_space *vs, u64 addr, const struct vmap_area *va);
};

extern const struct vmap_kva_ops vmap_lazy_ops, vmap_eager_ops;

/**
 * struct vmap_space - a space
 *
 * Read by every request and never changed:
 * @m:              the machine
 * @kva:            its kind
 * @ops:            the back end of that kind
 * @source:         all but eager: where addresses come from
 * @start:          first address
 * @end:            one past the last; does not wrap
 * @lazy_max_pages: more lazy pages than this are purged
 * @block_max:      requests of up to this many pages are served from vmap blocks; 0: none are
 * @block_shift:    log2 of a block's size in bytes
 * @block_pages:    pages of a block
 * @nr_cpus:        elements of @vbq and of @cache
 * @vbq:            all but eager: a queue of blocks for each CPU (block.h)
 * @block_leaf:     all but eager: index of blocks; leaves are made on demand and stay
 * @nr_leaves:      elements of @block_leaf
 * @zone_size:      zone: bytes that a CPU fetches at once; 0: no CPU fetches anything
 * @cache:          zone: the cache of each CPU, by CPU id (cached.h); NULL: no CPU fetches
 * @pools:          pool: the pools of each node (cached.h)
 * @pools_of:       pool: by CPU id, the node whose pools the CPU asks. The possible CPUs are dealt
 *                  out to the nodes in turn: ids may have gaps
 * @node_size:      bytes of a slice of the addresses, see lazy.c; unused with one node
 * @nr_nodes:       all but eager: elements of @node
 * @node:           areas in use and lazily freed; &@only_node if there is one
 * @notice:         called when the space was found full; may be NULL
 * @arg:            its first argument
 * @lines:          see ASSERT_APART()
 *
 * All but eager:
 * @only_node:      see @node
 * @heap:           free areas
 * @vmap_lazy_nr:   lazily freed pages (V8)
 * @vmap_purge_lock: held by the task that flushes
 * @purge_tickets:  purges that have begun, including those that wait for the lock
 * @purge_ticket:   the number of the purge that has the lock
 * @purge_ended:    how many had begun when the last purge ended
 * @purge_missed:   a free was to purge and met a purge in flight; none has begun since
 * @purge_work:     purges in the background, for contexts that may not sleep
 * @purges:         flushes that made areas free
 * @refusals:       how often the space was found full
 * @nr_blocks:      blocks on the lists of all CPUs
 * @event:          see vmap_events()
 *
 * Eager:
 * @busy:           areas in use; of its members @list, @nr and @pages
 * @vmlist_lock:    over them, and over the translations of an area while it is unmapped and flushed
 *
 * The vmalloc interface, in each kind of space:
 * @nr_frames:      page frames of the machine: vmalloc() asks for no more
 * @vfree_list:     areas that vfree() left to @vfree_work: a lock-free stack, pushed by cmpxchg()
 *                  and taken as a whole by xchg()
 * @vfree_work:     frees them
 */
struct vmap_space {
	union {
		struct {
			struct machine *m;
			enum vmap_kva kva;
			const struct vmap_kva_ops *ops;
			const struct vmap_source_ops *source;
			u64 start, end;
			unsigned long lazy_max_pages;
			unsigned int block_max;
			unsigned int block_shift;
			unsigned int block_pages;
			unsigned int nr_cpus;
			struct vmap_block_queue *vbq;
			struct vmap_block ***block_leaf;
			unsigned int nr_leaves;
			u64 zone_size;
			struct vmap_cache *cache;
			struct vmap_pools *pools;
			unsigned int *pools_of;
			u64 node_size;
			unsigned int nr_nodes;
			struct vmap_node *node;
			void (*notice)(void *arg, const char *text);
			void *arg;
		};
		char lines[4 * CACHE_LINE];
	};

	struct vmap_node only_node;
	struct free_areas heap;

	atomic_long_t vmap_lazy_nr;
	struct mutex vmap_purge_lock;
	u64 purge_tickets, purge_ticket, purge_ended;
	bool purge_missed;
	struct work_struct purge_work;
	atomic_long_t purges;

	atomic_long_t refusals;
	atomic_long_t nr_blocks;
	u64 event[NR_VMAP_EVENTS];

	struct busy_areas busy;
	rwlock_t vmlist_lock;

	u64 nr_frames;
	struct vm_struct *vfree_list;
	struct work_struct vfree_work;
};

/*
 * A lock and the first words that it protects share a line where a space begins on a line, as it
 * does in benchmarks of many CPUs. Those run in virtual time, which the fibers engine alone has.
 */
_Static_assert(offsetof(struct vmap_space, arg) + sizeof(void *) + CACHE_LINE <=
			       offsetof(struct vmap_space, only_node) &&
		       offsetof(struct vmap_space, only_node) % CACHE_LINE == 0,
	       "the first node is a line away from what every request reads");
#ifndef MM_ENGINE_THREADS
_Static_assert(offsetof(struct vmap_space, heap) % CACHE_LINE == 0, "the heap begins a line");
#endif

/* The node of an area that begins at @addr (V7). */
static inline struct vmap_node *addr_to_node(const struct vmap_space *vs, u64 addr)
{
	if (vs->nr_nodes == 1)
		return vs->node;
	return &vs->node[addr / vs->node_size % vs->nr_nodes];
}

/* The node of an area that comes into use now: see vmap_area.home. */
static inline unsigned int home_node(const struct vmap_space *vs)
{
	return vs->pools ? vs->pools_of[raw_smp_processor_id()] : 0;
}

/*
 * Counts a rare event: all CPUs count in one place. Orders nothing and is no scheduling point: the
 * counters are read when all is over.
 */
static inline void count_event(struct vmap_space *vs, enum vmap_event event)
{
	__atomic_fetch_add(&vs->event[event], 1, __ATOMIC_RELAXED);
}

/* area.c */
struct vmap_area *first_vmap_area(struct vmap_space *vs);
unsigned long hold_vmap_area(struct vmap_space *vs, struct vmap_area *va);
struct vmap_area *hold_vmap_area_from(struct vmap_space *vs, u64 addr, unsigned long *flags);
void release_vmap_area(struct vmap_space *vs, struct vmap_area *va, unsigned long flags);
void check_ram_area(const struct vmap_area *va, u64 addr, unsigned int pages);
void check_none_left(struct vmap_space *vs);
void notice_refusal(struct vmap_space *vs, u64 size);

/* heap.c */
u64 heap_take(struct vmap_space *vs, struct vmap_area **spare, u64 size, u64 align, u64 vstart,
	      u64 vend, gfp_t gfp);
void heap_put_back(struct vmap_space *vs, struct vmap_area *list, bool all);
void heap_stats(struct vmap_space *vs, struct vmap_stats *st);
int heap_init(struct vmap_space *vs);
void heap_fini(struct vmap_space *vs);

/* lazy.c */
void unlink_vmap_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr);

/* owner.c */
struct vm_struct *make_vm_area(struct vmap_space *vs, u64 size, u64 flags, u64 start, u64 end,
			       unsigned long nr_own, gfp_t gfp, const char *caller);
void publish_vm_area(struct vmap_space *vs, struct vm_struct *vm);
struct vm_struct *detach_vm_area(struct vmap_space *vs, u64 addr);
void discard_vm_area(struct vmap_space *vs, struct vm_struct *vm);

/* map.c */
int map_new_vm_area(struct vmap_space *vs, struct vm_struct *vm, struct page **pages, gfp_t gfp);

/* vmalloc.c */
void vmalloc_init(struct vmap_space *vs);
void vmalloc_fini(struct vmap_space *vs);

/* purge.c */
unsigned long add_vmap_area_lazy(struct vmap_space *vs, struct vmap_area *va);
unsigned long add_vmap_areas_lazy(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr);
void drain_vmap_area_lazy(struct vmap_space *vs, unsigned long nr_lazy);
void sync_purge_vmap_area_lazy(struct vmap_space *vs);
void flush_vmap_area_lazy(struct vmap_space *vs, u64 start, u64 end);
void reclaim_and_purge_vmap_areas(struct vmap_space *vs);
void lock_purge(struct vmap_space *vs);
void unlock_purge(struct vmap_space *vs);
void purge_init(struct vmap_space *vs);
void purge_exit(struct vmap_space *vs);

#endif
