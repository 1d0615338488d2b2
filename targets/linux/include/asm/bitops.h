/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * asm/bitops.h - bit operations, for linux/bitops.h of a tree: the generic ones of that tree where
 * they need no machine, and our own scheduling points where they are atomic.
 */
#ifndef MM_LINUX_ASM_BITOPS_H
#define MM_LINUX_ASM_BITOPS_H

#include <asm-generic/bitops/non-atomic.h>
#if __has_include(<asm-generic/bitops/non-instrumented-non-atomic.h>)
#include <asm-generic/bitops/non-instrumented-non-atomic.h>
#endif

static __always_inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static __always_inline int fls64(unsigned long long x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static __always_inline unsigned int __ffs(unsigned long x)
{
	return (unsigned int)__builtin_ctzl(x);
}

static __always_inline unsigned int __fls(unsigned long x)
{
	return 63 - (unsigned int)__builtin_clzl(x);
}

static __always_inline int ffs(int x)
{
	return __builtin_ffs(x);
}

#define ffz(x) __ffs(~(x))
#define hweight8(w) ((unsigned int)__builtin_popcount((u8)(w)))
#define hweight16(w) ((unsigned int)__builtin_popcount((u16)(w)))
#define hweight32(w) ((unsigned int)__builtin_popcount((u32)(w)))
#define hweight64(w) ((unsigned long)__builtin_popcountll(w))
#define __const_hweight64(w) hweight64(w)

static inline void set_bit(long nr, volatile unsigned long *addr)
{
	addr += nr / 64;
	br_point_write(addr);
	__atomic_fetch_or(addr, 1UL << nr % 64, __ATOMIC_RELAXED);
}

static inline void clear_bit(long nr, volatile unsigned long *addr)
{
	addr += nr / 64;
	br_point_write(addr);
	__atomic_fetch_and(addr, ~(1UL << nr % 64), __ATOMIC_RELAXED);
}

static inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	addr += nr / 64;
	br_point_write(addr);
	return __atomic_fetch_or(addr, 1UL << nr % 64, __ATOMIC_SEQ_CST) >> nr % 64 & 1;
}

static inline bool test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	addr += nr / 64;
	br_point_write(addr);
	return __atomic_fetch_and(addr, ~(1UL << nr % 64), __ATOMIC_SEQ_CST) >> nr % 64 & 1;
}

#include <asm-generic/bitops/le.h>

#endif
