/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object_bodies.c - what to do with each type of object; see exec/bodies.h.
 */
#include "ops.h"

const struct object_body object_bodies[NR_OBJECT_TYPES] = {
	[OBJECT_PERCPU] = {.free = free_percpu_object},
	[OBJECT_RAM] = {.free = free_ram_object},
	[OBJECT_AREA] = {.free = free_area_object},
	[OBJECT_AREAS] = {.free = free_areas_object, .pieces = areas_pieces},
	[OBJECT_VMALLOC] = {.free = free_vmalloc_object},
	[OBJECT_VMAP] = {.free = free_vmap_object},
	[OBJECT_VM_AREA] = {.free = free_vm_area_object},
};
