/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * types.h - the few words of C that every floor uses.
 *
 * The names are the kernel's, so that its readers need no glossary. Lists come
 * from liburcu (<urcu/list.h>), trees from libbsd (<bsd/sys/tree.h>).
 */
#ifndef MM_SCHED_TYPES_H
#define MM_SCHED_TYPES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int32_t s32;
typedef long long s64;

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __noreturn __attribute__((__noreturn__))
#define __printf(a, b) __attribute__((__format__(__printf__, a, b)))
#define __maybe_unused __attribute__((__unused__))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT_ULL(n) (1ULL << (n))

#ifndef container_of
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#endif

#define min(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) _min_a = (a);                                                        \
		__typeof__(b) _min_b = (b);                                                        \
		_min_a < _min_b ? _min_a : _min_b;                                                 \
	})
#define max(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) _max_a = (a);                                                        \
		__typeof__(b) _max_b = (b);                                                        \
		_max_a > _max_b ? _max_a : _max_b;                                                 \
	})

/* @a must be a power of two. */
#define ALIGN(x, a) (((x) + ((__typeof__(x))(a)-1)) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a)-1)) == 0)
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))

/*
 * Between these two, functions are verifiers: ThreadSanitizer and coverage do not see them. A
 * verifier reads the data of others without their locks at a moment of which its caller knows that
 * they are at rest, and it is no code under test. Headers whose inline functions it calls are
 * included after VERIFIER_BEGIN, since they must not be seen either.
 */
#ifdef __clang__
#define MM_PRAGMA(words) _Pragma(#words)
#define VERIFIER_BEGIN                                                                             \
	MM_PRAGMA(clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),         \
				       apply_to = function))
#define VERIFIER_END MM_PRAGMA(clang attribute pop)
#else
#define VERIFIER_BEGIN
#define VERIFIER_END
#endif

static inline bool is_power_of_2(u64 n)
{
	return n && !(n & (n - 1));
}

/* Position of the highest set bit, from 1; 0 for 0: the kernel's fls64(). */
static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

/* Errors travel in pointers as in the kernel. */
#define MAX_ERRNO 4095

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return (unsigned long)ptr >= (unsigned long)-MAX_ERRNO;
}

#endif
