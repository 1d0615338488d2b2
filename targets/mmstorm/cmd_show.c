/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_show.c - mmstorm show and mmstorm pack: convert programs from one form to the other.
 *
 * Bytes have no place for comments, names, and the lines `on`, `expect`, `digest` and
 * `shows`. All else
 * survives the conversion.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program/bytes.h"
#include "cli.h"
#include "tool/input.h"
#include "tool/output.h"

static const struct option_usage show_usage = {
	.synopsis = "mmstorm show [OPTION]... FILE...",
	.about = "Prints programs, in bytes or in text, as text in canonical form. - is standard "
		 "input.",
	.tail = "Example:\n"
		"  mmstorm show --sort --target vmap crash-0123456789abcdef",
};

static const struct option_usage pack_usage = {
	.synopsis = "mmstorm pack [OPTION]... FILE|FOLDER... -o OUT",
	.about = "Converts programs, in text or in bytes, to bytes in canonical form. - is "
		 "standard input.",
	.tail = "Example:\n"
		"  mmstorm pack corpus/vmap -o seeds",
};

struct options {
	const char *output;
	const char *on;
	bool sort;
	int target;
};

#define MEMBER(m) .offset = offsetof(struct options, m)
#define TARGET                                                                                     \
	{                                                                                          \
		"target", .kind = OPTION_CALL, .value = "NAME", MEMBER(target),                    \
			  .parse = cli_parse_target, .help = CLI_TARGET_HELP                       \
	}

static const struct option_spec show_specs[] = {
	{"output", 'o', OPTION_TEXT, "FILE", MEMBER(output),
	 .help = "write to FILE, which is then complete or unchanged (default: standard output)"},
	{"sort", MEMBER(sort),
	 .help = "group the operations by task: easier to read, with the same meaning"},
	TARGET,
	{"on", .kind = OPTION_CALL, .value = "NAME", MEMBER(on), .parse = cli_parse_on,
	 .help = "add or replace the line `on NAME`: the implementation to run on, one of mmstorm "
		 "list implementations"},
	{0},
};

static const struct option_spec pack_specs[] = {
	{"output", 'o', OPTION_TEXT, "OUT", MEMBER(output),
	 .help = "write to OUT; - is standard output. With a folder or several files, OUT is a "
		 "folder, which is created if missing, and NAME.prog becomes OUT/NAME"},
	TARGET,
	{0},
};

/* Return: -1 to go on, or the exit status. */
static int parse_options(struct options *o, int argc, char **argv, const struct option_usage *usage,
			 const struct option_spec *specs)
{
	const struct option_group group = {specs, o};
	int status = options_parse(argc, argv, usage, &group, 1);

	if (status < 0 && optind == argc)
		return cli_error("mmstorm %s: found no file, expected one or more", argv[0]);
	return status;
}

static int write_out(const char *path, const void *data, size_t size)
{
	int err;

	if (!path || !strcmp(path, "-")) {
		fwrite(data, 1, size, stdout);
		return EXIT_CLEAN;
	}
	err = output_write(path, data, size);
	return err ? cli_error("%s: %s", path, strerror(-err)) : EXIT_CLEAN;
}

int cmd_show(int argc, char **argv)
{
	struct options o = {.target = INPUT_ANY_TARGET};
	int status = parse_options(&o, argc, argv, &show_usage, show_specs);
	char err[INPUT_ERROR];
	struct program p;

	if (status >= 0)
		return status;
	if (o.output && argc - optind > 1)
		return cli_error("mmstorm show: found --output and %d files, expected one file",
				 argc - optind);
	program_init(&p, TARGET_PERCPU_BITMAP);
	status = EXIT_CLEAN;
	for (int i = optind; i < argc; i++) {
		size_t size;
		char *text;
		int one;

		if (input_program(&p, argv[i], o.target, err)) {
			status = cli_error("%s", err);
			continue;
		}
		if (o.on)
			program_set_on(&p, o.on);
		if (o.sort)
			program_sort(&p);
		text = output_text(&p, &size);
		one = text ? write_out(o.output, text, size)
			   : cli_error("%s: %s", argv[i], strerror(ENOMEM));
		status = max(status, one);
		free(text);
	}
	program_fini(&p);
	return status;
}

static int pack_file(const struct options *o, struct program *p, const char *path,
		     const char *output)
{
	char err[INPUT_ERROR];
	size_t size;
	u8 *data;
	int status;

	if (input_program(p, path, o->target, err))
		return cli_error("%s", err);
	size = bytes_size(p);
	data = malloc(size);
	if (!data)
		return cli_error("%s: %s", path, strerror(ENOMEM));
	size = bytes_encode(p, data, size);
	status = size ? write_out(output, data, size) : cli_error("%s: %s", path, strerror(ENOMEM));
	free(data);
	return status;
}

/* The output of some/where/NAME.prog: FOLDER/NAME. */
static char *name_below(const char *folder, const char *path)
{
	const char *name = strrchr(path, '/');
	const char *end;
	char *out;

	name = name ? name + 1 : path;
	end = strstr(name, ".prog");
	if (asprintf(&out, "%s/%.*s", folder, (int)(end ? end - name : (long)strlen(name)), name) <
	    0)
		return NULL;
	return out;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int pack_files(const struct options *o, struct program *p, const struct input_list *files)
{
	int status = EXIT_CLEAN;
	void *names = NULL; /* tree of the outputs so far */

	if (mkdir(o->output, 0777) && errno != EEXIST)
		return cli_error("%s: %s", o->output, strerror(errno));
	for (size_t i = 0; i < files->nr; i++) {
		char *output = name_below(o->output, files->path[i]);
		char **known = output ? tsearch(output, &names, compare_names) : NULL;

		if (known && *known == output) {
			status = max(status, pack_file(o, p, files->path[i], output));
			continue;
		}
		/* Files of different folders may share a name: one must not replace another. */
		status = known ? cli_error("%s: found another file for %s, expected distinct names",
					   files->path[i], output)
			       : cli_error("%s: %s", files->path[i], strerror(ENOMEM));
		free(output);
	}
	tdestroy(names, free);
	return status;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

int cmd_pack(int argc, char **argv)
{
	struct options o = {.target = INPUT_ANY_TARGET};
	struct input_list files = {0};
	int status = parse_options(&o, argc, argv, &pack_usage, pack_specs);
	struct program p;
	bool many;

	if (status >= 0)
		return status;
	if (!o.output)
		return cli_error("mmstorm pack: found no --output, expected one");
	many = argc - optind > 1 || is_folder(argv[optind]) || is_folder(o.output);
	status = EXIT_CLEAN;
	for (int i = optind; i < argc; i++)
		if (input_expand(&files, argv[i], stderr))
			status = EXIT_BAD;
	program_init(&p, TARGET_PERCPU_BITMAP);
	if (files.nr)
		status = max(status, many ? pack_files(&o, &p, &files)
					  : pack_file(&o, &p, files.path[0], o.output));
	program_fini(&p);
	input_list_free(&files);
	return status;
}
