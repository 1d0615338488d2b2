/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slots.h - places in which threads leave objects for each other.
 *
 * A thread takes a slot by one atomic exchange with acquire and release order, works on its object
 * alone, and puts it back. So an object that a thread frees was mostly made by another one, and the
 * harness orders exactly the users of one object. With many slots that order is old: it seldom
 * lies between two operations that are close in time, and hides no race of these.
 *
 * A slot belongs to one type of objects, and slot i is entry i of the run's objects.
 */
#ifndef MM_STRESS_SLOTS_H
#define MM_STRESS_SLOTS_H

#include "stress.h"

/** slots_prepare() - before a world: divide up to @live slots among the types of all roles' mixes
 */
void slots_prepare(struct stress *st, u32 live);

/**
 * slots_take() - take a slot
 * @t:    the calling thread; it does not take what it made itself, if it finds other objects
 * @type: of the object
 * @live: with an object; otherwise an empty one
 *
 * Return: its number, or SLOT_NONE: a few tries found none.
 */
u32 slots_take(struct stress_thread *t, u32 type, bool live);

/** slots_put() - put a slot back that slots_take() took; @live: with an object */
void slots_put(struct stress_thread *t, u32 slot, bool live);

#endif
