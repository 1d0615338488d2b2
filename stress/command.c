/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.c - see command.h.
 */
#define _GNU_SOURCE
#include "command.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offer.h"
#include "program/op_set.h"
#include "program/text.h"
#include "tool/options.h"
#include "world/machine_world.h"

#ifdef MM_TSAN
#define WATCHDOG_SECONDS 60
#define QUIET_EVERY 2000
#else
#define WATCHDOG_SECONDS 10
#ifdef MM_ASAN
#define QUIET_EVERY 5000
#else
#define QUIET_EVERY 20000
#endif
#endif
/* Each world has other limits (most_live()), so a run of seconds on a busy host should see many. */
#define WORLDS_EVERY 4

#define MEMBER(m) .offset = offsetof(struct stress_options, m)

/* Of what the judges of a tree find, only a wrong hint harms nothing else. */
static const char *parse_pass_over(const char *text, void *oracles)
{
	if (strcmp(text, oracle_id(ORACLE_HINT)) != 0)
		return oracle_id(ORACLE_HINT);
	*(u64 *)oracles |= BIT_ULL(ORACLE_HINT);
	return NULL;
}

static const struct option_spec specs[] = {
	{"threads", 't', OPTION_NUMBER, "N", MEMBER(threads), .lo = 1, .hi = 48,
	 .help = "worker threads; workloads add a few of other roles (default: the host's CPUs, at "
		 "least 2)"},
	{"cpus", .kind = OPTION_NUMBER, .value = "N", MEMBER(cpus), .lo = 1, .hi = SCHED_MAX_CPUS,
	 .help = "simulated CPUs, fewer or more than threads (default: as the workload says)"},
	{"seconds", 's', OPTION_NUMBER, "N", MEMBER(seconds), .lo = 1, .hi = 100000000,
	 .help = "end after N seconds (default: 10, without --operations)"},
	{"operations", 'n', OPTION_SIZE, "N", MEMBER(operations), .lo = 1, .hi = UINT64_MAX >> 1,
	 .help = "end after about N operations of all threads"},
	{"seed", .kind = OPTION_NUMBER, .value = "N", MEMBER(seed), .hi = UINT64_MAX,
	 .help = "seed of the streams of operations; how threads interleave has no seed"},
	{"mix", .kind = OPTION_TEXT, .value = "OP=WEIGHT,...", MEMBER(mix),
	 .help = "operations of the workers in place of the workload's, with weights and, after "
		 "colons, limits of operands: alloc_percpu=3:size=64,free_percpu=3"},
	{"live", .kind = OPTION_NUMBER, .value = "N", MEMBER(live), .lo = 1, .hi = STRESS_MAX_LIVE,
	 .help = "most live objects (default: a number of the workload, a 16th and a 128th of it, "
		 "by turns)"},
	{"fail-rate", .kind = OPTION_NUMBER, .value = "N", MEMBER(fail_rate), .lo = 10, .hi = 65535,
	 .help = "one in N requests for metadata, page frames and table pages fails"},
	{"kva", .kind = OPTION_TEXT, .value = "KIND", MEMBER(kva),
	 .help = "only spaces of this kind: eager, lazy, zone or pool (default: by turns)"},
	{"on", .kind = OPTION_TEXT, .value = "NAME", MEMBER(on),
	 .help = "run on the allocators of NAME, an implementation of mmstorm list implementations "
		 "(default: the first)"},
	{"pass-over", .kind = OPTION_CALL, .value = "ORACLE", MEMBER(pass_over),
	 .parse = parse_pass_over,
	 .help = "with --on: count findings of ORACLE that the judges of a kernel tree have, and "
		 "go on; ORACLE is invariant-hint, whose findings harm nothing else"},
	{"mmu", .kind = OPTION_CALL, .value = "MMU", MEMBER(mmu), .parse = machine_world_parse_mmu,
	 .help = "model: addresses are numbers, the default; host: they are addresses of the "
		 "process, "
		 "and each mapping is one of the process"},
	{"quiet-every", .kind = OPTION_SIZE, .value = "N", MEMBER(quiet_every), .lo = 1,
	 .hi = 1000000000, .help = "operations of a thread between two quiet points"},
	{"verify-every", .kind = OPTION_SIZE, .value = "N", MEMBER(verify_every), .lo = 1,
	 .hi = 1000000000, .help = "verify everything at each Nth quiet point"},
	{"worlds-every", .kind = OPTION_SIZE, .value = "N", MEMBER(worlds_every), .lo = 1,
	 .hi = 1000000000, .help = "quiet points until the world is taken down and the next boots"},
	{"watchdog", .kind = OPTION_NUMBER, .value = "N", MEMBER(watchdog), .lo = 1, .hi = 100000,
	 .help = "seconds in which a thread must make progress"},
	{"search", .kind = OPTION_NUMBER, .value = "N", MEMBER(search), .hi = 100000,
	 .help = "seconds to look for a schedule that shows a finding again; 0: do not look"},
	{"findings", .kind = OPTION_TEXT, .value = "DIR", MEMBER(findings),
	 .help = "folder for findings (default: findings)"},
	{"json", MEMBER(json),
	 .help = "print one JSON object a line: one a second, and the summary"},
	{0},
};

static const struct option_usage usage = {
	.synopsis = "mmstorm stress [OPTION]... WORKLOAD",
	.about = "Lets real threads carry out operations at full speed, judges them by the oracles "
		 "of programs as far as these hold without an order, and turns what fails into a "
		 "program. Build it in the flavours asan and tsan too.\n"
		 "\n"
		 "WORKLOAD is the file of a program, whose tasks become threads, or one of:\n"
		 "  percpu   per-CPU objects on bitmaps and area maps\n"
		 "  vmap     areas and short mappings in spaces that fill, on all kinds of spaces\n"
		 "  aliases  short mappings against vm_unmap_aliases() in a loop\n"
		 "  zone     prefetch races of zones\n"
		 "  vmalloc  the vmalloc interface, readers, listings, frees in interrupts\n"
		 "  boot     many small machines booted through boot memory and taken down\n"
		 "  mixed    all allocators in one world\n"
		 "  fail     as mixed, with requests that fail\n",
	.tail = "Examples:\n"
		"  mmstorm stress mixed\n"
		"  mmstorm stress --threads 4 --seconds 60 --kva zone vmap\n"
		"  mmstorm stress --mix vm_map_ram=5:pages=2,vm_unmap_ram=5,vm_unmap_aliases=1 "
		"vmap\n"
		"  mmstorm stress --operations 100K corpus/vmap/aliases.prog\n"
		"\n"
		"A run ends cleanly at SIGINT and SIGTERM. Exit status: 0 no finding, 1 a finding, "
		"2 bad usage or bad input.",
};

int command_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("mmstorm stress: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	return EXIT_BAD;
}

static u32 host_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 2 : max((u32)CPU_COUNT(&set), 2U);
}

/* The mix of the role is that of --mix. */
static bool is_given(const struct stress *st, u32 role)
{
	return st->o->mix && !st->wl->role[role].count;
}

/*
 * The target has each operation that a thread may draw, in an interrupt if the thread is one, and
 * the implementation has what the user asks for.
 */
static int check_mix(const struct stress *st, u32 role, const struct program *p)
{
	const bool irq = st->wl->role[role].irq;
	const struct mix *m = &st->mix[role];
	char why[REFUSAL_MAX];

	for (u32 i = 0; i < m->nr; i++)
		if (!op_in_set(op_set(p->target, irq), m->op[i].op))
			return command_error("--mix: found '%s', which the target %s does not "
					     "have, expected one of mmstorm list operations",
					     op_table[m->op[i].op].name,
					     target_table[p->target].name);
	for (u32 i = 0; is_given(st, role) && i < m->nr; i++)
		if (offer_refuses_op(st->on, p, m->op[i].op, irq, why))
			return command_error("--mix: %s", why);
	return -1;
}

/* Roles with operations, of which the implementation has none in this world, get no threads. */
static int trim_roles(struct stress *st, const struct program *p)
{
	char why[REFUSAL_MAX] = "";

	for (u32 r = 0; r < st->nr_roles; r++) {
		const struct role *role = &st->wl->role[r];

		if (role->kind != ROLE_OPERATIONS || is_given(st, r) ||
		    offer_trim(st->on, p, &st->mix[r], role->irq, why))
			continue;
		if (!role->count)
			return command_error("--on: %s: %s", st->wl->name, why);
		st->nr_of_role[r] = 0;
	}
	return -1;
}

/* The kind of its space: of a target that is named after one, or its machine's. */
static const char *kva_of(const struct program *p)
{
	if (p->target == TARGET_VMAP_ZONE)
		return "zone";
	if (p->target == TARGET_VMAP_POOL)
		return "pool";
	return unit_choices[UNIT_VMAP][p->machine.vmap];
}

/* Only worlds of the wanted kind. */
static int choose_worlds(struct stress *st, const struct stress_options *o)
{
	char why[REFUSAL_MAX], lacks[REFUSAL_MAX] = "";
	struct program p;
	struct text_error err;
	int status = -1;

	program_init(&p, TARGET_VMAP);
	for (u32 i = 0; status < 0 && i < WORKLOAD_WORLDS && st->wl->world[i]; i++) {
		const char *header = st->wl->world[i];

		if (text_parse(&p, header, strlen(header), &err)) {
			fprintf(stderr, "mmstorm stress: %s: %s\n", header, err.text);
			abort();
		}
		if (offer_refuses(st->on, &p, lacks))
			continue;
		for (u32 r = 0; status < 0 && r < st->nr_roles; r++)
			status = check_mix(st, r, &p);
		if (status < 0)
			status = trim_roles(st, &p);
		if (status < 0 && machine_world_refuses(&p, o->mmu, why))
			status = command_error("--mmu: %s", why);
		if (!o->kva || !strcmp(o->kva, kva_of(&p)))
			st->header[st->nr_worlds++] = header;
	}
	program_fini(&p);
	if (status < 0 && !st->nr_worlds && lacks[0])
		return command_error("--on: %s", lacks);
	if (status < 0 && !st->nr_worlds)
		return command_error("--kva: found '%s', expected the kind of a space that the "
				     "workload %s has",
				     o->kva, st->wl->name);
	return status;
}

static int choose_workload(struct stress *st, const struct stress_options *o)
{
	char err[MIX_TEXT];
	int status;

	for (const struct role *r = st->wl->role; r->name; r++, st->nr_roles++) {
		const char *mix = !r->count && o->mix ? o->mix : r->mix;

		st->nr_of_role[st->nr_roles] = r->count ? r->count : (u32)o->threads;
		if (mix && mix_parse(&st->mix[st->nr_roles], mix, err))
			return command_error("--mix: %s", err);
	}
	status = choose_worlds(st, o);
	for (u32 r = 0; r < st->nr_roles; r++)
		st->nr_threads += st->nr_of_role[r];
	return status;
}

int command_parse(struct stress_options *o, struct stress *st, int argc, char **argv)
{
	const struct option_group group = {specs, o};
	int status;

	*o = (struct stress_options){
		.threads = host_cpus(),
		.seed = 1,
		.quiet_every = QUIET_EVERY,
		.verify_every = 1,
		.worlds_every = WORLDS_EVERY,
		.watchdog = WATCHDOG_SECONDS,
		.search = 60,
		.findings = getenv("MMSTORM_FINDINGS"),
	};
	status = options_parse(argc, argv, &usage, &group, 1);
	if (status >= 0)
		return status;
	if (argc - optind != 1)
		return command_error("found %d workloads, expected one", argc - optind);
	o->workload = argv[optind];
	if (!o->findings || !*o->findings)
		o->findings = "findings";
	if (!o->seconds && !o->operations)
		o->seconds = 10;
	st->on = o->on ? implementation_by_name(o->on) : implementations[0];
	if (!st->on)
		return command_error("--on: found '%s', expected an implementation of mmstorm list "
				     "implementations that this build has",
				     o->on);
	/* Two allocators need not decide alike while others are at work. */
	if (st->on->beside)
		return command_error("--on: found '%s', expected an implementation that is no pair",
				     o->on);
	if (o->pass_over && !o->on)
		return command_error("found --pass-over, expected --on with it");
	report_pass_over(o->pass_over);
	st->o = o;
	st->wl = workload_by_name(o->workload);
	if (st->wl && st->wl->role[0].name)
		return choose_workload(st, o);
	/* Each thread has a machine. */
	if (!st->wl)
		return -1;
	if (st->on->single && o->threads > 1)
		return command_error("%s: found %llu threads, expected --threads 1: %s has one "
				     "machine at a time",
				     st->wl->name, o->threads, st->on->name);
	if (o->mmu == MMU_HOST && o->threads > MMU_HOST_MACHINES)
		return command_error("found %llu threads, expected at most %u with --mmu host",
				     o->threads, MMU_HOST_MACHINES);
	return -1;
}
