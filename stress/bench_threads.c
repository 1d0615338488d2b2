/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_threads.c - what the vmap layer costs on several threads at once.
 *
 * A program of its own: the other engine is in `mmstorm`, which runs this one for
 * `mmstorm bench vmap` and reads what it prints, one figure a line (see help[]).
 *
 * Each thread is a task on a CPU of its own and works on pages of its own. A figure is of a pair,
 * an allocation and its release, of the fastest of several rounds. In a round all threads begin
 * together and each does the same number of pairs; its time is that from the common beginning
 * to the end of the last. So threads that never wait for each other take as long as one alone.
 * But one alone may have the better core: rounds go around the cores, each thread on one of its
 * own, and the figure is that of the slowest way round. With more threads than cores time on the
 * wall says how the host divides its cores: there it is the thread's own time, and the unit says
 * so.
 *
 * The machine is bare, and what it does is done by all threads at once.
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
#define BENCH_OPS 32768 /* a lazy space of eight CPUs is purged after as many pages */
#define BENCH_PAGES 4
#define BENCH_KVA (16UL << 30)

static const char help[] =
	"usage: bench_threads [--quick] [--threads N] [--only TEXT]\n"
	"Measures the vmap layer on 1, 2, 4 and 8 threads, and prints one JSON object a line:\n"
	"\n"
	"  bench   vmap\n"
	"  case    what is done, and the kind of space\n"
	"  metric  \"1 thread\", \"2 threads\", ...\n"
	"  value   of a pair, an allocation and its release\n"
	"  unit    ns: between the common beginning and the end of the last thread;\n"
	"          cpu-ns: the thread's own time, where there are more threads than cores\n"
	"\n"
	"      --quick      scaled down, to see that it works: the figures mean little\n"
	"      --threads N  on N threads alone\n"
	"      --only TEXT  cases that have this text in their name\n"
	"\n"
	"mmstorm bench vmap runs it and makes tables of what it prints.\n"
	"Exit status: 0 measured, 1 it could not be, 2 bad usage.\n";

struct bench;

/**
 * struct worker - a thread
 * @b:    what it takes part in
 * @cpu:  its simulated CPU, its own
 * @page: its pages
 * @cpu_seconds: own time in the round
 */
struct worker {
	struct bench *b;
	unsigned int cpu;
	struct page *page[BENCH_PAGES];
	double cpu_seconds;
} __attribute__((aligned(64)));

/**
 * struct bench_case - a kind of pair
 * @name: as printed
 * @pages: of a pair
 * @pair: does one. Return: it was possible
 */
struct bench_case {
	const char *name;
	unsigned int pages;
	bool (*pair)(struct bench *b, struct worker *w);
};

/**
 * struct bench - a measurement: one case, one kind of space, one number of threads
 * @m:       the machine, booted for each
 * @what:    the case
 * @kva:     the kind of space
 * @threads: how many
 * @cores, @core: how many of the host's cores this process may use, and their numbers
 * @seconds: for how long rounds are begun, all ways round the cores together
 * @ops:     pairs of each thread in a round
 * @vs:      the space
 * @ready, @begun, @ended: threads that have come to a round's begin, rounds begun, and threads that
 *           have come to a round's end, since the first round; atomic
 * @begin:   when the round began, in seconds; this and the next two are written by the last that
 *           came to it
 * @last:    there is no round after it
 * @next_way: the way round the cores in the round after it
 * @end:     when the last round is to begin; 0 before the first
 * @ns:      of a pair in the fastest round, for each way round the cores; written by the last that
 *           comes to the end
 * @made:    such a space exists: there is a figure
 * @failed:  a pair was not possible
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
	unsigned long ready __attribute__((aligned(64)));
	unsigned long begun, ended;
	double begin, end;
	bool last;
	unsigned int next_way;
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

/* Thread i runs on the core i + @way of those that there are. */
static void pin(const struct bench *b, const struct worker *w, unsigned int way)
{
	cpu_set_t set;

	if (own_time(b))
		return;
	CPU_ZERO(&set);
	CPU_SET(b->core[(w->cpu + way) % b->cores], &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* What comes after the round that begins now: another one, and which way round the cores? */
static void look_ahead(struct bench *b)
{
	double part;

	if (!b->end)
		b->end = b->begin + b->seconds;
	b->last = b->begin >= b->end;
	if (own_time(b) || b->threads == b->cores || b->last)
		return;
	part = 1 - (b->end - b->begin) / b->seconds;
	b->next_way = (unsigned int)(part * b->cores);
}

/*
 * Round @n begins, from 1, when all threads are here. Nobody sleeps till then: to be woken would
 * take as long as a part of the round.
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

/* The last thread to come here says how long the round took. */
static void round_end(struct bench *b, unsigned long n, unsigned int way)
{
	double seconds = 0, *ns = &b->ns[way];

	if (__atomic_add_fetch(&b->ended, 1, __ATOMIC_ACQ_REL) != n * b->threads)
		return;
	if (!own_time(b))
		seconds = clock_seconds() - b->begin;
	for (unsigned int i = 0; own_time(b) && i < b->threads; i++)
		seconds += b->worker[i].cpu_seconds / b->threads;
	if (!*ns || seconds * 1e9 / b->ops < *ns)
		*ns = seconds * 1e9 / b->ops;
}

/* Of the slowest way round the cores. */
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
	unsigned int way = 0;
	unsigned long n = 1;
	double begin;
	bool last;

	pin(b, w, way);
	do {
		unsigned int next_way;

		round_begin(b, n);
		last = b->last;
		next_way = b->next_way;
		begin = clock_cpu_seconds();
		for (unsigned int i = 0; i < b->ops; i++)
			if (!b->what->pair(b, w))
				__atomic_store_n(&b->failed, true, __ATOMIC_RELAXED);
		w->cpu_seconds = clock_cpu_seconds() - begin;
		round_end(b, n++, way);
		if (way != next_way)
			pin(b, w, next_way);
		way = next_way;
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

/* The first task of a run. */
static void run(void *arg)
{
	struct bench *b = arg;
	struct task *task[BENCH_CPUS];
	struct vmap_config cfg = {
		.kva = b->kva,
		.start = MACHINE_KVA_START,
		.size = BENCH_KVA,
	};

	/* The thread of callbacks is made now: it would inherit its core from who wants it first.
	 */
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

/* Return: no operation failed. */
static bool measure(struct bench *b, struct sched *s)
{
	/* Nobody is moved: it is the vmap layer that is measured, not the way from CPU to CPU. */
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
	b->next_way = 0;
	memset(b->ns, 0, sizeof(b->ns));
	if (machine_boot(b->m, &cfg)) {
		fprintf(stderr, "bench_threads: the machine does not boot: no memory\n");
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
 * struct choice - what is to be measured
 * @quick:   scaled down
 * @threads: only on so many threads; 0: on 1, 2, 4 and 8
 * @only:    only cases whose printed name has this text in it
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

/* One case on one kind of space. Return: no operation failed. */
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
			"bench_threads: --only: found '%s', which is in the name of no case\n",
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
