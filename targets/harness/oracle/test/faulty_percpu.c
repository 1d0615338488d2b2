/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_percpu.c - a naive per-CPU allocator for the executor's tests; see faulty_allocators.h.
 *
 * First fit over lists, with one lock. A chunk is fully populated when it is created, the first one
 * as far as its regions reach. Under the lock its objects are disjoint and sorted by offset; a
 * search and the allocation of its result are one critical section. Both allocators of a
 * configuration are this one. Longer than 500 lines: it has a fault for each check of a target.
 */
#include "faulty_percpu.h"

#include "machine/meta.h"
#include "machine/pgtable.h"

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
 * struct chunk - a unit for each CPU
 * @nr:       number
 * @first:    this is the first chunk
 * @base:     start of the lowest unit
 * @va:       areas of its groups; the first is NULL if they are not mapped
 * @objects:  sorted by offset
 * @nr_each:  pages of each unit
 * @block, @nr_block: block of kernel memory, used instead of @va, and its number of page frames
 * @nr_pages: valid elements of @page
 */
struct chunk {
	struct cds_list_head list;
	u32 nr;
	bool first;
	u64 base;
	struct vmap_area *va[TOPOLOGY_MAX_NODES];
	struct cds_list_head objects;
	u32 nr_each;
	u32 nr_block;
	struct page *block;
	u32 nr_pages;
	struct page *page[];
};

/* Get contiguous frames, for a first chunk from boot memory if there is any. */
static struct page *take_frames(struct pcpu *pc, const struct chunk *c, int nid, u32 nr)
{
	const struct pcpu_fc_provider *from = c->first ? pc->cfg.provider : NULL;
	u64 addr;

	if (!from)
		return alloc_contig_pages(pc->m, nid, nr, nr, GFP_KERNEL, "chunk");
	addr = from->alloc(from->arg, 0, nr * PAGE_SIZE, nr * PAGE_SIZE);
	return addr ? virt_to_page(pc->m, addr) : NULL;
}

static void put_frame(struct pcpu *pc, const struct chunk *c, struct page *page)
{
	const struct pcpu_fc_provider *from = c->first ? pc->cfg.provider : NULL;

	if (from)
		from->free(from->arg, page_to_virt(pc->m, page), PAGE_SIZE);
	else
		put_page(pc->m, page);
}

static void chunk_free(struct pcpu *pc, struct chunk *c)
{
	MM_CHECK(cds_list_empty(&c->objects), LEAK_AREA, "objects are left");
	if (c->va[0])
		pcpu_free_vm_areas(pc->vs, c->va, pc->nr_groups);
	for (u32 i = faulty(FAULT_PCPU_PAGE_KEPT); i < c->nr_pages; i++)
		put_frame(pc, c, c->page[i]);
	for (u32 i = 0; i < c->nr_block; i++)
		put_frame(pc, c, c->block + i);
	kfree(pc->m, c);
}

/* Get a block of frames, a power of two, at its address in the direct map. */
static int chunk_block(struct pcpu *pc, struct chunk *c)
{
	u32 nr = 1U << fls64((u64)pc->nr_units * (pc->unit >> PAGE_SHIFT) - 1);

	c->block = take_frames(pc, c, NUMA_NO_NODE, nr);
	if (!c->block)
		return -ENOMEM;
	c->nr_block = nr;
	c->base = page_to_virt(pc->m, c->block);
	return 0;
}

static int chunk_map_units(struct pcpu *pc, struct chunk *c)
{
	const struct topology *t = machine_topology(pc->m);
	struct page **page = c->page;
	unsigned int cpu;

	for_each_possible_cpu (cpu, t) {
		u32 lost = cpu == t->nr_cpu_ids - 1 && faulty(FAULT_PCPU_NOT_MAPPED);

		if (vmap_pages_range(pc->m, c->base + pc->unit_off[cpu], page, c->nr_each - lost,
				     GFP_KERNEL))
			return -ENOMEM;
		page += faulty(FAULT_PCPU_ONE_COPY) ? 0 : c->nr_each;
	}
	return 0;
}

/* The frames of each CPU's unit, near to it. */
static int chunk_take_frames(struct pcpu *pc, struct chunk *c)
{
	const struct topology *t = machine_topology(pc->m);
	unsigned int cpu;

	for_each_possible_cpu (cpu, t) {
		unsigned int nid = cpu_to_node(t, cpu);

		if (faulty(FAULT_PCPU_NODE))
			nid = (nid + 1) % t->nr_nodes;
		for (u32 i = 0; i < c->nr_each; i++) {
			c->page[c->nr_pages] = take_frames(pc, c, (int)nid, 1);
			if (!c->page[c->nr_pages])
				return -ENOMEM;
			c->nr_pages++;
		}
	}
	return 0;
}

static int chunk_map(struct pcpu *pc, struct chunk *c)
{
	if (chunk_take_frames(pc, c))
		return -ENOMEM;
	if (pcpu_get_vm_areas(pc->vs, pc->offset, pc->size, pc->nr_groups, PAGE_SIZE, GFP_KERNEL,
			      c->va)) {
		c->va[0] = NULL;
		return -ENOMEM;
	}
	c->base = vmap_area_start(c->va[0]) - pc->offset[0];
	return chunk_map_units(pc, c);
}

static int chunk_make(struct pcpu *pc, bool first)
{
	u32 each = (first ? ALIGN(pc->hi, PAGE_SIZE) : pc->unit) >> PAGE_SHIFT;
	struct chunk *c =
		kzalloc(pc->m, sizeof(*c) + pc->nr_units * each * sizeof(c->page[0]), GFP_KERNEL);
	unsigned long flags;
	int err;

	if (!c)
		return -ENOMEM;
	CDS_INIT_LIST_HEAD(&c->objects);
	c->first = first;
	c->nr_each = each;
	err = pc->cfg.backing == PCPU_KM ? chunk_block(pc, c) : chunk_map(pc, c);
	if (err) {
		if (faulty(FAULT_PCPU_ERROR_KEEPS))
			c->nr_pages = 0;
		chunk_free(pc, c);
		return err;
	}
	if (first)
		pc->first_base = c->base;
	spin_lock_irqsave(&pc->lock, flags);
	c->nr = pc->nr_chunks++;
	cds_list_add_tail(&c->list, &pc->chunks);
	spin_unlock_irqrestore(&pc->lock, flags);
	return 0;
}

int pcpu_create(struct machine *m, struct vmap_space *vs, const struct pcpu_config *cfg,
		struct pcpu **out)
{
	struct pcpu *pc;

	verified = (struct faulty_verified){0};
	if (faulty(FAULT_PCPU_CREATE) ||
	    (faulty(FAULT_TWIN_CREATE) && cfg->allocator == PCPU_AREAMAP))
		return -ENOMEM;
	pc = kzalloc(m, sizeof(*pc), GFP_KERNEL);
	if (!pc)
		return -ENOMEM;
	pc->m = m;
	pc->vs = vs;
	pc->cfg = *cfg;
	mutex_init(&pc->make, "make a chunk");
	spin_lock_init(&pc->lock, "chunks");
	CDS_INIT_LIST_HEAD(&pc->chunks);
	init_completion(&pc->never);
	if (faulty_layout(pc)) {
		kfree(m, pc);
		return -ENOMEM;
	}
	if (faulty_has_first(pc)) {
		if (chunk_make(pc, true)) {
			pcpu_destroy(pc);
			return -ENOMEM;
		}
		faulty_copy_static(pc);
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
	kfree(pc->m, pc->ai);
	kfree(pc->m, pc);
}

static struct chunk *chunk_of(const struct pcpu *pc, pcpu_addr_t ptr)
{
	struct chunk *c;

	cds_list_for_each_entry (c, &pc->chunks, list)
		if (ptr - c->base < (u64)c->nr_each << PAGE_SHIFT)
			return c;
	return NULL;
}

/**
 * struct room - a request to a chunk, and the place that was found
 * @reserved: search the reserved region instead of the dynamic one
 * @before:   the object before which to insert the new one
 */
struct room {
	u32 size, align;
	bool reserved;
	u32 off;
	struct cds_list_head *before;
};

/* Set the range of offsets that may serve the request. */
static void region(const struct pcpu *pc, const struct chunk *c, const struct room *r, u32 *lo,
		   u32 *hi)
{
	*lo = 0;
	*hi = c->nr_each << PAGE_SHIFT;
	if (!c->first) {
		if (r->reserved && !faulty(FAULT_RESERVED_BEHIND))
			*hi = 0;
		return;
	}
	*lo = faulty(FAULT_PCPU_STATIC) ? 0 : faulty(FAULT_DYNAMIC_RESERVED) ? pc->stat : pc->lo;
	if (!faulty(FAULT_PCPU_HIDDEN))
		*hi = pc->hi;
	if (r->reserved && !faulty(FAULT_RESERVED_DYNAMIC)) {
		*lo = pc->stat;
		*hi = faulty(FAULT_RESERVED_BEHIND) ? 0 : pc->lo;
	}
}

/* The lowest offset with room. Lock held. */
static bool find_room(const struct pcpu *pc, struct chunk *c, struct room *r)
{
	struct object_range *o;
	u32 lo, hi;

	region(pc, c, r, &lo, &hi);
	r->before = &c->objects;
	r->off = ALIGN(lo, r->align);
	cds_list_for_each_entry (o, &c->objects, list) {
		r->before = &o->list;
		if (r->off + r->size <= o->off || faulty(FAULT_PCPU_OVERLAP) ||
		    faulty_twin(pc, FAULT_TWIN_OVERLAP))
			break;
		r->off = max(r->off, ALIGN(o->off + o->size, r->align));
		r->before = &c->objects;
	}
	return r->off + r->size <= hi;
}

static pcpu_addr_t take_room(struct pcpu *pc, struct object_range *o, struct room *r)
{
	pcpu_addr_t addr = 0;
	unsigned long flags;
	struct chunk *c;

	spin_lock_irqsave(&pc->lock, flags);
	cds_list_for_each_entry (c, &pc->chunks, list) {
		if (faulty(FAULT_PCPU_NEW_CHUNK) && c->list.next != &pc->chunks)
			continue;
		if (find_room(pc, c, r)) {
			o->off = r->off;
			o->size = r->size;
			cds_list_add_tail(&o->list, r->before);
			pc->allocs++;
			pc->alloc_bytes += o->size;
			addr = c->base + o->off;
			break;
		}
	}
	spin_unlock_irqrestore(&pc->lock, flags);
	return addr;
}

static pcpu_addr_t take_or_make_room(struct pcpu *pc, struct object_range *o, struct room *r,
				     gfp_t gfp)
{
	bool anew = faulty(FAULT_PCPU_NEW_CHUNK);
	pcpu_addr_t addr = 0;

	if (r->reserved ? !faulty(FAULT_RESERVED_BEHIND) : !gfpflags_allow_blocking(gfp))
		return take_room(pc, o, r);
	mutex_lock(&pc->make);
	if (!anew)
		addr = take_room(pc, o, r);
	if (!addr && !faulty(FAULT_PCPU_REFUSED) && !faulty_twin(pc, FAULT_TWIN_REFUSED) &&
	    !chunk_make(pc, false))
		addr = take_room(pc, o, r);
	mutex_unlock(&pc->make);
	return addr;
}

static void zero_copies(struct pcpu *pc, pcpu_addr_t addr, u32 size)
{
	unsigned int cpu;

	if (faulty(FAULT_PCPU_CLEARS_MORE))
		size += PCPU_MIN_ALLOC_SIZE;
	for_each_possible_cpu (cpu, machine_topology(pc->m))
		if (!faulty(FAULT_PCPU_NOT_ZEROED))
			mem_set(pc->m, per_cpu_ptr(pc, addr, cpu), 0, size);
}

static pcpu_addr_t alloc(struct pcpu *pc, u32 size, u32 align, gfp_t gfp, bool reserved)
{
	struct object_range *o;
	struct room r;
	pcpu_addr_t addr;

	if (faulty(FAULT_PCPU_TOO_LARGE))
		size = min(size, pc->unit);
	if (faulty(FAULT_PCPU_MISALIGNED) || faulty_twin(pc, FAULT_TWIN_MISALIGNED) ||
	    align < PCPU_MIN_ALLOC_SIZE)
		align = PCPU_MIN_ALLOC_SIZE;
	if (!size || size > pc->unit || align > PAGE_SIZE)
		return 0;
	if (faulty(FAULT_PCPU_ATOMIC) && !gfpflags_allow_blocking(gfp))
		return 0;
	o = kmalloc(pc->m, sizeof(*o), gfp);
	if (!o)
		return 0;
	faulty_enter(pc->vs);
	r = (struct room){.size = ALIGN(size, PCPU_MIN_ALLOC_SIZE) +
				  (faulty_twin(pc, FAULT_TWIN_LARGER) ? PCPU_MIN_ALLOC_SIZE : 0),
			  .align = align,
			  .reserved = reserved};
	addr = take_or_make_room(pc, o, &r, gfp);
	if (addr)
		zero_copies(pc, addr, o->size);
	else
		kfree(pc->m, o);
	faulty_leave(pc->vs);
	return addr;
}

pcpu_addr_t alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp)
{
	return alloc(pc, size, align, gfp, false);
}

pcpu_addr_t alloc_reserved_percpu(struct pcpu *pc, u32 size, u32 align)
{
	return faulty(FAULT_RESERVED_REFUSED) ? 0 : alloc(pc, size, align, GFP_KERNEL, true);
}

/* Leave a state in which no operation may end, or never end. */
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

/* The object at an address, or why there is none. Lock held. */
static struct object_range *object_at(const struct pcpu *pc, pcpu_addr_t ptr,
				      enum pcpu_bad_free *why)
{
	struct chunk *c = chunk_of(pc, ptr);
	struct object_range *o;
	u64 off;

	*why = PCPU_FREE_NO_CHUNK;
	if (!c)
		return NULL;
	off = ptr - c->base;
	*why = PCPU_FREE_OUTSIDE;
	if (c->first && (off < pc->stat || off >= pc->hi))
		return NULL;
	*why = off % PCPU_MIN_ALLOC_SIZE ? PCPU_FREE_MIDDLE : PCPU_FREE_TWICE;
	cds_list_for_each_entry (o, &c->objects, list) {
		if (off == o->off && !faulty(FAULT_FREE_REFUSED))
			return o;
		if (off > o->off && off < o->off + o->size)
			*why = PCPU_FREE_MIDDLE;
	}
	return NULL;
}

/* Report a bad free. It is the last step: no scheduling point may follow before the caller looks.
 */
static void report_bad_free(const struct pcpu *pc, enum pcpu_bad_free why, pcpu_addr_t ptr)
{
	if (faulty(FAULT_MISFREE_TAKEN))
		return;
	if (faulty(FAULT_MISFREE_NAME))
		why ^= 1;
	pc->cfg.bad_free(pc->cfg.arg, why, ptr);
}

void free_percpu(struct pcpu *pc, pcpu_addr_t ptr)
{
	struct object_range *found;
	enum pcpu_bad_free why;
	unsigned long flags;

	if (!ptr || faulty(FAULT_PCPU_NOT_FREED) || faulty_twin(pc, FAULT_TWIN_NOT_FREED))
		return;
	faulty_enter(pc->vs);
	spin_lock_irqsave(&pc->lock, flags);
	found = object_at(pc, ptr, &why);
	if (found) {
		cds_list_del(&found->list);
		pc->allocs--;
		pc->alloc_bytes -= found->size;
	}
	spin_unlock_irqrestore(&pc->lock, flags);
	if (found && faulty(FAULT_STATIC_WRITTEN) && pc->first_base)
		mem_set(pc->m, pc->first_base, 0, 1);
	if (found && !faulty(FAULT_PCPU_META_KEPT))
		kfree(pc->m, found);
	faulty_leave(pc->vs);
	misbehave(pc);
	if (!found)
		report_bad_free(pc, why, ptr);
}

int pcpu_place(const struct pcpu *pc, pcpu_addr_t ptr, u32 *chunk, u32 *off)
{
	struct chunk *c = chunk_of(pc, ptr);

	if (!c)
		return -ENOENT;
	*chunk = c->nr;
	*off = ptr - c->base;
	return 0;
}

void pcpu_stats(struct pcpu *pc, struct pcpu_stats *st)
{
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	*st = (struct pcpu_stats){.chunks = pc->nr_chunks,
				  .allocs = pc->allocs,
				  .alloc_bytes = pc->alloc_bytes,
				  .scanned = faulty(FAULT_PCPU_WORK) ? 1000 * pc->allocs : 0};
	spin_unlock_irqrestore(&pc->lock, flags);
}

int pcpu_print_stats(struct pcpu *pc, FILE *f)
{
	fprintf(f, "%llu objects\n", pc->allocs);
	return 0;
}

void pcpu_verify(struct pcpu *pc, bool quiet)
{
	verified.calls++;
	verified.quiet += quiet;
	faulty_check_quiet(pc->vs, quiet);
	MM_CHECK(!faulty(FAULT_PCPU_VERIFY), HINT, "planted");
}

static bool fits(struct pcpu *pc, u32 below, struct room *r)
{
	struct chunk *c;

	cds_list_for_each_entry (c, &pc->chunks, list)
		if (c->nr < below && find_room(pc, c, r))
			return true;
	return false;
}

bool pcpu_fits(struct pcpu *pc, u32 below, u32 size, u32 align, u32 slack)
{
	struct room r = {.size = size + slack, .align = align};

	return fits(pc, below, &r);
}

/* All pages of a chunk are populated. */
bool pcpu_populated_fits(struct pcpu *pc, u32 size, u32 align, u32 slack)
{
	return pcpu_fits(pc, UINT32_MAX, size, align, slack);
}

const char *pcpu_owed(const struct pcpu *pc, bool asked)
{
	return faulty(FAULT_PCPU_OWES) && asked ? "planted" : NULL;
}

bool pcpu_reserved_fits(struct pcpu *pc, u32 size, u32 align, u32 slack)
{
	struct room r = {.size = size + slack, .align = align, .reserved = true};

	return fits(pc, 1, &r);
}
