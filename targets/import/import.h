/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import.h - commands of the front door on recordings of real kernels.
 */
#ifndef MM_IMPORT_IMPORT_H
#define MM_IMPORT_IMPORT_H

#include <stdbool.h>

/**
 * cmd_import() - mmstorm import: convert a recording to a program
 * @argc: number of arguments
 * @argv: arguments; argv[0] is the command's name
 *
 * Return: exit status: 0, or 2 for bad usage or bad input.
 */
int cmd_import(int argc, char **argv);

/**
 * fidelity_run() - mmstorm run --fidelity: replay a recording and compare each placement with
 * the kernel's
 * @file: the recording, plain or compressed
 * @list: print each allocation whose place differs
 * @json: print one JSON object a line
 *
 * Return: exit status: 0; 1 if an oracle fired during the replay; 2 for bad input.
 */
int fidelity_run(const char *file, bool list, bool json);

#endif
