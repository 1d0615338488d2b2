/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted_hang.c - a defect for planted_test.sh: vm_unmap_aliases() takes a lock and never returns.
 */
#include <unistd.h>

#include "sched/kernel.h"
#include "vmap/vmap.h"

static struct mutex lock = {.lock = PTHREAD_MUTEX_INITIALIZER, .name = "planted"};

void __wrap_vm_unmap_aliases(struct vmap_space *vs);

void __wrap_vm_unmap_aliases(struct vmap_space *vs)
{
	mutex_lock(&lock);
	for (;;)
		pause();
}
