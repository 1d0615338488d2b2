/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * node_model.h - which node must have free page frames?
 */
#ifndef MM_HARNESS_NODE_MODEL_H
#define MM_HARNESS_NODE_MODEL_H

#include "exec/run.h"
#include "machine/page.h"

/**
 * node_surely_free() - frames that a node has free, whichever frames are in use
 * @node: the node
 * @free: free frames of the machine
 *
 * All free frames but those that other nodes have in all.
 */
static inline u64 node_surely_free(const struct world *w, int node, u64 free)
{
	const struct topology *t = machine_topology(w->machine);
	u64 others = 0;

	for (u32 i = 0; i < t->nr_ranges; i++)
		if ((int)t->range[i].nid != node)
			others += t->range[i].nr;
	return free - min(others, free);
}

#endif
