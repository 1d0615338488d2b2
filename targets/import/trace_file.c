/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_file.c - read a recording from a file, plain or compressed by gzip.
 *
 * Apart from trace.c, so that a reader of recordings in memory needs no zlib.
 */
#include "trace_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "tool/input.h"

static ssize_t read_gz(void *arg, char *buf, size_t size)
{
	gzFile gz = arg;
	int n = gzread(gz, buf, size), err;

	if (n > 0)
		return n;
	/* gzread() takes a file that ends too early for one that ends; the error is here. */
	gzerror(gz, &err);
	if (err == Z_OK || err == Z_STREAM_END)
		return 0;
	return err == Z_ERRNO ? -errno : -EIO;
}

int trace_read_file(struct trace *t, const char *path, FILE *diag)
{
	const char *name = input_name(path);
	int fd = input_open(path), err;
	gzFile gz = fd < 0 ? NULL : gzdopen(fd, "rb");

	*t = (struct trace){0};
	if (!gz) {
		err = fd < 0 ? fd : -ENOMEM;
		fprintf(diag, "%s: cannot read the recording: %s\n", name, strerror(-err));
		if (fd >= 0)
			close(fd);
		return err;
	}
	gzbuffer(gz, 1 << 17);
	err = trace_read(t, read_gz, gz, name, diag);
	gzclose(gz);
	return err;
}
