/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ours_vmap.c - core/vmap as back ends, one for each kind of space; see vmap_backend.h.
 *
 * The numbers of the instance (what CPUs fetch, which node serves a CPU) are computed here from
 * what core/vmap documents, and not asked of the space: oracles judge the space by them.
 */
#include "machine/meta.h"
#include "ours.h"
#include "vmap/vmalloc.h"

/* A CPU fetches at most so many bytes, unless it is told how many. */
#define ZONE_MOST (4ULL << 20)

/**
 * struct ours_vmap - a space of core/vmap
 * @nodes: of a space of pools
 */
struct ours_vmap {
	struct vmap_space *vs;
	struct machine *m;
	u32 nodes;
};

static inline struct vmap_space *space(void *ctx)
{
	return ((struct ours_vmap *)ctx)->vs;
}

struct vmap_space *ours_space(const struct vmap_instance *v)
{
	return space(v->ctx);
}

/* An area of core/vmap and its handle are the same pointer. */
static struct vmap_area *area_of(const struct vmap_handle *h)
{
	return (struct vmap_area *)h;
}

static struct vmap_handle *handle_of(struct vmap_area *va)
{
	return (struct vmap_handle *)va;
}

static u64 fetch_size(const struct machine *m, const struct vmap_params *p)
{
	const u32 cpus = num_possible(machine_topology(m));

	if (cpus == 1 || p->zone_pages == 1)
		return 0;
	if (p->zone_pages)
		return (u64)p->zone_pages << PAGE_SHIFT;
	return min((u64)fls64(cpus) * 100 << PAGE_SHIFT, ZONE_MOST);
}

static u32 nodes_of(const struct vmap_caps *caps, const struct machine *m,
		    const struct vmap_params *p)
{
	if (caps->cache != VMAP_CACHE_BY_NODE || p->nodes)
		return p->nodes;
	return min(num_possible(machine_topology(m)), VMAP_MAX_NODES);
}

static int create(struct vmap_instance *v, struct machine *m, const struct vmap_params *p,
		  enum vmap_kva kva)
{
	const struct vmap_config vc = {
		.kva = kva,
		.start = p->start,
		.size = p->size,
		.block_pages = p->block_pages,
		.lazy_max_pages = p->lazy_pages,
		.zone_pages = p->zone_pages == 1 ? VMAP_ZONES_OFF : p->zone_pages,
		.nodes = p->nodes,
		.notice = p->notice,
		.arg = p->arg,
	};
	struct ours_vmap *o = v->ctx;
	int err;

	*o = (struct ours_vmap){.m = m, .nodes = nodes_of(&v->be->caps, m, p)};
	err = vmap_create(m, &vc, &o->vs);
	if (err)
		return err;
	v->start = p->start;
	v->end = p->start + p->size;
	v->block_pages = v->be->caps.block_max ? vmap_block_pages(o->vs) : 0;
	v->fetch = v->be->caps.cache == VMAP_CACHE_BY_CPU ? fetch_size(m, p) : 0;
	return 0;
}

static int create_lazy(struct vmap_instance *v, struct machine *m, const struct vmap_params *p)
{
	return create(v, m, p, VMAP_LAZY);
}

static int create_eager(struct vmap_instance *v, struct machine *m, const struct vmap_params *p)
{
	return create(v, m, p, VMAP_EAGER);
}

static int create_zone(struct vmap_instance *v, struct machine *m, const struct vmap_params *p)
{
	return create(v, m, p, VMAP_ZONE);
}

static int create_pool(struct vmap_instance *v, struct machine *m, const struct vmap_params *p)
{
	return create(v, m, p, VMAP_POOL);
}

static void destroy(void *ctx)
{
	vmap_destroy(space(ctx));
}

static void verify(void *ctx, bool quiet)
{
	vmap_verify(space(ctx), quiet);
}

static void account(void *ctx, struct vmap_account *a)
{
	struct vmap_stats st;

	vmap_stats(space(ctx), &st);
	*a = (struct vmap_account){
		.areas = st.areas,
		.busy_pages = st.busy_pages,
		.lazy_pages = st.lazy_pages,
		.free_pages = st.free_pages,
		.cached_pages = st.cached_pages,
		.blocks = st.blocks,
		.purges = st.purges,
		.largest_free = st.largest_free,
	};
}

#define X(id, name, help)                                                                          \
	_Static_assert((int)EVENT_##id == (int)VMAP_##id, "the events of a space come first");
VMAP_RUN_EVENTS(X)
#undef X
_Static_assert((int)NR_SPACE_EVENTS == (int)NR_VMAP_EVENTS,
	       "each event of core/vmap is a run event");

static u64 event(void *ctx, enum run_event e)
{
	return vmap_events(space(ctx), (enum vmap_event)e);
}

static const char *owed(void *ctx)
{
	return vmap_owed(space(ctx));
}

static void for_each_area(void *ctx, vmap_range_fn *fn, void *arg)
{
	for_each_vmap_area(space(ctx), fn, arg);
}

static void for_each_busy(void *ctx, vmap_range_fn *fn, void *arg)
{
	for_each_busy_area(space(ctx), fn, arg);
}

static void for_each_lazy(void *ctx, vmap_range_fn *fn, void *arg)
{
	for_each_lazy_area(space(ctx), fn, arg);
}

static void for_each_cached(void *ctx, vmap_cached_fn *fn, void *arg)
{
	for_each_cached_area(space(ctx), fn, arg);
}

static unsigned int cached_for_cpu(void *ctx, unsigned int cpu)
{
	return cpu;
}

/* Possible CPUs are dealt out to the nodes in turn. */
static unsigned int cached_for_node(void *ctx, unsigned int cpu)
{
	const struct ours_vmap *o = ctx;
	unsigned int before = 0, c;

	for_each_possible_cpu (c, machine_topology(o->m))
		before += c < cpu;
	return before % o->nodes;
}

static struct vmap_handle *alloc_area(void *ctx, u64 size, u64 align, u64 from, u64 to, gfp_t gfp)
{
	return handle_of(alloc_vmap_area(space(ctx), size, align, from, to, gfp));
}

static void free_area(void *ctx, struct vmap_handle *area)
{
	free_unmap_vmap_area(space(ctx), area_of(area));
}

static struct vmap_handle *find_area(void *ctx, u64 addr)
{
	return handle_of(find_vmap_area(space(ctx), addr));
}

static u64 area_start(const struct vmap_handle *area)
{
	return vmap_area_start(area_of(area));
}

static u64 area_size(const struct vmap_handle *area)
{
	return vmap_area_end(area_of(area)) - vmap_area_start(area_of(area));
}

static void purge(void *ctx)
{
	purge_vmap_area_lazy(space(ctx));
}

static int get_areas(void *ctx, const u64 *offset, const u64 *size, u32 nr, u64 align, gfp_t gfp,
		     struct vmap_handle **area)
{
	return pcpu_get_vm_areas(space(ctx), offset, size, nr, align, gfp,
				 (struct vmap_area **)area);
}

static void free_areas(void *ctx, struct vmap_handle **area, u32 nr)
{
	pcpu_free_vm_areas(space(ctx), (struct vmap_area **)area, nr);
}

static u64 map_ram(void *ctx, struct page **page, u32 nr, gfp_t gfp)
{
	return vm_map_ram(space(ctx), page, nr, gfp);
}

static void unmap_ram(void *ctx, u64 addr, u32 nr)
{
	vm_unmap_ram(space(ctx), addr, nr);
}

static void unmap_aliases(void *ctx)
{
	vm_unmap_aliases(space(ctx));
}

_Static_assert(VMAP_OWNER_IOREMAP == VM_IOREMAP && VMAP_OWNER_ALLOC == VM_ALLOC &&
		       VMAP_OWNER_MAP == VM_MAP && VMAP_OWNER_USERMAP == VM_USERMAP &&
		       VMAP_IOREMAP_ALIGN == IOREMAP_MAX_ALIGN,
	       "flags and alignments are passed on as they are");

static int get_area(void *ctx, u64 size, u64 flags, u64 from, u64 to, gfp_t gfp, const char *caller,
		    u64 *addr)
{
	struct vm_struct *vm = get_vm_area(space(ctx), size, flags, from, to, gfp, caller);

	if (IS_ERR(vm))
		return (int)PTR_ERR(vm);
	*addr = vm->addr;
	return 0;
}

static struct vmap_owner owner_of(const struct vm_struct *vm)
{
	return (struct vmap_owner){
		.addr = vm->addr, .size = vm->size, .flags = vm->flags, .caller = vm->caller};
}

static bool find_owner(void *ctx, u64 addr, struct vmap_owner *o)
{
	const struct vm_struct *vm = find_vm_area(space(ctx), addr);

	if (vm)
		*o = owner_of(vm);
	return vm;
}

static bool remove_area(void *ctx, u64 addr, struct vmap_owner *o)
{
	struct vm_struct *vm = remove_vm_area(space(ctx), addr);

	if (!vm)
		return false;
	*o = owner_of(vm);
	kfree(((struct ours_vmap *)ctx)->m, vm);
	return true;
}

static int map_area(void *ctx, u64 addr, struct page **page, gfp_t gfp)
{
	return map_vm_area(space(ctx), find_vm_area(space(ctx), addr), page, gfp);
}

static void unmap_range(void *ctx, u64 addr, u64 size)
{
	unmap_kernel_range(space(ctx), addr, size);
}

static u64 map(void *ctx, struct page **page, u64 nr, u64 flags, const char *caller)
{
	return vmap(space(ctx), page, nr, flags, caller);
}

static void unmap(void *ctx, u64 addr)
{
	vunmap(space(ctx), addr);
}

static u64 alloc(void *ctx, u64 size, int node, gfp_t gfp, u64 flags, const char *caller)
{
	return __vmalloc(space(ctx), size, node, gfp, flags, caller);
}

static void free_memory(void *ctx, u64 addr)
{
	vfree(space(ctx), addr);
}

static int remap(void *ctx, u64 addr, u64 pgoff, struct page **page, u64 nr)
{
	struct user_range user = {.nr = (unsigned long)nr, .page = page};

	return remap_vmalloc_range(space(ctx), &user, addr, pgoff);
}

static u64 read_memory(void *ctx, u8 *buf, u64 addr, u64 size)
{
	return vread(space(ctx), buf, addr, size);
}

static void list_areas(void *ctx, void (*line)(const char *text, void *arg), void *arg)
{
	vmallocinfo(space(ctx), line, arg);
}

static void totals(void *ctx, struct vmap_totals *t)
{
	struct vmalloc_info info;

	get_vmalloc_info(space(ctx), &info);
	*t = (struct vmap_totals){
		.total = info.total, .used = info.used, .largest_chunk = info.largest_chunk};
}

/* The functions of every kind of space. */
#define COMMON                                                                                     \
	.ctx_size = sizeof(struct ours_vmap), .destroy = destroy, .verify = verify,                \
	.account = account, .event = event, .for_each_area = for_each_area,                        \
	.for_each_busy = for_each_busy, .for_each_lazy = for_each_lazy,                            \
	.alloc_vmap_area = alloc_area, .free_vmap_area = free_area, .find_vmap_area = find_area,   \
	.area_start = area_start, .area_size = area_size, .purge = purge, .owed = owed,            \
	.vm_map_ram = map_ram, .vm_unmap_ram = unmap_ram, .vm_unmap_aliases = unmap_aliases,       \
	.get_vm_area = get_area, .find_vm_area = find_owner, .remove_vm_area = remove_area,        \
	.map_vm_area = map_area, .unmap_kernel_range = unmap_range, .vmap = map, .vunmap = unmap,  \
	.vmalloc = alloc, .vfree = free_memory, .remap_vmalloc_range = remap,                      \
	.vread = read_memory, .vmallocinfo = list_areas, .totals = totals
#define CONGRUENT .get_vm_areas = get_areas, .free_vm_areas = free_areas
#define CACHED .for_each_cached = for_each_cached

/* The promises of the kinds that free lazily. */
#define LAZY                                                                                       \
	.complete = true, .lowest = true, .highest = true, .lazy = true, .drops_blocks = true,     \
	.misses = VMAP_MAX_MISSES, .block_max = VMAP_MAX_ALLOC

static const struct vmap_backend lazy = {
	.name = "lazy",
	.help = "areas are freed lazily and flushed together",
	.caps = {LAZY, .purge_empties = true},
	.create = create_lazy,
	COMMON,
	CONGRUENT,
};

static const struct vmap_backend eager = {
	.name = "eager",
	.help = "a sorted list of areas, flushed at each unmap; no blocks, no congruent areas",
	.caps = {.complete = true,
		 .lowest = true,
		 .purge_empties = true,
		 .drops_blocks = true,
		 .misses = VMAP_MISSES_ANY},
	.create = create_eager,
	COMMON,
};

static const struct vmap_backend zone = {
	.name = "zone",
	.help = "as lazy, and CPUs fetch addresses for several requests at once",
	.caps = {LAZY, .purge_empties = true, .walks_nodes = true, .cache = VMAP_CACHE_BY_CPU,
		 .cache_parts = 3, .cache_refill = 4 * PAGE_SIZE},
	.create = create_zone,
	COMMON,
	CONGRUENT,
	CACHED,
	.cache_owner = cached_for_cpu,
};

static const struct vmap_backend pool = {
	.name = "pool",
	.help = "as lazy, and nodes cache purged areas by their size",
	.caps = {LAZY, .walks_nodes = true, .cache = VMAP_CACHE_BY_NODE, .cache_misses = 8},
	.create = create_pool,
	COMMON,
	CONGRUENT,
	CACHED,
	.cache_owner = cached_for_node,
};

const struct vmap_backend *const ours_vmap[] = {&lazy, &eager, &zone, &pool, NULL};
