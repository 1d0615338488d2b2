/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_functions.h - the functions of percpu.c, for the back end of each tree.
 */
#ifndef MM_LINUX_PERCPU_FUNCTIONS_H
#define MM_LINUX_PERCPU_FUNCTIONS_H

#include "world/percpu_backend.h"

/* The kernel's static region is never empty. */
#define LINUX_MIN_STATIC 4

int linux_percpu_create(struct percpu_instance *v, struct machine *m,
			const struct percpu_params *p);
void linux_percpu_destroy(void *ctx);
void linux_percpu_verify(void *ctx, bool quiet);
void linux_percpu_account(void *ctx, struct percpu_account *a);
void linux_percpu_print_layout(void *ctx, FILE *f);
u64 linux_percpu_alloc(void *ctx, u32 size, u32 align, gfp_t gfp);
u64 linux_percpu_alloc_reserved(void *ctx, u32 size, u32 align);
enum percpu_freed linux_percpu_free(void *ctx, u64 addr);
u64 linux_percpu_ptr(void *ctx, u64 addr, unsigned int cpu);
bool linux_percpu_is_static(void *ctx, u64 addr);
u64 linux_percpu_to_phys(void *ctx, u64 addr);
int linux_percpu_place(void *ctx, u64 addr, u32 *chunk, u32 *off);
bool linux_percpu_fits(void *ctx, u32 below, u32 size, u32 align, u32 slack);
bool linux_percpu_reserved_fits(void *ctx, u32 size, u32 align, u32 slack);
size_t linux_percpu_ctx_size(void);

#define LINUX_PERCPU_FUNCTIONS                                                                     \
	.create = linux_percpu_create, .destroy = linux_percpu_destroy,                            \
	.verify = linux_percpu_verify, .account = linux_percpu_account,                            \
	.print_layout = linux_percpu_print_layout, .alloc = linux_percpu_alloc,                    \
	.alloc_reserved = linux_percpu_alloc_reserved, .free = linux_percpu_free,                  \
	.ptr = linux_percpu_ptr, .is_static = linux_percpu_is_static,                              \
	.to_phys = linux_percpu_to_phys, .place = linux_percpu_place, .fits = linux_percpu_fits,   \
	.reserved_fits = linux_percpu_reserved_fits

#endif
