/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.c - the life of boot memory: create, register nodes, set up, statistics, destroy.
 *
 * The ranges of all nodes are one sorted array: an overlap with any node's range is found at once,
 * and the node of a page by a binary search. Invariants: R1 to R3 and N1 to N3 of internal.h.
 *
 * Set-up frees the ranges one by one, and so writes only to words with pages of a range (B3).
 */
#include "internal.h"

#define RANGES_MIN 4u

static size_t boot_bytes(unsigned int nr_nodes)
{
	return sizeof(struct boot_mem) + nr_nodes * sizeof(struct boot_node);
}

int boot_create(struct machine *m, const struct boot_config *cfg, struct boot_mem **out)
{
	struct boot_mem *bm;

	if ((unsigned int)cfg->kind >= NR_BOOT_KINDS || !cfg->nr_nodes ||
	    cfg->nr_nodes > TOPOLOGY_MAX_NODES)
		return -EINVAL;
	bm = kzalloc(m, boot_bytes(cfg->nr_nodes), GFP_KERNEL);
	if (!bm)
		return -ENOMEM;
	bm->m = m;
	bm->cfg = *cfg;
	bm->ops = cfg->kind == BOOT_ROOTMEM ? &rootmem_ops : &bootmem_ops;
	*out = bm;
	return 0;
}

void boot_destroy(struct boot_mem *bm)
{
	if (!bm)
		return;
	for (unsigned int nid = 0; nid < bm->cfg.nr_nodes; nid++)
		bitmap_destroy(bm->m, &bm->node[nid].map);
	bitmap_destroy(bm->m, &bm->root);
	kfree(bm->m, bm->range);
	kfree(bm->m, bm);
}

const struct boot_config *boot_config(const struct boot_mem *bm)
{
	return &bm->cfg;
}

/* Make room for one more range. Return: 0 or -ENOMEM. */
static int boot_grow_ranges(struct boot_mem *bm)
{
	unsigned int max = bm->max_ranges ? 2 * bm->max_ranges : RANGES_MIN;
	struct boot_range *range;

	if (bm->nr_ranges < bm->max_ranges)
		return 0;
	range = kmalloc(bm->m, max * sizeof(*range), GFP_KERNEL);
	if (!range)
		return -ENOMEM;
	for (unsigned int i = 0; i < bm->nr_ranges; i++)
		range[i] = bm->range[i];
	kfree(bm->m, bm->range);
	bm->range = range;
	bm->max_ranges = max;
	return 0;
}

/* R1, R2: insert a range at index @i, or merge it into the one before. Return: 0 or -ENOMEM. */
static int boot_insert_range(struct boot_mem *bm, unsigned int i, const struct boot_range *new)
{
	if (i && bm->range[i - 1].nid == new->nid && bm->range[i - 1].end == new->start) {
		bm->range[i - 1].end = new->end;
		bm->range[i - 1].to = new->to;
		return 0;
	}
	if (boot_grow_ranges(bm))
		return -ENOMEM;
	for (unsigned int n = bm->nr_ranges++; n > i; n--)
		bm->range[n] = bm->range[n - 1];
	bm->range[i] = *new;
	return 0;
}

/* Index of the first range with bytes at @addr or above, or nr_ranges. */
static unsigned int boot_range_ending_after_byte(const struct boot_mem *bm, u64 addr)
{
	unsigned int i = boot_range_ending_after(bm, pfn_down(addr));

	/* The range before may end with a part of a page above @addr. */
	return i && bm->range[i - 1].to > addr ? i - 1 : i;
}

int boot_register_node(struct boot_mem *bm, unsigned int nid, u64 start, u64 end)
{
	struct boot_range new = {
		.start = pfn_up(start), .end = pfn_down(end), .from = start, .to = end, .nid = nid};
	struct boot_node *node;
	unsigned int i;

	if (bm->state != BOOT_REGISTERING)
		return boot_refuse(bm, bm->state == BOOT_READY ? BOOT_LATE : BOOT_OVER, __func__,
				   start, end);
	if (nid >= bm->cfg.nr_nodes)
		return boot_refuse(bm, BOOT_BAD_NODE, __func__, start, end);
	if (end < start || end > BOOT_MAX_ADDRESS)
		return boot_refuse(bm, BOOT_BACKWARDS, __func__, start, end);
	if (new.start >= new.end)
		return boot_refuse(bm, BOOT_EMPTY, __func__, start, end);
	i = boot_range_ending_after_byte(bm, start);
	if (i < bm->nr_ranges && bm->range[i].from < end)
		return boot_refuse(bm, BOOT_OVERLAP, __func__, start, end);
	node = &bm->node[nid];
	if (boot_node_has_memory(node) && new.start < node->end)
		return boot_refuse(bm, BOOT_ORDER, __func__, start, end);
	if (boot_insert_range(bm, i, &new))
		return -ENOMEM;
	if (!boot_node_has_memory(node))
		node->start = new.start;
	node->end = new.end;
	node->pages += new.end - new.start;
	return 0;
}

int boot_register_topology(struct boot_mem *bm, const struct topology *t)
{
	for (unsigned int i = 0; i < t->nr_ranges; i++) {
		const struct node_range *r = &t->range[i];
		int err = boot_register_node(bm, r->nid, pfn_address(r->start),
					     pfn_address(r->start + r->nr));

		if (err)
			return err;
	}
	return 0;
}

static void boot_cursor_init(struct boot_cursor *c, u64 start, u64 end)
{
	*c = (struct boot_cursor){.low = start, .high = end, .hint = start};
}

int boot_setup(struct boot_mem *bm)
{
	if (bm->state != BOOT_REGISTERING)
		return boot_refuse(bm, bm->state == BOOT_READY ? BOOT_LATE : BOOT_OVER, __func__, 0,
				   0);
	if (!bm->nr_ranges)
		return boot_refuse(bm, BOOT_NO_MEMORY, __func__, 0, 0);
	if (bm->ops->init_bitmaps(bm))
		return -ENOMEM;
	for (unsigned int i = 0; i < bm->nr_ranges; i++) {
		const struct boot_range *r = &bm->range[i];

		bitmap_mark_free(boot_bitmap_of(bm, r->nid), r->start, r->end);
	}
	for (unsigned int nid = 0; nid < bm->cfg.nr_nodes; nid++) {
		struct boot_node *node = &bm->node[nid];

		node->free = node->pages;
		boot_cursor_init(&node->cursor, node->start, node->end);
	}
	boot_cursor_init(&bm->any, boot_first_pfn(bm), boot_last_pfn(bm));
	bm->state = BOOT_READY;
	return 0;
}

int boot_page_node(const struct boot_mem *bm, u64 pfn)
{
	const struct boot_range *r = boot_find_range(bm, pfn);

	return r ? (int)r->nid : NUMA_NO_NODE;
}

bool boot_page_free(const struct boot_mem *bm, u64 pfn)
{
	const struct boot_range *r = boot_find_range(bm, pfn);

	return r && bm->state == BOOT_READY && bitmap_test(boot_bitmap_of(bm, r->nid), pfn);
}

/* Bytes of a bitmap over the pages [@start, @end). */
static u64 boot_bitmap_bytes(u64 start, u64 end)
{
	return bitmap_words(start, end) * sizeof(u64);
}

void boot_stats(const struct boot_mem *bm, struct boot_stats *st)
{
	u64 free = 0;

	*st = (struct boot_stats){.words_read = bm->root.words_read};
	for (unsigned int nid = 0; nid < bm->cfg.nr_nodes; nid++) {
		const struct boot_node *node = &bm->node[nid];

		st->pages += node->pages;
		free += node->free;
		st->words_read += node->map.words_read;
		if (bm->cfg.kind == BOOT_BOOTMEM && boot_node_has_memory(node))
			st->bitmap_bytes += boot_bitmap_bytes(node->start, node->end);
	}
	if (bm->cfg.kind == BOOT_ROOTMEM && bm->nr_ranges)
		st->bitmap_bytes = boot_bitmap_bytes(boot_first_pfn(bm), boot_last_pfn(bm));
	for (unsigned int i = 0; i < bm->nr_ranges; i++)
		st->written_bytes += boot_bitmap_bytes(bm->range[i].start, bm->range[i].end);
	st->metadata_bytes = boot_bytes(bm->cfg.nr_nodes) + bm->max_ranges * sizeof(*bm->range);
	if (bm->state == BOOT_REGISTERING)
		return;
	st->metadata_bytes += st->bitmap_bytes;
	st->reserved = st->pages - free;
	if (bm->state == BOOT_READY)
		st->free = free;
	else
		st->handed_over = free;
}
