/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_file.h - read a recording from a file.
 */
#ifndef MM_IMPORT_TRACE_FILE_H
#define MM_IMPORT_TRACE_FILE_H

#include "trace.h"

/**
 * trace_read_file() - trace_read() of a file
 * @t:    filled in; trace_free() it, also after an error
 * @path: file, plain or compressed by gzip; "-": standard input
 * @diag: as for trace_read()
 *
 * Return: as trace_read().
 */
int trace_read_file(struct trace *t, const char *path, FILE *diag);

#endif
