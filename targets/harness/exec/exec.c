/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec.c - run a program: boot a world, run its tasks, judge, take the world down.
 *
 * All of it happens inside of one sched_run(), the boot and the end in its init task, so that a
 * finding at any moment ends the run in the same way. The subsystems (subsystems.h) decide what is
 * booted, checked and taken down.
 *
 * Only objects order the operations of different tasks (program.h): a user waits for the maker, a
 * consumer for the users. Within a task the order of the program suffices, without any waiting.
 * That keeps sequential programs fast, and adds no order that could hide a race.
 *
 * On the threads engine tasks and deferred work run at once (run_at_once()). Then subsystems check
 * when all tasks and all deferred work have ended; if there is one task, also between two of its
 * operations.
 */
#include <stdlib.h>
#include <string.h>

#include "sched/announce.h"
#include "sched/sched.h"
#include "again.h"
#include "bodies.h"
#include "perform.h"
#include "program/text.h"
#include "world/topology_of.h"
#include "subsystems.h"

/* Memory that is reused from run to run. */
struct executor {
	struct sched *sched;
	struct world world;
	struct run run;
	struct {
		struct world *world;
		u32 index;
	} task[PROGRAM_MAX_TASKS];
};

struct executor *executor_create(void)
{
	struct executor *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->sched = sched_create();
	x->world.machine = machine_create();
	x->world.run = &x->run;
	if (!subsystems_create(&x->world) || !x->sched || !x->world.machine) {
		executor_destroy(x);
		return NULL;
	}
	for (u32 i = 0; i < PROGRAM_MAX_TASKS; i++) {
		x->task[i].world = &x->world;
		x->task[i].index = i;
	}
	return x;
}

void executor_destroy(struct executor *x)
{
	if (!x)
		return;
	sched_destroy(x->sched);
	subsystems_destroy(&x->world);
	machine_destroy(x->world.machine);
	objects_free(&x->run.objects);
	free(x);
}

static __noreturn void out_of_memory(u32 nr_ops)
{
	fprintf(stderr, "mmstorm: out of memory for %u operations\n", nr_ops);
	abort();
}

static void begin_at_once(struct world *w)
{
	if (objects_begin_at_once(w))
		out_of_memory(w->program->nr_ops);
}

static void wait_for_object(const struct world *w, const struct program_op *r, struct object *o)
{
	if (r->task != w->program->op[r->object].task)
		wait_for_completion(&o->made);
	if (op_table[r->op].consumes && o->shared && o->used)
		wait_for_completion(&o->idle);
}

/* A user is done. The lock orders each user before the last one, and so before the consumer. */
static void release_object(const struct program_op *r, struct object *o)
{
	unsigned long flags;
	bool last;

	if (op_table[r->op].consumes)
		return;
	flags = object_lock(o);
	last = !--o->users;
	object_unlock(o, flags);
	if (last && o->shared)
		complete_all(&o->idle);
}

static void trace_op(const struct world *w, u32 record, const char *outcome)
{
	char name[8];
	FILE *f = w->trace;
	/* A run is the same whether its history is printed or not. */
	void *seen = announce_unseen_begin();

	fprintf(f, "  %-5s cpu %u  ",
		text_task_name(w->program, SCHED_TASK_FIRST + w->program->op[record].task, name),
		raw_smp_processor_id());
	text_print_op(w->program, record, f);
	fprintf(f, "  %s\n", outcome);
	announce_unseen_end(seen);
}

static const char *outcome(const struct world *w, u32 record)
{
	static const char *const made[] = {
		[OBJECT_UNBORN] = "(not carried out)",
		[OBJECT_LIVE] = "= made",
		[OBJECT_FAILED] = "= refused",
		[OBJECT_DEAD] = "= made",
	};

	return op_table[w->program->op[record].op].makes ? made[object_of(w, record)->state]
							 : "done";
}

static void verify(struct world *w, s32 record)
{
	const bool at_once = run_at_once(w->run);

	if (at_once) {
		settle();
		objects_end_at_once(w);
	}
	task_set_op(record);
	subsystems_verify(w, op_alone(), record);
	task_set_op(-1);
	w->run->since_verify = 0;
	if (at_once)
		begin_at_once(w);
}

/* Subsystems check after each operation that leaves the world quiescent. */
static void after_op(struct world *w, u32 record)
{
	task_set_op((s32)record);
	if (op_alone())
		subsystems_after_op(w, record);
	task_set_op(-1);
}

static void carry_out(struct world *w, u32 record, bool irq)
{
	const struct program_op *r = &w->program->op[record];
	const struct op *op = &op_table[r->op];
	struct object *used = r->object < 0 ? NULL : object_of(w, (u32)r->object);
	struct object *makes = op->makes ? object_of(w, record) : NULL;
	struct op_call c = {.record = record, .op = r, .object = used ? used : makes};

	if (used)
		wait_for_object(w, r, used);
	if (irq)
		irq_enter();
	task_set_op(record);
	if (unlikely(w->trace))
		trace_op(w, record, "..");
	if (used && used->state != OBJECT_LIVE)
		w->run->count[r->task].skipped++;
	else
		op_perform(w, &c, irq);
	if (unlikely(w->trace))
		trace_op(w, record, outcome(w, record));
	task_set_op(-1);
	if (irq)
		irq_exit();
	if (used)
		release_object(r, used);
	if (makes && makes->shared)
		complete_all(&makes->made);
	sched_turn();
	if (w->run->with.after_op && !run_at_once(w->run))
		after_op(w, record);
	if (run_at_once(w->run) && w->program->nr_tasks > 1)
		return;
	if (w->program->machine.verify && ++w->run->since_verify >= w->program->machine.verify)
		verify(w, record);
}

static void task_body(void *arg)
{
	__typeof__(&((struct executor *)0)->task[0]) t = arg;
	struct world *w = t->world;
	const struct program *p = w->program;

	for (u32 i = 0; i < p->nr_ops; i++)
		if (p->op[i].task == t->index)
			carry_out(w, i, p->task[t->index].irq);
}

static void run_tasks(struct executor *x)
{
	struct world *w = &x->world;
	const struct program *p = w->program;
	struct task *t[PROGRAM_MAX_TASKS];
	char name[8];

	if (TASKS_AT_ONCE)
		begin_at_once(w);
	for (u32 i = 0; i < p->nr_tasks; i++) {
		struct task_params tp = {
			.name = text_task_name(p, SCHED_TASK_FIRST + i, name),
			.cpu = possible_cpu(w->possible, p->task[i].cpu),
			.irq = p->task[i].irq,
			.fn = task_body,
			.arg = &x->task[i],
		};

		t[i] = task_spawn(&tp);
	}
	for (u32 i = 0; i < p->nr_tasks; i++)
		task_join(t[i]);
	settle();
	if (TASKS_AT_ONCE)
		objects_end_at_once(w);
}

static void init_body(void *arg)
{
	struct executor *x = arg;
	struct world *w = &x->world;
	struct run *run = &x->run;
	const struct program *p = w->program;

	objects_prepare(&run->objects, p);
	w->notice[0] = '\0';
	run->since_verify = 0;
	for (u32 i = 0; i < p->nr_tasks; i++)
		run->count[i] = (struct run_count){0};
	run->boot_error = subsystems_boot(w);
	if (!run->boot_error) {
		run_events_open(w);
		run_tasks(x);
		subsystems_end(w);
		verify(w, -1);
		if (again_run(w))
			verify(w, -1);
		if (unlikely(run->options->stats))
			subsystems_stats(w, run->options->stats);
	}
	run_events_close(w);
	object_free_all(w);
	subsystems_take_down(w);
}

static void trace_switch(void *arg, u64 step, const struct task *from, const struct task *to,
			 enum switch_reason why)
{
	static const char *const reason[] = {
		[SWITCH_SCHEDULE] = "by schedule",
		[SWITCH_BLOCKED] = "blocked",
		[SWITCH_YIELD] = "yielded",
		[SWITCH_DONE] = "done",
	};
	struct world *w = arg;
	void *seen = announce_unseen_begin();

	fprintf(w->trace, "@%llu %s -> %s (%s)\n", step, task_name(from), task_name(to),
		reason[why]);
	announce_unseen_end(seen);
}

int exec_program(struct executor *x, const struct program *p, const struct exec_options *o,
		 struct exec_result *r)
{
	static const struct exec_options defaults;
	struct world *w = &x->world;
	struct run *run = &x->run;
	struct sched_params sp = {.nr_cpus = p->machine.cpus, .nr_tasks = p->nr_tasks};
	struct machine_stats st;
	int found;

	if (!o)
		o = &defaults;
	sp.schedule = o->schedule ? o->schedule : &p->schedule;
	w->mmu = o->mmu;
	if (world_set_program(w, p, o->on ? o->on : implementation_of(p)))
		subsystems_choose(w);
	sp.possible = w->possible;
	sp.strategy = o->strategy;
	sp.taken = o->taken;
	sp.max_points = world_points(w);
	sp.on_report = o->on_report;
	sp.report_arg = o->report_arg;
	if (o->trace) {
		sp.on_switch = trace_switch;
		sp.hook_arg = w;
	}
	w->trace = o->trace;
	run->options = o;
	run->events = (struct run_events){.open = false};
	*r = (struct exec_result){0};
	if (!objects_reserve(&run->objects, max(p->nr_ops, 1U)))
		out_of_memory(p->nr_ops);
	found = sched_run(x->sched, &sp, init_body, x, &r->sched);
	for (u32 i = 0; i < p->nr_tasks; i++) {
		r->ops += run->count[i].done;
		r->skipped += run->count[i].skipped;
		r->failed += run->count[i].failed;
	}
	r->boot_error = run->boot_error;
	run_events_close(w);
	memcpy(r->events, run->events.count, sizeof(r->events));
	memcpy(r->notice, w->notice, sizeof(r->notice));
	machine_stats(w->machine, &st);
	r->requests = st.kmallocs + st.pages + st.tables;
	r->injected = st.failed;
	r->unmapped = st.refused;
	return found;
}
