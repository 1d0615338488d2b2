/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_finding.c - a finding on disk is a program that names its oracle and fails again; the file
 * is complete or absent.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program/test/check.h"
#include "oracle/test/faulty_allocators.h"
#include "tool/finding.h"

/**
 * struct fixture - an empty folder, and a program that fails
 * @dir:    the folder; findings go to its subfolder "found"
 * @p:      the program
 * @oracle: the oracle by which it fails
 * @digest: digest of that run
 */
struct fixture {
	char dir[64];
	struct executor *x;
	struct program p;
	enum oracle oracle;
	u64 digest;
};

static const char failing[] = "target vmap\nmachine cpus=2\ntask a cpu=0\nm1 = vm_map_ram pages=2\n"
			      "vm_unmap_ram m1\ntask b cpu=1\nm2 = vm_map_ram\nvm_unmap_aliases\n"
			      "schedule @3 b @9 a\n";

static void in_folder(const struct fixture *f, char *path, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", f->dir, name);
}

static void findings_go_to(const struct fixture *f, const char *name)
{
	char path[PATH_MAX];

	in_folder(f, path, name);
	assert_int_equal(setenv("MMSTORM_FINDINGS", path, 1), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct exec_result r;

	if (!f)
		return -1;
	*state = f;
	strcpy(f->dir, "/tmp/test_finding.XXXXXX");
	f->x = executor_create();
	if (!mkdtemp(f->dir) || !f->x)
		return -1;
	findings_go_to(f, "found");
	program_init(&f->p, TARGET_VMAP);
	from_text(&f->p, failing);
	faulty_choose(FAULT_ALIAS);
	if (!exec_program(f->x, &f->p, NULL, &r))
		return -1;
	f->oracle = r.sched.report.oracle;
	f->digest = r.sched.digest;
	return 0;
}

/* Count the files in a folder, and with @clear remove them and it. Return: -1: no folder. */
static int count_files(const char *dir, bool clear)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	if (!d)
		return -1;
	while ((e = readdir(d))) {
		char path[PATH_MAX];

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		n++;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (clear && unlink(path))
			count_files(path, true);
	}
	closedir(d);
	if (clear)
		rmdir(dir);
	return n;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	count_files(f->dir, true);
	program_fini(&f->p);
	executor_destroy(f->x);
	free(f);
	return 0;
}

static int nr_found(const struct fixture *f)
{
	char path[PATH_MAX];

	in_folder(f, path, "found");
	return count_files(path, false);
}

/* Read the program in a file; @p is initialised. */
static void read_program(const char *path, struct program *p)
{
	char text[4096];
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = 0;
	from_text(p, text);
}

static void found_again(void **state)
{
	struct fixture *f = *state;
	char path[PATH_MAX], again[PATH_MAX];
	struct exec_result r;
	struct program p;

	assert_int_equal(finding_write(&f->p, f->oracle, f->digest, path), 0);
	assert_non_null(strstr(path, "/found/vmap-alias-survived-"));
	assert_int_equal(nr_found(f), 1);
	program_init(&p, TARGET_PERCPU_BITMAP);
	read_program(path, &p);
	assert_true(program_equal(&p, &f->p));
	assert_int_equal(p.expect, ORACLE_ALIAS);
	assert_true(p.digest == f->digest);
	assert_int_equal(exec_program(f->x, &p, NULL, &r), 1);
	assert_int_equal(r.sched.report.oracle, p.expect);
	assert_true(r.sched.digest == p.digest);

	/* The same finding gives the same file, and the program is unchanged. */
	assert_int_equal(finding_write(&f->p, f->oracle, f->digest, again), 0);
	assert_string_equal(path, again);
	assert_int_equal(f->p.expect, ORACLE_NONE);
	assert_int_equal(nr_found(f), 1);
	/* Another oracle or another program gives another file. */
	assert_int_equal(finding_write(&f->p, ORACLE_STALE, f->digest, again), 0);
	assert_int_equal(nr_found(f), 2);
	p.machine.verify++;
	assert_int_equal(finding_write(&p, f->oracle, f->digest, again), 0);
	assert_int_equal(nr_found(f), 3);
	/* A run that died has no digest. */
	assert_int_equal(finding_write(&f->p, ORACLE_CRASH, 0, again), 0);
	read_program(again, &p);
	assert_true(!p.digest && p.expect == ORACLE_CRASH);
	program_fini(&p);
}

static void default_folder(void **state)
{
	struct fixture *f = *state;
	char path[PATH_MAX], before[PATH_MAX];

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(f->dir), 0);
	unsetenv("MMSTORM_FINDINGS");
	assert_int_equal(finding_write(&f->p, f->oracle, f->digest, path), 0);
	assert_int_equal(access(path, R_OK), 0);
	assert_int_equal(strncmp(path, "findings/", 9), 0);
	assert_int_equal(chdir(before), 0);
}

/* The folder or a file in it cannot be created. (Permissions would not stop root.) */
static void unwritable_folder(void **state)
{
	struct fixture *f = *state;
	char path[PATH_MAX], file[PATH_MAX];

	in_folder(f, file, "file");
	fclose(fopen(file, "w"));
	findings_go_to(f, "file");
	assert_int_equal(finding_write(&f->p, f->oracle, f->digest, path), -ENOTDIR);
	findings_go_to(f, "file/found");
	assert_int_equal(finding_write(&f->p, f->oracle, f->digest, path), -ENOTDIR);
	assert_int_equal(count_files(f->dir, false), 1);
}

static void missing_parent(void **state)
{
	struct fixture *f = *state;
	char path[PATH_MAX];

	findings_go_to(f, "none/below/found");
	assert_int_equal(finding_write(&f->p, f->oracle, f->digest, path), 0);
	assert_int_equal(access(path, R_OK), 0);
}

/* The disk is full, simulated by a limit on the size of files. */
static void full_disk(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, limit;
	char path[PATH_MAX];
	void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
	int err;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 40;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	err = finding_write(&f->p, f->oracle, f->digest, path);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, old);
	assert_int_equal(err, -EFBIG);
	assert_int_equal(nr_found(f), 0);
}

/* The file is written, but cannot be renamed. */
static void name_is_taken(void **state)
{
	struct fixture *f = *state;
	char path[PATH_MAX];

	assert_int_equal(finding_write(&f->p, f->oracle, f->digest, path), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(finding_write(&f->p, f->oracle, f->digest, path), -EISDIR);
	assert_int_equal(nr_found(f), 1);
}

#ifdef MM_ASAN
/* Write out of bounds where the compiler cannot detect it. */
static void overrun(const struct fixture *f)
{
	volatile char *p = malloc(4);
	volatile size_t n = 4;
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO);
	finding_watch(&f->p);
	p[n] = 1;
	_exit(0);
}

/* After a sanitizer has ended the process, the program is on disk. */
static void written_at_death(void **state)
{
	struct fixture *f = *state;
	int status, found;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child)
		overrun(f);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(status);
	found = nr_found(f);
	assert_int_equal(found, 1);
}
#endif

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(found_again),	TEST(default_folder), TEST(unwritable_folder),
		TEST(missing_parent),	TEST(full_disk),      TEST(name_is_taken),
#ifdef MM_ASAN
		TEST(written_at_death),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
