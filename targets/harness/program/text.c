/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.c - the parser of the text form; see text.h.
 *
 * One pass, line by line. Each line is checked and entered into the program before the next one is
 * read, so an error is at the word that is wrong, and the program is well formed at the end without
 * repair. A machine that repair would change is refused: its author learns which field is wrong.
 */
#include <string.h>

#include "fields.h"
#include "op_set.h"
#include "repair.h"
#include "text_parser.h"

static int parse_version(struct parser *ps, const struct word *keyword)
{
	struct word w = lex_word(&ps->lx);
	u64 version;
	int err = lex_number(&ps->lx, &w, &version, NULL);

	if (err)
		return err;
	if (version > TEXT_VERSION)
		return lex_fail(&ps->lx, &w,
				"format version %.*s is newer than %d, the newest known",
				(int)w.len, w.s, TEXT_VERSION);
	if (version != TEXT_VERSION)
		return lex_fail(&ps->lx, &w, "format version 0 does not exist, expected %d",
				TEXT_VERSION);
	return 0;
}

static int parse_target(struct parser *ps, const struct word *keyword)
{
	struct word w = lex_word(&ps->lx);
	const char *names[NR_TARGETS];
	unsigned int t;

	for (t = 0; t < NR_TARGETS; t++) {
		names[t] = target_table[t].name;
		if (word_is(&w, names[t])) {
			ps->p->target = (u8)t;
			return 0;
		}
	}
	return lex_fail_choice(&ps->lx, &w, "target", names, NR_TARGETS);
}

/* Which implementations there are, only the program that runs it knows. */
static int parse_on(struct parser *ps, const struct word *keyword)
{
	struct word w = lex_word(&ps->lx);

	if (!program_on_valid(w.s, w.len))
		return lex_fail(&ps->lx, &w,
				"found %s, expected the name of an implementation: lower case "
				"letters, digits, '.', '_' and '-'",
				word_quote(&w).s);
	memcpy(ps->p->on, w.s, w.len);
	ps->p->on[w.len] = '\0';
	return 0;
}

int parse_attribute(struct parser *ps, const struct word *w, const struct operand *const *o,
		    unsigned int nr, u64 *bits, u32 *x)
{
	struct word name = *w, value = *w;
	const char *names[64];
	unsigned int i;
	bool split = word_split(w, '=', &name, &value);

	for (i = 0; i < nr; i++) {
		names[i] = o[i]->name;
		if (word_is(&name, names[i]))
			break;
	}
	if (i == nr) {
		if (!nr)
			return lex_fail(&ps->lx, w, "found %s, expected the end of the line",
					word_quote(w).s);
		return lex_fail_choice(&ps->lx, &name, "attribute", names, nr);
	}
	if (*bits & BIT_ULL(i))
		return lex_fail(&ps->lx, w, "'%s' is given twice", names[i]);
	*bits |= BIT_ULL(i);
	if (!split) {
		if (o[i]->kind != OPERAND_FLAG)
			return lex_fail(&ps->lx, w, "found %s, expected %s=%s", word_quote(w).s,
					names[i], unit_choices[o[i]->unit] ? "NAME" : "NUMBER");
		*x = 1;
		return (int)i;
	}
	return lex_operand(&ps->lx, &value, o[i], x) ? -EINVAL : (int)i;
}

/* Parse the fields in the rest of a line; @at, if not NULL, receives the word of each. */
static int parse_fields(struct parser *ps, void *base, const struct field *fields, unsigned int nr,
			struct word *at)
{
	const struct operand *o[64];
	struct word w;
	u64 bits = 0;
	unsigned int i;
	u32 x;

	for (i = 0; i < nr; i++)
		o[i] = &fields[i].number;
	for (w = lex_word(&ps->lx); w.len; w = lex_word(&ps->lx)) {
		int k = parse_attribute(ps, &w, o, nr, &bits, &x);

		if (k < 0)
			return k;
		*field_ref(base, &fields[k]) = x;
		if (at)
			at[k] = w;
	}
	return 0;
}

static int parse_machine(struct parser *ps, const struct word *keyword)
{
	struct word at[NR_MACHINE_FIELDS];
	struct program_machine fit;
	unsigned int i;
	int err;

	if (ps->tasks)
		return lex_fail(&ps->lx, keyword, "'machine' must stand before the first task");
	/* CPU numbers in the schedule are checked against the machine. */
	if (ps->seen[LINE_SCHEDULE])
		return lex_fail(&ps->lx, keyword, "'machine' must stand before 'schedule'");
	for (i = 0; i < NR_MACHINE_FIELDS; i++)
		at[i] = *keyword;
	err = parse_fields(ps, &ps->p->machine, machine_fields, NR_MACHINE_FIELDS, at);
	if (err)
		return err;
	fit = ps->p->machine;
	repair_machine(&fit);
	for (i = 0; i < NR_MACHINE_FIELDS; i++) {
		u32 is = field_get(&ps->p->machine, &machine_fields[i]);
		u32 want = field_get(&fit, &machine_fields[i]);

		if (is != want)
			return lex_fail(&ps->lx, &at[i],
					"%s=%u does not fit the rest of the machine, "
					"expected %u or %s",
					machine_fields[i].number.name, is, want,
					is < want ? "more" : "less");
	}
	return 0;
}

static int parse_fail(struct parser *ps, const struct word *keyword)
{
	return parse_fields(ps, &ps->p->fail, fail_fields, NR_FAIL_FIELDS, NULL);
}

static int parse_expect(struct parser *ps, const struct word *keyword)
{
	struct word w = lex_word(&ps->lx);
	const char *ids[NR_ORACLES];
	unsigned int i;

	for (i = 0; i < NR_ORACLES; i++) {
		ids[i] = oracle_id((enum oracle)i);
		if (word_is(&w, ids[i])) {
			ps->p->expect = (enum oracle)i;
			return 0;
		}
	}
	return lex_fail_choice(&ps->lx, &w, "oracle", ids, NR_ORACLES);
}

static int parse_digest(struct parser *ps, const struct word *keyword)
{
	struct word w = lex_word(&ps->lx);

	return lex_number(&ps->lx, &w, &ps->p->digest, NULL);
}

/* "shows EVENT.." */
static int parse_shows(struct parser *ps, const struct word *keyword)
{
	const char *names[NR_RUN_EVENTS];
	struct word w = lex_word(&ps->lx);
	unsigned int e, found;

	for (e = 0; e < NR_RUN_EVENTS; e++)
		names[e] = run_event_name((enum run_event)e);
	do {
		for (found = 0; found < NR_RUN_EVENTS && !word_is(&w, names[found]); found++)
			;
		if (found == NR_RUN_EVENTS)
			return lex_fail_choice(&ps->lx, &w, "event", names, NR_RUN_EVENTS);
		if (ps->p->shows & 1U << found)
			return lex_fail(&ps->lx, &w, "'%s' is given twice", names[found]);
		ps->p->shows |= 1U << found;
		w = lex_word(&ps->lx);
	} while (w.len);
	return 0;
}

/* "certified K=2 traces=41 digest=0x3d5f.." */
static int parse_certified(struct parser *ps, const struct word *keyword)
{
	static const char *const keys[] = {"K=", "traces=", "digest="};
	struct program_certified *c = &ps->p->certified;
	u64 value[ARRAY_SIZE(keys)];

	for (u32 i = 0; i < ARRAY_SIZE(keys); i++) {
		struct word w = lex_word(&ps->lx);
		u32 n = (u32)strlen(keys[i]);

		if (w.len <= n || strncmp(w.s, keys[i], n))
			return lex_fail(&ps->lx, &w, "found %s, expected %s and a number",
					word_quote(&w).s, keys[i]);
		w.s += n;
		w.len -= n;
		w.column += n;
		if (lex_number(&ps->lx, &w, &value[i], NULL))
			return -EINVAL;
	}
	c->preemptions = (u32)min(value[0], (u64)UINT32_MAX);
	c->traces = value[1];
	c->digest = value[2];
	return 0;
}

static int parse_schedule_line(struct parser *ps, const struct word *keyword)
{
	return parse_schedule(ps);
}

/* "task NAME cpu=N" or "irq NAME cpu=N": begin a section, or continue it. */
static int parse_section(struct parser *ps, bool irq)
{
	static const struct operand on_cpu = {"cpu", OPERAND_INT, UNIT_NONE, 0, 255, 0, ""};
	const struct operand *const attributes[] = {&on_cpu};
	struct program *p = ps->p;
	struct word name = lex_word(&ps->lx), w;
	bool known = false;
	u64 bits = 0;
	u32 t, cpu = 0;

	if (!word_is_name(&name))
		return lex_fail(&ps->lx, &name, "found %s, expected the name of %s",
				word_quote(&name).s, irq ? "an interrupt source" : "a task");
	if (task_name_reserved(&name))
		return lex_fail(&ps->lx, &name, "%s is reserved for schedules",
				word_quote(&name).s);
	for (t = 0; t < ps->tasks && !known; t += !known)
		known = word_same(&ps->name[t], &name);
	if (!known && t == PROGRAM_MAX_TASKS)
		return lex_fail(&ps->lx, &name, "more than %d tasks", PROGRAM_MAX_TASKS);
	if (target_table[p->target].one_task && (irq || (!known && t)))
		return lex_fail(&ps->lx, &name,
				"programs of target %s have one task and no interrupt source",
				target_table[p->target].name);
	if (known && p->task[t].irq != irq)
		return lex_fail(&ps->lx, &name, "%s is %s already", word_quote(&name).s,
				irq ? "a task" : "an interrupt source");
	for (w = lex_word(&ps->lx); w.len; w = lex_word(&ps->lx)) {
		if (parse_attribute(ps, &w, attributes, ARRAY_SIZE(attributes), &bits, &cpu) < 0)
			return -EINVAL;
		if (cpu >= p->machine.cpus)
			return lex_fail(&ps->lx, &w, "cpu=%u is out of range, expected 0 to %u",
					cpu, p->machine.cpus - 1);
		if (known && cpu != p->task[t].cpu)
			return lex_fail(&ps->lx, &w, "%s has cpu=%u already", word_quote(&name).s,
					p->task[t].cpu);
	}
	if (!known) {
		ps->name[t] = name;
		p->task[t] = (struct program_task){.cpu = (u8)cpu, .irq = irq};
		p->nr_tasks = ++ps->tasks;
	}
	ps->task = (s32)t;
	return 0;
}

static int fail_operation(struct parser *ps, const struct word *w, const struct op_set *set)
{
	const char *names[64];
	unsigned int i, n = 0;

	for (i = 0; i < NR_OPS; i++)
		if (word_is(w, op_table[i].name))
			return lex_fail(&ps->lx, w, "%s is not an operation of target %s%s",
					word_quote(w).s, target_table[ps->p->target].name,
					op_table[i].targets & 1U << ps->p->target
						? " in an interrupt"
						: "");
	for (i = 0; i < set->nr && n < ARRAY_SIZE(names); i++)
		names[n++] = op_table[set->op[i]].name;
	return lex_fail_choice(&ps->lx, w, "operation", names, n);
}

/* Errors describe a type of objects by the first operation that makes them. */
static const char *maker_name(unsigned int type)
{
	unsigned int i;

	for (i = 0; i < NR_OPS; i++)
		if (op_table[i].makes == type)
			return op_table[i].name;
	return "";
}

/* Parse the object that an operation uses. */
static int parse_object(struct parser *ps, const struct op *d, struct program_op *o)
{
	struct word w = lex_word(&ps->lx);
	struct text_object *x;
	const struct op *maker;

	if (!word_is_name(&w))
		return lex_fail(&ps->lx, &w, "found %s, expected an object made by %s",
				word_quote(&w).s, maker_name(d->uses));
	x = text_object_find(&ps->objects, &w);
	if (!x)
		return lex_fail(&ps->lx, &w, "no object %s was made before this line",
				word_quote(&w).s);
	maker = &op_table[ps->p->op[x->record].op];
	if (maker->makes != d->uses)
		return lex_fail(&ps->lx, &w, "%s was made by %s, expected an object made by %s",
				word_quote(&w).s, maker->name, maker_name(d->uses));
	if (x->consumed)
		return lex_fail(&ps->lx, &w, "object %s was consumed in line %u", word_quote(&w).s,
				x->consumed);
	if (d->consumes)
		x->consumed = ps->lx.line;
	o->object = (s32)x->record;
	return 0;
}

static int parse_arguments(struct parser *ps, const struct op *d, struct program_op *o)
{
	const struct operand *args[OP_MAX_ARGS];
	unsigned int i, n = op_nr_args(d);
	struct word w;
	u64 bits = 0;
	u32 x;

	for (i = 0; i < n; i++) {
		args[i] = &d->arg[i];
		o->arg[i] = args[i]->def;
	}
	for (w = lex_word(&ps->lx); w.len; w = lex_word(&ps->lx)) {
		int k = parse_attribute(ps, &w, args, n, &bits, &x);

		if (k < 0)
			return k;
		o->arg[k] = x;
	}
	return 0;
}

/* Give the object that @record makes a name. */
static int name_object(struct parser *ps, const struct word *name, u32 record)
{
	struct text_object *x = text_object_get(&ps->objects, name);

	if (!x)
		return -ENOMEM;
	if (x->made && !x->consumed)
		return lex_fail(&ps->lx, name, "object %s is alive, made in line %u",
				word_quote(name).s, x->made);
	x->record = record;
	x->made = ps->lx.line;
	x->consumed = 0;
	return 0;
}

/* "[NAME =] OPERATION [OBJECT] [ATTRIBUTE..]" */
static int parse_operation(struct parser *ps, struct word w)
{
	struct program_op o = {.object = PROGRAM_NO_OBJECT};
	struct lexer *lx = &ps->lx;
	struct word made = {.len = 0}, rest, equals;
	const struct op_set *set;
	const struct op *d;
	const char *here;
	unsigned int i;
	int err;

	if (ps->task < 0)
		return lex_fail(lx, &w, "found %s, expected 'task NAME' before the first operation",
				word_quote(&w).s);
	if (word_split(&w, '=', &made, &rest)) {
		w = rest.len ? rest : lex_word(lx);
	} else {
		here = lx->at;
		equals = lex_word(lx);
		if (equals.len && equals.s[0] == '=') {
			made = w;
			rest = (struct word){equals.s + 1, equals.len - 1, equals.column + 1};
			w = rest.len ? rest : lex_word(lx);
		} else {
			lx->at = here;
		}
	}
	set = op_set(ps->p->target, ps->p->task[ps->task].irq);
	for (i = 0; i < set->nr; i++)
		if (word_is(&w, op_table[set->op[i]].name))
			break;
	if (i == set->nr)
		return fail_operation(ps, &w, set);
	o.op = set->op[i];
	o.task = (u8)ps->task;
	d = &op_table[o.op];
	if (made.s && !word_is_name(&made))
		return lex_fail(lx, &made, "found %s, expected the name of an object",
				word_quote(&made).s);
	if (made.s && !d->makes)
		return lex_fail(lx, &made, "%s makes no object", d->name);
	if (d->uses && (err = parse_object(ps, d, &o)))
		return err;
	err = parse_arguments(ps, d, &o);
	if (!err && made.s)
		err = name_object(ps, &made, ps->p->nr_ops);
	if (!err)
		err = program_add(ps->p, &o);
	if (err == -E2BIG)
		return lex_fail(lx, &w, "more than %d operations", PROGRAM_MAX_OPS);
	return err;
}

/* Lines that begin with a keyword. */
static const struct {
	const char *keyword;
	int (*parse)(struct parser *ps, const struct word *keyword);
} lines[NR_TEXT_LINES] = {
	[LINE_VERSION] = {"mmstorm", parse_version},
	[LINE_TARGET] = {"target", parse_target},
	[LINE_ON] = {"on", parse_on},
	[LINE_MACHINE] = {"machine", parse_machine},
	[LINE_FAIL] = {"fail", parse_fail},
	[LINE_SCHEDULE] = {"schedule", parse_schedule_line},
	[LINE_EXPECT] = {"expect", parse_expect},
	[LINE_DIGEST] = {"digest", parse_digest},
	[LINE_SHOWS] = {"shows", parse_shows},
	[LINE_CERTIFIED] = {"certified", parse_certified},
};

static int parse_line(struct parser *ps, bool first)
{
	struct lexer *lx = &ps->lx;
	struct word w = lex_word(lx);
	bool irq = word_is(&w, "irq");
	unsigned int k;
	int err;

	for (k = 0; k < NR_TEXT_LINES && !word_is(&w, lines[k].keyword); k++)
		;
	if (k == LINE_VERSION && !first)
		return lex_fail(lx, &w, "'mmstorm' must stand in the first line");
	if (k > LINE_TARGET && !ps->seen[LINE_TARGET])
		return lex_fail(lx, &w, "found %s, expected 'target NAME' first", word_quote(&w).s);
	if (irq || word_is(&w, "task")) {
		err = parse_section(ps, irq);
	} else if (k == NR_TEXT_LINES) {
		err = parse_operation(ps, w);
	} else {
		if (ps->seen[k] && k != LINE_SCHEDULE && k != LINE_SHOWS)
			return lex_fail(lx, &w, "'%s' is given twice, first in line %u",
					lines[k].keyword, ps->seen[k]);
		err = lines[k].parse(ps, &w);
		if (!ps->seen[k])
			ps->seen[k] = lx->line;
	}
	return err ? err : lex_end(lx);
}

int text_parse(struct program *p, const char *text, size_t size, struct text_error *err)
{
	struct parser ps = {.p = p, .task = -1};
	struct word end = {.column = 1};
	bool first = true;
	int ret;

	memset(err, 0, offsetof(struct text_error, text) + 1);
	program_reset(p, (enum target_id)0);
	text_objects_init(&ps.objects);
	lex_init(&ps.lx, text, size, err);
	while ((ret = lex_line(&ps.lx)) > 0) {
		ret = parse_line(&ps, first);
		if (ret)
			break;
		first = false;
	}
	if (!ret && !ps.seen[LINE_TARGET])
		ret = lex_fail(&ps.lx, &end, "found the end of the text, expected 'target NAME'");
	text_objects_fini(&ps.objects);
	return ret;
}
