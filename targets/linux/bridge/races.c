/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * races.c - which races between accesses of the kernel are findings.
 *
 * The rule is that of KCSAN as kernels configure it: a plain, aligned write of at most eight bytes
 * counts as marked, and two marked accesses do not race. So a race has a plain read, or a plain
 * write that hardware may tear. ThreadSanitizer reports all races; this filter passes over
 *
 * - pairs without such an access,
 * - entries of the page table above the lowest level, which hardware reads as well,
 * - the races of races.txt, each of which has a reason there.
 *
 * In the environment, MMSTORM_RACES=strict switches the filter off, and MMSTORM_RACES=unlisted
 * leaves out races.txt.
 */
#define _GNU_SOURCE
#include "bridge.h"

#ifdef MM_TSAN
#include <stdlib.h>
#include <string.h>

#include <known_races.h>
#include <sanitizer/common_interface_defs.h>

#include "sched/race.h"

/* A race of races.txt: parts of the names of two functions, in any order; @other may be a list. */
struct known_race {
	const char *one, *other;
};

static const struct known_race known[] = {
#define X(one, other) {one, other},
	KNOWN_RACES(X)
#undef X
};

/* Pairs of instructions that were looked up before: symbols are slow. */
#define CACHE 64
static struct {
	const void *pc[2];
	bool harmless;
} cache[CACHE];
static unsigned int nr_cached;

/* It has no order, and may be torn or repeated. */
static bool is_plain(const struct race_access *a)
{
	const bool whole = a->size <= 8 && IS_ALIGNED((u64)a->addr, (u64)a->size);

	return !a->atomic && !(a->write && whole);
}

/* Does @name have one of the parts, which commas separate? */
static bool has_part(const char *name, const char *parts)
{
	for (size_t len; *parts; parts += len + (parts[len] == ',')) {
		len = strcspn(parts, ",");
		if (memmem(name, strlen(name), parts, len))
			return true;
	}
	return false;
}

static bool names(const struct known_race *k, const char *one, const char *other)
{
	return strstr(one, k->one) && has_part(other, k->other);
}

static bool is_known(const struct race_access a[2])
{
	char f[2][128] = {"", ""};
	bool harmless = false;

	for (unsigned int i = 0; i < nr_cached; i++)
		if (cache[i].pc[0] == a[0].pc && cache[i].pc[1] == a[1].pc)
			return cache[i].harmless;
	for (unsigned int i = 0; i < 2; i++)
		if (a[i].pc)
			__sanitizer_symbolize_pc((void *)a[i].pc, "%f", f[i], sizeof(f[i]));
	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
		harmless |= names(&known[i], f[0], f[1]) || names(&known[i], f[1], f[0]);
	if (nr_cached < CACHE) {
		cache[nr_cached].pc[0] = a[0].pc;
		cache[nr_cached].pc[1] = a[1].pc;
		cache[nr_cached++].harmless = harmless;
	}
	return harmless;
}

/* MMSTORM_RACES=unlisted */
static bool unlisted;

static bool is_harmless(const struct race_access a[2])
{
	if (!is_plain(&a[0]) && !is_plain(&a[1]))
		return true;
	return entries_are_upper(a[0].addr) || (!unlisted && is_known(a));
}

void races_attach(void)
{
	const char *e = getenv("MMSTORM_RACES");

	unlisted = e && !strcmp(e, "unlisted");
	if (!e || strcmp(e, "strict"))
		sched_set_race_filter(is_harmless);
}
#else
void races_attach(void)
{
}
#endif
