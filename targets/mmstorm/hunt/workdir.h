/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * workdir.h - the temporary folder of a hunt: inputs of the runs, and what a run leaves.
 */
#ifndef MM_MMSTORM_HUNT_WORKDIR_H
#define MM_MMSTORM_HUNT_WORKDIR_H

#include "ways.h"

/**
 * struct workdir - the folder
 * @top:  the folder
 * @run:  the folder of one run; empty when it starts, but for a folder findings
 * @log:  the output of that run
 * @bank: the folder of the bank, beside those of the targets' seeds
 */
struct workdir {
	char top[PATH_MAX / 4];
	char run[PATH_MAX / 2];
	char log[PATH_MAX / 2];
	const char *bank;
};

/** workdir_create() - make it. Return: 0, or EXIT_BAD after a message */
int workdir_create(struct workdir *w, const char *bank);

void workdir_remove(struct workdir *w);

/** workdir_empty() - make the folder of the next run. Return: 0, or EXIT_BAD after a message */
int workdir_empty(struct workdir *w);

/**
 * workdir_input() - the input of a job, which is made once
 * @path: receives its name, PATH_MAX bytes; "" if the job needs none
 *
 * Return: 0, or EXIT_BAD after a message.
 */
int workdir_input(const struct workdir *w, const struct hunt_job *job, char *path);

/**
 * workdir_keep() - copy the program that a run found
 * @path: the copy
 *
 * Return: 0, also if the run left no program, or EXIT_BAD after a message.
 */
int workdir_keep(const struct workdir *w, const char *path);

#endif
