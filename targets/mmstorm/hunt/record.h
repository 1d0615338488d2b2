/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - the runs that were done, in memory and in a file.
 *
 * The file has a JSON object a line, and a run is in it as soon as it has ended. So a hunt that was
 * interrupted goes on where it stopped.
 */
#ifndef MM_MMSTORM_HUNT_RECORD_H
#define MM_MMSTORM_HUNT_RECORD_H

#include "ways.h"

/**
 * struct hunt_run - a run that was done
 * @way:     of struct way
 * @what:    the bug, or what the control depends on (way_control())
 * @control: on the sound allocators
 * @limit:   seconds
 * @seconds: until the finding or the end
 * @result:  what it found
 */
struct hunt_run {
	char way[16];
	char what[128];
	bool control;
	u64 seed, limit;
	double seconds;
	struct way_result result;
};

/**
 * struct record - all runs
 * @fd: the file, or -1
 */
struct record {
	struct hunt_run *run;
	size_t nr, max;
	int fd;
};

/**
 * record_open() - read the runs of a file, and open it for more
 * @path:  the file, which need not exist; NULL: keep the runs in memory
 * @limit: of each run
 *
 * A last line without its end is dropped.
 *
 * Return: 0, or EXIT_BAD after a message: the file cannot be read or written, a line is no run, or
 * its limit is another one.
 */
int record_open(struct record *r, const char *path, u64 limit);

/** record_close() - NULL members are allowed */
void record_close(struct record *r);

/** record_find() - the run of a job. Return: NULL if it was not done */
const struct hunt_run *record_find(const struct record *r, const struct hunt_job *job);

/**
 * record_add() - add the run of a job
 *
 * Return: 0, or EXIT_BAD after a message.
 */
int record_add(struct record *r, const struct hunt_job *job, double seconds,
	       const struct way_result *result);

#endif
