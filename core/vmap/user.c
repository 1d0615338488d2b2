/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user.c - map memory of this interface to a process.
 *
 * After remap_vmalloc_range() of Linux. The page offset comes from the process, so it may have any
 * value: each bound is a test of its own, and no test can wrap.
 */
#include "internal.h"

/* The area that begins at @addr, if it may be mapped to users; or NULL. */
static struct vm_struct *find_user_area(struct vmap_space *vs, u64 addr)
{
	struct vm_struct *vm = find_vm_area(vs, addr);

	if (!vm || vm->addr != addr)
		return NULL;
	return vm->flags & VM_USERMAP ? vm : NULL;
}

int remap_vmalloc_range(struct vmap_space *vs, struct user_range *user, u64 addr, u64 pgoff)
{
	struct vm_struct *vm;
	unsigned long i;
	u64 end;

	might_sleep();
	vm = find_user_area(vs, addr);
	if (!vm)
		return -EINVAL;
	if (__builtin_add_overflow(pgoff, user->nr, &end))
		return -EINVAL;
	if (end > get_vm_area_size(vm) >> PAGE_SHIFT)
		return -EINVAL;

	/* All or nothing. unmap_kernel_range() may have left holes. */
	addr += pgoff << PAGE_SHIFT;
	for (i = 0; i < user->nr; i++)
		if (!vmalloc_to_page(vs->m, addr + i * PAGE_SIZE))
			return -EINVAL;
	for (i = 0; i < user->nr; i++) {
		user->page[i] = vmalloc_to_page(vs->m, addr + i * PAGE_SIZE);
		get_page(vs->m, user->page[i]);
	}
	return 0;
}
