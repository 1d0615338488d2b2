/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vread.c - read memory of this interface without knowing what is there.
 *
 * After vread() of Linux, which serves /dev/kmem and /proc/kcore. The reader promises nothing:
 * neither that there is an area, nor that it stays.
 *
 * Ordering. A page is looked up and copied under one hold of its area. Meanwhile the owner is not
 * taken away, which comes before anything is unmapped (owner.c), and unmap_kernel_range() clears no
 * entry; so the frame of the page is in use until the copy is complete. An area is held for one
 * page at a time, since interrupts are off.
 *
 * The owner may write meanwhile: the reader then gets some old bytes and some new ones. That is
 * intended, and no race to report: the copy is hidden from ThreadSanitizer.
 */
#include <string.h>

#include "internal.h"

/*
 * Copy bytes that others may be writing; in words if possible, for speed. ThreadSanitizer does not
 * see the plain accesses of this function, but it would see a call of memcpy(), and atomics.
 * Volatile accesses keep the compiler from making a memcpy() of the loop.
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
 * Read the part of [@addr, @end) that lies in @va, up to the end of one page.
 * @va:    the lowest area that ends above @addr; held
 * @buf:   begins with the byte at @addr
 * @bytes: receives how many bytes of @buf lie before the end of the area, if it has an owner
 *
 * Return: where to go on; @end or more if there is nothing more to read.
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
	/* If the area were not held, the frame could be freed here. */
	sched_point_object(page, false);
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
