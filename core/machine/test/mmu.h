/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmu.h - the MMU that a program's tests run on: the model, or the host with MM_TEST_MMU=host in
 * the environment. ctest runs them on both (mm_mmu_test() in the CMakeLists.txt of core).
 */
#ifndef MM_MACHINE_TEST_MMU_H
#define MM_MACHINE_TEST_MMU_H

#include "../machine.h"
#include "../../sched/test/checks.h"

/* Where the KVA of the tests begins, and the direct map. Set by use_test_mmu(). */
static u64 test_kva, test_direct;

static inline bool on_host_mmu(void)
{
	const char *mmu = getenv("MM_TEST_MMU");

	return mmu && !strcmp(mmu, "host");
}

/* Choose MMU and KVA for a machine. */
static inline void use_test_mmu(struct machine *m, struct machine_config *cfg)
{
	cfg->mmu = on_host_mmu() ? MMU_HOST : MMU_MODEL;
	test_kva = machine_kva_start(m, cfg->mmu);
	test_direct =
		on_host_mmu() ? 2 * test_kva - machine_kva_end(m, cfg->mmu) : MACHINE_DIRECT_START;
	if (!test_kva)
		fail_msg("%s", machine_boot_error(m));
	cfg->kva_start = test_kva;
}

/* At the start of a test about addresses that the host MMU cannot have. */
static inline void model_only(void)
{
	if (on_host_mmu())
		skip();
}

#endif
