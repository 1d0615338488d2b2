/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap.c - a vmap space is made, looked at, and taken down.
 *
 * The sizes follow "mm: rewrite vmap layer" (2008); each is computed in a function of its own.
 */
#include "internal.h"

/*
 * Lazy pages that may gather. The more there are, the rarer the flushes, and a flush costs more
 * the more CPUs there are, but by no means in proportion: so logarithmically in the CPUs, times 32
 * MiB of addresses.
 */
static unsigned long lazy_max_pages(const struct topology *t)
{
	return (unsigned long)fls64(num_online(t)) * (32UL * 1024 * 1024 / PAGE_SIZE);
}

/*
 * Pages of a block: a sixteenth of a CPU's share of the space, between twice the largest
 * request and 1024. Offsets in a block are taken with a mask, so it must be a power of two, which
 * a share need not be.
 */
static unsigned int default_block_pages(u64 pages, unsigned int cpus)
{
	u64 want = min(pages / cpus / 16, (u64)1024);

	return want <= 2 * VMAP_MAX_ALLOC ? 2 * VMAP_MAX_ALLOC : 1U << (fls64(want) - 1);
}

int vmap_create(struct machine *m, const struct vmap_config *cfg, struct vmap_space **out)
{
	const struct topology *t = machine_topology(m);
	u64 pages = cfg->size >> PAGE_SHIFT;
	unsigned int block_pages = cfg->block_pages;
	struct vmap_space *vs;
	int err = -ENOMEM;

	if (!cfg->start || !IS_ALIGNED(cfg->start, PAGE_SIZE) || !pages ||
	    !IS_ALIGNED(cfg->size, PAGE_SIZE) || cfg->start + cfg->size < cfg->start)
		return -EINVAL;
	if (!block_pages)
		block_pages = default_block_pages(pages, num_online(t));
	if (!is_power_of_2(block_pages) || block_pages < 2 * VMAP_MAX_ALLOC)
		return -EINVAL;

	vs = kzalloc(m, sizeof(*vs), GFP_KERNEL);
	if (!vs)
		return -ENOMEM;
	vs->m = m;
	vs->start = cfg->start;
	vs->end = cfg->start + cfg->size;
	vs->lazy_max_pages = cfg->lazy_max_pages ? cfg->lazy_max_pages : lazy_max_pages(t);
	vs->block_pages = block_pages;
	vs->block_shift = PAGE_SHIFT + fls64(block_pages) - 1;
	vs->nr_cpus = t->nr_cpu_ids;
	spin_lock_init(&vs->free_vmap_area_lock, "free_vmap_area_lock");
	spin_lock_init(&vs->vmap_area_lock, "vmap_area_lock");
	mutex_init(&vs->vmap_purge_lock, "vmap_purge_lock");
	INIT_WORK(&vs->purge_work, drain_vmap_work);
	RB_INIT(&vs->busy_root);

	err = vmap_blocks_init(vs);
	if (err)
		goto out_space;
	err = free_space_init(vs);
	if (err)
		goto out_blocks;
	*out = vs;
	return 0;

out_blocks:
	vmap_blocks_fini(vs);
out_space:
	kfree(m, vs);
	return err;
}

void vmap_destroy(struct vmap_space *vs)
{
	const struct vmap_area *va;

	if (!vs)
		return;
	reclaim_and_purge_vmap_areas(vs);
	cancel_work_sync(&vs->purge_work);

	va = first_vmap_area(vs);
	MM_CHECK(!va, LEAK_AREA,
		 "%llu areas of %llu pages are still in use, %ld of them vmap blocks; the first is "
		 "[%#llx, %#llx)",
		 (unsigned long long)vs->nr_busy, (unsigned long long)vs->busy_pages,
		 atomic_long_read(&vs->nr_blocks), (unsigned long long)va->va_start,
		 (unsigned long long)va->va_end);
	free_space_fini(vs);
	rcu_barrier();
	vmap_blocks_fini(vs);
	kfree(vs->m, vs);
}

void vmap_stats(struct vmap_space *vs, struct vmap_stats *st)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	st->areas = vs->nr_busy;
	st->busy_pages = vs->busy_pages;
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);

	spin_lock_irqsave(&vs->free_vmap_area_lock, flags);
	st->free_pages = vs->free_pages;
	st->largest_free = RB_EMPTY(&vs->free_root) ? 0 : RB_ROOT(&vs->free_root)->subtree_max_size;
	spin_unlock_irqrestore(&vs->free_vmap_area_lock, flags);

	st->lazy_pages = (u64)atomic_long_read(&vs->vmap_lazy_nr);
	st->blocks = (u64)atomic_long_read(&vs->nr_blocks);
	st->purges = (u64)atomic_long_read(&vs->purges);
}
