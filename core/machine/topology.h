/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topology.h - the shape of a machine: CPUs, nodes, distances, and the page frames of each node.
 */
#ifndef MM_MACHINE_TOPOLOGY_H
#define MM_MACHINE_TOPOLOGY_H

#include "../sched/types.h"

#define TOPOLOGY_MAX_CPUS 1024
#define TOPOLOGY_MAX_NODES 64
#define TOPOLOGY_MAX_RANGES 128
#define NUMA_NO_NODE (-1)

#define LOCAL_DISTANCE 10
#define REMOTE_DISTANCE 20

/**
 * struct node_range - page frames of one node
 * @start: first page frame number
 * @nr:    number of frames, at least 1
 * @nid:   node
 */
struct node_range {
	u64 start;
	u64 nr;
	unsigned int nid;
};

/**
 * struct topology - the shape of a machine
 * @nr_cpu_ids: possible CPUs are below this number
 * @nr_nodes:   nodes are below this number
 * @nr_ranges:  entries of @range
 * @possible:   CPUs that can exist: CPU c is bit c % 64 of word c / 64
 * @online:     CPUs that run; a subset of @possible
 * @cpu_node:   node of each CPU
 * @distance:   LOCAL_DISTANCE on the diagonal, larger elsewhere
 * @range:      in ascending order, without overlap; a node may have several
 */
struct topology {
	unsigned int nr_cpu_ids;
	unsigned int nr_nodes;
	unsigned int nr_ranges;
	u64 possible[TOPOLOGY_MAX_CPUS / 64];
	u64 online[TOPOLOGY_MAX_CPUS / 64];
	u8 cpu_node[TOPOLOGY_MAX_CPUS];
	u8 distance[TOPOLOGY_MAX_NODES][TOPOLOGY_MAX_NODES];
	struct node_range range[TOPOLOGY_MAX_RANGES];
};

/**
 * topology_init() - a plain machine: CPUs and frames spread evenly over the nodes
 * @t:     filled in
 * @cpus:  possible and online CPUs, 1 to TOPOLOGY_MAX_CPUS
 * @nodes: 1 to TOPOLOGY_MAX_NODES
 * @pages: page frames of all nodes together, at least one for each node
 *
 * CPU c is on node c * nodes / cpus; each node has one range. Entries beyond the counts of @t keep
 * their contents.
 */
void topology_init(struct topology *t, unsigned int cpus, unsigned int nodes, u64 pages);

/**
 * topology_check() - is a topology consistent?
 * @t:   the topology
 * @why: receives the first fault as a clause; never NULL
 *
 * Return: 0 or -EINVAL.
 */
int topology_check(const struct topology *t, const char **why);

/** topology_same() - are two topologies equal, as far as their counts go? */
bool topology_same(const struct topology *a, const struct topology *b);

/** cpu_possible(), cpu_online() - is CPU @cpu in the mask? */
bool cpu_possible(const struct topology *t, unsigned int cpu);
bool cpu_online(const struct topology *t, unsigned int cpu);

/** cpu_next_possible() - lowest possible CPU that is not below @cpu, or nr_cpu_ids */
unsigned int cpu_next_possible(const struct topology *t, unsigned int cpu);

#define for_each_possible_cpu(cpu, t)                                                              \
	for ((cpu) = cpu_next_possible((t), 0); (cpu) < (t)->nr_cpu_ids;                           \
	     (cpu) = cpu_next_possible((t), (cpu) + 1))

/** num_possible() - number of possible CPUs */
unsigned int num_possible(const struct topology *t);

/** num_online() - number of online CPUs */
unsigned int num_online(const struct topology *t);

/** cpu_to_node() - node of a CPU */
unsigned int cpu_to_node(const struct topology *t, unsigned int cpu);

#endif
