/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build.c - see build.h.
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "cli.h"

/* Return: 0, or EXIT_BAD after a message. */
static int cmake(char **argv, const char *flavour)
{
	int status;
	double took;

	switch (child_run(argv, NULL, 0, &status, &took)) {
	case CHILD_ENDED:
		break;
	case CHILD_INTERRUPTED:
		return cli_error("mmstorm bench: --build: interrupted");
	default:
		return cli_error("mmstorm bench: --build: cannot start cmake");
	}
	return status ? cli_error("mmstorm bench: --build: the flavour %s: cmake ended with status "
				  "%d",
				  flavour, status)
		      : 0;
}

/* All programs of the flavour of program @first, which is the first of it. */
static int build_flavour(const struct way_program *program, size_t nr, size_t first)
{
	const char *flavour = program[first].flavour;
	char env[] = "/usr/bin/env", name[] = "cmake", preset[] = "--preset", build[] = "--build",
	     target[] = "--target";
	char *p = strdup(flavour), **argv = calloc(nr + 8, sizeof(*argv));
	int status = p && argv ? 0 : cli_error("mmstorm bench: no memory");

	if (!status) {
		size_t n = 0;

		argv[n++] = env;
		argv[n++] = name;
		argv[n++] = preset;
		argv[n++] = p;
		status = cmake(argv, flavour);
		n = 2;
		argv[n++] = build;
		argv[n++] = preset;
		argv[n++] = p;
		argv[n++] = target;
		for (size_t i = first; i < nr; i++)
			if (!strcmp(program[i].flavour, flavour))
				argv[n++] = (char *)program[i].target;
	}
	if (!status)
		status = cmake(argv, flavour);
	free(argv);
	free(p);
	return status;
}

int build_programs(const struct way_program *program, size_t nr)
{
	int status = 0;

	for (size_t i = 0; i < nr && !status; i++) {
		bool first = true;

		for (size_t k = 0; k < i; k++)
			first &= strcmp(program[k].flavour, program[i].flavour) != 0;
		if (first)
			status = build_flavour(program, nr, i);
	}
	return status;
}
