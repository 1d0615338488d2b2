/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame_checker.h - does each page frame have exactly one owner, and does that owner know?
 *
 * Used in the target boot. The checker looks for each frame in four places: boot memory and what is
 * reserved of it, the page allocator, the page table with its tables, and the numbers of each
 * allocator. The other targets that have boot memory compare sums, at the hand-over and at the end.
 */
#ifndef MM_HARNESS_FRAME_CHECKER_H
#define MM_HARNESS_FRAME_CHECKER_H

#include "exec/subsystems.h"

/*
 * Compares at each verification at which nothing is in flight.
 *
 * See boot_world_verify(). Besides, of each frame:
 *
 *   boot memory  it is of the first chunk, or was taken before there was one; ORACLE_LEAK_PAGE
 *   free         nothing is mapped there; ORACLE_PAGE_FREE
 *   in use       its owner is an allocator of this world, with one reference, and has mapped it as
 *                often as such frames are: once those of chunks and of vmalloc();
 *                ORACLE_LEAK_PAGE if never, ORACLE_OVERLAP if too often
 *   page table   what a walk over all tables finds is in use by the page table and mapped nowhere,
 *                ORACLE_PAGE_FREE, ORACLE_OVERLAP; and nothing else is, ORACLE_LEAK_PAGE
 *
 * And each owner has as many frames as its statistics report: ORACLE_COUNT.
 */
extern struct subsystem frame_checker;

#endif
