/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.c - write findings to disk, also when a sanitizer ends the process.
 *
 * An ordinary finding is the result of a run, and the caller writes it. A sanitizer ends the
 * process instead: its death callback writes the program that was running.
 */
#include "finding.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output.h"

/* Defined by the sanitizers' runtime only. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((__weak__));

static u64 hash(const char *s, size_t n)
{
	u64 h = 0xcbf29ce484222325ULL;

	while (n--)
		h = (h ^ (u8)*s++) * 0x100000001b3ULL;
	return h;
}

/* Create the folder of a file, and those above it. */
static int make_folders(const char *path)
{
	char part[PATH_MAX];

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* The text of a finding, of @size bytes; NULL without memory. */
static char *finding_text(const struct program *p, enum oracle oracle, u64 digest, size_t *size)
{
	struct program copy;
	char *text = NULL;

	program_init(&copy, p->target);
	if (!program_copy(&copy, p)) {
		copy.expect = oracle;
		copy.digest = digest;
		copy.shows = 0; /* it described another run */
		text = output_text(&copy, size);
	}
	program_fini(&copy);
	return text;
}

static int write_text(const struct program *p, enum oracle oracle, const char *text, size_t size,
		      char *path)
{
	const char *dir = getenv("MMSTORM_FINDINGS");
	int err;

	if (!dir || !*dir)
		dir = "findings";
	if (snprintf(path, PATH_MAX, "%s/%s-%s-%016llx.prog", dir, target_table[p->target].name,
		     oracle_id(oracle), hash(text, size)) >= PATH_MAX)
		return -ENAMETOOLONG;
	err = make_folders(path);
	return err ? err : output_write(path, text, size);
}

int finding_write(const struct program *p, enum oracle oracle, u64 digest, char *path)
{
	size_t size = 0;
	char *text = finding_text(p, oracle, digest, &size);
	int err = text ? write_text(p, oracle, text, size, path) : -ENOMEM;

	free(text);
	return err;
}

void finding_print(const struct program *p, enum oracle oracle, u64 digest)
{
	char path[PATH_MAX] = "";
	size_t size = 0;
	char *text = finding_text(p, oracle, digest, &size);
	int err = text ? write_text(p, oracle, text, size, path) : -ENOMEM;

	if (err)
		fprintf(stderr, "mmstorm-finding: %s\nmmstorm: %s: cannot write the finding: %s\n",
			oracle_id(oracle), *path ? path : "findings", strerror(-err));
	else
		fprintf(stderr, "mmstorm-finding: %s %s\n", oracle_id(oracle), path);
	if (text)
		fprintf(stderr, "%s", text);
	free(text);
}

static const struct program *watched;

static void at_death(void)
{
	const struct program *p = watched;

	watched = NULL;
	if (p)
		finding_print(p, ORACLE_SANITIZER, 0);
}

void finding_watch(const struct program *p)
{
	static bool installed;

	watched = p;
	if (installed)
		return;
	installed = true;
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(at_death);
}
