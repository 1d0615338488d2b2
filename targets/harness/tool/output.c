/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.c - write files that are complete or absent.
 *
 * A file is written under another name, synced to disk, and then renamed.
 */
#include "output.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program/text.h"

/* Devices and pipes must not be replaced by a file. */
static bool is_special(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			size -= n;
		}
	}
	return 0;
}

int output_write(const char *path, const void *data, size_t size)
{
	bool special = is_special(path);
	char part[PATH_MAX];
	int fd, err;

	if (snprintf(part, sizeof(part), "%s.%d.part", path, getpid()) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	fd = open(special ? path : part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	err = write_all(fd, data, size);
	if (!err && !special && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!special) {
		if (!err && rename(part, path))
			err = -errno;
		if (err)
			unlink(part);
	}
	return err;
}

char *output_text(const struct program *p, size_t *size)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, size);
	int err;

	if (!f)
		return NULL;
	err = text_print(p, f);
	if (fclose(f) || err) {
		free(text);
		return NULL;
	}
	return text;
}

int output_program(const char *path, const struct program *p)
{
	size_t size;
	char *text = output_text(p, &size);
	int err = text ? output_write(path, text, size) : -ENOMEM;

	free(text);
	return err;
}
