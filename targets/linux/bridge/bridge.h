/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge.h - the kernel's side of a run, seen from ours.
 *
 * The kernel keeps its state in variables of its own, so there is one bridge in a process, and a
 * world has at most one space of a tree. bridge_attach() gives it the machine of the world.
 *
 * Addresses. The kernel follows pointers into its vmalloc space, so that space lies in a window of
 * our own address space (window.c), as far from the machine's addresses as `shift` says: a multiple
 * of any alignment. The direct map is where the machine has it; no kernel code follows a pointer
 * there.
 */
#ifndef MM_LINUX_BRIDGE_H
#define MM_LINUX_BRIDGE_H

#include "machine/machine.h"
#include "machine/meta.h"
#include "machine/page.h"
#include "machine/pgtable.h"
#include "../words/bridge_words.h"
#include "../tree.h"
#include "world/percpu_backend.h"

/**
 * struct bridge - what the words of the kernel act on
 * @m:        the machine of the run
 * @shift:    an address of the window less the machine's address of the same byte
 * @provider: boot memory for a first chunk; NULL: page frames
 * @atomic_callers: tasks in a function that the kernel calls in no atomic context, and that does
 *            not sleep except for cond_resched()
 * @notice, @arg: receives the warnings of the kernel
 */
struct bridge {
	struct machine *m;
	u64 shift;
	const struct percpu_provider *provider;
	u32 atomic_callers;
	void (*notice)(void *arg, const char *text);
	void *arg;
};

extern struct bridge bridge;

/** bridge_attach() - begin a run on a machine; @size bytes of its KVA become the window */
void bridge_attach(struct machine *m, u64 start, u64 size);

/** tree_boot() - make the variables of a tree as they were when it was linked, and boot its CPUs */
void tree_boot(const struct linux_tree *t, struct machine *m);

/** window_attach() - window.c: the pages of the last run are gone. @start, @size: of the KVA */
void window_attach(u64 start, u64 size);

/** window_forget() - the page at @addr, a kernel's address, is unmapped */
void window_forget(unsigned long addr);

/** window_has() - has the kernel touched this page of the window since it was mapped? */
bool window_has(unsigned long addr);

/** window_lock(), window_unlock() - between these, pages of the window stay where they are */
void window_lock(void);
void window_unlock(void);

/** entries_attach() - entries.c: no entry is set. @start, @size: the window */
void entries_attach(unsigned long start, u64 size);

/** entries_adopt() - @size bytes from @addr on: what the harness has mapped there itself */
void entries_adopt(unsigned long addr, u64 size);

/** entries_are_upper() - is @p in the array of entries above the lowest level? */
bool entries_are_upper(const void *p);

/** races_attach() - races.c: judge the races of this run by the kernel's rule */
void races_attach(void);

/* Between these two, ThreadSanitizer sees no access of the task (data_race()). */
void br_race_begin(void);
void br_race_end(void);

/** boot_memory_attach(), boot_memory_release() - memory.c: no boot memory; give all of it back */
void boot_memory_attach(void);
void boot_memory_release(void);

/** is_boot_memory() - is @p from br_boot_alloc()? */
bool is_boot_memory(const void *p);

/* Is an address of the kernel in the window? */
static inline bool in_window(unsigned long addr)
{
	return addr - br.kva_start < br.kva_end - br.kva_start;
}

/* From the machine's addresses to the kernel's and back; those of the direct map are the same. */
static inline unsigned long to_kernel(u64 addr)
{
	return (unsigned long)(addr + bridge.shift);
}

static inline u64 to_machine(unsigned long addr)
{
	return in_window(addr) ? addr - bridge.shift : addr;
}

/* An address of the machine that may be one of the direct map. */
static inline unsigned long to_window(u64 addr)
{
	const unsigned long at = to_kernel(addr);

	return in_window(at) ? at : addr;
}

/* The end of a range may be the end of the window. */
static inline u64 end_to_machine(unsigned long addr)
{
	return addr - bridge.shift;
}

static inline unsigned int to_bridge_gfp(gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM ? BR_GFP_WAIT : 0) |
	       (gfp & __GFP_ZERO ? BR_GFP_ZERO : 0) | (gfp & __GFP_THISNODE ? BR_GFP_THISNODE : 0);
}

static inline gfp_t from_bridge_gfp(unsigned int gfp)
{
	return (gfp & BR_GFP_WAIT ? __GFP_DIRECT_RECLAIM : 0) |
	       (gfp & BR_GFP_ZERO ? __GFP_ZERO : 0) | (gfp & BR_GFP_THISNODE ? __GFP_THISNODE : 0);
}

#endif
