/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_background.c - background work that is not queued is found, for each reason to queue it.
 *
 * The allocators are the sound ones. The linker wraps schedule_work() (--wrap): a fault is an
 * operation whose calls have no effect, as if the allocator had forgotten them there.
 */
#include <string.h>

#include "program/test/check.h"
#include "exec/test/run_text.h"
#include "sched/sched.h"

#define NO_FAULT (-2)

/**
 * struct forgetful - an operation that queues no work
 * @op:    its number, or NO_FAULT
 * @now:   the operation that began last, or -1 after its end; of the task @of
 * @times: how often it has queued none
 */
static struct forgetful {
	s32 op, now;
	const struct task *of;
	u32 times;
} forgetful;

void __real_task_set_op(s32 op);
void __wrap_task_set_op(s32 op);

void __wrap_task_set_op(s32 op)
{
	forgetful.now = op;
	forgetful.of = current;
	__real_task_set_op(op);
}

bool __real_schedule_work(struct work_struct *work);
bool __wrap_schedule_work(struct work_struct *work);

bool __wrap_schedule_work(struct work_struct *work)
{
	if (forgetful.now != forgetful.op || forgetful.of != current)
		return __real_schedule_work(work);
	forgetful.times++;
	return true;
}

#define BITMAP "target percpu_bitmap\n"
#define A "task a cpu=0\n"
#define IRQ "irq i cpu=0\n"

static const struct {
	s32 op;
	enum oracle oracle;
	s32 found_in;
	const char *words;
	const char *text;
} faults[] = {
	/* An atomic request that finds no populated page. */
	{0, ORACLE_KICK, 0,
	 "bitmap: no background work is queued, and an atomic request was refused",
	 BITMAP "machine unit=64K\n" IRQ "p1 = alloc_percpu size=20K\n"},
	{0, ORACLE_KICK, 0, "areamap: no background work is queued, and an atomic request was",
	 "target percpu_areamap\n" A "p1 = alloc_percpu atomic\n"},
	/* A request that leaves too few empty pages. */
	{0, ORACLE_KICK, 0, "there are too few empty populated pages",
	 BITMAP A "p1 = alloc_percpu size=16\n"},
	/* An atomic request that finds the area map short. */
	{2, ORACLE_KICK, 2, "areamap: no background work is queued, and a chunk waits for room in",
	 "target percpu_areamap\nmachine low=0\n" A
	 "p1 = alloc_percpu\nfree_percpu p1\np2 = alloc_percpu atomic\n"},
	/* A free that makes a second chunk without an object. */
	{3, ORACLE_KICK, 3, "there are too many chunks without an object",
	 BITMAP "machine cpus=1 low=0 high=0\n" A
		"p1 = alloc_percpu size=32K\np2 = alloc_percpu size=32K\nfree_percpu p1\n"
		"free_percpu p2\n"},
	/* A free that leaves a chunk with many empty pages. */
	{5, ORACLE_KICK, 5, "a chunk waits for its empty pages to be taken",
	 BITMAP "machine cpus=1 low=0 high=0\n" A
		"p1 = alloc_percpu size=28K\np2 = alloc_percpu size=4K\n"
		"p3 = alloc_percpu size=28K\np4 = alloc_percpu size=4K\n"
		"free_percpu p3\nfree_percpu p1\n"},
	/* The rollback of a request: page frames are short, and the pages that were there are
	 * empty.
	 */
	{3, ORACLE_KICK, 3, "a chunk waits for its empty pages to be taken",
	 BITMAP "machine cpus=1 unit=64K dynamic=32K low=0 high=4\nfail at=28\n" A
		"p1 = alloc_percpu size=32K\np2 = alloc_percpu size=4 atomic\n"
		"task b cpu=0\nfree_percpu p1\np3 = alloc_percpu size=40K\nschedule @13 w0\n"},
	/* vfree() in an interrupt. */
	{1, ORACLE_KICK, 1, "lazy space: no background work is queued, and memory that vfree()",
	 "target vmalloc\n" IRQ "b1 = vmalloc\nvfree b1\n"},
	/* A free in an interrupt, which must not purge by itself. */
	{1, ORACLE_KICK, 1, "too many lazily freed pages have gathered",
	 "target vmap\nmachine lazy=4\n" IRQ "v1 = alloc_vmap_area pages=8\nfree_vmap_area v1\n"},
	{1, ORACLE_KICK, 1, "pool space: no background work is queued, and too many lazily freed",
	 "target vmap_pool\nmachine lazy=4\n" IRQ
	 "v1 = alloc_vmap_area pages=8\nfree_vmap_area v1\n"},
	/* An atomic request that finds no free addresses. */
	{2, ORACLE_SPURIOUS, 2,
	 "alloc_vmap_area of 819200 bytes: refused with error -16, and it fits",
	 "target vmap\nmachine kva=1M lazy=262144\n" A
	 "v1 = alloc_vmap_area pages=200\nfree_vmap_area v1\n" IRQ
	 "v2 = alloc_vmap_area pages=200\n"},
	{2, ORACLE_SPURIOUS, 2,
	 "vm_map_ram of 200 pages: refused, and a range of 819200 bytes is free",
	 "target vmap\nmachine kva=1M lazy=262144\n" A
	 "v1 = alloc_vmap_area pages=200\nfree_vmap_area v1\nm1 = vm_map_ram pages=200 atomic\n"},
	{2, ORACLE_SPURIOUS, 2, "vmalloc of 819200 bytes: refused, and there is room",
	 "target vmalloc\nmachine kva=1M lazy=262144\n" A
	 "b1 = vmalloc size=800K\nvfree b1\nb2 = vmalloc size=800K atomic\n"},
};

static void run_forgetful(struct executor *x, s32 op, const char *text, struct exec_result *r)
{
	struct program p;

	forgetful = (struct forgetful){.op = op, .now = -1};
	program_init(&p, TARGET_VMAP);
	from_text(&p, text);
	exec_program(x, &p, NULL, r);
	program_fini(&p);
}

static void each_lost_kick_is_found(void **state)
{
	for (u32 i = 0; i < ARRAY_SIZE(faults); i++) {
		struct exec_result r;
		const struct report *found = &r.sched.report;

		run_forgetful(*state, NO_FAULT, faults[i].text, &r);
		assert_sound(&r, faults[i].text);
		run_forgetful(*state, faults[i].op, faults[i].text, &r);
		if (!forgetful.times || found->oracle != faults[i].oracle ||
		    found->op != faults[i].found_in || !strstr(found->text, faults[i].words))
			fail_msg("fault %u: %u kicks lost; %s in operation %d, %s", i,
				 forgetful.times, oracle_id(found->oracle), found->op, found->text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_lost_kick_is_found),
	};

	return cmocka_run_group_tests(tests, executor_setup, executor_teardown);
}
