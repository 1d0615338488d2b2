/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_bootmem.h - shared parts of the operations of boot memory.
 *
 * The right answer does not depend on the call that makes a request: the model knows requests,
 * ranges and pages.
 */
#ifndef MM_HARNESS_OPS_BOOTMEM_H
#define MM_HARNESS_OPS_BOOTMEM_H

#include "exec/run.h"
#include "oracle/bootmem_checker.h"
#include "ops.h"

/** bootmem_op_alloc() - make the object of @c by request @r, of each allocator, and judge it */
void bootmem_op_alloc(struct world *w, const struct op_call *c, const struct bootmem_request *r,
		      const struct bootmem_calls *calls);

/** bootmem_op_reserve() - make the object of the memory at a place, by the first two numbers of @c
 */
void bootmem_op_reserve(struct world *w, const struct op_call *c, enum boot_reserve how,
			const struct bootmem_calls *calls);

/** bootmem_op_free() - free the object of @c */
void bootmem_op_free(struct world *w, const struct op_call *c, const struct bootmem_calls *calls);

#endif
