/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shared.h - what a stress run shares with the process that watches over it.
 *
 * The run happens in a child. Its parent outlives a crash, a sanitizer's report and a hang, and
 * then finds here what each thread did last, which objects were live, and what was found.
 *
 * Each thread writes its own entries alone; readers look at them while the run goes on, so
 * single words are atomic. A ring is read when the run has ended.
 */
#ifndef MM_STRESS_SHARED_H
#define MM_STRESS_SHARED_H

#include "exec/run.h"
#include "program/program.h"
#include "sched/report.h"

#define STRESS_MAX_THREADS RUN_MAX_TASKS
#define STRESS_MAX_LIVE 8192
#define RING_ENTRIES 1024 /* a power of two */

/**
 * struct ring_entry - an operation that a thread has begun
 * @ticket: its task_ticket(), which orders the operations of all threads
 * @op, @arg: as in struct program_op
 * @cpu:    CPU on which it began
 * @ended:  it has ended
 * @slot:   of its object; SLOT_NONE: it has none
 * @id:     of its object
 */
struct ring_entry {
	u64 ticket;
	u32 arg[OP_MAX_ARGS];
	u8 op;
	u8 cpu;
	bool ended;
	u32 slot;
	u32 id;
};

#define SLOT_NONE UINT32_MAX

/**
 * struct shared_thread - a thread of the run
 * @name:  for people: the name of its role, and a number
 * @irq:   it is an interrupt source
 * @operates: it carries out operations
 * @cpu:   CPU that it starts on
 * @begun: operations begun; entry @begun % RING_ENTRIES of the ring is the next. Atomic
 * @ended: operations ended; atomic
 * @seed:  of the small program that it runs
 * @ring:  the last operations
 */
struct shared_thread {
	char name[16];
	bool irq;
	bool operates;
	u8 cpu;
	u64 begun, ended;
	u64 seed;
	struct ring_entry ring[RING_ENTRIES];
} __attribute__((aligned(64)));

/* The contents of a slot. */
enum slot_state {
	SLOT_EMPTY,
	SLOT_LIVE, /* an object that any thread may take */
	SLOT_BUSY, /* a thread works on it, and owns it */
};

/**
 * struct slot - a place for an object that threads hand to each other
 * @state: enum slot_state; atomic
 * @type:  enum object_type of its objects
 * @maker: thread that made the object
 * @id:    of the object, or of the last one
 * @made:  the operation that made it
 */
struct slot {
	u32 state;
	u8 type;
	u8 maker;
	u64 id;
	struct program_op made;
} __attribute__((aligned(64)));

/**
 * struct shared - all of it
 * @stop:    end the run; atomic
 * @claimed: a finding is being written down; atomic
 * @found:   @report is complete; atomic
 * @report:  the first finding
 * @pair:    ORACLE_RACE: the functions of the two accesses
 * @world:   number of the world in which the threads are
 * @done:    operations of all threads in the worlds before it
 * @header:  of that world, target and machine, as text
 * @nr_threads, @thread: threads of the run
 * @nr_slots, @slot: its objects
 */
struct shared {
	bool stop;
	bool claimed, found;
	struct report report;
	char pair[2][64];
	u32 world;
	u64 done;
	char header[1024];
	u32 nr_threads;
	u32 nr_slots;
	struct shared_thread thread[STRESS_MAX_THREADS];
	struct slot slot[STRESS_MAX_LIVE];
};

/** shared_create() - zeroed memory that a child shares; NULL without memory */
struct shared *shared_create(void);

void shared_destroy(struct shared *s);

/** shared_done() - operations of all threads so far. Any thread or process may call it */
u64 shared_done(const struct shared *s);

/**
 * shared_report() - write the first finding down
 *
 * Return: false if there is one already: then the caller waits for the end of the process.
 */
bool shared_report(struct shared *s, const struct report *r);

#endif
