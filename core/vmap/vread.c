/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vread.c - memory of this interface, read by who does not know what is there.
 *
 * After vread() of Linux, which /dev/kmem and /proc/kcore read through. Nothing is asked
 * of the reader: neither that there is an area, nor that it stays. So a page is looked up and
 * copied under one hold of the areas: as long as it is held nobody's owner is taken away,
 * which comes before anything is unmapped (owner.c), nor does unmap_kernel_range() clear an entry,
 * and what is mapped in an area with an owner is a frame in use. Held for a page at a time, as
 * interrupts are off.
 *
 * The owner may be writing meanwhile: then the reader gets some of the old bytes and some of the
 * new ones. That is the bargain and no race to be reported.
 */
#include <string.h>

#include "internal.h"

/*
 * Bytes that others may be writing. Words if it can, for speed. What ThreadSanitizer must not see
 * are plain accesses of our own: it sees memcpy() whoever calls it, and atomics wherever they are.
 * Volatile, so that no compiler makes a memcpy() of it.
 */
__attribute__((no_sanitize("thread"))) static void copy_racy(u8 *to, const u8 *from, size_t len)
{
	size_t i = 0;

	if (IS_ALIGNED((uintptr_t)from, sizeof(u64))) {
		for (; i + sizeof(u64) <= len; i += sizeof(u64)) {
			u64 word = *(const volatile u64 *)(from + i);

			__builtin_memcpy(to + i, &word, sizeof(word));
		}
	}
	for (; i < len; i++)
		to[i] = *(const volatile u8 *)(from + i);
}

/*
 * Read what lies in [@addr, @end) of @va, the first area from @addr on, no more than up to the end
 * of a page. Held.
 * @buf:   receives the byte of @addr first
 * @bytes: receives how many bytes of @buf lie before the end of the area, if it has an owner
 *
 * Return: where to go on; @end or more if there is nothing behind.
 */
static u64 vread_page(struct vmap_space *vs, const struct vmap_area *va, u8 *buf, u64 addr, u64 end,
		      u64 *bytes)
{
	const struct vm_struct *vm;
	const struct page *page;
	u64 pos, stop;

	if (va->va_start >= end)
		return end;
	vm = va->vm;
	pos = max(addr, va->va_start);
	if (!vm || pos >= vm->addr + get_vm_area_size(vm))
		return va->va_end;
	stop = min(end, vm->addr + get_vm_area_size(vm));
	*bytes = stop - addr;
	if (vm->flags & VM_IOREMAP)
		return va->va_end;
	stop = min(stop, ALIGN(pos + 1, PAGE_SIZE));
	page = vmalloc_to_page(vs->m, pos);
	/* Where it would be too late, were the area not held. */
	sched_point();
	if (page)
		copy_racy(buf + (pos - addr), (u8 *)page_address(vs->m, page) + pos % PAGE_SIZE,
			  stop - pos);
	return stop;
}

u64 vread(struct vmap_space *vs, u8 *buf, u64 addr, u64 size)
{
	u64 end = size <= UINT64_MAX - addr ? addr + size : UINT64_MAX;
	u64 pos = addr, met = 0;

	might_sleep();
	if (size)
		memset(buf, 0, size);
	while (pos < end) {
		struct vmap_area *va;
		unsigned long flags;
		u64 next, bytes = 0;

		va = hold_vmap_area_from(vs, pos, &flags);
		if (!va)
			break;
		next = vread_page(vs, va, buf + (pos - addr), pos, end, &bytes);
		release_vmap_area(vs, va, flags);
		if (bytes)
			met = pos - addr + bytes;
		pos = next;
	}
	return met;
}
