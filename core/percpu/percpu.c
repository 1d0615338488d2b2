/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu.c - the allocator: made, asked, and taken down.
 *
 * A request takes its area under pcpu.lock; from then on the chunk stays and the area is known to
 * nobody else. If it may sleep, pages that are missing are populated after that, under
 * alloc_mutex, and a chunk is made if no chunk has room. Last, every CPU's copy is zeroed, with
 * no lock held: a free of the area's former owner comes before, by the lock.
 *
 * After "percpu: replace area map allocator with bitmap" (2017) for the search, and "percpu:
 * implement asynchronous chunk population" (2014) for atomic requests.
 */
#include "internal.h"

/* An area from the first chunk that has room, tightest slot first. The lock is held. */
static struct pcpu_chunk *take_area(struct pcpu *pc, u32 bits, u32 align, bool populated, u32 *off)
{
	struct pcpu_chunk *chunk, *next;
	u32 slot = pcpu_size_to_slot(pc, bits << PCPU_MIN_ALLOC_SHIFT);

	for (; slot <= pcpu_free_slot(pc); slot++) {
		cds_list_for_each_entry_safe (chunk, next, &pc->slot[slot], list) {
			*off = pcpu_bitmap_alloc(chunk, bits, align, populated);
			if (*off != PCPU_NO_FIT) {
				pcpu_chunk_relocate(chunk);
				return chunk;
			}
			if (slot < PCPU_SLOT_FAIL_THRESHOLD)
				pcpu_chunk_side(chunk);
		}
	}
	return NULL;
}

/* An object has its area. */
static void count_alloc(struct pcpu_chunk *chunk, u32 bits)
{
	chunk->nr_allocs++;
	chunk->pc->nr_allocs++;
	chunk->pc->alloc_bits += bits;
}

/* Give an area back. Return: its bits, 0 if no object begins there. */
static u32 give_area(struct pcpu_chunk *chunk, u32 off)
{
	u32 bits = pcpu_bitmap_free(chunk, off);

	if (bits) {
		chunk->nr_allocs--;
		chunk->pc->nr_allocs--;
		chunk->pc->alloc_bits -= bits;
		pcpu_chunk_relocate(chunk);
	}
	return bits;
}

/* Pages of an area. */
static u32 area_first_page(u32 off)
{
	return off / PCPU_BLOCK_BITS;
}

static u32 area_end_page(u32 off, u32 bits)
{
	return (off + bits - 1) / PCPU_BLOCK_BITS + 1;
}

static bool area_populated(const struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	u32 end = area_end_page(off, bits);

	return find_next_zero_bit(chunk->populated, end, area_first_page(off)) == end;
}

/* Populate what is missing of an area; on failure the area is given back. alloc_mutex is held. */
static int populate_area(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	struct pcpu *pc = chunk->pc;
	u32 end = area_end_page(off, bits), from, to;
	unsigned long flags;
	int err;

	for (from = area_first_page(off);
	     (from = find_next_zero_bit(chunk->populated, end, from)) < end; from = to) {
		to = find_next_bit(chunk->populated, end, from);
		err = pcpu_populate_chunk(chunk, from, to, GFP_KERNEL);
		spin_lock_irqsave(&pc->lock, flags);
		if (err)
			give_area(chunk, off);
		else
			pcpu_chunk_populated(chunk, from, to);
		spin_unlock_irqrestore(&pc->lock, flags);
		if (err)
			return err;
	}
	return 0;
}

/*
 * No chunk had room a moment ago. Under alloc_mutex only frees can have changed that, and whoever
 * had the mutex before; so one more look before a chunk is made.
 */
static struct pcpu_chunk *take_area_or_create(struct pcpu *pc, u32 bits, u32 align, u32 *off)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	chunk = take_area(pc, bits, align, false, off);
	if (!chunk) {
		spin_unlock_irqrestore(&pc->lock, flags);
		chunk = pcpu_chunk_create(pc, GFP_KERNEL);
		if (!chunk)
			return NULL;
		spin_lock_irqsave(&pc->lock, flags);
		pcpu_chunk_link(chunk);
		/* Nobody has seen it yet, so it is empty. */
		*off = pcpu_bitmap_alloc(chunk, bits, align, false);
		pcpu_chunk_relocate(chunk);
	}
	count_alloc(chunk, bits);
	spin_unlock_irqrestore(&pc->lock, flags);
	return chunk;
}

/* Every CPU's copy is zero at birth. Return: the object. */
static pcpu_addr_t born(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	struct pcpu *pc = chunk->pc;
	const u64 at = (u64)off << PCPU_MIN_ALLOC_SHIFT;
	unsigned int cpu;

	for_each_possible_cpu (cpu, pc->topology)
		mem_set(pc->m, pcpu_unit_addr(chunk, cpu) + at, 0,
			(size_t)bits << PCPU_MIN_ALLOC_SHIFT);
	return chunk->base + at;
}

pcpu_addr_t alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp)
{
	bool atomic = !gfpflags_allow_blocking(gfp), missing = false, low;
	u32 bits, align_bits, off = 0;
	struct pcpu_chunk *chunk;
	unsigned long flags;

	if (!atomic)
		might_sleep();
	if (!size || size > pc->unit_size || !is_power_of_2(align) || align > PAGE_SIZE)
		return 0;
	bits = DIV_ROUND_UP(size, PCPU_MIN_ALLOC_SIZE);
	align_bits = max(align, PCPU_MIN_ALLOC_SIZE) >> PCPU_MIN_ALLOC_SHIFT;

	spin_lock_irqsave(&pc->lock, flags);
	chunk = take_area(pc, bits, align_bits, atomic, &off);
	if (chunk) {
		count_alloc(chunk, bits);
		missing = !atomic && !area_populated(chunk, off, bits);
	} else if (atomic) {
		pc->atomic_failed = true;
	}
	low = pc->nr_empty < pc->empty_low || (atomic && !chunk);
	spin_unlock_irqrestore(&pc->lock, flags);

	if (missing || (!chunk && !atomic)) {
		mutex_lock(&pc->alloc_mutex);
		if (!chunk)
			chunk = take_area_or_create(pc, bits, align_bits, &off);
		if (chunk && populate_area(chunk, off, bits))
			chunk = NULL;
		mutex_unlock(&pc->alloc_mutex);
	}
	if (low)
		schedule_work(&pc->balance_work);
	return chunk ? born(chunk, off, bits) : 0;
}

pcpu_addr_t pcpu_alloc_at(struct pcpu *pc, u32 number, u32 off, u32 size)
{
	u32 bits = DIV_ROUND_UP((u64)size, PCPU_MIN_ALLOC_SIZE);
	struct pcpu_chunk *chunk, *new = NULL;
	unsigned long flags;

	might_sleep();
	if (off % PCPU_MIN_ALLOC_SIZE)
		return 0;
	off >>= PCPU_MIN_ALLOC_SHIFT;
	mutex_lock(&pc->alloc_mutex);
	/* It is changed under both locks. */
	if (number == pc->next_number) {
		new = pcpu_chunk_create(pc, GFP_KERNEL);
		if (!new)
			goto fail;
	}
	spin_lock_irqsave(&pc->lock, flags);
	if (new)
		pcpu_chunk_link(new);
	chunk = new ? new : pcpu_chunk_by_number(pc, number);
	if (chunk && pcpu_bitmap_alloc_at(chunk, off, bits)) {
		count_alloc(chunk, bits);
		pcpu_chunk_relocate(chunk);
	} else {
		chunk = NULL;
	}
	spin_unlock_irqrestore(&pc->lock, flags);
	if (!chunk || populate_area(chunk, off, bits))
		goto fail;
	mutex_unlock(&pc->alloc_mutex);
	return born(chunk, off, bits);

fail:
	mutex_unlock(&pc->alloc_mutex);
	return 0;
}

/*
 * Does the chunk in which something was freed give work to do? Two chunks without an object are
 * one too many. Empty pages are worth it if there are plenty without this chunk's, and this chunk
 * has enough of them.
 */
static bool worth_balancing(const struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;
	struct cds_list_head *empty = &pc->slot[pcpu_free_slot(pc)];

	if (chunk->slot == pcpu_free_slot(pc) && empty->next != empty->prev)
		return true;
	return !chunk->immutable && chunk->nr_empty && chunk->nr_empty >= pc->unit_pages / 4 &&
	       pc->nr_empty > pc->empty_high + chunk->nr_empty;
}

void free_percpu(struct pcpu *pc, pcpu_addr_t ptr)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;
	bool work;
	u64 off;
	u32 bit;

	if (!ptr)
		return;
	spin_lock_irqsave(&pc->lock, flags);
	chunk = pcpu_chunk_by_addr(pc, ptr);
	MM_CHECK(chunk, RANGE, "free_percpu: %#llx lies in no chunk", (unsigned long long)ptr);
	off = ptr - chunk->base;
	bit = (u32)(off >> PCPU_MIN_ALLOC_SHIFT);
	MM_CHECK(off < pc->unit_size && bit >= chunk->hidden_start && bit < chunk->hidden_end &&
			 off % PCPU_MIN_ALLOC_SIZE == 0 && give_area(chunk, bit),
		 RANGE, "free_percpu: no object begins at %#llx, offset %#llx of chunk %u",
		 (unsigned long long)ptr, (unsigned long long)off, chunk->number);
	work = worth_balancing(chunk);
	spin_unlock_irqrestore(&pc->lock, flags);
	if (work)
		schedule_work(&pc->balance_work);
}

u64 per_cpu_ptr(const struct pcpu *pc, pcpu_addr_t ptr, unsigned int cpu)
{
	return ptr + (u64)cpu * pc->unit_size;
}

/* The lock is the allocator's, not the caller's: looking changes nothing that const speaks of. */
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
		*off = (u32)((ptr - chunk->base) % pc->unit_size);
	}
	spin_unlock_irqrestore(&pc->lock, flags);
	return chunk ? 0 : -ENOENT;
}

void pcpu_stats(struct pcpu *pc, struct pcpu_stats *st)
{
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	st->chunks = pc->nr_chunks;
	st->allocs = pc->nr_allocs;
	st->alloc_bytes = pc->alloc_bits << PCPU_MIN_ALLOC_SHIFT;
	st->populated = pc->nr_populated;
	st->empty_populated = pc->nr_empty;
	st->scanned = pc->scanned;
	spin_unlock_irqrestore(&pc->lock, flags);
}

/* The chunk with static data in it, all of its pages there. */
static int create_first_chunk(struct pcpu *pc, u32 static_size, u32 dyn_size)
{
	struct pcpu_chunk *chunk = pcpu_chunk_create(pc, GFP_KERNEL);
	unsigned long flags;

	if (!chunk)
		return -ENOMEM;
	if (pcpu_populate_chunk(chunk, 0, pc->unit_pages, GFP_KERNEL)) {
		pcpu_chunk_destroy(chunk);
		return -ENOMEM;
	}
	chunk->immutable = true;
	pcpu_chunk_hide(chunk, static_size, dyn_size);
	spin_lock_irqsave(&pc->lock, flags);
	pcpu_chunk_link(chunk);
	pcpu_chunk_populated(chunk, 0, pc->unit_pages);
	spin_unlock_irqrestore(&pc->lock, flags);
	return 0;
}

int pcpu_create(struct machine *m, struct vmap_space *vs, const struct pcpu_config *cfg,
		struct pcpu **out)
{
	u64 static_size = ALIGN((u64)cfg->static_size, PCPU_MIN_ALLOC_SIZE);
	u64 dyn_size = ALIGN((u64)cfg->dyn_size, PCPU_MIN_ALLOC_SIZE);
	unsigned int cpu, possible = 0;
	struct pcpu *pc;

	if (!cfg->unit_size || !IS_ALIGNED(cfg->unit_size, PAGE_SIZE) ||
	    cfg->unit_size > PCPU_MAX_UNIT_PAGES << PAGE_SHIFT ||
	    static_size + dyn_size > cfg->unit_size)
		return -EINVAL;
	pc = kzalloc(m, sizeof(*pc), GFP_KERNEL);
	if (!pc)
		return -ENOMEM;
	pc->m = m;
	pc->vs = vs;
	pc->topology = machine_topology(m);
	pc->unit_size = cfg->unit_size;
	pc->unit_pages = cfg->unit_size >> PAGE_SHIFT;
	pc->map_bits = cfg->unit_size >> PCPU_MIN_ALLOC_SHIFT;
	pc->nr_cpus = pc->topology->nr_cpu_ids;
	/* Slot 0, one for each power of two, and one for whole units. */
	pc->nr_slots = (u32)fls64(cfg->unit_size) - PCPU_SLOT_BASE_SHIFT + 4;
	pc->empty_low = cfg->empty_low;
	pc->empty_high = max(cfg->empty_low, cfg->empty_high);
	spin_lock_init(&pc->lock, "pcpu_lock");
	mutex_init(&pc->alloc_mutex, "pcpu_alloc_mutex");
	INIT_WORK(&pc->balance_work, pcpu_balance_work);
	RB_INIT(&pc->chunks);
	for (u32 i = 0; i < pc->nr_slots; i++)
		CDS_INIT_LIST_HEAD(&pc->slot[i]);

	for_each_possible_cpu (cpu, pc->topology)
		possible++;
	pc->pages = kmalloc(m, (size_t)possible * pc->unit_pages * sizeof(*pc->pages), GFP_KERNEL);
	if (!pc->pages ||
	    (static_size + dyn_size && create_first_chunk(pc, (u32)static_size, (u32)dyn_size))) {
		kfree(m, pc->pages);
		kfree(m, pc);
		return -ENOMEM;
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
		 "per-CPU allocator: %llu objects of %llu bytes were not freed",
		 (unsigned long long)pc->nr_allocs,
		 (unsigned long long)(pc->alloc_bits << PCPU_MIN_ALLOC_SHIFT));
	while ((chunk = pcpu_chunk_first(pc))) {
		pcpu_chunk_unlink(chunk);
		pcpu_chunk_destroy(chunk);
	}
	kfree(pc->m, pc->pages);
	kfree(pc->m, pc);
}
