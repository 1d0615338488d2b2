/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ours_percpu.c - core/percpu as back ends, one for each way to keep account of a chunk; see
 * percpu_backend.h.
 */
#include "ours.h"
#include "percpu/layout.h"
#include "percpu/percpu.h"
#include "sched/sched.h"

/**
 * struct ours_percpu - an allocator of core/percpu
 * @provider: boot memory, as core/percpu asks for it
 * @notice, @arg: of struct percpu_params
 */
struct ours_percpu {
	struct pcpu *pc;
	struct pcpu_fc_provider provider;
	void (*notice)(void *arg, const char *text);
	void *arg;
};

/* Of the calling thread: the last address that free_percpu() refused, and by which allocator. */
static _Thread_local struct {
	const struct ours_percpu *by;
	enum pcpu_bad_free why;
	u64 addr;
	u64 ticket;
} refused;

static inline struct ours_percpu *self(void *ctx)
{
	return ctx;
}

static inline struct pcpu *allocator(void *ctx)
{
	return self(ctx)->pc;
}

/* The allocator calls it in the task that freed, and does nothing after it. */
static void note_bad_free(void *arg, enum pcpu_bad_free why, u64 addr)
{
	refused.by = arg;
	refused.why = why;
	refused.addr = addr;
	refused.ticket = task_ticket();
}

static void relay_notice(void *arg, const char *text)
{
	const struct ours_percpu *o = arg;

	o->notice(o->arg, text);
}

static void copy_layout(struct percpu_layout *l, const struct pcpu_alloc_info *ai)
{
	l->static_size = ai->static_size;
	l->reserved_size = ai->reserved_size;
	l->dyn_size = ai->dyn_size;
	l->unit_size = ai->unit_size;
	l->atom_size = ai->atom_size;
	l->alloc_size = ai->alloc_size;
	l->upa = ai->upa;
	l->nr_groups = ai->nr_groups;
	l->nr_units = ai->nr_units;
	l->cpu_map = ai->cpu_map;
	for (u32 i = 0; i < ai->nr_groups; i++)
		l->group[i] = (struct percpu_group){
			.base_offset = ai->group[i].base_offset,
			.nr_units = ai->group[i].nr_units,
			.first_unit = ai->group[i].first_unit,
		};
}

_Static_assert((int)PERCPU_FIRST_AUTO == (int)PCPU_FC_AUTO &&
		       (int)PERCPU_FIRST_EMBED == (int)PCPU_FC_EMBED &&
		       (int)PERCPU_FIRST_PAGE == (int)PCPU_FC_PAGE && PERCPU_NO_CPU == PCPU_NO_CPU,
	       "numbers are passed on as they are");

static int create(struct percpu_instance *v, struct machine *m, const struct percpu_params *p,
		  enum pcpu_allocator kind)
{
	struct ours_percpu *o = v->ctx;
	struct pcpu_config cfg = {
		.allocator = kind,
		.backing = p->km ? PCPU_KM : PCPU_VM,
		.fc = (enum pcpu_fc)p->first,
		.unit_size = p->unit_size,
		.static_size = p->static_size,
		.reserved_size = p->reserved_size,
		.dyn_size = p->dyn_size,
		.atom_size = p->atom_size,
		.static_data = p->static_data,
		.empty_low = (u16)p->empty_low,
		.empty_high = (u16)p->empty_high,
		.bad_free = note_bad_free,
		.notice = p->notice ? relay_notice : NULL,
		.arg = o,
	};
	int err;

	*o = (struct ours_percpu){.notice = p->notice, .arg = p->arg};
	refused.by = NULL;
	if (p->provider) {
		o->provider = (struct pcpu_fc_provider){.alloc = p->provider->alloc,
							.free = p->provider->free,
							.arg = p->provider->arg};
		cfg.provider = &o->provider;
	}
	err = pcpu_create(m, ours_space(v->on), &cfg, &o->pc);
	if (err)
		return err;
	copy_layout(&v->layout, pcpu_alloc_info(o->pc));
	v->base = pcpu_base_addr(o->pc);
	v->first = pcpu_fc_kind(o->pc);
	return 0;
}

static int create_bitmap(struct percpu_instance *v, struct machine *m,
			 const struct percpu_params *p)
{
	return create(v, m, p, PCPU_BITMAP);
}

static int create_areamap(struct percpu_instance *v, struct machine *m,
			  const struct percpu_params *p)
{
	return create(v, m, p, PCPU_AREAMAP);
}

static void destroy(void *ctx)
{
	pcpu_destroy(allocator(ctx));
}

static void verify(void *ctx, bool quiet)
{
	pcpu_verify(allocator(ctx), quiet);
}

static void account(void *ctx, struct percpu_account *a)
{
	struct pcpu_stats st;

	pcpu_stats(allocator(ctx), &st);
	*a = (struct percpu_account){
		.chunks = st.chunks,
		.allocs = st.allocs,
		.alloc_bytes = st.alloc_bytes,
		.populated = st.populated,
		.scanned = st.scanned,
	};
}

static void print_layout(void *ctx, FILE *f)
{
	pcpu_print_alloc_info(pcpu_alloc_info(allocator(ctx)), f);
}

static int print_stats(void *ctx, FILE *f)
{
	return pcpu_print_stats(allocator(ctx), f);
}

static u64 alloc(void *ctx, u32 size, u32 align, gfp_t gfp)
{
	return alloc_percpu_gfp(allocator(ctx), size, align, gfp);
}

static u64 alloc_reserved(void *ctx, u32 size, u32 align)
{
	return alloc_reserved_percpu(allocator(ctx), size, align);
}

static enum percpu_freed free_object(void *ctx, u64 addr)
{
	static const enum percpu_freed why[NR_PCPU_BAD_FREE] = {
		[PCPU_FREE_NO_CHUNK] = PERCPU_NO_CHUNK,
		[PCPU_FREE_OUTSIDE] = PERCPU_OUTSIDE,
		[PCPU_FREE_MIDDLE] = PERCPU_MIDDLE,
		[PCPU_FREE_TWICE] = PERCPU_TWICE,
	};
	struct ours_percpu *o = self(ctx);

	free_percpu(o->pc, addr);
	if (refused.addr != addr || refused.by != o || refused.ticket != task_ticket())
		return PERCPU_FREED;
	refused.addr = 0;
	return why[refused.why];
}

static u64 ptr(void *ctx, u64 addr, unsigned int cpu)
{
	return per_cpu_ptr(allocator(ctx), addr, cpu);
}

static bool is_static(void *ctx, u64 addr)
{
	return is_percpu_address(allocator(ctx), addr);
}

static u64 to_phys(void *ctx, u64 addr)
{
	return per_cpu_ptr_to_phys(allocator(ctx), addr);
}

static int place(void *ctx, u64 addr, u32 *chunk, u32 *off)
{
	return pcpu_place(allocator(ctx), addr, chunk, off);
}

static u64 alloc_at(void *ctx, u32 chunk, u32 off, u32 size)
{
	return pcpu_alloc_at(allocator(ctx), chunk, off, size);
}

static bool fits(void *ctx, u32 below, u32 size, u32 align, u32 slack)
{
	return pcpu_fits(allocator(ctx), below, size, align, slack);
}

static bool reserved_fits(void *ctx, u32 size, u32 align, u32 slack)
{
	return pcpu_reserved_fits(allocator(ctx), size, align, slack);
}

static bool populated_fits(void *ctx, u32 size, u32 align, u32 slack)
{
	return pcpu_populated_fits(allocator(ctx), size, align, slack);
}

static const char *owed(void *ctx, bool asked)
{
	return pcpu_owed(allocator(ctx), asked);
}

/* The promises of both kinds. */
#define CAPS                                                                                       \
	.complete = true, .local_pages = true, .min_size = PCPU_MIN_ALLOC_SIZE,                    \
	.slack = PAGE_SIZE, .set_aside = 128

#define COMMON                                                                                     \
	.ctx_size = sizeof(struct ours_percpu), .destroy = destroy, .verify = verify,              \
	.account = account, .print_layout = print_layout, .print_stats = print_stats,              \
	.alloc = alloc, .alloc_reserved = alloc_reserved, .free = free_object, .ptr = ptr,         \
	.is_static = is_static, .to_phys = to_phys, .place = place, .alloc_at = alloc_at,          \
	.fits = fits, .reserved_fits = reserved_fits, .populated_fits = populated_fits,            \
	.owed = owed

static const struct percpu_backend bitmap = {
	.name = "bitmap",
	.help = "a bit for every 4 bytes of a chunk, with hints",
	.caps = {CAPS, .counts_work = true},
	.create = create_bitmap,
	COMMON,
};

static const struct percpu_backend areamap = {
	.name = "areamap",
	.help = "an array of signed sizes a chunk",
	.caps = {CAPS},
	.create = create_areamap,
	COMMON,
};

const struct percpu_backend *const ours_percpu[] = {&bitmap, &areamap, NULL};
