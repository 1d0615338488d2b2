/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * misc.h - parts of the kernel that are switched off here: tracing, KASAN, leak detection, memory
 * control groups, /proc, notifiers; and users' mappings as far as remap_vmalloc_range() has any.
 */
#ifndef MM_LINUX_MISC_H
#define MM_LINUX_MISC_H

#include <linux/kconfig.h>
#include <linux/minmax.h>
#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/err.h>
#include <linux/align.h>
#include <linux/math.h>
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/pfn.h>
#include <linux/cpumask.h>
#include <linux/overflow.h>
#include <linux/rculist.h>

#ifdef DEFINE_GUARD
DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD(spinlock, spinlock_t *, spin_lock(_T), spin_unlock(_T))
#endif

/*
 * A block of vm_map_ram() has as many pages as the configuration gives CPUs: with the most that
 * Kconfig allows they are the smallest, which a short program can fill.
 */
#define MM_BLOCK_CPUS 16384
#undef roundup_pow_of_two
#define roundup_pow_of_two(n)                                                                      \
	__builtin_choose_expr(__builtin_constant_p(n),                                             \
			      (n) == NR_CPUS ? MM_BLOCK_CPUS                                       \
					     : 1UL << (64 - __builtin_clzl((n)-1)),                \
			      1UL << fls64((unsigned long)(n)-1))

#define trace_alloc_vmap_area(...) ((void)0)
#define trace_purge_vmap_area_lazy(...) ((void)0)
#define trace_free_vmap_area_noflush(...) ((void)0)
#define trace_percpu_alloc_percpu(...) ((void)0)
#define trace_percpu_free_percpu(...) ((void)0)
#define trace_percpu_alloc_percpu_fail(...) ((void)0)
#define trace_percpu_create_chunk(base) br_chunk_created(base)
#define trace_percpu_destroy_chunk(base) br_chunk_destroyed(base)

#define kmemleak_free(p) ((void)(p))
#define kmemleak_vmalloc(area, size, gfp) ((void)0)
#define kmemleak_scan_area(p, size, gfp) ((void)0)
#define kmemleak_ignore_phys(x) ((void)0)
#define kmemleak_alloc_percpu(p, size, gfp) ((void)0)
#define kmemleak_free_percpu(p) ((void)0)

typedef unsigned int kasan_vmalloc_flags_t;
#define KASAN_VMALLOC_NONE 0
#define KASAN_VMALLOC_INIT 1
#define KASAN_VMALLOC_VM_ALLOC 2
#define KASAN_VMALLOC_PROT_NORMAL 4
#define KASAN_VMALLOC_PAGE_RANGE 1
#define KASAN_VMALLOC_TLB_FLUSH 2
#define kasan_reset_tag(p) ((void *)(p))
#define kasan_populate_vmalloc(start, size, ...) 0
#define kasan_release_vmalloc(...) ((void)0)
#define kasan_poison_vmalloc(p, size) ((void)0)
#define kasan_unpoison_vmalloc(p, size, flags) ((void *)(p))
#define kasan_unpoison_vmap_areas(vms, nr, flags) ((void)0)
#define kasan_free_module_shadow(vm) ((void)0)
#define kasan_populate_early_vm_area_shadow(p, size) ((void)0)
#define kasan_hw_tags_enabled() false
#define kmsan_ioremap_page_range(...) 0
#define kmsan_vunmap_range_noflush(...) ((void)0)
#define kmsan_vmap_pages_range_noflush(...) 0
#define debug_pagealloc_enabled_static() false
#define debug_pagealloc_enabled() false
#define want_init_on_alloc(gfp) false
#define want_init_on_free() false

#define mod_memcg_page_state(page, item, nr) ((void)(page))
#define mem_cgroup_kmem_disabled() true
#define MEMCG_VMALLOC 0
#define FPI_NONE 0

#define BLOCKING_NOTIFIER_HEAD(name) int name __maybe_unused
#define blocking_notifier_call_chain(chain, what, arg) ((void)*(chain), (void)(arg))
#define blocking_notifier_chain_register(chain, nb) 0
#define blocking_notifier_chain_unregister(chain, nb) 0
#define fatal_signal_pending(task) false
#define signal_pending(task) false
#define schedule_timeout_uninterruptible(n) cond_resched()
#define arch_vmap_p4d_supported(prot) false
#define get_random_u32_below(n) 0
#define get_boot_cpu_id() 0
#define kasan_vrealloc(p, old, new) ((void)0)

/* Where vread_iter() copies to. */
struct iov_iter {
	char *to;
};

#define ZERO_PAGE(addr) ((struct page *)NULL)

static inline size_t copy_page_to_iter_nofault(struct page *page, size_t off, size_t size,
					       struct iov_iter *iter)
{
	if (page)
		memcpy(iter->to, (char *)page_address(page) + off, size);
	else
		memset(iter->to, 0, size);
	iter->to += size;
	return size;
}

struct shrink_control {
	unsigned long nr_to_scan;
};

struct shrinker {
	unsigned long (*count_objects)(struct shrinker *s, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *s, struct shrink_control *sc);
};

#define SHRINK_STOP (~0UL)
#define SHRINK_EMPTY (~0UL - 1)
extern struct shrinker mm_shrinker;
#define shrinker_alloc(flags, fmt...) (&mm_shrinker)
#define shrinker_register(s) ((void)(s))

/* A user's mapping: remap_vmalloc_range() puts pages into it. */
struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_flags;
	void *user;
};

#define VM_DONTEXPAND 0x00040000
#define VM_DONTDUMP 0x04000000
#define vm_flags_set(vma, flags) ((vma)->vm_flags |= (flags))
#define vm_insert_page(vma, uaddr, page) br_insert_page((vma)->user, uaddr, page)

#endif
