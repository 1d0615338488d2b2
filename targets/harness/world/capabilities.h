/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capabilities.h - the promises of a back end as names and numbers, for lists.
 */
#ifndef MM_HARNESS_CAPABILITIES_H
#define MM_HARNESS_CAPABILITIES_H

#include "percpu_backend.h"
#include "vmap_backend.h"

/**
 * struct capability - a member of struct vmap_caps or struct percpu_caps
 * @name:  of the member
 * @flag:  it is either promised or not
 * @value: 0: not promised
 * @text:  the word for the value, if it is no number; or NULL
 */
struct capability {
	const char *name;
	bool flag;
	u32 value;
	const char *text;
};

#define CAPABILITIES_MAX 20

/** vmap_capabilities(), percpu_capabilities() - all of a back end. Return: how many */
u32 vmap_capabilities(const struct vmap_caps *caps, struct capability c[CAPABILITIES_MAX]);
u32 percpu_capabilities(const struct percpu_caps *caps, struct capability c[CAPABILITIES_MAX]);

#endif
