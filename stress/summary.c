/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * summary.c - see summary.h.
 */
#include "summary.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sched/clock.h"
#include "ticks.h"
#include "world/vmap_world.h"

static void add_spaces(struct stress *st)
{
	struct vmap_account a;

	for_each_space (k, &st->world) {
		const struct vmap_instance *v = space_of(&st->world, k);

		if (v->be->account) {
			v->be->account(v->ctx, &a);
			st->sums.purges += a.purges;
		}
		for (u32 e = 0; v->be->event && e < NR_SPACE_EVENTS; e++)
			st->sums.events[e] += v->be->event(v->ctx, (enum run_event)e);
	}
}

void summary_add_world(struct stress *st)
{
	struct stress_sums *sums = &st->sums;
	struct machine_stats ms;

	machine_stats(st->world.machine, &ms);
	sums->requests += ms.kmallocs + ms.pages + ms.tables;
	sums->injected += ms.failed;
	sums->flushes += ms.flushes;
	sums->ipis += ms.ipis;
	sums->pages_peak = max(sums->pages_peak, ms.pages_peak);
	sums->meta_peak = max(sums->meta_peak, ms.meta_peak);
	add_spaces(st);
	for (u32 i = 0; i < st->nr_threads; i++) {
		struct stress_thread *t = &st->thread[i];

		st->shared->done += t->seen->ended;
		sums->failed += st->run.count[i].failed;
		sums->took += t->took;
		sums->tries += t->tries;
		t->seen->begun = t->seen->ended = 0;
		t->took = t->tries = 0;
		for (u32 op = 0; op < NR_OPS; op++) {
			histogram_merge(&st->times[op], &t->times[op]);
			memset(&t->times[op], 0, sizeof(t->times[op]));
		}
	}
}

u64 summary_memory(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f && fscanf(f, "%*u %lu", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return (u64)pages * (u64)sysconf(_SC_PAGESIZE);
}

/* The most so far. */
static u64 memory_peak(void)
{
	struct rusage ru;

	return getrusage(RUSAGE_SELF, &ru) ? 0 : (u64)ru.ru_maxrss << 10;
}

static u32 live_now(const struct stress *st)
{
	u32 live = 0;

	for (u32 i = 0; i < st->shared->nr_slots; i++)
		live += __atomic_load_n(&st->shared->slot[i].state, __ATOMIC_RELAXED) != SLOT_EMPTY;
	return live;
}

static struct json_object *number(double x)
{
	return x == (double)(s64)x ? json_object_new_int64((s64)x) : json_object_new_double(x);
}

static void put(struct json_object *j)
{
	puts(json_object_to_json_string_ext(j, JSON_C_TO_STRING_SPACED));
	fflush(stdout);
	json_object_put(j);
}

void summary_print_second(const struct stress *st, double seconds, double rate, bool at_work)
{
	struct json_object *j;

	if (st->o->json) {
		j = json_object_new_object();
		json_object_object_add(j, "second", number((double)(u64)seconds));
		json_object_object_add(j, "operations_per_s", number((double)(u64)rate));
		json_object_object_add(j, "live", number(at_work ? live_now(st) : 0));
		json_object_object_add(j, "memory", number((double)summary_memory()));
		json_object_object_add(j, "purges", number((double)st->sums.purges));
		put(j);
	} else if (isatty(STDERR_FILENO)) {
		fprintf(stderr,
			"%6.0f s  %10.0f operations/s  %5u live  %5.1f MiB  %llu worlds, "
			"%llu purges\n",
			seconds, rate, at_work ? live_now(st) : 0,
			(double)summary_memory() / 1048576, st->sums.worlds, st->sums.purges);
	}
}

/* Nanoseconds of a tick of the run's clock. */
static double tick_ns(const struct stress *st, double seconds)
{
	return seconds * 1e9 / (double)(ticks() - st->begin_ticks);
}

static void print_table(const struct stress *st, double ns)
{
	printf("\n%-22s %12s %8s %8s %8s %10s\n", "operation, ns", "number", "p50", "p99", "p99.9",
	       "max");
	for (u32 op = 0; op < NR_OPS; op++) {
		const struct histogram *h = &st->times[op];

		if (h->nr)
			printf("%-22s %12llu %8.0f %8.0f %8.0f %10.0f\n", op_table[op].name, h->nr,
			       (double)histogram_at(h, 5000) * ns,
			       (double)histogram_at(h, 9900) * ns,
			       (double)histogram_at(h, 9990) * ns, (double)h->most * ns);
	}
}

static void print_text(const struct stress *st, double seconds)
{
	const struct stress_sums *s = &st->sums;
	const u64 done = st->shared->done;

	printf("%s: %llu operations in %.1f s, %.0f operations/s, by %u threads\n", stress_name(st),
	       done, seconds, (double)done / seconds, st->nr_threads);
	printf("  %llu worlds", s->worlds);
	if (s->refused)
		printf(" (of %llu the boot failed by plan)", s->refused);
	printf(", %llu quiet points; %llu requests refused, %llu of the machine's failed by plan\n",
	       s->quiet, s->failed, s->injected);
	if (st->o->pass_over)
		printf("  %llu findings of judges were passed over\n", reports_passed_over());
	printf("  %.0f%% of the objects that were used or freed were made by another thread\n",
	       s->tries ? 100 * (double)s->took / (double)s->tries : 0);
	printf("  memory at most: %.1f MiB of this process, %llu page frames, %llu KiB metadata\n",
	       (double)memory_peak() / 1048576, s->pages_peak, s->meta_peak >> 10);
	printf("  by quarters of the run:");
	for (u32 q = 0; q < SERIES_PARTS; q++)
		printf("%s %.1f", q ? "," : "", (double)series_part(&st->memory, q) / 1048576);
	printf(" MiB\n");
	printf("  %llu flushes of TLBs, %llu interrupts for them, %llu purges\n", s->flushes,
	       s->ipis, s->purges);
	printf(" ");
	for (u32 e = 0; e < NR_SPACE_EVENTS; e++)
		printf("%s %llu %s", e ? "," : "", s->events[e], run_event_name((enum run_event)e));
	printf("\n  fragmentation: %.0f%% of the free addresses lie outside of the largest gap\n",
	       s->nr_gaps ? 100 * s->gaps / (double)s->nr_gaps : 0);
	print_table(st, tick_ns(st, seconds));
}

static void put_operation(const struct stress *st, u32 op, double ns)
{
	const struct histogram *h = &st->times[op];
	struct json_object *j = json_object_new_object();

	json_object_object_add(j, "operation", json_object_new_string(op_table[op].name));
	json_object_object_add(j, "number", number((double)h->nr));
	json_object_object_add(j, "p50_ns", number((double)histogram_at(h, 5000) * ns));
	json_object_object_add(j, "p99_ns", number((double)histogram_at(h, 9900) * ns));
	json_object_object_add(j, "p99.9_ns", number((double)histogram_at(h, 9990) * ns));
	json_object_object_add(j, "max_ns", number((double)h->most * ns));
	put(j);
}

static void print_json(const struct stress *st, double seconds)
{
	const struct stress_sums *s = &st->sums;
	const double ns = tick_ns(st, seconds);
	const struct {
		const char *name;
		double value;
	} sums[] = {
		{"seconds", seconds},
		{"threads", st->nr_threads},
		{"operations", (double)st->shared->done},
		{"operations_per_s", (double)st->shared->done / seconds},
		{"refused", (double)s->failed},
		{"worlds", (double)s->worlds},
		{"worlds_refused", (double)s->refused},
		{"quiet_points", (double)s->quiet},
		{"passed_over", (double)reports_passed_over()},
		{"handed_over", s->tries ? (double)s->took / (double)s->tries : 0},
		{"memory_peak", (double)memory_peak()},
		{"memory_quarter_1", (double)series_part(&st->memory, 0)},
		{"memory_quarter_2", (double)series_part(&st->memory, 1)},
		{"memory_quarter_3", (double)series_part(&st->memory, 2)},
		{"memory_quarter_4", (double)series_part(&st->memory, 3)},
		{"pages_peak", (double)s->pages_peak},
		{"metadata_peak", (double)s->meta_peak},
		{"requests", (double)s->requests},
		{"injected", (double)s->injected},
		{"flushes", (double)s->flushes},
		{"ipis", (double)s->ipis},
		{"purges", (double)s->purges},
		{"fragmentation", s->nr_gaps ? s->gaps / (double)s->nr_gaps : 0},
	};
	struct json_object *j = json_object_new_object();

	json_object_object_add(j, "workload", json_object_new_string(stress_name(st)));
	json_object_object_add(j, "seed", json_object_new_uint64(st->o->seed));
	for (u32 i = 0; i < ARRAY_SIZE(sums); i++)
		json_object_object_add(j, sums[i].name, number(sums[i].value));
	for (u32 e = 0; e < NR_SPACE_EVENTS; e++)
		json_object_object_add(j, run_event_name((enum run_event)e),
				       number((double)s->events[e]));
	for (u32 op = 0; op < NR_OPS; op++)
		if (st->times[op].nr)
			put_operation(st, op, ns);
	put(j);
}

void summary_print(struct stress *st)
{
	const double seconds = clock_seconds() - st->begin;

	if (st->o->json)
		print_json(st, seconds);
	else
		print_text(st, seconds);
	fflush(stdout);
}
