/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listing.c - a listing of all areas in use, as in /proc/vmallocinfo.
 *
 * An area is held while its line is made; no area is held between two lines.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* A line to which text is appended. Text that does not fit is cut off. */
struct text {
	size_t len;
	char buf[1024];
};

static __printf(2, 3) void add(struct text *t, const char *fmt, ...)
{
	size_t room = sizeof(t->buf) - t->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->len, room, fmt, ap);
	va_end(ap);
	t->len += min((size_t)n, room - 1);
}

static void add_nodes(struct text *t, const struct vm_struct *vm)
{
	unsigned long frames[TOPOLOGY_MAX_NODES] = {0};

	if (!vm->pages)
		return;
	for (unsigned long i = 0; i < vm->nr_pages; i++)
		frames[vm->pages[i]->nid]++;
	for (unsigned int nid = 0; nid < TOPOLOGY_MAX_NODES; nid++)
		if (frames[nid])
			add(t, " N%u=%lu", nid, frames[nid]);
}

static void add_owner(struct text *t, const struct vm_struct *vm)
{
	static const struct {
		u64 flag;
		const char *word;
	} words[] = {
		{VM_IOREMAP, " ioremap"},
		{VM_ALLOC, " vmalloc"},
		{VM_MAP, " vmap"},
		{VM_USERMAP, " user"},
	};

	if (!vm) {
		add(t, " vm_map_ram");
		return;
	}
	add(t, " %s", vm->caller);
	if (vm->nr_pages)
		add(t, " pages=%lu", vm->nr_pages);
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		if (vm->flags & words[i].flag)
			add(t, "%s", words[i].word);
	add_nodes(t, vm);
}

/*
 * An area that begins below the end of the one before is new: that one has gone meanwhile, and its
 * addresses were handed out again.
 */
void vmallocinfo(struct vmap_space *vs, void (*line)(const char *text, void *arg), void *arg)
{
	unsigned long flags;
	struct vmap_area *va;
	u64 addr = 0;

	while ((va = hold_vmap_area_from(vs, addr, &flags))) {
		const bool is_new = va->va_start < addr;
		struct text t;

		t.len = 0;
		add(&t, "0x%llx-0x%llx %llu", va->va_start, va->va_end, va_size(va));
		add_owner(&t, va->vm);
		addr = va->va_end;
		release_vmap_area(vs, va, flags);
		if (!is_new)
			line(t.buf, arg);
	}
}
