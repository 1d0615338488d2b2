/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * known.c - findings to pass over; see known.h.
 *
 * A wrong set-up is not a finding, but fuzzers take exit() for one: use _exit().
 */
#include "known.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Kept for the life of the process. */
static bool known[NR_ORACLES];
static char *signs; /* the lines of the file, each with a newline before and after it */

static void read_oracles(const char *ids)
{
	char id[32];
	size_t n;

	for (; ids && *ids; ids += n + (ids[n] == ',')) {
		enum oracle o;

		n = strcspn(ids, ",");
		snprintf(id, sizeof(id), "%.*s", (int)n, ids);
		o = oracle_by_id(id);
		if (o == NR_ORACLES) {
			fprintf(stderr, "mmstorm: MMSTORM_KNOWN: found '%s', expected an oracle\n",
				id);
			_exit(2);
		}
		known[o] = true;
	}
}

static void read_signs(const char *path)
{
	FILE *f = fopen(path, "r"), *text;
	size_t size;
	int c;

	text = f ? open_memstream(&signs, &size) : NULL;
	if (!text) {
		fprintf(stderr, "mmstorm: MMSTORM_KNOWN_SIGNS: %s: %s\n", path, strerror(errno));
		_exit(2);
	}
	fputc('\n', text);
	while ((c = fgetc(f)) != EOF)
		fputc(c, text);
	fclose(f);
	if (fclose(text)) {
		fprintf(stderr, "mmstorm: out of memory\n");
		_exit(2);
	}
}

void known_set_up(void)
{
	const char *path = getenv("MMSTORM_KNOWN_SIGNS");

	read_oracles(getenv("MMSTORM_KNOWN"));
	if (path)
		read_signs(path);
}

/* Copy @text with # in place of each number. @sign has room for all of it. */
static void make_sign(char *sign, const char *text)
{
	while (*text) {
		if (!isdigit((u8)*text)) {
			*sign++ = *text++;
			continue;
		}
		if (text[0] == '0' && text[1] == 'x' && isxdigit((u8)text[2])) {
			for (text += 2; isxdigit((u8)*text) && !isupper((u8)*text);)
				text++;
		} else {
			while (isdigit((u8)*text))
				text++;
		}
		*sign++ = '#';
	}
	*sign = '\0';
}

bool known_finding(const struct report *r)
{
	char line[sizeof(r->text) + 64];
	int n;

	if (known[r->oracle])
		return true;
	if (!signs)
		return false;
	n = snprintf(line, sizeof(line), "\n%s\t", oracle_id(r->oracle));
	make_sign(line + n, r->text);
	strcat(line, "\n");
	return strstr(signs, line);
}
