/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_lex.c - the lexer of the text form; see text_lex.h.
 *
 * The text is neither copied nor changed: words point into it.
 */
#include <stdarg.h>
#include <string.h>

#include "fields.h"
#include "text_lex.h"

size_t text_mark(const char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t n = sizeof(mark) - 1;

	return size >= n && !memcmp(text, mark, n) ? n : 0;
}

void lex_init(struct lexer *lx, const char *text, size_t size, struct text_error *err)
{
	if (!size)
		text = ""; /* may be NULL */
	*lx = (struct lexer){.next = text, .end = text + size, .err = err};
	lx->next += text_mark(text, size);
	lx->at = lx->stop = lx->begin = text;
}

int lex_line(struct lexer *lx)
{
	while (lx->next < lx->end) {
		size_t left = (size_t)(lx->end - lx->next);
		const char *newline = memchr(lx->next, '\n', left);
		const char *c;
		struct word w;

		lx->begin = lx->at = lx->next;
		lx->stop = newline ? newline : lx->end;
		lx->next = newline ? newline + 1 : lx->end;
		lx->line++;
		c = memchr(lx->begin, 0, (size_t)(lx->stop - lx->begin));
		if (c) {
			w = (struct word){c, 0, (u32)(c - lx->begin) + 1};
			return lex_fail(lx, &w, "found a zero byte, expected text");
		}
		if (lx->stop - lx->begin > TEXT_MAX_LINE) {
			w = (struct word){lx->begin, 0, TEXT_MAX_LINE + 1};
			return lex_fail(lx, &w, "line is longer than %u bytes", TEXT_MAX_LINE);
		}
		c = memchr(lx->begin, '#', (size_t)(lx->stop - lx->begin));
		if (c)
			lx->stop = c;
		if (lex_word(lx).len) {
			lx->at = lx->begin;
			return 1;
		}
	}
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct word lex_word(struct lexer *lx)
{
	const char *s = lx->at, *e;

	while (s < lx->stop && is_blank(*s))
		s++;
	for (e = s; e < lx->stop && !is_blank(*e); e++)
		;
	lx->at = e;
	return (struct word){s, (u32)(e - s), (u32)(s - lx->begin) + 1};
}

int lex_fail(struct lexer *lx, const struct word *w, const char *fmt, ...)
{
	va_list ap;

	lx->err->line = lx->line ? lx->line : 1;
	lx->err->column = w->column;
	va_start(ap, fmt);
	vsnprintf(lx->err->text, sizeof(lx->err->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int lex_end(struct lexer *lx)
{
	struct word w = lex_word(lx);

	if (!w.len)
		return 0;
	return lex_fail(lx, &w, "found %s, expected the end of the line", word_quote(&w).s);
}

bool word_is(const struct word *w, const char *name)
{
	return !strncmp(name, w->s, w->len) && !name[w->len];
}

bool word_same(const struct word *a, const struct word *b)
{
	return a->len == b->len && !memcmp(a->s, b->s, a->len);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool word_is_name(const struct word *w)
{
	u32 i;

	if (!w->len || w->len > TEXT_MAX_NAME || !is_letter(w->s[0]))
		return false;
	for (i = 1; i < w->len; i++)
		if (!is_letter(w->s[i]) && !is_digit(w->s[i]) && w->s[i] != '-' && w->s[i] != '.')
			return false;
	return true;
}

bool word_split(const struct word *w, char c, struct word *head, struct word *tail)
{
	const char *at = w->len ? memchr(w->s, c, w->len) : NULL;
	u32 n;

	if (!at)
		return false;
	n = (u32)(at - w->s);
	*head = (struct word){w->s, n, w->column};
	*tail = (struct word){at + 1, w->len - n - 1, w->column + n + 1};
	return true;
}

struct quote word_quote(const struct word *w)
{
	struct quote q;
	char *to = q.s;
	u32 i;

	if (!w->len) {
		strcpy(q.s, "the end of the line");
		return q;
	}
	*to++ = '\'';
	for (i = 0; i < w->len && to < q.s + sizeof(q.s) - 9; i++) {
		unsigned char c = (unsigned char)w->s[i];

		if (c >= ' ' && c < 0x7f)
			*to++ = (char)c;
		else
			to += sprintf(to, "\\x%02x", c);
	}
	strcpy(to, i < w->len ? "..'" : "'");
	return q;
}

/* Edit distance (Levenshtein) of @w and @name; at most @limit + 1. */
static unsigned int edit_distance(const struct word *w, const char *name, unsigned int limit)
{
	unsigned int row[TEXT_MAX_NAME + 2], i, j;
	size_t n = strlen(name);

	if (n > TEXT_MAX_NAME || w->len > TEXT_MAX_NAME)
		return limit + 1;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; i <= w->len; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= n; j++) {
			unsigned int best = diagonal + (w->s[i - 1] != name[j - 1]);

			diagonal = row[j];
			best = min(best, min(row[j], row[j - 1]) + 1);
			row[j] = best;
		}
	}
	return min(row[n], limit + 1);
}

int lex_fail_choice(struct lexer *lx, const struct word *w, const char *what,
		    const char *const *names, unsigned int nr)
{
	const unsigned int limit = min(w->len / 2, 3u);
	unsigned int best = limit + 1, i;
	const char *meant = NULL;
	char *text = lx->err->text;
	size_t room = sizeof(lx->err->text), n, len;

	for (i = 0; i < nr; i++) {
		unsigned int d = edit_distance(w, names[i], limit);

		if (d < best) {
			best = d;
			meant = names[i];
		}
	}
	if (!w->len)
		lex_fail(lx, w, "found the end of the line,");
	else if (meant)
		lex_fail(lx, w, "unknown %s %s, did you mean '%s'?", what, word_quote(w).s, meant);
	else
		lex_fail(lx, w, "unknown %s %s", what, word_quote(w).s);
	n = strlen(text);
	n += (size_t)snprintf(text + n, room - n, "%s expected one of",
			      meant || !w->len ? "" : ",");
	for (i = 0; i < nr; i++) {
		len = strlen(names[i]);
		/* Show whole names only, and keep room for " ..". */
		if (n + len + 6 > room) {
			strcpy(text + n, " ..");
			break;
		}
		n += (size_t)snprintf(text + n, room - n, "%s %s", i ? "," : "", names[i]);
	}
	return -EINVAL;
}

static unsigned int digit_value(char c)
{
	if (is_digit(c))
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return 16;
}

int lex_number(struct lexer *lx, const struct word *w, u64 *x, bool *suffix)
{
	unsigned int base = 10, shift = 0;
	u32 i = 0, n = w->len;
	u64 v = 0;

	if (n > 2 && w->s[0] == '0' && (w->s[1] == 'x' || w->s[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (suffix && n > i) {
		switch (w->s[n - 1]) {
		case 'K':
			shift = 10;
			break;
		case 'M':
			shift = 20;
			break;
		case 'G':
			shift = 30;
			break;
		}
		*suffix = shift != 0;
		n -= shift != 0;
	}
	if (i == n)
		return lex_fail(lx, w, "found %s, expected a number", word_quote(w).s);
	for (; i < n; i++) {
		unsigned int d = digit_value(w->s[i]);

		if (d >= base)
			return lex_fail(lx, w, "found %s, expected a number%s", word_quote(w).s,
					suffix ? " with an optional suffix K, M or G" : "");
		if (__builtin_mul_overflow(v, (u64)base, &v) ||
		    __builtin_add_overflow(v, (u64)d, &v))
			return lex_fail(lx, w, "%s is too large for a number", word_quote(w).s);
	}
	if (v > UINT64_MAX >> shift)
		return lex_fail(lx, w, "%s is too large for a number", word_quote(w).s);
	*x = v << shift;
	return 0;
}

/* Convert the name of a value. */
static int lex_choice(struct lexer *lx, const struct word *w, const struct operand *o, u32 *x)
{
	const char *const *name = unit_choices[o->unit];
	char all[64] = "";
	u32 i;

	for (i = 0; name[i]; i++) {
		if (strlen(name[i]) == w->len && !memcmp(name[i], w->s, w->len)) {
			*x = i;
			return 0;
		}
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? ", " : "",
			 name[i]);
	}
	return lex_fail(lx, w, "%s=%.*s is unknown, expected one of %s", o->name,
			(int)min(w->len, 32u), w->s, all);
}

int lex_operand(struct lexer *lx, const struct word *w, const struct operand *o, u32 *x)
{
	bool pages = operand_is_pages(o);
	bool suffix;
	u64 v;
	int err;

	if (unit_choices[o->unit])
		return lex_choice(lx, w, o, x);
	err = lex_number(lx, w, &v, &suffix);
	if (err)
		return err;
	if (suffix && pages) {
		if (v % OPERAND_PAGE)
			return lex_fail(lx, w, "%s=%.*s is not a whole number of pages of %u bytes",
					o->name, (int)w->len, w->s, OPERAND_PAGE);
		v /= OPERAND_PAGE;
	}
	/* A number of bytes for a count of pages: name both readings, and guess neither. */
	if (pages && !suffix && v > o->hi && v % OPERAND_PAGE == 0 &&
	    operand_valid(o, (u32)min(v / OPERAND_PAGE, (u64)UINT32_MAX)))
		return lex_fail(lx, w,
				"%s=%llu means %llu pages, expected %u to %u; %llu bytes are "
				"written %s=%lluK",
				o->name, v, v, o->lo, o->hi, v, o->name, v >> 10);
	if (v > UINT32_MAX || !operand_valid(o, (u32)v))
		return lex_fail(lx, w, "%s=%.*s is out of range, expected %s%u to %u%s", o->name,
				(int)min(w->len, 32u), w->s,
				o->kind == OPERAND_POW2 ? "a power of two from " : "", o->lo, o->hi,
				pages ? " pages, or a size with K, M or G" : "");
	*x = (u32)v;
	return 0;
}
