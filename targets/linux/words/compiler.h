/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler.h - types, and words for the compiler.
 */
#ifndef MM_LINUX_COMPILER_H
#define MM_LINUX_COMPILER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

typedef uint8_t u8, __u8;
typedef uint16_t u16, __u16, __le16, __be16;
typedef uint32_t u32, __u32, __le32, __be32;
typedef unsigned long long u64, __u64, __le64, __be64;
typedef int8_t s8, __s8;
typedef int16_t s16, __s16;
typedef int32_t s32, __s32;
typedef long long s64, __s64;
typedef long ssize_t, loff_t;
typedef unsigned long phys_addr_t, resource_size_t, pgoff_t, ulong, kernel_ulong_t;
typedef unsigned int gfp_t, uint, umode_t;
typedef unsigned char uchar;

#define BITS_PER_LONG 64
#define BITS_PER_LONG_LONG 64
#define __BITS_PER_LONG 64
#define BITS_PER_BYTE 8
#define small_const_nbits(n) (__builtin_constant_p(n) && (n) <= BITS_PER_LONG && (n) > 0)
#define BITS_PER_TYPE(type) (sizeof(type) * 8)
#define DECLARE_BITMAP(name, bits) unsigned long name[((bits) + 63) / 64]
#define KBUILD_MODNAME "mm"

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ __volatile__("" : : : "memory")
#define fallthrough __attribute__((__fallthrough__))
#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __must_check __attribute__((__warn_unused_result__))
#define __maybe_unused __attribute__((__unused__))
#define __used __attribute__((__used__))
#define __weak __attribute__((__weak__))
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#define __aligned(x) __attribute__((__aligned__(x)))
#define __packed __attribute__((__packed__))
#define __cleanup(f) __attribute__((__cleanup__(f)))
#define __noreturn __attribute__((__noreturn__))
#define __malloc
#define __alloc_size(...)
#define __realloc_size(...)
#define __assume_aligned(...)
#define __attribute_const__
#define __pure
#define __cold
#define __flatten
#define __init
#define __initdata
#define __initconst
#define __meminit
#define __ref
#define __refdata
#define __sched
#define __ro_after_init
#define __read_mostly
#define __percpu
#define __force
#define __user
#define __iomem
#define __rcu
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#define __no_sanitize_or_inline inline
#define __no_kasan_or_inline inline
#define __nocast
#define __bitwise
#define UINT_MAX (~0U)
#define __private
#define __counted_by(x)
#define ____cacheline_aligned_in_smp __aligned(64)
#define ____cacheline_aligned __aligned(64)
#define __cacheline_aligned __aligned(64)
#define SMP_CACHE_BYTES 64
#define L1_CACHE_BYTES 64
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define EXPORT_PER_CPU_SYMBOL(x)
#define EXPORT_TRACEPOINT_SYMBOL(x)
#define module_init(f) static int (*const mm_unused_##f)(void) __maybe_unused = (f)
#define subsys_initcall(f) module_init(f)
#define early_param(name, f) static int (*const mm_unused_##f)(char *) __maybe_unused = (f)
#define MODULE_LICENSE(x)
#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
#define __is_constexpr(x) (sizeof(int) == sizeof(*(8 ? ((void *)((long)(x)*0l)) : (int *)8)))
#define is_signed_type(type) (((type)(-1)) < (type)1)
#define is_unsigned_type(type) (!is_signed_type(type))
#define __must_be_array(a) 0
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))
#define typeof_member(type, member) typeof(((type *)0)->member)
#define __UNIQUE_ID_(a, b) a##b
#define __UNIQUE_ID__(a, b) __UNIQUE_ID_(a, b)
#define __UNIQUE_ID(prefix) __UNIQUE_ID__(mm_id_##prefix, __COUNTER__)
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
#define __compiletime_assert(cond, msg, a, b) ((void)sizeof(char[1 - 2 * !(cond)]))
#define compiletime_assert(cond, msg) ((void)0)
#define __UNSIGNED_SCALAR_TYPE
#define struct_group(name, members...)                                                             \
	union {                                                                                    \
		struct {                                                                           \
			members                                                                    \
		};                                                                                 \
		struct {                                                                           \
			members                                                                    \
		} name;                                                                            \
	}
#define OPTIMIZER_HIDE_VAR(x) ((void)0)
#define RELOC_HIDE(p, off) ((typeof(p))((unsigned long)(p) + (off)))
#define _RET_IP_ ((unsigned long)__builtin_return_address(0))
#define _THIS_IP_ 0UL
#ifndef static_assert
#define static_assert(expr, ...) _Static_assert(expr, "" #expr)
#endif
#define CONCATENATE_(a, b) a##b
#define CONCATENATE(a, b) CONCATENATE_(a, b)
#ifndef __native_word
#define __native_word(t) (sizeof(t) <= 8)
#endif

#endif
