/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event.c - names and sets of events; see event.h.
 */
#include "event.h"

#include <string.h>

static const char *const names[NR_RUN_EVENTS] = {
#define X(id, name, help) [EVENT_##id] = name,
	RUN_EVENTS(X)
#undef X
};

static const char *const helps[NR_RUN_EVENTS] = {
#define X(id, name, help) [EVENT_##id] = help,
	RUN_EVENTS(X)
#undef X
};

const char *run_event_name(enum run_event e)
{
	return names[e];
}

const char *run_event_help(enum run_event e)
{
	return helps[e];
}

enum run_event run_event_by_name(const char *name)
{
	unsigned int e;

	for (e = 0; e < NR_RUN_EVENTS && strcmp(name, names[e]); e++)
		;
	return (enum run_event)e;
}

u32 run_event_set(const u64 count[NR_RUN_EVENTS])
{
	u32 set = 0;
	unsigned int e;

	for (e = 0; e < NR_RUN_EVENTS; e++)
		set |= (u32)(count[e] != 0) << e;
	return set;
}
