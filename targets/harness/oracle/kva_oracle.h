/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_oracle.h - is the answer to a request for addresses the right one?
 */
#ifndef MM_HARNESS_KVA_ORACLE_H
#define MM_HARNESS_KVA_ORACLE_H

#include "kva_model.h"

/* Ranges that are not free from which on only some requests are checked. */
#define KVA_MANY 256

/**
 * kva_oracle_applies() - is the answer to this request to be checked?
 *
 * Only a call that began alone can be. With KVA_MANY ranges that are not free, as in the replay of
 * a recording, a snapshot costs more than all else: then one operation in sixteen is checked.
 */
bool kva_oracle_applies(const struct world *w, const struct op_call *c,
			const struct vmap_instance *v);

/**
 * kva_oracle_expect() - before a call that is to be checked: a right answer
 *
 * Takes a snapshot, which must not be overwritten before kva_oracle_check(). Return: the address,
 * or 0 if nothing fits without a purge.
 */
u64 kva_oracle_expect(struct world *w, const struct vmap_instance *v, const struct kva_request *r);

/**
 * kva_oracle_check() - check the answer to a request
 * @c:        the call, for which kva_oracle_applies() was true
 * @err:      what it was refused with, or 0
 * @addr:     where it was served, if it was
 * @expected: what kva_oracle_expect() returned before it
 *
 * If nothing fitted, the call has purged, and the ranges that are in use when it returns were so
 * when it searched again. ORACLE_SPURIOUS (refused, and it fits), ORACLE_OVERLAP (served where it
 * was not free), ORACLE_ALIGNMENT, ORACLE_RANGE (it fits at a lower address; where ranges are
 * cached: served elsewhere), ORACLE_LEAK_AREA (refused, and a range is still cached).
 */
void kva_oracle_check(struct world *w, const struct op_call *c, const struct vmap_instance *v,
		      const struct kva_request *r, int err, u64 addr, u64 expected);

#endif
