/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - write files that are complete or absent, and lines of JSON that are UTF-8.
 */
#ifndef MM_HARNESS_OUTPUT_H
#define MM_HARNESS_OUTPUT_H

#include "program/program.h"

/**
 * output_write() - write a whole file
 * @path: its name; an older file stays until the new one is on disk
 * @data: the contents
 * @size: their size
 *
 * Return: 0, or a negative error number; then nothing was written.
 */
int output_write(const char *path, const void *data, size_t size);

/** output_text() - print a program to a string, for free(). Return: NULL without memory */
char *output_text(const struct program *p, size_t *size);

/** output_program() - write a program as text. Return: as output_write() */
int output_program(const char *path, const struct program *p);

/**
 * output_json() - print a line of JSON to standard output
 * @line: without a newline
 *
 * JSON is UTF-8, and the name of a file is any bytes: each byte that is no part of a character
 * becomes U+FFFD.
 */
void output_json(const char *line);

#endif
