/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_main.c - main() of a fuzz target in a build without a fuzzer: it replays files.
 *
 * Any compiler can build this, and ctest replays the whole corpus with it. Each argument is a file,
 * or a folder of files.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sched/types.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define FILE_MAX (16u << 20)

static unsigned int files;

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	return 2;
}

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	u8 *data = malloc(FILE_MAX + 1);
	size_t size;
	int err = 0;

	if (!f || !data) {
		err = complain(path, strerror(errno));
		goto out;
	}
	size = fread(data, 1, FILE_MAX + 1, f);
	if (ferror(f)) {
		err = complain(path, strerror(errno));
	} else if (size > FILE_MAX) {
		err = complain(path, "larger than 16 MiB");
	} else {
		/* Exactly as large as the file, so that ASan reports a read past its end. */
		u8 *exact = malloc(size ? size : 1);

		if (!exact) {
			err = complain(path, strerror(errno));
		} else {
			memcpy(exact, data, size);
			LLVMFuzzerTestOneInput(exact, size);
			free(exact);
			files++;
		}
	}
out:
	if (f)
		fclose(f);
	free(data);
	return err;
}

static int replay(const char *path)
{
	struct dirent **entry;
	struct stat st;
	int n, err = 0;

	if (stat(path, &st))
		return complain(path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return replay_file(path);
	n = scandir(path, &entry, NULL, alphasort);
	if (n < 0)
		return complain(path, strerror(errno));
	for (int i = 0; i < n; i++) {
		char below[PATH_MAX];

		snprintf(below, sizeof(below), "%s/%s", path, entry[i]->d_name);
		if (entry[i]->d_name[0] != '.' && !err)
			err = replay(below);
		free(entry[i]);
	}
	free(entry);
	return err;
}

int main(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "--help")) {
		fprintf(argc < 2 ? stderr : stdout,
			"usage: %s FILE|FOLDER...\n"
			"Replays fuzz inputs. A finding ends the program by abort().\n",
			argv[0]);
		return argc < 2 ? 2 : 0;
	}
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		int err = replay(argv[i]);

		if (err)
			return err;
	}
	printf("%u files replayed, no finding\n", files);
	return 0;
}
