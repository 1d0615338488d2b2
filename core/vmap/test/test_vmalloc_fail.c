/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vmalloc_fail.c - every request of the vmalloc interface to the machine fails once: nothing
 * stays allocated, nothing leaks, and a mapping that failed half-way does no harm to the next one.
 */
#include "vmalloc.h"

#define SLOTS 6

/* The number of frames that could be allocated, from the first one on. */
static unsigned int frames(const struct fixture *f)
{
	unsigned int n = 0;

	while (n < NR_PAGES && f->page[n])
		n++;
	return n;
}

static void count_lines(const char *text, void *arg)
{
	++*(unsigned int *)arg;
}

/* A refused request holds no area: the space has exactly @areas. */
static void check_areas(struct fixture *f, unsigned int areas)
{
	unsigned int lines = 0;

	vmap_verify(f->vs, true);
	vmallocinfo(f->vs, count_lines, &lines);
	CHECK(lines == areas && vstats(f).areas == areas);
}

/* An area stays with its owner when it cannot be mapped, and can be mapped again. */
static bool map_twice(struct fixture *f, unsigned int nr)
{
	struct vm_struct *vm = get_vm_area(f->vs, nr * PAGE_SIZE, VM_IOREMAP, KVA, f->vs->end,
					   nr % 2 ? GFP_ATOMIC : GFP_KERNEL, "twice");

	if (IS_ERR(vm)) {
		CHECK(PTR_ERR(vm) == -ENOMEM);
		return false;
	}
	for (unsigned int i = 0; i < 2; i++) {
		int err = map_vm_area(f->vs, vm, f->page + i, GFP_ATOMIC);

		CHECK(!err || err == -ENOMEM);
		for (unsigned int p = 0; p < nr; p++)
			CHECK(vmalloc_to_page(f->m, vm->addr + p * PAGE_SIZE) ==
			      (err ? NULL : f->page[i + p]));
		CHECK(!is_stale(f, vm->addr, vm->size));
		unmap_kernel_range(f->vs, vm->addr, get_vm_area_size(vm));
	}
	remove_area(f, vm);
	return true;
}

/* So far apart that they need table pages of their own. */
static void mixed_ops(struct fixture *f)
{
	unsigned int n = frames(f), areas = 0;
	u64 addr[SLOTS], failed;

	for (unsigned int i = 0; i < SLOTS; i++) {
		failed = mstats(f).failed;
		addr[i] = i % 3 == 2 && n >= 5
				  ? vmap(f->vs, f->page, 5, 0, "vmap")
				  : __vmalloc(f->vs, (1 + 70 * i) * PAGE_SIZE,
					      i % 2 ? 0 : NUMA_NO_NODE,
					      i % 2 ? GFP_ATOMIC : GFP_KERNEL | __GFP_ZERO, 0,
					      "vmalloc");
		CHECK(addr[i] || mstats(f).failed > failed);
		areas += !!addr[i];
		check_areas(f, areas);
		if (n >= 200)
			CHECK(map_twice(f, 100 + i) || mstats(f).failed > failed);
		check_areas(f, areas);
		if (addr[i])
			CHECK(*(u8 *)mem_address(f->m, addr[i], 1) == 0 || i % 2 || i % 3 == 2);
	}
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (addr[i] && find_vm_area(f->vs, addr[i])->flags & VM_MAP)
			vunmap(f->vs, addr[i]);
		else
			vfree(f->vs, addr[i]);
	}
	check_areas(f, 0);
}

/* One failure a run, until the run has no more requests. */
static void test_each(void **state)
{
	struct fixture *f = *state;
	u32 n;

	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		for (n = 1; n < 10000; n++) {
			f->cfg.fail.at[0] = n;
			expect_clean(f, mixed_ops);
			if (!mstats(f).failed)
				break;
		}
		assert_in_range(n, NR_PAGES + 500, 9999);
	}
}

static void test_every(void **state)
{
	struct fixture *f = *state;

	for (u32 every = 2; every < 60; every++) {
		f->cfg.fail.classes = every % 2 ? FAIL_META | FAIL_TABLE : FAIL_ALL;
		f->cfg.fail.every = every;
		expect_clean_on_each(f, mixed_ops);
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {T(test_each), T(test_every)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
