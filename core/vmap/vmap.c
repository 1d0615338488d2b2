/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap.c - create a vmap space, ask it about itself, destroy it.
 *
 * The sizes follow "mm: rewrite vmap layer" (2008) and "mm: vmalloc: Offload free_vmap_area_lock
 * global lock" (2023); each is computed in a function of its own.
 */
#include "block.h"

/*
 * Lazy pages that may gather before a purge. More of them mean fewer flushes. A flush costs more
 * the more CPUs there are, though less than in proportion: so 32 MiB of addresses, times the
 * logarithm of the CPUs. fls() is 1 + log2, rounded down: one CPU has lazy pages too.
 */
static unsigned long lazy_max_pages(const struct topology *t)
{
	return (unsigned long)fls64(num_online(t)) * (32UL * 1024 * 1024 / PAGE_SIZE);
}

/*
 * Pages of a block: a sixteenth of a CPU's share of the space, between twice the largest request
 * and 1024, rounded down to a power of two: blocks are aligned to their size.
 */
static unsigned int default_block_pages(u64 pages, unsigned int cpus)
{
	u64 want = min(pages / cpus / 16, (u64)1024);

	return want <= 2 * VMAP_MAX_ALLOC ? 2 * VMAP_MAX_ALLOC : 1U << (fls64(want) - 1);
}

/*
 * Bytes that a CPU prefetches at once in a space of zones, and bytes of a slice of the addresses:
 * min(fls(CPUs) x 100 pages, 4 MiB), as announced. More CPUs ask the heap more often; again the
 * growth is logarithmic.
 */
static u64 default_zone_size(const struct topology *t)
{
	return min((u64)fls64(num_possible(t)) * 100 * PAGE_SIZE, (u64)4 << 20);
}

/* As many zones as there are possible CPUs. A single CPU needs no cache. */
static void zone_sizes(struct vmap_space *vs, const struct vmap_config *cfg)
{
	const struct topology *t = machine_topology(vs->m);
	u64 size = default_zone_size(t);

	if (cfg->zone_pages && cfg->zone_pages != VMAP_ZONES_OFF)
		size = (u64)cfg->zone_pages << PAGE_SHIFT;
	vs->nr_nodes = num_possible(t);
	vs->node_size = size;
	vs->zone_size = vs->nr_nodes == 1 || cfg->zone_pages == VMAP_ZONES_OFF ? 0 : size;
}

static void pool_sizes(struct vmap_space *vs, const struct vmap_config *cfg)
{
	unsigned int cpus = num_possible(machine_topology(vs->m));

	vs->nr_nodes = cfg->nodes ? cfg->nodes : min(cpus, VMAP_MAX_NODES);
	vs->node_size = VMAP_SLICE_PAGES << PAGE_SHIFT;
}

static void one_node(struct vmap_space *vs, const struct vmap_config *cfg __maybe_unused)
{
	vs->nr_nodes = 1;
}

/* The kinds of spaces. */
static const struct {
	const char *name;
	const struct vmap_kva_ops *ops;
	const struct vmap_source_ops *source;
	void (*sizes)(struct vmap_space *vs, const struct vmap_config *cfg);
} kinds[NR_VMAP_KVAS] = {
	[VMAP_LAZY] = {"lazy", &vmap_lazy_ops, &vmap_heap_source, one_node},
	[VMAP_EAGER] = {"eager", &vmap_eager_ops, NULL, one_node},
	[VMAP_ZONE] = {"zone", &vmap_lazy_ops, &vmap_zone_source, zone_sizes},
	[VMAP_POOL] = {"pool", &vmap_lazy_ops, &vmap_pool_source, pool_sizes},
};

const char *vmap_kva_name(enum vmap_kva kva)
{
	return kinds[kva].name;
}

int vmap_create(struct machine *m, const struct vmap_config *cfg, struct vmap_space **out)
{
	const struct topology *t = machine_topology(m);
	u64 pages = cfg->size >> PAGE_SHIFT;
	unsigned int block_pages = cfg->block_pages;
	struct vmap_space *vs;
	int err = 0;

	if ((unsigned int)cfg->kva >= NR_VMAP_KVAS || cfg->nodes > VMAP_MAX_NODES)
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
	vs->kva = cfg->kva;
	vs->ops = kinds[cfg->kva].ops;
	vs->source = kinds[cfg->kva].source;
	kinds[cfg->kva].sizes(vs, cfg);
	vs->start = cfg->start;
	vs->end = cfg->start + cfg->size;
	vs->lazy_max_pages = cfg->lazy_max_pages ? cfg->lazy_max_pages : lazy_max_pages(t);
	vs->block_max = vs->ops->blocks ? VMAP_MAX_ALLOC : 0;
	vs->block_pages = block_pages;
	vs->block_shift = PAGE_SHIFT + fls64(block_pages) - 1;
	vs->nr_cpus = t->nr_cpu_ids;
	vs->notice = cfg->notice;
	vs->arg = cfg->arg;
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
	return vs->kva;
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
	*st = (struct vmap_stats){0};
	vs->ops->stats(vs, st);
	st->blocks = (u64)atomic_long_read(&vs->nr_blocks);
}

const char *vmap_event_name(enum vmap_event event)
{
	static const char *const name[NR_VMAP_EVENTS] = {
		[VMAP_PREFETCH] = "prefetch",
		[VMAP_PREFETCH_EXTRA] = "prefetch-extra",
		[VMAP_PREFETCH_LOST] = "prefetch-lost",
		[VMAP_CPU_LEFT] = "cpu-left",
		[VMAP_EMPTIED_IN_FILL] = "emptied-in-fill",
		[VMAP_LAZY_TWICE] = "lazy-twice",
		[VMAP_POOL_HIT] = "pool-hit",
		[VMAP_POOL_DECAY] = "pool-decay",
	};

	return name[event];
}

u64 vmap_events(struct vmap_space *vs, enum vmap_event event)
{
	if (event == VMAP_POOL_HIT)
		return vs->source && vs->source->hits ? vs->source->hits(vs) : 0;
	return __atomic_load_n(&vs->event[event], __ATOMIC_RELAXED);
}
