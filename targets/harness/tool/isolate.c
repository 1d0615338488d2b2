/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * isolate.c - run programs in a child.
 *
 * The child's standard error is a file in memory. It has room for the longest report, so the parent
 * need not read it during the run, and it outlives the child.
 *
 * One side at a time writes shared state: the parent until it requests a run, the child until it
 * answers or dies. The pipes (or the child's end) order the two.
 */
#include "isolate.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sanitizer_hooks.h"
#include "sched/clock.h"

/* Size of a child's log above which isolate_beat() empties it. */
#define LOG_MAX (1 << 20)

/* The first line of a report is searched for in this many bytes. */
#define LOG_HEAD 65536

struct child {
	pid_t pid;
	int log;
};

/* Is this process a child, whose standard error is its log? A parent's is not ours to truncate. */
static bool in_child;

/* The child's time limit, and when it was last armed. The parent's copies are unused. */
static unsigned int seconds_per_run;
static double armed_at;

static void arm(void)
{
	struct itimerval t = {.it_value.tv_sec = seconds_per_run};

	setitimer(ITIMER_PROF, &t, NULL);
	armed_at = clock_seconds();
}

/* Arming is a system call, as slow as a short run: so a limit may be a quarter second short. */
void isolate_beat(void)
{
	if (!in_child || clock_seconds() - armed_at < 0.25)
		return;
	arm();
	if (lseek(STDERR_FILENO, 0, SEEK_END) > LOG_MAX && ftruncate(STDERR_FILENO, 0))
		_exit(1);
}

void *isolate_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void isolate_memory_free(void *p, size_t size)
{
	if (p)
		munmap(p, size);
}

/* Fork a child with its log and limits. Return: as fork(). */
static pid_t child_start(struct child *c, const struct isolate_options *o)
{
	static const struct isolate_options defaults;
	const struct rlimit no_core = {0, 0};
	pid_t parent = getpid();

	if (!o)
		o = &defaults;
	c->log = memfd_create("mmstorm-log", MFD_CLOEXEC);
	if (c->log < 0)
		return -1;
	fcntl(c->log, F_SETFL, O_APPEND);
	fflush(stdout);
	fflush(stderr);
	c->pid = fork();
	if (c->pid < 0)
		close(c->log);
	if (c->pid)
		return c->pid;
	/* A child whose parent dies must end too. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* A terminal sends it to the parent too, which decides for both. */
	signal(SIGINT, SIG_IGN);
	setrlimit(RLIMIT_CORE, &no_core);
	dup2(c->log, STDERR_FILENO);
	in_child = true;
	sanitizer_brief(o->brief);
	seconds_per_run = o->seconds;
	arm();
	return 0;
}

/*
 * The first line of a sanitizer's report, without the process number at its start. No other output
 * of a child contains one of these words.
 */
static enum oracle first_line(const char *log, char text[MM_REPORT_TEXT])
{
	static const struct {
		const char *word;
		enum oracle oracle;
	} report[] = {
		{"ThreadSanitizer: data race", ORACLE_RACE},
		{"AddressSanitizer: ", ORACLE_SANITIZER},
		{"MemorySanitizer: ", ORACLE_SANITIZER},
		{"LeakSanitizer: ", ORACLE_SANITIZER},
		{"ThreadSanitizer: ", ORACLE_SANITIZER},
		{"runtime error: ", ORACLE_SANITIZER},
	};
	const char *first = NULL;
	enum oracle oracle = ORACLE_NONE;

	for (size_t i = 0; i < ARRAY_SIZE(report); i++) {
		const char *at = strstr(log, report[i].word);

		if (at && (!first || at < first)) {
			first = at;
			oracle = report[i].oracle;
		}
	}
	if (!first)
		return oracle;
	while (first > log && first[-1] != '\n')
		first--;
	/* "==1234==" */
	if (!strncmp(first, "==", 2) && strstr(first + 2, "=="))
		first = strstr(first + 2, "==") + 2;
	snprintf(text, MM_REPORT_TEXT, "%.*s", (int)strcspn(first, "\n"), first);
	return oracle;
}

static void classify_death(int status, const char *log, struct isolate_death *d)
{
	d->oracle = first_line(log, d->text);
	if (d->oracle != ORACLE_NONE)
		return;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) {
		d->oracle = ORACLE_LIVELOCK;
		snprintf(d->text, sizeof(d->text), "the run used up its processor time");
		return;
	}
	d->oracle = ORACLE_CRASH;
	if (WIFSIGNALED(status))
		snprintf(d->text, sizeof(d->text), "killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(d->text, sizeof(d->text), "the process ended with status %d",
			 WEXITSTATUS(status));
	/* A message about the reason usually precedes abort(). */
	if (*log) {
		size_t n = strlen(d->text);

		snprintf(d->text + n, sizeof(d->text) - n, ": %.*s", (int)strcspn(log, "\n"), log);
	}
}

static char *read_log(int fd, off_t max)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *log = calloc(1, min(size, max) + 1);

	if (log && pread(fd, log, min(size, max), 0) < 0)
		*log = '\0';
	return log;
}

/* Wait for a child's end. Return: 0 if it succeeded, 1 if it died, or a negative error number. */
static int child_end(struct child *c, FILE *copy, struct isolate_death *death)
{
	int status;
	char *log;

	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	log = read_log(c->log, copy ? LOG_MAX : LOG_HEAD);
	close(c->log);
	if (!log)
		return -ENOMEM;
	if (copy)
		fputs(log, copy);
	if (status)
		classify_death(status, log, death);
	free(log);
	return status != 0;
}

int isolate_call(const struct isolate_options *o, void (*fn)(void *arg), void *arg, FILE *log,
		 struct isolate_death *death)
{
	struct child c;
	pid_t pid = child_start(&c, o);

	if (pid < 0)
		return -errno;
	if (!pid) {
		fn(arg);
		fflush(stdout);
		fflush(stderr);
		_exit(0);
	}
	return child_end(&c, log, death);
}

/*
 * A request to the child that serves runs. One byte requests a run, one byte reports its end.
 */
struct request {
	bool want_taken;
	int found;
	struct exec_result result;
	struct schedule taken;
	struct program program;
	struct program_op op[PROGRAM_MAX_OPS];
};

struct isolate {
	struct isolate_options options;
	struct child child; /* pid 0: none */
	int ask, answer;
	struct request *request;
};

static void serve(struct request *q, int ask, int answer)
{
	struct executor *x = executor_create();
	char byte;

	if (!x)
		_exit(1);
	while (read(ask, &byte, 1) == 1) {
		struct exec_options o = {.taken = q->want_taken ? &q->taken : NULL};

		isolate_beat();
		q->found = exec_program(x, &q->program, &o, &q->result);
		if (write(answer, &byte, 1) != 1)
			break;
	}
	_exit(0);
}

static int start_serving(struct isolate *i)
{
	int ask[2], answer[2], err;
	pid_t pid;

	if (pipe2(ask, O_CLOEXEC))
		return -errno;
	if (pipe2(answer, O_CLOEXEC)) {
		err = -errno;
		goto close_ask;
	}
	pid = child_start(&i->child, &i->options);
	if (pid < 0) {
		err = -errno;
		i->child.pid = 0;
		goto close_answer;
	}
	if (!pid) {
		close(ask[1]);
		close(answer[0]);
		serve(i->request, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	i->ask = ask[1];
	i->answer = answer[0];
	return 0;
close_answer:
	close(answer[0]);
	close(answer[1]);
close_ask:
	close(ask[0]);
	close(ask[1]);
	return err;
}

static int stop_serving(struct isolate *i, struct isolate_death *death)
{
	int ret;

	close(i->ask);
	close(i->answer);
	ret = child_end(&i->child, NULL, death);
	i->child.pid = 0;
	return ret;
}

struct isolate *isolate_create(const struct isolate_options *o)
{
	struct isolate *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	if (o)
		i->options = *o;
	i->request = isolate_memory(sizeof(*i->request));
	if (!i->request) {
		free(i);
		return NULL;
	}
	/* A write to the pipe of a dead child must not end the parent. */
	signal(SIGPIPE, SIG_IGN);
	return i;
}

void isolate_renew(void *arg)
{
	struct isolate *i = arg;
	struct isolate_death death;

	if (i->child.pid)
		stop_serving(i, &death);
}

void isolate_limit(struct isolate *i, unsigned int seconds)
{
	i->options.seconds = seconds;
	isolate_renew(i);
}

void isolate_destroy(struct isolate *i)
{
	if (!i)
		return;
	isolate_renew(i);
	isolate_memory_free(i->request, sizeof(*i->request));
	free(i);
}

/*
 * Copy only the used part of a schedule: most lists are short. A child that died may have left any
 * number of changes there, so limit it.
 */
static void copy_schedule(struct schedule *dst, const struct schedule *src)
{
	u32 nr = min(src->nr, (u32)SCHEDULE_MAX);

	memcpy(dst, src, offsetof(struct schedule, changes) + nr * sizeof(src->changes[0]));
	dst->nr = nr;
}

static void fill_request(struct request *q, const struct program *p, bool want_taken)
{
	memcpy(&q->program, p, offsetof(struct program, schedule));
	copy_schedule(&q->program.schedule, &p->schedule);
	q->program.expect = p->expect;
	q->program.digest = p->digest;
	q->program.shows = p->shows;
	q->program.op = q->op;
	q->program.max_ops = PROGRAM_MAX_OPS;
	memcpy(q->op, p->op, p->nr_ops * sizeof(p->op[0]));
	q->want_taken = want_taken;
	q->taken.nr = 0;
	q->result = (struct exec_result){0};
}

static ssize_t ask_for_run(struct isolate *i)
{
	ssize_t n;
	char byte = 0;

	if (write(i->ask, &byte, 1) != 1)
		return 0;
	do
		n = read(i->answer, &byte, 1);
	while (n < 0 && errno == EINTR);
	return n;
}

int isolate_run(void *arg, const struct program *p, struct schedule *taken, struct exec_result *r)
{
	struct isolate *i = arg;
	struct request *q = i->request;
	struct isolate_death death;
	int ret;

	if (i->options.fresh)
		isolate_renew(i);
	ret = i->child.pid ? 0 : start_serving(i);
	if (ret)
		return ret;
	fill_request(q, p, taken);
	if (ask_for_run(i) == 1) {
		*r = q->result;
		if (taken)
			copy_schedule(taken, &q->taken);
		return q->found;
	}
	ret = stop_serving(i, &death);
	if (ret <= 0)
		return ret ? ret : -EIO;
	*r = (struct exec_result){0};
	r->sched.report.oracle = death.oracle;
	r->sched.report.op = -1;
	memcpy(r->sched.report.text, death.text, sizeof(death.text));
	/* The engine updates the list during the run, so it reaches up to the child's death. */
	if (taken)
		copy_schedule(taken, &q->taken);
	return 1;
}

bool isolate_finds(enum oracle o)
{
	if (o == ORACLE_RACE)
		return sanitizer_thread();
	if (o == ORACLE_SANITIZER)
		return sanitizer_any();
	return true;
}
