/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sanitizer_hooks.c - the sanitizers of this build, and the length of their reports.
 *
 * AddressSanitizer and UndefinedBehaviorSanitizer call the functions below, if a program defines
 * them, after they detect an error and before they write the report.
 */
#include "sanitizer_hooks.h"

#include <stdio.h>
#include <unistd.h>

#include "machine/sanitize.h"

#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define MM_UBSAN
#endif
#endif

static bool brief_reports;

void sanitizer_brief(bool brief)
{
	brief_reports = brief;
}

bool sanitizer_thread(void)
{
#ifdef MM_TSAN
	return true;
#else
	return false;
#endif
}

bool sanitizer_any(void)
{
#if defined(MM_TSAN) || defined(MM_ASAN) || defined(MM_MSAN) || defined(MM_UBSAN)
	return true;
#else
	return false;
#endif
}

#ifdef MM_ASAN
void __asan_on_error(void);

void __asan_on_error(void)
{
	if (!brief_reports)
		return;
	dprintf(STDERR_FILENO, "ERROR: AddressSanitizer: %s\n", __asan_get_report_description());
	_exit(1);
}
#endif

#ifdef MM_UBSAN
void __ubsan_on_report(void);
void __ubsan_get_current_report_data(const char **kind, const char **message, const char **file,
				     unsigned int *line, unsigned int *column, char **address);

void __ubsan_on_report(void)
{
	const char *kind, *message, *file;
	unsigned int line, column;
	char *address;

	if (!brief_reports)
		return;
	__ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
	dprintf(STDERR_FILENO, "%s:%u:%u: runtime error: %s\n", file, line, column, message);
	_exit(1);
}
#endif
