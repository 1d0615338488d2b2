/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - the front door: find the command and run it.
 */
#include <string.h>

#include "program/bytes.h"
#include "cli.h"
#include "import.h"
#include "program/text.h"

static const struct command commands[] = {
	{"run", "run programs and judge them", cmd_run},
	{"show", "print a program as text", cmd_show},
	{"pack", "turn programs into bytes, for the fuzzers", cmd_pack},
	{"list", "what there is: targets, operations, oracles, schedules", cmd_list},
	{"explore", "hunt for a schedule under which a program fails", cmd_explore},
	{"minimize", "make a program that fails shorter", cmd_minimize},
	{"import", "turn a kernel's trace into a program", cmd_import},
	{"bugs", "the bank of re-planted historical bugs", cmd_bugs},
	{"bench", "measure", cmd_bench},
};

static void print_help(void)
{
	puts("usage: mmstorm COMMAND [OPTION]... [FILE]...\n"
	     "\n"
	     "Fuzzing and stress-testing of kernel-style memory allocators. A program, in text or "
	     "in\n"
	     "bytes, is a machine, operations by task, and a schedule; a failure is a program "
	     "that\n"
	     "fails again, the same way, every time.\n"
	     "\n"
	     "commands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	puts("\n"
	     "mmstorm COMMAND --help tells more of each.\n"
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
		       BYTES_VERSION);
		return EXIT_CLEAN;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(argv[1], commands[i].name)) {
			opterr = 0;
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
