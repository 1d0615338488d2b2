/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build.h - build programs of other flavours that a hunt needs.
 */
#ifndef MM_MMSTORM_HUNT_BUILD_H
#define MM_MMSTORM_HUNT_BUILD_H

#include "ways.h"

/**
 * build_programs() - configure their flavours, and build them
 * @program: the programs, in any order
 * @nr:      how many
 *
 * The current folder is the top of the tree. cmake prints to standard error.
 *
 * Return: 0, or EXIT_BAD after a message.
 */
int build_programs(const struct way_program *program, size_t nr);

#endif
