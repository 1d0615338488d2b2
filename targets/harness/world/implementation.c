/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * implementation.c - the table of implementations; see implementation.h.
 */
#include "implementation.h"

#include <string.h>

#include <implementation_list.h>
#include "ours.h"

const struct implementation ours = {
	.name = "ours",
	.help = "core/vmap and core/percpu",
	.vmap = ours_vmap,
	.percpu = ours_percpu,
};

/* implementation_list.h names the others, as CMake has found them. */
#define X(id) extern const struct implementation id;
OTHER_IMPLEMENTATIONS(X)
#undef X

#define X(id) &id,
const struct implementation *const implementations[] = {&ours, OTHER_IMPLEMENTATIONS(X) NULL};
#undef X

const struct implementation *implementation_by_name(const char *name)
{
	for (u32 i = 0; implementations[i]; i++)
		if (!strcmp(implementations[i]->name, name))
			return implementations[i];
	return NULL;
}

const struct implementation *implementation_of(const struct program *p)
{
	return p->on[0] ? implementation_by_name(p->on) : implementations[0];
}

const struct vmap_backend *vmap_backend_by_name(const struct implementation *im, const char *name)
{
	for (u32 i = 0; im->vmap[i]; i++)
		if (!strcmp(im->vmap[i]->name, name))
			return im->vmap[i];
	return NULL;
}

const struct percpu_backend *percpu_backend_by_name(const struct implementation *im,
						    const char *name)
{
	for (u32 i = 0; im->percpu[i]; i++)
		if (!strcmp(im->percpu[i]->name, name))
			return im->percpu[i];
	return NULL;
}

const char *percpu_freed_name(enum percpu_freed how)
{
	static const char *const name[NR_PERCPU_FREED] = {
		[PERCPU_FREED] = "freed",     [PERCPU_NO_CHUNK] = "no-chunk",
		[PERCPU_OUTSIDE] = "outside", [PERCPU_MIDDLE] = "middle",
		[PERCPU_TWICE] = "twice",
	};

	return name[how];
}
