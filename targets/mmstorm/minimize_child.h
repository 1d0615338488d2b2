/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize_child.h - minimise a program in children of this process.
 */
#ifndef MM_MMSTORM_MINIMIZE_CHILD_H
#define MM_MMSTORM_MINIMIZE_CHILD_H

#include "tool/minimize.h"

/**
 * minimize_in_children() - minimize(), with runs in a child that is replaced when it dies
 * @p:     as for minimize()
 * @mo:    options. @renew is set here
 * @st:    filled in
 * @inner: receives the runner in the child: &@mo->runner, or the one inside of @mo->runner
 *
 * A run may leave damage in the child, such as a broken heap, that makes a later run fail. So the
 * result is checked in fresh children, and if it passes there, everything is repeated with one
 * child a run.
 *
 * Return: as minimize().
 */
int minimize_in_children(struct program *p, struct minimize_options *mo, struct minimize_stats *st,
			 struct runner *inner);

#endif
