/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_vmalloc.h - is what mm/vmalloc.c remembers consistent? A part of unit_vmalloc.c.
 *
 * Each check recomputes something that the file keeps in two forms, or promises in a comment:
 *
 *   free space   the tree and the list hold the same areas, in order of address, none next to
 *                another (neighbours are merged), and each node knows the largest area below it
 *   in use       each tree and its list agree, and with nodes an area is on the node of its address
 *   lazy         the counter of lazy pages is the sum of the lazily freed areas
 *   pools        a pool is as long as it says, and holds areas of its size alone
 *   all of it    areas that are free, in use, lazily freed and cached fill the space once
 *   blocks       pages of a block are free, mapped or dirty; a block with free pages is on the list
 *                of free blocks, and no other is
 */
#ifndef MM_LINUX_JUDGE_VMALLOC_H
#define MM_LINUX_JUDGE_VMALLOC_H

JUDGE_BEGIN

static unsigned long judge_sum;

static void judge_add(const struct vmap_area *va)
{
	JUDGE(va->va_start < va->va_end, TREE, "area 0x%lx ends at 0x%lx", va->va_start,
	      va->va_end);
	judge_sum += va->va_end - va->va_start;
}

/* Below a node of the free tree: order, links, augmentation. Return: the largest area. */
static unsigned long judge_free_node(const struct rb_node *n, unsigned long lo, unsigned long hi,
				     unsigned long *nr)
{
	const struct vmap_area *va;
	unsigned long most, below;

	if (!n)
		return 0;
	va = rb_entry(n, struct vmap_area, rb_node);
	JUDGE(va->va_start >= lo && va->va_end <= hi, TREE,
	      "free area 0x%lx-0x%lx is outside of its place 0x%lx-0x%lx in the tree", va->va_start,
	      va->va_end, lo, hi);
	most = va->va_end - va->va_start;
	below = judge_free_node(n->rb_left, lo, va->va_start, nr);
	most = max(most, below);
	below = judge_free_node(n->rb_right, va->va_end, hi, nr);
	most = max(most, below);
	JUDGE(va->subtree_max_size == most, TREE,
	      "free area 0x%lx-0x%lx: largest below is 0x%lx, and it says 0x%lx", va->va_start,
	      va->va_end, most, va->subtree_max_size);
	++*nr;
	return most;
}

static void judge_free(void)
{
	unsigned long in_tree = 0, in_list = 0, end = 0;
	const struct vmap_area *va;

	judge_free_node(free_vmap_area_root.rb_node, 0, ULONG_MAX, &in_tree);
	list_for_each_entry(va, &free_vmap_area_list, list)
	{
		JUDGE(!end || va->va_start > end, LIST,
		      "free area 0x%lx-0x%lx follows one that ends at 0x%lx: out of order, or "
		      "neighbours were not merged",
		      va->va_start, va->va_end, end);
		end = va->va_end;
		in_list++;
		judge_add(va);
	}
	JUDGE(in_tree == in_list, LIST, "free areas: %lu in the tree, %lu in the list", in_tree,
	      in_list);
}

static unsigned long judge_tree_size(const struct rb_node *n, unsigned long lo, unsigned long hi)
{
	const struct vmap_area *va;

	if (!n)
		return 0;
	va = rb_entry(n, struct vmap_area, rb_node);
	JUDGE(va->va_start >= lo && va->va_end <= hi, TREE,
	      "area 0x%lx-0x%lx is outside of its place 0x%lx-0x%lx in the tree", va->va_start,
	      va->va_end, lo, hi);
	return 1 + judge_tree_size(n->rb_left, lo, va->va_start) +
	       judge_tree_size(n->rb_right, va->va_end, hi);
}

/* A tree and its list. Return: pages. */
static unsigned long judge_tree(const struct rb_root *root, const struct list_head *head,
				const char *what)
{
	unsigned long in_tree = judge_tree_size(root->rb_node, 0, ULONG_MAX), in_list = 0;
	unsigned long pages = 0, end = 0;
	const struct vmap_area *va;

	list_for_each_entry(va, head, list)
	{
		JUDGE(va->va_start >= end, LIST,
		      "%s area 0x%lx-0x%lx follows one that ends at 0x%lx", what, va->va_start,
		      va->va_end, end);
		end = va->va_end;
		in_list++;
		pages += (va->va_end - va->va_start) >> PAGE_SHIFT;
		judge_add(va);
	}
	JUDGE(in_tree == in_list, LIST, "%s areas: %lu in the tree, %lu in the list", what, in_tree,
	      in_list);
	return pages;
}

static void judge_lazy_pages(unsigned long pages)
{
	JUDGE((unsigned long)vmap_lazy_nr.counter == pages, COUNT,
	      "lazy pages: the counter says %ld, the areas have %lu", vmap_lazy_nr.counter, pages);
}

#ifdef TREE_NODES
static void judge_pools(const struct vmap_node *vn)
{
	for (unsigned long i = 0; pools_used && i < MAX_VA_SIZE_PAGES; i++) {
		const struct vmap_area *va;
		unsigned long nr = 0;

		list_for_each_entry(va, &vn->pool[i].head, list)
		{
			JUDGE(va->va_end - va->va_start == (i + 1) << PAGE_SHIFT, LIST,
			      "area 0x%lx-0x%lx is in the pool of areas of %lu pages", va->va_start,
			      va->va_end, i + 1);
			nr++;
			judge_add(va);
		}
		JUDGE(vn->pool[i].len == nr, COUNT,
		      "the pool of areas of %lu pages has %lu, and says %lu", i + 1, nr,
		      vn->pool[i].len);
	}
}

static void judge_areas(void)
{
	unsigned long lazy = 0;

	for (unsigned int n = 0; n < nr_vmap_nodes; n++) {
		const struct vmap_node *vn = &vmap_nodes[n];
		const struct vmap_area *va;

		judge_tree(&vn->busy.root, &vn->busy.head, "busy");
		list_for_each_entry(va, &vn->busy.head, list)
			JUDGE(addr_to_node_id(va->va_start) == n, LIST,
			      "area 0x%lx-0x%lx is on node %u, and its address is of node %u",
			      va->va_start, va->va_end, n, addr_to_node_id(va->va_start));
		lazy += judge_tree(&vn->lazy.root, &vn->lazy.head, "lazy");
		judge_pools(vn);
	}
	judge_lazy_pages(lazy);
}
#else
static void judge_areas(void)
{
	judge_tree(&vmap_area_root, &vmap_area_list, "busy");
	judge_lazy_pages(judge_tree(&purge_vmap_area_root, &purge_vmap_area_list, "lazy"));
}
#endif

static void judge_block(const struct vmap_block *vb, bool listed)
{
	const unsigned long start = vb->va->va_start;

	JUDGE(vb->free + vb->dirty <= VMAP_BBMAP_BITS, COUNT,
	      "block 0x%lx: %lu free and %lu dirty pages of %lu", start, vb->free, vb->dirty,
	      (unsigned long)VMAP_BBMAP_BITS);
	JUDGE(vb->dirty != VMAP_BBMAP_BITS, LIST, "block 0x%lx: all dirty, and not given up",
	      start);
	JUDGE(listed == (vb->free != 0), LIST, "block 0x%lx: %lu free pages, and it is %son a list",
	      start, vb->free, listed ? "" : "not ");
#ifdef TREE_USED_MAP
	{
		unsigned long used = 0;

		for (unsigned int i = 0; i < BITS_TO_LONGS(VMAP_BBMAP_BITS); i++)
			used += (unsigned long)__builtin_popcountl(vb->used_map[i]);
		JUDGE(used == VMAP_BBMAP_BITS - vb->free - vb->dirty, COUNT,
		      "block 0x%lx: %lu pages are marked as used, %lu are neither free nor dirty",
		      start, used, VMAP_BBMAP_BITS - vb->free - vb->dirty);
	}
#endif
}

static bool judge_is_listed(const struct vmap_block *vb)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu) {
		const struct vmap_block *at;

		list_for_each_entry(at, &per_cpu(vmap_block_queue, cpu).free,
				    free_list) if (at == vb) return true;
	}
	return false;
}

/* xa_for_each() passes scheduling points, which a judge may not: the tree of slots is walked. */
static void judge_slots(const void *entry)
{
	const struct xa_node *node;

	if (!entry)
		return;
	if (!xa_is_node(entry)) {
		judge_block(entry, judge_is_listed(entry));
		return;
	}
	node = xa_to_node(entry);
	for (unsigned int i = 0; i < XA_CHUNK_SIZE; i++)
		judge_slots(node->slots[i]);
}

static void judge_blocks(void)
{
#ifdef TREE_BLOCKS_PER_CPU
	unsigned int cpu;

	for_each_possible_cpu (cpu)
		judge_slots(per_cpu(vmap_block_queue, cpu).vmap_blocks.xa_head);
#else
	judge_slots(vmap_blocks.xa_head);
#endif
}

static void judge_vmalloc(bool quiet)
{
	if (!quiet)
		return;
	judge_sum = 0;
	judge_free();
	judge_areas();
	judge_blocks();
	JUDGE(judge_sum == ULONG_MAX - 1, OVERLAP,
	      "free, busy, lazy and cached areas have 0x%lx bytes together, and all addresses are "
	      "0x%lx",
	      judge_sum, ULONG_MAX - 1);
}

JUDGE_END

#endif
