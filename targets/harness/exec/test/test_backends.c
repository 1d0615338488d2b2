/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_backends.c - runs on another implementation: a bump allocator of addresses, which offers and
 * promises little. Programs that need more are refused, with a reason; the others run, and are
 * judged by what is promised.
 */
#include <stdlib.h>
#include <string.h>

#include "machine/page.h"
#include "machine/pgtable.h"
#include "run_text.h"
#include "world/backends.h"
#include "world/capabilities.h"

#define AREAS 64

/* An area lies in the space that made it; @end of 0: it was freed. */
struct vmap_handle {
	u64 start, end;
};

/**
 * struct bump - a space: addresses are handed out upward, and never again
 * @next: first address that was not handed out
 */
struct bump {
	struct machine *m;
	u64 next, end;
	struct vmap_handle area[AREAS];
	u32 nr;
};

/* The fault of the allocator. */
static enum { SOUND, OVERLAPS, MISALIGNS, KEEPS_TRANSLATIONS } fault;

static int bump_create(struct vmap_instance *v, struct machine *m, const struct vmap_params *p)
{
	struct bump *b = v->ctx;

	*b = (struct bump){.m = m, .next = p->start, .end = p->start + p->size};
	v->start = b->next;
	v->end = b->end;
	v->block_pages = 0;
	v->fetch = 0;
	return 0;
}

static void bump_destroy(void *ctx)
{
	const struct bump *b = ctx;

	for (u32 i = 0; i < b->nr; i++)
		MM_CHECK(!b->area[i].end, LEAK_AREA, "0x%llx is in use", b->area[i].start);
}

static struct vmap_handle *bump_alloc(void *ctx, u64 size, u64 align, u64 from, u64 to, gfp_t gfp)
{
	struct bump *b = ctx;
	u64 at = ALIGN(max(b->next, from), align), last = min(to, b->end);

	if (at > last || size > last - at || b->nr == AREAS)
		return ERR_PTR(-EBUSY);
	if (fault == OVERLAPS && b->nr)
		at = b->area[0].start;
	if (fault == MISALIGNS)
		at += PAGE_SIZE;
	b->next = at + size;
	b->area[b->nr] = (struct vmap_handle){at, at + size};
	return &b->area[b->nr++];
}

static void bump_free(void *ctx, struct vmap_handle *area)
{
	struct bump *b = ctx;

	vunmap_range(b->m, area->start, (area->end - area->start) >> PAGE_SHIFT);
	if (fault != KEEPS_TRANSLATIONS)
		flush_tlb_kernel_range(b->m, area->start, area->end);
	area->end = 0;
}

static struct vmap_handle *bump_find(void *ctx, u64 addr)
{
	struct bump *b = ctx;

	for (u32 i = 0; i < b->nr; i++)
		if (addr >= b->area[i].start && addr < b->area[i].end)
			return &b->area[i];
	return NULL;
}

static u64 bump_start(const struct vmap_handle *area)
{
	return area->start;
}

static u64 bump_size(const struct vmap_handle *area)
{
	return area->end - area->start;
}

static void bump_walk(void *ctx, vmap_range_fn *fn, void *arg)
{
	const struct bump *b = ctx;

	for (u32 i = 0; i < b->nr; i++)
		if (b->area[i].end)
			fn(b->area[i].start, b->area[i].end, arg);
}

static const struct vmap_backend bump_vmap = {
	.name = "bump",
	.help = "addresses upward, never again",
	.ctx_size = sizeof(struct bump),
	.create = bump_create,
	.destroy = bump_destroy,
	.for_each_area = bump_walk,
	.for_each_busy = bump_walk,
	.alloc_vmap_area = bump_alloc,
	.free_vmap_area = bump_free,
	.find_vmap_area = bump_find,
	.area_start = bump_start,
	.area_size = bump_size,
};

static const struct vmap_backend *const bump_spaces[] = {&bump_vmap, NULL};
static const struct vmap_backend *const no_spaces[] = {NULL};
static const struct percpu_backend *const no_percpu[] = {NULL};

static const struct implementation bump = {
	.name = "bump",
	.help = "one back end, of the vmap layer",
	.vmap = bump_spaces,
	.percpu = no_percpu,
};

static enum oracle run_on_bump(struct executor *x, const char *text)
{
	const struct exec_options o = {.on = &bump};
	struct exec_result r;
	struct program p;
	char why[REFUSAL_MAX];

	program_init(&p, TARGET_VMAP);
	from_text(&p, text);
	if (implementation_refuses(&bump, &p, why))
		fail_msg("refused: %s", why);
	exec_program(x, &p, &o, &r);
	program_fini(&p);
	return r.sched.report.oracle;
}

#define TWO                                                                                        \
	"target vmap_area\ntask a\nv1 = alloc_vmap_area pages=2 map\n"                             \
	"v2 = alloc_vmap_area pages=4 align=4\n"

/* It runs, though it promises neither the lowest address nor to serve all that fits. */
static void a_poor_back_end_is_sound(void **state)
{
	fault = SOUND;
	assert_int_equal(run_on_bump(*state, TWO "free_vmap_area v1\n"
						 "v3 = alloc_vmap_area pages=1\n"
						 "touch_area v3\n"),
			 ORACLE_NONE);
	/* Half of the space, twice. */
	assert_int_equal(run_on_bump(*state, "target vmap\nmachine kva=1M\ntask a\n"
					     "v1 = alloc_vmap_area pages=128\n"
					     "free_vmap_area v1\n"
					     "v2 = alloc_vmap_area pages=256\n"),
			 ORACLE_NONE);
	assert_int_equal(run_on_bump(*state, "target vmap_area\ntask a\n"
					     "v1 = alloc_vmap_range pages=4 range=8\n"
					     "task b cpu=1\nv2 = alloc_vmap_area\n"
					     "schedule random seed=3 odds=2\n"),
			 ORACLE_NONE);
}

/* Promises that every back end makes are still checked. */
static void its_faults_are_found(void **state)
{
	fault = OVERLAPS;
	assert_int_equal(run_on_bump(*state, TWO), ORACLE_OVERLAP);
	fault = MISALIGNS;
	assert_int_equal(run_on_bump(*state, TWO), ORACLE_ALIGNMENT);
	fault = KEEPS_TRANSLATIONS;
	assert_int_equal(run_on_bump(*state, TWO "free_vmap_area v1\n"), ORACLE_LEAK_AREA);
	fault = SOUND;
}

static void assert_refused(const struct implementation *on, const char *text, const char *reason)
{
	char why[REFUSAL_MAX] = "";
	struct program p;

	program_init(&p, TARGET_VMAP);
	from_text(&p, text);
	assert_true(implementation_refuses(on, &p, why));
	assert_string_equal(why, reason);
	program_fini(&p);
}

/* A program names its implementation, unless the caller does. */
static void programs_name_theirs(void **state)
{
	const struct exec_options none = {0};
	char why[REFUSAL_MAX], expected[REFUSAL_MAX];
	struct exec_result r;
	struct program p;

	program_init(&p, TARGET_VMAP);
	from_text(&p, "target vmap\ntask a\nm1 = vm_map_ram\n");
	assert_ptr_equal(implementation_of(&p), implementations[0]);
	from_text(&p, "target vmap\non ours\ntask a\nm1 = vm_map_ram\n");
	assert_ptr_equal(implementation_of(&p), implementations[0]);
	assert_false(implementation_refuses(NULL, &p, why));
	assert_int_equal(exec_program(*state, &p, &none, &r), 0);
	assert_int_equal(r.ops, 1);
	from_text(&p, "target vmap\non bump\ntask a\nv1 = alloc_vmap_area\n");
	assert_null(implementation_of(&p));
	assert_false(implementation_refuses(&bump, &p, why));
	assert_int_equal(program_set_on(&p, "No"), -EINVAL);
	assert_true(implementation_refuses(NULL, &p, why));
	snprintf(expected, sizeof(expected), "%s%s",
		 "runs on 'bump', which this build does not have, expected one of ",
		 implementations[0]->name);
	assert_memory_equal(why, expected, strlen(expected));
	program_fini(&p);
}

static void what_is_missing_is_refused(void **state)
{
	static const struct implementation none = {
		.name = "none", .vmap = no_spaces, .percpu = no_percpu};

	assert_refused(&bump, "target vmap\ntask a\nm1 = vm_map_ram\n",
		       "operation vm_map_ram needs short mappings, which bump does not offer");
	assert_refused(&bump, "target vmap_area\ntask a\npurge_vmap_areas\n",
		       "operation purge_vmap_areas needs purges, which bump does not offer");
	assert_refused(&bump, "target vmap_zone\ntask a\nv1 = alloc_vmap_area\n",
		       "target vmap_zone needs back end 'zone', which bump does not have");
	assert_refused(&bump, "target percpu_bitmap\ntask a\np1 = alloc_percpu\n",
		       "target percpu_bitmap needs back end 'bitmap', which bump does not have");
	assert_refused(&none, "target vmap\ntask a\nv1 = alloc_vmap_area\n",
		       "operation alloc_vmap_area needs areas, which none does not offer");
}

/* Boot memory and tasks need no back end; ours has all. */
static void the_rest_is_not(void **state)
{
	static const char *const text[] = {
		"target bootmem\ntask a\nr1 = alloc_bootmem\n",
		"target vmap\ntask a\ncond_resched\n",
	};
	char why[REFUSAL_MAX];
	struct program p;

	program_init(&p, TARGET_VMAP);
	for (u32 i = 0; i < ARRAY_SIZE(text); i++) {
		from_text(&p, text[i]);
		assert_false(implementation_refuses(&bump, &p, why));
	}
	for (unsigned int op = 0; op < NR_OPS; op++) {
		for (u8 t = 0; t < NR_TARGETS; t++) {
			program_reset(&p, (enum target_id)t);
			if (!(op_table[op].targets & 1U << t))
				continue;
			program_add(&p, &(struct program_op){.op = (u8)op,
							     .object = PROGRAM_NO_OBJECT});
			if (implementation_refuses(implementations[0], &p, why))
				fail_msg("%s: %s", target_table[t].name, why);
		}
	}
	program_fini(&p);
}

static void names_are_known(void **state)
{
	struct capability c[CAPABILITIES_MAX];

	assert_ptr_equal(implementation_by_name(implementations[0]->name), implementations[0]);
	assert_null(implementation_by_name("bump"));
	assert_ptr_equal(vmap_backend_by_name(&bump, "bump"), &bump_vmap);
	assert_null(percpu_backend_by_name(&bump, "bitmap"));
	for (int s = SERVICE_NONE + 1; s < NR_SERVICES; s++)
		assert_non_null(backend_service_name((enum backend_service)s));
	assert_string_equal(c[vmap_capabilities(&bump_vmap.caps, c) - 1].name, "cache_misses");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_poor_back_end_is_sound),
		cmocka_unit_test(its_faults_are_found),
		cmocka_unit_test(programs_name_theirs),
		cmocka_unit_test(what_is_missing_is_refused),
		cmocka_unit_test(the_rest_is_not),
		cmocka_unit_test(names_are_known),
	};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
