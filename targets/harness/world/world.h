/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.h - the world of one run: machine, allocators, and the objects of the program.
 *
 * Shared by the executor (exec.c) and by the functions that carry operations out
 * (ops_*.c). A world lives from the boot of a program to its end; its memory is kept for
 * the next program.
 *
 * An object is known by the record that makes it. The table `object` has an entry a
 * record, so what the harness remembers of an object does not depend on the schedule.
 */
#ifndef MM_HARNESS_WORLD_H
#define MM_HARNESS_WORLD_H

#include <stdio.h>

#include "boot_world.h"
#include "exec/exec.h"
#include "machine/machine.h"
#include "machine/page.h"
#include "percpu/percpu.h"
#include "program/program.h"
#include "exec/run_events.h"
#include "vmap/vmap.h"

enum object_state {
	OBJECT_UNBORN, /* its record has not been carried out */
	OBJECT_LIVE,
	OBJECT_FAILED, /* the allocator refused it: operations that use it are skipped */
	OBJECT_DEAD,
};

/* Vmap spaces of a world: three in the target vmap_trio. */
#define WORLD_VMAP 3

/* Per-CPU allocators of a world: two in the target percpu_pair. */
#define WORLD_PCPU 2

/* An object has an address in each of them. */
#define OBJECT_PLACES WORLD_VMAP
_Static_assert(WORLD_PCPU <= OBJECT_PLACES && WORLD_VMAP <= AREAS_MAX, "places of an object");

/**
 * struct object - what the harness knows of an object
 * @state:   enum object_state
 * @type:    enum object_type
 * @shared:  another task than its maker's uses it: @made is waited for
 * @used:    there is an operation that uses it before the one that consumes it
 * @cpu:     the operation that makes it began there
 * @users:   operations that use it, stand before the one that consumes it, and are not done
 * @addr:    address, as the allocator returned it; of several per-CPU allocators, vmap spaces or
 *           allocators of boot memory, the first one
 * @addrs:   in each of them; 0 where there is none
 * @reserved: OBJECT_PERCPU: asked for in the reserved region
 * @size:    bytes, as asked for
 * @align:   bytes, as asked for
 * @bytes:   OBJECT_VMALLOC: as asked for; @size is then that of its area with the guard page, as
 *           it is of OBJECT_VMAP and OBJECT_VM_AREA
 * @user:    OBJECT_VMALLOC, OBJECT_VMAP: may be mapped to users; OBJECT_VM_AREA: device memory
 * @first:   mappings: index in world.pool of the first frame; the others follow, cyclically
 * @area:    OBJECT_AREA: its area; of several spaces, @areas[k] is that in space k
 * @areas:   OBJECT_AREAS: its areas, @nr_areas of them; @addr is their base, @size their sum
 * @mapped:  OBJECT_AREA, OBJECT_AREAS, OBJECT_VM_AREA: frames are mapped behind it
 * @lock:    users of a shared object exclude each other, as those of any shared memory do
 * @made:    done when the record that makes it is
 * @idle:    done when @users is 0; waited for only if @shared and there were users
 */
struct object {
	u8 state;
	u8 type;
	bool shared;
	bool used;
	bool mapped;
	u8 cpu;
	u32 users;
	u32 first;
	bool reserved;
	bool user;
	union {
		u64 addr;
		u64 addrs[OBJECT_PLACES];
	};
	u64 size;
	u64 align;
	u64 bytes;
	union {
		struct vmap_area *area;
		struct vmap_area *areas[AREAS_MAX];
	};
	u32 nr_areas;
	spinlock_t lock;
	struct completion made;
	struct completion idle;
};

/*
 * Frames that mappings are made of: allocated when first used and used again in turn, so
 * that the same frame is mapped at several addresses, and a request for 64 pages costs
 * 64 page-table entries and not 64 page allocations. Each object owns one word in every
 * frame, number WORLD_SLOT(record): what it writes through its mapping is read back through
 * the frame, and no other object writes there.
 */
#define WORLD_POOL 32
#define WORLD_SLOTS (PAGE_SIZE / sizeof(u64))

/**
 * struct kva_range - a range of addresses that is not free, or free and in no heap
 * @lazy:       until the next purge
 * @kept:       it is free, and kept ready
 * @has_object: an object lies in it (kva_checker.c)
 * @owner:      @kept: of which CPU, or node
 */
struct kva_range {
	u64 start, end;
	bool lazy, kept, has_object;
	u32 owner;
};

/**
 * struct kva_checker - what was known of a space when its accounts were last compared
 * @areas:  in use when the program began
 * @lazy:   pages
 * @purges: of the space
 * @blocks: vmap blocks
 * @freed:  pages of areas given back since then
 * @small:  mappings asked for since then that a block may have been made for
 */
struct kva_checker {
	u64 areas;
	u64 lazy, purges, blocks;
	u64 freed, small;
};

/* Parts that a world may be made of. */
#define MAX_SUBSYSTEMS 9

struct subsystem;

/**
 * struct bad_free - the last address that a per-CPU allocator refused to free
 * @why:    its reason
 * @addr:   the address
 * @ticket: operation that freed it
 */
struct bad_free {
	enum pcpu_bad_free why;
	u64 addr;
	u64 ticket;
};

/**
 * struct world - one run
 * @program:   what is run
 * @options:   how
 * @machine:   booted first, and taken down last
 * @subsystem: what it is made of, in order, as far as it was booted: subsystems.h
 * @nr_subsystems: entries in @subsystem
 * @has_after_op: one of these has an after_op()
 * @boot:      boot memory, if the machine has any
 * @vmap:      NULL if the plan made its boot fail; of several, the first
 * @space:     each of them, see vmap_world.h; behind the last NULL
 * @nr_spaces: how many of these there are to be used
 * @pcpu:      likewise, @nr_pcpu of them
 * @bad_free:  read by the task that freed, at once
 * @static_data: what the static regions of first chunks begin with; kept from run to run
 * @possible:  the possible CPUs
 * @object:    an entry a record
 * @live:      records of live objects, in no order; @live_at[record] is the place there
 * @nr_live:   entries in @live
 * @pool:      frames for mappings, made when first used
 * @pool_next: where the next mapping begins in @pool
 * @range:     what was not free before the operation that is judged, in order of address; only one
 *             that began alone writes here, and there is no second one until it ends
 * @noted:     the space that @range tells of
 * @noted_on:  the CPU that it was noted on
 * @noted_ticket: the last one taken when @range told of all, and nothing was under way; or 0
 * @nr_ranges, @max_ranges: entries, and room for so many
 * @mapped:    mappings of each page frame, for frame_checker.c; kept from run to run
 * @books:     accounts of the space, see kva_checker.h
 * @bootmem:   allocators of boot memory; made when first used, see bootmem_world.h
 * @deferred_frees: of vmalloc memory, in atomic context: done by a worker, sometime
 * @deferred_bytes: of their areas
 * @since_verify: operations since the last verification
 * @events:    see run_events.h
 * @done, @skipped, @failed, @boot_error, @notice: see struct exec_result
 */
struct world {
	const struct program *program;
	const struct exec_options *options;
	struct machine *machine;
	const struct subsystem *subsystem[MAX_SUBSYSTEMS];
	u32 nr_subsystems;
	bool has_after_op;
	struct boot_world boot;
	union {
		struct vmap_space *vmap;
		struct vmap_space *space[WORLD_VMAP];
	};
	u32 nr_spaces;
	struct pcpu *pcpu[WORLD_PCPU];
	u32 nr_pcpu;
	struct bad_free bad_free;
	u8 *static_data;
	u64 possible;
	struct object *object;
	u32 *live;
	u32 *live_at;
	u32 nr_live;
	u32 max_ops;
	struct page *pool[WORLD_POOL];
	u32 pool_next;
	struct kva_range *range;
	struct vmap_space *noted;
	u32 noted_on;
	u64 noted_ticket;
	u32 nr_ranges, max_ranges;
	struct kva_checker books;
	struct bootmem_world *bootmem;
	u8 *mapped;
	u32 deferred_frees;
	u64 deferred_bytes;
	u32 since_verify;
	struct run_events events;
	u64 done, skipped, failed;
	int boot_error;
	char notice[96];
};

/**
 * struct op_call - one operation as it is carried out
 * @record: its number in the program
 * @op:     its record
 * @object: the object that it uses, live; or the one that it makes, unborn; or NULL
 * @gfp:    GFP_ATOMIC in an interrupt or if the program asks for it
 * @failures: requests failed by plan before it began
 * @ticket: its task_ticket() and, once op_ran_alone() was asked, the last one taken; 0: it is
 *          disturbed
 * @began:  its first ticket
 * @cpu:    that it began on
 * @alone:  nothing else was under way when it began; op_ran_alone() tells if nothing began
 *          since
 */
struct op_call {
	u32 record;
	const struct program_op *op;
	struct object *object;
	gfp_t gfp;
	u64 failures;
	u64 *ticket;
	u64 began;
	u32 cpu;
	bool alone;
};

/** world_notice() - what an allocator has to say, for its configuration; @arg: the world */
void world_notice(void *arg, const char *text);

/**
 * op_still_alone() - has no operation, work item or callback begun since the caller's last look?
 * @record: the operation that the caller is in
 * @ticket: the last one it took; receives a new one, or 0: somebody has begun
 *
 * It takes a ticket to see if any was given out in between.
 */
bool op_still_alone(u32 record, u64 *ticket);

/**
 * quiescence_lost() - the opposite, of who may be in no operation
 * @record: the operation that the caller is in, or negative
 * @ticket: task_ticket() at its last look
 */
bool quiescence_lost(s32 record, u64 ticket);

/**
 * op_ran_alone() - alone from its beginning until now, and no request failed by plan
 *
 * Only then does a refusal need a reason that a naive model can see. Work items and callbacks
 * count as company. To be asked behind the model: while that looked, somebody may have begun.
 */
bool op_ran_alone(const struct world *w, const struct op_call *c);

/**
 * object_track() - an allocator returned an object: judge it and enter it in the books
 * @w:    the world
 * @c:    the call; @c->object has size and align set
 * @addr: where it is
 *
 * ORACLE_OVERLAP, ORACLE_ALIGNMENT.
 */
void object_track(struct world *w, const struct op_call *c, u64 addr);

/**
 * object_track_in() - object_track() of an object that @nr allocators have returned
 * @addr: where it is in each of them
 */
void object_track_in(struct world *w, const struct op_call *c, const u64 *addr, u32 nr);

/** object_refused() - an allocator returned none; the operation says beforehand if it may */
void object_refused(struct world *w, const struct op_call *c);

/**
 * object_lock(), object_unlock() - around the accesses of an operation that only uses an object
 *
 * Two tasks that write to one object at a time would race with each other, whatever the
 * allocator does. Nothing is locked where no other task uses it.
 */
unsigned long object_lock(struct object *o);
void object_unlock(struct object *o, unsigned long flags);

/** object_untrack() - strike it from the books, before the allocator is given it back */
void object_untrack(struct world *w, struct object *o);

/**
 * world_kva_fits() - naive search: is there a free range in a space for an area?
 * @vs:    the space
 * @size:  bytes
 * @align: bytes; large alignments are only counted as fitting where size + align does
 */
bool world_kva_fits(struct vmap_space *vs, u64 size, u64 align);

/**
 * free_percpu_object() and its sisters - check an object and give it back
 * @o: live, of that type
 */
void free_percpu_object(struct world *w, struct object *o);
void free_ram_object(struct world *w, struct object *o);
void free_area_object(struct world *w, struct object *o);
void free_areas_object(struct world *w, struct object *o);
void free_vmalloc_object(struct world *w, struct object *o);
void free_vmap_object(struct world *w, struct object *o);
void free_vm_area_object(struct world *w, struct object *o);

/** object_free_all() - at the end of a program: give back what is live, in order of record */
void object_free_all(struct world *w);

#endif
