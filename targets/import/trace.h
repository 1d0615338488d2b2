/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.h - read requests to a running kernel from ftrace events in text form.
 *
 * Three programs print these events: the kernel itself (`cat trace`), `trace-cmd report` and
 * `perf script`. They agree on the fields after the event's name and differ in the text before it.
 */
#ifndef MM_IMPORT_TRACE_H
#define MM_IMPORT_TRACE_H

#include <stdio.h>
#include <sys/types.h>

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
 * @irq:      in a softirq, an interrupt or an NMI (perf script does not print this)
 * @atomic:   TRACE_PERCPU_ALLOC: is_atomic
 * @reserved: TRACE_PERCPU_ALLOC: served from the reserved chunk
 * @failed:   TRACE_KVA_ALLOC: the kernel found no range, and @start is invalid
 * @cpu:      CPU of the event
 * @line:     line of the file, from 1
 * @base:     percpu events: base_addr, hashed but consistent within a file; TRACE_KVA_ALLOC:
 *            vstart, the lowest requested address; 0: not in the event
 * @start:    percpu events: offset in the chunk; KVA events: va_start, or start of the purge
 * @end:      TRACE_KVA_PURGE: end of the purge, exclusive
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

/* Kinds of lines. */
enum trace_line {
	TRACE_LINE_EVENT, /* one of the events above */
	TRACE_LINE_OTHER, /* another event */
	TRACE_LINE_BLANK, /* a comment, a header, a frame of a call chain, or empty */
	TRACE_LINE_LOST,  /* a note that events were lost */
	TRACE_LINE_BAD,	  /* unreadable */
};

#define TRACE_WHY 200

/**
 * trace_parse_line() - parse one line
 * @e:    receives the event; the caller sets its line number
 * @line: the line, zero-terminated, without its newline
 * @why:  for TRACE_LINE_BAD, receives what was found and expected
 */
enum trace_line trace_parse_line(struct trace_event *e, const char *line, char why[TRACE_WHY]);

/**
 * struct trace - a recording
 * @event:      events in the order of the file
 * @nr:         entries in @event
 * @max:        capacity of @event
 * @nr_cpus:    one more than the highest CPU id
 * @count:      events of each kind
 * @lines:      lines of the file
 * @other:      events of other kinds
 * @unreadable: unreadable lines
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
 * typedef trace_source_fn - read the next bytes of a recording
 * @arg:  the argument of trace_read()
 * @buf:  receives them
 * @size: most bytes
 *
 * Return: bytes; 0 at the end; -EIO if compressed data is damaged; another negative error number.
 */
typedef ssize_t trace_source_fn(void *arg, char *buf, size_t size);

/**
 * trace_read() - read a recording
 * @t:      filled in; trace_free() it, also after an error
 * @source: where the text comes from; a byte order mark at its start is skipped
 * @arg:    argument of @source
 * @name:   name of the recording in messages
 * @diag:   receives a message for each of the first TRACE_MAX_DIAG unreadable lines, and at an
 *          error one about the recording
 *
 * Return: 0; -EINVAL without a known event; another negative error number if @source fails.
 */
int trace_read(struct trace *t, trace_source_fn *source, void *arg, const char *name, FILE *diag);

#define TRACE_MAX_DIAG 20

/** trace_free() - free the events */
void trace_free(struct trace *t);

/** trace_kind_name() - the event's name, without its system */
const char *trace_kind_name(enum trace_kind k);

#endif
