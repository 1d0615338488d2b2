/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * library.h - strings, memory and other words of lib/.
 *
 * Memory may lie in the vmalloc space or in the direct map, where the host has nothing of its own:
 * memset() and memcpy() go through the bridge unless the length is a constant, as for a structure.
 */
#ifndef MM_LINUX_LIBRARY_H
#define MM_LINUX_LIBRARY_H

void *memset(void *p, int c, size_t n);
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
char *strcpy(char *dst, const char *src);
int snprintf(char *buf, size_t size, const char *fmt, ...);

#define memset(p, c, n) (__builtin_constant_p(n) ? (void)(memset)(p, c, n) : br_memset(p, c, n))
#define memcpy(d, s, n) br_memcpy(d, s, n)

#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define ENXIO 6
#define E2BIG 7
#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define EINVAL 22
#define ENOSPC 28
#define ERANGE 34
#define MAX_ERRNO 4095
#define EOVERFLOW 75
#define KMALLOC_MAX_SIZE (1UL << 22)

#define __KERNEL_DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define DIV_ROUND_UP_ULL(n, d) __KERNEL_DIV_ROUND_UP((unsigned long long)(n), d)
#define __ALIGN_KERNEL_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define __ALIGN_KERNEL(x, a) __ALIGN_KERNEL_MASK(x, (__typeof__(x))(a)-1)
#define swab64(x) __builtin_bswap64(x)
#define swab(x) swab64(x)
#define __AC(x, y) (x##y)
#define _AC(x, y) __AC(x, y)
#define upper_32_bits(x) ((u32)((u64)(x) >> 32))
#define lower_32_bits(x) ((u32)(x))
#define do_div(n, base)                                                                            \
	({                                                                                         \
		u32 _rem = (n) % (base);                                                           \
		(n) /= (base);                                                                     \
		_rem;                                                                              \
	})

static inline unsigned long lcm(unsigned long a, unsigned long b)
{
	unsigned long x = a, y = b;

	while (y) {
		unsigned long r = x % y;

		x = y;
		y = r;
	}
	return x ? a / x * b : 0;
}

/* For functions of lib/bitmap.c that read or print text; nothing here calls them. */
#define devm_add_action_or_reset(...) (-ENOMEM)
#define memdup_user_nul(...) ((void *)-ENOMEM)
#define scnprintf(...) 0
#define kasprintf(...) NULL
#define memory_read_from_buffer(...) 0
#define isspace(c) ((c) == ' ')
#define strncasecmp(a, b, n) 1
#define hex_to_bin(c) (-1)
#define strnchrnul(s, n, c) (s)

#endif
