/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsan_options.h - default options of ThreadSanitizer.
 */
#ifndef MM_SANITIZERS_TSAN_OPTIONS_H
#define MM_SANITIZERS_TSAN_OPTIONS_H

/* A program refers to this to get the options: unused archive members are not linked. */
extern const char mm_tsan_options[];

const char *__tsan_default_options(void);

#endif
