/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - programs from files: text or bytes, compressed or not, single or by the folder.
 *
 * Every error is one line that begins with the file's name, followed by line and column
 * where there are any, and says what was found and what was expected.
 */
#ifndef MM_HARNESS_INPUT_H
#define MM_HARNESS_INPUT_H

#include "program/program.h"

/* A file, and what it holds when decompressed, is not larger than this. */
#define INPUT_MAX (16u << 20)

/* Room for a message: a path and one line. */
#define INPUT_ERROR 4608

/* No --target was given. */
#define INPUT_ANY_TARGET (-1)

/**
 * input_read() - a whole file into memory, through zlib if it is compressed
 * @path: the file
 * @data: receives its contents, for free()
 * @size: receives their size, at least 1
 * @err:  receives what is wrong, INPUT_ERROR bytes
 *
 * Return: 0, or -EINVAL with @err: not readable, a folder, empty, larger than INPUT_MAX, or
 * a damaged .gz file.
 */
int input_read(const char *path, u8 **data, size_t *size, char *err);

/**
 * input_program() - a program from a file in either form
 * @p:      initialised; overwritten
 * @path:   the file
 * @target: INPUT_ANY_TARGET, or the target that the program is to be for: one of another target
 *          becomes one of this (program_retarget()), or is refused. Bytes without the byte
 *          form's magic are taken for a program of that target
 * @err:    receives what is wrong, INPUT_ERROR bytes
 *
 * Return: 0, or -EINVAL with @err.
 */
int input_program(struct program *p, const char *path, int target, char *err);

/**
 * struct input_list - paths of files
 * @path: their paths; allocated, each of them too
 * @nr:   how many
 */
struct input_list {
	char **path;
	size_t nr;
};

/**
 * input_expand() - append a file, or the programs in a folder, sorted by name
 * @l:    zeroed before the first call
 * @path: file or folder
 * @err:  receives what is wrong, INPUT_ERROR bytes
 *
 * In a folder, and in the folders below it, these are programs: what is named *.prog or
 * *.prog.gz, what begins with the byte form's magic, and what has no dot in its name, as the
 * files that fuzzers write have none. Hidden files are passed over.
 *
 * Return: 0, or -EINVAL with @err; a folder without a program is an error.
 */
int input_expand(struct input_list *l, const char *path, char *err);

/** input_list_free() - free the paths; the list is empty afterwards */
void input_list_free(struct input_list *l);

/** input_target() - number of a target by its name, or -1 */
int input_target(const char *name);

#endif
