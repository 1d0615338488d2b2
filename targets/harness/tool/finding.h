/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding.h - a finding is on disk before the process ends.
 */
#ifndef MM_HARNESS_FINDING_H
#define MM_HARNESS_FINDING_H

#include "exec/exec.h"

/**
 * finding_write() - write the program that failed as text, with what it failed by
 * @p:      the program
 * @oracle: which oracle fired; becomes its `expect` line
 * @digest: of the run; 0 if not known (the run did not come to an end)
 * @path:   receives the path of the file, at least PATH_MAX bytes
 *
 * The folder is the environment's MMSTORM_FINDINGS, or "findings"; it is made if it is
 * missing. The file is named <target>-<oracle>-<hash of the program>.prog: the same finding is
 * written once. It is complete under its name or not there.
 *
 * Return: 0 or a negative error number.
 */
int finding_write(const struct program *p, enum oracle oracle, u64 digest, char *path);

/**
 * finding_watch() - from now on a sanitizer's report writes the watched program
 * @p: the program that is about to be run; NULL: none. Not copied
 *
 * A sanitizer ends the process from within the run. Its last act is to call back here.
 * Without a sanitizer this does nothing.
 */
void finding_watch(const struct program *p);

#endif
