/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backends.h - which back ends a program runs on, and whether they offer the services that it
 * needs.
 *
 * A target that is about certain kinds names them. Elsewhere the program asks for a kind of space
 * ("machine vmap=zone"), and an implementation without that kind serves it with its first one. With
 * another implementation beside it, that one has a space too.
 */
#ifndef MM_HARNESS_BACKENDS_H
#define MM_HARNESS_BACKENDS_H

#include "implementation.h"
#include "program/program.h"

/* Spaces of a world: three in the target vmap_trio. */
#define WORLD_VMAP 3

/* Per-CPU allocators of a world: two in the target percpu_pair. */
#define WORLD_PERCPU 2

/**
 * vmap_backends() - the back ends of a program's spaces
 * @be: receives them, in the order of the target; NULL for a kind that there is not
 *
 * Return: how many.
 */
u32 vmap_backends(const struct implementation *on, const struct program *p,
		  const struct vmap_backend *be[WORLD_VMAP]);

/**
 * percpu_backends() - the back ends of a program's per-CPU allocators
 *
 * None in targets that do without and, where they are only there beside the subject, on
 * implementations without. Return: how many; as vmap_backends().
 */
u32 percpu_backends(const struct implementation *on, const struct program *p,
		    const struct percpu_backend *be[WORLD_PERCPU]);

/** backend_service_name() - a few words: "short mappings" */
const char *backend_service_name(enum backend_service s);

/** vmap_offers(), percpu_offers() - does a back end have all functions of a service? */
bool vmap_offers(const struct vmap_backend *be, enum backend_service s);
bool percpu_offers(const struct percpu_backend *be, enum backend_service s);

/* Room for the reason of a refusal. */
#define REFUSAL_MAX 256

/**
 * implementation_refuses() - does a program need what there is not?
 * @on:  the implementation; NULL: the one that the program names
 * @p:   the program
 * @why: if it needs an implementation, a kind or a service that there is not, receives one line
 * that names the missing part
 */
bool implementation_refuses(const struct implementation *on, const struct program *p,
			    char why[REFUSAL_MAX]);

#endif
