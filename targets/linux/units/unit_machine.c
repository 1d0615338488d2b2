/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_machine.c - variables and functions that other parts of a kernel define.
 */
#include <linux/xarray.h>
#include "../tree.h"

unsigned int nr_cpu_ids = 1;
struct cpumask __cpu_possible_mask, __cpu_online_mask, __cpu_present_mask, __cpu_active_mask;
atomic_t __num_online_cpus;

char *mm_percpu_area;
unsigned long mm_percpu_stride;
struct mm_struct init_mm;
pgd_t mm_top;
struct shrinker mm_shrinker;

struct kmem_cache *radix_tree_node_cachep = (struct kmem_cache *)sizeof(struct xa_node);

void radix_tree_node_rcu_free(struct rcu_head *head);
void radix_tree_node_rcu_free(struct rcu_head *head)
{
	kfree(container_of(head, struct xa_node, rcu_head));
}

void br_kfree_rcu(struct rcu_head *head)
{
	kfree((char *)head - head->offset);
}

/* lib/bitmap.c parses numbers with it; no caller of that is compiled in. */
unsigned int _parse_integer(const char *s, unsigned int base, unsigned long long *res);
unsigned int _parse_integer(const char *s, unsigned int base, unsigned long long *res)
{
	return 0;
}

static void boot(unsigned int cpu_ids, unsigned long possible, unsigned long online)
{
	nr_cpu_ids = cpu_ids;
	*cpumask_bits(&__cpu_possible_mask) = possible;
	*cpumask_bits(&__cpu_present_mask) = possible;
	*cpumask_bits(&__cpu_online_mask) = online;
	*cpumask_bits(&__cpu_active_mask) = online;
	__num_online_cpus.counter = __builtin_popcountl(online);
}

const struct tree_machine tree_machine = {
	.boot = boot,
	.percpu_area = (void **)&mm_percpu_area,
	.percpu_stride = &mm_percpu_stride,
};
