/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmalloc_lists.h - walks over the areas of mm/vmalloc.c: those in use, lazily freed, cached. A
 * part of unit_vmalloc.c.
 */
#ifndef MM_LINUX_VMALLOC_LISTS_H
#define MM_LINUX_VMALLOC_LISTS_H

static bool is_outside(const struct vmap_area *va);

/* The area of the first chunk that was made page by page is there for good. */
static bool is_early(const struct vmap_area *va)
{
	return va->vm && !is_outside(va) && va->vm->flags == VM_ALLOC && !va->vm->caller;
}

/* All areas in use and all lazily freed ones, in no order, where no task changes them. */
#ifdef TREE_NODES
#define FOR_EACH_IN(va, tree)                                                                      \
	for (unsigned int _n = 0; _n < nr_vmap_nodes; _n++)                                        \
	list_for_each_entry(va, &vmap_nodes[_n].tree.head, list)
#define FOR_EACH_BUSY(va) FOR_EACH_IN(va, busy)
#define FOR_EACH_LAZY(va) FOR_EACH_IN(va, lazy)
#else
#define FOR_EACH_BUSY(va) list_for_each_entry(va, &vmap_area_list, list)
#define FOR_EACH_LAZY(va) list_for_each_entry(va, &purge_vmap_area_list, list)
#endif

/* The caller knows that these are at rest. */
JUDGE_BEGIN

static void for_each_busy(tree_range_fn *fn, void *arg)
{
	struct vmap_area *va;

	FOR_EACH_BUSY(va)
	if (!is_outside(va))
		fn(va->va_start, va->va_end, 0, arg);
}

static void for_each_lazy(tree_range_fn *fn, void *arg)
{
	struct vmap_area *va;

	FOR_EACH_LAZY(va)
	fn(va->va_start, va->va_end, 0, arg);
}

#ifdef TREE_NODES
static void for_each_cached(tree_range_fn *fn, void *arg)
{
	struct vmap_area *va;

	for (unsigned int n = 0; pools_used && n < nr_vmap_nodes; n++)
		for (unsigned int i = 0; i < MAX_VA_SIZE_PAGES; i++)
			list_for_each_entry(va, &vmap_nodes[n].pool[i].head, list)
				fn(va->va_start, va->va_end, n, arg);
}

#endif

JUDGE_END

#ifdef TREE_NODES
static void for_each_area(tree_range_fn *fn, void *arg)
{
	unsigned long at = br.kva_start;
	struct vmap_area *va;
	struct vmap_node *vn;

	while (at < br.kva_end && (vn = find_vmap_area_exceed_addr_lock(at, &va))) {
		const unsigned long start = va->va_start, end = va->va_end;
		const bool ours = !is_outside(va);

		spin_unlock(&vn->busy.lock);
		if (ours)
			fn(start, end, 0, arg);
		at = end;
	}
}

static void purge_all(void)
{
	reclaim_and_purge_vmap_areas();
}
#else
static void for_each_area(tree_range_fn *fn, void *arg)
{
	spin_lock(&vmap_area_lock);
	for_each_busy(fn, arg);
	spin_unlock(&vmap_area_lock);
}

static void purge_all(void)
{
	TREE_PURGE_ALL();
}
#endif

/* The areas that vmalloc_init() found and has entered, and its nodes. */
static void free_early_areas(void)
{
	struct vmap_area *early[8];
	unsigned int nr = 0;
	struct vmap_area *va;

	FOR_EACH_BUSY(va)
	if ((is_outside(va) || is_early(va)) && nr < ARRAY_SIZE(early))
		early[nr++] = va;
	while (nr)
		kmem_cache_free(vmap_area_cachep, early[--nr]);
#ifdef TREE_NODES
	if (vmap_nodes != &single)
		kfree(vmap_nodes);
#endif
}

#endif
