/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_percpu.c - a naive per-CPU allocator for the executor's tests; see faulty_allocators.h.
 *
 * First fit over lists, one lock. A chunk is one area, populated as a whole when it is made.
 * Its objects are disjoint and in ascending order of offset, under the lock; room is taken
 * in the section that found it.
 */
#include "faulty_allocators.h"

#include <urcu/list.h>

#include "machine/meta.h"
#include "machine/pgtable.h"
#include "percpu/percpu.h"

static struct faulty_verified verified;

struct faulty_verified faulty_verified(void)
{
	return verified;
}

struct object_range {
	struct cds_list_head list;
	u32 off, size;
};

/**
 * struct chunk - a unit for each CPU, one behind the other
 * @nr:     number
 * @lo, @hi: offsets that are served
 * @area:   where it is mapped
 * @nr_pages: elements of @page, as far as they are there
 */
struct chunk {
	struct cds_list_head list;
	u32 nr, lo, hi;
	struct vmap_area *area;
	struct cds_list_head objects;
	u32 nr_pages;
	struct page *page[];
};

/**
 * struct pcpu - an allocator
 * @make: who makes chunks, so that nobody makes one that another has just made
 * @lock: over the lists
 */
struct pcpu {
	struct machine *m;
	struct vmap_space *vs;
	u32 unit, cpus;
	struct mutex make;
	spinlock_t lock;
	struct cds_list_head chunks;
	u32 nr_chunks;
	struct completion never;
};

static u64 chunk_base(const struct chunk *c)
{
	return vmap_area_start(c->area);
}

static void chunk_free(struct pcpu *pc, struct chunk *c)
{
	MM_CHECK(cds_list_empty(&c->objects), LEAK_AREA, "objects are left");
	if (c->area)
		free_unmap_vmap_area(pc->vs, c->area);
	for (u32 i = faulty(FAULT_PCPU_PAGE_KEPT); i < c->nr_pages; i++)
		put_page(pc->m, c->page[i]);
	kfree(pc->m, c);
}

static int chunk_map(struct pcpu *pc, struct chunk *c, u32 pages)
{
	u32 unit_pages = pc->unit >> PAGE_SHIFT;
	const struct machine_config *mc = machine_config(pc->m);
	u64 size = (u64)pages << PAGE_SHIFT;

	for (u32 i = 0; i < pages; i++) {
		c->page[i] = alloc_page_node(pc->m, NUMA_NO_NODE, GFP_KERNEL, "chunk");
		if (!c->page[i])
			return -ENOMEM;
		c->nr_pages++;
	}
	c->area = alloc_vmap_area(pc->vs, size, PAGE_SIZE, mc->kva_start,
				  mc->kva_start + mc->kva_size, GFP_KERNEL);
	if (IS_ERR(c->area)) {
		c->area = NULL;
		return -ENOMEM;
	}
	if (faulty(FAULT_PCPU_ONE_COPY)) {
		for (u32 cpu = 0; cpu < pc->cpus; cpu++)
			if (vmap_pages_range(pc->m, chunk_base(c) + (u64)cpu * pc->unit, c->page,
					     unit_pages, GFP_KERNEL))
				return -ENOMEM;
		return 0;
	}
	return vmap_pages_range(pc->m, chunk_base(c), c->page,
				pages - faulty(FAULT_PCPU_NOT_MAPPED), GFP_KERNEL);
}

static int chunk_make(struct pcpu *pc, u32 lo, u32 hi)
{
	u32 pages = (pc->unit >> PAGE_SHIFT) * pc->cpus;
	struct chunk *c = kzalloc(pc->m, sizeof(*c) + pages * sizeof(c->page[0]), GFP_KERNEL);
	unsigned long flags;

	if (!c)
		return -ENOMEM;
	CDS_INIT_LIST_HEAD(&c->objects);
	c->lo = lo;
	c->hi = hi;
	if (chunk_map(pc, c, pages)) {
		if (faulty(FAULT_PCPU_ERROR_KEEPS))
			c->nr_pages = 0;
		chunk_free(pc, c);
		return -ENOMEM;
	}
	spin_lock_irqsave(&pc->lock, flags);
	c->nr = pc->nr_chunks++;
	cds_list_add_tail(&c->list, &pc->chunks);
	spin_unlock_irqrestore(&pc->lock, flags);
	return 0;
}

int pcpu_create(struct machine *m, struct vmap_space *vs, const struct pcpu_config *cfg,
		struct pcpu **out)
{
	u32 lo = ALIGN(cfg->static_size, PCPU_MIN_ALLOC_SIZE);
	u32 hi = lo + ALIGN(cfg->dyn_size, PCPU_MIN_ALLOC_SIZE);
	struct pcpu *pc;

	verified = (struct faulty_verified){0};
	if (faulty(FAULT_PCPU_CREATE))
		return -ENOMEM;
	pc = kzalloc(m, sizeof(*pc), GFP_KERNEL);
	if (!pc)
		return -ENOMEM;
	pc->m = m;
	pc->vs = vs;
	pc->unit = cfg->unit_size;
	pc->cpus = machine_topology(m)->nr_cpu_ids;
	mutex_init(&pc->make, "make a chunk");
	spin_lock_init(&pc->lock, "chunks");
	CDS_INIT_LIST_HEAD(&pc->chunks);
	init_completion(&pc->never);
	if (hi && chunk_make(pc, faulty(FAULT_PCPU_STATIC) ? 0 : lo,
			     faulty(FAULT_PCPU_HIDDEN) ? pc->unit : hi)) {
		kfree(m, pc);
		return -ENOMEM;
	}
	*out = pc;
	return 0;
}

void pcpu_destroy(struct pcpu *pc)
{
	struct chunk *c, *next;

	if (!pc)
		return;
	cds_list_for_each_entry_safe (c, next, &pc->chunks, list)
		chunk_free(pc, c);
	kfree(pc->m, pc);
}

static struct chunk *chunk_of(const struct pcpu *pc, pcpu_addr_t ptr)
{
	struct chunk *c;

	cds_list_for_each_entry (c, &pc->chunks, list)
		if (ptr - chunk_base(c) < pc->unit)
			return c;
	return NULL;
}

/* Lowest offset with room, and the object that it comes in front of; or false. Lock held. */
static bool find_room(struct chunk *c, u32 size, u32 align, u32 *off, struct cds_list_head **before)
{
	struct object_range *o;

	*before = &c->objects;
	*off = ALIGN(c->lo, align);
	cds_list_for_each_entry (o, &c->objects, list) {
		*before = &o->list;
		if (*off + size <= o->off || faulty(FAULT_PCPU_OVERLAP))
			break;
		*off = max(*off, ALIGN(o->off + o->size, align));
		*before = &c->objects;
	}
	return *off + size <= c->hi;
}

static pcpu_addr_t take_room(struct pcpu *pc, struct object_range *o, u32 align)
{
	struct cds_list_head *before;
	pcpu_addr_t addr = 0;
	unsigned long flags;
	struct chunk *c;

	spin_lock_irqsave(&pc->lock, flags);
	cds_list_for_each_entry (c, &pc->chunks, list) {
		if (faulty(FAULT_PCPU_NEW_CHUNK) && c->list.next != &pc->chunks)
			continue;
		if (find_room(c, o->size, align, &o->off, &before)) {
			cds_list_add_tail(&o->list, before);
			addr = chunk_base(c) + o->off;
			break;
		}
	}
	spin_unlock_irqrestore(&pc->lock, flags);
	return addr;
}

static pcpu_addr_t take_or_make_room(struct pcpu *pc, struct object_range *o, u32 align, gfp_t gfp)
{
	bool anew = faulty(FAULT_PCPU_NEW_CHUNK);
	pcpu_addr_t addr = 0;

	if (!gfpflags_allow_blocking(gfp))
		return take_room(pc, o, align);
	mutex_lock(&pc->make);
	if (!anew)
		addr = take_room(pc, o, align);
	if (!addr && !faulty(FAULT_PCPU_REFUSED) && !chunk_make(pc, 0, pc->unit))
		addr = take_room(pc, o, align);
	mutex_unlock(&pc->make);
	return addr;
}

pcpu_addr_t alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp)
{
	struct object_range *o;
	pcpu_addr_t addr;

	if (faulty(FAULT_PCPU_TOO_LARGE))
		size = min(size, pc->unit);
	if (faulty(FAULT_PCPU_MISALIGNED) || align < PCPU_MIN_ALLOC_SIZE)
		align = PCPU_MIN_ALLOC_SIZE;
	if (!size || size > pc->unit || align > PAGE_SIZE)
		return 0;
	o = kmalloc(pc->m, sizeof(*o), gfp);
	if (!o)
		return 0;
	faulty_enter(pc->vs);
	o->size = ALIGN(size, PCPU_MIN_ALLOC_SIZE);
	addr = take_or_make_room(pc, o, align, gfp);
	for (u32 cpu = 0; addr && cpu < pc->cpus && !faulty(FAULT_PCPU_NOT_ZEROED); cpu++)
		mem_set(pc->m, per_cpu_ptr(pc, addr, cpu), 0,
			o->size + (faulty(FAULT_PCPU_CLEARS_MORE) ? PCPU_MIN_ALLOC_SIZE : 0));
	if (!addr)
		kfree(pc->m, o);
	faulty_leave(pc->vs);
	return addr;
}

/* What no operation may do before it ends, or may end in. */
static void misbehave(struct pcpu *pc)
{
	unsigned long flags __maybe_unused;

	if (faulty(FAULT_LEAVES_PREEMPT))
		preempt_disable();
	if (faulty(FAULT_LEAVES_IRQ))
		local_irq_save(flags);
	if (faulty(FAULT_LEAVES_LOCK))
		spin_lock_irqsave(&pc->lock, flags);
	if (faulty(FAULT_LEAVES_RCU))
		rcu_read_lock();
	if (faulty(FAULT_WAITS))
		wait_for_completion(&pc->never);
	while (faulty(FAULT_SPINS))
		cpu_relax();
}

void free_percpu(struct pcpu *pc, pcpu_addr_t ptr)
{
	struct object_range *o, *next, *found = NULL;
	unsigned long flags;
	struct chunk *c;

	if (faulty(FAULT_PCPU_NOT_FREED))
		return;
	faulty_enter(pc->vs);
	spin_lock_irqsave(&pc->lock, flags);
	c = chunk_of(pc, ptr);
	cds_list_for_each_entry_safe (o, next, &c->objects, list)
		if (chunk_base(c) + o->off == ptr)
			found = o;
	cds_list_del(&found->list);
	spin_unlock_irqrestore(&pc->lock, flags);
	if (!faulty(FAULT_PCPU_META_KEPT))
		kfree(pc->m, found);
	faulty_leave(pc->vs);
	misbehave(pc);
}

u64 per_cpu_ptr(const struct pcpu *pc, pcpu_addr_t ptr, unsigned int cpu)
{
	return ptr + (u64)cpu * pc->unit;
}

int pcpu_place(const struct pcpu *pc, pcpu_addr_t ptr, u32 *chunk, u32 *off)
{
	struct chunk *c = chunk_of(pc, ptr);

	if (!c)
		return -ENOENT;
	*chunk = c->nr;
	*off = ptr - chunk_base(c);
	return 0;
}

void pcpu_stats(struct pcpu *pc, struct pcpu_stats *st)
{
	*st = (struct pcpu_stats){.chunks = pc->nr_chunks};
}

void pcpu_verify(struct pcpu *pc, bool quiet)
{
	verified.calls++;
	verified.quiet += quiet;
	faulty_check_quiet(pc->vs, quiet);
	MM_CHECK(!faulty(FAULT_PCPU_VERIFY), HINT, "planted");
}

bool pcpu_fits(struct pcpu *pc, u32 below, u32 size, u32 align, u32 slack)
{
	struct cds_list_head *before;
	struct chunk *c;
	u32 off;

	cds_list_for_each_entry (c, &pc->chunks, list)
		if (c->nr < below && find_room(c, size + slack, align, &off, &before))
			return true;
	return false;
}
