/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service.h - what operations need of the allocators that they run on.
 */
#ifndef MM_HARNESS_SERVICE_H
#define MM_HARNESS_SERVICE_H

/**
 * enum backend_service - functions of a back end (world/) that operations need together
 *
 * A back end offers a service if it has all of these functions.
 */
enum backend_service {
	SERVICE_NONE,
	SERVICE_AREAS,	   /* alloc_vmap_area, free_vmap_area, find_vmap_area, area_* */
	SERVICE_PURGE,	   /* purge */
	SERVICE_CONGRUENT, /* get_vm_areas, free_vm_areas, find_vmap_area, area_* */
	SERVICE_RAM,	   /* vm_map_ram, vm_unmap_ram */
	SERVICE_ALIASES,   /* vm_unmap_aliases */
	SERVICE_OWNERS,	   /* get_vm_area, find_vm_area, remove_vm_area, map_vm_area and
			      unmap_kernel_range */
	SERVICE_VMAP,	   /* vmap, vunmap, find_vm_area, remap_vmalloc_range */
	SERVICE_VMALLOC,   /* vmalloc, vfree, find_vm_area, remap_vmalloc_range */
	SERVICE_VREAD,	   /* vread */
	SERVICE_LISTING,   /* vmallocinfo, totals */
	SERVICE_PERCPU,	   /* all of struct percpu_backend that may not be NULL */
	SERVICE_RESERVED,  /* alloc_reserved */
	NR_SERVICES
};

#endif
