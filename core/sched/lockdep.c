/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lockdep.c - rules of locking, judged by class of lock.
 *
 * The idea is that of the kernel's lock validator: a rule that is broken by two tasks
 * at different times is found without the bad interleaving. Locks of one name (and
 * subclass) form a class. Each class has a mask of the classes that were held while a task waited
 * for it: a graph, in which a new edge must not close a cycle. Only a new edge costs more than a
 * few instructions.
 *
 * A trylock does not wait, so it adds no edge; once held it is like any other.
 *
 * Interrupts: a class that is waited for in an interrupt must never be held where an
 * interrupt can come, or the interrupt waits for what it interrupted. A chain through a third lock
 * (irq-safe, then irq-unsafe) is not looked for.
 *
 * A run has 64 classes and a task holds 32 locks; more is a programming error and aborts.
 *
 * The graph is forgotten at the end of a run, so that a finding depends on one program alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

const char *lockdep_name(const struct sched *s, u8 class, char buf[64])
{
	const struct lock_class *c = &s->classes[class];

	if (c->subclass)
		snprintf(buf, 64, "%s/%u", c->name, c->subclass);
	else
		snprintf(buf, 64, "%s", c->name);
	return buf;
}

static bool same_name(const char *a, const char *b)
{
	/* Not strcmp(), which ThreadSanitizer would see. */
	for (; *a == *b; a++, b++)
		if (!*a)
			return true;
	return false;
}

static u8 find_class(struct sched *s, const char *name, unsigned int subclass)
{
	struct lock_class *c;
	u32 i;

	for (i = 0; i < s->nr_classes; i++)
		if (s->classes[i].name == name && s->classes[i].subclass == subclass)
			return (u8)i;
	for (i = 0; i < s->nr_classes; i++)
		if (s->classes[i].subclass == subclass && same_name(s->classes[i].name, name))
			return (u8)i;
	if (i == MAX_CLASSES) {
		fprintf(stderr, "mmstorm: more than %d classes of locks in a run\n", MAX_CLASSES);
		abort();
	}
	c = &s->classes[i];
	c->name = name;
	c->subclass = subclass;
	c->before = 0;
	s->nr_classes++;
	return (u8)i;
}

static inline u8 class_of(struct sched *s, struct lock_word *w, unsigned int subclass)
{
	if (unlikely(w->gen != s->gen)) {
		w->class = find_class(s, w->name, 0);
		w->cpu = NO_CPU;
		w->released = 0;
		w->gen = s->gen;
	}
	if (unlikely(subclass))
		return find_class(s, w->name, subclass);
	return w->class;
}

/*
 * Is there a path of edges from @from back to @to, each class taken while holding the one
 * before it? @next[c] is then the class that follows c on the path.
 */
static bool find_path(const struct sched *s, unsigned int from, unsigned int to, u8 *next)
{
	u64 seen = BIT_ULL(to), todo = BIT_ULL(to);

	/* Breadth first from the end: @before leads backwards along the edges. */
	while (todo) {
		unsigned int c = __builtin_ctzll(todo), b;
		u64 new = s->classes[c].before & ~seen;

		todo &= todo - 1;
		seen |= new;
		todo |= new;
		for_each_bit (b, new)
			next[b] = (u8)c;
		if (seen & BIT_ULL(from))
			return true;
	}
	return false;
}

/* "'b' was taken while holding 'a' by task x in operation 3" for each edge of the path. */
static void describe_path(const struct sched *s, unsigned int from, unsigned int to, const u8 *next,
			  char *text, size_t size)
{
	char a[64], b[64];
	size_t used = 0;

	for (unsigned int c = from; c != to && used < size; c = next[c]) {
		const struct lock_class *n = &s->classes[next[c]];

		used += (size_t)snprintf(text + used, size - used,
					 "%s'%s' was taken while holding '%s' by task %s",
					 used ? ", " : "", lockdep_name(s, next[c], b),
					 lockdep_name(s, c, a), s->task[n->taken[c].task].name);
		if (n->taken[c].op >= 0 && used < size)
			used += (size_t)snprintf(text + used, size - used, " in operation %d",
						 n->taken[c].op);
	}
}

/* @class is about to be waited for while a class is held that never was, then. */
static void add_edges(struct sched *s, struct task *t, u8 class)
{
	u64 new = t->held_mask & ~s->classes[class].before;
	unsigned int h;

	for_each_bit (h, new) {
		u8 next[MAX_CLASSES];
		char a[64], b[64], path[320];

		if (find_path(s, class, h, next)) {
			describe_path(s, class, h, next, path, sizeof(path));
			mm_report(ORACLE_LOCK_ORDER, "'%s' is taken while holding '%s'; before, %s",
				  lockdep_name(s, class, b), lockdep_name(s, (u8)h, a), path);
		}
		s->classes[class].before |= BIT_ULL(h);
		s->classes[class].taken[h].task = t->number;
		s->classes[class].taken[h].op = t->op;
	}
}

static void __noreturn report_irq(struct sched *s, u8 class)
{
	char name[64];

	mm_report(ORACLE_LOCK_IRQ, "'%s' is taken in an interrupt, and with interrupts enabled",
		  lockdep_name(s, class, name));
}

/**
 * lockdep_acquire() - judge a lock that is about to be taken
 * @try: it will not be waited for, and is free
 *
 * Return: its class, for task.held.
 */
u8 lockdep_acquire(struct sched *s, struct task *t, struct lock_word *w, unsigned int subclass,
		   bool try)
{
	char name[64];
	u64 bit;
	u8 class;

	MM_CHECK(w->name, LOCK_OWNER, "a lock is taken that was never initialised");
	class = class_of(s, w, subclass);
	bit = BIT_ULL(class);
	if (!try) {
		if (unlikely(w->owner == t))
			mm_report(ORACLE_DEADLOCK, "'%s' is taken by the task that holds it",
				  lockdep_name(s, class, name));
		if (unlikely(t->held_mask & bit))
			mm_report(ORACLE_LOCK_ORDER, "'%s' is taken while another '%s' is held",
				  lockdep_name(s, class, name), name);
		if (unlikely(t->held_mask & ~s->classes[class].before))
			add_edges(s, t, class);
		if (t->irq == IRQ_IN)
			s->irq_classes |= bit;
	}
	if (!t->irqs_off)
		s->on_classes |= bit;
	if (unlikely(s->irq_classes & s->on_classes & bit))
		report_irq(s, class);
	if (unlikely(t->nr_held == MAX_HELD)) {
		fprintf(stderr, "mmstorm: a task holds more than %d locks\n", MAX_HELD);
		abort();
	}
	return class;
}

void lockdep_release(struct task *t, const struct lock_word *w)
{
	unsigned int i = t->nr_held;
	u64 mask = 0;

	while (i && t->held[i - 1].word != w)
		i--;
	if (!i)
		return;
	for (t->nr_held--; i <= t->nr_held; i++)
		t->held[i - 1] = t->held[i];
	for (i = 0; i < t->nr_held; i++)
		mask |= BIT_ULL(t->held[i].class);
	t->held_mask = mask;
}

void lockdep_irqs_on(struct task *t)
{
	struct sched *s = t->sched;
	u64 bad;

	s->on_classes |= t->held_mask;
	bad = t->held_mask & s->irq_classes;
	if (bad)
		report_irq(s, (u8)__builtin_ctzll(bad));
}
