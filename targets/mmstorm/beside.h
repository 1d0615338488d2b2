/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beside.h - programs that were built together with the front door.
 */
#ifndef MM_MMSTORM_BESIDE_H
#define MM_MMSTORM_BESIDE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * find_beside() - find a program in the folder of this one
 * @name: its path from there
 * @path: receives the whole path
 * @size: room in @path
 *
 * Return: whether it is executable.
 */
bool find_beside(const char *name, char *path, size_t size);

#endif
