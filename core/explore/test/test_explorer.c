/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unit tests of the explorer: numbers of traces that are known, replays, and searches in parts.
 */
#include <stdlib.h>

#include "explore/explorer.h"
#include "explore/known.h"
#include "sched/kernel.h"
#include "sched/test/run.h"

/* A search of the default rows takes some 10,000 runs; rows with more are for the benchmark. */
#define MAX_TRACES 800
#define MAX_READERS 5

static struct explorer_params search_params;
static struct schedule taken;

/* Results of a search besides its stats. */
static u64 findings, failed_replays;
static enum oracle last_oracle;

/* The list of a run makes the same run. */
static bool replays(const struct sched_params *p, void (*init)(void *arg), void *arg)
{
	static struct schedule list;
	struct sched_params q = *p;
	struct sched_result again;

	list = taken;
	q.strategy = NULL;
	q.schedule = &list;
	q.taken = NULL;
	sched_run(engine, &q, init, arg, &again);
	return again.digest == result.digest && again.report.oracle == result.report.oracle;
}

/* Search until the end, or for @most runs. Each new trace is replayed. */
static void search_on(struct explorer *e, void (*init)(void *arg), void *arg, u32 cpus, u64 most)
{
	struct sched_params p = {.nr_cpus = cpus, .nr_tasks = cpus, .taken = &taken};

	findings = failed_replays = 0;
	p.strategy = explorer_strategy(e);
	for (u64 i = 0; i < most && explorer_next(e); i++) {
		sched_run(engine, &p, init, arg, &result);
		if (!explorer_ended(e, &result))
			continue;
		if (result.report.oracle) {
			findings++;
			last_oracle = result.report.oracle;
		}
		failed_replays += !replays(&p, init, arg);
	}
	assert_int_equal(failed_replays, 0);
}

static struct explore_stats search(void (*init)(void *arg), void *arg, u32 cpus)
{
	struct explorer *e = explorer_create(&search_params);
	struct explore_stats stats;

	assert_non_null(e);
	search_on(e, init, arg, cpus, UINT64_MAX);
	stats = *explorer_stats(e);
	assert_true(stats.exhausted);
	explorer_destroy(e);
	return stats;
}

static struct explore_stats search_known(const struct known *k, u8 preemptions)
{
	search_params.bounds = (struct explore_bounds){preemptions, 0, EXPLORE_ALL};
	return search(known_init, (void *)k, k->nr_tasks);
}

static const struct known *find_known(const char *name, u32 n)
{
	for (u32 i = 0; i < nr_known_programs; i++)
		if (!strcmp(known_programs[i].name, name) && known_programs[i].n == n)
			return &known_programs[i];
	fail_msg("no program %s(%u)", name, n);
	return NULL;
}

static void check_known_traces(void)
{
	for (u32 i = 0; i < nr_known_programs; i++) {
		const struct known *k = &known_programs[i];

		if (k->traces > MAX_TRACES || k->nr_tasks > MAX_READERS + 1)
			continue;
		if (search_known(k, EXPLORE_ALL).traces != k->traces || findings != k->deadlocks)
			fail_msg("%s(%u): expected %llu traces", k->name, k->n, k->traces);
		for (u8 b = 0; b < 3 && k->within[b] && k->traces < 100; b++)
			if (search_known(k, b).traces != k->within[b])
				fail_msg("%s(%u): expected %llu traces within %u preemptions",
					 k->name, k->n, k->within[b], b);
	}
}

static void test_known_traces(void **state)
{
	check_known_traces();
}

static void test_known_traces_by_reduction(void **state)
{
	search_params.reduce = true;
	check_known_traces();
	search_params.reduce = false;
}

/* Both algorithms find the same traces, and without bounds the reduction hardly any twice. */
static void test_algorithms_agree(void **state)
{
	for (u32 i = 0; i < nr_known_programs; i++) {
		const struct known *k = &known_programs[i];

		if (k->traces > 100 || k->nr_tasks > MAX_READERS)
			continue;
		for (u8 b = 0; b <= 3; b++) {
			struct explore_stats st = search_known(k, b < 3 ? b : EXPLORE_ALL), reduced;

			search_params.reduce = true;
			reduced = search_known(k, b < 3 ? b : EXPLORE_ALL);
			search_params.reduce = false;
			if (st.traces != reduced.traces || !hash_equal(st.digest, reduced.digest))
				fail_msg("%s(%u) within %u: %llu traces, by reduction %llu",
					 k->name, k->n, b, st.traces, reduced.traces);
			if (b == 3 && reduced.runs > 3 * reduced.traces)
				fail_msg("%s(%u): %llu runs for %llu traces", k->name, k->n,
					 reduced.runs, reduced.traces);
		}
	}
}

/* No state is left out, and none of them adds a trace. */
static void test_naive_search_finds_the_same(void **state)
{
	static const char *const names[] = {"SB",	"CoRR",		  "RWC+syncs", "W+RRR+W",
					    "twostage", "opposite locks", "S"};

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		for (u8 b = 0; b <= 3; b++) {
			const struct known *k = find_known(names[i], 0);
			u8 bound = b < 3 ? b : EXPLORE_ALL;
			struct explore_stats a = search_known(k, bound), naive;

			search_params.naive = true;
			naive = search_known(k, bound);
			search_params.naive = false;
			assert_int_equal(a.traces, naive.traces);
			assert_true(hash_equal(a.digest, naive.digest));
			assert_true(a.runs <= naive.runs);
		}
	}
}

static int x, y;
static u64 rounds;

static void wait_for_x(void *arg)
{
	while (!READ_ONCE(x)) {
		rounds++;
		cpu_relax();
	}
}

static void set_x(void *arg)
{
	WRITE_ONCE(y, 1);
	WRITE_ONCE(y, 2);
	WRITE_ONCE(x, 1);
}

static void join_two(struct task *a, struct task *b)
{
	task_join(a);
	task_join(b);
}

static void init_waits(void *arg)
{
	struct task *a, *b;

	x = y = 0;
	a = spawn("a", 0, wait_for_x, NULL);
	b = spawn("b", 1, set_x, NULL);
	join_two(a, b);
}

/* It reads before the write, once, and after; or after alone. */
static void test_waits_until_written(void **state)
{
	struct explore_stats st;

	search_params.bounds = (struct explore_bounds){EXPLORE_ALL, 0, EXPLORE_ALL};
	rounds = 0;
	st = search(init_waits, NULL, 2);
	assert_int_equal(st.traces, 2);
	assert_int_equal(st.blocked, 0);
	assert_true(rounds <= 2 * st.runs);
}

static void wait_a_little(void *arg)
{
	for (int i = 0; i < 10 && !READ_ONCE(x); i++)
		cpu_relax();
}

static void init_in_vain(void *arg)
{
	struct task *a, *b;

	x = 0;
	a = spawn("a", 0, wait_a_little, NULL);
	b = spawn("b", 1, wait_a_little, NULL);
	join_two(a, b);
}

static void test_counts_blocked_runs(void **state)
{
	struct explore_stats st = search(init_in_vain, NULL, 2);

	assert_true(st.blocked > 0);
	assert_int_equal(findings, 0);
}

static void interrupt(void *arg)
{
	irq_enter();
	WRITE_ONCE(x, READ_ONCE(x) + 1);
	irq_exit();
}

static void three_writes(void *arg)
{
	for (int i = 0; i < 3; i++)
		WRITE_ONCE(x, 10 * i);
}

static void init_interrupted(void *arg)
{
	struct task *a, *b;

	x = 0;
	a = spawn("a", 0, three_writes, NULL);
	b = spawn_irq("i", 0, interrupt, NULL);
	join_two(a, b);
}

/* The interrupt lands before, between or after three writes, and costs no preemption. */
static void test_places_interrupts(void **state)
{
	search_params.bounds = (struct explore_bounds){0, 0, 1};
	assert_int_equal(search(init_interrupted, NULL, 1).traces, 4);
	search_params.bounds.interrupts = 0;
	assert_int_equal(search(init_interrupted, NULL, 1).traces, 1);
	search_params.bounds = (struct explore_bounds){EXPLORE_ALL, 0, EXPLORE_ALL};
	search_params.reduce = true;
	assert_int_equal(search(init_interrupted, NULL, 1).traces, 4);
	search_params.reduce = false;
}

static unsigned int cpus_seen[2];

static void on_two_cpus(void *arg)
{
	cpus_seen[get_cpu()]++;
	put_cpu();
	cpus_seen[get_cpu()]++;
	put_cpu();
}

static void init_moved(void *arg)
{
	struct task *a, *b;

	a = spawn("a", 0, on_two_cpus, NULL);
	b = spawn("b", 0, on_two_cpus, NULL);
	join_two(a, b);
}

static void test_migrates(void **state)
{
	search_params.bounds = (struct explore_bounds){1, 0, 0};
	memset(cpus_seen, 0, sizeof(cpus_seen));
	search(init_moved, NULL, 2);
	assert_int_equal(cpus_seen[1], 0);
	search_params.bounds.migrations = 1;
	search(init_moved, NULL, 2);
	assert_true(cpus_seen[1] > 0);
}

static void callback(struct rcu_head *head)
{
	WRITE_ONCE(x, 2);
}

static void work(struct work_struct *w)
{
	WRITE_ONCE(x, 3);
}

static struct rcu_head head;
static struct work_struct item;

static void defers(void *arg)
{
	call_rcu(&head, callback);
	schedule_work(&item);
	WRITE_ONCE(x, 1);
	flush_work(&item);
	rcu_barrier();
}

static void reads(void *arg)
{
	rcu_read_lock();
	(void)READ_ONCE(x);
	rcu_read_unlock();
}

static void init_deferred(void *arg)
{
	struct task *a, *b;

	x = 0;
	INIT_WORK(&item, work);
	a = spawn("a", 0, defers, NULL);
	b = spawn("b", 1, reads, NULL);
	join_two(a, b);
}

/* Workers and callbacks are tasks of the search; merging states loses none of their orders. */
static void test_deferred_work(void **state)
{
	struct explore_stats a, naive;

	search_params.bounds = (struct explore_bounds){2, 0, 0};
	a = search(init_deferred, NULL, 2);
	search_params.naive = true;
	naive = search(init_deferred, NULL, 2);
	search_params.naive = false;
	assert_int_equal(a.traces, naive.traces);
	assert_true(a.traces > 20);
}

/* A search that is written and read back between runs ends like one in one go. */
static void test_resumes(void **state)
{
	const struct known *k = find_known("CoRR2", 0);
	struct explore_stats all = search_known(k, 2), parts = {0};
	char *text = NULL;
	size_t size = 0;

	while (!parts.exhausted) {
		struct explorer *e = explorer_create(&search_params);
		FILE *f = text ? fmemopen(text, size, "r") : NULL;

		if (f) {
			assert_int_equal(explorer_load(e, f, 7), 0);
			fclose(f);
			free(text);
		}
		search_on(e, known_init, (void *)k, k->nr_tasks, 100);
		f = open_memstream(&text, &size);
		assert_int_equal(explorer_save(e, f, 7), 0);
		fclose(f);
		parts = *explorer_stats(e);
		explorer_destroy(e);
	}
	assert_int_equal(parts.traces, all.traces);
	assert_int_equal(parts.runs, all.runs);
	assert_true(hash_equal(parts.digest, all.digest));
	free(text);
}

static int load_with(char *text, size_t size, u64 tag)
{
	struct explorer *e = explorer_create(&search_params);
	FILE *f = fmemopen(text, size, "r");
	int err = explorer_load(e, f, tag);

	fclose(f);
	explorer_destroy(e);
	return err;
}

static void test_refuses_other_states(void **state)
{
	struct explorer *e = explorer_create(&search_params);
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_int_equal(explorer_save(e, f, 7), 0);
	fclose(f);
	explorer_destroy(e);
	assert_int_equal(load_with(text, size, 7), 0);
	assert_int_equal(load_with(text, size, 8), -ESTALE);
	assert_int_equal(load_with(text, size - 1, 7), -EIO);
	text[0]++;
	assert_int_equal(load_with(text, size, 7), -EINVAL);
	free(text);
}

static bool known_to(const u64 *digest, u32 nr, u64 d)
{
	while (nr--)
		if (digest[nr] == d)
			return true;
	return false;
}

/* The parts together have all traces: here, by their digests as runs. */
static void test_shards_cover_all(void **state)
{
	const struct known *k = find_known("CoRR1", 0);
	u64 digests[512], traces = search_known(k, 2).traces;
	u32 nr = 0;

	for (u32 shard = 0; shard < 3; shard++) {
		struct explorer *e;
		struct sched_params p = {.nr_cpus = k->nr_tasks};

		search_params.shard = shard;
		search_params.nr_shards = 3;
		e = explorer_create(&search_params);
		p.strategy = explorer_strategy(e);
		while (explorer_next(e)) {
			sched_run(engine, &p, known_init, (void *)k, &result);
			if (explorer_ended(e, &result) && !known_to(digests, nr, result.digest))
				digests[nr++] = result.digest;
		}
		assert_true(explorer_stats(e)->traces < traces);
		explorer_destroy(e);
	}
	search_params.shard = search_params.nr_shards = 0;
	/* Some traces have more than one run. */
	assert_true(nr >= traces);
}

static void test_says_when_memory_is_short(void **state)
{
	search_params.memory = 1;
	assert_true(search_known(find_known("SB", 0), 2).full);
	search_params.memory = 0;
	assert_false(search_known(find_known("SB", 0), 2).full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_traces),
		cmocka_unit_test(test_known_traces_by_reduction),
		cmocka_unit_test(test_algorithms_agree),
		cmocka_unit_test(test_naive_search_finds_the_same),
		cmocka_unit_test(test_waits_until_written),
		cmocka_unit_test(test_counts_blocked_runs),
		cmocka_unit_test(test_places_interrupts),
		cmocka_unit_test(test_migrates),
		cmocka_unit_test(test_deferred_work),
		cmocka_unit_test(test_resumes),
		cmocka_unit_test(test_refuses_other_states),
		cmocka_unit_test(test_shards_cover_all),
		cmocka_unit_test(test_says_when_memory_is_short),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}
