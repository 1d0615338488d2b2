/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.c - read a recording: split it into lines, and collect the events.
 */
#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program/text.h"

#define MAX_LINE 65536

static int append(struct trace *t, const struct trace_event *e)
{
	if (t->nr == t->max) {
		u32 max = t->max ? 2 * t->max : 1024;
		struct trace_event *p = realloc(t->event, max * sizeof(*p));

		if (!p)
			return -ENOMEM;
		t->event = p;
		t->max = max;
	}
	t->event[t->nr++] = *e;
	t->count[e->kind]++;
	t->nr_cpus = max(t->nr_cpus, e->cpu + 1U);
	return 0;
}

static int take_line(struct trace *t, const char *line, const char *path, FILE *diag)
{
	struct trace_event e;
	char why[TRACE_WHY];

	switch (trace_parse_line(&e, line, why)) {
	case TRACE_LINE_EVENT:
		e.line = t->lines;
		return append(t, &e);
	case TRACE_LINE_OTHER:
		t->other++;
		break;
	case TRACE_LINE_LOST:
		t->lost++;
		break;
	case TRACE_LINE_BLANK:
		break;
	case TRACE_LINE_BAD:
		if (t->unreadable++ < TRACE_MAX_DIAG)
			fprintf(diag, "%s:%u: %s\n", path, t->lines, why);
		break;
	}
	return 0;
}

/**
 * struct lines - the lines of a source
 * @source: the source, with its argument @arg
 * @buf:    MAX_LINE bytes and a zero; those from @from to @to are not used yet
 * @end:    the source has ended
 */
struct lines {
	trace_source_fn *source;
	void *arg;
	char *buf;
	size_t from, to;
	bool end;
};

/* Make room, and read on. Return: 0 or a negative error number. */
static int fill(struct lines *l)
{
	ssize_t n;

	memmove(l->buf, l->buf + l->from, l->to - l->from);
	l->to -= l->from;
	l->from = 0;
	n = l->source(l->arg, l->buf + l->to, MAX_LINE - l->to);
	if (n < 0)
		return n;
	l->to += n;
	l->end = !n;
	return 0;
}

/*
 * Read a line. @line receives it, or NULL if it is longer than the buffer or has a zero byte.
 * Return: 1; 0 at the end; a negative error number.
 */
static int next_line(struct lines *l, const char **line)
{
	bool too_long = false;
	char *begin, *end;
	int err;

	for (;;) {
		begin = l->buf + l->from;
		end = memchr(begin, '\n', l->to - l->from);
		if (end || l->end)
			break;
		if (l->from == 0 && l->to == MAX_LINE) {
			too_long = true;
			l->from = l->to;
		}
		err = fill(l);
		if (err)
			return err;
	}
	if (!end && l->from == l->to)
		return too_long;
	if (!end)
		end = l->buf + l->to;
	*end = 0;
	l->from = min((size_t)(end + 1 - l->buf), l->to);
	*line = too_long || strlen(begin) != (size_t)(end - begin) ? NULL : begin;
	return 1;
}

static int read_lines(struct trace *t, struct lines *l, const char *name, FILE *diag)
{
	const char *line = NULL;
	int err;

	while ((err = next_line(l, &line)) > 0) {
		t->lines++;
		if (line) {
			if (t->lines == 1)
				line += text_mark(line, strlen(line));
			err = take_line(t, line, name, diag);
			if (err)
				return err;
		} else if (t->unreadable++ < TRACE_MAX_DIAG) {
			fprintf(diag,
				"%s:%u: found a line with a zero byte or of more than %d bytes, "
				"expected text\n",
				name, t->lines, MAX_LINE - 1);
		}
	}
	return err;
}

int trace_read(struct trace *t, trace_source_fn *source, void *arg, const char *name, FILE *diag)
{
	struct lines l = {.source = source, .arg = arg, .buf = malloc(MAX_LINE + 1)};
	int err;

	*t = (struct trace){0};
	err = l.buf ? read_lines(t, &l, name, diag) : -ENOMEM;
	free(l.buf);
	if (t->unreadable > TRACE_MAX_DIAG)
		fprintf(diag, "%s: %u more unreadable lines\n", name,
			t->unreadable - TRACE_MAX_DIAG);
	if (err) {
		fprintf(diag, "%s:%u: cannot read on: %s\n", name, t->lines + 1,
			err == -EIO ? "damaged or truncated gzip data" : strerror(-err));
		return err;
	}
	if (!t->nr) {
		fprintf(diag,
			"%s: found no known event in %u lines, expected percpu_alloc_percpu, "
			"percpu_free_percpu, alloc_vmap_area, free_vmap_area_noflush or "
			"purge_vmap_area_lazy\n",
			name, t->lines);
		return -EINVAL;
	}
	return 0;
}

void trace_free(struct trace *t)
{
	free(t->event);
	*t = (struct trace){0};
}
