/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backends.c - back ends by program; see backends.h.
 */
#include "backends.h"

#include <stdio.h>

/* The spaces of targets that are about certain kinds. */
static const char *const vmap_kinds[NR_TARGETS][WORLD_VMAP] = {
	[TARGET_VMAP_PAIR] = {"lazy", "eager"},
	[TARGET_VMAP_ZONE] = {"zone"},
	[TARGET_VMAP_POOL] = {"pool"},
	[TARGET_VMAP_TRIO] = {"lazy", "zone", "pool"},
};

/* The per-CPU allocators of each target; @beside: it is about something else. */
static const struct {
	const char *kind[WORLD_PERCPU];
	bool beside;
} percpu_kinds[NR_TARGETS] = {
	[TARGET_PERCPU_BITMAP] = {.kind = {"bitmap"}},
	[TARGET_PERCPU_AREAMAP] = {.kind = {"areamap"}},
	[TARGET_PERCPU_PAIR] = {.kind = {"bitmap", "areamap"}},
	[TARGET_FIRST_CHUNK] = {.kind = {"bitmap"}},
	[TARGET_VMAP] = {.kind = {"bitmap"}, .beside = true},
	[TARGET_VM_AREAS] = {.kind = {"bitmap"}, .beside = true},
	[TARGET_BOOT] = {.kind = {"bitmap"}},
};

/*
 * The kind that the program asks for, if the implementation has it. Where per-CPU allocators and
 * congruent areas are the target, there must be a space that has congruent areas.
 */
static const struct vmap_backend *asked_for(const struct implementation *on,
					    const struct program *p)
{
	const u32 any = 1U << TARGET_VMAP | 1U << TARGET_VMAP_AREA | 1U << TARGET_VMAP_BLOCK |
			1U << TARGET_VMAP_ALIASES | 1U << TARGET_VMALLOC;
	const struct vmap_backend *be =
		vmap_backend_by_name(on, unit_choices[UNIT_VMAP][p->machine.vmap]);

	if (be && (be->get_vm_areas || any & 1U << p->target))
		return be;
	return on->vmap[0];
}

u32 vmap_backends(const struct implementation *on, const struct program *p,
		  const struct vmap_backend *be[WORLD_VMAP])
{
	const char *const *kind = vmap_kinds[p->target];
	u32 nr = 0;

	for (; nr < WORLD_VMAP && kind[nr]; nr++)
		be[nr] = vmap_backend_by_name(on, kind[nr]);
	if (nr)
		return nr;
	be[0] = asked_for(on, p);
	if (!be[0])
		return 0;
	if (on->beside)
		be[1] = asked_for(on->beside, p);
	return on->beside ? 2 : 1;
}

u32 percpu_backends(const struct implementation *on, const struct program *p,
		    const struct percpu_backend *be[WORLD_PERCPU])
{
	const char *const *kind = percpu_kinds[p->target].kind;
	u32 nr = 0;

	if (!on->percpu[0] && percpu_kinds[p->target].beside)
		return 0;
	for (; nr < WORLD_PERCPU && kind[nr]; nr++)
		be[nr] = percpu_backend_by_name(on, kind[nr]);
	if (nr == 1 && on->beside)
		be[nr++] = percpu_backend_by_name(on->beside, kind[0]);
	return nr;
}

const char *backend_service_name(enum backend_service s)
{
	static const char *const name[NR_SERVICES] = {
		[SERVICE_AREAS] = "areas",
		[SERVICE_PURGE] = "purges",
		[SERVICE_CONGRUENT] = "congruent areas",
		[SERVICE_RAM] = "short mappings",
		[SERVICE_ALIASES] = "vm_unmap_aliases",
		[SERVICE_OWNERS] = "areas with an owner",
		[SERVICE_VMAP] = "vmap",
		[SERVICE_VMALLOC] = "vmalloc",
		[SERVICE_VREAD] = "vread",
		[SERVICE_LISTING] = "vmallocinfo",
		[SERVICE_PERCPU] = "per-CPU objects",
		[SERVICE_RESERVED] = "reserved per-CPU objects",
	};

	return name[s];
}

bool vmap_offers(const struct vmap_backend *be, enum backend_service s)
{
	const bool areas = be->find_vmap_area && be->area_start && be->area_size;
	const bool owners = be->find_vm_area && be->remap_vmalloc_range;

	switch (s) {
	case SERVICE_NONE:
		return true;
	case SERVICE_AREAS:
		return areas && be->alloc_vmap_area && be->free_vmap_area;
	case SERVICE_PURGE:
		return be->purge;
	case SERVICE_CONGRUENT:
		return areas && be->get_vm_areas && be->free_vm_areas;
	case SERVICE_RAM:
		return be->vm_map_ram && be->vm_unmap_ram;
	case SERVICE_ALIASES:
		return be->vm_unmap_aliases;
	case SERVICE_OWNERS:
		return be->get_vm_area && be->find_vm_area && be->remove_vm_area &&
		       be->map_vm_area && be->unmap_kernel_range;
	case SERVICE_VMAP:
		return owners && be->vmap && be->vunmap;
	case SERVICE_VMALLOC:
		return owners && be->vmalloc && be->vfree;
	case SERVICE_VREAD:
		return be->vread;
	case SERVICE_LISTING:
		return be->vmallocinfo && be->totals;
	default:
		return false;
	}
}

bool percpu_offers(const struct percpu_backend *be, enum backend_service s)
{
	switch (s) {
	case SERVICE_NONE:
	case SERVICE_PERCPU:
		return true;
	case SERVICE_RESERVED:
		return be->alloc_reserved;
	default:
		return false;
	}
}

static bool is_percpu(enum backend_service s)
{
	return s >= SERVICE_PERCPU;
}

/* Does each of the program's back ends offer a service, and is there one at all? */
static bool all_offer(const struct vmap_backend *const *v, u32 nr_vmap,
		      const struct percpu_backend *const *u, u32 nr_percpu, enum backend_service s)
{
	u32 nr = is_percpu(s) ? nr_percpu : nr_vmap;

	for (u32 k = 0; k < nr; k++)
		if (is_percpu(s) ? !percpu_offers(u[k], s) : !vmap_offers(v[k], s))
			return false;
	return nr || s == SERVICE_NONE;
}

/* Does an operation stand in an interrupt, where a space that may sleep has no place for it? */
static bool may_not_interrupt(const struct program *p, const struct program_op *op,
			      const struct vmap_backend *const *v, u32 nr)
{
	const enum backend_service s = op_table[op->op].needs;

	if (!p->task[op->task].irq || s == SERVICE_NONE || is_percpu(s))
		return false;
	for (u32 k = 0; k < nr; k++)
		if (v[k]->caps.sleeps)
			return true;
	return false;
}

static void name_those_there_are(const struct program *p, char why[REFUSAL_MAX])
{
	int n = snprintf(why, REFUSAL_MAX, "runs on '%s', which this build does not have, expected",
			 p->on);

	for (u32 i = 0; implementations[i] && n < REFUSAL_MAX; i++)
		n += snprintf(why + n, (size_t)(REFUSAL_MAX - n), "%s %s", i ? "," : " one of",
			      implementations[i]->name);
}

bool implementation_refuses(const struct implementation *on, const struct program *p,
			    char why[REFUSAL_MAX])
{
	const struct vmap_backend *v[WORLD_VMAP];
	const struct percpu_backend *u[WORLD_PERCPU];
	const char *kind = NULL;
	u32 nr_vmap, nr_percpu;

	if (!on)
		on = implementation_of(p);
	if (!on) {
		name_those_there_are(p, why);
		return true;
	}
	nr_vmap = vmap_backends(on, p, v);
	nr_percpu = percpu_backends(on, p, u);
	for (u32 k = 0; k < nr_vmap && !kind; k++)
		kind = v[k] ? NULL : vmap_kinds[p->target][k];
	for (u32 k = 0; k < nr_percpu && !kind; k++)
		kind = u[k] ? NULL : percpu_kinds[p->target].kind[on->beside ? 0 : k];
	if (kind) {
		snprintf(why, REFUSAL_MAX, "target %s needs back end '%s', which %s does not have",
			 target_table[p->target].name, kind, on->name);
		return true;
	}
	for (u32 i = 0; i < p->nr_ops; i++) {
		const enum backend_service s = op_table[p->op[i].op].needs;

		if (may_not_interrupt(p, &p->op[i], v, nr_vmap)) {
			snprintf(why, REFUSAL_MAX,
				 "operation %s stands in an interrupt, and %s sleeps in it",
				 op_table[p->op[i].op].name, on->name);
			return true;
		}
		if (all_offer(v, nr_vmap, u, nr_percpu, s))
			continue;
		snprintf(why, REFUSAL_MAX, "operation %s needs %s, which %s does not offer",
			 op_table[p->op[i].op].name, backend_service_name(s), on->name);
		return true;
	}
	return false;
}
