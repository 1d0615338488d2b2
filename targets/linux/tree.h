/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.h - what the object of a tree offers to the bridge: tables of functions in C's own types.
 *
 * Both sides include this file: the units (units/), which are compiled with the tree's headers, and
 * the bridge, which is compiled with ours. Addresses are the kernel's. Errors are the kernel's
 * negative numbers.
 */
#ifndef MM_LINUX_TREE_H
#define MM_LINUX_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct br_init;
struct page;
struct vmap_area;
struct vm_struct;

/* Is called with a range of addresses; of a cached one, @owner is its node. */
typedef void tree_range_fn(unsigned long start, unsigned long end, unsigned int owner, void *arg);

/**
 * struct tree_owner - a struct vm_struct, as far as the harness judges it
 */
struct tree_owner {
	unsigned long addr, size, flags;
	const char *caller;
};

/**
 * struct tree_machine - what the kernel keeps of its CPUs
 * @boot: the possible and the online CPUs, a bit each
 */
struct tree_machine {
	void (*boot)(unsigned int nr_cpu_ids, unsigned long possible, unsigned long online);
	void **percpu_area;
	unsigned long *percpu_stride;
};

/**
 * struct tree_vmap - mm/vmalloc.c
 * @nodes:       it has nodes, and pools of areas by size
 * @drops_blocks: vm_unmap_aliases() gives up each block in which nothing is mapped
 * @block_pages: pages of a block
 * @block_max:   pages of the largest request that a block serves
 * @boot:        vmalloc_init(), for the addresses from br.kva_start to br.kva_end
 * @end:         give back all that the kernel holds; areas in use are counted and left
 */
struct tree_vmap {
	bool nodes;
	bool drops_blocks;
	unsigned int block_pages, block_max;

	void (*boot)(void);
	unsigned long (*end)(void);
	void (*verify)(bool quiet);

	void (*for_each_area)(tree_range_fn *fn, void *arg);
	void (*for_each_busy)(tree_range_fn *fn, void *arg);
	void (*for_each_lazy)(tree_range_fn *fn, void *arg);
	void (*for_each_cached)(tree_range_fn *fn, void *arg);
	unsigned int (*node_of_cpu)(unsigned int cpu);

	long (*alloc)(unsigned long size, unsigned long align, unsigned long from, unsigned long to,
		      unsigned int gfp, struct vmap_area **va);
	void (*free)(struct vmap_area *va);
	struct vmap_area *(*find)(unsigned long addr);
	unsigned long (*start)(const struct vmap_area *va);
	unsigned long (*size)(const struct vmap_area *va);
	void (*purge)(void);
	struct vm_struct **(*get_vm_areas)(const unsigned long *offset, const size_t *size, int nr,
					   size_t align);
	void (*free_vm_areas)(struct vm_struct **vms, int nr);
	struct vmap_area *(*area_of)(const struct vm_struct *vm);
	struct vm_struct *(*owner_of_area)(const struct vmap_area *va);

	unsigned long (*map_ram)(struct page **pages, unsigned int nr);
	void (*unmap_ram)(unsigned long addr, unsigned int nr);
	void (*unmap_aliases)(void);

	unsigned long (*get_area)(unsigned long size, unsigned long flags, unsigned long from,
				  unsigned long to, const char *caller);
	bool (*find_owner)(unsigned long addr, struct tree_owner *o);
	bool (*remove_area)(unsigned long addr, struct tree_owner *o);
	int (*map_area)(unsigned long addr, struct page **pages);
	void (*unmap_range)(unsigned long addr, unsigned long size);
	unsigned long (*map)(struct page **pages, unsigned int nr, unsigned long flags,
			     const char *caller);
	void (*unmap)(unsigned long addr);
	unsigned long (*alloc_memory)(unsigned long size, int node, unsigned int gfp,
				      unsigned long flags, const char *caller);
	void (*free_memory)(unsigned long addr, bool atomic);
	int (*remap)(unsigned long addr, unsigned long pgoff, unsigned long nr, void *user);
	unsigned long (*read)(char *buf, unsigned long addr, unsigned long size);
	struct page *(*to_page)(unsigned long addr);
};

/* A free, allocated or static byte range of a chunk's bitmap, and what verifiers ask of a chunk. */
struct tree_percpu_sizes {
	unsigned long static_size, reserved_size, dyn_size, unit_size, atom_size, alloc_size;
};

/* How the harness looks for an object: true if one of @size bytes begins at @addr. */
struct tree_object {
	unsigned long addr, size;
};

/**
 * struct tree_percpu - mm/percpu.c with one of its backings
 * @page_first:  it can make a first chunk page by page
 * @min_dyn:     least bytes of the dynamic region
 * @min_unit:    least bytes of a unit, and largest request
 * @boot:        make the first chunk. 0 or a negative error
 * @ready:       the allocator may make chunks and schedule work: vmalloc is up
 * @end:         give back all chunks except for the first, whose frames the bridge has
 * @verify:      judge everything against the live objects, sorted by address
 */
struct tree_percpu {
	bool page_first;
	unsigned int min_dyn, min_unit;
	unsigned int min_alloc;

	int (*boot)(bool embed, unsigned long reserved, unsigned long dyn, unsigned long atom,
		    bool one_group);
	void (*ready)(void);
	void (*end)(void);
	void (*verify)(bool quiet, const struct tree_object *live, unsigned long nr);
	void (*sizes)(struct tree_percpu_sizes *s);
	unsigned int (*groups)(void);
	void (*group)(unsigned int i, unsigned long *offset, unsigned int *nr_units);
	unsigned int (*units)(unsigned int *cpu_map);
	unsigned long (*base)(void);

	unsigned long (*alloc)(unsigned long size, unsigned long align, bool reserved,
			       unsigned int gfp);
	void (*free)(unsigned long addr);
	unsigned long (*unit_offset)(unsigned int cpu);
	bool (*is_static)(unsigned long addr);
	unsigned long (*to_phys)(unsigned long addr);
	/* The base address of the chunk of an object; the first chunk's with its static region. */
	unsigned long (*chunk_of)(unsigned long addr);
	void (*counts)(unsigned long *chunks, unsigned long *populated, unsigned long *own_pages);
	bool (*chunk_fits)(unsigned long base, bool reserved, unsigned int size, unsigned int align,
			   unsigned int slack);
	/* Is a chunk on a list that no request looks at, with room or without? */
	bool (*is_hidden)(unsigned long base);
};

/* A tree, as generated code describes it (implementation.c.in). */
struct linux_tree {
	const char *name;
	const char *help;
	const struct tree_machine *machine;
	const struct tree_vmap *vmap;
	const struct tree_percpu *percpu;
	const struct tree_percpu *percpu_km;
	/* Sections: variables with and without initial values, a CPU's variables, locks to make. */
	char *data, *data_end;
	char *bss, *bss_end;
	char *percpu_vars, *percpu_vars_end;
	const struct br_init *inits, *inits_end;
};

/* All trees of this build, ended by NULL. */
extern const struct linux_tree *const linux_trees[];

#endif
