/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.h - the words of the kernel, bound to core/sched and core/machine.
 *
 * The compiler reads this file before each file of a tree (-include). The tree's own headers are
 * used where they need no machine (headers.cmake lists them); every other header that a file names
 * is an empty stub, and what it would declare is declared here. One file a subject.
 *
 * No test of a version number stands here: what differs between trees is probed in their sources
 * (probe.cmake), and a word that a tree does not use does no harm.
 */
#ifndef MM_LINUX_WORDS_H
#define MM_LINUX_WORDS_H

#include "config.h"

#include "compiler.h"
#include "bridge_words.h"
#include "report.h"
#include "atomic.h"
#include "library.h"
#include "locks.h"
#include "rcu.h"
#include "cpus.h"
#include "memory.h"
#include "pgtable.h"
#include "boot.h"
#include "misc.h"

#endif
