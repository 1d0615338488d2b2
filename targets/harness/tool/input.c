/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.c - read programs from files.
 *
 * The first bytes tell the form of a file: the byte form begins with a magic, and a file with
 * control characters in its first line is no text.
 */
#include "input.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "program/bytes.h"
#include "program/text.h"

static int __printf(2, 3) complain(char *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, INPUT_ERROR, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* Decompress a whole file; gzread() also reads files that are not compressed. */
static int read_all(gzFile f, const char *path, u8 **data, size_t *size, char *err)
{
	size_t n = 0, room = 1 << 14;
	u8 *buf = malloc(room);
	int got = 1, code = Z_OK;

	while (buf && got > 0) {
		if (n == room && n <= INPUT_MAX) {
			u8 *more = realloc(buf, room *= 2);

			if (!more)
				free(buf);
			buf = more;
			continue;
		}
		if (n > INPUT_MAX) {
			free(buf);
			return complain(err, "%s: found more than %u MiB, expected at most that",
					path, INPUT_MAX >> 20);
		}
		got = gzread(f, buf + n, room - n);
		if (got > 0)
			n += got;
	}
	if (!buf)
		return complain(err, "%s: %s", path, strerror(ENOMEM));
	gzerror(f, &code);
	if (got < 0 && code == Z_ERRNO) {
		free(buf);
		return complain(err, "%s: %s", path, strerror(errno));
	}
	/* gzread() accepts a truncated stream; only gzerror() reports it. */
	if (got < 0 || code == Z_BUF_ERROR) {
		free(buf);
		return complain(err,
				"%s: found a damaged or truncated .gz file, expected a whole one",
				path);
	}
	*data = buf;
	*size = n;
	return 0;
}

const char *input_name(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

int input_open(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		close(fd);
		return -EISDIR;
	}
	return fd;
}

int input_read(const char *path, u8 **data, size_t *size, char *err)
{
	const char *name = input_name(path);
	int fd = input_open(path), ret;
	struct stat st;
	gzFile f;

	if (fd == -EISDIR)
		return complain(err, "%s: found a folder, expected a file", name);
	if (fd < 0)
		return complain(err, "%s: %s", name, strerror(-fd));
	if (!fstat(fd, &st) && st.st_size > INPUT_MAX) {
		close(fd);
		return complain(err, "%s: found %lld bytes, expected at most %u MiB", name,
				(long long)st.st_size, INPUT_MAX >> 20);
	}
	f = gzdopen(fd, "rb");
	if (!f) {
		close(fd);
		return complain(err, "%s: %s", name, strerror(ENOMEM));
	}
	ret = read_all(f, name, data, size, err);
	gzclose(f);
	if (!ret && !*size) {
		free(*data);
		ret = complain(err, "%s: found an empty file, expected a program", name);
	}
	return ret;
}

/* Comments may contain anything, but the first line of a text has no control characters. */
static bool looks_like_text(const u8 *data, size_t size)
{
	for (size_t i = 0; i < size && data[i] != '\n'; i++)
		if (data[i] < ' ' && data[i] != '\t' && data[i] != '\r')
			return false;
	return true;
}

/* Overwrite the first bytes with those of a header, so that any bytes are a program. */
static void put_magic(u8 *data, int target)
{
	memcpy(data, "mmst", 4);
	bytes_set_version(data, BYTES_VERSION);
	data[5] = (u8)target;
}

static int from_bytes(struct program *p, const char *path, u8 *data, size_t size, int target,
		      char *err)
{
	const char *why = "no program";
	size_t header = BYTES_HEADER;

	if (bytes_magic(data, size) && size >= BYTES_IDENTITY && bytes_header(bytes_version(data)))
		header = bytes_header(bytes_version(data));
	if (size < header)
		return complain(err, "%s: found %zu bytes, expected at least the %zu of a header",
				path, size, header);
	if (!bytes_magic(data, size)) {
		if (target == INPUT_ANY_TARGET)
			return complain(err,
					"%s: found bytes without the magic \"mmst\", expected a "
					"program, or --target for bytes that a fuzzer made",
					path);
		put_magic(data, target);
	}
	if (bytes_version(data) > BYTES_NEWEST)
		return complain(err, "%s: found format version %u, expected at most %u", path,
				bytes_version(data), BYTES_NEWEST);
	if (bytes_decode(p, data, size, &why))
		return complain(err, "%s: %s", path, why);
	return 0;
}

static int from_text(struct program *p, const char *path, const u8 *data, size_t size, char *err)
{
	struct text_error e;
	int ret = text_parse(p, (const char *)data, size, &e);

	if (ret == -EINVAL)
		return complain(err, "%s:%u:%u: %s", path, e.line, e.column, e.text);
	return ret ? complain(err, "%s: %s", path, strerror(-ret)) : 0;
}

int input_program(struct program *p, const char *path, int target, char *err)
{
	size_t size;
	u8 *data;
	int ret = input_read(path, &data, &size, err);

	if (ret)
		return ret;
	path = input_name(path);
	if (bytes_magic(data, size) || !looks_like_text(data, size))
		ret = from_bytes(p, path, data, size, target, err);
	else
		ret = from_text(p, path, data, size, err);
	free(data);
	if (!ret && target != INPUT_ANY_TARGET && program_retarget(p, (enum target_id)target))
		ret = complain(err,
			       "%s: found a program for target %s, expected operations that %s has",
			       path, target_table[p->target].name, target_table[target].name);
	return ret;
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n > e && !strcmp(name + n - e, end);
}

static bool is_program(const char *path, const char *name)
{
	u8 head[BYTES_HEADER];
	size_t n;
	FILE *f;

	if (ends_in(name, ".prog") || ends_in(name, ".prog.gz") || !strchr(name, '.'))
		return true;
	f = fopen(path, "rb");
	if (!f)
		return false;
	n = fread(head, 1, sizeof(head), f);
	fclose(f);
	return bytes_magic(head, n);
}

/* Print a line on a path that is left out. Return: -EINVAL. */
static int __printf(2, 3) leave_out(FILE *diag, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(diag, fmt, ap);
	va_end(ap);
	fputc('\n', diag);
	return -EINVAL;
}

static int append(struct input_list *l, const char *path, FILE *diag)
{
	char **more = realloc(l->path, (l->nr + 1) * sizeof(*more));

	if (more) {
		l->path = more;
		l->path[l->nr] = strdup(path);
	}
	if (!more || !l->path[l->nr])
		return leave_out(diag, "%s: %s", path, strerror(ENOMEM));
	l->nr++;
	return 0;
}

static int expand_folder(struct input_list *l, const char *folder, unsigned int depth, FILE *diag);

/* Append an entry of a folder, if it is a program or a folder. */
static int expand_entry(struct input_list *l, const char *path, const char *name,
			unsigned int depth, FILE *diag)
{
	struct stat st;

	if (stat(path, &st))
		return leave_out(diag, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return expand_folder(l, path, depth + 1, diag);
	if (S_ISREG(st.st_mode) && is_program(path, name))
		return append(l, path, diag);
	return 0;
}

static int expand_folder(struct input_list *l, const char *folder, unsigned int depth, FILE *diag)
{
	size_t len = strlen(folder);
	struct dirent **entry;
	int n, ret = 0;

	if (depth > 16)
		return leave_out(diag, "%s: found more than 16 folders in one another", folder);
	n = scandir(folder, &entry, NULL, alphasort);
	if (n < 0)
		return leave_out(diag, "%s: %s", folder, strerror(errno));
	while (len > 1 && folder[len - 1] == '/')
		len--;
	for (int i = 0; i < n; i++) {
		const char *name = entry[i]->d_name;
		char path[PATH_MAX];
		int err = 0;

		if (snprintf(path, sizeof(path), "%.*s/%s", (int)len, folder, name) >=
		    (int)sizeof(path))
			err = leave_out(diag, "%s: %s", path, strerror(ENAMETOOLONG));
		else if (name[0] != '.')
			err = expand_entry(l, path, name, depth, diag);
		if (err)
			ret = err;
		free(entry[i]);
	}
	free(entry);
	return ret;
}

int input_expand(struct input_list *l, const char *path, FILE *diag)
{
	size_t before = l->nr;
	struct stat st;
	int ret;

	if (!strcmp(path, "-"))
		return append(l, path, diag);
	if (stat(path, &st))
		return leave_out(diag, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return append(l, path, diag);
	ret = expand_folder(l, path, 0, diag);
	if (!ret && l->nr == before)
		ret = leave_out(diag, "%s: found no program in the folder, expected *.prog", path);
	return ret;
}

void input_list_free(struct input_list *l)
{
	for (size_t i = 0; i < l->nr; i++)
		free(l->path[i]);
	free(l->path);
	*l = (struct input_list){0};
}

int input_target(const char *name)
{
	for (int t = 0; t < NR_TARGETS; t++)
		if (!strcmp(target_table[t].name, name))
			return t;
	return -1;
}
