/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsan_options.h - options that ThreadSanitizer starts with.
 */
#ifndef MM_SANITIZERS_TSAN_OPTIONS_H
#define MM_SANITIZERS_TSAN_OPTIONS_H

/* To be referred to by whoever wants them: an archive member is linked only if it is needed. */
extern const char mm_tsan_options[];

const char *__tsan_default_options(void);

#endif
