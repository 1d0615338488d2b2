/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.h - write findings to disk, also when a sanitizer ends the process.
 */
#ifndef MM_HARNESS_FINDING_H
#define MM_HARNESS_FINDING_H

#include "exec/exec.h"

/**
 * finding_write() - write a program that failed as text, with its oracle and digest
 * @p:      the program
 * @oracle: the oracle that fired; becomes the `expect` line
 * @digest: digest of the run; 0: unknown, since the run did not end
 * @path:   receives the path of the file, at least PATH_MAX bytes
 *
 * The folder is the environment's MMSTORM_FINDINGS, or "findings"; it is created if missing, as
 * are those above it. The file name is <target>-<oracle>-<hash of the program>.prog, so the same
 * finding is written once. The file is complete or absent.
 *
 * Return: 0 or a negative error number.
 */
int finding_write(const struct program *p, enum oracle oracle, u64 digest, char *path);

/**
 * finding_print() - finding_write(), and print the oracle, the file and the program
 *
 * The program is printed on standard error in any case, so that a finding survives a folder that
 * cannot be written. The first line is "mmstorm-finding: ORACLE PATH", without a path if there is
 * no file; a line that says why there is none may follow; then comes the text of the program.
 */
void finding_print(const struct program *p, enum oracle oracle, u64 digest);

/**
 * finding_watch() - let the sanitizer's report write a program as a finding
 * @p: the program that is about to run, not copied; NULL: none
 *
 * A sanitizer ends the process within the run, and calls back before that. In a build without a
 * sanitizer this does nothing.
 */
void finding_watch(const struct program *p);

#endif
