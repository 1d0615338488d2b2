/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fibers.c - the run: scheduling points, switches, beginning and end.
 *
 * There is no scheduler task: a task at a scheduling point decides, and switches to the next task
 * directly. Most points are over after a few instructions: count, compute the runnable set from two
 * masks, and go on if it has one member; at a step, go on if the strategy is not to be asked yet.
 *
 * Each point stands before its operation, and no other task runs between the two. A release has a
 * point too, so that other tasks can find the lock taken. preempt_enable() and local_irq_restore()
 * have theirs at the end, where the kernel would switch. task_spawn() has none.
 *
 * A run ends in one of two ways. When the last task ends, it switches to sched_run(). When a
 * finding is reported, the reporting task does, for good, and all fibers that are in the
 * middle of something are put back to their beginning. Locks that were held are unlocked for
 * ThreadSanitizer only.
 *
 * Order announced to ThreadSanitizer: the caller of sched_run() comes before the first task, the
 * past of a parent before its child, all of a run before the code after sched_run(). A switch
 * orders nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strategy.h"

#define DEFAULT_MAX_POINTS 1000000

__thread struct task *current __attribute__((tls_model("initial-exec")));
__thread bool sched_in_vtime __attribute__((tls_model("initial-exec")));

/* Two engines of one OS thread must not share a generation: locks remember it. */
static __thread u32 last_gen;

static void switch_to(struct sched *s, struct task *from, struct task *to, enum switch_reason why)
{
	if (to->source && to->irq != IRQ_IN)
		to->from = from;
	current = to;
	if (unlikely(s->params->on_switch))
		s->params->on_switch(s->params->hook_arg, s->step, from, to, why);
	fiber_switch(&from->fiber, &to->fiber);
}

/* Any function that mixes will do; it is taken at each step, so a short one. */
static inline u64 digest_mix(u64 digest, u64 step, u64 run)
{
	digest = (digest ^ (run + step * 0x9e3779b97f4a7c15ULL)) * 0x9fb21c651e98df25ULL;
	return digest ^ digest >> 32;
}

/* Count a step. Return: whether the schedule may want another task than the default rule. */
static inline bool take_step(struct sched *s, task_set run)
{
	s->step++;
	s->digest = digest_mix(s->digest, s->step, (u64)run);
	if (unlikely(task_set_high(run)))
		s->digest = digest_mix(s->digest, s->step, task_set_high(run));
	return s->step >= s->ask_from;
}

/* The choice at a step: mostly @dflt, that of the default rule. */
static inline struct task *choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
				  enum switch_reason why)
{
	return unlikely(take_step(s, run)) ? strategy_choose(s, t, run, dflt, why) : dflt;
}

/* A step at which the schedule may have something to say. */
static __attribute__((noinline)) void sched_change(struct sched *s, struct task *t, task_set run)
{
	struct task *next = strategy_choose(s, t, run, t, SWITCH_SCHEDULE);

	if (next != t)
		switch_to(s, t, next, SWITCH_SCHEDULE);
}

/* Returns in virtual time, and in a run of many tasks. */
static void past_limit(struct sched *s, struct task *t)
{
	if (s->race || s->points > s->max_points)
		report_limit(s);
	if (s->vtime)
		vtime_point(s, t);
}

static __attribute__((noinline)) void sched_past_limit(struct sched *s, struct task *t,
						       const volatile void *p, enum point_kind kind)
{
	past_limit(s, t);
	t->next = p;
	t->next_kind = kind;
	resched(s, t, t, SWITCH_SCHEDULE);
	if (kind == POINT_ANY)
		watch_access(s, t, NULL, false);
}

static __attribute__((noinline)) void
access_past_limit(struct sched *s, struct task *t, const volatile void *p, enum point_kind kind)
{
	sched_past_limit(s, t, p, kind);
	if (s->vtime)
		vtime_access(s, t, p, kind != POINT_READ);
	if (kind != POINT_CMPXCHG)
		watch_access(s, t, p, kind == POINT_WRITE);
}

/*
 * Rare cases are out of line, so that the common ones need neither stack nor saved registers. There
 * is one copy for each @kind, so that points without an access do not pay for it.
 */
static inline __attribute__((always_inline)) void pass_point(const volatile void *p,
							     enum point_kind kind)
{
	struct task *t = current;
	struct sched *s;
	u64 run;

	if (unlikely(!t))
		return;
	s = t->sched;
	if (unlikely(++s->points > s->limit)) {
		if (kind < POINT_READ || kind > POINT_CMPXCHG)
			sched_past_limit(s, t, p, kind);
		else
			access_past_limit(s, t, p, kind);
		return;
	}
	run = runnable_low(s);
	if (!(run & (run - 1)))
		return;
	if (unlikely(take_step(s, run)))
		sched_change(s, t, run);
}

void(sched_point)(void)
{
	pass_point(NULL, POINT_ANY);
}

void point_before(const volatile void *object, enum point_kind kind)
{
	pass_point(object, kind);
}

void(sched_point_object)(const volatile void *p, bool write)
{
	pass_point(p, p ? POINT_MANY : POINT_LOCAL);
	if (p)
		(sched_also)(p, write);
}

void(sched_also)(const volatile void *p, bool write)
{
	struct task *t = current;

	if (t)
		watch_access(t->sched, t, p, write);
}

void(sched_point_read)(const volatile void *p)
{
	pass_point(p, POINT_READ);
}

void(sched_point_write)(const volatile void *p)
{
	pass_point(p, POINT_WRITE);
}

/* No other task runs between the point and the operation, so its outcome is known here. */
void(sched_point_cmpxchg)(const volatile void *p, size_t size, unsigned long old)
{
	struct task *t = current;

	pass_point(p, POINT_CMPXCHG);
	if (t && unlikely(t->sched->watch))
		strategy_access(t->sched, t, p, !memcmp((const void *)p, &old, size));
}

void resched(struct sched *s, struct task *t, struct task *dflt, enum switch_reason why)
{
	task_set run = runnable(s);
	struct task *next;

	if (unlikely(!run)) {
		if (s->live || s->callbacks)
			report_stuck(s, t);
		fiber_switch(&t->fiber, &s->main);
		return;
	}
	next = &s->task[task_set_first(run)];
	if (task_set_rest(run)) {
		if (!dflt || !(run & dflt->bit))
			dflt = next;
		next = choose(s, t, run, dflt, why);
	}
	if (next != t)
		switch_to(s, t, next, why);
}

void point(struct sched *s, struct task *t, struct task *dflt, enum switch_reason why)
{
	if (unlikely(++s->points > s->limit))
		past_limit(s, t);
	resched(s, t, dflt, why);
}

void task_wait(struct sched *s, struct task *t, enum wait_kind kind, const void *on)
{
	t->wait = kind;
	t->on = on;
	s->ready &= ~t->bit;
	resched(s, t, NULL, SWITCH_BLOCKED);
	t->wait = WAIT_NONE;
}

void resched_if_hidden(struct sched *s, struct task *t)
{
	if (s->hidden & t->bit)
		resched(s, t, NULL, SWITCH_BLOCKED);
}

static void yield(enum point_kind kind)
{
	struct task *t = current;
	struct sched *s;
	task_set run, later;

	if (!t)
		return;
	s = t->sched;
	t->next_kind = kind;
	if (s->strategy->yielded)
		s->strategy->yielded(s, t);
	run = runnable(s) & ~t->bit;
	later = task_set_above(run, t->bit);
	if (!later)
		later = run ? run : t->bit;
	point(s, t, &s->task[task_set_first(later)], SWITCH_YIELD);
}

void cpu_relax(void)
{
	yield(POINT_RELAX);
}

void cond_resched(void)
{
	might_sleep();
	yield(POINT_LOCAL);
}

/* From here on there is a choice, or nothing to choose from. */
static void watch_begin(struct sched *s)
{
	s->watch = true;
	s->limit = 0;
}

static void watch_end(struct sched *s)
{
	s->watch = false;
	/* A report of TSan, and tasks above number 63, need the slow path as well. */
	if (!s->race && !task_set_high(s->used))
		s->limit = s->max_points;
}

static void task_exit(struct sched *s, struct task *t)
{
	struct cpu *c = task_cpu_of(t);

	check_balance(t, "task ended");
	t->state = is_service(t->number) ? TASK_UNUSED : TASK_DONE;
	t->entered = false;
	announce_release(&t->joiners);
	announce_release(&s->run_order);
	s->live &= ~t->bit;
	s->inflight &= ~t->bit;
	c->tasks &= ~t->bit;
	s->hidden &= ~t->bit;
	s->ready &= ~t->bit;
	watch_access(s, t, &t->joiners, true);
	if (s->watch && !(s->live & ~TASK_BIT(SCHED_TASK_INIT)))
		watch_end(s);
	wake(s, t->joiners);
	t->joiners = 0;
	resched(s, t, NULL, SWITCH_DONE);
}

static void task_main(void *arg)
{
	struct task *t = arg;

	for (;;) {
		t->entered = true;
		announce_acquire(t);
		watch_access(t->sched, t, NULL, false);
		t->fn(t->arg);
		task_exit(t->sched, t);
	}
}

void task_start(struct sched *s, unsigned int number, unsigned int cpu, bool source,
		void (*fn)(void *arg), void *arg)
{
	struct task *t = &s->task[number];

	if (unlikely(!t->fiber.stack) && fiber_init(&t->fiber, task_main, t)) {
		fprintf(stderr, "mmstorm: no memory for the stack of a task\n");
		abort();
	}
	fiber_begin_use(&t->fiber, number);
	t->fn = fn;
	t->arg = arg;
	t->cpu = cpu;
	t->state = TASK_LIVE;
	t->source = source;
	t->irq = IRQ_NONE;
	t->irqs_off = false;
	t->preempt = 0;
	t->rcu = 0;
	t->wait = WAIT_NONE;
	t->nr_held = 0;
	t->held_mask = 0;
	t->joiners = 0;
	t->from = NULL;
	t->op = -1;
	t->ticket = 0;
	t->work = NULL;
	t->running = NULL;
	t->again = false;
	t->next = NULL;
	t->next_kind = POINT_LOCAL;
	t->ready_at = s->vtime ? sched_vtime_now() : 0;
	if (s->strategy->spawned)
		s->strategy->spawned(s, t);
	announce_release(t);
	s->used |= t->bit;
	s->live |= t->bit;
	s->ready |= t->bit;
	if (unlikely(number >= SCHED_MORE_FIRST))
		s->limit = 0;
	if (unlikely(s->strategy->access) && number != SCHED_TASK_INIT)
		watch_begin(s);
	if (!source) {
		s->cpu[cpu].tasks |= t->bit;
		cpu_changed(s, &s->cpu[cpu]);
	}
}

struct sched *sched_create(void)
{
	struct sched *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	for (unsigned int i = 0; i < SCHED_MAX_TASKS; i++) {
		struct task *t = &s->task[i];

		t->sched = s;
		t->number = i;
		t->bit = TASK_BIT(i);
		if (is_service(i))
			snprintf(t->name, sizeof(t->name), "w%u", i - SCHED_WORKER_FIRST);
	}
	tsan_create();
	strcpy(s->task[SCHED_TASK_INIT].name, "init");
	strcpy(s->task[SCHED_TASK_RCU].name, "rcu");
	return s;
}

void sched_destroy(struct sched *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; i < SCHED_MAX_TASKS; i++)
		fiber_fini(&s->task[i].fiber);
	lines_fini(&s->lines);
	free(s);
}

void run_abandon(struct sched *s, struct task *t)
{
	t->entered = true;
	s->reported = true;
	fiber_switch(&t->fiber, &s->main);
	abort();
}

/* After a finding: no task goes on, and each slot can be used again. */
static void abandon_fibers(struct sched *s)
{
	task_set used = s->used;
	unsigned int i;

	tsan_abandon(s);
	for_each_task (i, used) {
		struct task *t = &s->task[i];

		if (t->entered)
			fiber_reset(&t->fiber);
		t->entered = false;
	}
}

static void run_begin(struct sched *s, const struct sched_params *p, struct sched_result *r)
{
	task_set used = s->used;
	unsigned int i;

	for_each_task (i, used) {
		fiber_end_use(&s->task[i].fiber);
		s->task[i].state = TASK_UNUSED;
	}
	s->announced += s->points + s->nr_spawned;
	memset(s, 0, offsetof(struct sched, schedule));
	memset(s->cpu, 0, p->nr_cpus * sizeof(s->cpu[0]));
	s->max_points = p->max_points ? p->max_points : DEFAULT_MAX_POINTS;
	s->vtime = p->vtime;
	s->limit = s->vtime ? 0 : s->max_points;
	s->digest = 0x6d6d73746f726d31ULL;
	s->params = p;
	s->result = r;
	s->nr_cpus = p->nr_cpus;
	s->nr_spawned = 0;
	s->nr_classes = 0;
	s->irq_classes = s->on_classes = 0;
	s->gen = ++last_gen;
	s->reported = s->race = false;
	r->report.oracle = ORACLE_NONE;
	r->report.task[0] = r->report.text[0] = '\0';
	r->report.op = -1;
	r->report.step = 0;
	r->taken_overflow = false;
	rcu_begin(s);
	work_begin(s);
	strategy_begin(s, p);
	fiber_init_main(&s->main);
	tsan_begin(s);
}

int sched_run(struct sched *s, const struct sched_params *p, void (*init)(void *arg), void *arg,
	      struct sched_result *r)
{
	if (current || !p->nr_cpus || p->nr_cpus > SCHED_MAX_CPUS) {
		fprintf(stderr, "mmstorm: sched_run(): %s\n",
			current ? "called inside of a run" : "number of CPUs out of range");
		abort();
	}
	run_begin(s, p, r);
	task_start(s, SCHED_TASK_INIT, 0, false, init, arg);
	current = &s->task[SCHED_TASK_INIT];
	sched_in_vtime = s->vtime;
	fiber_switch(&s->main, &current->fiber);
	sched_in_vtime = false;
	current = NULL;
	if (s->reported)
		abandon_fibers(s);
	else if (s->race) /* with no point after it */
		report_race(s);
	announce_acquire(&s->run_order);
	r->points = s->points;
	r->steps = s->step;
	r->digest = s->digest;
	r->vtime = s->vtime ? vtime_end(s) : 0;
	return r->report.oracle != ORACLE_NONE;
}
