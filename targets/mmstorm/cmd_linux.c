/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_linux.c - mmstorm linux: check a Linux tree.
 *
 * A tree is compiled, so the command is a script in the folder that this program was built from. It
 * takes the place of this process.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define SCRIPT MM_SOURCE "/ci/linux.sh"

int cmd_linux(int argc, char **argv)
{
	char **args = calloc((size_t)argc + 2, sizeof(*args));

	if (!args)
		return cli_error("mmstorm linux: %s", strerror(ENOMEM));
	if (access(SCRIPT, R_OK)) {
		free(args);
		return cli_error("mmstorm linux: found no %s, expected the sources that this "
				 "program was built from",
				 SCRIPT);
	}
	args[0] = "bash";
	args[1] = SCRIPT;
	memcpy(args + 2, argv + 1, (size_t)argc * sizeof(*args));
	execvp(args[0], args);
	free(args);
	return cli_error("mmstorm linux: cannot start bash: %s", strerror(errno));
}
