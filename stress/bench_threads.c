/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_threads.c - the vmap layer on several threads at once.
 *
 * A program of its own, since `mmstorm` contains the other engine. `mmstorm bench vmap` runs it and
 * reads its output, one figure a line (see help[]).
 *
 * A figure is the time of a pair, an allocation and its release, in the fastest of several rounds.
 *
 *   - Each thread is a task on its own simulated CPU, never moves (odds of 0: core/sched/sched.h),
 *     and works on its own pages. Threads wait only for locks and words of the vmap layer, or of
 *     the engine.
 *   - The machine is bare, which on threads means that they do not meet in it: freed metadata
 *     belongs to a task and moves between tasks in batches, objects have cache lines of their own,
 *     entries of the page table change without a lock, and no counter is shared. A flush of TLBs is
 *     counted and costs nothing, so an eager space pays for its one lock alone.
 *   - In a round all threads begin together and do the same number of pairs. The time of the round
 *     ends with the last thread, so threads that never wait for each other take as long as one
 *     thread alone. The fastest round counts: other programs disturb it least.
 *   - Cores of a virtual machine are not equally fast. Rounds rotate the threads over the cores,
 *     and the figure is that of the slowest rotation; otherwise one thread would run on the best
 *     core, and two threads would not.
 *   - With more threads than cores, the wall clock would show how the host divides its cores. The
 *     figure is then the thread's own time, with the unit cpu-ns. It does not contain the time in
 *     which the holder of a lock waits for a core.
 *   - A lazy space is purged as often as in a kernel of eight CPUs, after 32,768 pages. A round of
 *     the smallest pair has as many, so rounds of all cases pay for purges. A purge waits for a
 *     grace period, which interrupts each core that runs a thread of the program: some 1 ns a pair
 *     on two threads, nothing on one.
 */
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/out.h"
#include "sched/clock.h"
#include "sched/sched.h"
#include "vmap/vmap.h"

#define BENCH_CPUS 8
#define BENCH_SECONDS 0.4
#define BENCH_OPS 32768 /* pages after which a lazy space of eight CPUs is purged */
#define BENCH_PAGES 4
#define BENCH_KVA (16UL << 30)

static const char help[] =
	"usage: bench_threads [--quick] [--threads N] [--only TEXT]\n"
	"Measures the vmap layer on 1, 2, 4 and 8 threads, and prints one JSON object a line:\n"
	"\n"
	"  bench   vmap\n"
	"  case    the kind of space, and the pair\n"
	"  metric  \"1 thread\", \"2 threads\", ...\n"
	"  value   time of a pair, an allocation and its release\n"
	"  unit    ns: between the common beginning and the end of the last thread;\n"
	"          cpu-ns: the thread's own time, with more threads than cores\n"
	"\n"
	"      --quick      scaled down, to show that it works: the figures mean little\n"
	"      --threads N  only on N threads\n"
	"      --only TEXT  only cases with this text in their name\n"
	"\n"
	"mmstorm bench vmap runs this program and makes tables of its output.\n"
	"Exit status: 0 measured, 1 no memory or no space, 2 bad usage.\n";

struct bench;

/**
 * struct worker - a thread; padded against false sharing
 * @b:    the measurement
 * @cpu:  its own simulated CPU
 * @page: its own pages
 * @cpu_seconds: its own time in the round
 */
struct worker {
	_Alignas(64) struct bench *b;
	unsigned int cpu;
	struct page *page[BENCH_PAGES];
	double cpu_seconds;
};

/**
 * struct bench_case - a kind of pair
 * @name:  printed
 * @pages: of a pair
 * @pair:  does one pair. Return: false: no memory, or no space
 */
struct bench_case {
	const char *name;
	unsigned int pages;
	bool (*pair)(struct bench *b, struct worker *w);
};

/**
 * struct bench - a measurement: one case, one kind of space, one number of threads
 * @m:       the machine, booted for each measurement
 * @what:    the case
 * @kva:     the kind of space
 * @threads: number of threads
 * @cores, @core: number of the host's cores that this process may use, and their ids
 * @seconds: no round begins later than this after the first
 * @ops:     pairs of each thread in a round
 * @vs:      the space
 * @ready:   threads that arrived at the begin of a round, counted over all rounds; atomic. A cache
 *           line of its own, padded against false sharing
 * @begun:   rounds that have begun; atomic
 * @ended:   threads that arrived at the end of a round, counted over all rounds; atomic
 * @begin:   when the round began, in seconds; the last thread to arrive writes this, @last and
 *           @rotation
 * @last:    this round is the last
 * @rotation: of the threads over the cores in the next round
 * @end:     a round that begins after this time is the last; 0 before the first round
 * @ns:      of a pair in the fastest round of each rotation; the last thread to end a round writes
 * it
 * @made:    the space could be created, so there is a figure
 * @failed:  a pair failed
 * @first:   the first RCU callback
 */
struct bench {
	struct machine *m;
	const struct bench_case *what;
	enum vmap_kva kva;
	unsigned int threads;
	unsigned int cores;
	int core[CPU_SETSIZE];
	double seconds;
	unsigned int ops;
	struct vmap_space *vs;
	struct worker worker[BENCH_CPUS];
	_Alignas(64) unsigned long ready;
	unsigned long begun, ended;
	double begin, end;
	bool last;
	unsigned int rotation;
	double ns[CPU_SETSIZE];
	bool made;
	bool failed;
	struct rcu_head first;
};

static bool map_ram(struct bench *b, struct worker *w)
{
	unsigned int count = b->what->pages;
	u64 addr = vm_map_ram(b->vs, w->page, count, GFP_KERNEL);

	if (addr)
		vm_unmap_ram(b->vs, addr, count);
	return addr;
}

static bool area(struct bench *b, struct worker *w)
{
	struct vmap_area *va =
		alloc_vmap_area(b->vs, b->what->pages * PAGE_SIZE, PAGE_SIZE, MACHINE_KVA_START,
				MACHINE_KVA_START + BENCH_KVA, GFP_KERNEL);

	if (!IS_ERR(va))
		free_unmap_vmap_area(b->vs, va);
	return !IS_ERR(va);
}

static const struct bench_case cases[] = {
	{"vm_map_ram pair, 1 page", 1, map_ram},
	{"vm_map_ram pair, 4 pages", 4, map_ram},
	{"area pair, 4 pages", 4, area},
};

static bool own_time(const struct bench *b)
{
	return b->threads > b->cores;
}

/* Thread i runs on core i + @rotation. */
static void pin(const struct bench *b, const struct worker *w, unsigned int rotation)
{
	cpu_set_t set;

	if (own_time(b))
		return;
	CPU_ZERO(&set);
	CPU_SET(b->core[(w->cpu + rotation) % b->cores], &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* The round that begins now is the last, or the next one has this rotation. */
static void look_ahead(struct bench *b)
{
	double part;

	if (!b->end)
		b->end = b->begin + b->seconds;
	b->last = b->begin >= b->end;
	if (own_time(b) || b->threads == b->cores || b->last)
		return;
	part = 1 - (b->end - b->begin) / b->seconds;
	b->rotation = (unsigned int)(part * b->cores);
}

/*
 * Round @n, counted from 1, begins when all threads have arrived. They spin until then: a wake-up
 * would take as long as a part of the round.
 */
static void round_begin(struct bench *b, unsigned long n)
{
	if (__atomic_add_fetch(&b->ready, 1, __ATOMIC_ACQ_REL) == n * b->threads) {
		b->begin = clock_seconds();
		look_ahead(b);
		__atomic_store_n(&b->begun, n, __ATOMIC_RELEASE);
		return;
	}
	while (__atomic_load_n(&b->begun, __ATOMIC_ACQUIRE) < n)
		if (own_time(b))
			sched_yield();
}

/* The last thread to arrive records the time of the round. */
static void round_end(struct bench *b, unsigned long n, unsigned int rotation)
{
	double seconds = 0, *ns = &b->ns[rotation];

	if (__atomic_add_fetch(&b->ended, 1, __ATOMIC_ACQ_REL) != n * b->threads)
		return;
	if (!own_time(b))
		seconds = clock_seconds() - b->begin;
	for (unsigned int i = 0; own_time(b) && i < b->threads; i++)
		seconds += b->worker[i].cpu_seconds / b->threads;
	if (!*ns || seconds * 1e9 / b->ops < *ns)
		*ns = seconds * 1e9 / b->ops;
}

/* The time of the slowest rotation. */
static double figure(const struct bench *b)
{
	double slowest = 0;

	for (unsigned int i = 0; i < max(b->cores, 1U); i++)
		slowest = max(slowest, b->ns[i]);
	return slowest;
}

static void work(void *arg)
{
	struct worker *w = arg;
	struct bench *b = w->b;
	unsigned int rotation = 0;
	unsigned long n = 1;
	double begin;
	bool last;

	pin(b, w, rotation);
	do {
		unsigned int next;

		round_begin(b, n);
		last = b->last;
		next = b->rotation;
		begin = clock_cpu_seconds();
		for (unsigned int i = 0; i < b->ops; i++)
			if (!b->what->pair(b, w))
				__atomic_store_n(&b->failed, true, __ATOMIC_RELAXED);
		w->cpu_seconds = clock_cpu_seconds() - begin;
		round_end(b, n++, rotation);
		if (rotation != next)
			pin(b, w, next);
		rotation = next;
	} while (!last);
}

static void get_pages(struct bench *b, struct worker *w)
{
	for (unsigned int i = 0; i < BENCH_PAGES; i++) {
		w->page[i] = alloc_page_node(b->m, NUMA_NO_NODE, GFP_KERNEL, "bench");
		if (!w->page[i])
			abort();
	}
}

static void put_pages(struct bench *b, struct worker *w)
{
	for (unsigned int i = 0; i < BENCH_PAGES; i++)
		put_page(b->m, w->page[i]);
}

static void no_callback(struct rcu_head *head)
{
}

/* The root task. */
static void run(void *arg)
{
	struct bench *b = arg;
	struct task *task[BENCH_CPUS];
	struct vmap_config cfg = {
		.kva = b->kva,
		.start = MACHINE_KVA_START,
		.size = BENCH_KVA,
	};

	/* Create the thread of RCU callbacks now: it inherits the cores of the thread that needs
	 * it. */
	call_rcu(&b->first, no_callback);
	b->made = !vmap_create(b->m, &cfg, &b->vs);
	if (!b->made)
		return;
	for (unsigned int i = 0; i < b->threads; i++) {
		struct worker *w = &b->worker[i];
		struct task_params p = {.name = "bench", .cpu = i, .fn = work, .arg = w};

		*w = (struct worker){.b = b, .cpu = i};
		get_pages(b, w);
		task[i] = task_spawn(&p);
	}
	for (unsigned int i = 0; i < b->threads; i++) {
		task_join(task[i]);
		put_pages(b, &b->worker[i]);
	}
	vmap_destroy(b->vs);
}

#define CASE_NAME 80

/* "threads, lazy: area pair, 4 pages" */
static void case_name(const struct bench *b, char name[CASE_NAME])
{
	snprintf(name, CASE_NAME, "threads, %s: %s", vmap_kva_name(b->kva), b->what->name);
}

static void print_figure(const struct bench *b)
{
	char name[CASE_NAME];

	case_name(b, name);
	printf("{\"bench\": \"vmap\", \"case\": \"%s\", \"metric\": \"%u thread%s\", "
	       "\"value\": %.1f, \"unit\": \"%s\"}\n",
	       name, b->threads, b->threads > 1 ? "s" : "", figure(b),
	       own_time(b) ? "cpu-ns" : "ns");
	fflush(stdout);
}

/* Return: no pair failed. */
static bool measure(struct bench *b, struct sched *s)
{
	/* Tasks stay on their CPUs. */
	struct schedule stay = {.kind = SCHEDULE_RANDOM, .odds = 0};
	struct sched_params p = {.nr_cpus = BENCH_CPUS, .schedule = &stay};
	struct machine_config cfg = {
		.kva_start = MACHINE_KVA_START,
		.kva_size = BENCH_KVA,
		.bare = true,
	};
	struct sched_result r;

	topology_init(&cfg.topology, BENCH_CPUS, 1, 65536);
	b->ready = b->begun = b->ended = 0;
	b->end = 0;
	b->rotation = 0;
	memset(b->ns, 0, sizeof(b->ns));
	if (machine_boot(b->m, &cfg)) {
		fprintf(stderr, "bench_threads: no memory to boot the machine\n");
		return false;
	}
	sched_run(s, &p, run, b, &r);
	if (b->failed)
		fprintf(stderr, "bench_threads: %s, %s, %u threads: no space or no memory\n",
			vmap_kva_name(b->kva), b->what->name, b->threads);
	else if (b->made)
		print_figure(b);
	return !b->failed;
}

/**
 * struct choice - the command line
 * @quick:   scaled down
 * @threads: only on this number of threads; 0: on 1, 2, 4 and 8
 * @only:    only cases with this text in their printed name
 */
struct choice {
	bool quick;
	unsigned int threads;
	const char *only;
};

static bool is_chosen(const struct bench *b, const struct choice *choice)
{
	char name[CASE_NAME];

	case_name(b, name);
	return strstr(name, choice->only);
}

/* One case on one kind of space. Return: no pair failed. */
static bool measure_on_threads(struct bench *b, struct sched *s, const struct choice *choice)
{
	bool good = true;

	for (b->threads = 1; good && b->threads <= BENCH_CPUS; b->threads *= 2)
		if (!choice->threads || choice->threads == b->threads)
			good = measure(b, s);
	return good;
}

static void find_cores(struct bench *b)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (!sched_getaffinity(0, sizeof(set), &set))
		for (int i = 0; i < CPU_SETSIZE; i++)
			if (CPU_ISSET(i, &set))
				b->core[b->cores++] = i;
}

static int measure_all(const struct choice *choice)
{
	struct bench_out scale = {.quick = choice->quick};
	struct bench *b = aligned_alloc(_Alignof(struct bench), sizeof(*b));
	struct machine *m = machine_create();
	struct sched *s = sched_create();
	bool good = b && m && s, any = false;

	if (!good) {
		fprintf(stderr, "bench_threads: no memory\n");
		goto out;
	}
	memset(b, 0, sizeof(*b));
	b->m = m;
	find_cores(b);
	b->seconds = choice->quick ? 0 : BENCH_SECONDS;
	b->ops = bench_count(&scale, BENCH_OPS);
	for (unsigned int c = 0; c < ARRAY_SIZE(cases); c++) {
		for (unsigned int kva = 0; good && kva < NR_VMAP_KVAS; kva++) {
			b->what = &cases[c];
			b->kva = kva;
			if (!is_chosen(b, choice))
				continue;
			any = true;
			good = measure_on_threads(b, s, choice);
		}
	}
	if (good && !any)
		fprintf(stderr,
			"bench_threads: --only: found '%s', expected a part of a case's name\n",
			choice->only);
out:
	sched_destroy(s);
	machine_destroy(m);
	free(b);
	if (!good)
		return EXIT_FAILURE;
	return any ? EXIT_SUCCESS : 2;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"only", required_argument, NULL, 'o'},
		{"quick", no_argument, NULL, 'q'},
		{"threads", required_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct choice choice = {.only = ""};
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (c) {
		case 'o':
			choice.only = optarg;
			break;
		case 'q':
			choice.quick = true;
			break;
		case 't':
			choice.threads = (unsigned int)strtoul(optarg, &end, 10);
			if (!*end && is_power_of_2(choice.threads) && choice.threads <= BENCH_CPUS)
				break;
			fprintf(stderr,
				"bench_threads: --threads: found '%s', expected 1, 2, 4 or 8\n",
				optarg);
			return 2;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "bench_threads: found '%s', expected one of bench_threads --help\n",
			argv[optind]);
		return 2;
	}
	return measure_all(&choice);
}
