/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topology_of.h - the shape of the machine that a program describes.
 *
 * A program gives the numbers of CPUs, nodes and page frames, and seeds from which the rest is
 * drawn. The same seed always gives the same machine:
 *
 *   sparse   which CPUs are possible, of those below `cpus`; CPU 0, which boots, always is
 *   shuffle  the order of the nodes' memory, in one or two pieces a node; the CPUs of each node,
 *            so that nodes have many, one or none; the distances of nodes
 *   gap      unused page frame numbers between the memory of two nodes
 *   taken    which memory is reserved at boot, where there is boot memory
 *
 * With all of them 0 it is the plain machine of topology_init().
 */
#ifndef MM_HARNESS_TOPOLOGY_OF_H
#define MM_HARNESS_TOPOLOGY_OF_H

#include "machine/topology.h"
#include "program/program.h"

/**
 * program_topology() - draw it
 * @m: well formed (repair.h)
 * @t: filled in; topology_check() finds nothing wrong with it, and every possible CPU is online
 */
void program_topology(const struct program_machine *m, struct topology *t);

/* Pieces of memory that are taken at boot, and pages of all of them, at most. */
#define TAKEN_MAX 4
#define TAKEN_PAGES 8

/**
 * struct taken - memory that is in use before the allocators are, such as the kernel's image
 * @start: first byte, physical
 * @size:  bytes
 */
struct taken {
	u64 start, size;
};

/**
 * program_taken() - draw what is reserved first
 * @m:     well formed
 * @t:     its topology
 * @taken: filled in; pieces may begin and end anywhere in a page, and overlap
 *
 * Return: how many, from 1. They lie in at most TAKEN_PAGES pages.
 */
u32 program_taken(const struct program_machine *m, const struct topology *t,
		  struct taken taken[TAKEN_MAX]);

/** program_possible() - the possible CPUs, bit c for CPU c */
u64 program_possible(const struct program_machine *m);

/**
 * possible_cpu() - map any CPU to a possible one
 * @possible: from program_possible()
 * @cpu:      below the number of CPUs
 *
 * Return: @cpu, or the next possible one; the first one follows the last.
 */
static inline unsigned int possible_cpu(u64 possible, unsigned int cpu)
{
	u64 rest = possible >> cpu;

	return rest ? cpu + (unsigned int)__builtin_ctzll(rest)
		    : (unsigned int)__builtin_ctzll(possible);
}

#endif
