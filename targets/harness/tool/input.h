/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - read programs from files and folders: text or bytes, compressed or not.
 *
 * Every error message is one line: the file's name, line and column if there are any, and what was
 * found and expected.
 */
#ifndef MM_HARNESS_INPUT_H
#define MM_HARNESS_INPUT_H

#include <stdio.h>

#include "program/program.h"

/* Most bytes of a file, compressed and decompressed. */
#define INPUT_MAX (16u << 20)

/* Size of a buffer for a message: a path and one line. */
#define INPUT_ERROR 4608

/* Accept programs of any target. */
#define INPUT_ANY_TARGET (-1)

/** input_name() - a file's name in messages: "standard input" for "-" */
const char *input_name(const char *path);

/**
 * input_open() - open a file to read it
 * @path: the file; "-": standard input
 *
 * Return: a descriptor; -EISDIR for a folder; another negative error number.
 */
int input_open(const char *path);

/**
 * input_read() - read a whole file, through zlib if it is compressed
 * @path: the file; "-": standard input
 * @data: receives the contents, for free()
 * @size: receives their size, at least 1
 * @err:  receives the message, INPUT_ERROR bytes
 *
 * Return: 0, or -EINVAL with @err: the file is unreadable, a folder, empty, larger than INPUT_MAX,
 * or a damaged .gz file.
 */
int input_read(const char *path, u8 **data, size_t *size, char *err);

/**
 * input_program() - read a program from a file in either form
 * @p:      initialised; overwritten
 * @path:   the file; "-": standard input
 * @target: INPUT_ANY_TARGET, or the wanted target: a program of another one is retargeted
 *          (program_retarget()) or refused. Bytes without the byte form's magic count as a program
 *          of this target
 * @err:    receives the message, INPUT_ERROR bytes
 *
 * Return: 0, or -EINVAL with @err.
 */
int input_program(struct program *p, const char *path, int target, char *err);

/**
 * struct input_list - paths of files
 * @path: the paths; the array and each path are allocated
 * @nr:   number of paths
 */
struct input_list {
	char **path;
	size_t nr;
};

/**
 * input_expand() - append a file, or the programs in a folder, sorted by name
 * @l:    zeroed before the first call
 * @path: file or folder, or "-" for standard input
 * @diag: receives a line for each path that is no file or folder
 *
 * In a folder and its subfolders a file is a program if its name is *.prog or *.prog.gz, if it
 * begins with the byte form's magic, or if its name has no dot, as those of fuzzers' files. Hidden
 * files are ignored. A path that cannot be read does not keep the others from the list.
 *
 * Return: 0, or -EINVAL after a message for each bad path; a folder without a program is one.
 */
int input_expand(struct input_list *l, const char *path, FILE *diag);

/** input_list_free() - free the paths; the list is empty afterwards */
void input_list_free(struct input_list *l);

/** input_target() - the number of a target, or -1 if there is none of that name */
int input_target(const char *name);

#endif
