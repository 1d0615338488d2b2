/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu.c - mm/percpu.c of a tree as a back end; see world/percpu_backend.h.
 *
 * The kernel makes its first chunk before vmalloc is up, and the harness asks for a space first. So
 * the tree is booted again here: nothing has been asked of the space yet.
 *
 * A wrong free is undefined in the kernel. Addresses are looked up among the live objects, and
 * those that are none do not reach it.
 */
#include "bridge.h"
#include "implementation.h"
#include "live.h"
#include "percpu_functions.h"
#include "sched/kernel.h"
#include "world/at_once.h"

#define CHUNKS_MAX 4096

/**
 * struct allocator - the allocator of the run: there is one in a process, as of the bridge
 * @calls:   of mm/percpu.c with the backing that the program asks for
 * @p:       how it was asked for
 * @live:    its objects
 * @cpu_map: of its layout
 * @chunk:   the base of each chunk made so far, by number; 0: it is gone
 * @hidden_at: of each, the latest chunk that was made while no request could see this one
 * @first:   how the first chunk was made
 */
static struct allocator {
	const struct tree_percpu *calls;
	struct tree_percpu_sizes sizes;
	const struct percpu_params *p;
	struct live live;
	unsigned int cpu_map[2 * TOPOLOGY_MAX_CPUS];
	unsigned long chunk[CHUNKS_MAX];
	u32 hidden_at[CHUNKS_MAX];
	u32 nr_chunks;
	u32 first;
	u64 allocs, alloc_bytes;
} allocator;

static const struct tree_percpu *calls(void)
{
	return allocator.calls;
}

static unsigned long chunk_base(u32 i)
{
	return __atomic_load_n(&allocator.chunk[i], __ATOMIC_RELAXED);
}

static void set_chunk(const void *from, const void *to)
{
	for (u32 i = 0; i < allocator.nr_chunks; i++)
		if (allocator.chunk[i] == (unsigned long)from) {
			__atomic_store_n(&allocator.chunk[i], (unsigned long)to, __ATOMIC_RELAXED);
			return;
		}
}

/*
 * A chunk that waits for its empty pages to be given back is hidden from requests until that is
 * done. On threads no request is judged by the chunks that it finds, and they change meanwhile.
 */
static void note_hidden(u32 nr)
{
	for (u32 i = 0; i < nr && !TASKS_AT_ONCE; i++)
		if (allocator.chunk[i] && calls()->is_hidden(allocator.chunk[i]))
			allocator.hidden_at[i] = nr;
	allocator.hidden_at[nr] = 0;
}

/*
 * The kernel tells of each chunk that it makes or destroys, under its mutex. On threads others look
 * chunks up meanwhile; a long run gives the numbers of chunks that are gone to new ones.
 */
void br_chunk_created(const void *base)
{
	const u32 nr = allocator.nr_chunks;

	if (nr == CHUNKS_MAX) {
		if (TASKS_AT_ONCE)
			set_chunk(NULL, base);
		return;
	}
	note_hidden(nr);
	allocator.chunk[nr] = (unsigned long)base;
	__atomic_store_n(&allocator.nr_chunks, nr + 1, __ATOMIC_RELEASE);
}

void br_chunk_destroyed(const void *base)
{
	set_chunk(base, NULL);
}

/* The dynamic region is what is asked for, and what a unit of the asked size has room for. */
static unsigned long dyn_size(const struct percpu_params *p)
{
	const unsigned long dyn = max((unsigned long)p->dyn_size, (unsigned long)calls()->min_dyn);
	const unsigned long others = br.static_size + p->reserved_size;

	return p->unit_size > others + dyn ? p->unit_size - others : dyn;
}

static int embed(const struct percpu_params *p)
{
	allocator.first = PERCPU_FIRST_EMBED;
	return calls()->boot(true, p->reserved_size, dyn_size(p), p->atom_size, p->km);
}

static int page_by_page(const struct percpu_params *p)
{
	allocator.first = PERCPU_FIRST_PAGE;
	return calls()->page_first ? calls()->boot(false, p->reserved_size, 0, 0, true) : -EINVAL;
}

static int make_first_chunk(void *arg)
{
	const struct percpu_params *p = arg;
	int err;

	bridge.provider = p->provider;
	if (p->first == PERCPU_FIRST_PAGE)
		err = page_by_page(p);
	else
		err = embed(p);
	if (err && p->first == PERCPU_FIRST_AUTO && !br.boot_failed)
		err = page_by_page(p);
	return br.boot_failed ? -ENOMEM : err;
}

static void set_layout(struct percpu_instance *v)
{
	struct percpu_layout *l = &v->layout;
	u32 unit = 0;

	calls()->sizes(&allocator.sizes);
	*l = (struct percpu_layout){
		.static_size = ALIGN((u32)allocator.sizes.static_size, calls()->min_alloc),
		.reserved_size = (u32)allocator.sizes.reserved_size,
		.unit_size = (u32)allocator.sizes.unit_size,
		.atom_size = (u32)allocator.sizes.atom_size,
		.alloc_size = (u32)allocator.sizes.alloc_size,
		.upa = (u32)(allocator.sizes.alloc_size / allocator.sizes.unit_size),
		.nr_groups = calls()->groups(),
		.nr_units = calls()->units(allocator.cpu_map),
		.cpu_map = allocator.cpu_map,
	};
	l->dyn_size =
		(u32)(allocator.sizes.static_size + allocator.sizes.dyn_size) - l->static_size;
	for (u32 i = 0; i < l->nr_groups; i++) {
		unsigned long offset;

		l->group[i].first_unit = unit;
		calls()->group(i, &offset, &l->group[i].nr_units);
		l->group[i].base_offset = offset;
		unit += l->group[i].nr_units;
	}
	v->base = to_machine(calls()->base());
	v->first = allocator.first;
}

int linux_percpu_create(struct percpu_instance *v, struct machine *m, const struct percpu_params *p)
{
	static const u8 none[LINUX_MIN_STATIC];
	const struct linux_tree *t = linux_of_percpu(v->be);
	int err;

	allocator.calls = p->km ? t->percpu_km : t->percpu;
	allocator.p = p;
	allocator.nr_chunks = 0;
	allocator.allocs = allocator.alloc_bytes = 0;
	live_reset(&allocator.live);
	/* The kernel has what its architecture gives it; a unit has room for all regions. */
	if (p->reserved_size % calls()->min_alloc)
		return -EINVAL;
	br.static_size = ALIGN(max(p->static_size, LINUX_MIN_STATIC), calls()->min_alloc);
	br.static_data = p->static_data ? p->static_data : none;
	err = linux_vmap_reboot(v->on, make_first_chunk, (void *)p);
	/* Its remains are given back with the space. */
	if (err)
		return err;
	set_layout(v);
	calls()->ready();
	return 0;
}

void linux_percpu_destroy(void *ctx)
{
	calls()->end();
	MM_CHECK(!allocator.live.nr, LEAK_AREA, "%llu objects are still in use", allocator.live.nr);
}

void linux_percpu_verify(void *ctx, bool quiet)
{
	calls()->verify(quiet, allocator.live.object, allocator.live.nr);
}

void linux_percpu_account(void *ctx, struct percpu_account *a)
{
	unsigned long chunks, populated, own_pages;

	calls()->counts(&chunks, &populated, &own_pages);
	*a = (struct percpu_account){.chunks = chunks,
				     .allocs = allocator.allocs,
				     .alloc_bytes = allocator.alloc_bytes,
				     .populated = populated,
				     .own_pages = own_pages};
}

void linux_percpu_print_layout(void *ctx, FILE *f)
{
	const struct tree_percpu_sizes *s = &allocator.sizes;

	fprintf(f, "pcpu-alloc: s%lu r%lu d%lu u%lu alloc=%lu*%lu\n", s->static_size,
		s->reserved_size, s->dyn_size, s->unit_size, s->alloc_size / s->atom_size,
		s->atom_size);
}

static u64 add_object(unsigned long addr, u32 size)
{
	if (!addr)
		return 0;
	live_add(&allocator.live, addr, size);
	__atomic_fetch_add(&allocator.allocs, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&allocator.alloc_bytes, ALIGN(size, calls()->min_alloc),
			   __ATOMIC_RELAXED);
	return to_machine(addr);
}

u64 linux_percpu_alloc(void *ctx, u32 size, u32 align, gfp_t gfp)
{
	return add_object(calls()->alloc(size, align, false, to_bridge_gfp(gfp)), size);
}

u64 linux_percpu_alloc_reserved(void *ctx, u32 size, u32 align)
{
	return add_object(calls()->alloc(size, align, true, BR_GFP_WAIT), size);
}

/* The number of the chunk whose lowest unit has @addr, or CHUNKS_MAX. */
static u32 chunk_number(unsigned long addr)
{
	const u32 nr = __atomic_load_n(&allocator.nr_chunks, __ATOMIC_ACQUIRE);

	for (u32 i = 0; i < nr; i++)
		if (chunk_base(i) && addr - chunk_base(i) < allocator.sizes.unit_size)
			return i;
	return CHUNKS_MAX;
}

static enum percpu_freed why_not(unsigned long addr)
{
	const u32 chunk = chunk_number(addr);
	const u64 off = addr - calls()->base();

	if (live_covers(&allocator.live, addr))
		return PERCPU_MIDDLE;
	if (off < allocator.sizes.static_size)
		return PERCPU_OUTSIDE;
	return chunk == CHUNKS_MAX ? PERCPU_NO_CHUNK : PERCPU_TWICE;
}

enum percpu_freed linux_percpu_free(void *ctx, u64 addr)
{
	const unsigned long at = to_window(addr);
	u64 size;

	if (!live_remove(&allocator.live, at, &size))
		return why_not(at);
	__atomic_fetch_sub(&allocator.allocs, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&allocator.alloc_bytes, ALIGN(size, calls()->min_alloc),
			   __ATOMIC_RELAXED);
	calls()->free(at);
	return PERCPU_FREED;
}

u64 linux_percpu_ptr(void *ctx, u64 addr, unsigned int cpu)
{
	return addr + calls()->unit_offset(cpu);
}

bool linux_percpu_is_static(void *ctx, u64 addr)
{
	return calls()->is_static(to_window(addr));
}

u64 linux_percpu_to_phys(void *ctx, u64 addr)
{
	return calls()->to_phys(to_window(addr));
}

int linux_percpu_place(void *ctx, u64 addr, u32 *chunk, u32 *off)
{
	const unsigned long at = to_window(addr);

	*chunk = chunk_number(at);
	if (*chunk == CHUNKS_MAX)
		return -ENOENT;
	*off = (u32)(at - allocator.chunk[*chunk]);
	return 0;
}

bool linux_percpu_fits(void *ctx, u32 below, u32 size, u32 align, u32 slack)
{
	for (u32 i = 0; i < below && i < allocator.nr_chunks; i++)
		if (allocator.chunk[i] && allocator.hidden_at[i] != below &&
		    calls()->chunk_fits(allocator.chunk[i], false, size, align, slack))
			return true;
	return false;
}

bool linux_percpu_reserved_fits(void *ctx, u32 size, u32 align, u32 slack)
{
	return calls()->chunk_fits(0, true, size, align, slack);
}
