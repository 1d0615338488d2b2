/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - what can be found, and how a finding is reported.
 *
 * An oracle is one kind of finding. Its identifier is stable: findings are
 * stored, compared and de-duplicated by it, so an identifier is never renamed
 * and never given a second meaning. The table stands on the lowest floor since
 * every floor reports; the harness adds those that only it can judge.
 */
#ifndef MM_SCHED_REPORT_H
#define MM_SCHED_REPORT_H

#include "types.h"

/* X(enumerator, identifier, what it says when it fires) */
#define MM_ORACLES(X)                                                                              \
	X(NONE, "none", "no finding")                                                              \
	X(OVERLAP, "overlap", "two live objects share an address")                                 \
	X(ALIGNMENT, "alignment", "an object is not aligned as asked")                             \
	X(RANGE, "range", "an object lies outside the range that it was asked from")               \
	X(CONTENTS, "contents", "an object lost what was written to it")                           \
	X(ZERO, "zero", "an object that must be born zeroed was not")                              \
	X(FAULT, "fault", "an access to a live object found no translation")                       \
	X(LEAK_PAGE, "leak-page", "page frames were not given back")                               \
	X(LEAK_METADATA, "leak-metadata", "metadata was not given back")                           \
	X(LEAK_AREA, "leak-area", "address space was not given back")                              \
	X(PAGE_FREE, "page-free", "a page frame was freed that is not in use")                     \
	X(PAGE_WRITE, "page-write", "a free page frame was written to")                            \
	X(METADATA_FREE, "metadata-free", "metadata was freed that is not in use")                 \
	X(STALE, "stale-translation", "an address was handed out that a TLB may still translate")  \
	X(ALIAS, "alias-survived", "vm_unmap_aliases() left a translation that it had to flush")   \
	X(PTE_BUSY, "pte-busy", "a mapping was laid over a mapping")                               \
	X(SPURIOUS, "spurious-failure", "a request failed that a naive model can serve")           \
	X(KVA_BOUND, "kva-bound", "more address space is held than the live objects explain")      \
	X(WORK, "work-bound", "a request took more steps than its bound explains")                 \
	X(KICK, "lost-kick", "background work is due, and nothing has queued it")                  \
	X(DIFFERENTIAL, "differential", "old and new allocator disagree on what is possible")      \
	X(HINT, "invariant-hint", "a remembered hint contradicts what it summarises")              \
	X(COUNT, "invariant-count", "a remembered count contradicts what it counts")               \
	X(TREE, "invariant-tree", "a tree is out of order or wrongly augmented")                   \
	X(LIST, "invariant-list", "an element is missing from its list or on the wrong one")       \
	X(LOCK_ORDER, "lock-order", "locks are taken in an order that can deadlock")               \
	X(LOCK_OWNER, "lock-owner", "a lock is released by a task that does not hold it")          \
	X(LOCK_IRQ, "lock-irq", "a lock is taken in an interrupt and with interrupts on")          \
	X(LOCK_SLEEP, "lock-sleep", "a task may sleep in atomic context")                          \
	X(LOCK_UNBALANCED, "lock-unbalanced", "an operation ended with a lock or a mask held")     \
	X(LOCK_CPU, "lock-cpu", "a CPU number was used where the task can be moved")               \
	X(DEADLOCK, "deadlock", "every task is blocked")                                           \
	X(LIVELOCK, "livelock", "the run exceeded its limit of scheduling points")                 \
	X(RACE, "race", "ThreadSanitizer reported a data race")                                    \
	X(ASSERTION, "assertion", "an assertion or a warning of the allocator's own fired")        \
	X(SANITIZER, "sanitizer", "AddressSanitizer or another sanitizer reported")                \
	X(CRASH, "crash", "the process was killed by a signal")                                    \
	X(DIGEST, "replay-digest", "a replay took another path than the recorded run")             \
	X(TEXT, "text-round-trip", "a program changed on its way through text or bytes")

enum oracle {
#define X(name, id, text) ORACLE_##name,
	MM_ORACLES(X)
#undef X
		NR_ORACLES
};

/**
 * oracle_id() - the stable identifier of an oracle
 * @o: the oracle
 *
 * Return: a string such as "overlap"; never NULL.
 */
const char *oracle_id(enum oracle o);

/**
 * oracle_text() - what an oracle says, in one sentence without a full stop
 * @o: the oracle
 */
const char *oracle_text(enum oracle o);

/**
 * oracle_by_id() - look an oracle up by its identifier
 * @id: the identifier
 *
 * Return: the oracle, or NR_ORACLES if there is none of that name.
 */
enum oracle oracle_by_id(const char *id);

#define MM_REPORT_TEXT 512

/**
 * struct report - one finding
 * @oracle: which oracle fired
 * @task:   name of the task that was running, "" outside of a run
 * @op:     number of the operation that the task was in, or -1
 * @step:   step of the schedule at which it fired
 * @text:   one line for people: what was found and what was expected
 */
struct report {
	enum oracle oracle;
	char task[16];
	s32 op;
	u64 step;
	char text[MM_REPORT_TEXT];
};

/**
 * mm_report() - report a finding and give the run up
 * @o:   the oracle that fired
 * @fmt: one line, without a newline, that names what was found and what was expected
 *
 * In the fibers engine the report becomes the result of the run that the caller
 * is part of: control returns to the caller of sched_run() and no task of the run
 * is ever continued. In the threads engine, and outside of any run, the report is
 * written to standard error and the process ends by abort().
 *
 * Context: any, locks held or not, interrupts on or off.
 */
void mm_report(enum oracle o, const char *fmt, ...) __noreturn __printf(2, 3);

/**
 * report_pass_over() - let judges that can go on count findings of some oracles, not report them
 * @oracles: bit enum oracle; of all runs from now on
 *
 * For code under test whose known defect harms nothing else, and would end each run. Only judges
 * that ask report_passed_over() heed it; mm_report() reports nevertheless.
 */
void report_pass_over(u64 oracles);

/** report_passed_over() - is a finding of oracle @o to be passed over? Then it is counted */
bool report_passed_over(enum oracle o);

/** reports_passed_over() - how many findings of all oracles were passed over so far */
u64 reports_passed_over(void);

/**
 * MM_CHECK() - report a finding unless a condition holds
 * @cond: what must hold
 * @o:    the oracle, without its ORACLE_ prefix
 * @...:  format and arguments as for mm_report()
 */
#define MM_CHECK(cond, o, ...)                                                                     \
	do {                                                                                       \
		if (unlikely(!(cond)))                                                             \
			mm_report(ORACLE_##o, __VA_ARGS__);                                        \
	} while (0)

#endif
