/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_fail_each.h - mmstorm run --fail-each: each request of a program fails in turn.
 */
#ifndef MM_MMSTORM_CMD_FAIL_EACH_H
#define MM_MMSTORM_CMD_FAIL_EACH_H

#include "cli.h"

/**
 * fail_each_run() - run a program with each request failing in turn, and print the result
 * @path:   its file, for messages
 * @p:      as read; its failure plan and, with --strategy, its schedule are replaced
 * @common: options
 * @output: file for the program that has a finding, or NULL
 *
 * Return: the exit status.
 */
int fail_each_run(const char *path, struct program *p, const struct common_options *common,
		  const char *output);

#endif
