/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_stress.c - mmstorm stress: the allocators on real threads.
 *
 * A process has one engine, and this program is linked with fibers. So the command is a program of
 * its own, stress/mmstorm_stress, which takes the place of this process.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"
#include "cli.h"

int cmd_stress(int argc, char **argv)
{
	char path[PATH_MAX];

	if (!find_beside("stress/mmstorm_stress", path, sizeof(path)))
		return cli_error("mmstorm stress: found no stress/mmstorm_stress in the folder of "
				 "this program");
	execv(path, argv);
	return cli_error("mmstorm stress: cannot start %s: %s", path, strerror(errno));
}
