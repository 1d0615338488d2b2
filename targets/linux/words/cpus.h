/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpus.h - CPU numbers, nodes, and the kernel's own per-CPU variables.
 *
 * A per-CPU variable is one object in the section mm_percpu, which is as the kernel finds it before
 * the boot: the copy of CPU c lies at the same offset in block c of mm_percpu_area, which tree.c
 * fills anew for each run. The pointers that the percpu allocator under test hands out have nothing
 * to do with it.
 */
#ifndef MM_LINUX_CPUS_H
#define MM_LINUX_CPUS_H

#define NR_CPUS CONFIG_NR_CPUS
#define MAX_NUMNODES 64
#define NODES_SHIFT 6
#define NUMA_NO_NODE (-1)
#define LOCAL_DISTANCE 10
#define REMOTE_DISTANCE 20
#define CPUHP_MAX 1

unsigned int raw_smp_processor_id(void);
unsigned int smp_processor_id(void);
unsigned int get_cpu(void);
void put_cpu(void);

extern char *mm_percpu_area;
extern unsigned long mm_percpu_stride;
extern char __start_mm_percpu[];

#define DECLARE_PER_CPU(type, name) extern typeof(type) name
#define DEFINE_PER_CPU(type, name) typeof(type) name __attribute__((section("mm_percpu")))
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)

#define per_cpu_ptr(ptr, cpu)                                                                      \
	((typeof(ptr))(mm_percpu_area + (unsigned long)(cpu)*mm_percpu_stride +                    \
		       ((char *)(ptr)-__start_mm_percpu)))
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))
#define raw_cpu_ptr(ptr) per_cpu_ptr(ptr, raw_smp_processor_id())
#define this_cpu_ptr(ptr) per_cpu_ptr(ptr, smp_processor_id())
#define get_cpu_var(var) (*per_cpu_ptr(&(var), get_cpu()))
#define put_cpu_var(var) put_cpu()

/* The double underscore asks the caller not to be preemptible; the others are safe anywhere. */
#define this_cpu_read(var) READ_ONCE(*raw_cpu_ptr(&(var)))
#define raw_cpu_read(var) this_cpu_read(var)
#define __this_cpu_read(var) (*this_cpu_ptr(&(var)))
#define __this_cpu_write(var, v) ((void)(*this_cpu_ptr(&(var)) = (v)))
#define __this_cpu_xchg(var, v)                                                                    \
	({                                                                                         \
		typeof(&(var)) _here = this_cpu_ptr(&(var));                                       \
		typeof(var) _was = *_here;                                                         \
		*_here = (v);                                                                      \
		_was;                                                                              \
	})
#define __this_cpu_cmpxchg(var, old, new)                                                          \
	({                                                                                         \
		typeof(&(var)) _here = this_cpu_ptr(&(var));                                       \
		typeof(var) _was = *_here;                                                         \
		if (_was == (old))                                                                 \
			*_here = (new);                                                            \
		_was;                                                                              \
	})
#define __this_cpu_try_cmpxchg(var, oldp, new)                                                     \
	({                                                                                         \
		typeof(&(var)) _here = this_cpu_ptr(&(var));                                       \
		bool _same = *_here == *(oldp);                                                    \
		if (_same)                                                                         \
			*_here = (new);                                                            \
		else                                                                               \
			*(oldp) = *_here;                                                          \
		_same;                                                                             \
	})

/* Nodes: all nodes of the machine are online, and each has memory. */
#define nr_node_ids br.nodes
#define num_online_nodes() br.nodes
#define node_online(n) ((unsigned int)(n) < br.nodes)
#define NODE_DATA(n) ((void *)1)
#define N_HIGH_MEMORY 0
#define for_each_node_state(n, state) for ((n) = 0; (n) < br.nodes; (n)++)
#define cpu_to_node(cpu) br_cpu_to_node(cpu)
#define numa_node_id() br_cpu_to_node(raw_smp_processor_id())
#define numa_mem_id() numa_node_id()
#define cpumask_of_node(node) cpu_all_mask

#endif
