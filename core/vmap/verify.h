/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.h - what the parts of vmap_verify() share; verify.c says what a verifier may do.
 */
#ifndef MM_VMAP_VERIFY_H
#define MM_VMAP_VERIFY_H

#include "internal.h"

/**
 * struct tally - areas that were met, for the check that they are a partition of the space (V9)
 * @sum:   over all of them, h(va_end) - h(va_start), with h a mixing function. See verify_lazy.c
 * @pages: pages in them
 * @areas: how many
 */
struct tally {
	u64 sum;
	u64 pages;
	u64 areas;
};

/* verify_trees.c */
void verify_range(const struct vmap_space *vs, const struct vmap_area *va, enum oracle oracle,
		  const char *what);
void tally_area(struct tally *t, const struct vmap_area *va);
void tally_add(struct tally *t, const struct tally *more);
void tally_free_areas(const struct vmap_space *vs, const struct free_areas *fa, struct tally *t);
void tally_busy_areas(const struct vmap_space *vs, const struct busy_areas *ba, struct tally *t);
const struct vmap_area *tree_min(const struct vmap_area *root);
const struct vmap_area *tree_next(const struct vmap_area *va);

/* verify_lazy.c, verify_eager.c */
void verify_lazy_space(const struct vmap_space *vs, bool quiet);
bool lazy_in_use(const struct vmap_space *vs, u64 addr, const struct vmap_area *va);
const struct vmap_area *lazy_busy_next(const struct vmap_space *vs, const struct vmap_area *va);
void for_each_purge_list(const struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			 void *arg);
void verify_eager_space(const struct vmap_space *vs, bool quiet);
const struct vmap_area *eager_busy_next(const struct vmap_space *vs, const struct vmap_area *va);

#endif
