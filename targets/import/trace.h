/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.h - what a running kernel was asked for, as ftrace events in text form.
 *
 * Three programs print these events: the kernel itself (`cat trace`), `trace-cmd report` and
 * `perf script`. They agree on the fields behind the event's name and differ in what stands
 * in front of it. Plain and gzip-compressed files are read alike.
 */
#ifndef MM_IMPORT_TRACE_H
#define MM_IMPORT_TRACE_H

#include <stdio.h>

#include "sched/types.h"

enum trace_kind {
	TRACE_PERCPU_ALLOC, /* percpu:percpu_alloc_percpu */
	TRACE_PERCPU_FREE,  /* percpu:percpu_free_percpu */
	TRACE_KVA_ALLOC,    /* vmalloc:alloc_vmap_area */
	TRACE_KVA_FREE,	    /* vmalloc:free_vmap_area_noflush */
	TRACE_KVA_PURGE,    /* vmalloc:purge_vmap_area_lazy */
	NR_TRACE_KINDS
};

/**
 * struct trace_event - one event
 * @kind:     enum trace_kind
 * @irq:      in a softirq, an interrupt or an NMI (perf script does not tell)
 * @atomic:   TRACE_PERCPU_ALLOC: is_atomic
 * @reserved: TRACE_PERCPU_ALLOC: served from the reserved chunk
 * @failed:   TRACE_KVA_ALLOC: there was no such range, @start means nothing
 * @cpu:      CPU that it was recorded on
 * @line:     line of the file, from 1
 * @base:     percpu events: base_addr, consistent within a file and nothing else; TRACE_KVA_ALLOC:
 *            vstart, the lowest address asked for; 0 if the event does not say
 * @start:    percpu events: offset in the chunk; KVA events: va_start, or start of the purge
 * @end:      TRACE_KVA_PURGE: behind the last address
 * @size:     allocations: bytes
 * @align:    allocations: bytes, a power of two
 * @purged:   TRACE_KVA_PURGE: areas
 */
struct trace_event {
	u8 kind;
	bool irq, atomic, reserved, failed;
	u16 cpu;
	u32 line;
	u64 base;
	u64 start, end;
	u64 size, align;
	u64 purged;
};

/* What a line is. */
enum trace_line {
	TRACE_LINE_EVENT, /* one of the events above */
	TRACE_LINE_OTHER, /* an event, and none of those */
	TRACE_LINE_BLANK, /* a comment, a header, a frame of a call chain, nothing */
	TRACE_LINE_LOST,  /* a note that events were lost */
	TRACE_LINE_BAD,	  /* none of these */
};

#define TRACE_WHY 200

/**
 * trace_parse_line() - read one line
 * @e:    receives the event; its line number is the caller's
 * @line: the line, zero-terminated, without its newline
 * @why:  receives what was found and what was expected, for TRACE_LINE_BAD
 */
enum trace_line trace_parse_line(struct trace_event *e, const char *line, char why[TRACE_WHY]);

/**
 * struct trace - a recording
 * @event:      events in the order of the file
 * @nr:         entries in @event
 * @max:        entries that @event has room for
 * @nr_cpus:    one more than the highest CPU seen
 * @count:      events of each kind
 * @lines:      lines of the file
 * @other:      events of other kinds
 * @unreadable: lines that could not be read
 * @lost:       notes of lost events
 */
struct trace {
	struct trace_event *event;
	u32 nr, max;
	u32 nr_cpus;
	u32 count[NR_TRACE_KINDS];
	u32 lines;
	u32 other, unreadable, lost;
};

/**
 * trace_read() - read a recording
 * @t:    filled in; trace_free() it, also after an error
 * @path: file, plain or compressed by gzip
 * @diag: a line for each line that cannot be read (the first TRACE_MAX_DIAG of them), then
 *        one on why the file cannot be used, if so
 *
 * Return: 0; -EINVAL without a known event; another negative error number if the file could
 * not be read.
 */
int trace_read(struct trace *t, const char *path, FILE *diag);

#define TRACE_MAX_DIAG 20

/** trace_free() - free what it holds */
void trace_free(struct trace *t);

/** trace_kind_name() - the event's name, without its system */
const char *trace_kind_name(enum trace_kind k);

#endif
