/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_list.c - mmstorm list: the parts of programs.
 *
 * The lists, and the reference made with --markdown, come from the tables that the harness runs on,
 * so they cannot be outdated.
 */
#include <stdarg.h>
#include <string.h>

#include "cli.h"
#include "program/fields.h"
#include "program/op_set.h"
#include "world/backends.h"
#include "world/capabilities.h"

static const struct option_usage usage = {
	.synopsis = "mmstorm list [OPTION]... [TOPIC]...",
	.about = "Lists the parts of programs. Topics, all by default:\n"
		 "  targets     what a program can run on\n"
		 "  operations  with operands; a range is followed by the default in parentheses\n"
		 "  oracles     the checks of each run\n"
		 "  schedules   which task runs next\n"
		 "  machine     fields of the machine\n"
		 "  fail        fields of the failure plan\n"
		 "  events      rare but legal events, for `shows` lines\n"
		 "  implementations  whose allocators can run them: back ends, the functions that\n"
		 "              each offers, and what it promises to oracles",
};

enum format {
	FORMAT_TEXT,
	FORMAT_MARKDOWN,
	FORMAT_JSON,
};

/* As text_print() writes it: bytes with a suffix, pages that make a size as bytes. */
static void number(char buf[32], const struct operand *o, u32 value)
{
	u64 x = o->unit == UNIT_SIZE ? (u64)value * OPERAND_PAGE : value;
	unsigned int g = 0;

	if (unit_choices[o->unit]) {
		snprintf(buf, 32, "%s", unit_choices[o->unit][value]);
		return;
	}
	if (o->unit == UNIT_SIZE || o->unit == UNIT_BYTES)
		for (; g < 3 && x && !(x % 1024); g++)
			x /= 1024;
	snprintf(buf, 32, "%llu%.*s", x, g != 0, &"\0KMG"[g]);
}

/* As "backing=vm|km (vm)". */
static void choices(char buf[128], const struct operand *o, const char *def)
{
	const char *const *name = unit_choices[o->unit];
	int n = snprintf(buf, 128, "%s=", o->name);

	for (u32 i = 0; name[i]; i++)
		n += snprintf(buf + n, 128 - (size_t)n, "%s%s", i ? "|" : "", name[i]);
	snprintf(buf + n, 128 - (size_t)n, " (%s)", def);
}

static void range(char buf[128], const struct operand *o)
{
	char lo[32], hi[32], def[32];

	number(lo, o, o->lo);
	number(hi, o, o->hi);
	number(def, o, o->def);
	if (o->kind == OPERAND_FLAG)
		snprintf(buf, 128, "%s", o->name);
	else if (unit_choices[o->unit])
		choices(buf, o, def);
	else
		snprintf(buf, 128, "%s=%s..%s (%s)", o->name, lo, hi, def);
}

static struct json_object *operand_json(const struct operand *o)
{
	static const char *const kind[] = {
		[OPERAND_NONE] = "none", [OPERAND_INT] = "int",	  [OPERAND_LOG] = "log",
		[OPERAND_POW2] = "pow2", [OPERAND_FLAG] = "flag",
	};
	static const char *const unit[] = {
		[UNIT_NONE] = "",
		[UNIT_BYTES] = "bytes",
		[UNIT_PAGES] = "pages",
		[UNIT_SIZE] = "pages",
	};
	struct json_object *j = json_object_new_object();

	json_object_object_add(j, "name", json_object_new_string(o->name));
	json_object_object_add(j, "kind", json_object_new_string(kind[o->kind]));
	json_object_object_add(
		j, "unit",
		json_object_new_string(unit_choices[o->unit] ? "choice" : unit[o->unit]));
	json_object_object_add(j, "lo", json_object_new_int64(o->lo));
	json_object_object_add(j, "hi", json_object_new_int64(o->hi));
	json_object_object_add(j, "default", json_object_new_int64(o->def));
	if (unit_choices[o->unit]) {
		struct json_object *names = json_object_new_array();

		for (u32 i = 0; unit_choices[o->unit][i]; i++)
			json_object_array_add(names,
					      json_object_new_string(unit_choices[o->unit][i]));
		json_object_object_add(j, "choices", names);
	}
	json_object_object_add(j, "help", json_object_new_string(o->help));
	return j;
}

static struct json_object *new_entry(const char *topic, const char *name, const char *text)
{
	struct json_object *j = json_object_new_object();

	json_object_object_add(j, "topic", json_object_new_string(topic));
	json_object_object_add(j, "name", json_object_new_string(name));
	json_object_object_add(j, "help", json_object_new_string(text));
	return j;
}

static void heading(enum format format, const char *title, const char *columns)
{
	if (format == FORMAT_TEXT)
		printf("%s:\n", title);
	if (format != FORMAT_MARKDOWN)
		return;
	printf("\n| %s |\n|", columns);
	for (const char *c = columns; c; c = strchr(c + 1, '|'))
		printf("---|");
	putchar('\n');
}

/* Print a row of a table with two columns. */
static void line(enum format format, const char *topic, const char *name, const char *text)
{
	if (format == FORMAT_JSON)
		cli_json(new_entry(topic, name, text));
	else if (format == FORMAT_MARKDOWN)
		printf("| `%s` | %s |\n", name, text);
	else
		printf("  %-18s %s\n", name, text);
}

static void list_targets(enum format format)
{
	heading(format, "targets", "target | what it runs");
	for (int t = 0; t < NR_TARGETS; t++)
		line(format, "target", target_table[t].name, target_table[t].help);
}

static void list_oracles(enum format format)
{
	heading(format, "oracles", "oracle | it fires when");
	for (int o = ORACLE_NONE + 1; o < NR_ORACLES; o++)
		line(format, "oracle", oracle_id(o), oracle_text(o));
}

static void operation_json(const struct op *op)
{
	struct json_object *j = new_entry("operation", op->name, op->help);
	struct json_object *targets = json_object_new_array();
	struct json_object *args = json_object_new_array();

	for (int t = 0; t < NR_TARGETS; t++)
		if (op->targets & (1U << t))
			json_object_array_add(targets,
					      json_object_new_string(target_table[t].name));
	for (unsigned int i = 0; i < op_nr_args(op); i++)
		json_object_array_add(args, operand_json(&op->arg[i]));
	json_object_object_add(j, "targets", targets);
	json_object_object_add(j, "makes", json_object_new_string(object_types[op->makes].name));
	json_object_object_add(j, "uses", json_object_new_string(object_types[op->uses].name));
	json_object_object_add(j, "consumes", json_object_new_boolean(op->consumes));
	json_object_object_add(j, "irq", json_object_new_boolean(op->irq));
	json_object_object_add(j, "operands", args);
	cli_json(j);
}

/* "vm_map_ram", "vm_unmap_ram m", with the object that it makes in front. */
static void signature(char buf[96], const struct op *op)
{
	char made[16] = "", used[16] = "";

	if (op->makes)
		snprintf(made, sizeof(made), "%c = ", object_types[op->makes].letter);
	if (op->uses)
		snprintf(used, sizeof(used), " %c", object_types[op->uses].letter);
	snprintf(buf, 96, "%s%s%s", made, op->name, used);
}

static void print_targets(const struct op *op)
{
	const char *comma = "";

	for (int t = 0; t < NR_TARGETS; t++) {
		if (!(op->targets & (1U << t)))
			continue;
		printf("%s%s", comma, target_table[t].name);
		comma = ", ";
	}
}

static void operation_markdown(const struct op *op)
{
	char buf[128];

	signature(buf, op);
	printf("| `%s` | ", buf);
	for (unsigned int i = 0; i < op_nr_args(op); i++) {
		range(buf, &op->arg[i]);
		printf("%s`%s`", i ? ", " : "", buf);
	}
	printf(" | ");
	print_targets(op);
	printf(" | %s | %s |\n", op->irq ? "yes" : "", op->help);
}

static void operation_text(const struct op *op)
{
	char buf[128];

	signature(buf, op);
	printf("  %-22s %s\n    targets: ", buf, op->help);
	print_targets(op);
	puts(op->irq ? "; also in an interrupt" : "");
	for (unsigned int i = 0; i < op_nr_args(op); i++) {
		range(buf, &op->arg[i]);
		printf("    %-24s %s\n", buf, op->arg[i].help);
	}
}

static void list_operations(enum format format)
{
	static void (*const print[])(const struct op *op) = {
		[FORMAT_TEXT] = operation_text,
		[FORMAT_MARKDOWN] = operation_markdown,
		[FORMAT_JSON] = operation_json,
	};

	heading(format, "operations",
		"operation | operands, ranges (defaults) | targets | in an interrupt | what it "
		"does");
	for (unsigned int i = 0; i < NR_OPS; i++)
		print[format](&op_table[i]);
}

static void list_fields(enum format format, const char *topic, const struct field *field,
			unsigned int nr)
{
	char buf[128];

	heading(format, topic, "field, range (default) | what it is");
	for (unsigned int i = 0; i < nr; i++) {
		const struct operand *o = &field[i].number;

		if (format == FORMAT_JSON) {
			struct json_object *j = operand_json(o);

			json_object_object_add(j, "topic", json_object_new_string(topic));
			cli_json(j);
			continue;
		}
		range(buf, o);
		if (format == FORMAT_MARKDOWN)
			printf("| `%s` | %s |\n", buf, o->help);
		else
			printf("  %-26s %s\n", buf, o->help);
	}
}

static void list_machine(enum format format)
{
	list_fields(format, "machine", machine_fields, NR_MACHINE_FIELDS);
}

static void list_fail(enum format format)
{
	list_fields(format, "fail", fail_fields, NR_FAIL_FIELDS);
}

static void list_schedules(enum format format)
{
	heading(format, "schedules", "schedule | which task runs next");
	for (unsigned int i = 0; i < NR_SCHEDULE_KINDS; i++) {
		const struct schedule_info *info = &schedule_info[schedule_listing[i]];

		line(format, "schedule", info->name, info->help);
	}
}

static void list_events(enum format format)
{
	heading(format, "events", "event, for `shows` | what happens");
	for (unsigned int e = 0; e < NR_RUN_EVENTS; e++)
		line(format, "event", run_event_name((enum run_event)e),
		     run_event_help((enum run_event)e));
}

/* Words that are joined by commas. */
struct words {
	char text[512];
	int len;
};

__printf(2, 3) static void add_word(struct words *w, const char *fmt, ...)
{
	const size_t room = sizeof(w->text) - (size_t)w->len;
	va_list ap;

	va_start(ap, fmt);
	w->len += snprintf(w->text + w->len, room, "%s", w->len ? ", " : "");
	w->len += vsnprintf(w->text + w->len, sizeof(w->text) - (size_t)w->len, fmt, ap);
	va_end(ap);
}

/**
 * struct backend_entry - a back end of either layer, for the list
 * @offered: bit enum backend_service
 */
struct backend_entry {
	const char *implementation, *layer, *name, *help;
	u32 offered;
	struct capability c[CAPABILITIES_MAX];
	u32 nr;
};

static void backend_json(const struct backend_entry *b)
{
	struct json_object *j = new_entry("back end", b->name, b->help);
	struct json_object *offers = json_object_new_array(), *promises = json_object_new_object();

	for (int s = SERVICE_NONE + 1; s < NR_SERVICES; s++)
		if (b->offered & 1U << s)
			json_object_array_add(offers, json_object_new_string(backend_service_name(
							      (enum backend_service)s)));
	for (u32 i = 0; i < b->nr; i++) {
		const struct capability *c = &b->c[i];

		json_object_object_add(promises, c->name,
				       c->flag	 ? json_object_new_boolean(c->value)
				       : c->text ? json_object_new_string(c->text)
						 : json_object_new_int64(c->value));
	}
	json_object_object_add(j, "implementation", json_object_new_string(b->implementation));
	json_object_object_add(j, "layer", json_object_new_string(b->layer));
	json_object_object_add(j, "offers", offers);
	json_object_object_add(j, "promises", promises);
	cli_json(j);
}

static void list_backend(enum format format, const struct backend_entry *b)
{
	struct words offers = {.len = 0}, promises = {.len = 0};

	if (format == FORMAT_JSON) {
		backend_json(b);
		return;
	}
	for (int s = SERVICE_NONE + 1; s < NR_SERVICES; s++)
		if (b->offered & 1U << s)
			add_word(&offers, "%s", backend_service_name((enum backend_service)s));
	for (u32 i = 0; i < b->nr; i++) {
		const struct capability *c = &b->c[i];

		if (!c->value)
			continue;
		if (c->flag)
			add_word(&promises, "%s", c->name);
		else if (c->text)
			add_word(&promises, "%s=%s", c->name, c->text);
		else
			add_word(&promises, "%s=%u", c->name, c->value);
	}
	if (format == FORMAT_MARKDOWN)
		printf("| %s | %s | `%s` | %s | %s | %s |\n", b->implementation, b->layer, b->name,
		       b->help, offers.text, promises.text);
	else
		printf("  %s, %s %s\n    %s\n    offers: %s\n    promises: %s\n", b->implementation,
		       b->layer, b->name, b->help, offers.text, promises.text);
}

static void list_backends_of(enum format format, const struct implementation *im)
{
	for (u32 k = 0; im->vmap[k]; k++) {
		const struct vmap_backend *be = im->vmap[k];
		struct backend_entry b = {.implementation = im->name,
					  .layer = "vmap",
					  .name = be->name,
					  .help = be->help};

		for (int s = SERVICE_NONE + 1; s < NR_SERVICES; s++)
			b.offered |= (u32)vmap_offers(be, (enum backend_service)s) << s;
		b.nr = vmap_capabilities(&be->caps, b.c);
		list_backend(format, &b);
	}
	for (u32 k = 0; im->percpu[k]; k++) {
		const struct percpu_backend *be = im->percpu[k];
		struct backend_entry b = {.implementation = im->name,
					  .layer = "percpu",
					  .name = be->name,
					  .help = be->help};

		for (int s = SERVICE_NONE + 1; s < NR_SERVICES; s++)
			b.offered |= (u32)percpu_offers(be, (enum backend_service)s) << s;
		b.nr = percpu_capabilities(&be->caps, b.c);
		list_backend(format, &b);
	}
}

static void list_implementations(enum format format)
{
	heading(format, "implementations",
		"implementation | layer | back end | what it is | offers | promises");
	/* The reference lists those of every build: others depend on what CMake has found. */
	for (u32 i = 0; implementations[i] && (!i || format != FORMAT_MARKDOWN); i++)
		list_backends_of(format, implementations[i]);
}

static const struct topic {
	const char *name;
	void (*list)(enum format format);
} topics[] = {
	{"targets", list_targets}, {"operations", list_operations},
	{"oracles", list_oracles}, {"schedules", list_schedules},
	{"machine", list_machine}, {"fail", list_fail},
	{"events", list_events},   {"implementations", list_implementations},
};

static const struct topic *find_topic(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++)
		if (!strcmp(topics[i].name, name))
			return &topics[i];
	return NULL;
}

struct options {
	bool json, markdown;
};

static const struct option_spec specs[] = {
	{"json", .offset = offsetof(struct options, json), .help = "print one JSON object a line"},
	{"markdown", .offset = offsetof(struct options, markdown),
	 .help = "print Markdown tables, as in targets/REFERENCE.md"},
	{0},
};

int cmd_list(int argc, char **argv)
{
	struct options o = {0};
	const struct option_group group = {specs, &o};
	int status = options_parse(argc, argv, &usage, &group, 1);
	enum format format;

	if (status >= 0)
		return status;
	format = o.json ? FORMAT_JSON : o.markdown ? FORMAT_MARKDOWN : FORMAT_TEXT;
	for (int i = optind; i < argc; i++)
		if (!find_topic(argv[i]))
			return cli_error("mmstorm list: found topic '%s', expected targets, "
					 "operations, oracles, schedules, machine, fail, events or "
					 "implementations",
					 argv[i]);
	for (int i = optind; i < argc; i++)
		find_topic(argv[i])->list(format);
	for (size_t i = 0; optind == argc && i < ARRAY_SIZE(topics); i++)
		topics[i].list(format);
	return EXIT_CLEAN;
}
