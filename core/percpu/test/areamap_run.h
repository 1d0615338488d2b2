/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * areamap_run.h - the fixture of the area map's tests: a chunk without pages and without an
 * allocator, and a model that knows the owner of every bit.
 *
 * The tests replace pcpu_page_used() and pcpu_page_emptied(), and compare the calls with the model.
 */
#ifndef MM_PERCPU_TEST_AREAMAP_RUN_H
#define MM_PERCPU_TEST_AREAMAP_RUN_H

#include "../internal.h"
#include "../../sched/random.h"
#include "../../sched/test/checks.h"

#define MAX_BITS (PCPU_MAX_UNIT_PAGES * PCPU_BLOCK_BITS)
#define OPS (&pcpu_areamap_ops)

/**
 * struct fixture - a machine, a chunk and its model
 * @owner: of each bit: its object; 0: free
 * @taken: of each page: bits that are not free
 * @used:  of each page: the last call was pcpu_page_used()
 */
struct fixture {
	struct machine *m;
	struct sched *s;
	struct machine_config cfg;
	struct schedule schedule;
	struct sched_result result;
	u32 pages;

	/* In a run. */
	void (*body)(struct fixture *f);
	u64 seed;
	u32 owner[MAX_BITS];
	u32 taken[PCPU_MAX_UNIT_PAGES];
	bool used[PCPU_MAX_UNIT_PAGES];
	u64 populated[BITS_TO_WORDS(PCPU_MAX_UNIT_PAGES)];
	u32 next_owner;
	u32 objects;
	struct pcpu pc;
	struct pcpu_chunk chunk;
};

#include "../../machine/test/fixture.h"

static inline void fixture_init(struct fixture *f)
{
	topology_init(&f->cfg.topology, 2, 1, 64);
	f->pages = 4;
}

/* The parts of an allocator and a chunk that the area map reads; the body makes the map. */
static inline void run_body(void *arg)
{
	struct fixture *f = arg;

	if (machine_boot(f->m, &f->cfg))
		mm_report(ORACLE_CRASH, "no machine");
	f->pc = (struct pcpu){.m = f->m,
			      .area = OPS,
			      .unit_pages = f->pages,
			      .map_bits = f->pages * PCPU_BLOCK_BITS};
	spin_lock_init(&f->pc.lock, "pcpu_lock");
	mutex_init(&f->pc.alloc_mutex, "pcpu_alloc_mutex");
	memset(&f->chunk, 0, sizeof(f->chunk));
	f->chunk.pc = &f->pc;
	f->chunk.hidden_end = f->pc.map_bits;
	f->chunk.populated = f->populated;
	memset(f->populated, 0, sizeof(f->populated));
	memset(f->owner, 0, sizeof(f->owner));
	memset(f->taken, 0, sizeof(f->taken));
	memset(f->used, 0, sizeof(f->used));
	f->next_owner = f->objects = 0;
	f->body(f);
	OPS->exit(&f->chunk);
	machine_check_leaks(f->m);
}

/* These replace chunk.c's. A page does not get its first object twice, or lose its last twice. */
void pcpu_page_used(struct pcpu_chunk *chunk, u32 page)
{
	struct fixture *f = container_of(chunk, struct fixture, chunk);

	CHECK(page < f->pages && !f->used[page]);
	f->used[page] = true;
}

void pcpu_page_emptied(struct pcpu_chunk *chunk, u32 page)
{
	struct fixture *f = container_of(chunk, struct fixture, chunk);

	CHECK(page < f->pages && f->used[page]);
	f->used[page] = false;
}

/* Take bits in the model; @owner 0: free them. */
static inline void model_set(struct fixture *f, u32 off, u32 bits, u32 owner)
{
	for (u32 i = off; i < off + bits; i++) {
		CHECK(!f->owner[i] != !owner);
		f->owner[i] = owner;
		f->taken[i / PCPU_BLOCK_BITS] += owner ? 1 : -1;
	}
	f->objects += owner ? 1 : -1;
}

/* Bits of the object that begins at @off; 0: no object begins there. */
static inline u32 model_object(const struct fixture *f, u32 off)
{
	u32 end = off;

	if (!f->owner[off] || (off && f->owner[off - 1] == f->owner[off]))
		return 0;
	while (end < f->pc.map_bits && f->owner[end] == f->owner[off])
		end++;
	return end - off;
}

/*
 * The first aligned place for @bits; PCPU_NO_FIT: none. @populated: in populated pages only.
 * @in_page: within one page only.
 */
static inline u32 model_fit(const struct fixture *f, u32 bits, u32 align, bool populated,
			    bool in_page)
{
	u32 run = 0;

	for (u32 i = 0; i < f->pc.map_bits; i++) {
		if (in_page && i % PCPU_BLOCK_BITS == 0)
			run = i;
		if (f->owner[i] ||
		    (populated && !test_bit(f->chunk.populated, i / PCPU_BLOCK_BITS)))
			run = i + 1;
		else if (ALIGN(run, align) + bits <= i + 1)
			return ALIGN(run, align);
	}
	return PCPU_NO_FIT;
}

/* Compare pages and sums of the area map with the model. */
static inline void compare(struct fixture *f)
{
	struct pcpu_survey s;
	u32 free = 0;

	OPS->verify(&f->chunk, &s);
	for (u32 i = 0; i < f->pages; i++) {
		free += PCPU_BLOCK_BITS - f->taken[i];
		CHECK(f->used[i] == (f->taken[i] > 0));
		CHECK(test_bit(s.empty, i) == !f->taken[i]);
	}
	CHECK(f->chunk.free_bits == free && s.free_bits == free && s.objects == f->objects);
}

static inline u32 do_alloc(struct fixture *f, u32 bits, u32 align, bool populated)
{
	u32 fit = model_fit(f, bits, align, populated, false), off;

	if (OPS->room(&f->chunk) == PCPU_ROOM_NONE)
		fit = PCPU_NO_FIT;
	off = OPS->alloc(&f->chunk, bits, align, populated);
	CHECK(off == fit);
	if (off != PCPU_NO_FIT)
		model_set(f, off, bits, ++f->next_owner);
	compare(f);
	return off;
}

static inline bool do_alloc_at(struct fixture *f, u32 off, u32 bits)
{
	bool fits =
		bits && (u64)off + bits <= f->pc.map_bits && OPS->room(&f->chunk) != PCPU_ROOM_NONE;

	for (u32 i = off; fits && i < off + bits; i++)
		fits = !f->owner[i];
	CHECK(OPS->alloc_at(&f->chunk, off, bits) == fits);
	if (fits)
		model_set(f, off, bits, ++f->next_owner);
	compare(f);
	return fits;
}

/* Free the object at @off. Without one nothing changes, and the reason is right. */
static inline void do_free(struct fixture *f, u32 off)
{
	struct pcpu_areamap was = f->chunk.map;
	u32 bits = model_object(f, off), free_bits = f->chunk.free_bits;

	CHECK(OPS->free(&f->chunk, off) == bits);
	if (bits) {
		model_set(f, off, bits, 0);
	} else {
		CHECK(!memcmp(&was, &f->chunk.map, sizeof(was)));
		CHECK(f->chunk.free_bits == free_bits);
		CHECK(OPS->why(&f->chunk, off) ==
		      (f->owner[off] ? PCPU_FREE_MIDDLE : PCPU_FREE_TWICE));
	}
	compare(f);
}

static inline int extend(struct fixture *f)
{
	int err;

	mutex_lock(&f->pc.alloc_mutex);
	err = OPS->extend(&f->chunk, GFP_KERNEL);
	mutex_unlock(&f->pc.alloc_mutex);
	return err;
}

static inline void do_extend(struct fixture *f)
{
	u32 left = f->chunk.map.room - f->chunk.map.used;

	CHECK(OPS->room(&f->chunk) == (left < 2	   ? PCPU_ROOM_NONE
				       : left < 32 ? PCPU_ROOM_SHORT
						   : PCPU_ROOM_ENOUGH));
	CHECK(!extend(f));
	CHECK(OPS->room(&f->chunk) == PCPU_ROOM_ENOUGH);
	compare(f);
}

/* The map has these sizes. */
static inline void expect_map(struct fixture *f, const s32 *size, u32 nr)
{
	const struct pcpu_areamap *map = &f->chunk.map;

	CHECK(map->used == nr && !memcmp(map->size, size, nr * sizeof(*size)));
}

#define EXPECT_MAP(f, ...)                                                                         \
	expect_map(f, (const s32[]){__VA_ARGS__}, ARRAY_SIZE(((const s32[]){__VA_ARGS__})))

#endif
