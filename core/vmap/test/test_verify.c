/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_verify.c - each invariant that vmap_verify() checks is broken by hand, and must be reported.
 *
 * Nodes, caches and pools are in test_verify_cached.c.
 */
#include "../block.h"
#include "breaks.h"

/*
 * The space to break: from its start block A (full, its first half dirty), block B (half of it
 * mapped), an area of 100 pages, and then lazy, busy and free areas in turn.
 */
struct scene {
	struct vmap_block *a, *b;
	struct vmap_area *large, *lazy, *busy, *free;
};

static struct vmap_area *free_at(struct fixture *f, u64 addr)
{
	struct vmap_area *va = RB_ROOT(&f->vs->heap.root);

	while (va && !(va->va_start <= addr && addr < va->va_end))
		va = addr < va->va_start ? RB_LEFT(va, rb) : RB_RIGHT(va, rb);
	CHECK(va);
	return va;
}

static struct scene set_up(struct fixture *f)
{
	struct vmap_area *va[12];
	struct scene s;
	u64 first = vm_map_ram(f->vs, f->page, 64, GFP_KERNEL), hole;

	s.a = addr_to_vb(f->vs, first);
	CHECK(vm_map_ram(f->vs, f->page, 64, GFP_KERNEL));
	vm_unmap_ram(f->vs, first, 64);
	s.b = addr_to_vb(f->vs, vm_map_ram(f->vs, f->page, 64, GFP_KERNEL));
	s.large = find_vmap_area(f->vs, vm_map_ram(f->vs, f->page, 100, GFP_KERNEL));
	for (int i = 0; i < 12; i++)
		va[i] = alloc_pages_any(f, 4);
	hole = va[2]->va_start;
	for (int i = 2; i < 12; i += 3)
		free_unmap_vmap_area(f->vs, va[i]);
	purge_vmap_area_lazy(f->vs);
	for (int i = 0; i < 12; i += 3)
		free_unmap_vmap_area(f->vs, va[i]);
	s.lazy = va[0];
	s.busy = va[1];
	s.free = free_at(f, hole);
	vmap_verify(f->vs, true);
	return s;
}

#define BREAK(name, ...)                                                                           \
	static void name(struct fixture *f)                                                        \
	{                                                                                          \
		struct scene s = set_up(f);                                                        \
		struct vmap_space *vs = f->vs;                                                     \
		struct vmap_block_queue *vbq = &vs->vbq[0];                                        \
                                                                                                   \
		(void)s, (void)vs, (void)vbq;                                                      \
		__VA_ARGS__;                                                                       \
	}

BREAK(free_augment, RB_ROOT(&vs->heap.root)->subtree_max_size += PAGE_SIZE)
BREAK(free_augment_low, RB_ROOT(&vs->heap.root)->subtree_max_size = PAGE_SIZE)
BREAK(free_empty, s.free->va_end = s.free->va_start)
BREAK(free_unaligned, s.free->va_end += 8)
BREAK(free_outside, free_at(f, vs->end - 1)->va_end += PAGE_SIZE)
BREAK(free_count, vs->heap.pages--)
BREAK(free_touch, {
	struct vmap_area *va = kmalloc(vs->m, sizeof(*va), GFP_KERNEL), *last;

	/* The last page of the last free area as an area of its own. */
	last = free_at(f, vs->end - 1);
	*va = (struct vmap_area){.va_start = vs->end - PAGE_SIZE, .va_end = vs->end};
	last->va_end -= PAGE_SIZE;
	CHECK(!RB_RIGHT(last, rb));
	for (struct vmap_area *up = last; up; up = RB_PARENT(up, rb))
		up->subtree_max_size -= PAGE_SIZE; /* it is the largest of all */
	RB_SET(va, last, rb);
	RB_RIGHT(last, rb) = va;
	RB_COLOR(last, rb) = RB_BLACK;
	va->subtree_max_size = PAGE_SIZE;
})
BREAK(free_order, {
	struct vmap_area *root = RB_ROOT(&vs->heap.root), *left = RB_LEFT(root, rb);

	RB_LEFT(root, rb) = RB_RIGHT(root, rb);
	RB_RIGHT(root, rb) = left;
})
BREAK(free_parent, {
	struct vmap_area *root = RB_ROOT(&vs->heap.root);

	RB_PARENT(RB_RIGHT(root, rb), rb) = NULL;
})
BREAK(busy_red, {
	struct vmap_area *root = RB_ROOT(&vs->node->busy.root);

	RB_COLOR(root, rb) = RB_RED;
	RB_COLOR(RB_LEFT(root, rb), rb) = RB_RED;
})
BREAK(busy_order, {
	struct vmap_area *root = RB_ROOT(&vs->node->busy.root), *left = RB_LEFT(root, rb);

	RB_LEFT(root, rb) = RB_RIGHT(root, rb);
	RB_RIGHT(root, rb) = left;
})
BREAK(busy_overlap, s.large->va_end += 8 * PAGE_SIZE; vs->node->busy.pages += 8)
BREAK(busy_count, vs->node->busy.nr++)
BREAK(busy_page_count, vs->node->busy.pages--)
BREAK(list_lost, cds_list_del(&s.busy->list))
BREAK(list_extra, list_add_rcu(&s.lazy->list, &s.busy->list))
BREAK(list_order, cds_list_del(&s.large->list); list_add_rcu(&s.large->list, &s.busy->list))
BREAK(list_back, s.busy->list.prev = &s.busy->list)
BREAK(list_tail, vs->node->busy.list.prev = vs->node->busy.list.next)
BREAK(list_last, {
	/* A freed area is still the last on the list. */
	list_add_tail_rcu(&s.lazy->list, &vs->node->busy.list);
})
BREAK(lazy_count, vs->vmap_lazy_nr.counter++)
BREAK(lazy_outside, s.lazy->va_end = vs->end + PAGE_SIZE)
BREAK(lazy_endless, s.lazy->purge_next = vs->node->purge_list)
BREAK(lazy_lost, vs->vmap_lazy_nr.counter -= va_pages(vs->node->purge_list);
      vs->node->purge_list = vs->node->purge_list->purge_next)
BREAK(lazy_busy, s.lazy->va_start = s.busy->va_start; s.lazy->va_end = s.busy->va_end)
BREAK(lazy_free, s.lazy->va_start = s.free->va_start; s.lazy->va_end = s.free->va_end)
BREAK(lazy_twice, vs->node->purge_list->va_start = s.lazy->va_start;
      vs->node->purge_list->va_end = s.lazy->va_end)
BREAK(busy_free, s.busy->va_end += PAGE_SIZE; vs->node->busy.pages++)
BREAK(block_all, vs->nr_blocks.counter++)
BREAK(block_few, vs->nr_blocks.counter--)
BREAK(block_cpu, s.b->cpu = 1)
BREAK(block_queue_cpu, CDS_INIT_LIST_HEAD(&vbq->free);
      cds_list_add_tail(&s.b->queue, &vs->vbq[1].free))
BREAK(block_area, unlink_vmap_areas(vs, &s.b->va, 1); add_vmap_area_lazy(vs, s.b->va))
BREAK(block_start, s.b->start = s.a->start)
BREAK(block_index, vs->block_leaf[0][addr_to_vb_idx(vs, s.b->start)] = s.a)
BREAK(block_free, s.b->free += 4)
BREAK(block_dirty, s.b->dirty += 4)
BREAK(block_used, s.b->used_map[0] &= ~1UL)
BREAK(block_used_above, s.b->used_map[1] |= 1UL; s.b->used_map[0] &= ~1UL)
BREAK(block_all_dirty, s.a->dirty = 128; s.a->used_map[1] = 0)
BREAK(block_dirty_range, s.a->dirty_min = 70)
BREAK(block_dirty_max, s.b->dirty_max = 100; s.b->dirty_min = 0)
BREAK(block_dirty_clean, s.b->dirty_max = 10; s.b->dirty_min = 0)
BREAK(block_unqueued, CDS_INIT_LIST_HEAD(&vbq->free))
BREAK(block_queued_full, cds_list_add_tail(&s.a->queue, &vbq->free))
BREAK(block_link, s.b->all.prev = NULL)
BREAK(block_counts, s.b->free = 200)
BREAK(not_quiet_lazy, vs->vmap_lazy_nr.counter = -1; vmap_verify(vs, false))
BREAK(not_quiet_pages, vs->node->busy.pages += 1 << 20; vmap_verify(vs, false))
BREAK(not_quiet_free, vs->heap.pages += 1 << 20; vmap_verify(vs, false))

static void test_break(void **state)
{
	static const struct broken breaks[] = {
		{free_augment, ORACLE_TREE, "the largest size below is"},
		{free_augment_low, ORACLE_TREE, "the largest size below is"},
		{free_empty, ORACLE_TREE, "no range of pages"},
		{free_unaligned, ORACLE_TREE, "no range of pages"},
		{free_outside, ORACLE_TREE, "no range of pages"},
		{free_count, ORACLE_COUNT, "free pages:"},
		{free_touch, ORACLE_TREE, "touch and are not merged"},
		{free_order, ORACLE_TREE, "stands before"},
		{free_parent, ORACLE_TREE, "has another parent"},
		{busy_red, ORACLE_TREE, "red child"},
		{busy_order, ORACLE_TREE, "stands before"},
		{busy_overlap, ORACLE_OVERLAP, "overlap"},
		{busy_count, ORACLE_COUNT, "busy areas:"},
		{busy_page_count, ORACLE_COUNT, "busy pages:"},
		{list_lost, ORACLE_LIST, "has another place on the list"},
		{list_extra, ORACLE_LIST, "has another place on the list"},
		{list_order, ORACLE_LIST, "has another place on the list"},
		{list_back, ORACLE_LIST, "has another place on the list"},
		{list_tail, ORACLE_LIST, "does not end after the last"},
		{list_last, ORACLE_LIST, "does not end after the last"},
		{lazy_count, ORACLE_COUNT, "lazy pages:"},
		{lazy_outside, ORACLE_LIST, "no range of pages"},
		{lazy_endless, ORACLE_LIST, "no end"},
		{lazy_lost, ORACLE_LEAK_AREA, "neither free nor busy"},
		{lazy_busy, ORACLE_OVERLAP, "is lazily freed"},
		{lazy_free, ORACLE_OVERLAP, "is lazily freed"},
		{lazy_twice, ORACLE_OVERLAP, "is lazily freed"},
		{busy_free, ORACLE_OVERLAP, "is busy, and"},
		{block_all, ORACLE_COUNT, "vmap blocks:"},
		{block_few, ORACLE_LIST, "longer than the 1 counted"},
		{block_cpu, ORACLE_LIST, "is on the list of CPU 0"},
		{block_queue_cpu, ORACLE_LIST, "0 of them are on the free list"},
		{block_area, ORACLE_TREE, "is not busy"},
		{block_start, ORACLE_RANGE, "has the area"},
		{block_index, ORACLE_LIST, "not found by its address"},
		{block_free, ORACLE_COUNT, "are in use"},
		{block_dirty, ORACLE_COUNT, "are not 128 pages"},
		{block_used, ORACLE_COUNT, "are not 128 pages"},
		{block_used_above, ORACLE_COUNT, "never handed out are in use"},
		{block_all_dirty, ORACLE_COUNT, "was not freed"},
		{block_dirty_range, ORACLE_HINT, "to be flushed"},
		{block_dirty_max, ORACLE_HINT, "to be flushed"},
		{block_dirty_clean, ORACLE_HINT, "to be flushed"},
		{block_unqueued, ORACLE_LIST, "0 of them are on the free list"},
		{block_queued_full, ORACLE_LIST, "longer than its 1 blocks"},
		{block_link, ORACLE_LIST, "is broken"},
		{block_counts, ORACLE_COUNT, "128 pages, 200 free"},
		{not_quiet_lazy, ORACLE_COUNT, "lazy pages: -1"},
		{not_quiet_pages, ORACLE_COUNT, "busy pages:"},
		{not_quiet_free, ORACLE_COUNT, "free pages:"},
	};

	expect_broken(*state, breaks, ARRAY_SIZE(breaks));
}

/* An eager space with areas of 1, 2, 3 and 4 pages, and a free page after each. */
static void eager_scene(struct fixture *f, struct vmap_area **va)
{
	for (u64 i = 0, at = KVA; i < 4; at += (++i + 1) * PAGE_SIZE)
		va[i] = alloc_vmap_area(f->vs, (i + 1) * PAGE_SIZE, PAGE_SIZE, at, f->vs->end,
					GFP_KERNEL);
	vmap_verify(f->vs, true);
}

#define BREAK_EAGER(name, ...)                                                                     \
	static void name(struct fixture *f)                                                        \
	{                                                                                          \
		struct vmap_space *vs = f->vs;                                                     \
		struct vmap_area *va[4];                                                           \
                                                                                                   \
		eager_scene(f, va);                                                                \
		(void)vs;                                                                          \
		__VA_ARGS__;                                                                       \
	}

BREAK_EAGER(eager_order, cds_list_del(&va[1]->list); cds_list_add(&va[1]->list, &va[2]->list))
BREAK_EAGER(eager_overlap, va[0]->va_end += 2 * PAGE_SIZE; vs->busy.pages += 2)
BREAK_EAGER(eager_inside, va[0]->va_end = va[3]->va_end)
BREAK_EAGER(eager_empty, va[0]->va_end = va[0]->va_start)
BREAK_EAGER(eager_unaligned, va[2]->va_start += 8)
BREAK_EAGER(eager_below, va[0]->va_start -= PAGE_SIZE)
BREAK_EAGER(eager_above, va[3]->va_end = vs->end + PAGE_SIZE)
BREAK_EAGER(eager_back, va[2]->list.prev = &va[0]->list)
BREAK_EAGER(eager_tail, vs->busy.list.prev = &va[0]->list)
BREAK_EAGER(eager_lost, cds_list_del(&va[3]->list))
BREAK_EAGER(eager_count, vs->busy.nr++)
BREAK_EAGER(eager_page_count, vs->busy.pages--)
BREAK_EAGER(eager_pages, vs->busy.pages += 1 << 20; vmap_verify(vs, false))

/* A ring that leaves out the head. */
static void eager_endless(struct fixture *f)
{
	struct vmap_area *va[4];

	for (int i = 0; i < 4; i++)
		va[i] = alloc_pages_any(f, 1);
	va[3]->list.next = &va[0]->list;
	va[0]->list.prev = &va[3]->list;
	vmap_verify(f->vs, true);
}

static void test_break_eager(void **state)
{
	static const struct broken breaks[] = {
		{eager_order, ORACLE_LIST, "stands after one that ends at"},
		{eager_overlap, ORACLE_OVERLAP, "areas overlap: one ends"},
		{eager_inside, ORACLE_LIST, "stands after one that ends at"},
		{eager_empty, ORACLE_LIST, "no range of pages"},
		{eager_unaligned, ORACLE_LIST, "no range of pages"},
		{eager_below, ORACLE_LIST, "no range of pages"},
		{eager_above, ORACLE_LIST, "no range of pages"},
		{eager_back, ORACLE_LIST, "do not link back"},
		{eager_tail, ORACLE_LIST, "do not link back"},
		{eager_lost, ORACLE_COUNT, "busy areas:"},
		{eager_count, ORACLE_COUNT, "busy areas:"},
		{eager_page_count, ORACLE_COUNT, "busy pages:"},
		{eager_pages, ORACLE_COUNT, "busy pages:"},
		{eager_endless, ORACLE_LIST, "stands after one that ends at"},
	};
	struct fixture *f = *state;

	f->vmap.kva = VMAP_EAGER;
	expect_broken(f, breaks, ARRAY_SIZE(breaks));
}

#define BREAK_OWNER(name, ...)                                                                     \
	static void name(struct fixture *f)                                                        \
	{                                                                                          \
		struct vm_struct *vm = find_vm_area(f->vs, vmap(f->vs, f->page, 3, 0, "test"));    \
                                                                                                   \
		CHECK(vm && vm->nr_pages == 3);                                                    \
		vmap_verify(f->vs, true);                                                          \
		__VA_ARGS__;                                                                       \
		vmap_verify(f->vs, true);                                                          \
	}

BREAK_OWNER(owner_area, vm->va = alloc_pages_any(f, 4))
BREAK_OWNER(owner_start, vm->addr += PAGE_SIZE)
BREAK_OWNER(owner_size, vm->size -= PAGE_SIZE)
BREAK_OWNER(owner_guard, vm->nr_pages++)

static void test_break_owner(void **state)
{
	static const struct broken breaks[] = {
		{owner_area, ORACLE_RANGE, "claims 16384 bytes"},
		{owner_start, ORACLE_RANGE, "claims 16384 bytes"},
		{owner_size, ORACLE_RANGE, "claims 12288 bytes"},
		{owner_guard, ORACLE_COUNT, "has 4 frames"},
	};
	struct fixture *f = *state;

	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		expect_broken(f, breaks, ARRAY_SIZE(breaks));
	}
}

/* A block is made although an older one has room for the request: no new room comes with it. */
static void needless_block(struct fixture *f)
{
	struct vmap_block_queue *vbq = &f->vs->vbq[0];
	struct vmap_block *old;

	old = addr_to_vb(f->vs, vm_map_ram(f->vs, f->page, 32, GFP_KERNEL));
	CHECK(vm_map_ram(f->vs, f->page, 32, GFP_KERNEL));
	cds_list_del(&old->queue);
	CHECK(vm_map_ram(f->vs, f->page, 32, GFP_KERNEL));
	CHECK(vm_map_ram(f->vs, f->page, 32, GFP_KERNEL));
	cds_list_add_tail(&old->queue, &vbq->free);
}

static void test_kva_bound(void **state)
{
	expect_finding(*state, needless_block, ORACLE_KVA_BOUND, "room for 64 pages");
}

/* A purge finds more lazy pages than were counted. */
static void purge_uncounted(struct fixture *f)
{
	set_up(f);
	f->vs->vmap_lazy_nr.counter -= 8;
	purge_vmap_area_lazy(f->vs);
}

/* An area becomes free that is free already; and below, one comes into use that is in use. */
static void free_twice(struct fixture *f)
{
	struct scene s = set_up(f);
	struct vmap_area *va = kmalloc(f->m, sizeof(*va), GFP_KERNEL);

	va->va_start = s.free->va_start + PAGE_SIZE;
	va->va_end = va->va_start + PAGE_SIZE;
	add_vmap_area_lazy(f->vs, va);
	purge_vmap_area_lazy(f->vs);
}

static void free_into_next(struct fixture *f)
{
	struct scene s = set_up(f);
	struct vmap_area *va = kmalloc(f->m, sizeof(*va), GFP_KERNEL);

	va->va_start = s.free->va_start - PAGE_SIZE;
	va->va_end = s.free->va_start + PAGE_SIZE;
	add_vmap_area_lazy(f->vs, va);
	purge_vmap_area_lazy(f->vs);
}

static void busy_twice(struct fixture *f)
{
	struct scene s = set_up(f);
	struct vmap_area *va = kmalloc(f->m, sizeof(*va), GFP_KERNEL);
	unsigned long flags;

	va->va_start = s.busy->va_start;
	va->va_end = s.busy->va_end;
	spin_lock_irqsave(&f->vs->heap.lock, flags);
	merge_or_add_vmap_area(f->m, &f->vs->heap, va);
	spin_unlock_irqrestore(&f->vs->heap.lock, flags);
	alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, s.busy->va_start, s.busy->va_end, GFP_KERNEL);
}

static void test_own_checks(void **state)
{
	expect_finding(*state, purge_uncounted, ORACLE_COUNT, "8 more than were counted");
	expect_finding(*state, free_twice, ORACLE_OVERLAP, "becomes free");
	expect_finding(*state, free_into_next, ORACLE_OVERLAP, "becomes free");
	expect_finding(*state, busy_twice, ORACLE_OVERLAP, "was handed out");
}

/* Addresses are lost in flight: nothing is in use, and not all is free. */
static void lost_space(struct fixture *f)
{
	struct vmap_area *va = alloc_pages_any(f, 1);

	unlink_vmap_areas(f->vs, &va, 1);
	kfree(f->m, va);
	vmap_destroy(f->vs);
}

static void test_lost_space(void **state)
{
	expect_finding(*state, lost_space, ORACLE_LEAK_AREA, "only 4095 are free");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_break),	   T(test_break_eager), T(test_break_owner),
		T(test_kva_bound), T(test_own_checks),	T(test_lost_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
