/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beside.c - see beside.h.
 */
#include "beside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool find_beside(const char *name, char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);
	char *slash;
	size_t room;

	if (len < 0)
		return false;
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return false;
	room = size - (size_t)(slash + 1 - path);
	if ((size_t)snprintf(slash + 1, room, "%s", name) >= room)
		return false;
	return !access(path, X_OK);
}
