/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sanitizer_hooks.h - the sanitizers of this build, and the length of their reports.
 */
#ifndef MM_HARNESS_SANITIZER_HOOKS_H
#define MM_HARNESS_SANITIZER_HOOKS_H

#include <stdbool.h>

/** sanitizer_thread() - was this build made with ThreadSanitizer? */
bool sanitizer_thread(void);

/** sanitizer_any() - was this build made with any sanitizer? */
bool sanitizer_any(void);

/**
 * sanitizer_brief() - cut reports down to one line, after which the process ends
 *
 * A full report of AddressSanitizer starts a symboliser, which takes seconds. One line suffices for
 * a crash that is run a thousand times and read once.
 */
void sanitizer_brief(bool brief);

#endif
