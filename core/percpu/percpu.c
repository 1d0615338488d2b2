/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu.c - create and destroy an allocator, and translate addresses of objects.
 *
 * Requests are in alloc.c and free.c, the memory of the first chunk in first.c.
 */
#include "internal.h"

u64 per_cpu_ptr(const struct pcpu *pc, pcpu_addr_t ptr, unsigned int cpu)
{
	return ptr + pc->unit_off[cpu];
}

bool is_percpu_address(const struct pcpu *pc, u64 addr)
{
	unsigned int cpu;

	if (!pc->first_base)
		return false;
	for_each_possible_cpu (cpu, pc->topology)
		if (addr - pc->first_base - pc->unit_off[cpu] < pc->ai->static_size)
			return true;
	return false;
}

u64 per_cpu_ptr_to_phys(const struct pcpu *pc, u64 addr)
{
	const struct page *page = virt_to_page(pc->m, addr);

	if (!page)
		page = vmalloc_to_page(pc->m, addr);
	MM_CHECK(page, FAULT, "per_cpu_ptr_to_phys: nothing is mapped at %#llx", addr);
	return (page->pfn << PAGE_SHIFT) + (addr & ~PAGE_MASK);
}

/* A look-up takes the lock, and changes nothing that the caller can see. */
static struct pcpu *unconst(const struct pcpu *pc)
{
	return (struct pcpu *)(uintptr_t)pc;
}

int pcpu_place(const struct pcpu *cpc, pcpu_addr_t ptr, u32 *number, u32 *off)
{
	struct pcpu *pc = unconst(cpc);
	struct pcpu_chunk *chunk;
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	chunk = pcpu_chunk_by_addr(pc, ptr);
	if (chunk) {
		*number = chunk->number;
		*off = (u32)(ptr - chunk->base);
	}
	spin_unlock_irqrestore(&pc->lock, flags);
	return chunk ? 0 : -ENOENT;
}

const struct pcpu_alloc_info *pcpu_alloc_info(const struct pcpu *pc)
{
	return pc->ai;
}

enum pcpu_fc pcpu_fc_kind(const struct pcpu *pc)
{
	return pc->fc_kind;
}

u64 pcpu_base_addr(const struct pcpu *pc)
{
	return pc->first_base;
}

/* Create the chunk of a region of the first chunk, and count its pages. */
static struct pcpu_chunk *link_first(struct pcpu *pc, u32 start, u32 end, bool reserved)
{
	struct pcpu_chunk *chunk = pcpu_chunk_create_first(pc, start, end);
	unsigned long flags;

	if (!chunk)
		return NULL;
	spin_lock_irqsave(&pc->lock, flags);
	if (reserved)
		pc->reserved = chunk;
	else
		pcpu_chunk_link(chunk);
	pcpu_chunk_populated(chunk, 0, pc->first_pages);
	spin_unlock_irqrestore(&pc->lock, flags);
	return chunk;
}

/* The chunks of the first chunk's regions. Return: 0 or -ENOMEM; pcpu_destroy() cleans up. */
static int create_first_chunk(struct pcpu *pc)
{
	u32 reserved = pc->ai->static_size, dyn = reserved + pc->ai->reserved_size;

	if (!pc->first_base)
		return 0;
	if (dyn > reserved && !link_first(pc, reserved, dyn, true))
		return -ENOMEM;
	pc->first = link_first(pc, dyn, dyn + pc->ai->dyn_size, false);
	return pc->first ? 0 : -ENOMEM;
}

int pcpu_create(struct machine *m, struct vmap_space *vs, const struct pcpu_config *cfg,
		struct pcpu **out)
{
	static const struct pcpu_area_ops *const area[NR_PCPU_ALLOCATORS] = {
		[PCPU_BITMAP] = &pcpu_bitmap_ops,
		[PCPU_AREAMAP] = &pcpu_areamap_ops,
	};
	static const struct pcpu_backing_ops *const backing[NR_PCPU_BACKINGS] = {
		[PCPU_VM] = &pcpu_vm_ops,
		[PCPU_KM] = &pcpu_km_ops,
	};
	struct pcpu *pc;
	int err;

	if (cfg->allocator >= NR_PCPU_ALLOCATORS || cfg->backing >= NR_PCPU_BACKINGS ||
	    cfg->fc >= NR_PCPU_FC)
		return -EINVAL;
	pc = kzalloc(m, sizeof(*pc), GFP_KERNEL);
	if (!pc)
		return -ENOMEM;
	pc->m = m;
	pc->vs = vs;
	pc->topology = machine_topology(m);
	pc->cfg = *cfg;
	pc->area = area[cfg->allocator];
	pc->backing = backing[cfg->backing];
	pc->empty_low = cfg->empty_low;
	pc->empty_high = max(cfg->empty_low, cfg->empty_high);
	pc->min_size = UINT32_MAX;
	spin_lock_init(&pc->lock, "pcpu_lock");
	mutex_init(&pc->alloc_mutex, "pcpu_alloc_mutex");
	INIT_WORK(&pc->balance_work, pcpu_balance_work);
	CDS_INIT_LIST_HEAD(&pc->extend);
	RB_INIT(&pc->chunks);
	err = pcpu_first_chunk_create(pc);
	if (err) {
		kfree(m, pc);
		return err;
	}
	/* Slot 0, one for each power of two, one for whole units, and two for isolated chunks. */
	pc->nr_slots = (u32)fls64(pc->unit_size) - PCPU_SLOT_BASE_SHIFT + 6;
	for (u32 i = 0; i < pc->nr_slots; i++)
		CDS_INIT_LIST_HEAD(&pc->slot[i]);
	if (!pc->backing->whole) {
		pc->pages =
			kmalloc(m, (size_t)pc->nr_possible * pc->unit_pages * sizeof(*pc->pages),
				GFP_KERNEL);
		if (!pc->pages)
			err = -ENOMEM;
	}
	if (!err)
		err = create_first_chunk(pc);
	if (err) {
		pcpu_destroy(pc);
		return err;
	}
	*out = pc;
	return 0;
}

void pcpu_destroy(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;

	if (!pc)
		return;
	cancel_work_sync(&pc->balance_work);
	MM_CHECK(!pc->nr_allocs, LEAK_AREA,
		 "per-CPU allocator: %llu objects of %llu bytes were not freed", pc->nr_allocs,
		 (pc->alloc_bits << PCPU_MIN_ALLOC_SHIFT));
	while ((chunk = pcpu_chunk_first(pc))) {
		pcpu_chunk_unlink(chunk);
		pcpu_chunk_destroy(chunk);
	}
	if (pc->reserved)
		pcpu_chunk_destroy(pc->reserved);
	kfree(pc->m, pc->pages);
	pcpu_first_chunk_destroy(pc);
	kfree(pc->m, pc);
}
