/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge.c - the bridge of the process; scheduling points, and what the kernel says of itself.
 */
#include "bridge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "machine/topology.h"
#include "sched/announce.h"
#include "sched/kernel.h"
#include "../units/judge.h"

struct bridge bridge;
struct bridge_numbers br;
int br_fence_word;

/* The window is this far from address 0, and room for it ends before the host's own mappings. */
#define WINDOW_START 0x7e9000000000ULL
#define WINDOW_ALIGN (1ULL << 36)

void bridge_attach(struct machine *m, u64 start, u64 size)
{
	const struct topology *t = machine_topology(m);

	bridge = (struct bridge){
		.m = m,
		.shift = WINDOW_START - ALIGN_DOWN(start, WINDOW_ALIGN),
	};
	br = (struct bridge_numbers){
		.kva_start = to_kernel(start),
		.kva_end = to_kernel(start) + size,
		.direct = direct_map_start(m),
		.nodes = t->nr_nodes,
	};
	for (unsigned int r = 0; r < t->nr_ranges; r++)
		br.total_pages += t->range[r].nr;
	window_attach(br.kva_start, size);
	entries_attach(br.kva_start, size);
	boot_memory_attach();
	races_attach();
}

/* While the kernel boots there is no other task. */
void br_point(void)
{
	if (likely(!br.booting))
		sched_point();
}

void br_point_read(const volatile void *p)
{
	if (likely(!br.booting))
		sched_point_read(p);
}

void br_point_write(const volatile void *p)
{
	if (likely(!br.booting))
		sched_point_write(p);
}

void br_cond_resched(void)
{
	if (!__atomic_load_n(&bridge.atomic_callers, __ATOMIC_RELAXED) || !in_atomic())
		cond_resched();
}

/* The name of a file from mm/ or lib/ on. */
static const char *short_name(const char *file)
{
	const char *name = file;

	for (const char *p = file; *p; p++)
		if (!strncmp(p, "/mm/", 4) || !strncmp(p, "/lib/", 5))
			name = p + 1;
	return name;
}

void br_bug(const char *file, int line, const char *what)
{
	mm_report(ORACLE_ASSERTION, "%s:%d: %s", short_name(file), line, what);
}

/*
 * A warning is a finding, unless requests have failed: the kernel also warns of what it then
 * recovers from, and the run goes on to see that it does.
 */
void br_warn(const char *file, int line, const char *what)
{
	struct machine_stats st;
	char text[160];

	machine_stats(bridge.m, &st);
	MM_CHECK(st.failed || br.booting, ASSERTION, "%s:%d: %s", short_name(file), line, what);
	snprintf(text, sizeof(text), "%s:%d: %s", short_name(file), line, what);
	if (bridge.notice)
		bridge.notice(bridge.arg, text);
}

void br_judged(enum judged what, const char *fmt, ...)
{
	static const enum oracle oracle[] = {
		[JUDGED_HINT] = ORACLE_HINT,   [JUDGED_COUNT] = ORACLE_COUNT,
		[JUDGED_TREE] = ORACLE_TREE,   [JUDGED_LIST] = ORACLE_LIST,
		[JUDGED_ALIAS] = ORACLE_ALIAS, [JUDGED_OVERLAP] = ORACLE_OVERLAP,
	};
	char text[MM_REPORT_TEXT];
	va_list ap;

	if (report_passed_over(oracle[what]))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	mm_report(oracle[what], "%s", text);
}

int br_cpu_to_node(unsigned int cpu)
{
	return (int)cpu_to_node(machine_topology(bridge.m), cpu);
}

int br_distance(unsigned int from, unsigned int to);
int br_distance(unsigned int from, unsigned int to)
{
	const struct topology *t = machine_topology(bridge.m);

	return t->distance[t->cpu_node[from]][t->cpu_node[to]];
}

#if defined(MM_TSAN)
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);

void br_race_begin(void)
{
	AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
	AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}

void br_race_end(void)
{
	AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
	AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}
#else
void br_race_begin(void)
{
}

void br_race_end(void)
{
}
#endif
