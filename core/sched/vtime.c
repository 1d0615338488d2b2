/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vtime.c - virtual time in the fibers engine: a clock for each CPU, and events in its order.
 *
 * It is a simulation by discrete events. A task's next event is at its CPU's clock, or when it was
 * made ready if that is later (ready_at). The runnable task whose event is first
 * always goes on: it runs to its next scheduling point, where the work since the last one is added
 * to its clock and the choice is made anew. So whatever tasks do to each other they do in the order
 * of their clocks, but for what lies between two points of one task.
 *
 * A task that waits for a lock keeps the clock with which it came, so of many the first to come
 * goes first. When it gets the lock its clock moves on to the time of the release. All other waits
 * end at the clock of the task that ends them.
 *
 * A run in virtual time has sched.limit at 0, so that each point takes the slow path, and others
 * pay nothing; and sched.ask_from at 0, so that each choice comes here.
 *
 * Tasks whose events are at the same time, as those of one CPU are: an interrupt first, then
 * workers and callbacks, which would else wait for the end of a task that never waits itself, then
 * who has not yielded or did so longer ago (task.priority), then the lowest number.
 */
#include "strategy.h"

/* The clock that a task moves on; a source outside of its interrupts has its own. */
static u64 *clock_of(struct task *t)
{
	struct cpu *c = task_cpu_of(t);

	if (!on_cpu(t))
		return &t->ready_at;
	c->clock = max(c->clock, t->ready_at);
	return &c->clock;
}

static u64 next_event(const struct sched *s, const struct task *t)
{
	if (t->source && t->irq == IRQ_NONE)
		return t->ready_at;
	return max(s->cpu[t->cpu].clock, t->ready_at);
}

void vtime_point(struct sched *s, struct task *t)
{
	*clock_of(t) += s->vtime->point;
}

/* The state of the strategy is the priority that was given to a task that yields last. */
static void vtime_begin(struct sched *s)
{
	*strategy_state(s, s64) = 0;
}

static void vtime_spawned(struct sched *s, struct task *t)
{
	t->priority = is_service(t->number);
}

/* Below all others, a worker too. */
static void vtime_yielded(struct sched *s, struct task *t)
{
	t->priority = --*strategy_state(s, s64);
}

static struct task *vtime_choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
				 enum switch_reason why)
{
	struct task *best = NULL;
	u64 first = 0;
	unsigned int i;

	for_each_task (i, run) {
		struct task *next = &s->task[i];
		u64 at = next_event(s, next);
		bool gate = next->irq == IRQ_GATE;

		if (best) {
			bool best_gate = best->irq == IRQ_GATE;

			if (at > first || (at == first && gate < best_gate))
				continue;
			if (at == first && gate == best_gate && next->priority <= best->priority)
				continue;
		}
		best = next;
		first = at;
	}
	return best;
}

const struct sched_strategy strategy_vtime = {
	.begin = vtime_begin,
	.choose = vtime_choose,
	.spawned = vtime_spawned,
	.yielded = vtime_yielded,
};

void vtime_woken(struct sched *s, task_set tasks)
{
	u64 now = sched_vtime_now();
	unsigned int i;

	for_each_task (i, tasks)
		s->task[i].ready_at = max(s->task[i].ready_at, now);
}

/* The lock's line comes to the CPU that writes it, with all else that is in the line. */
static void fetch(struct sched *s, const struct task *t, struct lock_word *w, u64 *clock)
{
	if (w->cpu != t->cpu && w->cpu != NO_CPU)
		*clock += s->vtime->handover;
	w->cpu = t->cpu;
	if (s->vtime->line)
		line_bring(&s->lines, s->gen, w, t->cpu, *clock);
}

void vtime_took(struct sched *s, struct task *t, struct lock_word *w)
{
	u64 *clock = clock_of(t);

	*clock = max(*clock, w->released);
	fetch(s, t, w, clock);
}

/* The holder may have been moved, and other readers may have come. */
void vtime_released(struct sched *s, struct task *t, struct lock_word *w)
{
	u64 *clock = clock_of(t);

	fetch(s, t, w, clock);
	w->released = max(w->released, *clock);
}

void vtime_access(struct sched *s, struct task *t, const volatile void *p, bool write)
{
	u64 *clock;

	if (!s->vtime->line)
		return;
	clock = clock_of(t);
	*clock = line_access(&s->lines, s->gen, p, t->cpu, write, *clock, s->vtime->line);
}

u64 vtime_end(const struct sched *s)
{
	u64 end = 0;

	for (u32 i = 0; i < s->nr_cpus; i++)
		end = max(end, s->cpu[i].clock);
	return end;
}

u64 sched_vtime_now(void)
{
	struct task *t = current;

	return t && t->sched->vtime ? *clock_of(t) : 0;
}

void sched_vtime_add(u64 ns)
{
	struct task *t = current;

	if (t && t->sched->vtime)
		*clock_of(t) += ns;
}

void(sched_vtime_touch)(const volatile void *p, bool write)
{
	struct task *t = current;

	if (!t || !t->sched->vtime)
		return;
	*clock_of(t) += t->sched->vtime->touch;
	vtime_access(t->sched, t, p, write);
}

void sched_vtime_flush(u64 others)
{
	struct task *t = current;
	const struct sched_vtime *v;
	struct sched *s;

	if (!t || !t->sched->vtime)
		return;
	s = t->sched;
	v = s->vtime;
	*clock_of(t) += v->flush;
	if (!others)
		return;
	*clock_of(t) += v->ipi_wait + others * v->ipi;
	for (u32 i = 0; i < s->nr_cpus; i++)
		if (s->cpu[i].tasks && !(i == t->cpu && on_cpu(t)))
			s->cpu[i].clock += v->ipi_handler;
}
