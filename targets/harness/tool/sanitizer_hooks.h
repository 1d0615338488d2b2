/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sanitizer_hooks.h - which sanitizers there are in this build, and how much they write.
 */
#ifndef MM_HARNESS_SANITIZER_HOOKS_H
#define MM_HARNESS_SANITIZER_HOOKS_H

#include <stdbool.h>

/** sanitizer_thread() - is ThreadSanitizer in this build? */
bool sanitizer_thread(void);

/** sanitizer_any() - is any sanitizer in this build? */
bool sanitizer_any(void);

/**
 * sanitizer_brief() - from now on a report is one line, and then the process ends
 *
 * A full report of AddressSanitizer starts a symboliser: seconds, where the line alone takes
 * no time. For those who run a crash a thousand times and read it once.
 */
void sanitizer_brief(bool brief);

#endif
