/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program.h - a program, the input of a fuzz target: a machine, a failure plan, operations by task,
 * and a schedule.
 *
 * A program has two forms: bytes (bytes.h), for fuzzers, and text (text.h), for people. Each form
 * converts to the other without loss. The readers of both forms fill in struct program, which is
 * always *well formed*: each operand is in its range, and an operation uses only an object that an
 * earlier operation made and none consumed in between.
 *
 * "Earlier" means the order of the records. At run time each task runs its own operations in that
 * order. An operation waits until the object that it uses has been made; an operation that consumes
 * an object waits until all earlier users have finished. So under any schedule no program misuses
 * an allocator, and no program deadlocks by itself: each wait is for an earlier record.
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

/* Most characters of the name of an implementation, and the zero byte. */
#define PROGRAM_ON 32

/* Changes of a schedule are at steps from 1 to this one. */
#define PROGRAM_MAX_STEP (1U << 24)

/*
 * The fields of a machine, X(field, text name, kind, unit, lo, hi, default, help). A new field goes
 * to the end, where the byte form has room for it (bytes.c).
 */
#define PROGRAM_MACHINE(X)                                                                         \
	X(cpus, "cpus", LOG, NONE, 1, 64, 2, "CPUs")                                               \
	X(nodes, "nodes", LOG, NONE, 1, 64, 1, "nodes, at most one for each CPU")                  \
	X(pages, "pages", LOG, PAGES, 64, 65536, 2048, "page frames in all")                       \
	X(kva, "kva", LOG, SIZE, 256, 1 << 20, 4096, "kernel virtual address space")               \
	X(unit, "unit", LOG, SIZE, 1, 256, 8, "percpu: a CPU's share of a chunk")                  \
	X(stat, "static", LOG, BYTES, 0, 1 << 20, 0, "percpu: static bytes of the first chunk")    \
	X(dyn, "dynamic", LOG, BYTES, 0, 1 << 20, 0, "percpu: dynamic bytes of the first chunk")   \
	X(low, "low", INT, NONE, 0, 16, 1, "percpu: least number of empty populated pages kept")   \
	X(high, "high", INT, NONE, 0, 32, 4,                                                       \
	  "percpu: greatest number of empty populated pages kept")                                 \
	X(block, "block", POW2, PAGES, 128, 4096, 128, "vmap: pages of a vmap block")              \
	X(lazy, "lazy", LOG, PAGES, 1, 1 << 18, 256,                                               \
	  "vmap: number of lazily freed pages above which a purge begins")                         \
	X(verify, "verify", INT, NONE, 0, 64, 16,                                                  \
	  "verify after every so many operations; 0: only at the end")                             \
	X(reserved, "reserved", LOG, BYTES, 0, 1 << 20, 0,                                         \
	  "percpu: reserved bytes of the first chunk")                                             \
	X(first, "percpu_alloc", INT, PERCPU_ALLOC, 0, 2, 0, "percpu: memory of the first chunk")  \
	X(km, "backing", INT, BACKING, 0, 1, 0,                                                    \
	  "percpu: chunks of mapped pages, or of contiguous kernel memory")                        \
	X(atom, "atom", POW2, PAGES, 1, 512, 1,                                                    \
	  "percpu: atom size: the first chunk is allocated in multiples of it")                    \
	X(sparse, "sparse", INT, NONE, 0, 65535, 0, "draws the set of possible CPUs; 0: all")      \
	X(shuffle, "shuffle", INT, NONE, 0, 65535, 0,                                              \
	  "draws the CPUs, memory and distances of nodes; 0: plain")                               \
	X(gap, "gap", LOG, PAGES, 0, 1 << 24, 0, "unused page frame numbers between two nodes")    \
	X(vmap, "vmap", INT, VMAP, 0, 3, 0,                                                        \
	  "vmap: kind of space: lazy, flushed at each unmap, with zones, with pools; a target "    \
	  "named after kinds has these")                                                           \
	X(place, "place", INT, PLACE, 0, 1, 0,                                                     \
	  "vmap: address space as on x86-64, or at the top, less the last page")                   \
	X(blocks, "blocks", INT, BLOCKS, 0, 1, 0,                                                  \
	  "vmap: pages of a block: as `block` says, or computed from space and CPUs")              \
	X(memory, "memory", INT, MEMORY, 0, 3, 0,                                                  \
	  "source of memory: free page frames, or boot memory; auto: as the target needs it")      \
	X(taken, "taken", INT, NONE, 0, 65535, 0,                                                  \
	  "boot memory: draws the first reservations; 0: a small kernel image")                    \
	X(middle, "middle", INT, MIDDLE, 0, 2, 0,                                                  \
	  "bootmem, rootmem: half of the memory lies below this address, half above")              \
	X(zone, "zone", LOG, PAGES, 0, 1024, 24,                                                   \
	  "vmap=zone: pages of a prefetch; 0: computed from the CPU count; 1: no prefetch")        \
	X(pools, "pools", LOG, NONE, 0, 128, 0,                                                    \
	  "vmap=pool: nodes that have pools; 0: as many as possible CPUs")

struct program_machine {
#define X(field, name, kind, unit, lo, hi, def, help) u32 field;
	PROGRAM_MACHINE(X)
#undef X
};

/* The fields of a failure plan, with the same columns; see machine/fail.h. */
#define PROGRAM_FAIL(X)                                                                            \
	X(at0, "at", LOG, NONE, 0, 65535, 0, "number of a request that fails; 0: none")            \
	X(at1, "at2", LOG, NONE, 0, 65535, 0, "number of another request that fails; 0: none")     \
	X(at2, "at3", LOG, NONE, 0, 65535, 0, "number of another request that fails; 0: none")     \
	X(at3, "at4", LOG, NONE, 0, 65535, 0, "number of another request that fails; 0: none")     \
	X(every, "every", LOG, NONE, 0, 65535, 0,                                                  \
	  "requests whose number is a multiple of this fail; 0: none")                             \
	X(classes, "classes", INT, NONE, 0, 7, 7,                                                  \
	  "sum of the classes that may fail: 1 metadata, 2 page frames, 4 table pages")

struct program_fail {
#define X(field, name, kind, unit, lo, hi, def, help) u32 field;
	PROGRAM_FAIL(X)
#undef X
};

/**
 * struct program_task - a task, or an interrupt source
 * @cpu: CPU that it starts on, below machine.cpus; an interrupt source stays there
 * @irq: it is an interrupt source: each of its operations is an interrupt
 */
struct program_task {
	u8 cpu;
	bool irq;
};

/**
 * struct program_op - one operation
 * @op:     enum op_id, of an operation that the target has
 * @task:   index into program.task
 * @object: record of the operation that makes the object it uses, or PROGRAM_NO_OBJECT
 * @arg:    its operands, each in its range; unused ones are 0
 */
struct program_op {
	u8 op;
	u8 task;
	s32 object;
	u32 arg[OP_MAX_ARGS];
};

/**
 * struct program_certified - what an exhaustive search found that no schedule fails
 * @preemptions: its bound; the others are the defaults of mmstorm explore --exhaustive
 * @traces: number of traces; 0: there was no search
 * @digest: of the set of traces
 */
struct program_certified {
	u32 preemptions;
	u64 traces;
	u64 digest;
};

/**
 * struct program - a program
 * @target:   enum target_id
 * @on:       name of the implementation whose allocators run (in text only); "": the default
 * @machine:  its machine
 * @fail:     its failure plan
 * @nr_tasks: from 1
 * @task:     tasks and interrupt sources
 * @nr_ops:   records in @op
 * @max_ops:  records that @op has room for
 * @op:       the records, in order; allocated
 * @schedule: which task runs next; task t of the program has the number SCHED_TASK_FIRST + t there
 * @expect:   oracle that a run must end with, or ORACLE_NONE (in text only)
 * @digest:   digest that a run must have, or 0 (in text only)
 * @shows:    bit enum run_event: events that a run must show (in text only)
 * @certified: the result of an exhaustive search (in text only)
 */
struct program {
	u8 target;
	char on[PROGRAM_ON];
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
	struct program_certified certified;
};

/**
 * program_on_valid() - may a word of @len characters be the name of an implementation?
 *
 * Names consist of lower case letters, digits, '.', '_' and '-', and begin with a letter or digit.
 */
bool program_on_valid(const char *name, size_t len);

/** program_set_on() - set @on. Return: 0, or -EINVAL if it is no name */
int program_set_on(struct program *p, const char *name);

/** program_init() - the empty program of a target: default machine, one task, no operation */
void program_init(struct program *p, enum target_id target);

/** program_fini() - free its memory; @p may be initialised again */
void program_fini(struct program *p);

/** program_reset() - program_init() of an initialised program, which keeps its memory */
void program_reset(struct program *p, enum target_id target);

/** program_copy() - make @dst, which is initialised, equal to @src. Return: 0 or -ENOMEM */
int program_copy(struct program *dst, const struct program *src);

/** program_add() - append a well-formed record. Return: 0, -ENOMEM or -E2BIG */
int program_add(struct program *p, const struct program_op *op);

/** program_reserve() - make room for @n records in all. Return: 0, -ENOMEM or -E2BIG */
int program_reserve(struct program *p, u32 n);

/** program_equal() - do target, machine, failure plan, tasks, records and schedule agree? */
bool program_equal(const struct program *a, const struct program *b);

/**
 * program_repair() - make a program well formed after an edit
 * @p: any values in any field
 *
 * Numbers are folded into their ranges. A record is dropped if its object is missing, of another
 * type or consumed before, or if its operation may not stand in an interrupt; later records keep
 * their objects. A well-formed program does not change.
 */
void program_repair(struct program *p);

/**
 * program_retarget() - make it a program for another target
 * @p:      well formed
 * @target: the new target
 *
 * @expect, @digest and @shows are cleared: they describe runs on the old target.
 *
 * Return: 0; -EINVAL, and @p is unchanged, if @target lacks one of the operations or allows one
 * task only.
 */
int program_retarget(struct program *p, enum target_id target);

/**
 * program_remove() - remove records, and the records that use their objects
 * @p:    well formed
 * @drop: drop[i]: remove record i
 */
void program_remove(struct program *p, const bool *drop);

/**
 * program_sort() - group the records by task as far as the objects allow
 * @p: well formed
 *
 * The program keeps its meaning and is easier to read: one task follows another wherever no
 * operation uses an object of a later task.
 */
void program_sort(struct program *p);

#endif
