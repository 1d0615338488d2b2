/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c - parse a command line, and print the help, from the same tables.
 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2 };

/* getopt_long() returns this and the number of the option; below it are letters. */
#define FIRST_LONG 256

#define WIDTH 80
#define MAX_COLUMN 24

/**
 * struct parser - the options of all groups, in one array
 * @command: its name, for messages
 * @base:    base of each option's group
 */
struct parser {
	const char *command;
	const struct option_spec *spec[OPTIONS_MAX];
	char *base[OPTIONS_MAX];
	int nr;
};

static void collect(struct parser *p, const struct option_group *g, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		for (const struct option_spec *s = g[i].spec; s->name; s++) {
			if (p->nr == OPTIONS_MAX)
				abort();
			p->spec[p->nr] = s;
			p->base[p->nr++] = g[i].base;
		}
	}
}

/* Print words up to the end of the line, from column @at. */
static const char *print_line(const char *text, unsigned int indent, unsigned int at)
{
	bool literal = *text == ' ', first = true;

	while (*text && *text != '\n') {
		size_t n = literal ? strcspn(text, "\n") : strcspn(text, " \n");

		if (!literal && !first && at + 1 + n > WIDTH) {
			printf("\n%*s", (int)indent, "");
			at = indent;
			first = true;
		}
		at += printf("%s%.*s", first ? "" : " ", (int)n, text);
		first = false;
		text += n;
		if (!literal)
			text += strspn(text, " ");
	}
	return text;
}

void options_print_text(const char *text, unsigned int indent)
{
	while (*text) {
		if (*text != '\n')
			printf("%*s", (int)indent, "");
		text = print_line(text, indent, indent);
		putchar('\n');
		text += *text == '\n';
	}
}

static int label(char buf[64], const struct option_spec *s)
{
	char letter[] = {'-', s->letter, ',', ' ', '\0'};

	return snprintf(buf, 64, "  %s--%s%s%s", s->letter ? letter : "    ", s->name,
			s->value ? " " : "", s->value ? s->value : "");
}

static u64 number_of(const struct option_spec *s, const char *base)
{
	u64 number = 0;
	u32 number32 = 0;

	if (s->kind == OPTION_NUMBER || s->kind == OPTION_SIZE)
		memcpy(&number, base + s->offset, sizeof(number));
	if (s->kind != OPTION_NUMBER32)
		return number;
	memcpy(&number32, base + s->offset, sizeof(number32));
	return number32;
}

/* The number with the largest suffix that leaves it whole. */
static void print_size(char buf[32], const struct option_spec *s, u64 x)
{
	unsigned int g = 0;

	if (s->kind == OPTION_SIZE)
		for (; g < 3 && x && !(x % 1024); g++)
			x /= 1024;
	snprintf(buf, 32, "%llu%.*s", x, g != 0, &"\0KMG"[g]);
}

static void print_option(const struct option_spec *s, const char *base, int column)
{
	u64 number = number_of(s, base);
	char buf[64], text[1024], size[32];
	int n = label(buf, s);

	print_size(size, s, number);
	snprintf(text, sizeof(text), "%s%s%s%s", s->help, number ? " (default: " : "",
		 number ? size : "", number ? ")" : "");
	if (n + 2 > column)
		printf("%s\n%*s", buf, column, "");
	else
		printf("%-*s", column, buf);
	print_line(text, column, column);
	putchar('\n');
}

static void print_help(const struct parser *p, const struct option_usage *u)
{
	static const struct option_spec help = {
		.name = "help", .letter = 'h', .help = "print this help"};
	int column = 0;
	char buf[64];

	for (int i = 0; i < p->nr; i++)
		column = max(column, label(buf, p->spec[i]) + 2);
	column = min(column, MAX_COLUMN);
	printf("usage: %s\n\n", u->synopsis);
	options_print_text(u->about, 0);
	puts("\nOptions:");
	for (int i = 0; i < p->nr; i++)
		print_option(p->spec[i], p->base[i], column);
	print_option(&help, NULL, column);
	if (u->tail) {
		putchar('\n');
		options_print_text(u->tail, 0);
	}
}

static u64 lowest(const struct option_spec *s)
{
	return s->range ? s->range->lo : s->lo;
}

static u64 highest(const struct option_spec *s)
{
	return s->range ? s->range->hi : s->hi;
}

/* Return: whether @text is a number in the range of @s; it is then in *@value. */
static bool parse_number(const struct option_spec *s, const char *text, u64 *value)
{
	unsigned int shift = 0;
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (end == text || errno || *text == '-')
		return false;
	if (s->kind == OPTION_SIZE && *end) {
		shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
		end += shift != 0;
	}
	if (*end || *value > UINT64_MAX >> shift)
		return false;
	*value <<= shift;
	return *value >= lowest(s) && *value <= highest(s);
}

/* Return: NULL, or what was expected; @buf is memory for that. */
static const char *set_value(const struct option_spec *s, char *to, const char *text, char buf[128])
{
	char lo[32], hi[32];
	u64 number;
	u32 number32;

	switch (s->kind) {
	case OPTION_FLAG:
		memcpy(to, &(bool){true}, sizeof(bool));
		return NULL;
	case OPTION_TEXT:
		memcpy(to, &text, sizeof(text));
		return NULL;
	case OPTION_CALL:
		return s->parse(text, to);
	default:
		break;
	}
	if (!parse_number(s, text, &number)) {
		print_size(lo, s, lowest(s));
		print_size(hi, s, highest(s));
		snprintf(buf, 128, "a %s from %s to %s", s->kind == OPTION_SIZE ? "size" : "number",
			 lo, hi);
		return buf;
	}
	number32 = (u32)number;
	if (s->kind == OPTION_NUMBER32)
		memcpy(to, &number32, sizeof(number32));
	else
		memcpy(to, &number, sizeof(number));
	return NULL;
}

static int report_unknown(const struct parser *p, char **argv, int c)
{
	const char *option = argv[optind - 1];
	char letter[3] = {'-', (char)optopt, '\0'};

	/* Within a word of several letters optind still points to that word. */
	if (optopt && strncmp(option, "--", 2))
		option = letter;
	if (c == ':')
		fprintf(stderr, "mmstorm %s: option %s: found no value, expected one\n", p->command,
			option);
	else
		fprintf(stderr, "mmstorm %s: found option %s, expected one of mmstorm %s --help\n",
			p->command, option, p->command);
	return EXIT_USAGE;
}

static int find_option(const struct parser *p, int c)
{
	if (c >= FIRST_LONG)
		return c - FIRST_LONG;
	for (int i = 0; i < p->nr; i++)
		if (p->spec[i]->letter == c)
			return i;
	return -1;
}

int options_parse(int argc, char **argv, const struct option_usage *u, const struct option_group *g,
		  unsigned int nr)
{
	struct option long_options[OPTIONS_MAX + 2] = {{0}};
	char letters[2 * OPTIONS_MAX + 3] = ":h", buf[128], *letter = letters + 2;
	struct parser p = {.command = argv[0]};
	int c, i;

	collect(&p, g, nr);
	for (i = 0; i < p.nr; i++) {
		const struct option_spec *s = p.spec[i];

		long_options[i] = (struct option){s->name, s->value != NULL, NULL, FIRST_LONG + i};
		if (s->letter)
			*letter++ = s->letter;
		if (s->letter && s->value)
			*letter++ = ':';
	}
	long_options[i] = (struct option){"help", no_argument, NULL, 'h'};
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		const char *expected;

		if (c == 'h') {
			print_help(&p, u);
			return 0;
		}
		i = find_option(&p, c);
		if (c == '?' || c == ':' || i < 0)
			return report_unknown(&p, argv, c);
		expected = set_value(p.spec[i], p.base[i] + p.spec[i]->offset, optarg, buf);
		if (expected) {
			fprintf(stderr, "mmstorm %s: option --%s: found '%s', expected %s\n",
				p.command, p.spec[i]->name, optarg, expected);
			return EXIT_USAGE;
		}
	}
	return -1;
}
