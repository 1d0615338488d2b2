/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.c - write files that are complete or absent, and lines of JSON that are UTF-8.
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

/* Length of the UTF-8 character at the start of @s; 0 if there is none. */
static size_t character(const char *s)
{
	static const u32 least[] = {0, 0, 0x80, 0x800, 0x10000};
	u8 first = *s;
	size_t n = first < 0x80	  ? 1
		   : first < 0xc0 ? 0
		   : first < 0xe0 ? 2
		   : first < 0xf0 ? 3
		   : first < 0xf8 ? 4
				  : 0;
	u32 c = n > 1 ? first & (0x7f >> n) : first;

	for (size_t i = 1; i < n; i++) {
		/* The zero at the end is no continuation. */
		if (((u8)s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((u8)s[i] & 0x3f);
	}
	if (n > 1 && (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)))
		return 0;
	return n;
}

void output_json(const char *line)
{
	while (*line) {
		size_t n = character(line);

		if (n)
			fwrite(line, 1, n, stdout);
		else
			fputs("\xef\xbf\xbd", stdout);
		line += max(n, (size_t)1);
	}
	putchar('\n');
}
