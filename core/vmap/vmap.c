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
 * MiB of addresses. fls() is 1 + log2, rounded down: one CPU, whose log2 is 0, has lazy pages too.
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

static const struct vmap_kva_ops *const kva_ops[NR_VMAP_KVAS] = {
	[VMAP_LAZY] = &vmap_lazy_ops,
	[VMAP_EAGER] = &vmap_eager_ops,
};

const char *vmap_kva_name(enum vmap_kva kva)
{
	return kva_ops[kva]->name;
}

int vmap_create(struct machine *m, const struct vmap_config *cfg, struct vmap_space **out)
{
	const struct topology *t = machine_topology(m);
	u64 pages = cfg->size >> PAGE_SHIFT;
	unsigned int block_pages = cfg->block_pages;
	struct vmap_space *vs;
	int err = 0;

	if ((unsigned int)cfg->kva >= NR_VMAP_KVAS)
		return -EINVAL;
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
	vs->ops = kva_ops[cfg->kva];
	vs->start = cfg->start;
	vs->end = cfg->start + cfg->size;
	vs->lazy_max_pages = cfg->lazy_max_pages ? cfg->lazy_max_pages : lazy_max_pages(t);
	vs->block_max = vs->ops->blocks ? VMAP_MAX_ALLOC : 0;
	vs->block_pages = block_pages;
	vs->block_shift = PAGE_SHIFT + fls64(block_pages) - 1;
	vs->nr_cpus = t->nr_cpu_ids;
	vs->notice = cfg->notice;
	vs->arg = cfg->arg;
	CDS_INIT_LIST_HEAD(&vs->busy_list);
	vmalloc_init(vs);

	if (vs->ops->blocks)
		err = vmap_blocks_init(vs);
	if (err)
		goto out_space;
	err = vs->ops->init(vs);
	if (err)
		goto out_blocks;
	*out = vs;
	return 0;

out_blocks:
	if (vs->ops->blocks)
		vmap_blocks_fini(vs);
out_space:
	kfree(m, vs);
	return err;
}

u64 vmap_start(const struct vmap_space *vs)
{
	return vs->start;
}

u64 vmap_end(const struct vmap_space *vs)
{
	return vs->end;
}

enum vmap_kva vmap_kva(const struct vmap_space *vs)
{
	enum vmap_kva kva = 0;

	while (kva_ops[kva] != vs->ops)
		kva++;
	return kva;
}

unsigned int vmap_block_pages(const struct vmap_space *vs)
{
	return vs->block_pages;
}

void vmap_destroy(struct vmap_space *vs)
{
	if (!vs)
		return;
	vmalloc_fini(vs);
	vs->ops->exit(vs);
	if (vs->ops->blocks) {
		rcu_barrier();
		vmap_blocks_fini(vs);
	}
	kfree(vs->m, vs);
}

void vmap_stats(struct vmap_space *vs, struct vmap_stats *st)
{
	vs->ops->stats(vs, st);
	st->blocks = (u64)atomic_long_read(&vs->nr_blocks);
}
