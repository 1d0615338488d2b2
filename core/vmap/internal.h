/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - a map of the vmap layer: its types, and what holds between them.
 *
 * What keeps the addresses of a space is its back end, behind struct vmap_kva_ops. The interface
 * (vmap.h) checks arguments and asks the back end; vmap blocks (block.c, ram.c) and congruent areas
 * (vm_areas.c) are for those that have them. There are four kinds, and all but one are lazy
 * (lazy.c; where addresses come from is behind struct vmap_source_ops): the address space is at
 * every moment the disjoint union of
 *
 *   free areas   in the tree vs->heap, no two of them touching (free.c, heap.c); zone and pool: or
 *                kept beside it, in CPUs' caches (zone.c) and nodes' pools (pool.c), where they may
 *                touch those of the heap and of each other
 *   busy areas   each in the tree and on the list of a node (busy.c). Where there are several, the
 *                address at which the area begins tells which (lazy.c)
 *   lazy areas   each on a list of the same node: unmapped, perhaps still in some TLB (purge.c)
 *   areas on the way from one to the next, each known to one task alone
 *
 * and addresses move in one direction only: free, busy, lazy, and free again after a flush and a
 * grace period; between the heap and what is kept beside it, in both. From the moment that an
 * area is busy until then its bounds do not change, and its link forward only by an area that comes
 * or goes behind it while it is on the list itself: who walks the list under RCU may stand on an
 * area that is in use no longer, and finds the way on.
 *
 * A vmap block is a busy area out of which vm_map_ram() serves small requests (block.c, ram.c).
 *
 * eager (eager.c): busy areas on vs->busy.list; all else is free.
 *
 * Locks, outermost first; those that an interrupt may want are taken with irqsave:
 *
 *   vmap_purge_lock      mutex: whoever flushes. Held from the moment that something is taken for
 *                        flushed until it is, so who waits for it has waited for the flush
 *   vmap_block.lock      irqsave: counts, map and dirty range of a block
 *   vmap_block_queue.lock irqsave: changes of a CPU's two lists of blocks; readers use RCU
 *   free_vmap_area_lock  irqsave: the heap
 *   vmap_area_lock       irqsave: the busy tree of a node, and changes of its list
 *   vmap_lazy_lock       irqsave: the lazy areas of a node
 *   vmap_zone_lock       irqsave: what a CPU has fetched
 *   vmap_pool_lock       irqsave: the pools of a node
 *   vmlist_lock          rwlock, irqsave: all that there is of an eager space
 *
 * The last six are never held together, nor two of a kind.
 */
#ifndef MM_VMAP_INTERNAL_H
#define MM_VMAP_INTERNAL_H

#include <bsd/sys/tree.h>
#include <urcu/list.h>

#include "vmalloc.h"
#include "../machine/meta.h"
#include "../machine/pgtable.h"
#include "../sched/vtime.h"

/**
 * struct vmap_area - a range of addresses: free, busy or lazy
 * @va_start:         first address, page aligned
 * @va_end:           behind the last; above @va_start
 * @rb:               node of a free or of a busy tree; unused while lazy, and in a pool
 * @list:             busy: on busy_areas.list. Kept for a grace period when it was taken off. In a
 *                    pool: on vmap_pool.areas
 * @home:             pool: the node whose pools it goes back to: that of the CPU that its maker was
 *                    on when it came into use, since that is where the next request like it comes
 *                    from; NO_HOME: it goes back to the heap
 * @subtree_max_size: free: size of the largest area at or below this node of the tree
 * @purge_next:       lazy, and on the way to being free: next on the list; also of structures that
 *                    stand for nothing yet
 * @vm:               busy: its owner in the vmalloc interface, or NULL: none, or none yet, or none
 *                    any more. NULL when the area comes into use; read and written while the
 *                    area is held (owner.c). Not for walkers under RCU: by then the area may
 *                    be lazy
 */
struct vmap_area {
	u64 va_start;
	u64 va_end;
	RB_ENTRY(vmap_area) rb;
	struct cds_list_head list;
	unsigned int home;
	union {
		u64 subtree_max_size;
		struct vmap_area *purge_next;
		struct vm_struct *vm;
	};
};

#define NO_HOME UINT32_MAX

RB_HEAD(free_tree, vmap_area);
RB_HEAD(busy_tree, vmap_area);

/**
 * struct free_areas - free areas (free.c): those of a space, or those that a CPU has fetched
 * @lock:  irqsave, over the others
 * @root:  by address; no two touch
 * @pages: pages in them
 */
struct free_areas {
	spinlock_t lock;
	struct free_tree root;
	u64 pages;
};

/**
 * struct busy_areas - areas in use (busy.c): those of a space, or of a node of it
 * @lock:  irqsave, over the others; readers of @list use RCU. Unused in an eager space
 * @root:  by address; no two overlap. Unused in an eager space
 * @list:  the same areas by address
 * @nr:    how many
 * @pages: pages in them
 */
struct busy_areas {
	spinlock_t lock;
	struct busy_tree root;
	struct cds_list_head list;
	u64 nr;
	u64 pages;
};

/**
 * struct vmap_block - a busy area of block_pages pages, aligned to its size
 * @vs:         the space
 * @start:      its first address. Stays valid when @va does not any more: see free_vmap_block()
 * @va:         the area
 * @cpu:        whose queue it belongs to, for ever
 * @raced:      when it was queued, another block had joined the queue since its maker looked
 * @lock:       over what follows, up to @used_map
 * @free:       pages never handed out, at the end of the block; also read without the lock
 * @dirty:      pages unmapped. @free + @dirty + bits in @used_map = block_pages
 * @dirty_min:  pages that are unmapped and not flushed lie at or behind this one
 * @dirty_max:  and before this one. None: block_pages and 0
 * @queue:      on vmap_block_queue.free if @free > 0
 * @all:        on vmap_block_queue.blocks from the first page handed out until its area is lazy
 * @purge_next: next of the blocks that one purge has picked
 * @rcu:        the structure outlives every reader of the lists
 * @used_map:   bit per page: mapped, or about to be. None at or behind block_pages - @free
 *
 * Pages are handed out in ascending order and never again: a block ends when all of them are
 * dirty, or when those that are not are free and a purge finds it so (fragmented).
 */
struct vmap_block {
	struct vmap_space *vs;
	u64 start;
	struct vmap_area *va;
	unsigned int cpu;
	bool raced;
	spinlock_t lock;
	unsigned int free;
	unsigned int dirty;
	unsigned int dirty_min, dirty_max;
	struct cds_list_head queue;
	struct cds_list_head all;
	struct vmap_block *purge_next;
	struct rcu_head rcu;
	unsigned long used_map[];
};

/**
 * struct vmap_block_queue - a CPU's blocks
 * @lock:   over both lists
 * @free:   blocks with room, oldest first
 * @blocks: all of them, full ones too
 * @made:   blocks that have joined so far. Rises after the block is on the lists: who reads n
 *          with acquire and then walks meets the first n blocks, as far as they are still queued
 * @apart:  the next queue is another CPU's, in cache lines of its own
 */
struct vmap_block_queue {
	spinlock_t lock;
	struct cds_list_head free;
	struct cds_list_head blocks;
	unsigned long made;
	char apart[104];
};

/* The index of blocks by address has two levels: pages of 2^VB_LEAF_SHIFT blocks each. */
#define VB_LEAF_SHIFT 9

/**
 * struct vmap_node - the areas of a share of the addresses (lazy.c says of which)
 * @busy:       in use
 * @lazy_lock:  irqsave, over the next
 * @purge_list: lazily freed
 * @drained:    the last purge took something from there; under vmap_purge_lock
 * @apart:      the next node is in cache lines of its own
 */
struct vmap_node {
	struct busy_areas busy;
	spinlock_t lazy_lock;
	struct vmap_area *purge_list;
	bool drained;
	char apart[104];
};

struct tally;

/**
 * struct vmap_source_ops - where the addresses of lazy.c's areas come from, and go back to
 * @init:     what it needs beside the heap, nr_nodes and node_size are set. 0 or -ENOMEM. May sleep
 * @exit:     all was put back and is in the heap, which has ended. May sleep
 * @take:     addresses for a request, see __alloc_vmap_area() for the arguments; @vend if there are
 *            none. A pool or a CPU's cache that has none is no reason to refuse: the heap is
 *            asked too. May allocate with @gfp; that it cannot is no reason to refuse either. Any
 *            context, and never sleeps but for memory
 * @put_back: areas linked by @purge_next, or NULL, have been flushed, and no walker stands on them:
 *            they become free, with what was cached. @all: nothing is kept back, since room is
 *            short. vmap_purge_lock is held. May sleep
 * @stats:    adds to free_pages and cached_pages, and sets largest_free. Any context
 * @verify:   what it has beside the heap, at a quiet moment; NULL: nothing. A judge: verify.c says
 *            what that means. Free areas are to be given to tally_free_areas() or tally_area()
 * @hits:     VMAP_POOL_HIT, which is counted where no other CPU counts: see vmap_events(). NULL: 0
 * @for_each_cached: see for_each_cached_area(). A judge; NULL: nothing is kept
 * @by_cpu:   see vmap_caches_by_cpu()
 * @by_size:  see vmap_caches_by_size()
 * @purge_empties: see vmap_purge_empties_caches()
 */
struct vmap_source_ops {
	bool by_cpu, by_size, purge_empties;

	int (*init)(struct vmap_space *vs);
	void (*exit)(struct vmap_space *vs);
	u64 (*take)(struct vmap_space *vs, struct vmap_area **spare, u64 size, u64 align,
		    u64 vstart, u64 vend, gfp_t gfp);
	void (*put_back)(struct vmap_space *vs, struct vmap_area *list, bool all);
	void (*stats)(struct vmap_space *vs, struct vmap_stats *st);
	u64 (*hits)(struct vmap_space *vs);
	void (*verify)(const struct vmap_space *vs, struct tally *t);
	void (*for_each_cached)(const struct vmap_space *vs,
				void (*fn)(u64 start, u64 end, unsigned int cpu, void *arg),
				void *arg);
};

extern const struct vmap_source_ops vmap_heap_source, vmap_zone_source, vmap_pool_source;

/**
 * struct vmap_kva_ops - a back end: how the addresses of a space are kept
 * @blocks:    vm_map_ram() serves small requests from vmap blocks
 * @congruent: there is pcpu_get_vm_areas(), on the free tree of free.c
 * @misses:    a search counts misses: see vmap_counts_misses()
 *
 * @init:      all of the space is free. 0 or -ENOMEM. May sleep
 * @exit:      nobody else is left: report what is still in use, give all back. May sleep
 *
 * @alloc:     a range comes into use, the lowest that fits. The arguments are sound, and the bounds
 *             multiples of a page inside the space, with room for @size. An area, or ERR_PTR:
 *             -ENOMEM, -EBUSY after notice_refusal(). Begins with kmalloc(): context as @gfp
 * @free:      an area comes out of use, is unmapped, and is given back. Any context
 * @free_at:   the same for the area that begins at @addr, found and taken in one step; whether it
 *             is the one that is meant is judged by check_ram_area(). Any context
 * @find:      the area in use that contains an address, or NULL. Any context
 *
 * @hold:      an area that is in use stays so, and nobody else holds it; no sleep. Returns flags
 * @hold_from: the same for the lowest area in use that ends above an address. The area, or NULL:
 *             there is none, and none is held
 * @release:   of both
 * @walk_lock: from here on areas in use can be walked; no sleep. Areas may come and go meanwhile,
 *             but what is met stays as it is. Returns flags
 * @walk_unlock: up to here
 * @next:      the next area in use by address, or NULL; the first, after NULL. In a walk
 * @busy_next: the same for a judge: no lock, no walk; in order of address for each node, and the
 *             nodes one after the other
 *
 * @purge:     what is given back becomes free; waits for a purge under way. May sleep
 * @stats:     all of struct vmap_stats but @blocks. Any context
 * @verify:    see vmap_verify(). A judge: verify.c says what that means
 * @for_each_lazy: see for_each_lazy_area(). A judge; NULL if nothing is given back lazily
 *
 * With vmap blocks or congruent areas also:
 * @free_many: @free, all at once
 * @insert:    ranges cut out of the free tree come into use, all at once. Any context
 * @retire:    areas whose addresses are unmapped come out of use and are given back. Returns how
 *             many lazy pages there are, for @drain. Any context
 * @drain:     purge if @retire found too much. Any context
 * @reclaim:   make free what can be made free, fragmented blocks too. May sleep
 * @flush:     the forced flush of vm_unmap_aliases(); vmap_purge_lock held. May sleep
 * @in_use:    is it this area that an address leads to? @va may be gone. A judge
 */
struct vmap_kva_ops {
	bool blocks, congruent, misses;

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
 * @m:              the machine
 * @kva:            its kind
 * @ops:            the back end of that kind
 * @source:         all but eager: where addresses come from
 * @start:          first address
 * @end:            behind the last; does not wrap
 * @lazy_max_pages: more lazy pages than this are purged
 * @block_max:      requests of up to this many pages are served from vmap blocks; 0: none are
 * @block_shift:    log2 of a block's size in bytes
 * @block_pages:    its pages
 * @nr_cpus:        elements of @vbq and of @cache
 * @vbq:            all but eager: a queue for each CPU
 * @block_leaf:     all but eager: index of blocks: leaves are made on demand and stay
 * @nr_leaves:      elements of @block_leaf
 * @notice:         told that the space was found full; may be NULL
 * @arg:            its first argument
 * @zone_size:      zone: bytes that a CPU fetches at once; 0: no CPU fetches anything
 * @cache:          zone: what each CPU has fetched, by its number (cached.h); NULL: none fetches
 * @pools:          pool: the pools of each node (cached.h)
 * @pools_of:       pool: of each CPU, by its number, the node whose pools it asks. The possible
 * CPUs are dealt out to the nodes in turn: numbers may have gaps
 * @node_size:      bytes of a slice of the addresses, see lazy.c; of no use with one node
 * @nr_nodes:       all but eager: elements of @node
 * @node:           areas in use and lazily freed; @only_node if there is one
 * @apart:          what every request reads, above, and what only some write, below, are in
 *                  different cache lines
 *
 * All but eager:
 * @only_node:      see @node
 * @heap:           free areas
 * @vmap_lazy_nr:   pages that are lazily freed, or more: rises before an area is put on a list and
 *                  falls after it was taken, so it is never less than what can be found there
 * @vmap_purge_lock: who flushes
 * @purge_tickets:  how many purges have begun, with waiting for the lock
 * @purge_ticket:   the number of the one that has the lock
 * @purge_ended:    how many had begun when the last one ended
 * @purge_work:     purge in the background, for contexts that may not sleep
 * @purges:         flushes that made areas free
 * @refusals:       how often the space was found full
 * @nr_blocks:      blocks on the queues
 * @event:          see vmap_events()
 *
 * Eager:
 * @busy:           areas in use
 * @vmlist_lock:    over @busy but its lock, and the addresses of a busy area while
 *                  they are unmapped and flushed
 *
 * Of the vmalloc interface, for each kind:
 * @nr_frames:      page frames of the machine: vmalloc() asks for no more
 * @vfree_list:     areas that vfree() left to @vfree_work, a stack without a lock: push by
 *                  cmpxchg, take all by xchg
 * @vfree_work:     frees them
 */
struct vmap_space {
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
	char apart[88];

	struct vmap_node only_node;
	struct free_areas heap;

	atomic_long_t vmap_lazy_nr;
	struct mutex vmap_purge_lock;
	u64 purge_tickets, purge_ticket, purge_ended;
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
 * What one CPU writes and others do not is at least a line away from all else (@apart). And what is
 * taken together lies in one line where the whole begins where a line does: a lock and the first
 * words behind it. Virtual time asks for it, which the fibers engine has alone.
 */
#ifndef MM_ENGINE_THREADS
_Static_assert(offsetof(struct vmap_space, only_node) % 64 == 0 &&
		       offsetof(struct vmap_space, heap) % 64 == 0 &&
		       sizeof(struct vmap_node) % 64 == 0 &&
		       sizeof(struct vmap_block_queue) % 64 == 0,
	       "lines of a space");
#endif

/* The node of an area that begins at @addr. */
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
 * For whoever reads the counters in the end; of what is rare, since all CPUs count in one place. It
 * orders nothing, and is no scheduling point.
 */
static inline void count_event(struct vmap_space *vs, enum vmap_event event)
{
	__atomic_fetch_add(&vs->event[event], 1, __ATOMIC_RELAXED);
}

/*
 * An area's structure is read, or written, where other CPUs may have had it last: what that costs
 * in virtual time, and under which lock, is what benchmarks of many CPUs ask. Where a tree is
 * walked, a node a step; not where it is balanced.
 */
static inline void touch_area(const struct vmap_area *va, bool write)
{
	sched_vtime_touch(va, write);
}

static inline u64 va_size(const struct vmap_area *va)
{
	return va->va_end - va->va_start;
}

static inline u64 va_pages(const struct vmap_area *va)
{
	return va_size(va) >> PAGE_SHIFT;
}

/*
 * Lists that readers walk under RCU while their lock's holder changes them. An element that is
 * taken off keeps its own links: who stands on it finds the way on. Taking off releases
 * as putting on does: it publishes the next element to who comes past, and in C11 a relaxed store
 * would not hand on the order that the element's maker gave it.
 */
static inline void list_add_tail_rcu(struct cds_list_head *elem, struct cds_list_head *head)
{
	elem->next = head;
	elem->prev = head->prev;
	rcu_assign_pointer(head->prev->next, elem);
	head->prev = elem;
}

/* Behind @prev, which is an element or the head. */
static inline void list_add_rcu(struct cds_list_head *elem, struct cds_list_head *prev)
{
	elem->next = prev->next;
	elem->prev = prev;
	elem->next->prev = elem;
	rcu_assign_pointer(prev->next, elem);
}

static inline void list_del_rcu(struct cds_list_head *elem)
{
	elem->next->prev = elem->prev;
	rcu_assign_pointer(elem->prev->next, elem->next);
}

#define vb_from_list(node, member) container_of(node, struct vmap_block, member)

/* Each block of a list; caller inside of rcu_read_lock(). */
#define for_each_vb_rcu(vb, head, member)                                                          \
	for ((vb) = vb_from_list(rcu_dereference((head)->next), member); &(vb)->member != (head);  \
	     (vb) = vb_from_list(rcu_dereference((vb)->member.next), member))

/* Position of an address's block in the index. */
static inline u64 addr_to_vb_idx(const struct vmap_space *vs, u64 addr)
{
	return (addr >> vs->block_shift) - (vs->start >> vs->block_shift);
}

/* free.c */
void free_areas_init(struct free_areas *fa, const char *lock);
u64 __alloc_vmap_area(struct machine *m, struct free_areas *fa, struct vmap_area **spare, u64 size,
		      u64 align, u64 vstart, u64 vend);
struct vmap_area *free_last(struct free_areas *fa, u64 addr, u64 length);
struct vmap_area *free_prev(struct vmap_area *va, u64 length);
void va_clip(struct machine *m, struct free_areas *fa, struct vmap_area *va, u64 addr, u64 size,
	     struct vmap_area **spare);
void merge_or_add_vmap_area(struct machine *m, struct free_areas *fa, struct vmap_area *va);
struct vmap_area *free_take_all(struct free_areas *fa);
u64 free_largest(const struct free_areas *fa);

/* busy.c */
void busy_areas_init(struct busy_areas *ba);
void busy_link(struct busy_areas *ba, struct vmap_area *va);
void busy_unlink(struct busy_areas *ba, struct vmap_area *va);
struct vmap_area *busy_find(struct busy_areas *ba, u64 addr);
struct vmap_area *busy_from(struct busy_areas *ba, u64 addr);

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

/* block.c */
int vmap_blocks_init(struct vmap_space *vs);
void vmap_blocks_fini(struct vmap_space *vs);
u64 vb_alloc(struct vmap_space *vs, unsigned int order, gfp_t gfp);
void vb_free(struct vmap_space *vs, u64 addr, unsigned int order);
struct vmap_block *addr_to_vb(struct vmap_space *vs, u64 addr);
bool purge_fragmented_block(struct vmap_block *vb, struct vmap_block **purge_list);
void free_purged_blocks(struct vmap_space *vs, struct vmap_block *purge_list);
void purge_fragmented_blocks_allcpus(struct vmap_space *vs);

/*
 * verify_trees.c: what trees of areas must be. A tally counts areas, and sums over them what tells
 * a partition of the space (verify_lazy.c).
 */
struct tally {
	u64 sum;
	u64 pages;
	u64 areas;
};
void tally_area(struct tally *t, const struct vmap_area *va);
void tally_free_areas(const struct vmap_space *vs, const struct free_areas *fa, struct tally *t);
void tally_busy_areas(const struct vmap_space *vs, const struct busy_areas *ba, struct tally *t);
const struct vmap_area *tree_min(const struct vmap_area *root);
const struct vmap_area *tree_next(const struct vmap_area *va);

/* verify_lazy.c, verify_eager.c */
void verify_lazy_space(const struct vmap_space *vs, bool quiet);
bool lazy_in_use(const struct vmap_space *vs, u64 addr, const struct vmap_area *va);
const struct vmap_area *lazy_busy_next(const struct vmap_space *vs, const struct vmap_area *va);
void for_each_purge_list(const struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			 void *arg);
void verify_eager_space(const struct vmap_space *vs, bool quiet);
const struct vmap_area *eager_busy_next(const struct vmap_space *vs, const struct vmap_area *va);

#endif
