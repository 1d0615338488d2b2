/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fidelity.c - mmstorm run --fidelity: read, replay, print; and the shared parts of both replays.
 */
#include "fidelity.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "machine/machine.h"
#include "sched/sched.h"
#include "tool/output.h"
#include "trace_file.h"

static const char *const reason_text[NR_FIDELITY_REASONS] = {
	[FIDELITY_REFUSED] = "ours refused",
	[FIDELITY_CHUNK] = "another chunk",
	[FIDELITY_MISSING] = "the kernel's place was taken: a free is missing",
	[FIDELITY_LATE] = "hole skipped by the kernel, freed shortly before",
	[FIDELITY_KERNEL] = "hole skipped by the kernel",
	[FIDELITY_OURS] = "hole skipped by ours",
	[FIDELITY_REUSE] = "the kernel's cache of purged areas",
	[FIDELITY_CONFLICT] = "the kernel's place cannot be taken",
};

const char *fidelity_reason_text(enum fidelity_reason r)
{
	return reason_text[r];
}

void fidelity_note(struct fidelity *f, u32 event, enum fidelity_reason r, u32 chunk, u64 start,
		   s32 hole)
{
	f->miss[f->nr_miss++] = (struct fidelity_miss){
		.event = event,
		.chunk = chunk,
		.start = start,
		.hole = hole,
		.reason = r,
	};
}

u32 fidelity_cpus(const struct pairing *p)
{
	return min(p->trace->nr_cpus, (u32)SCHED_MAX_CPUS);
}

int fidelity_replay(struct fidelity *f, struct machine **machine, void (*body)(void *arg),
		    void *arg)
{
	struct sched_params sp = {
		.nr_cpus = fidelity_cpus(f->pairing),
		.max_points = UINT64_MAX,
	};
	struct sched *s = sched_create();
	struct sched_result res;
	int err = -ENOMEM;

	*machine = machine_create();
	if (s && *machine) {
		if (sched_run(s, &sp, body, arg, &res))
			f->report = res.report;
		err = 0;
	}
	sched_destroy(s);
	machine_destroy(*machine);
	return err;
}

void fidelity_free(struct fidelity *f)
{
	free(f->miss);
	f->miss = NULL;
}

/* Count differences without conflicts, each of which follows a difference. */
static u32 count_differences(const struct fidelity *f)
{
	u32 n = 0;

	for (u32 i = 0; i < f->nr_miss; i++)
		n += f->miss[i].reason != FIDELITY_CONFLICT;
	return n;
}

static u32 line_of(const struct fidelity *f, u32 event)
{
	return f->pairing->trace->event[event].line;
}

static const struct pair_object *object_of(const struct fidelity *f, u32 event)
{
	return &f->pairing->object[f->pairing->of_event[event]];
}

/* Number of an event among those of its family, from 1. */
static u32 index_of(const struct fidelity *f, u32 event)
{
	bool percpu = f->pairing->family == PAIR_PERCPU;
	u32 n = 0;

	for (u32 i = 0; i <= event; i++) {
		const struct trace_event *e = &f->pairing->trace->event[i];

		n += percpu == (e->kind == TRACE_PERCPU_ALLOC || e->kind == TRACE_PERCPU_FREE) &&
		     e->kind != TRACE_KVA_PURGE;
	}
	return n;
}

static void print_place(const struct fidelity *f, u32 chunk, u64 start)
{
	if (f->pairing->family == PAIR_KVA)
		printf("0x%llx", start);
	else if (chunk == UINT32_MAX)
		printf("new:%llu", start);
	else
		printf("%u:%llu", chunk, start);
}

static void print_miss(const char *file, const struct fidelity *f, const struct fidelity_miss *m)
{
	const struct pair_object *o = object_of(f, m->event);

	printf("%s:%u: size=%llu align=%llu ours ", file, line_of(f, m->event), o->size, o->align);
	if (m->reason == FIDELITY_REFUSED)
		printf("none");
	else
		print_place(f, m->chunk, m->start);
	printf(" kernel ");
	print_place(f, o->chunk, o->start);
	printf(": %s", reason_text[m->reason]);
	if (m->hole != PAIR_NONE)
		printf(" (line %u)", line_of(f, m->hole));
	printf("\n");
}

static void print_reasons(const struct fidelity *f)
{
	u32 count[NR_FIDELITY_REASONS] = {0};

	for (u32 i = 0; i < f->nr_miss; i++)
		count[f->miss[i].reason]++;
	for (u32 r = 0; r < NR_FIDELITY_REASONS; r++)
		if (count[r])
			printf("  %10u  %s\n", count[r], reason_text[r]);
}

static void print_pairing(const struct pairing *p)
{
	printf("  %10u  events: %u allocations, %u frees", p->events, p->allocs, p->frees);
	if (p->failed)
		printf(", %u refused by the kernel", p->failed);
	printf("\n  %10u  frees inferred, %u objects from before, %u outlive, %u orphans\n",
	       p->inferred, p->before, p->outlive, p->orphans);
}

static void print_percpu(const struct fidelity *f)
{
	printf("  %10u  of %u allocations elsewhere than the kernel put them, resynchronised\n",
	       count_differences(f), f->compared);
	print_reasons(f);
	printf("  %10u  of them with plain first fit\n", f->first_fit);
	if (f->reserved)
		printf("  %10u  allocations from the reserved chunk, not compared\n", f->reserved);
	if (f->report.oracle != ORACLE_NONE)
		return;
	if (f->diverge == PAIR_NONE)
		printf("       never  does a free-running replay differ\n");
	else
		printf("  %10u  is the event at which a free-running replay first differs "
		       "(line %u); %u allocations in all\n",
		       index_of(f, f->diverge), line_of(f, f->diverge), f->drift);
}

static void print_kva(const struct fidelity *f)
{
	printf("  %10u  of %u allocations before the first purge elsewhere than the kernel put "
	       "them\n",
	       f->early_miss, f->early);
	if (f->purges)
		printf("  %10u  of %u allocations after the first of %u purges\n",
		       count_differences(f) - f->early_miss, f->compared - f->early, f->purges);
	print_reasons(f);
	if (f->skipped)
		printf("  %10u  allocations from another range of addresses, not compared\n",
		       f->skipped);
}

static void print_text(const char *file, const struct fidelity *f, bool list)
{
	bool percpu = f->pairing->family == PAIR_PERCPU;

	if (list)
		for (u32 i = 0; i < f->nr_miss; i++)
			print_miss(file, f, &f->miss[i]);
	printf("%s: %s\n", file, percpu ? "per-CPU areas" : "kernel virtual addresses");
	print_pairing(f->pairing);
	if (f->too_wide)
		printf("              the recorded places span too much for a replay\n");
	else if (percpu)
		print_percpu(f);
	else
		print_kva(f);
	if (f->report.oracle != ORACLE_NONE)
		printf("%s:%u: %s: %s\n", file, f->report.op < 0 ? 0 : line_of(f, f->report.op),
		       oracle_id(f->report.oracle), f->report.text);
}

static void add_int(struct json_object *o, const char *key, s64 value)
{
	json_object_object_add(o, key, json_object_new_int64(value));
}

static void add_text(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static void add_address(struct json_object *o, const char *key, u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", value);
	add_text(o, key, text);
}

static void print_object(struct json_object *o)
{
	output_json(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static struct json_object *json_begin(const char *file, const struct fidelity *f)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "file", file);
	add_text(o, "allocator", f->pairing->family == PAIR_PERCPU ? "percpu" : "vmap");
	return o;
}

static void json_miss(const char *file, const struct fidelity *f, const struct fidelity_miss *m)
{
	struct json_object *j = json_begin(file, f);
	const struct pair_object *o = object_of(f, m->event);

	add_int(j, "line", line_of(f, m->event));
	add_int(j, "size", o->size);
	add_int(j, "align", o->align);
	if (f->pairing->family == PAIR_KVA) {
		add_address(j, "ours", m->start);
		add_address(j, "kernel", o->start);
	} else {
		add_int(j, "our_chunk", m->chunk == UINT32_MAX ? -1 : (s64)m->chunk);
		add_int(j, "our_off", m->start);
		add_int(j, "kernel_chunk", o->chunk);
		add_int(j, "kernel_off", o->start);
	}
	add_text(j, "reason", reason_text[m->reason]);
	if (m->hole != PAIR_NONE)
		add_int(j, "hole_line", line_of(f, m->hole));
	print_object(j);
}

static void print_json(const char *file, const struct fidelity *f, bool list)
{
	const struct pairing *p = f->pairing;
	struct json_object *j = json_begin(file, f);

	if (list)
		for (u32 i = 0; i < f->nr_miss; i++)
			json_miss(file, f, &f->miss[i]);
	add_int(j, "events", p->events);
	add_int(j, "allocations", p->allocs);
	add_int(j, "frees", p->frees);
	add_int(j, "inferred", p->inferred);
	add_int(j, "before", p->before);
	add_int(j, "orphans", p->orphans);
	add_int(j, "compared", f->compared);
	add_int(j, "mismatches", count_differences(f));
	if (p->family == PAIR_PERCPU) {
		add_int(j, "first_fit", f->first_fit);
		add_int(j, "drift", f->drift);
		if (f->diverge != PAIR_NONE) {
			add_int(j, "diverge_event", index_of(f, f->diverge));
			add_int(j, "diverge_line", line_of(f, f->diverge));
		}
	} else {
		add_int(j, "purges", f->purges);
		add_int(j, "before_purge", f->early);
		add_int(j, "before_purge_mismatches", f->early_miss);
	}
	if (f->report.oracle != ORACLE_NONE) {
		add_text(j, "oracle", oracle_id(f->report.oracle));
		add_text(j, "text", f->report.text);
	}
	print_object(j);
}

/* Replay one family of events. Return: an exit status, or a negative error number. */
static int run_family(const char *file, const struct trace *t, enum pair_family family, bool list,
		      bool json)
{
	struct fidelity f = {0};
	struct pairing p;
	int err = pair_events(&p, t, family);

	if (!err && p.events)
		err = family == PAIR_PERCPU ? fidelity_percpu(&f, &p) : fidelity_kva(&f, &p);
	if (!err && p.events) {
		if (json)
			print_json(file, &f, list);
		else
			print_text(file, &f, list);
		err = f.report.oracle != ORACLE_NONE;
	}
	fidelity_free(&f);
	pair_free(&p);
	return err;
}

int fidelity_run(const char *file, bool list, bool json)
{
	int err = 2, percpu, kva;
	struct trace t;

	if (trace_read_file(&t, file, stderr))
		goto out;
	if (t.unreadable)
		fprintf(stderr, "%s: skipped %u unreadable lines of %u\n", file, t.unreadable,
			t.lines);
	if (t.lost)
		fprintf(stderr, "%s: events were lost while recording (%u notes)\n", file, t.lost);
	percpu = run_family(file, &t, PAIR_PERCPU, list, json);
	kva = percpu < 0 ? percpu : run_family(file, &t, PAIR_KVA, list, json);
	if (kva < 0)
		fprintf(stderr, "%s: out of memory\n", file);
	else
		err = percpu || kva;
out:
	trace_free(&t);
	return err;
}
