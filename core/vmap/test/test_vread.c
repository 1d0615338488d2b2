/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vread.c - vread() against a naive reader, and the listing, word for word.
 */
#include <stdio.h>

#include "vmalloc.h"

#define WINDOW_PAGES 40
#define WINDOW (WINDOW_PAGES * PAGE_SIZE)

static u8 want[WINDOW], got[WINDOW + 1];

/*
 * The areas to read, from KVA on: one of vmalloc(), one without an owner, one of vmap(), device
 * memory, one that is mapped in part, a hole that was freed, and one at the end.
 */
struct scene {
	u64 alloc, map, freed, last;
	struct vmap_area *anon;
	struct vm_struct *io, *part;
};

static void scene_init(struct fixture *f, struct scene *s)
{
	s->alloc = vmalloc(f->vs, 3 * PAGE_SIZE, "alloc");
	s->anon = alloc_pages_any(f, 2);
	CHECK(!vmap_pages_range(f->m, s->anon->va_start, f->page, 2, GFP_KERNEL));
	s->map = vmap(f->vs, f->page + 2, 2, 0, "map");
	s->io = get_area(f, 4, VM_IOREMAP);
	CHECK(!map_vm_area(f->vs, s->io, f->page + 4, GFP_KERNEL));
	s->part = get_area(f, 4, VM_MAP);
	CHECK(!map_vm_area(f->vs, s->part, f->page + 8, GFP_KERNEL));
	s->freed = vmalloc(f->vs, 2 * PAGE_SIZE, "freed");
	s->last = vmalloc_user(f->vs, PAGE_SIZE, "last");
	CHECK(s->last + 2 * PAGE_SIZE < KVA + WINDOW);

	write_bytes(f, s->alloc, 3 * PAGE_SIZE);
	write_bytes(f, s->anon->va_start, 2 * PAGE_SIZE);
	write_bytes(f, s->map, 2 * PAGE_SIZE);
	write_bytes(f, s->io->addr, 4 * PAGE_SIZE);
	write_bytes(f, s->part->addr, 4 * PAGE_SIZE);
	write_bytes(f, s->freed, 2 * PAGE_SIZE);
	write_bytes(f, s->last, PAGE_SIZE);
	unmap_kernel_range(f->vs, s->part->addr + PAGE_SIZE, 2 * PAGE_SIZE);
	vfree(f->vs, s->freed);
}

static void scene_fini(struct fixture *f, struct scene *s)
{
	vfree(f->vs, s->alloc);
	free_unmap_vmap_area(f->vs, s->anon);
	vunmap(f->vs, s->map);
	remove_area(f, s->io);
	remove_area(f, s->part);
	vfree(f->vs, s->last);
}

/* Set the bytes that a reader must find; all others are 0. */
static void want_bytes(u64 addr, u64 size)
{
	for (u64 i = 0; i < size; i++)
		want[addr - KVA + i] = byte_at(addr + i);
}

/* End of the last area of an owner that begins below @end and has more than its guard page left. */
static u64 want_end(const struct scene *s, u64 addr, u64 end)
{
	const u64 area[][2] = {
		{s->alloc, 3}, {s->map, 2}, {s->io->addr, 4}, {s->part->addr, 4}, {s->last, 1},
	};
	u64 met = addr;

	for (unsigned int i = 0; i < ARRAY_SIZE(area); i++) {
		u64 area_end = area[i][0] + area[i][1] * PAGE_SIZE;

		if (area[i][0] < end && area_end > addr)
			met = max(met, min(end, area_end));
	}
	return met;
}

static void check_read(struct fixture *f, const struct scene *s, u64 addr, u64 size)
{
	memset(got, 0xee, size + 1);
	CHECK(vread(f->vs, got, addr, size) == want_end(s, addr, addr + size) - addr);
	for (u64 i = 0; i < size; i++)
		CHECK(got[i] == (addr + i < KVA ? 0 : want[addr - KVA + i]));
	CHECK(got[size] == 0xee);
}

static void reads(struct fixture *f)
{
	struct scene s;

	scene_init(f, &s);
	memset(want, 0, sizeof(want));
	want_bytes(s.alloc, 3 * PAGE_SIZE);
	want_bytes(s.map, 2 * PAGE_SIZE);
	want_bytes(s.part->addr, PAGE_SIZE);
	want_bytes(s.part->addr + 3 * PAGE_SIZE, PAGE_SIZE);
	want_bytes(s.last, PAGE_SIZE);

	check_read(f, &s, KVA, WINDOW);
	check_read(f, &s, KVA, 0);
	check_read(f, &s, KVA - 5, 10);
	check_read(f, &s, s.alloc + 3 * PAGE_SIZE - 3, 7);
	/* Guard page, no owner, freed: nothing is met. */
	check_read(f, &s, s.alloc + 3 * PAGE_SIZE, PAGE_SIZE);
	check_read(f, &s, s.anon->va_start, 2 * PAGE_SIZE);
	check_read(f, &s, s.freed, 2 * PAGE_SIZE);
	check_read(f, &s, s.last + PAGE_SIZE, 2 * PAGE_SIZE);
	CHECK(vread(f->vs, got, s.last + PAGE_SIZE, 2 * PAGE_SIZE) == 0);
	/* Met, and zeroes all the same. */
	check_read(f, &s, s.io->addr, 2 * PAGE_SIZE);
	check_read(f, &s, s.part->addr + PAGE_SIZE + 9, 100);
	for (int i = 0; i < 500; i++) {
		u64 from = random_next(&f->seed) % WINDOW, r = random_next(&f->seed);

		check_read(f, &s, KVA + from, min(r % (i % 4 ? 64 : WINDOW), WINDOW - from));
	}
	scene_fini(f, &s);
}

static void test_reads(void **state)
{
	expect_clean_on_each(*state, reads);
}

/* At both ends of all addresses. */
static void ends(struct fixture *f)
{
	u64 addr = vmalloc(f->vs, PAGE_SIZE, "test");
	struct vm_struct *top = get_vm_area(f->vs, PAGE_SIZE, VM_MAP, f->vs->end - 2 * PAGE_SIZE,
					    UINT64_MAX, GFP_KERNEL, "top");

	CHECK(vread(f->vs, got, 0, 64) == 0 && !got[63]);
	CHECK(vread(f->vs, got, UINT64_MAX, 1) == 0 && !got[0]);
	memset(got, 0xee, sizeof(got));
	CHECK(vread(f->vs, got, UINT64_MAX - 10, 64) == 0 && !got[63] && got[64] == 0xee);
	CHECK(vread(f->vs, NULL, addr, 0) == 0);
	CHECK(!IS_ERR(top) && !map_vm_area(f->vs, top, f->page, GFP_KERNEL));
	mem_set(f->m, top->addr, 0x77, PAGE_SIZE);
	CHECK(vread(f->vs, got, top->addr + 1, 2 * PAGE_SIZE) == PAGE_SIZE - 1);
	CHECK(got[PAGE_SIZE - 2] == 0x77 && !got[PAGE_SIZE - 1]);
	remove_area(f, top);
	vfree(f->vs, addr);
}

static void test_ends(void **state)
{
	expect_clean_on_each(*state, ends);
}

/* A read that would wrap to address 0. */
static void wraps(struct fixture *f)
{
	struct vm_struct *top = get_vm_area(f->vs, PAGE_SIZE, VM_MAP, f->vs->end - 2 * PAGE_SIZE,
					    UINT64_MAX, GFP_KERNEL, "top");

	CHECK(!IS_ERR(top) && top->addr == -3 * PAGE_SIZE);
	CHECK(!map_vm_area(f->vs, top, f->page, GFP_KERNEL));
	mem_set(f->m, top->addr, 0x77, PAGE_SIZE);
	memset(got, 0xee, sizeof(got));
	CHECK(vread(f->vs, got, top->addr, 4 * PAGE_SIZE) == PAGE_SIZE);
	CHECK(got[0] == 0x77 && !got[PAGE_SIZE] && !got[4 * PAGE_SIZE - 1]);
	CHECK(got[4 * PAGE_SIZE] == 0xee);
	remove_area(f, top);
}

static void test_wraps(void **state)
{
	struct fixture *f = *state;

	model_only();
	f->cfg.kva_start = f->vmap.start = -(16ULL << 20) - PAGE_SIZE;
	expect_clean_on_each(f, wraps);
}

struct listing {
	unsigned int lines;
	char text[2000];
};

static void take_line(const char *text, void *arg)
{
	struct listing *l = arg;

	l->lines++;
	strcat(l->text, text);
	strcat(l->text, "\n");
}

static void check_listing(struct fixture *f, const char *text)
{
	struct listing l = {0};

	vmallocinfo(f->vs, take_line, &l);
	if (strcmp(l.text, text))
		mm_report(ORACLE_CRASH, "the listing is: %s", l.text);
}

static void lists(struct fixture *f)
{
	char text[1000];
	struct scene s;
	u64 both;

	check_listing(f, "");
	scene_init(f, &s);
	both = __vmalloc(f->vs, 1026 * PAGE_SIZE, 1, GFP_KERNEL, 0, "both");
	CHECK(both);
	snprintf(text, sizeof(text),
		 "0xffffc90000000000-0xffffc90000004000 16384 alloc pages=3 vmalloc N0=3\n"
		 "0xffffc90000004000-0xffffc90000006000 8192 vm_map_ram\n"
		 "0xffffc90000006000-0xffffc90000009000 12288 map pages=2 vmap\n"
		 "0xffffc9000000c000-0xffffc90000011000 20480 test ioremap\n"
		 "0xffffc90000011000-0xffffc90000016000 20480 test vmap\n"
		 "0xffffc90000016000-0xffffc90000018000 8192 last pages=1 vmalloc user N0=1\n"
		 "%#llx-%#llx 4206592 both pages=1026 vmalloc N0=2 N1=1024\n",
		 both, both + 1027 * PAGE_SIZE);
	check_listing(f, text);
	/* In a space of zones it lies after the range that the CPU has prefetched. */
	CHECK(both == KVA + (f->vmap.kva == VMAP_ZONE ? 300 : 24) * PAGE_SIZE);
	vfree(f->vs, both);
	scene_fini(f, &s);
	check_listing(f, "");
}

static void test_lists(void **state)
{
	struct fixture *f = *state;

	model_only();
	topology_init(&f->cfg.topology, 4, 2, 2048);
	expect_clean_on_each(f, lists);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {T(test_reads), T(test_ends), T(test_wraps),
					   T(test_lists)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
