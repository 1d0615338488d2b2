/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize_race.h - shorten what a sanitizer finds by way of the race that causes it.
 */
#ifndef MM_MMSTORM_MINIMIZE_RACE_H
#define MM_MMSTORM_MINIMIZE_RACE_H

#include "program/program.h"

/**
 * minimize_race_beside() - find the front door of the flavour tsan, beside this one
 * @path: receives its path, PATH_MAX bytes
 *
 * Return: whether it is built.
 */
bool minimize_race_beside(char *path);

/**
 * minimize_race() - replace a program by the shortest race that it shows, if that fails alike
 * @p:       fails by ORACLE_SANITIZER
 * @tsan:    the front door with ThreadSanitizer, and the same allocators
 * @seconds: limit of each of three steps: search and shorten the race, find the failure in it
 *
 * Return: 1 if @p is a shorter program now, which fails by ORACLE_SANITIZER with the same kind of
 * report; 0 if none was found, and @p is unchanged; or a negative error number.
 */
int minimize_race(struct program *p, const char *tsan, u64 seconds);

#endif
