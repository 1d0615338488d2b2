/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vmalloc_concurrent.c - tasks and interrupts in the vmalloc interface at once, under many
 * schedules: no finding.
 *
 * Workers exchange areas through slots, so that areas are mostly freed by other workers than those
 * that allocated them. Meanwhile readers read the whole space, areas that are being made and freed
 * included. They must find zeroes, or the words that the owner of the area has written, which name
 * the page. The lines of the listing are checked. ThreadSanitizer must find no race.
 */
#include "vmalloc.h"
#include "hunt.h"

#define MEM_SLOTS 4
#define MAP_SLOTS 2
#define AREA_SLOTS 2
#define MAX_PAGES 5
#define SPACE_PAGES 256
#define OPS 12

typedef u8 read_buf[3 * PAGE_SIZE];

struct shared {
	u64 mem[MEM_SLOTS]; /* of vmalloc() */
	u64 map[MAP_SLOTS]; /* of vmap() */
	struct vm_struct *area[AREA_SLOTS];
	read_buf buf[WORKERS];
};

static struct shared shared;

/* The first bytes of each page of an area name the page. */
static void sign(struct fixture *f, u64 addr, u64 pages)
{
	for (u64 i = 0; i < pages; i++)
		*(u64 *)mem_address(f->m, addr + i * PAGE_SIZE, 8) = addr + i * PAGE_SIZE;
}

static void check_signed(struct fixture *f, u64 addr, u64 pages)
{
	for (u64 i = 0; i < pages; i++)
		CHECK(*(u64 *)mem_address(f->m, addr + i * PAGE_SIZE, 8) == addr + i * PAGE_SIZE);
}

static void free_mem(struct fixture *f, u64 addr)
{
	const struct vm_struct *vm;

	if (!addr)
		return;
	vm = find_vm_area(f->vs, addr);
	CHECK(vm && vm->addr == addr && vm->pages);
	check_signed(f, addr, vm->nr_pages);
	vfree(f->vs, addr);
}

static void mem_op(struct fixture *f, u64 r, gfp_t gfp)
{
	u64 addr = 0, pages = 1 + (r >> 17) % MAX_PAGES;

	if (r >> 16 & 1) {
		addr = __vmalloc(f->vs, pages * PAGE_SIZE, NUMA_NO_NODE, gfp | __GFP_ZERO, 0,
				 "concurrent");
		if (addr)
			sign(f, addr, pages);
	}
	free_mem(f, xchg(&shared.mem[(r >> 8) % MEM_SLOTS], addr));
}

/* Frames of the test, to which no worker writes: readers find zeroes. */
static void map_op(struct fixture *f, u64 r)
{
	u64 addr = 0;

	if (r >> 16 & 1)
		addr = vmap(f->vs, f->page, 1 + (r >> 17) % MAX_PAGES, 0, "concurrent");
	addr = xchg(&shared.map[(r >> 8) % MAP_SLOTS], addr);
	if (addr)
		CHECK(vmalloc_to_page(f->m, addr) == f->page[0]);
	vunmap(f->vs, addr);
}

/* The first frame belongs to the area alone, and is freed as soon as it is unmapped. */
static void free_area(struct fixture *f, struct vm_struct *vm)
{
	struct page *own;

	if (!vm)
		return;
	CHECK(find_vm_area(f->vs, vm->addr) == vm);
	own = vmalloc_to_page(f->m, vm->addr);
	unmap_kernel_range(f->vs, vm->addr, PAGE_SIZE);
	CHECK(!is_stale(f, vm->addr, PAGE_SIZE));
	put_page(f->m, own);
	CHECK(remove_vm_area(f->vs, vm->addr) == vm);
	kfree(f->m, vm);
}

static void area_op(struct fixture *f, u64 r, gfp_t gfp)
{
	struct page *pages[MAX_PAGES] = {NULL};
	struct vm_struct *vm = NULL;

	if (r >> 16 & 1) {
		vm = get_vm_area(f->vs, (1 + (r >> 17) % MAX_PAGES) * PAGE_SIZE,
				 (r >> 40) % 4 ? VM_MAP : VM_IOREMAP, 0, UINT64_MAX, gfp,
				 "concurrent");
		if (IS_ERR(vm))
			vm = NULL;
	}
	if (vm) {
		memcpy(pages, f->page, sizeof(pages));
		pages[0] = alloc_page_node(f->m, 0, gfp | __GFP_ZERO, "concurrent");
		CHECK(pages[0] && !map_vm_area(f->vs, vm, pages, gfp));
		sign(f, vm->addr, 1);
	}
	free_area(f, xchg(&shared.area[(r >> 8) % AREA_SLOTS], vm));
}

/* Each page that begins in the buffer is zeroed, or was signed by its owner for this address. */
static void read_op(struct worker *w, u64 r)
{
	/* Mostly at the start of the space, where most areas lie. */
	u64 addr = KVA + (r >> 8) % ((r >> 60 ? SPACE_PAGES / 8 : SPACE_PAGES) * PAGE_SIZE), at;
	u8 *buf = shared.buf[w->nr];
	u64 got = vread(w->f->vs, buf, addr, sizeof(read_buf));

	CHECK(got <= sizeof(read_buf));
	for (at = ALIGN(addr, PAGE_SIZE); at + 8 <= addr + sizeof(read_buf); at += PAGE_SIZE) {
		u64 word;

		memcpy(&word, buf + (at - addr), sizeof(word));
		CHECK(!word || word == at);
	}
}

struct lines {
	u64 last;
	unsigned int nr;
};

static void check_line(const char *text, void *arg)
{
	struct lines *l = arg;
	u64 start = strtoull(text, NULL, 16);

	CHECK(start >= l->last);
	l->last = start + PAGE_SIZE;
	l->nr++;
	CHECK(strstr(text, " concurrent") || strstr(text, " vm_map_ram"));
}

static void one_op(struct worker *w)
{
	struct fixture *f = w->f;
	u64 r = random_next(&w->seed);
	gfp_t gfp = w->irq || r >> 60 == 0 ? GFP_ATOMIC : GFP_KERNEL;
	struct lines lines = {0};

	switch (w->irq ? r % 8 : r % 16) {
	default:
		mem_op(f, r, gfp);
		break;
	case 6 ... 7:
		area_op(f, r, gfp);
		break;
	case 8 ... 9:
		map_op(f, r);
		break;
	case 10 ... 12:
		read_op(w, r);
		break;
	case 13:
		vmallocinfo(f->vs, check_line, &lines);
		break;
	case 14:
		vm_unmap_aliases(f->vs);
		break;
	case 15:
		task_migrate((r >> 8) % 2);
		break;
	}
}

static void many_tasks(struct fixture *f)
{
	memset(&shared, 0, sizeof(shared));
	for (unsigned int i = 0; i < MAX_PAGES; i++)
		memset(page_address(f->m, f->page[i]), 0, PAGE_SIZE);
	run_workers(f, OPS, one_op);
	for (unsigned int i = 0; i < MEM_SLOTS; i++)
		free_mem(f, shared.mem[i]);
	for (unsigned int i = 0; i < MAP_SLOTS; i++)
		vunmap(f->vs, shared.map[i]);
	for (unsigned int i = 0; i < AREA_SLOTS; i++)
		free_area(f, shared.area[i]);
}

static void expect_many_clean(struct fixture *f)
{
	expect_clean_on_each(f, many_tasks);
}

static void hunt(struct fixture *f, unsigned int kind, unsigned int runs)
{
	f->cfg.kva_size = f->vmap.size = SPACE_PAGES * PAGE_SIZE;
	hunt_with(f, kind, runs, 100, expect_many_clean);
}

#ifdef MM_ENGINE_THREADS

/* The host schedules. */
static void test_host(void **state)
{
	hunt(*state, SCHEDULE_SPARSE, 80);
}

#else

/* One page is freed while it is read, in each of the ways in which that can happen. */
static void read_first(void *arg)
{
	struct fixture *f = arg;

	for (unsigned int i = 0; i < 3; i++)
		vread(f->vs, shared.buf[0], KVA, PAGE_SIZE);
}

static void page_goes(struct fixture *f)
{
	struct task_params p = {.name = "reader", .cpu = 1, .fn = read_first, .arg = f};
	struct page *page = alloc_page_node(f->m, 0, GFP_KERNEL, "test");
	struct task *reader;
	struct vm_struct *vm;
	u64 addr;

	switch (f->seed % 3) {
	case 0:
		vm = get_area(f, 1, VM_MAP);
		CHECK(!map_vm_area(f->vs, vm, &page, GFP_KERNEL));
		reader = task_spawn(&p);
		unmap_kernel_range(f->vs, vm->addr, PAGE_SIZE);
		put_page(f->m, page);
		page = NULL;
		remove_area(f, vm);
		break;
	case 1:
		addr = vmap(f->vs, &page, 1, 0, "test");
		reader = task_spawn(&p);
		vunmap(f->vs, addr);
		break;
	default:
		addr = vmalloc(f->vs, PAGE_SIZE, "test");
		reader = task_spawn(&p);
		vfree(f->vs, addr);
		break;
	}
	if (page)
		put_page(f->m, page);
	task_join(reader);
}

static void test_page_goes(void **state)
{
	struct fixture *f = *state;

	f->schedule.kind = SCHEDULE_RANDOM;
	f->schedule.odds = 3;
	for (f->schedule.seed = 0; f->schedule.seed < 900; f->schedule.seed++) {
		f->seed = f->schedule.seed;
		expect_clean_on_each(f, page_goes);
	}
}

static void test_sequential(void **state)
{
	hunt(*state, SCHEDULE_SPARSE, 200);
}

static void test_round_robin(void **state)
{
	hunt(*state, SCHEDULE_ROUND_ROBIN, 200);
}

static void test_random(void **state)
{
	hunt(*state, SCHEDULE_RANDOM, 2000);
}

static void test_pct(void **state)
{
	hunt(*state, SCHEDULE_PCT, 1000);
}

#endif

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
#ifdef MM_ENGINE_THREADS
		T(test_host),
#else
		T(test_sequential), T(test_round_robin), T(test_random),
		T(test_pct),	    T(test_page_goes),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
