/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_text.h - import a recording that has been read: the text of a program, and a report on
 * what was left out.
 */
#ifndef MM_IMPORT_IMPORT_TEXT_H
#define MM_IMPORT_IMPORT_TEXT_H

#include "convert.h"

/* struct import_options.family: the family with more events. */
#define IMPORT_ANY_FAMILY (-1)

/**
 * struct import_options - parameters of an import
 * @name:    name of the recording, for the program's comment and for messages
 * @family:  enum pair_family, or IMPORT_ANY_FAMILY
 * @convert: parameters of the conversion
 */
struct import_options {
	const char *name;
	int family;
	struct convert_options convert;
};

/**
 * import_options_check() - are the sizes in @o possible together?
 * @diag: receives a message if they are not
 */
bool import_options_check(const struct import_options *o, FILE *diag);

/**
 * import_text() - write a recording as the text of a program
 * @t:    the recording
 * @o:    parameters, checked
 * @out:  receives the text
 * @diag: receives the report, or a message at an error
 *
 * Return: 0; -EINVAL if the recording has no request of the family; -ENOMEM; -EIO if @out fails.
 */
int import_text(const struct trace *t, const struct import_options *o, FILE *out, FILE *diag);

#endif
