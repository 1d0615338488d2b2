/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted.h - defects that are planted in a copy of a tree, to prove its judges.
 *
 * All patches of planted/ are applied to one copy, so that it is built once. Each asks planted()
 * for its name, and one at most is switched on: that of the environment variable MMSTORM_PLANTED.
 * The compiler reads this file before the files of that copy.
 */
#ifndef MM_LINUX_PLANTED_H
#define MM_LINUX_PLANTED_H

#define PLANTED_DEFECTS(X)                                                                         \
	X(PERCPU_BLOCK_HINT, "percpu-block-hint")                                                  \
	X(PERCPU_LEFT_FREE, "percpu-left-free")                                                    \
	X(PERCPU_SCAN_HINT, "percpu-scan-hint")                                                    \
	X(PERCPU_CHUNK_HINT, "percpu-chunk-hint")                                                  \
	X(PERCPU_BOUND, "percpu-bound")                                                            \
	X(PERCPU_FREE_BYTES, "percpu-free-bytes")                                                  \
	X(PERCPU_ALLOC_MAP, "percpu-alloc-map")                                                    \
	X(PERCPU_SLOT, "percpu-slot")                                                              \
	X(PERCPU_EMPTY_PAGES, "percpu-empty-pages")                                                \
	X(PERCPU_POPULATED, "percpu-populated")                                                    \
	X(VMALLOC_AUGMENT, "vmalloc-augment")                                                      \
	X(VMALLOC_MERGE, "vmalloc-merge")                                                          \
	X(VMALLOC_LAZY_COUNT, "vmalloc-lazy-count")                                                \
	X(VMALLOC_POOL_LEN, "vmalloc-pool-len")                                                    \
	X(VMALLOC_POOL_SIZE, "vmalloc-pool-size")                                                  \
	X(VMALLOC_LOST, "vmalloc-lost")                                                            \
	X(VMALLOC_USED_MAP, "vmalloc-used-map")                                                    \
	X(VMALLOC_FULL_BLOCK, "vmalloc-full-block")                                                \
	X(VMALLOC_BUSY_NODE, "vmalloc-busy-node")                                                  \
	X(VMALLOC_ALIASES, "vmalloc-aliases")                                                      \
	X(VMALLOC_RACE, "vmalloc-race")                                                            \
	X(VMALLOC_UNLINK, "vmalloc-unlink")

enum planted {
	PLANTED_NONE,
#define X(id, name) PLANTED_##id,
	PLANTED_DEFECTS(X)
#undef X
};

extern enum planted mm_planted;

#define planted(id) (mm_planted == PLANTED_##id)

#endif
