/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object.h - the objects of a run, and which of them are live.
 *
 * The record that makes an object identifies it. The table has an entry for each record, so the
 * state of an object does not depend on the schedule.
 *
 * While tasks run at once there is no list of live objects, and addresses are compared by claims
 * (claims.h). The list is gathered when they have ended.
 */
#ifndef MM_HARNESS_OBJECT_H
#define MM_HARNESS_OBJECT_H

#include "claims.h"
#include "program/program.h"
#include "sched/kernel.h"
#include "world/world.h"

struct op_call;

enum object_state {
	OBJECT_UNBORN, /* its record has not run */
	OBJECT_LIVE,
	OBJECT_FAILED, /* the allocator refused it: operations that use it are skipped */
	OBJECT_DEAD,
};

/* An object has an address in each allocator of its kind. */
#define OBJECT_PLACES WORLD_VMAP
_Static_assert(WORLD_PERCPU <= OBJECT_PLACES && WORLD_VMAP <= AREAS_MAX, "places of an object");

/**
 * struct object - an object of a run
 * @state:   enum object_state
 * @type:    enum object_type
 * @shared:  a task other than its maker's uses it, and waits for @made
 * @used:    there is an operation that uses it before the one that consumes it
 * @cpu:     the operation that makes it began there
 * @users:   operations that use it, stand before the one that consumes it, and are not done
 * @id:      what its contents are derived from: the number of its record. Where records are used
 *           again, another number for each object
 * @made_by: its record
 * @addr:    address, as the allocator returned it; of several per-CPU allocators, vmap spaces or
 *           allocators of boot memory, the first one
 * @addrs:   in each of them; 0 where there is none
 * @reserved: OBJECT_PERCPU: asked for in the reserved region
 * @size:    bytes, as asked for
 * @align:   bytes, as asked for
 * @bytes:   OBJECT_VMALLOC: as asked for; @size is then that of its area with the guard page, as
 *           it is of OBJECT_VMAP and OBJECT_VM_AREA
 * @user:    OBJECT_VMALLOC, OBJECT_VMAP: may be mapped to users; OBJECT_VM_AREA: device memory
 * @first:   mappings: number in the frame pool of the first frame; the others follow
 * @area:    OBJECT_AREA: its area; of several spaces, @areas[k] is that in space k
 * @areas:   OBJECT_AREAS: its areas, @nr_areas of them; @addr is their base, @size their sum
 * @mapped:  OBJECT_AREA, OBJECT_AREAS, OBJECT_VM_AREA: frames are mapped in it
 * @lock:    excludes the users of a shared object from each other, as any shared memory needs
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
	u64 id;
	const struct program_op *made_by;
	union {
		u64 addr;
		u64 addrs[OBJECT_PLACES];
	};
	u64 size;
	u64 align;
	u64 bytes;
	union {
		struct vmap_handle *area;
		struct vmap_handle *areas[AREAS_MAX];
	};
	u32 nr_areas;
	spinlock_t lock;
	struct completion made;
	struct completion idle;
};

/** percpu_object_addr(), vmap_object_addr() - an object's address in allocator or space @k */
static inline u64 percpu_object_addr(const struct object *o, u32 k)
{
	return o->addrs[k];
}

static inline u64 vmap_object_addr(const struct object *o, u32 k)
{
	return o->addrs[k];
}

/**
 * struct objects - the objects of a run; the memory is reused from run to run
 * @object:  an entry a record
 * @nr:      records of the program
 * @claims:  used in place of @live while tasks run at once
 * @live:    records of live objects, in no order; @live_at[record] is the place there
 * @nr_live: entries in @live
 * @max:     records that there is room for
 */
struct objects {
	struct object *object;
	u32 *live;
	u32 *live_at;
	u32 nr_live;
	u32 nr;
	u32 max;
	struct claims claims;
};

/** objects_reserve() - make room for @nr records. Return: false without memory */
bool objects_reserve(struct objects *os, u32 nr);

/** objects_prepare() - before a run of @p: no object is live; find the shared ones */
void objects_prepare(struct objects *os, const struct program *p);

/**
 * objects_begin_at_once() - from here on tasks run at once, and objects are claimed, not listed
 *
 * Return: 0 or -ENOMEM.
 */
int objects_begin_at_once(struct world *w);

/** objects_end_at_once() - one task is left: list the live objects, in order of record */
void objects_end_at_once(struct world *w);

/** object_init() - an object of @op, the record that will make it; it is not live yet */
void object_init(struct object *o, const struct program_op *op, u64 id);

/** object_reset() - object_init() of one that is initialised and not live, and has no user */
void object_reset(struct object *o, const struct program_op *op, u64 id);

/** objects_free() - free the memory that is reused from run to run */
void objects_free(struct objects *os);

/**
 * object_track() - an allocator returned an object: check it against the live ones and add it
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

/** object_untrack() - remove an object; call it before the allocator gets the object back */
void object_untrack(struct world *w, struct object *o);

/** object_refused() - record that an allocator refused the object; the operation checks the reason
 */
void object_refused(struct world *w, const struct op_call *c);

/**
 * object_lock(), object_unlock() - around the accesses of an operation that only uses an object
 *
 * Two tasks that write to one object at the same time would race with each other, whatever the
 * allocator does. An object that no other task uses is not locked.
 */
unsigned long object_lock(struct object *o);
void object_unlock(struct object *o, unsigned long flags);

/** object_free_all() - at the end of a program: free the live objects, in order of record */
void object_free_all(struct world *w);

#endif
