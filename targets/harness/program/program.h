/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program.h - a fuzz input: a machine, a failure plan, operations by task, a schedule.
 *
 * A program has two forms with nothing lost between them: bytes (bytes.h), for
 * fuzzers, and text (text.h), for people. Both are turned into the structure below,
 * which is always *well formed*: every operand is in its range, every object that an
 * operation names was made by an earlier one and not consumed in between.
 *
 * "Earlier" speaks of the order of the records in the program. At run time each
 * task runs its own operations in that order; an operation waits until
 * the object that it uses has been made, and one that consumes an object waits
 * until all earlier users are done. So no program misuses an allocator, whatever the
 * schedule, and none deadlocks by itself: every wait is for an earlier record.
 */
#ifndef MM_HARNESS_PROGRAM_H
#define MM_HARNESS_PROGRAM_H

#include "event.h"
#include "op.h"
#include "sched/report.h"
#include "sched/schedule.h"

#define PROGRAM_MAX_OPS 65535
#define PROGRAM_MAX_TASKS 12
#define PROGRAM_NO_OBJECT (-1)

/* A change of the schedule speaks of steps from 1 to this one. */
#define PROGRAM_MAX_STEP (1U << 24)

/*
 * The numbers that describe a machine, X(field, text name, kind, unit, lo, hi, default, help).
 * New ones go to the end, where the byte form has room for them (bytes.c).
 */
#define PROGRAM_MACHINE(X)                                                                         \
	X(cpus, "cpus", LOG, NONE, 1, 64, 2, "CPUs")                                               \
	X(nodes, "nodes", LOG, NONE, 1, 64, 1, "nodes; at most a node a CPU")                      \
	X(pages, "pages", LOG, PAGES, 64, 65536, 2048, "page frames in all")                       \
	X(kva, "kva", LOG, SIZE, 256, 1 << 20, 4096, "kernel virtual address space")               \
	X(unit, "unit", LOG, SIZE, 1, 256, 8, "percpu: a CPU's share of a chunk")                  \
	X(stat, "static", LOG, BYTES, 0, 1 << 20, 0, "percpu: static bytes of the first chunk")    \
	X(dyn, "dynamic", LOG, BYTES, 0, 1 << 20, 0, "percpu: dynamic bytes of the first chunk")   \
	X(low, "low", INT, NONE, 0, 16, 1, "percpu: empty populated pages to keep, at least")      \
	X(high, "high", INT, NONE, 0, 32, 4, "percpu: empty populated pages to keep, at most")     \
	X(block, "block", POW2, PAGES, 128, 4096, 128, "vmap: pages of a vmap block")              \
	X(lazy, "lazy", LOG, PAGES, 1, 1 << 18, 256, "vmap: lazily freed pages before a purge")    \
	X(verify, "verify", INT, NONE, 0, 64, 16,                                                  \
	  "verify after so many operations; 0: at the end")                                        \
	X(reserved, "reserved", LOG, BYTES, 0, 1 << 20, 0,                                         \
	  "percpu: reserved bytes of the first chunk")                                             \
	X(first, "percpu_alloc", INT, PERCPU_ALLOC, 0, 2, 0, "percpu: memory of the first chunk")  \
	X(km, "backing", INT, BACKING, 0, 1, 0,                                                    \
	  "percpu: chunks of mapped pages, or of contiguous kernel memory")                        \
	X(atom, "atom", POW2, PAGES, 1, 512, 1,                                                    \
	  "percpu: pages that the first chunk is allocated in multiples of")                       \
	X(sparse, "sparse", INT, NONE, 0, 65535, 0, "draws which CPUs are possible; 0: all")       \
	X(shuffle, "shuffle", INT, NONE, 0, 65535, 0,                                              \
	  "draws the nodes' CPUs, memory, distances; 0: plain")                                    \
	X(gap, "gap", LOG, PAGES, 0, 1 << 24, 0, "page frame numbers left out between two nodes")  \
	X(vmap, "vmap", INT, VMAP, 0, 3, 0,                                                        \
	  "vmap: areas freed lazily, or flushed at each unmap; lazily, with zones or pools. Of "   \
	  "targets named after kinds, these")                                                      \
	X(place, "place", INT, PLACE, 0, 1, 0,                                                     \
	  "vmap: address space where x86-64 has it, or at the top, but for the last page")         \
	X(blocks, "blocks", INT, BLOCKS, 0, 1, 0,                                                  \
	  "vmap: a block has as many pages as `block` says, or as space and CPUs ask for")         \
	X(memory, "memory", INT, MEMORY, 0, 3, 0,                                                  \
	  "memory before the allocators: free page frames, or boot memory; auto: what the "        \
	  "target is about")                                                                       \
	X(taken, "taken", INT, NONE, 0, 65535, 0,                                                  \
	  "boot memory: draws what is reserved first; 0: a small kernel image")                    \
	X(middle, "middle", INT, MIDDLE, 0, 2, 0,                                                  \
	  "bootmem, rootmem: half of the memory lies below that address, and half above")          \
	X(zone, "zone", LOG, PAGES, 0, 1024, 24,                                                   \
	  "vmap=zone: pages that a CPU fetches at once; 0: as many as CPUs ask for; 1: none does") \
	X(pools, "pools", LOG, NONE, 0, 128, 0,                                                    \
	  "vmap=pool: nodes that have pools; 0: as many as possible CPUs")

struct program_machine {
#define X(field, name, kind, unit, lo, hi, def, help) u32 field;
	PROGRAM_MACHINE(X)
#undef X
};

/* The failure plan, likewise; see machine/fail.h. */
#define PROGRAM_FAIL(X)                                                                            \
	X(at0, "at", LOG, NONE, 0, 65535, 0, "number of a request that fails; 0: none")            \
	X(at1, "at2", LOG, NONE, 0, 65535, 0, "another")                                           \
	X(at2, "at3", LOG, NONE, 0, 65535, 0, "another")                                           \
	X(at3, "at4", LOG, NONE, 0, 65535, 0, "another")                                           \
	X(every, "every", LOG, NONE, 0, 65535, 0, "each multiple of it fails; 0: none")            \
	X(classes, "classes", INT, NONE, 0, 7, 7, "1 metadata, 2 page frames, 4 table pages")

struct program_fail {
#define X(field, name, kind, unit, lo, hi, def, help) u32 field;
	PROGRAM_FAIL(X)
#undef X
};

/**
 * struct program_task - a task, or an interrupt source
 * @cpu: CPU that it starts on (its CPU for ever, if a source); below machine.cpus
 * @irq: it is an interrupt source: each of its operations is an interrupt
 */
struct program_task {
	u8 cpu;
	bool irq;
};

/**
 * struct program_op - one operation
 * @op:     index into op_table, of an operation that the target has
 * @task:   index into program.task
 * @object: record number of the operation that made the object it uses, or
 *          PROGRAM_NO_OBJECT
 * @arg:    its numbers, each in its range; unused ones are 0
 */
struct program_op {
	u8 op;
	u8 task;
	s32 object;
	u32 arg[OP_MAX_ARGS];
};

/**
 * struct program - a fuzz input
 * @target:   what it is run against
 * @machine:  its machine
 * @fail:     its failure plan
 * @nr_tasks: from 1
 * @task:     tasks and interrupt sources
 * @nr_ops:   records in @op
 * @max_ops:  records that @op has room for
 * @op:       in order; allocated
 * @schedule: which task runs next; task numbers in it are those of sched.h (program task t
 *            is SCHED_TASK_FIRST + t)
 * @expect:   ORACLE_NONE, or the oracle that a run must end with (kept in text only)
 * @digest:   0, or the digest that a run must have (kept in text only)
 * @shows:    bit enum run_event: what must happen in a run (kept in text only)
 */
struct program {
	u8 target;
	struct program_machine machine;
	struct program_fail fail;
	u32 nr_tasks;
	struct program_task task[PROGRAM_MAX_TASKS];
	u32 nr_ops, max_ops;
	struct program_op *op;
	struct schedule schedule;
	enum oracle expect;
	u64 digest;
	u32 shows;
};

/** program_init() - the empty program of a target: default machine, one task, no operation */
void program_init(struct program *p, enum target_id target);

/** program_fini() - free what it holds; @p can be initialised again */
void program_fini(struct program *p);

/** program_reset() - as program_init(), and keep the memory of @p, initialised before */
void program_reset(struct program *p, enum target_id target);

/** program_copy() - @dst, initialised before, becomes equal to @src. 0 or -ENOMEM */
int program_copy(struct program *dst, const struct program *src);

/** program_add() - append a record that is well formed. 0, -ENOMEM, or -E2BIG */
int program_add(struct program *p, const struct program_op *op);

/** program_reserve() - make room for @n records in all. 0, -ENOMEM, or -E2BIG */
int program_reserve(struct program *p, u32 n);

/** program_equal() - same target, machine, plan, tasks, records and schedule */
bool program_equal(const struct program *a, const struct program *b);

/**
 * program_repair() - make it well formed again after an edit
 * @p: any values in any field
 *
 * Operands are brought into range, tasks too; records whose object is missing, of another
 * type, consumed before or not allowed in an interrupt are dropped, and the numbers of those
 * that stay are adjusted. What is well formed is left as it is.
 */
void program_repair(struct program *p);

/**
 * program_retarget() - make it a program for another target
 * @p:      well formed
 * @target: what it is run against from now on
 *
 * What it says of a run (expect, digest, shows) was said of the other target, and goes. Return: 0;
 * or -EINVAL if the target does not have all of its operations: @p is then unchanged.
 */
int program_retarget(struct program *p, enum target_id target);

/**
 * program_remove() - remove records, and those that cannot stand without them
 * @p:    well formed
 * @drop: drop[i]: record i goes
 */
void program_remove(struct program *p, const bool *drop);

/**
 * program_sort() - group the records by task as far as the objects allow
 * @p: well formed
 *
 * The program means the same afterwards and reads better: tasks one after the other
 * wherever no operation uses what a later task makes.
 */
void program_sort(struct program *p);

#endif
