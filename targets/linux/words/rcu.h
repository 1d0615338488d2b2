/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rcu.h - RCU: the engine's own functions.
 */
#ifndef MM_LINUX_RCU_H
#define MM_LINUX_RCU_H

void rcu_read_lock(void);
void rcu_read_unlock(void);
bool rcu_read_lock_held(void);
void synchronize_rcu(void);
void rcu_barrier(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void br_kfree_rcu(struct rcu_head *head);

#define RCU_INITIALIZER(v) (v)
#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_dereference_check(p, c) READ_ONCE(p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_assign_pointer(p, v) smp_store_release(&(p), (v))
#define RCU_INIT_POINTER(p, v) WRITE_ONCE(p, v)
#define RCU_LOCKDEP_WARN(cond, text) ((void)0)
#define rcu_read_lock_any_held() 1

/* The object is metadata: it is freed after a grace period. */
#define kfree_rcu(p, member)                                                                       \
	do {                                                                                       \
		(p)->member.offset = offsetof(typeof(*(p)), member);                               \
		call_rcu(&(p)->member, br_kfree_rcu);                                              \
	} while (0)

#endif
