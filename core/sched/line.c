/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * line.c - virtual time: cache lines, by address.
 */
#include "line.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_BITS 10

/* Fibonacci hashing: lines of one object follow each other, their slots do not. */
static u64 slot_of(const struct lines *l, u64 number)
{
	return number * 0x9e3779b97f4a7c15ULL >> (64 - l->bits);
}

/* The line's slot, or the free one that it would have. */
static struct line *look_up(const struct lines *l, u64 number)
{
	u64 i = slot_of(l, number);

	while (l->slot[i].gen == l->gen && l->slot[i].number != number)
		i = (i + 1) & (BIT_ULL(l->bits) - 1);
	return &l->slot[i];
}

static void grow(struct lines *l)
{
	struct lines old = *l;

	l->bits = old.slot ? old.bits + 1 : FIRST_BITS;
	l->slot = calloc(BIT_ULL(l->bits), sizeof(*l->slot));
	if (!l->slot) {
		fprintf(stderr, "mmstorm: no memory for the cache lines of a run\n");
		abort();
	}
	for (u64 i = 0; old.slot && i < BIT_ULL(old.bits); i++)
		if (old.slot[i].gen == l->gen)
			*look_up(l, old.slot[i].number) = old.slot[i];
	free(old.slot);
}

static struct line *get_line(struct lines *l, u32 gen, const volatile void *p)
{
	u64 number = (uintptr_t)p >> LINE_SHIFT;
	struct line *line;

	if (l->gen != gen) {
		l->gen = gen;
		l->used = 0;
	}
	if (!l->slot || l->used >= BIT_ULL(l->bits) / 2)
		grow(l);
	line = look_up(l, number);
	if (line->gen != gen) {
		*line = (struct line){.number = number, .gen = gen};
		l->used++;
	}
	return line;
}

u64 line_access(struct lines *l, u32 gen, const volatile void *p, unsigned int cpu, bool write,
		u64 now, u32 cost)
{
	struct line *line = get_line(l, gen, p);
	u64 bit = BIT_ULL(cpu);

	if (line->have == bit || (!write && line->have & bit))
		return now;
	now = max(now, line->arrived) + cost;
	if (write) {
		line->have = bit;
		line->arrived = now;
	} else {
		line->have |= bit;
	}
	return now;
}

void line_bring(struct lines *l, u32 gen, const volatile void *p, unsigned int cpu, u64 now)
{
	struct line *line = get_line(l, gen, p);

	line->have = BIT_ULL(cpu);
	line->arrived = max(line->arrived, now);
}

void lines_fini(struct lines *l)
{
	free(l->slot);
}
