/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.c - a finding is on disk before the process ends.
 *
 * An ordinary finding is the result of a run, and whoever ran it writes it. A sanitizer
 * ends the process instead: its death callback writes the program that was running.
 */
#include "finding.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

/* From the sanitizers' runtime; absent in a build without one. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((__weak__));

static u64 hash(const char *s, size_t n)
{
	u64 h = 0xcbf29ce484222325ULL;

	while (n--)
		h = (h ^ (u8)*s++) * 0x100000001b3ULL;
	return h;
}

static int write_whole(const char *path, const char *text, size_t size)
{
	char part[PATH_MAX + 8];
	FILE *f;
	int err = 0;

	snprintf(part, sizeof(part), "%s.part", path);
	f = fopen(part, "w");
	if (!f)
		return -errno;
	if (fwrite(text, 1, size, f) != size || fflush(f) || fsync(fileno(f)))
		err = -EIO;
	if (fclose(f) || (!err && rename(part, path)))
		err = -EIO;
	if (err)
		unlink(part);
	return err;
}

int finding_write(const struct program *p, enum oracle oracle, u64 digest, char *path)
{
	const char *dir = getenv("MMSTORM_FINDINGS");
	struct program copy;
	char *text = NULL;
	size_t size = 0;
	FILE *f;
	int err;

	if (!dir || !*dir)
		dir = "findings";
	program_init(&copy, p->target);
	err = program_copy(&copy, p);
	if (err)
		goto out;
	copy.expect = oracle;
	copy.digest = digest;
	f = open_memstream(&text, &size);
	if (!f) {
		err = -ENOMEM;
		goto out;
	}
	err = text_print(&copy, f);
	if (fclose(f))
		err = -ENOMEM;
	if (err)
		goto out;
	snprintf(path, PATH_MAX, "%s/%s-%s-%016llx.prog", dir, target_table[p->target].name,
		 oracle_id(oracle), (unsigned long long)hash(text, size));
	if (mkdir(dir, 0777) && errno != EEXIST)
		err = -errno;
	else
		err = write_whole(path, text, size);
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
