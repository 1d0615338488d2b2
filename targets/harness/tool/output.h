/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - files that are complete under their name or not there.
 */
#ifndef MM_HARNESS_OUTPUT_H
#define MM_HARNESS_OUTPUT_H

#include "program/program.h"

/**
 * output_write() - write a whole file
 * @path: its name; what was there before stays until the new file is on disk
 * @data: its contents
 * @size: their size
 *
 * Return: 0 or a negative error number; then nothing was written.
 */
int output_write(const char *path, const void *data, size_t size);

/** output_text() - a program as text in memory, for free(); NULL without memory */
char *output_text(const struct program *p, size_t *size);

/** output_program() - write a program as text, as output_write() does */
int output_program(const char *path, const struct program *p);

#endif
