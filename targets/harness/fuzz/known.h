/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * known.h - findings that a fuzz target passes over, so that the search goes on for others.
 *
 * The environment names them: MMSTORM_KNOWN=id,id,.. all findings of these oracles, and the file
 * MMSTORM_KNOWN_SIGNS those of certain signs. A *sign* is the text of a report with # in place of
 * each number. A line of the file is ORACLE, a tab, and a sign.
 */
#ifndef MM_HARNESS_KNOWN_H
#define MM_HARNESS_KNOWN_H

#include "sched/report.h"

/** known_set_up() - read the environment; ends the process, after a message, if it is wrong */
void known_set_up(void);

/** known_finding() - is the report one to pass over? */
bool known_finding(const struct report *r);

#endif
