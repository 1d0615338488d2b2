/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_line.c - parse one line of a recording.
 *
 * Lines look like one of these, where a task's name may contain blanks and brackets:
 *
 *   task-12 [001] d.s2.  2552.392475: percpu_free_percpu: base_addr=.. off=..	 cat trace
 *   task-12 (  12) [001] d.s2 2552.39: percpu_free_percpu: ..	     with record-tgid, older
 *   task-12 [001]  2552.392475: percpu_free_percpu:   base_addr=0x..	 trace-cmd report
 *   task 12 [001]  2552.392475: percpu:percpu_free_percpu: ..		 perf script
 *   task 12  2552.392475: percpu:percpu_free_percpu: ..		 perf script, one process
 *
 * So the reader does not parse from the left: it looks for a CPU in brackets, followed by optional
 * flags, a time and a name; and if there is none, for a time followed by a name with its system. It
 * ignores the text before that.
 *
 * The flags are ftrace's: interrupts off, reschedule pending, context, preemption depth, and
 * since 5.17 migration disabled. Only the context counts: h, H, s, z or Z.
 *
 * Fields are looked up by name, so other fields of older or newer kernels do no harm (call_site,
 * bytes_alloc, gfp_flags came in 5.19).
 */
#include "trace.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CPU 1023

static const char *const kind_name[NR_TRACE_KINDS] = {
	[TRACE_PERCPU_ALLOC] = "percpu_alloc_percpu", [TRACE_PERCPU_FREE] = "percpu_free_percpu",
	[TRACE_KVA_ALLOC] = "alloc_vmap_area",	      [TRACE_KVA_FREE] = "free_vmap_area_noflush",
	[TRACE_KVA_PURGE] = "purge_vmap_area_lazy",
};

const char *trace_kind_name(enum trace_kind k)
{
	return kind_name[k];
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* Skip a time such as 2552.392475: or, of a clock that counts, 99182: */
static const char *after_time(const char *s)
{
	const char *p = s + strspn(s, "0123456789");

	if (p == s)
		return NULL;
	if (*p == '.' && isdigit((unsigned char)p[1]))
		p += 1 + strspn(p + 1, "0123456789");
	return *p == ':' && (p[1] == ' ' || p[1] == '\t') ? skip_blanks(p + 1) : NULL;
}

/* Skip a name such as percpu:percpu_free_percpu: with or without system; @len excludes the colon.
 */
static const char *after_name(const char *s, size_t *len)
{
	const char *p = s;

	if (!isalpha((unsigned char)*p) && *p != '_')
		return NULL;
	while (isalnum((unsigned char)*p) || strchr("_-:.", *p) != NULL) {
		if (!*p)
			return NULL;
		if (*p == ':' && (!p[1] || p[1] == ' ' || p[1] == '\t')) {
			*len = p - s;
			return skip_blanks(p + 1);
		}
		p++;
	}
	return NULL;
}

static bool irq_flag(const char *flags, size_t len)
{
	return len >= 4 && strchr("hHszZ", flags[2]) != NULL;
}

/**
 * struct head - the part of a line before an event's fields
 * @name:   the event's name, with its system if that is there
 * @len:    length of the name
 * @fields: the text after the name
 */
struct head {
	const char *name;
	size_t len;
	const char *fields;
	u64 cpu;
	bool irq;
};

/* perf script may print a period before the name. */
static bool name_at(struct head *h, const char *s)
{
	const char *period = s + strspn(s, "0123456789");

	if (period != s && (*period == ' ' || *period == '\t'))
		s = skip_blanks(period);
	h->name = s;
	h->fields = after_name(s, &h->len);
	return h->fields != NULL;
}

/* "[001] d.s2. 2552.392475: name: fields", from the bracket on. */
static bool head_with_cpu(struct head *h, const char *s)
{
	size_t digits = strspn(s + 1, "0123456789"), len;
	const char *p = s + 1 + digits, *time;

	if (!digits || digits > 6 || *p != ']' || (p[1] != ' ' && p[1] != '\t'))
		return false;
	h->cpu = strtoull(s + 1, NULL, 10);
	h->irq = false;
	p = skip_blanks(p + 1);
	time = after_time(p);
	if (!time) {
		len = strcspn(p, " \t");
		h->irq = irq_flag(p, len);
		if (len > 8)
			return false;
		time = after_time(skip_blanks(p + len));
	}
	return time && name_at(h, time);
}

static bool find_head(struct head *h, const char *line)
{
	for (const char *s = strchr(line, '['); s; s = strchr(s + 1, '['))
		if (head_with_cpu(h, s))
			return true;
	/* perf script of one process prints no CPU; then a name with its system suffices. */
	for (const char *s = line; *s; s++) {
		const char *time;

		if (!isdigit((unsigned char)*s) || (s != line && s[-1] != ' ' && s[-1] != '\t'))
			continue;
		time = after_time(s);
		if (!time || !name_at(h, time) || !memchr(h->name, ':', h->len))
			continue;
		h->cpu = 0;
		h->irq = false;
		return true;
	}
	return false;
}

/* The value of a field, from after "name=" or "name: " to the next blank. */
static const char *field(const char *fields, const char *name, size_t *len)
{
	size_t n = strlen(name);

	for (const char *s = fields; (s = strstr(s, name)); s += n) {
		const char *v = s + n;

		if (s != fields && s[-1] != ' ' && s[-1] != '\t' && s[-1] != ',')
			continue;
		if (*v != '=' && *v != ':')
			continue;
		v = skip_blanks(v + 1);
		*len = strcspn(v, " \t,");
		return v;
	}
	return NULL;
}

/**
 * struct fields - the fields of an event, and the first error in them
 * @text: the fields
 * @why:  receives the message of the first error
 * @bad:  there was an error
 */
struct fields {
	const char *text;
	char *why;
	bool bad;
};

static void __printf(2, 3) complain(struct fields *f, const char *fmt, ...)
{
	va_list ap;

	if (f->bad)
		return;
	f->bad = true;
	va_start(ap, fmt);
	vsnprintf(f->why, TRACE_WHY, fmt, ap);
	va_end(ap);
}

/* Read a number; @base is 10 or 16, and a prefix 0x makes any number hexadecimal. */
static u64 number(struct fields *f, const char *name, int base)
{
	size_t len = 0;
	const char *v = field(f->text, name, &len);
	char *end;
	u64 x;

	if (!v) {
		complain(f, "found no field '%s', expected one", name);
		return 0;
	}
	if (len > 2 && v[0] == '0' && (v[1] == 'x' || v[1] == 'X'))
		base = 16;
	errno = 0;
	x = strtoull(v, &end, base);
	if (!isxdigit((unsigned char)*v) || end != v + len || errno)
		complain(f, "found %s=%.*s, expected a %s number", name, (int)min(len, (size_t)32),
			 v, base == 16 ? "hexadecimal" : "decimal");
	return x;
}

/* Read a flag, 0 or 1, or false or true; a missing flag is false. */
static bool flag(struct fields *f, const char *name)
{
	size_t len = 0;
	const char *v = field(f->text, name, &len);

	if (!v || (len == 1 && *v == '0') || (len == 5 && !strncmp(v, "false", 5)))
		return false;
	if ((len == 1 && *v == '1') || (len == 4 && !strncmp(v, "true", 4)))
		return true;
	complain(f, "found %s=%.*s, expected 0 or 1", name, (int)min(len, (size_t)32), v);
	return false;
}

/* Implausible sizes and alignments come from a damaged line. */
static void check_request(struct fields *f, const struct trace_event *e, u64 unit)
{
	if (!e->size || e->size > 1ULL << 46)
		complain(f, "found size=%llu, expected 1 to 2^46", e->size);
	if (!is_power_of_2(e->align))
		complain(f, "found align=%llu, expected a power of two", e->align);
	if (!e->failed && e->start % unit)
		complain(f, "found an object at %llu, expected a multiple of %llu", e->start, unit);
	if (!e->failed && e->start > UINT64_MAX - e->size)
		complain(f, "found an object that ends after the last address, expected one below");
}

static bool read_fields(struct trace_event *e, const char *text, char *why)
{
	struct fields f = {.text = text, .why = why};

	switch (e->kind) {
	case TRACE_PERCPU_ALLOC:
		e->reserved = flag(&f, "reserved");
		e->atomic = flag(&f, "is_atomic");
		e->size = number(&f, "size", 10);
		e->align = number(&f, "align", 10);
		e->base = number(&f, "base_addr", 16);
		e->start = number(&f, "off", 10);
		check_request(&f, e, 4);
		/* Offsets are an int, and chunks have units of some megabytes. */
		if (e->start > INT32_MAX || e->size > INT32_MAX)
			complain(&f, "found off=%llu size=%llu, expected less than 2^31", e->start,
				 e->size);
		break;
	case TRACE_PERCPU_FREE:
		e->base = number(&f, "base_addr", 16);
		e->start = number(&f, "off", 10);
		if (e->start > INT32_MAX || e->start % 4)
			complain(&f, "found off=%llu, expected a multiple of 4 below 2^31",
				 e->start);
		break;
	case TRACE_KVA_ALLOC:
		e->failed = flag(&f, "failed");
		e->start = number(&f, "va_start", 10);
		e->size = number(&f, "size", 10);
		e->align = number(&f, "align", 10);
		if (field(text, "vstart", &(size_t){0}))
			e->base = number(&f, "vstart", 16);
		check_request(&f, e, 4096);
		break;
	case TRACE_KVA_FREE:
		e->start = number(&f, "va_start", 16);
		break;
	case TRACE_KVA_PURGE:
		e->start = number(&f, "start", 16);
		e->end = number(&f, "end", 16);
		e->purged = number(&f, "num_purged", 10);
		break;
	}
	return !f.bad;
}

/* Classify a line without an event: headers, frames of call chains, or an error. */
static enum trace_line line_without_event(const char *line, char *why)
{
	const char *s = skip_blanks(line), *p;

	if (strstr(s, " EVENTS]") || strstr(s, "EVENTS DROPPED") || strstr(s, "LOST EVENTS"))
		return TRACE_LINE_LOST;
	if (!strncmp(s, "cpus=", 5) || !strncmp(s, "version = ", 10) || !strncmp(s, "=> ", 3) ||
	    (!strncmp(s, "CPU ", 4) && strstr(s, " is empty")))
		return TRACE_LINE_BLANK;
	/* perf: "    ffffffff81234567 pcpu_alloc+0x1 ([kernel.kallsyms])" */
	p = s + strspn(s, "0123456789abcdef");
	if (s != line && p - s >= 4 && *p == ' ' && s[strlen(s) - 1] == ')')
		return TRACE_LINE_BLANK;
	snprintf(why, TRACE_WHY, "found '%.40s', expected '[cpu] .. time: event: fields'", s);
	return TRACE_LINE_BAD;
}

enum trace_line trace_parse_line(struct trace_event *e, const char *line, char why[TRACE_WHY])
{
	struct head h;
	const char *s = skip_blanks(line), *colon;

	*e = (struct trace_event){0};
	if (!*s || *s == '#' || *s == '\r')
		return TRACE_LINE_BLANK;
	if (!find_head(&h, line))
		return line_without_event(line, why);
	while ((colon = memchr(h.name, ':', h.len))) {
		h.len -= colon + 1 - h.name;
		h.name = colon + 1;
	}
	for (e->kind = 0; e->kind < NR_TRACE_KINDS; e->kind++)
		if (strlen(kind_name[e->kind]) == h.len &&
		    !strncmp(kind_name[e->kind], h.name, h.len))
			break;
	if (e->kind == NR_TRACE_KINDS)
		return TRACE_LINE_OTHER;
	if (h.cpu > MAX_CPU) {
		snprintf(why, TRACE_WHY, "found CPU %llu, expected at most %d", h.cpu, MAX_CPU);
		return TRACE_LINE_BAD;
	}
	e->cpu = h.cpu;
	e->irq = h.irq;
	return read_fields(e, h.fields, why) ? TRACE_LINE_EVENT : TRACE_LINE_BAD;
}
