/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap.c - mm/vmalloc.c of a tree as a back end; see world/vmap_backend.h.
 *
 * The kernel's functions that return a pointer or NULL do not say why they fail. If a request
 * failed by plan during the call, it was memory, else addresses.
 */
#include "bridge.h"
#include "implementation.h"
#include "sched/kernel.h"
#include "vmap_functions.h"

/**
 * struct linux_vmap - a space of a tree
 */
struct linux_vmap {
	const struct linux_tree *tree;
	struct machine *m;
};

static const struct tree_vmap *calls(void *ctx)
{
	return ((const struct linux_vmap *)ctx)->tree->vmap;
}

int linux_vmap_reboot(const struct vmap_instance *v, int (*first)(void *arg), void *arg)
{
	const struct linux_vmap *l = v->ctx;
	int err;

	tree_boot(l->tree, l->m);
	br.booting = true;
	err = first ? first(arg) : 0;
	/* Even then the space must be one that can be taken down. */
	l->tree->vmap->boot();
	br.booting = false;
	return err;
}

int linux_vmap_create(struct vmap_instance *v, struct machine *m, const struct vmap_params *p)
{
	struct linux_vmap *l = v->ctx;

	*l = (struct linux_vmap){.tree = linux_of_vmap(v->be), .m = m};
	bridge_attach(m, p->start, p->size);
	bridge.notice = p->notice;
	bridge.arg = p->arg;
	v->start = p->start;
	v->end = p->start + p->size;
	v->block_pages = l->tree->vmap->block_pages;
	v->fetch = 0;
	return linux_vmap_reboot(v, NULL, NULL);
}

void linux_vmap_destroy(void *ctx)
{
	const unsigned long areas = calls(ctx)->end();

	boot_memory_release();
	MM_CHECK(!areas, LEAK_AREA, "%lu areas are still in use", areas);
}

void linux_vmap_verify(void *ctx, bool quiet)
{
	calls(ctx)->verify(quiet);
}

/* From the kernel's ranges to the harness's. */
struct relay {
	vmap_range_fn *range;
	vmap_cached_fn *cached;
	void *arg;
};

static void relay_range(unsigned long start, unsigned long end, unsigned int owner, void *arg)
{
	const struct relay *r = arg;

	r->range(to_machine(start), end_to_machine(end), r->arg);
}

static void relay_cached(unsigned long start, unsigned long end, unsigned int owner, void *arg)
{
	const struct relay *r = arg;

	r->cached(to_machine(start), end_to_machine(end), owner, r->arg);
}

void linux_vmap_for_each_area(void *ctx, vmap_range_fn *fn, void *arg)
{
	calls(ctx)->for_each_area(relay_range, &(struct relay){.range = fn, .arg = arg});
}

void linux_vmap_for_each_busy(void *ctx, vmap_range_fn *fn, void *arg)
{
	calls(ctx)->for_each_busy(relay_range, &(struct relay){.range = fn, .arg = arg});
}

void linux_vmap_for_each_lazy(void *ctx, vmap_range_fn *fn, void *arg)
{
	calls(ctx)->for_each_lazy(relay_range, &(struct relay){.range = fn, .arg = arg});
}

void linux_vmap_for_each_cached(void *ctx, vmap_cached_fn *fn, void *arg)
{
	calls(ctx)->for_each_cached(relay_cached, &(struct relay){.cached = fn, .arg = arg});
}

unsigned int linux_vmap_cache_owner(void *ctx, unsigned int cpu)
{
	return calls(ctx)->node_of_cpu(cpu);
}

/* An address of a range that may lie outside of the space. */
static unsigned long bound(u64 addr)
{
	const u64 start = to_machine(br.kva_start);

	if (addr < start)
		return br.kva_start - 1;
	return addr - start > br.kva_end - br.kva_start ? br.kva_end + 1 : to_kernel(addr);
}

struct vmap_handle *linux_vmap_alloc_area(void *ctx, u64 size, u64 align, u64 from, u64 to,
					  gfp_t gfp)
{
	struct vmap_area *va = NULL;
	long err = calls(ctx)->alloc(size, align, bound(from), bound(to), to_bridge_gfp(gfp), &va);

	return err ? ERR_PTR(err) : (struct vmap_handle *)va;
}

/* The harness maps areas of these two kinds by itself. */
static void adopt(const struct vmap_handle *area)
{
	const unsigned long start = ((const unsigned long *)area)[0];

	entries_adopt(start, ((const unsigned long *)area)[1] - start);
}

void linux_vmap_free_area(void *ctx, struct vmap_handle *area)
{
	adopt(area);
	calls(ctx)->free((struct vmap_area *)area);
}

struct vmap_handle *linux_vmap_find_area(void *ctx, u64 addr)
{
	if (!in_window(to_kernel(addr)))
		return NULL;
	return (struct vmap_handle *)calls(ctx)->find(to_kernel(addr));
}

/* struct vmap_area begins with its two addresses; units/unit_vmalloc.c asserts it. */
u64 linux_vmap_area_start(const struct vmap_handle *area)
{
	return to_machine(((const unsigned long *)area)[0]);
}

u64 linux_vmap_area_size(const struct vmap_handle *area)
{
	return ((const unsigned long *)area)[1] - ((const unsigned long *)area)[0];
}

void linux_vmap_purge(void *ctx)
{
	calls(ctx)->purge();
}

static u64 failed_so_far(void)
{
	struct machine_stats st;

	machine_stats(bridge.m, &st);
	return st.failed;
}

static int why(u64 failed_before)
{
	return failed_so_far() != failed_before ? -ENOMEM : -EBUSY;
}

/* The kernel keeps the array of areas to free them; the harness has one of its own. */
int linux_vmap_get_areas(void *ctx, const u64 *offset, const u64 *size, u32 nr, u64 align,
			 gfp_t gfp, struct vmap_handle **area)
{
	const u64 failed = failed_so_far();
	struct vm_struct **vms;

	vms = calls(ctx)->get_vm_areas((const unsigned long *)offset, (const size_t *)size, (int)nr,
				       align);
	if (!vms)
		return why(failed);
	for (u32 i = 0; i < nr; i++)
		area[i] = (struct vmap_handle *)calls(ctx)->area_of(vms[i]);
	br_kfree(vms);
	return 0;
}

void linux_vmap_free_areas(void *ctx, struct vmap_handle **area, u32 nr)
{
	struct vm_struct **vms = br_kmalloc(nr * sizeof(*vms), BR_GFP_WAIT);

	for (u32 i = 0; i < nr; i++)
		adopt(area[i]);
	if (vms) {
		for (u32 i = 0; i < nr; i++)
			vms[i] = calls(ctx)->owner_of_area((struct vmap_area *)area[i]);
		calls(ctx)->free_vm_areas(vms, (int)nr);
		return;
	}
	/* The array that pcpu_get_vm_areas() made is gone: free them one by one. */
	for (u32 i = 0; i < nr; i++)
		calls(ctx)->remove_area(((const unsigned long *)area[i])[0],
					&(struct tree_owner){0});
}

u64 linux_vmap_map_ram(void *ctx, struct page **page, u32 nr, gfp_t gfp)
{
	const unsigned long addr = calls(ctx)->map_ram(page, nr);

	return addr ? to_machine(addr) : 0;
}

void linux_vmap_unmap_ram(void *ctx, u64 addr, u32 nr)
{
	calls(ctx)->unmap_ram(to_kernel(addr), nr);
}

void linux_vmap_unmap_aliases(void *ctx)
{
	calls(ctx)->unmap_aliases();
}

int linux_vmap_get_vm_area(void *ctx, u64 size, u64 flags, u64 from, u64 to, gfp_t gfp,
			   const char *caller, u64 *addr)
{
	const u64 failed = failed_so_far();
	unsigned long at;

	if (!size)
		return -EINVAL;
	at = calls(ctx)->get_area(size, flags, bound(from), bound(to), caller);
	if (!at)
		return why(failed);
	*addr = to_machine(at);
	return 0;
}

static struct vmap_owner owner_of(const struct tree_owner *o)
{
	return (struct vmap_owner){.addr = to_machine(o->addr),
				   .size = o->size,
				   .flags = o->flags,
				   .caller = o->caller};
}

bool linux_vmap_find_owner(void *ctx, u64 addr, struct vmap_owner *o)
{
	struct tree_owner found;

	if (!linux_vmap_find_area(ctx, addr) || !calls(ctx)->find_owner(to_kernel(addr), &found))
		return false;
	*o = owner_of(&found);
	return true;
}

bool linux_vmap_remove_area(void *ctx, u64 addr, struct vmap_owner *o)
{
	struct tree_owner found;

	if (!calls(ctx)->remove_area(to_kernel(addr), &found))
		return false;
	*o = owner_of(&found);
	return true;
}

int linux_vmap_map_area(void *ctx, u64 addr, struct page **page, gfp_t gfp)
{
	return calls(ctx)->map_area(to_kernel(addr), page);
}

void linux_vmap_unmap_range(void *ctx, u64 addr, u64 size)
{
	const bool atomic = in_atomic();

	/* The harness holds the lock of an object that tasks share. */
	if (atomic)
		__atomic_fetch_add(&bridge.atomic_callers, 1, __ATOMIC_RELAXED);
	calls(ctx)->unmap_range(to_kernel(addr), size);
	if (atomic)
		__atomic_fetch_sub(&bridge.atomic_callers, 1, __ATOMIC_RELAXED);
}

u64 linux_vmap_map(void *ctx, struct page **page, u64 nr, u64 flags, const char *caller)
{
	const unsigned long addr = calls(ctx)->map(page, (unsigned int)nr, flags, caller);

	return addr ? to_machine(addr) : 0;
}

void linux_vmap_unmap(void *ctx, u64 addr)
{
	calls(ctx)->unmap(to_kernel(addr));
}

u64 linux_vmap_alloc_memory(void *ctx, u64 size, int node, gfp_t gfp, u64 flags, const char *caller)
{
	const unsigned long addr =
		calls(ctx)->alloc_memory(size, node, to_bridge_gfp(gfp), flags, caller);

	return addr ? to_machine(addr) : 0;
}

/* vfree() tells interrupts apart by itself; elsewhere its caller has to know. */
void linux_vmap_free_memory(void *ctx, u64 addr)
{
	calls(ctx)->free_memory(to_kernel(addr), in_atomic() && !in_interrupt());
}

/* The pages that remap_vmalloc_range() puts into a user's mapping. */
struct user_pages {
	struct page **page;
	u64 nr;
};

int br_insert_page(void *user, unsigned long uaddr, struct page *page)
{
	struct user_pages *u = user;
	const u64 n = uaddr >> PAGE_SHIFT;

	/* A kernel follows the pointer. */
	MM_CHECK(page, RANGE, "remap_vmalloc_range: page %llu of the user is no page", n);
	if (n >= u->nr)
		return -EINVAL;
	br_get_page(page);
	u->page[n] = page;
	return 0;
}

int linux_vmap_remap(void *ctx, u64 addr, u64 pgoff, struct page **page, u64 nr)
{
	struct user_pages user = {.page = page, .nr = nr};

	return calls(ctx)->remap(to_kernel(addr), pgoff, nr, &user);
}

u64 linux_vmap_read(void *ctx, u8 *buf, u64 addr, u64 size)
{
	return calls(ctx)->read((char *)buf, to_kernel(addr), size);
}
