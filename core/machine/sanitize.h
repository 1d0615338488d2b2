/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sanitize.h - what the machine announces to the sanitizers; empty in a plain build.
 *
 * ThreadSanitizer does not see the machine's own accesses. The order that hardware gives, from one
 * owner of a page frame to the next, is announced here.
 */
#ifndef MM_MACHINE_SANITIZE_H
#define MM_MACHINE_SANITIZE_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#define MM_MSAN
#endif
#endif

#ifdef MM_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#ifdef MM_ASAN
#include <sanitizer/asan_interface.h>
#endif
#ifdef MM_MSAN
#include <sanitizer/msan_interface.h>
#endif

/* All that the caller did so far happens-before all after a later san_acquire() of @p. */
static inline void san_release(void *p)
{
#ifdef MM_TSAN
	__tsan_release(p);
#else
	(void)p;
#endif
}

static inline void san_acquire(void *p)
{
#ifdef MM_TSAN
	__tsan_acquire(p);
#else
	(void)p;
#endif
}

/* An access to these bytes is an error until san_unpoison(). */
static inline void san_poison(void *p, size_t size)
{
#ifdef MM_ASAN
	__asan_poison_memory_region(p, size);
#else
	(void)p;
	(void)size;
#endif
}

static inline void san_unpoison(void *p, size_t size)
{
#ifdef MM_ASAN
	__asan_unpoison_memory_region(p, size);
#else
	(void)p;
	(void)size;
#endif
}

/* A use of these bytes before they are written is an error, whatever they hold. */
static inline void san_mark_uninit(void *p, size_t size)
{
#ifdef MM_MSAN
	__msan_poison(p, size);
#else
	(void)p;
	(void)size;
#endif
}

static inline void san_mark_init(void *p, size_t size)
{
#ifdef MM_MSAN
	__msan_unpoison(p, size);
#else
	(void)p;
	(void)size;
#endif
}

#endif
