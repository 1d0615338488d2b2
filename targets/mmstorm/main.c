/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - the front door: find the command and call it.
 */
#include <string.h>

#include "program/bytes.h"
#include "cli.h"
#include "import.h"
#include "program/text.h"

static const struct command commands[] = {
	{"run", "run programs with every oracle on", cmd_run},
	{"show", "print programs as text", cmd_show},
	{"pack", "convert programs to bytes, for the fuzzers", cmd_pack},
	{"list", "list targets, operations, oracles, schedules and more", cmd_list},
	{"explore", "search for a schedule under which a program fails", cmd_explore},
	{"minimize", "shorten a program that fails", cmd_minimize},
	{"stress", "let real threads hammer the allocators", cmd_stress},
	{"linux", "check the mm/percpu.c and mm/vmalloc.c of a Linux tree", cmd_linux},
	{"import", "convert a kernel's trace to a program", cmd_import},
	{"bugs", "list the bank of re-planted historical bugs", cmd_bugs},
	{"bench", "measure the allocators, the engine and the harness", cmd_bench},
};

static void print_help(void)
{
	puts("usage: mmstorm COMMAND [OPTION]... [FILE]...\n"
	     "\n"
	     "Fuzzes and stress-tests kernel-style memory allocators. A program, in text or in\n"
	     "bytes, is a machine, operations by task, and a schedule. A failure is a program\n"
	     "that fails again, the same way, every time.\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	puts("\n"
	     "Examples:\n"
	     "  mmstorm run corpus/vmap                  run the seeds of a target\n"
	     "  mmstorm explore two-tasks.prog           look for a schedule that fails\n"
	     "  mmstorm minimize failing.prog            shorten what fails\n"
	     "\n"
	     "mmstorm COMMAND --help describes a command.\n"
	     "Exit status: 0 clean, 1 a finding, 2 bad usage or bad input.");
}

static int dispatch(int argc, char **argv)
{
	if (argc < 2)
		return cli_error("mmstorm: found no command, expected one of mmstorm --help");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help();
		return EXIT_CLEAN;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("mmstorm %s, program format: text %d, bytes %d\n", MM_VERSION, TEXT_VERSION,
		       BYTES_NEWEST);
		return EXIT_CLEAN;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(argv[1], commands[i].name)) {
			return commands[i].run(argc - 1, argv + 1);
		}
	}
	return cli_error("mmstorm: found command '%s', expected one of mmstorm --help", argv[1]);
}

int main(int argc, char **argv)
{
	int status;

	cli_progress_init();
	status = dispatch(argc, argv);
	if (fflush(stdout) || ferror(stdout))
		return cli_error("mmstorm: cannot write to standard output: %s", strerror(errno));
	return status;
}
