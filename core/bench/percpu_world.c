/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_world.c - a machine of four CPUs with a per-CPU allocator, for many objects.
 */
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "percpu_world.h"
#include "../sched/clock.h"

/* Memory and addresses beside the objects: chunks that are not full, and page tables. */
#define SPARE_PAGES 65536
#define SPARE_KVA (1UL << 30)

/* The clock is read every STRIDE objects. */
#define STRIDE 4096u

const char *const bench_allocator_name[NR_PCPU_ALLOCATORS] = {
	[PCPU_BITMAP] = "bitmap",
	[PCPU_AREAMAP] = "areamap",
};

/* Bytes that the host can give without swapping; UINT64_MAX: unknown. */
static u64 host_available(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long long kib, found = 0;
	char line[128];

	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			found = kib;
	if (f)
		fclose(f);
	return found ? found << 10 : UINT64_MAX;
}

u32 bench_world_objects(u32 nr, u32 size)
{
	u64 available = host_available();

	while (nr > 1 && (u64)nr * size * BENCH_CPUS > available / 2)
		nr /= 2;
	return nr;
}

int bench_world_begin(struct bench_world *w, enum pcpu_allocator allocator,
		      enum pcpu_backing backing, u32 nr, u32 size)
{
	u64 bytes = (u64)nr * size * BENCH_CPUS;
	struct vmap_config vmap = {.start = MACHINE_KVA_START, .size = 2 * bytes + SPARE_KVA};
	struct pcpu_config pcpu = {
		.allocator = allocator,
		.backing = backing,
		.unit_size = BENCH_UNIT_SIZE,
		.empty_low = 2,
		.empty_high = 4,
	};
	int err = -ENOMEM;

	/* malloc() keeps freed memory: the next round wants it at once. */
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	vmap.size &= PAGE_MASK;
	*w = (struct bench_world){.room = nr};
	topology_init(&w->cfg.topology, BENCH_CPUS, 1, 2 * (bytes >> PAGE_SHIFT) + SPARE_PAGES);
	/* The machine's checks are no part of a figure. */
	w->cfg.bare = true;
	w->cfg.kva_start = vmap.start;
	w->cfg.kva_size = vmap.size;
	w->live = malloc(nr * sizeof(*w->live));
	w->m = machine_create();
	if (w->live && w->m)
		err = machine_boot(w->m, &w->cfg);
	if (!err)
		err = vmap_create(w->m, &vmap, &w->vs);
	if (!err)
		err = pcpu_create(w->m, w->vs, &pcpu, &w->pc);
	if (err)
		bench_world_end(w);
	return err;
}

void bench_world_end(struct bench_world *w)
{
	while (w->nr)
		free_percpu(w->pc, w->live[--w->nr]);
	if (w->pc)
		pcpu_destroy(w->pc);
	if (w->vs)
		vmap_destroy(w->vs);
	machine_destroy(w->m);
	free(w->live);
}

double bench_world_fill(struct bench_world *w, u32 nr, u32 size, u32 align, double seconds)
{
	double start = clock_cpu_seconds(), spent = 0;
	u32 first = w->nr, end;

	while (w->nr < nr && spent < seconds) {
		end = min(nr, w->nr + STRIDE);
		for (; w->nr < end; w->nr++) {
			w->live[w->nr] = alloc_percpu(w->pc, size, align);
			if (unlikely(!w->live[w->nr]))
				goto out;
		}
		spent = clock_cpu_seconds() - start;
	}
out:
	return (clock_cpu_seconds() - start) * 1e9 / max(w->nr - first, 1u);
}

u64 bench_world_meta(const struct bench_world *w)
{
	struct machine_stats st;

	machine_stats(w->m, &st);
	return st.meta_peak;
}
