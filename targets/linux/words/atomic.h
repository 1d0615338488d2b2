/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * atomic.h - marked accesses, barriers, atomics.
 *
 * A marked access is a scheduling point and then a C11 atomic in instrumented code. A pointer that
 * is read by READ_ONCE() is an acquire: the kernel relies on the address dependency, which
 * ThreadSanitizer does not know, and each walk under RCU would be a false race.
 *
 * ThreadSanitizer models no fences either. smp_wmb() and smp_rmb() are a release and an acquire of
 * one word that all tasks share: they order too much, but only where the kernel orders too.
 */
#ifndef MM_LINUX_ATOMIC_H
#define MM_LINUX_ATOMIC_H

#define MM_READ_ORDER(x)                                                                           \
	(__builtin_classify_type(x) == 5 /* a pointer */ ? __ATOMIC_ACQUIRE : __ATOMIC_RELAXED)

#define READ_ONCE(x)                                                                               \
	({                                                                                         \
		__typeof__(&(x)) _at = &(x);                                                       \
		br_point_read(_at);                                                                \
		__atomic_load_n(_at, MM_READ_ORDER(x));                                            \
	})
#define WRITE_ONCE(x, v)                                                                           \
	({                                                                                         \
		__typeof__(&(x)) _at = &(x);                                                       \
		__typeof__(x) _new = (v);                                                          \
		br_point_write(_at);                                                               \
		__atomic_store_n(_at, _new, __ATOMIC_RELAXED);                                     \
		_new;                                                                              \
	})
#define smp_load_acquire(p)                                                                        \
	({                                                                                         \
		__typeof__(p) _at = (p);                                                           \
		br_point_read(_at);                                                                \
		__atomic_load_n(_at, __ATOMIC_ACQUIRE);                                            \
	})
#define smp_store_release(p, v)                                                                    \
	({                                                                                         \
		__typeof__(p) _at = (p);                                                           \
		__typeof__(*_at) _new = (v);                                                       \
		br_point_write(_at);                                                               \
		__atomic_store_n(_at, _new, __ATOMIC_RELEASE);                                     \
	})
#define smp_store_mb(x, v) ((void)xchg(&(x), v))

/* Accesses that the kernel declares as races that it accepts. */
void br_race_begin(void);
void br_race_end(void);
#define data_race(expr)                                                                            \
	({                                                                                         \
		__typeof__(({ expr; })) _raced;                                                    \
		br_race_begin();                                                                   \
		_raced = (expr);                                                                   \
		br_race_end();                                                                     \
		_raced;                                                                            \
	})
#define ASSERT_EXCLUSIVE_WRITER(x) ((void)0)
#define ASSERT_EXCLUSIVE_ACCESS(x) ((void)0)

extern int br_fence_word;
#define smp_wmb() __atomic_store_n(&br_fence_word, 0, __ATOMIC_RELEASE)
#define smp_rmb() ((void)__atomic_load_n(&br_fence_word, __ATOMIC_ACQUIRE))
#define smp_mb() ((void)__atomic_fetch_add(&br_fence_word, 0, __ATOMIC_SEQ_CST))
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic() smp_mb()
#define mb() smp_mb()
#define rmb() smp_rmb()
#define wmb() smp_wmb()

#define xchg(p, v)                                                                                 \
	({                                                                                         \
		__typeof__(p) _at = (p);                                                           \
		__typeof__(*_at) _new = (v);                                                       \
		br_point_write(_at);                                                               \
		__atomic_exchange_n(_at, _new, __ATOMIC_SEQ_CST);                                  \
	})
#define cmpxchg(p, old, new)                                                                       \
	({                                                                                         \
		__typeof__(p) _at = (p);                                                           \
		__typeof__(*_at) _old = (old), _new = (new);                                       \
		br_point_write(_at);                                                               \
		__atomic_compare_exchange_n(_at, &_old, _new, false, __ATOMIC_SEQ_CST,             \
					    __ATOMIC_SEQ_CST);                                     \
		_old;                                                                              \
	})
#define try_cmpxchg(p, oldp, new)                                                                  \
	({                                                                                         \
		__typeof__(p) _at = (p);                                                           \
		__typeof__(*_at) _new = (new);                                                     \
		br_point_write(_at);                                                               \
		__atomic_compare_exchange_n(_at, (oldp), _new, false, __ATOMIC_SEQ_CST,            \
					    __ATOMIC_SEQ_CST);                                     \
	})
#define cmpxchg_relaxed(p, old, new) cmpxchg(p, old, new)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t, atomic64_t;

#define ATOMIC_INIT(i)                                                                             \
	{                                                                                          \
		(i)                                                                                \
	}
#define ATOMIC_LONG_INIT(i)                                                                        \
	{                                                                                          \
		(i)                                                                                \
	}

#define MM_ATOMIC_OPS(prefix, type, val)                                                           \
	static inline val prefix##_read(const type *v)                                             \
	{                                                                                          \
		return READ_ONCE(v->counter);                                                      \
	}                                                                                          \
	static inline void prefix##_set(type *v, val i)                                            \
	{                                                                                          \
		WRITE_ONCE(v->counter, i);                                                         \
	}                                                                                          \
	static inline void prefix##_add(val i, type *v)                                            \
	{                                                                                          \
		br_point_write(v);                                                                 \
		__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);                              \
	}                                                                                          \
	static inline void prefix##_sub(val i, type *v)                                            \
	{                                                                                          \
		prefix##_add(-i, v);                                                               \
	}                                                                                          \
	static inline val prefix##_add_return(val i, type *v)                                      \
	{                                                                                          \
		br_point_write(v);                                                                 \
		return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);                       \
	}                                                                                          \
	static inline val prefix##_sub_return(val i, type *v)                                      \
	{                                                                                          \
		return prefix##_add_return(-i, v);                                                 \
	}                                                                                          \
	static inline void prefix##_inc(type *v)                                                   \
	{                                                                                          \
		prefix##_add(1, v);                                                                \
	}                                                                                          \
	static inline void prefix##_dec(type *v)                                                   \
	{                                                                                          \
		prefix##_add(-1, v);                                                               \
	}                                                                                          \
	static inline val prefix##_cmpxchg(type *v, val old, val new)                              \
	{                                                                                          \
		return cmpxchg(&v->counter, old, new);                                             \
	}

MM_ATOMIC_OPS(atomic, atomic_t, int)
MM_ATOMIC_OPS(atomic_long, atomic_long_t, long)
#define raw_atomic_read(v) atomic_read(v)
#define arch_atomic_read(v) atomic_read(v)

#endif
