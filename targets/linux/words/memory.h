/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.h - metadata and page frames: the machine's.
 */
#ifndef MM_LINUX_MEMORY_H
#define MM_LINUX_MEMORY_H

#include <linux/gfp_types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x) (((x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGN_DOWN(x) ((x)&PAGE_MASK)
#define PAGE_ALIGNED(x) (((unsigned long)(x) & ~PAGE_MASK) == 0)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define MAX_ORDER 10
#define MAX_PAGE_ORDER 10
#ifndef GFP_RECLAIM_MASK
#define GFP_RECLAIM_MASK                                                                           \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL |   \
	 __GFP_NOFAIL | __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC)
#endif

static inline bool gfpflags_allow_blocking(const gfp_t gfp)
{
	return gfp & __GFP_DIRECT_RECLAIM;
}

static inline unsigned int mm_gfp(gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM ? BR_GFP_WAIT : 0) |
	       (gfp & __GFP_ZERO ? BR_GFP_ZERO : 0) | (gfp & __GFP_THISNODE ? BR_GFP_THISNODE : 0);
}

#define current_gfp_context(gfp) (gfp)
#define memalloc_nofs_save() 0
#define memalloc_noio_save() 0
#define memalloc_noreclaim_save() 0
#define memalloc_nofs_restore(flags) ((void)(flags))
#define memalloc_noio_restore(flags) ((void)(flags))
#define memalloc_noreclaim_restore(flags) ((void)(flags))
#define alloc_hooks(call) (call)

static inline void *kmalloc(size_t size, gfp_t gfp)
{
	return br_kmalloc(size, mm_gfp(gfp));
}

static inline void *mm_kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes, gfp);
}

static inline void kfree(const void *p)
{
	br_kfree(p);
}

#define kzalloc(size, gfp) kmalloc(size, (gfp) | __GFP_ZERO)
#define kmalloc_node(size, gfp, node) ((void)(node), kmalloc(size, gfp))
#define kzalloc_node(size, gfp, node) kmalloc_node(size, (gfp) | __GFP_ZERO, node)
#define kmalloc_node_noprof(size, gfp, node) kmalloc_node(size, gfp, node)
#define kmalloc_array(n, size, gfp) mm_kmalloc_array(n, size, gfp)
#define kcalloc(n, size, gfp) mm_kmalloc_array(n, size, (gfp) | __GFP_ZERO)
#define kmalloc_array_node(n, size, gfp, node) mm_kmalloc_array(n, size, gfp)
bool is_vmalloc_addr(const void *p);
void vfree(const void *p);
#define slab_is_available() true
#define kvfree(p)                                                                                  \
	do {                                                                                       \
		if (is_vmalloc_addr(p))                                                            \
			vfree(p);                                                                  \
		else                                                                               \
			kfree(p);                                                                  \
	} while (0)

/* A cache is no more than the size of its objects. */
struct kmem_cache;
struct list_lru;
#define KMEM_CACHE(type, flags) ((struct kmem_cache *)sizeof(struct type))
#define SLAB_PANIC 0

static inline void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	return kmalloc((size_t)c, gfp);
}

static inline void kmem_cache_free(struct kmem_cache *c, void *p)
{
	kfree(p);
}

#define kmem_cache_zalloc(c, gfp) kmem_cache_alloc(c, (gfp) | __GFP_ZERO)
#define kmem_cache_alloc_node(c, gfp, node) ((void)(node), kmem_cache_alloc(c, gfp))
/* The only cache with a constructor is that of the xarray's nodes, which begin empty. */
#define kmem_cache_alloc_lru(c, lru, gfp) ((void)(lru), kmem_cache_zalloc(c, gfp))

/*
 * A page frame, as core/machine lays it out; bridge/check.c compares. The word of the owner has
 * both names that kernels have given it.
 */
struct page {
	unsigned long long pfn;
	unsigned int nid;
	int count;
	const char *owner;
	unsigned long long ticket;
	union {
		unsigned long long private;
		unsigned long index;
		struct address_space *mapping;
	};
};

/* MM_FRAME_OWNER is the name of a unit's frames, in reports and for oracles (units/). */
#define alloc_pages(gfp, order) br_alloc_pages(NUMA_NO_NODE, mm_gfp(gfp), order, MM_FRAME_OWNER)
#define alloc_pages_node(node, gfp, order) br_alloc_pages(node, mm_gfp(gfp), order, MM_FRAME_OWNER)
#define alloc_page(gfp) alloc_pages(gfp, 0)
#define alloc_pages_noprof(gfp, order) alloc_pages(gfp, order)
#define alloc_pages_node_noprof(node, gfp, order) alloc_pages_node(node, gfp, order)
#define __free_page(page) br_free_pages(page, 0)
#define __free_pages(page, order) br_free_pages(page, order)
#define split_page(page, order) ((void)(page), (void)(order))
#define nth_page(page, n) ((page) + (n))
#define get_page(page) br_get_page(page)

static inline unsigned long mm_alloc_bulk(gfp_t gfp, int node, unsigned long nr, struct page **page,
					  const char *owner)
{
	unsigned long i;

	for (i = 0; i < nr; i++) {
		page[i] = br_alloc_pages(node, mm_gfp(gfp), 0, owner);
		if (!page[i])
			break;
	}
	return i;
}

#define alloc_pages_bulk_array_node(gfp, node, nr, pages)                                          \
	mm_alloc_bulk(gfp, node, nr, pages, MM_FRAME_OWNER)
#define alloc_pages_bulk_array_mempolicy(gfp, nr, pages)                                           \
	mm_alloc_bulk(gfp, NUMA_NO_NODE, nr, pages, MM_FRAME_OWNER)
#define alloc_pages_bulk_array_node_noprof(gfp, node, nr, pages)                                   \
	mm_alloc_bulk(gfp, node, nr, pages, MM_FRAME_OWNER)
#define alloc_pages_bulk_array_mempolicy_noprof(gfp, nr, pages)                                    \
	mm_alloc_bulk(gfp, NUMA_NO_NODE, nr, pages, MM_FRAME_OWNER)

#define totalram_pages() br.total_pages
#define page_to_pfn(page) ((unsigned long)(page)->pfn)
#define page_to_nid(page) ((page)->nid)
#define page_to_phys(page) ((phys_addr_t)((page)->pfn << PAGE_SHIFT))
#define pfn_to_page(pfn) br_pfn_to_page(pfn)
#define pfn_valid(pfn) (br_pfn_to_page(pfn) != NULL)
#define page_address(page) ((void *)(br.direct + ((page)->pfn << PAGE_SHIFT)))
#define __pa(p) ((unsigned long)(p)-br.direct)
#define __va(x) ((void *)((unsigned long)(x) + br.direct))
#define virt_to_page(p) br_pfn_to_page(__pa(p) >> PAGE_SHIFT)
#define kmap_local_page(page) page_address(page)
#define kunmap_local(p) ((void)(p))
#define kmap_atomic(page) page_address(page)
#define kunmap_atomic(p) ((void)(p))
#define MAX_DMA_ADDRESS br.direct
#define MEMBLOCK_ALLOC_ACCESSIBLE 0

static inline unsigned int get_order(unsigned long size)
{
	size = (size - 1) >> PAGE_SHIFT;
	return size ? 64 - (unsigned int)__builtin_clzl(size) : 0;
}

#endif
