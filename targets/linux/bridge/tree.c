/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.c - the variables of a tree, made new for each run.
 *
 * The object of a tree has its variables in sections of their own (tree.cmake). Their
 * contents at the start of the process are copied once, and copied back before each run; those
 * without an initial value are cleared. The kernel's per-CPU variables have a copy a CPU, made from
 * the section they are in.
 */
#include <stdlib.h>
#include <string.h>

#include "bridge.h"
#include "sched/announce.h"
#include "sched/keep.h"
#include "sched/kernel.h"
#include "../words/opaque.h"

#define TREES_MAX 16

/* The kinds of objects that are made at boot, as in words/locks.h. */
enum { INIT_SPINLOCK, INIT_MUTEX, INIT_WORK_ITEM };

/**
 * struct image - a tree's variables as they were at first
 * @data:   of its section
 * @percpu: the copies of its per-CPU variables; @stride bytes a CPU
 * @cpus:   so many copies
 */
static struct image {
	const struct linux_tree *tree;
	u8 *data;
	u8 *percpu;
	u64 stride;
	u32 cpus;
} images[TREES_MAX];

static struct image *image_of(const struct linux_tree *t)
{
	struct image *im = images;

	while (im->tree && im->tree != t)
		if (++im == images + TREES_MAX)
			abort();
	if (!im->tree) {
		const size_t size = (size_t)(t->data_end - t->data);

		im->data = keep_alloc(size + 1);
		if (!im->data)
			abort();
		memcpy(im->data, t->data, size);
		im->stride = ALIGN((u64)(t->percpu_vars_end - t->percpu_vars), 64);
		im->tree = t;
	}
	return im;
}

static void make_objects(const struct linux_tree *t)
{
	for (const struct br_init *i = t->inits; i < t->inits_end; i++)
		switch (i->kind) {
		case INIT_SPINLOCK:
			spin_lock_init(i->object, i->name);
			break;
		case INIT_MUTEX:
			mutex_init(i->object, i->name);
			break;
		case INIT_WORK_ITEM:
			INIT_WORK(i->object, (void (*)(struct work_struct *))(void *)i->func);
			break;
		}
}

static void make_percpu(const struct linux_tree *t, struct image *im, u32 cpus)
{
	const size_t size = (size_t)(t->percpu_vars_end - t->percpu_vars);

	if (cpus > im->cpus) {
		keep_free(im->percpu);
		im->percpu = keep_alloc(cpus * im->stride);
		if (!im->percpu)
			abort();
		im->cpus = cpus;
	}
	for (u32 c = 0; c < cpus; c++)
		memcpy(im->percpu + c * im->stride, t->percpu_vars, size);
	announce_fresh(im->percpu, cpus * im->stride);
	*t->machine->percpu_area = im->percpu;
	*t->machine->percpu_stride = im->stride;
}

void tree_boot(const struct linux_tree *t, struct machine *m)
{
	const struct topology *top = machine_topology(m);
	struct image *im = image_of(t);
	/* To the kernel the highest possible CPU is the last one. */
	const u32 nr_cpu_ids = (u32)fls64(top->possible[0]);
	void *seen = announce_unseen_begin();

	memcpy(t->data, im->data, (size_t)(t->data_end - t->data));
	memset(t->bss, 0, (size_t)(t->bss_end - t->bss));
	announce_fresh(t->data, (size_t)(t->data_end - t->data));
	announce_fresh(t->bss, (size_t)(t->bss_end - t->bss));
	make_percpu(t, im, nr_cpu_ids);
	announce_unseen_end(seen);
	make_objects(t);
	t->machine->boot(nr_cpu_ids, top->possible[0], top->online[0]);
}
