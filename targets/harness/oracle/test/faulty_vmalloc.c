/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_vmalloc.c - a naive vmalloc interface for the executor's tests; see faulty_allocators.h.
 *
 * It uses the areas of faulty_vmap.c. A list under the space's lock has their owners, and every
 * lookup walks it. All work is immediate, in interrupts too.
 */
#include "faulty_vmap.h"

#include <stdio.h>
#include <string.h>

#include "machine/meta.h"
#include "machine/pgtable.h"

static const char stranger[] = "stranger";

/* The owner of an address. Lock held. */
static struct vm_struct *owner_of(struct vmap_space *vs, u64 addr)
{
	struct vm_struct *vm = vs->vms;

	while (vm && (addr < vm->addr || addr - vm->addr >= vm->size))
		vm = vm->next;
	return vm;
}

static u64 align_of(u64 size, u64 flags)
{
	u64 align = PAGE_SIZE;

	if (flags & VM_IOREMAP && !faulty(FAULT_VM_UNALIGNED))
		while (align < size && align < IOREMAP_MAX_ALIGN)
			align *= 2;
	return align;
}

/* Create an area with room for @frames frames, which is not on the list yet. */
static struct vm_struct *make_area(struct vmap_space *vs, u64 size, u64 flags, u64 start, u64 end,
				   unsigned long frames, gfp_t gfp, const char *caller)
{
	struct vm_struct *vm;
	struct vmap_area *va;

	size = ALIGN(size, PAGE_SIZE);
	va = alloc_vmap_area(vs, size + PAGE_SIZE, align_of(size, flags), start, end, gfp);
	if (IS_ERR(va))
		return ERR_PTR(PTR_ERR(va));
	vm = kzalloc(vs->m, sizeof(*vm) + frames * sizeof(*vm->own), gfp);
	if (!vm) {
		free_unmap_vmap_area(vs, va);
		return ERR_PTR(-ENOMEM);
	}
	vm->va = va;
	vm->addr = va->start;
	vm->size = size + PAGE_SIZE;
	vm->flags = flags | (faulty(FAULT_VM_FLAGS) ? VM_USERMAP : 0);
	vm->caller = caller;
	return vm;
}

static void enter_area(struct vmap_space *vs, struct vm_struct *vm)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->lock, flags);
	vm->next = vs->vms;
	vs->vms = vm;
	spin_unlock_irqrestore(&vs->lock, flags);
}

/* Remove the area that begins at an address from the list. */
static struct vm_struct *take_area(struct vmap_space *vs, u64 addr)
{
	struct vm_struct **at, *vm;
	unsigned long flags;

	spin_lock_irqsave(&vs->lock, flags);
	for (at = &vs->vms; *at && (*at)->addr != addr; at = &(*at)->next)
		;
	vm = *at;
	if (vm)
		*at = vm->next;
	spin_unlock_irqrestore(&vs->lock, flags);
	return vm;
}

struct vm_struct *get_vm_area(struct vmap_space *vs, u64 size, u64 flags, u64 start, u64 end,
			      gfp_t gfp, const char *caller)
{
	struct vm_struct *vm;

	if (faulty(FAULT_VM_ERROR))
		return ERR_PTR(-EINVAL);
	vm = make_area(vs, size, flags, start, end, 0, gfp, caller);
	if (!IS_ERR(vm))
		enter_area(vs, vm);
	return vm;
}

struct vm_struct *find_vm_area(struct vmap_space *vs, u64 addr)
{
	struct vm_struct *vm;
	unsigned long flags;

	if (faulty(FAULT_VM_NOT_FOUND))
		return NULL;
	spin_lock_irqsave(&vs->lock, flags);
	vm = owner_of(vs, addr);
	spin_unlock_irqrestore(&vs->lock, flags);
	if (vm && addr - vm->addr >= get_vm_area_size(vm) && faulty(FAULT_VM_NO_GUARD))
		return NULL;
	return vm;
}

struct vm_struct *remove_vm_area(struct vmap_space *vs, u64 addr)
{
	struct vm_struct *vm = faulty(FAULT_VM_KEPT) ? NULL : take_area(vs, addr);

	if (vm)
		free_unmap_vmap_area(vs, vm->va);
	return vm;
}

int map_vm_area(struct vmap_space *vs, struct vm_struct *vm, struct page **pages, gfp_t gfp)
{
	unsigned long nr = get_vm_area_size(vm) >> PAGE_SHIFT;
	int err;

	if (faulty(FAULT_VM_BUSY))
		return -EBUSY;
	if (faulty(FAULT_VM_NO_MEMORY))
		return -ENOMEM;
	if (faulty(FAULT_VM_PARTLY))
		return vmap_pages_range(vs->m, vm->addr, pages, 1, gfp) ?: -ENOMEM;
	if (faulty(FAULT_VM_AGAIN))
		unmap_kernel_range(vs, vm->addr, get_vm_area_size(vm));
	err = vmap_pages_range(vs->m, vm->addr, pages, nr, gfp);
	if (!err && faulty(FAULT_VM_GUARD))
		err = vmap_pages_range(vs->m, vm->addr + get_vm_area_size(vm), &pages[nr - 1], 1,
				       gfp);
	if (err && err != -EBUSY)
		unmap_kernel_range(vs, vm->addr, get_vm_area_size(vm));
	return err;
}

void unmap_kernel_range(struct vmap_space *vs, u64 addr, u64 size)
{
	if (faulty(FAULT_UNMAP_SHORT))
		size -= PAGE_SIZE;
	vunmap_range(vs->m, addr, size >> PAGE_SHIFT);
	if (!faulty(FAULT_UNMAP_NO_FLUSH))
		flush_tlb_kernel_range(vs->m, addr, addr + size);
	if (faulty(FAULT_UNMAP_BEHIND)) {
		vunmap_range(vs->m, addr + size, 1);
		flush_tlb_kernel_range(vs->m, addr + size, addr + size + PAGE_SIZE);
	}
	if (faulty(FAULT_UNMAP_MORE)) {
		vunmap_range(vs->m, addr - PAGE_SIZE, 1);
		flush_tlb_kernel_range(vs->m, addr - PAGE_SIZE, addr);
	}
}

u64 vmap(struct vmap_space *vs, struct page **pages, unsigned long count, u64 flags,
	 const char *caller)
{
	struct page *reversed[256];
	struct vm_struct *vm;

	if (faulty(FAULT_VMAP_REFUSED))
		return 0;
	if (faulty(FAULT_VMAP_REMAPS) && !cds_list_empty(&vs->areas))
		faulty_map_first(vs, &pages[count - 1], GFP_KERNEL);
	vm = make_area(vs, (u64)count << PAGE_SHIFT, VM_MAP | flags, vs->start, vs->end, 0,
		       GFP_KERNEL, caller);
	if (IS_ERR(vm))
		return 0;
	vm->nr_pages = count;
	for (unsigned long i = 0; faulty(FAULT_VMAP_REVERSED) && i < count; i++)
		reversed[i] = pages[count - 1 - i];
	if (map_vm_area(vs, vm, faulty(FAULT_VMAP_REVERSED) ? reversed : pages, GFP_KERNEL)) {
		free_unmap_vmap_area(vs, vm->va);
		kfree(vs->m, vm);
		return 0;
	}
	enter_area(vs, vm);
	return vm->addr;
}

void vunmap(struct vmap_space *vs, u64 addr)
{
	kfree(vs->m, remove_vm_area(vs, addr));
}

static void free_memory(struct vmap_space *vs, struct vm_struct *vm)
{
	free_unmap_vmap_area(vs, vm->va);
	while (vm->nr_pages)
		put_page(vs->m, vm->pages[--vm->nr_pages]);
	kfree(vs->m, vm);
}

/* Get the frames, then map them. */
static bool fill(struct vmap_space *vs, struct vm_struct *vm, int node, gfp_t gfp)
{
	unsigned long nr = get_vm_area_size(vm) >> PAGE_SHIFT;
	struct page *last;
	bool mapped;

	if (faulty(FAULT_VMALLOC_NODE))
		node = !node;
	for (vm->pages = vm->own; vm->nr_pages < nr; vm->nr_pages++) {
		struct page *page = alloc_page_node(vs->m, node, gfp, "naive vmalloc");

		if (!page)
			return false;
		if (faulty(FAULT_VMALLOC_NOT_ZEROED) ||
		    (faulty(FAULT_VMALLOC_HALF_ZEROED) && vm->nr_pages >= nr / 2))
			memset(page_address(vs->m, page), 0xee, PAGE_SIZE);
		vm->pages[vm->nr_pages] = page;
	}
	last = vm->pages[nr - 1];
	if (faulty(FAULT_VMALLOC_ONE_FRAME))
		vm->pages[nr - 1] = vm->pages[0];
	mapped = !map_vm_area(vs, vm, vm->pages, gfp);
	vm->pages[nr - 1] = last;
	if (mapped && faulty(FAULT_VMALLOC_SHORT))
		unmap_kernel_range(vs, vm->addr + ((nr - 1) << PAGE_SHIFT), PAGE_SIZE);
	return mapped;
}

u64 __vmalloc(struct vmap_space *vs, u64 size, int node, gfp_t gfp, u64 flags, const char *caller)
{
	struct vm_struct *vm;

	if (faulty(FAULT_VMALLOC_REFUSED))
		return 0;
	vm = make_area(vs, size, VM_ALLOC | flags, vs->start, vs->end,
		       DIV_ROUND_UP(size, PAGE_SIZE), gfp, caller);
	if (IS_ERR(vm))
		return 0;
	if (!fill(vs, vm, node, gfp)) {
		free_memory(vs, vm);
		return 0;
	}
	enter_area(vs, vm);
	return vm->addr;
}

void vfree(struct vmap_space *vs, u64 addr)
{
	free_memory(vs, take_area(vs, addr));
}

/* May a user map this? */
static bool may_remap(const struct vm_struct *vm, const struct user_range *user, u64 addr,
		      u64 pgoff)
{
	u64 pages, end = pgoff + user->nr;

	if (!vm || faulty(FAULT_REMAP_REFUSED) || !IS_ALIGNED(addr, PAGE_SIZE) ||
	    (end < pgoff && !faulty(FAULT_REMAP_WRAPS)))
		return false;
	pages = (vm->size >> PAGE_SHIFT) - 1 + faulty(FAULT_REMAP_GUARD);
	return (vm->flags & VM_USERMAP || faulty(FAULT_REMAP_ANY)) && end <= pages &&
	       (vm->addr == addr || faulty(FAULT_REMAP_INSIDE));
}

int remap_vmalloc_range(struct vmap_space *vs, struct user_range *user, u64 addr, u64 pgoff)
{
	struct vm_struct *vm = find_vm_area(vs, addr);

	if (!may_remap(vm, user, addr, pgoff)) {
		if (faulty(FAULT_REMAP_PARTLY))
			user->page[0] = vmalloc_to_page(vs->m, addr);
		return -EINVAL;
	}
	for (unsigned long i = 0; i < user->nr; i++) {
		struct page *page =
			vmalloc_to_page(vs->m, addr + ((faulty(FAULT_REMAP_SHIFTED) ? i : pgoff + i)
						       << PAGE_SHIFT));

		user->page[i] = page;
		if (page && !faulty(FAULT_REMAP_NO_REF))
			get_page(vs->m, page);
	}
	return 0;
}

/* Other tasks may write to this byte. */
__attribute__((no_sanitize("thread"))) static u8 racy_byte(const u8 *at)
{
	return *(const volatile u8 *)at;
}

u64 vread(struct vmap_space *vs, u8 *buf, u64 addr, u64 size)
{
	unsigned long flags;
	u64 met = 0;

	if (faulty(FAULT_VREAD_NONE))
		return 0;
	spin_lock_irqsave(&vs->lock, flags);
	for (u64 i = 0; i < size; i++) {
		const struct vm_struct *vm = owner_of(vs, addr + i);
		enum fault kept = vm ? FAULT_VREAD_GUARD : FAULT_VREAD_BEHIND;
		const struct page *page = NULL;
		u64 at = addr + i;

		if (vm && at - vm->addr < get_vm_area_size(vm)) {
			kept = FAULT_VREAD_HOLE;
			met = i + 1;
			if (faulty(FAULT_VREAD_SHIFTED))
				at = vm->addr + at % PAGE_SIZE;
			if (!(vm->flags & VM_IOREMAP) || faulty(FAULT_VREAD_IOREMAP))
				page = vmalloc_to_page(vs->m, at);
		}
		if (page)
			buf[i] = racy_byte((u8 *)page_address(vs->m, page) + at % PAGE_SIZE);
		else if (!faulty(kept))
			buf[i] = 0;
	}
	spin_unlock_irqrestore(&vs->lock, flags);
	return faulty(FAULT_VREAD_MORE) ? size + 1 : met - faulty(FAULT_VREAD_FEWER);
}

/* Print a line; @vm is NULL for an area without an owner. Lock held. */
static void list_area(const struct vmap_area *va, const struct vm_struct *vm,
		      void (*line)(const char *text, void *arg), void *arg)
{
	u64 end = va->end + (faulty(FAULT_LIST_LONG) ? PAGE_SIZE : 0), flags = vm ? vm->flags : 0;
	unsigned long on[TOPOLOGY_MAX_NODES] = {0};
	char text[600], nodes[400] = "", pages[40] = "";
	size_t at = 0;

	for (unsigned long i = 0; vm && vm->pages && i < vm->nr_pages; i++)
		on[vm->pages[i]->nid]++;
	on[7] += faulty(FAULT_LIST_NODES);
	for (u32 n = 0; n < TOPOLOGY_MAX_NODES; n++)
		if (on[n])
			at += (size_t)snprintf(nodes + at, sizeof(nodes) - at, " N%u=%lu", n,
					       on[n]);
	if (vm && vm->nr_pages)
		snprintf(pages, sizeof(pages), " pages=%lu",
			 vm->nr_pages + faulty(FAULT_LIST_PAGES));
	if (faulty(FAULT_LIST_KIND))
		flags = VM_MAP;
	snprintf(text, sizeof(text), "0x%llx-0x%llx %llu %s%s%s%s%s%s%s", va->start, end,
		 (end - va->start),
		 !vm			     ? "vm_map_ram"
		 : faulty(FAULT_LIST_CALLER) ? stranger
					     : vm->caller,
		 pages, flags & VM_IOREMAP ? " ioremap" : "", flags & VM_ALLOC ? " vmalloc" : "",
		 flags & VM_MAP ? " vmap" : "", flags & VM_USERMAP ? " user" : "", nodes);
	line(text, arg);
}

void vmallocinfo(struct vmap_space *vs, void (*line)(const char *text, void *arg), void *arg)
{
	const struct vmap_area extra = {.start = vs->end - PAGE_SIZE, .end = vs->end};
	const struct vmap_area *va;
	unsigned long flags;
	bool skip = faulty(FAULT_LIST_SHORT);

	spin_lock_irqsave(&vs->lock, flags);
	cds_list_for_each_entry (va, &vs->areas, list) {
		if (!skip && !va->lazy)
			list_area(va, owner_of(vs, va->start), line, arg);
		if (faulty(FAULT_LIST_TWICE))
			list_area(va, owner_of(vs, va->start), line, arg);
		skip = false;
	}
	if (faulty(FAULT_LIST_EXTRA))
		list_area(&extra, NULL, line, arg);
	spin_unlock_irqrestore(&vs->lock, flags);
}

void get_vmalloc_info(struct vmap_space *vs, struct vmalloc_info *info)
{
	struct vmap_stats st;

	vmap_stats(vs, &st);
	info->total = vs->end - vs->start + (faulty(FAULT_INFO_TOTAL) ? PAGE_SIZE : 0);
	info->used = (st.busy_pages + faulty(FAULT_INFO_USED)) << PAGE_SHIFT;
	info->largest_chunk = faulty(FAULT_INFO_CHUNK) ? info->total : st.largest_free;
}
