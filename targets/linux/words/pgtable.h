/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pgtable.h - the page table, as the kernel's loops walk it.
 *
 * The entries of the lowest level lie in one array, from br.kva_base on, and so do those of the
 * level above: kernel code takes pointers into them, steps to the next and compares. The three
 * upper levels are folded into one entry that is always there. The machine has its own table of
 * four levels: a missing table page is asked of it when an entry of the second level is filled
 * (which may fail by plan), and it is told of each entry that changes.
 */
#ifndef MM_LINUX_PGTABLE_H
#define MM_LINUX_PGTABLE_H

typedef struct {
	unsigned long pte;
} pte_t;
typedef struct {
	unsigned long pmd;
} pmd_t;
typedef struct {
	unsigned long pud;
} pud_t;
typedef struct {
	unsigned long p4d;
} p4d_t;
typedef struct {
	unsigned long pgd;
} pgd_t;
typedef struct {
	unsigned long pgprot;
} pgprot_t;
typedef unsigned int pgtbl_mod_mask;

struct mm_struct {
	int unused;
};
extern struct mm_struct init_mm;

#define VMALLOC_START br.kva_start
#define VMALLOC_END br.kva_end
#define PAGE_OFFSET br.direct
#define TASK_SIZE 0UL
#define PMD_SHIFT 21
#define PUD_SHIFT 30
#define P4D_SHIFT 39
#define PGDIR_SHIFT 39
/* x86 aligns areas of VM_IOREMAP up to a huge page; the harness knows 2 MiB (VMAP_IOREMAP_ALIGN).
 */
#define IOREMAP_MAX_ORDER PMD_SHIFT
#define PMD_SIZE (1UL << PMD_SHIFT)
#define PMD_MASK (~(PMD_SIZE - 1))
#define PUD_SIZE (1UL << PUD_SHIFT)
#define PUD_MASK (~(PUD_SIZE - 1))
#define P4D_SIZE (1UL << P4D_SHIFT)
#define P4D_MASK (~(P4D_SIZE - 1))
#define PGTBL_PGD_MODIFIED 1
#define PGTBL_P4D_MODIFIED 2
#define PGTBL_PUD_MODIFIED 4
#define PGTBL_PMD_MODIFIED 8
#define PGTBL_PTE_MODIFIED 16
#define ARCH_PAGE_TABLE_SYNC_MASK 0
#define arch_sync_kernel_mappings(start, end) ((void)0)
#define __pgprot(x) ((pgprot_t){(x)})
#define pgprot_val(x) ((x).pgprot)
#define PAGE_KERNEL __pgprot(1)
#define PAGE_KERNEL_EXEC __pgprot(3)
#define pgprot_nx(x) (x)
#define pgprot_tagged(x) (x)

/* A folded level: one entry that is there, and whose range never ends. */
extern pgd_t mm_top;
#define pgd_offset_k(addr) ((void)(addr), &mm_top)
#define pgd_offset(mm, addr) ((void)(addr), &mm_top)
#define p4d_offset(pgd, addr) ((p4d_t *)(pgd))
#define pud_offset(p4d, addr) ((pud_t *)(p4d))
#define pgd_addr_end(addr, end) (end)
#define p4d_addr_end(addr, end) (end)
#define pud_addr_end(addr, end) (end)
#define pgd_none(x) ((void)(x), 0)
#define p4d_none(x) ((void)(x), 0)
#define pud_none(x) ((void)(x), 0)
#define pgd_bad(x) ((void)(x), 0)
#define p4d_bad(x) ((void)(x), 0)
#define pud_bad(x) ((void)(x), 0)
#define pmd_bad(x) ((void)(x), 0)
#define pgd_leaf(x) ((void)(x), 0)
#define p4d_leaf(x) ((void)(x), 0)
#define pud_leaf(x) ((void)(x), 0)
#define pmd_leaf(x) ((void)(x), 0)
#define p4d_large(x) ((void)(x), 0)
#define p4d_present(x) ((void)(x), 1)
#define pud_present(x) ((void)(x), 1)
#define p4d_page(x) ((void)(x), (struct page *)NULL)
#define pud_page(x) ((void)(x), (struct page *)NULL)
#define pmd_page(x) ((void)(x), (struct page *)NULL)
#define pgd_none_or_clear_bad(x) 0
#define p4d_none_or_clear_bad(x) 0
#define pud_none_or_clear_bad(x) 0
#define p4d_clear_huge(x) 0
#define pud_clear_huge(x) 0
#define pmd_clear_huge(x) 0
#define p4d_set_huge(x, phys, prot) 0
#define pud_set_huge(x, phys, prot) 0
#define pmd_set_huge(x, phys, prot) 0
#define p4d_free_pud_page(x, addr) 0
#define pud_free_pmd_page(x, addr) 0
#define pmd_free_pte_page(x, addr) 0
#define mmap_read_trylock(mm) 1
#define mmap_read_unlock(mm) ((void)(mm))
#define __p4d_alloc(mm, pgd, addr) 0
#define __pud_alloc(mm, p4d, addr) 0
#define __pmd_alloc(mm, pud, addr) 0
#define pgd_populate_kernel(addr, pgd, p4d) ((void)(pgd), (void)(p4d))
#define p4d_populate_kernel(addr, p4d, pud) ((void)(p4d), (void)(pud))
#define pgd_populate(mm, pgd, p4d) ((void)(pgd), (void)(p4d))
#define p4d_populate(mm, p4d, pud) ((void)(p4d), (void)(pud))
#define pud_populate(mm, pud, pmd) ((void)(pud), (void)(pmd))

/* The two levels that are real. */
#define pmd_addr_end(addr, end)                                                                    \
	({                                                                                         \
		unsigned long _next = ((addr) + PMD_SIZE) & PMD_MASK;                              \
		_next - 1 < (end)-1 ? _next : (end);                                               \
	})
#define pmd_none(x) (!(x).pmd)
#define pmd_present(x) ((x).pmd != 0)
#define pte_none(x) (!(x).pte)
#define pte_present(x) ((x).pte != 0)
#define pmd_none_or_clear_bad(p) (!__atomic_load_n(&(p)->pmd, __ATOMIC_ACQUIRE))

static inline pmd_t *pmd_offset(pud_t *pud, unsigned long addr)
{
	return (pmd_t *)br.pmd + ((addr - br.kva_base) >> PMD_SHIFT);
}

/* Where the loops over entries begin: a scheduling point for each table, not for each entry. */
static inline pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long addr)
{
	br_point();
	return (pte_t *)br.pte + ((addr - br.kva_base) >> PAGE_SHIFT);
}

#define pte_offset_map(pmd, addr) pte_offset_kernel(pmd, addr)
#define pte_unmap(pte) ((void)(pte))

static inline int mm_fill_pmd(pmd_t *pmd)
{
	unsigned long n = (unsigned long)(pmd - (pmd_t *)br.pmd);
	int err = br_prepare_table(br.kva_base + (n << PMD_SHIFT));

	if (!err)
		__atomic_store_n(&pmd->pmd, 1, __ATOMIC_RELEASE);
	return err;
}

#define __pte_alloc_kernel(pmd) mm_fill_pmd(pmd)

/* At boot the kernel counts on it. */
#define pmd_populate_kernel(mm, pmd, table)                                                        \
	do {                                                                                       \
		(void)(table);                                                                     \
		if (mm_fill_pmd(pmd)) {                                                            \
			br.boot_failed = true;                                                     \
			(pmd)->pmd = 1;                                                            \
		}                                                                                  \
	} while (0)

static inline pte_t ptep_get(pte_t *pte)
{
	return (pte_t){__atomic_load_n(&pte->pte, __ATOMIC_RELAXED)};
}

#define pfn_pte(pfn, prot) ((pte_t){(unsigned long)(pfn) << PAGE_SHIFT | pgprot_val(prot)})
#define mk_pte(page, prot) pfn_pte(page_to_pfn(page), prot)
#define pte_pfn(x) ((x).pte >> PAGE_SHIFT)
#define pte_page(x) br_pfn_to_page(pte_pfn(x))
#define pte_mkspecial(x) (x)

static inline void set_pte_at(struct mm_struct *mm, unsigned long addr, pte_t *pte, pte_t val)
{
	if (unlikely(br.boot_failed))
		return;
	br_set_pte(addr, pte_page(val));
	__atomic_store_n(&pte->pte, val.pte, __ATOMIC_RELAXED);
}

static inline pte_t ptep_get_and_clear(struct mm_struct *mm, unsigned long addr, pte_t *pte)
{
	pte_t old = ptep_get(pte);

	if (!pte_none(old)) {
		__atomic_store_n(&pte->pte, 0, __ATOMIC_RELAXED);
		br_clear_pte(addr);
	}
	return old;
}

#define pte_clear(mm, addr, pte) ((void)ptep_get_and_clear(mm, addr, pte))
#define flush_tlb_kernel_range(start, end) br_flush_tlb(start, end)
#define flush_cache_vmap(start, end) ((void)(start), (void)(end))
#define flush_cache_vmap_early(start, end) ((void)(start), (void)(end))
#define flush_cache_vunmap(start, end) ((void)(start), (void)(end))
#define flush_dcache_page(page) ((void)(page))
#define SHMLBA PAGE_SIZE

static inline int set_direct_map_invalid_noflush(struct page *page)
{
	return 0;
}

static inline int set_direct_map_default_noflush(struct page *page)
{
	return 0;
}

/* Functions of mm/vmalloc.c that mm/percpu.c calls. */
struct page *vmalloc_to_page(const void *addr);
void vunmap_range_noflush(unsigned long start, unsigned long end);
int vmap_pages_range_noflush(unsigned long addr, unsigned long end, pgprot_t prot,
			     struct page **pages, unsigned int page_shift);

#endif
