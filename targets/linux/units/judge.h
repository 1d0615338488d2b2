/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h - what the judges of a tree's files share. A judge is compiled with the file that it
 * judges; to ThreadSanitizer and to coverage it is not there (JUDGE_BEGIN), since it reads what
 * others write at a moment of which its caller knows that they are at rest.
 */
#ifndef MM_LINUX_JUDGE_H
#define MM_LINUX_JUDGE_H

/* As in core/sched/report.h; bridge/judge.c compares. */
enum judged { JUDGED_HINT, JUDGED_COUNT, JUDGED_TREE, JUDGED_LIST, JUDGED_ALIAS, JUDGED_OVERLAP };

/* Returns only if findings of the oracle are passed over (core/sched/report.h). */
void br_judged(enum judged what, const char *fmt, ...)
	__attribute__((__format__(__printf__, 2, 3)));

#define JUDGE(cond, what, ...)                                                                     \
	do {                                                                                       \
		if (unlikely(!(cond)))                                                             \
			br_judged(JUDGED_##what, __VA_ARGS__);                                     \
	} while (0)

#define JUDGE_PRAGMA(words) _Pragma(#words)
#define JUDGE_BEGIN                                                                                \
	JUDGE_PRAGMA(clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),      \
					  apply_to = function))
#define JUDGE_END JUDGE_PRAGMA(clang attribute pop)

#endif
