/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_trace.c - the reader: the three forms, ignored lines, and messages about unreadable lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "trace_file.h"

#define ALLOC_FIELDS                                                                               \
	"call_site=mm_init+0x2bf/0x4d0 reserved=0 is_atomic=0 size=16 align=8 "                    \
	"base_addr=000000001aae7cc3 off=30960 ptr=000000000d3130d1 bytes_alloc=64 "                \
	"gfp_flags=GFP_KERNEL|__GFP_ZERO"

static struct trace_event parse(const char *line)
{
	struct trace_event e;
	char why[TRACE_WHY] = "";

	if (trace_parse_line(&e, line, why) != TRACE_LINE_EVENT)
		fail_msg("'%s': %s", line, why);
	return e;
}

static void assert_line(const char *line, enum trace_line expected)
{
	struct trace_event e;
	char why[TRACE_WHY] = "";
	enum trace_line got = trace_parse_line(&e, line, why);

	if (got != expected)
		fail_msg("'%s': found %d, expected %d; %s", line, got, expected, why);
}

static void assert_bad(const char *line, const char *part)
{
	struct trace_event e;
	char why[TRACE_WHY] = "";

	assert_int_equal(trace_parse_line(&e, line, why), TRACE_LINE_BAD);
	if (!strstr(why, part))
		fail_msg("'%s': said '%s', expected '%s'", line, why, part);
}

static void check_alloc(const char *line, unsigned int cpu, bool irq)
{
	struct trace_event e = parse(line);

	assert_int_equal(e.kind, TRACE_PERCPU_ALLOC);
	assert_int_equal(e.cpu, cpu);
	assert_int_equal(e.irq, irq);
	assert_int_equal(e.size, 16);
	assert_int_equal(e.align, 8);
	assert_int_equal(e.base, 0x1aae7cc3);
	assert_int_equal(e.start, 30960);
	assert_false(e.atomic || e.reserved || e.failed);
}

static void test_ftrace(void **state)
{
	struct trace_event e;

	check_alloc("task-19425 [000] .....  2552.392475: percpu_alloc_percpu: " ALLOC_FIELDS, 0,
		    0);
	check_alloc("  a b [x]-7 [013] dNs2.  1.5: percpu_alloc_percpu: " ALLOC_FIELDS, 13, 1);
	/* flags of older kernels; a thread group; no flags at all; a clock that counts */
	check_alloc(" bash-7 [002] d.h1 1.5: percpu_alloc_percpu: " ALLOC_FIELDS, 2, 1);
	check_alloc(" bash-7 (  7) [002] d..1 1.5: percpu_alloc_percpu: " ALLOC_FIELDS, 2, 0);
	check_alloc(" bash-7 (-----) [002] 1.5: percpu_alloc_percpu: " ALLOC_FIELDS, 2, 0);
	check_alloc(" bash-7 [002] d..1 991827: percpu_alloc_percpu: " ALLOC_FIELDS, 2, 0);

	e = parse(
		"<idle>-0 [001] d.s2. 9.0: percpu_free_percpu: base_addr=000000001aae7cc3 off=128 "
		"ptr=00000000cfaae093");
	assert_int_equal(e.kind, TRACE_PERCPU_FREE);
	assert_int_equal(e.start, 128);
	assert_true(e.irq);
	e = parse("t-1 [000] ..... 9.0: alloc_vmap_area: va_start: 18446683600727244800 size=20480 "
		  "align=16384 vstart=0xffffc90000000000 vend=0xffffe8ffffffffff failed=0");
	assert_int_equal(e.kind, TRACE_KVA_ALLOC);
	assert_int_equal(e.start, 0xffffc900095f0000);
	assert_int_equal(e.size, 20480);
	assert_int_equal(e.align, 16384);
	assert_int_equal(e.base, 0xffffc90000000000);
	e = parse("t-1 [000] ..... 9.0: free_vmap_area_noflush: va_start=0xffffc90009558000 "
		  "nr_lazy=895 nr_lazy_max=16384");
	assert_int_equal(e.kind, TRACE_KVA_FREE);
	assert_int_equal(e.start, 0xffffc90009558000);
	e = parse("t-1 [000] ..... 9.0: purge_vmap_area_lazy: start=0xffffc9000005c000 "
		  "end=0xffffc9000959d000 num_purged=3289");
	assert_int_equal(e.kind, TRACE_KVA_PURGE);
	assert_int_equal(e.start, 0xffffc9000005c000);
	assert_int_equal(e.end, 0xffffc9000959d000);
	assert_int_equal(e.purged, 3289);
}

static void test_trace_cmd(void **state)
{
	check_alloc("   bash-1234  [001]  2552.392475: percpu_alloc_percpu:  " ALLOC_FIELDS, 1, 0);
	check_alloc("   bash-1234  [001] d.s.  2552.392475: percpu_alloc_percpu:  " ALLOC_FIELDS, 1,
		    1);
	assert_line("cpus=2", TRACE_LINE_BLANK);
	assert_line("version = 7", TRACE_LINE_BLANK);
	assert_line("CPU 1 is empty", TRACE_LINE_BLANK);
	assert_line("CPU:1 [41 EVENTS DROPPED]", TRACE_LINE_LOST);
}

static void test_perf_script(void **state)
{
	check_alloc("bash  1234 [001]  2552.392475: percpu:percpu_alloc_percpu: " ALLOC_FIELDS, 1,
		    0);
	check_alloc("my prog 12/13 [001] 2.392475:  1 percpu:percpu_alloc_percpu: " ALLOC_FIELDS, 1,
		    0);
	/* one process: no CPU */
	check_alloc("bash  1234  2552.392475: percpu:percpu_alloc_percpu: " ALLOC_FIELDS, 0, 0);
	assert_line("\tffffffff8a2c7b1e pcpu_alloc+0x5fe ([kernel.kallsyms])", TRACE_LINE_BLANK);
	assert_line("", TRACE_LINE_BLANK);
	assert_line("bash 1 [000] 1.2: kmem:kmalloc: call_site=1", TRACE_LINE_OTHER);
}

/* Events of kernels before 5.19, and values in the forms of other tools. */
static void test_versions(void **state)
{
	struct trace_event e;

	e = parse("bash-7 [002] d..1 1.5: percpu_alloc_percpu: reserved=1 is_atomic=1 size=16 "
		  "align=8 base_addr=000000001aae7cc3 off=30960 ptr=000000000d3130d1");
	assert_true(e.reserved);
	assert_true(e.atomic);
	e = parse("bash-7 [002] 1.5: percpu_alloc_percpu: reserved=false is_atomic=true, size=16, "
		  "align=8, base_addr=0xffff88801aae7cc3, off=12");
	assert_false(e.reserved);
	assert_true(e.atomic);
	assert_int_equal(e.base, 0xffff88801aae7cc3);
	e = parse("bash-7 [002] 1.5: alloc_vmap_area: va_start: 0xffffc90009558000 size=4096 "
		  "align=1 failed=0");
	assert_int_equal(e.start, 0xffffc90009558000);
	assert_int_equal(e.base, 0);
	e = parse("bash-7 [002] 1.5: alloc_vmap_area: va_start: 18446744073709551600 size=4096 "
		  "align=1 vstart=0x0 vend=0x0 failed=1");
	assert_true(e.failed);
}

static void test_other_lines(void **state)
{
	assert_line("# tracer: nop", TRACE_LINE_BLANK);
	assert_line("##### CPU 1 buffer started ####", TRACE_LINE_BLANK);
	assert_line("   \t ", TRACE_LINE_BLANK);
	assert_line(" => pcpu_alloc", TRACE_LINE_BLANK);
	assert_line("CPU:0 [LOST 17 EVENTS]", TRACE_LINE_LOST);
	assert_line("a-1 [000] ..... 1.5: sched_switch: prev_comm=percpu_free_percpu:",
		    TRACE_LINE_OTHER);
	assert_line("a-1 [000] ..... 1.5: percpu_create_chunk: base_addr=00000000aa",
		    TRACE_LINE_OTHER);
	assert_line("a-1 [000] ..... 1.5: <stack trace>", TRACE_LINE_BAD);
}

static void test_bad_lines(void **state)
{
#define HEAD "a-1 [000] ..... 1.5: "
	assert_bad("garbage", "found 'garbage'");
	assert_bad(HEAD "percpu_free_percpu: base_addr=12 ptr=1", "no field 'off'");
	assert_bad(HEAD "percpu_free_percpu: base_addr=12 off=13 ptr=1", "off=13");
	assert_bad(HEAD "percpu_free_percpu: base_addr=12 off=-4 ptr=1", "off=-4");
	assert_bad(HEAD "percpu_free_percpu: base_addr=(____ptrval____) off=4", "hexadecimal");
	assert_bad(HEAD "percpu_free_percpu: base_addr=1 off=4x", "off=4x");
	assert_bad(HEAD "percpu_free_percpu: base_addr=1 off=", "off=");
	assert_bad(HEAD "percpu_free_percpu: base_addr=1 off=99999999999999999999999", "decimal");
	assert_bad(HEAD "percpu_alloc_percpu: size=0 align=8 base_addr=1 off=4", "size=0");
	assert_bad(HEAD "percpu_alloc_percpu: size=8 align=7 base_addr=1 off=4", "align=7");
	assert_bad(HEAD "percpu_alloc_percpu: is_atomic=2 size=8 align=8 base_addr=1 off=4",
		   "is_atomic=2");
	assert_bad(HEAD "percpu_alloc_percpu: size=3000000000 align=8 base_addr=1 off=4", "2^31");
	assert_bad(HEAD "alloc_vmap_area: va_start: 5 size=4096 align=4096 failed=0", "multiple");
	assert_bad("a-1 [99999] ..... 1.5: percpu_free_percpu: base_addr=1 off=4", "CPU 99999");
	assert_bad(HEAD "percpu_free_percpu:", "no field 'base_addr'");
#undef HEAD
}

struct file {
	char path[64];
	char diag[4096];
};

static int read_text(struct trace *t, struct file *f, const void *text, size_t size, bool packed)
{
	FILE *diag = fmemopen(f->diag, sizeof(f->diag), "w");
	int fd, err;

	strcpy(f->path, "/tmp/test_trace_XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	if (packed) {
		gzFile gz = gzdopen(fd, "wb");

		assert_int_equal(gzwrite(gz, text, size), size);
		assert_int_equal(gzclose(gz), Z_OK);
	} else {
		assert_int_equal(write(fd, text, size), size);
		close(fd);
	}
	err = trace_read_file(t, f->path, diag);
	fclose(diag);
	unlink(f->path);
	return err;
}

static const char sample[] =
	"# tracer: nop\n"
	"#\n"
	"t-1 [001] ..... 1.5: percpu_alloc_percpu: " ALLOC_FIELDS "\n"
	"nonsense\n"
	"t-1 [000] ..... 1.5: sched_wakeup: pid=1\n"
	"CPU:0 [LOST 17 EVENTS]\n"
	"t-1 [000] ..... 1.6: percpu_free_percpu: base_addr=000000001aae7cc3 off=30960 ptr=1";

static void check_sample(const struct trace *t, const struct file *f)
{
	assert_int_equal(t->nr, 2);
	assert_int_equal(t->event[0].line, 3);
	assert_int_equal(t->event[1].line, 7);
	assert_int_equal(t->count[TRACE_PERCPU_ALLOC], 1);
	assert_int_equal(t->count[TRACE_PERCPU_FREE], 1);
	assert_int_equal(t->nr_cpus, 2);
	assert_int_equal(t->lines, 7);
	assert_int_equal(t->other, 1);
	assert_int_equal(t->unreadable, 1);
	assert_int_equal(t->lost, 1);
	assert_non_null(strstr(f->diag, f->path));
	assert_non_null(strstr(f->diag, ":4: found 'nonsense', expected"));
}

static void test_file(void **state)
{
	struct trace t;
	struct file f;

	assert_int_equal(read_text(&t, &f, sample, strlen(sample), false), 0);
	check_sample(&t, &f);
	trace_free(&t);
	assert_int_equal(read_text(&t, &f, sample, strlen(sample), true), 0);
	check_sample(&t, &f);
	trace_free(&t);
}

/* A byte order mark is no part of the first line; elsewhere it is text. */
static void test_byte_order_mark(void **state)
{
#define EVENT "t-1 [000] ..... 1.6: percpu_free_percpu: base_addr=1 off=8\n"
	static const char text[] = "\xef\xbb\xbf# tracer: nop\n" EVENT "\xef\xbb\xbf# not here\n";
	struct trace t;
	struct file f;

	assert_int_equal(read_text(&t, &f, text, strlen(text), false), 0);
	assert_int_equal(t.nr, 1);
	assert_int_equal(t.unreadable, 1);
	assert_non_null(strstr(f.diag, ":3: "));
	trace_free(&t);
#undef EVENT
}

static void test_no_event(void **state)
{
	static const char *const text[] = {"", "# tracer: nop\n", "a-1 [000] ..... 1.5: x: y=1\n"};
	struct trace t;
	struct file f;

	for (size_t i = 0; i < ARRAY_SIZE(text); i++) {
		assert_int_equal(read_text(&t, &f, text[i], strlen(text[i]), false), -EINVAL);
		assert_non_null(strstr(f.diag, "found no known event"));
		trace_free(&t);
	}
}

static void test_unreadable_file(void **state)
{
	char diag[256] = "";
	FILE *out = fmemopen(diag, sizeof(diag), "w");
	struct trace t;

	assert_int_equal(trace_read_file(&t, "/no/such/file", out), -ENOENT);
	fflush(out);
	assert_non_null(strstr(diag, "/no/such/file: cannot read the recording"));
	trace_free(&t);
	assert_int_equal(trace_read_file(&t, "/tmp", out), -EISDIR);
	trace_free(&t);
	fclose(out);
}

/* A zero byte or a line without an end makes only that line unreadable. */
static void test_damaged_lines(void **state)
{
	size_t room = 200000, n = 0;
	char *text = malloc(room);
	struct trace t;
	struct file f;

	n += sprintf(text, "t-1 [000] ..... 1.5: percpu_free_percpu: base_addr=1 off=%c", 0);
	text[n++] = '4';
	text[n++] = '\n';
	memset(text + n, 'x', 150000);
	n += 150000;
	text[n++] = '\n';
	n += sprintf(text + n, "t-1 [000] ..... 1.6: percpu_free_percpu: base_addr=1 off=8\n");
	assert_int_equal(read_text(&t, &f, text, n, false), 0);
	assert_int_equal(t.unreadable, 2);
	assert_int_equal(t.nr, 1);
	assert_int_equal(t.event[0].line, 3);
	assert_int_equal(t.event[0].start, 8);
	assert_non_null(strstr(f.diag, ":1: "));
	assert_non_null(strstr(f.diag, ":2: "));
	trace_free(&t);
	free(text);
}

/* A truncated .gz file is an error. */
static void test_truncated_gz(void **state)
{
	uLongf packed = 4096;
	unsigned char buf[4096];
	z_stream z = {0};
	struct trace t;
	struct file f;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)sample;
	z.avail_in = strlen(sample);
	z.next_out = buf;
	z.avail_out = packed;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed = z.total_out;
	deflateEnd(&z);
	assert_int_equal(read_text(&t, &f, buf, packed, false), 0);
	trace_free(&t);
	assert_int_equal(read_text(&t, &f, buf, packed / 2, false), -EIO);
	assert_non_null(strstr(f.diag, "gzip"));
	trace_free(&t);
}

/* The reader stays within the line: with every prefix of it, and with every byte changed. */
static void test_any_line(void **state)
{
	static const char line[] =
		"a b-1 [001] d.s2. 1.5: percpu:percpu_alloc_percpu: " ALLOC_FIELDS;
	struct trace_event e;
	char why[TRACE_WHY];

	for (size_t n = 0; n <= strlen(line); n++) {
		char *copy = strndup(line, n);

		trace_parse_line(&e, copy, why);
		free(copy);
	}
	for (size_t n = 0; n < strlen(line); n++) {
		for (int c = 1; c < 256; c++) {
			char *copy = strdup(line);

			copy[n] = c;
			trace_parse_line(&e, copy, why);
			free(copy);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ftrace),	      cmocka_unit_test(test_trace_cmd),
		cmocka_unit_test(test_perf_script),   cmocka_unit_test(test_versions),
		cmocka_unit_test(test_other_lines),   cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_file),	      cmocka_unit_test(test_byte_order_mark),
		cmocka_unit_test(test_no_event),      cmocka_unit_test(test_unreadable_file),
		cmocka_unit_test(test_damaged_lines), cmocka_unit_test(test_truncated_gz),
		cmocka_unit_test(test_any_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
