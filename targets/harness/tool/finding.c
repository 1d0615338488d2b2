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

int finding_write(const struct program *p, enum oracle oracle, u64 digest, char *path)
{
	const char *dir = getenv("MMSTORM_FINDINGS");
	struct program copy;
	char *text = NULL;
	size_t size = 0;
	int err;

	if (!dir || !*dir)
		dir = "findings";
	program_init(&copy, p->target);
	err = program_copy(&copy, p);
	if (err)
		goto out;
	copy.expect = oracle;
	copy.digest = digest;
	copy.shows = 0; /* it described another run */
	text = output_text(&copy, &size);
	if (!text) {
		err = -ENOMEM;
		goto out;
	}
	if (snprintf(path, PATH_MAX, "%s/%s-%s-%016llx.prog", dir, target_table[p->target].name,
		     oracle_id(oracle), hash(text, size)) >= PATH_MAX)
		err = -ENAMETOOLONG;
	else if (mkdir(dir, 0777) && errno != EEXIST)
		err = -errno;
	else
		err = output_write(path, text, size);
out:
	free(text);
	program_fini(&copy);
	return err;
}

static const struct program *watched;

static void at_death(void)
{
	char path[PATH_MAX];
	const struct program *p = watched;

	watched = NULL;
	if (!p)
		return;
	if (!finding_write(p, ORACLE_SANITIZER, 0, path))
		fprintf(stderr, "mmstorm-finding: %s %s\n", oracle_id(ORACLE_SANITIZER), path);
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
