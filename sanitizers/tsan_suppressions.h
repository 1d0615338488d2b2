/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsan_suppressions.h - ThreadSanitizer's suppressions on the threads engine.
 */
#ifndef MM_SANITIZERS_TSAN_SUPPRESSIONS_H
#define MM_SANITIZERS_TSAN_SUPPRESSIONS_H

/* The lines of tsan.supp that are no comments. */
extern const char mm_tsan_suppressions[];

#endif
