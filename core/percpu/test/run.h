/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - the fixture of the per-CPU allocator's tests: a machine, an allocator on it, and objects
 * with a pattern on every CPU. A test states that its body has no finding, or which one.
 *
 * Every body runs inside of sched_run(), on a machine booted for it.
 */
#ifndef MM_PERCPU_TEST_RUN_H
#define MM_PERCPU_TEST_RUN_H

#include "../internal.h"
#include "../../sched/random.h"
#include "../../sched/test/checks.h"

struct fixture {
	struct machine *m;
	struct sched *s;
	struct machine_config cfg;
	struct vmap_config vmap;
	struct pcpu_config pcpu;
	struct schedule schedule;
	struct sched_result result;

	/* In a run. */
	void (*body)(struct fixture *f);
	struct vmap_space *vs;
	struct pcpu *pc;
	u64 seed;
	u64 requests; /* to the machine, up to the end of the body */
};

#include "../../machine/test/fixture.h"

static inline void fixture_init(struct fixture *f)
{
	topology_init(&f->cfg.topology, 3, 2, 2048);
	f->vmap = (struct vmap_config){.start = f->cfg.kva_start,
				       .size = f->cfg.kva_size,
				       .block_pages = 128,
				       .lazy_max_pages = 64};
	f->pcpu = (struct pcpu_config){.unit_size = 4 * PAGE_SIZE, .empty_low = 1, .empty_high = 3};
}

/* In a run: create the world, run the body, and check that everything was given back. */
static inline void run_body(void *arg)
{
	struct fixture *f = arg;
	struct machine_stats st;

	f->vs = NULL;
	f->pc = NULL;
	f->seed = 1;
	if (machine_boot(f->m, &f->cfg))
		mm_report(ORACLE_CRASH, "no machine");
	if (!vmap_create(f->m, &f->vmap, &f->vs)) {
		if (!pcpu_create(f->m, f->vs, &f->pcpu, &f->pc)) {
			f->body(f);
			flush_work(&f->pc->balance_work);
			pcpu_verify(f->pc, true);
		}
		machine_stats(f->m, &st);
		f->requests = st.kmallocs + st.pages + st.tables;
		pcpu_destroy(f->pc);
		vmap_verify(f->vs, true);
		vmap_destroy(f->vs);
	}
	machine_check_leaks(f->m);
}

static inline struct pcpu_stats pstats(struct fixture *f)
{
	struct pcpu_stats st;

	pcpu_stats(f->pc, &st);
	return st;
}

/* An object and the seed of its pattern. */
struct object {
	pcpu_addr_t addr;
	u32 size;
	u8 cookie;
};

/*
 * @expect < 0: write the pattern; else every byte must be the pattern (1) or zero (0). Addresses
 * are translated once a page, since a translation for each byte dominates the time of the tests.
 */
static inline void object_bytes(struct fixture *f, const struct object *o, int expect)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu, &f->cfg.topology) {
		u64 addr = per_cpu_ptr(f->pc, o->addr, cpu);
		u8 *byte = NULL;

		for (u32 i = 0; i < o->size; i++, byte++) {
			u64 in_page = (addr + i) & ~PAGE_MASK;
			u8 pattern = (u8)(o->cookie + 31 * cpu + i);

			if (!i || !in_page)
				byte = mem_address(f->m, addr + i,
						   min((u64)o->size - i, PAGE_SIZE - in_page));
			if (expect < 0)
				*byte = pattern;
			else
				CHECK(*byte == (expect ? pattern : 0));
		}
	}
}

/* Allocate an object, check that it is zero, and fill it. Return: false: refused. */
static inline bool object_make(struct fixture *f, struct object *o, u32 size, u32 align, gfp_t gfp)
{
	o->addr = alloc_percpu_gfp(f->pc, size, align, gfp);
	if (!o->addr)
		return false;
	o->size = size;
	o->cookie = (u8)random_next(&f->seed);
	CHECK(IS_ALIGNED(o->addr, align));
	object_bytes(f, o, 0);
	object_bytes(f, o, -1);
	return true;
}

static inline void object_free(struct fixture *f, struct object *o)
{
	object_bytes(f, o, 1);
	free_percpu(f->pc, o->addr);
	o->addr = 0;
}

/* Bit @i of a map. */
static inline bool map_bit(const u64 *map, u32 i)
{
	return map[i / WORD_BITS] >> (i % WORD_BITS) & 1;
}

#endif
