/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bank.h - the bank of re-planted historical bugs, as the commands see it.
 *
 * A bug is a folder with about.md, bug.patch and repro.prog. The first line of about.md is "#
 * <id>"; further lines are "oracle: <oracle id>", and "stress: <workload>" if real threads show the
 * bug. repro.prog fails on allocators with the patch.
 */
#ifndef MM_MMSTORM_BANK_H
#define MM_MMSTORM_BANK_H

#include "program/program.h"

/* The folder of the bank, from the top of the tree. */
#define BANK_DIR "corpus/bugs"

/**
 * struct bug - a bug of the bank
 * @id:     its name, and that of its folder
 * @oracle: identifier of the oracle that fires
 * @stress: the workload of mmstorm stress that shows it, or ""
 * @repro:  its reproducer
 */
struct bug {
	char id[128];
	char oracle[64];
	char stress[32];
	struct program repro;
};

/**
 * struct bank - all bugs, by name
 */
struct bank {
	struct bug *bug;
	size_t nr;
};

/**
 * bank_read() - read the bank
 * @b:   receives the bugs that are well formed
 * @dir: the folder of the bank
 *
 * Return: 0, or EXIT_BAD after a message for each bug that is not; bank_free() in any case.
 */
int bank_read(struct bank *b, const char *dir);

void bank_free(struct bank *b);

/** bug_is_concurrent() - does its reproducer need several tasks, or a schedule? */
bool bug_is_concurrent(const struct bug *b);

#endif
