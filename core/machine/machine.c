/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.c - the life of a machine: create, boot, check, destroy; failure plans.
 *
 * Booting has two halves. The first sweeps away what the last run left: nothing, after a run that
 * ended well. The second lays out the new world: little more than counters, if its shape is that of
 * the last one, as it mostly is from one fuzz input to the next.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#ifdef MM_ENGINE_THREADS
_Thread_local char hw_thread;
#endif

struct machine *machine_create(void)
{
	struct machine *m = aligned_alloc(_Alignof(struct machine), sizeof(*m));

	if (!m)
		return NULL;
	memset(m, 0, sizeof(*m));
	m->direct_start = MACHINE_DIRECT_START;
	m->pte_mapped = PTE_PRESENT | PTE_MODEL;
	return m;
}

void machine_destroy(struct machine *m)
{
	if (!m)
		return;
	meta_destroy(m);
	pgtable_destroy(m);
	tlb_destroy(m);
	page_destroy(m);
	host_close(m);
	free(m);
}

static int check_kva(const struct machine_config *cfg)
{
	u64 last = cfg->kva_start + cfg->kva_size - 1;

	if (!cfg->kva_size || !IS_ALIGNED(cfg->kva_start, PAGE_SIZE) ||
	    !IS_ALIGNED(cfg->kva_size, PAGE_SIZE))
		return -EINVAL;
	/* Address 0 means failure, the end must not overflow, and 48 bits are translated. */
	if (!cfg->kva_start || cfg->kva_start + cfg->kva_size < cfg->kva_start ||
	    cfg->kva_start >> 48 != last >> 48)
		return -EINVAL;
	return 0;
}

/* After set_topology(): KVA and direct map are disjoint, and each frame has a direct address. */
static int check_direct(const struct machine *m, const struct machine_config *cfg)
{
	const struct node_range *last = &cfg->topology.range[cfg->topology.nr_ranges - 1];

	if (cfg->mmu == MMU_HOST)
		return 0;
	if (last->start + last->nr > -MACHINE_DIRECT_START >> PAGE_SHIFT)
		return -EINVAL;
	if (direct_contains(m, cfg->kva_start) ||
	    MACHINE_DIRECT_START - cfg->kva_start < cfg->kva_size)
		return -EINVAL;
	return 0;
}

/* Change to the MMU that is asked for. Frames and tables are of the other one. */
static void set_mmu(struct machine *m, enum machine_mmu mmu)
{
	pgtable_destroy(m);
	page_destroy(m);
	m->cfg.mmu = mmu;
	m->host = mmu == MMU_HOST ? m->host_opened : NULL;
	m->direct_start = m->host ? m->host->base : MACHINE_DIRECT_START;
	m->pte_mapped = m->host ? PTE_PRESENT : PTE_PRESENT | PTE_MODEL;
	m->booted = false;
}

static int set_topology(struct machine *m, const struct machine_config *cfg)
{
	const struct topology *t = &cfg->topology;
	const char *why;
	int err;

	if (m->booted && cfg->mmu == m->cfg.mmu && topology_same(t, &m->cfg.topology))
		return 0;
	if (topology_check(t, &why))
		return -EINVAL;
	if (cfg->mmu != m->cfg.mmu)
		set_mmu(m, cfg->mmu);
	m->booted = false;
	err = page_layout(m, t);
	if (err)
		return err;
	topology_copy(&m->cfg.topology, t);
	m->ipis_each = num_online(t) - 1;
	m->booted = true;
	return 0;
}

static void fail_init(struct machine *m, const struct fail_plan *plan)
{
	unsigned int i;

	m->cfg.fail = *plan;
	m->fail_armed = plan->every != 0;
	for (i = 0; i < FAIL_MAX_AT; i++)
		m->fail_armed |= plan->at[i] != 0;
	m->fail_armed = m->fail_armed && plan->classes & FAIL_ALL;
	m->requests = 0;
	m->failed = 0;
}

/* The host MMU, before the machine is changed. */
static int check_host(struct machine *m, const struct machine_config *cfg)
{
	int err = host_open(m);

	return err ? err : host_check(m, cfg);
}

static int boot(struct machine *m, const struct machine_config *cfg)
{
	const bool was_boot_memory = m->cfg.boot_memory;
	int err;

	m->why[0] = '\0';
	meta_sweep(m);
	pgtable_sweep(m);
	page_sweep(m);
	err = check_kva(cfg);
	if (!err && unlikely(cfg->mmu == MMU_HOST))
		err = check_host(m, cfg);
	if (!err)
		err = set_topology(m, cfg);
	if (!err)
		err = check_direct(m, cfg);
	if (err)
		return err;
	if (m->cfg.kva_start != cfg->kva_start)
		pgtable_destroy(m);
	m->cfg.kva_start = cfg->kva_start;
	m->cfg.kva_size = cfg->kva_size;
	m->cfg.bare = cfg->bare;
	m->cfg.line_aligned = cfg->line_aligned;
	m->cfg.boot_memory = cfg->boot_memory;
	fail_init(m, &cfg->fail);
	page_reset(m);
	if (likely(!m->host))
		return 0;
	host_reset_memory(m, was_boot_memory);
	return host_reset_kva(m);
}

int machine_boot(struct machine *m, const struct machine_config *cfg)
{
	/* The amount to sweep depends on the last run: ThreadSanitizer must not see it. */
	void *seen = announce_unseen_begin();
	int err = boot(m, cfg);

	announce_unseen_end(seen);
	return err;
}

u64 machine_kva_start(struct machine *m, enum machine_mmu mmu)
{
	void *seen;
	int err;

	if (mmu == MMU_MODEL)
		return MACHINE_KVA_START;
	seen = announce_unseen_begin();
	err = host_open(m);
	announce_unseen_end(seen);
	return err ? 0 : m->host_opened->base + HOST_WINDOW;
}

u64 machine_kva_end(struct machine *m, enum machine_mmu mmu)
{
	return mmu == MMU_MODEL ? 0 : machine_kva_start(m, mmu) + HOST_WINDOW;
}

u64 direct_map_start(const struct machine *m)
{
	return m->direct_start;
}

u64 direct_map_max(enum machine_mmu mmu)
{
	return mmu == MMU_HOST ? HOST_WINDOW : MACHINE_KVA_START - MACHINE_DIRECT_START;
}

const char *machine_boot_error(const struct machine *m)
{
	return m->why;
}

static bool plan_names(const struct fail_plan *plan, u64 n)
{
	unsigned int i;

	for (i = 0; i < FAIL_MAX_AT; i++)
		if (plan->at[i] == n)
			return true;
	return plan->every && n % plan->every == 0;
}

bool fail_by_plan(struct machine *m, enum fail_class class, u64 n)
{
	if (!(m->cfg.fail.classes & class) || !plan_names(&m->cfg.fail, n))
		return false;
	hw_add(&m->failed, 1);
	return true;
}

void machine_check_leaks(struct machine *m)
{
	page_check_leaks(m);
	meta_check_leaks(m);
	pgtable_check_leaks(m);
	contents_check(m);
}

const struct machine_config *machine_config(const struct machine *m)
{
	return &m->cfg;
}

const struct topology *machine_topology(const struct machine *m)
{
	return &m->cfg.topology;
}

void machine_stats(const struct machine *m, struct machine_stats *st)
{
	st->kmallocs = m->kmallocs;
	st->pages = m->pages;
	st->tables = m->tables;
	st->failed = m->failed;
	st->meta_bytes = m->meta_bytes;
	st->meta_peak = m->meta_peak;
	st->pages_used = m->nr_used;
	st->pages_peak = m->peak_used;
	st->boot_pages = m->nr_frames - m->nr_managed;
	st->flushes = m->flushes;
	st->ipis = m->ipis;
	st->stale = m->nr_stale;
	st->mappings = st->refused = 0;
	if (unlikely(m->host)) {
		st->mappings = m->host->edges + 1;
		st->refused = m->host->refused;
	}
	bare_stats(m, st);
}
