/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.c - see record.h.
 */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include <json-c/json.h>

static const char *what_of(const struct hunt_job *job)
{
	return job->control ? way_control(job) : job->bug->id;
}

static struct hunt_run *append(struct record *r)
{
	if (r->nr == r->max) {
		size_t max = r->max ? 2 * r->max : 64;
		struct hunt_run *run = realloc(r->run, max * sizeof(*run));

		if (!run)
			return NULL;
		r->run = run;
		r->max = max;
	}
	return memset(&r->run[r->nr++], 0, sizeof(*r->run));
}

static bool take_text(struct json_object *o, const char *key, char *to, size_t size)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, json_type_string) ||
	    (size_t)json_object_get_string_len(value) >= size)
		return false;
	strcpy(to, json_object_get_string(value));
	return true;
}

static bool take_number(struct json_object *o, const char *key, u64 *to)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	*to = json_object_get_uint64(value);
	return true;
}

/* Return: is the line a run? */
static bool parse(const char *line, struct hunt_run *run)
{
	struct json_object *o = json_tokener_parse(line), *value = NULL;
	bool good = take_text(o, "way", run->way, sizeof(run->way)) &&
		    take_text(o, "what", run->what, sizeof(run->what)) &&
		    take_number(o, "seed", &run->seed) && take_number(o, "limit", &run->limit) &&
		    take_number(o, "executions", &run->result.executions) &&
		    take_text(o, "oracle", run->result.oracle, sizeof(run->result.oracle)) &&
		    json_object_object_get_ex(o, "seconds", &value);

	run->seconds = json_object_get_double(value);
	good = good && json_object_object_get_ex(o, "control", &value);
	run->control = json_object_get_boolean(value);
	json_object_put(o);
	return good;
}

/* Return: 0, or EXIT_BAD after a message. */
static int read_runs(struct record *r, FILE *f, const char *path, u64 limit)
{
	char *line = NULL;
	size_t size = 0;
	off_t whole = 0;
	int status = 0;

	for (unsigned int n = 1; !status; n++) {
		ssize_t len = getline(&line, &size, f);
		struct hunt_run *run;

		if (len < 0 || line[len - 1] != '\n')
			break;
		whole += len;
		run = append(r);
		if (!run)
			status = cli_error("%s: %s", path, strerror(ENOMEM));
		else if (!parse(line, run))
			status = cli_error("%s:%u: found '%.*s', expected a run of mmstorm bench "
					   "hunt",
					   path, n, (int)min(len - 1, (ssize_t)60), line);
		else if (run->limit != limit)
			status = cli_error("%s:%u: found a run of at most %llu s, expected %llu s, "
					   "as --seconds",
					   path, n, run->limit, limit);
	}
	free(line);
	if (!status && ftruncate(r->fd, whole))
		status = cli_error("%s: %s", path, strerror(errno));
	return status;
}

int record_open(struct record *r, const char *path, u64 limit)
{
	FILE *f;
	int status;

	*r = (struct record){.fd = -1};
	if (!path)
		return 0;
	r->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	f = r->fd < 0 ? NULL : fopen(path, "r");
	if (!f)
		return cli_error("%s: %s", path, strerror(errno));
	status = read_runs(r, f, path, limit);
	fclose(f);
	return status;
}

void record_close(struct record *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->run);
}

const struct hunt_run *record_find(const struct record *r, const struct hunt_job *job)
{
	for (size_t i = 0; i < r->nr; i++) {
		const struct hunt_run *run = &r->run[i];

		if (run->control == job->control && run->seed == job->seed &&
		    !strcmp(run->way, job->way->name) && !strcmp(run->what, what_of(job)))
			return run;
	}
	return NULL;
}

/* In one call: a line is written as a whole, or cut at its end. */
static int write_run(const struct record *r, const struct hunt_run *run)
{
	struct json_object *o = json_object_new_object();
	char *line;
	int len, err = 0;

	json_object_object_add(o, "way", json_object_new_string(run->way));
	json_object_object_add(o, "what", json_object_new_string(run->what));
	json_object_object_add(o, "control", json_object_new_boolean(run->control));
	json_object_object_add(o, "seed", json_object_new_uint64(run->seed));
	json_object_object_add(o, "limit", json_object_new_uint64(run->limit));
	json_object_object_add(o, "seconds", cli_json_number(run->seconds));
	json_object_object_add(o, "executions", json_object_new_uint64(run->result.executions));
	json_object_object_add(o, "oracle", json_object_new_string(run->result.oracle));
	len = asprintf(&line, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
	if (len < 0)
		return ENOMEM;
	if (write(r->fd, line, (size_t)len) != len)
		err = errno;
	free(line);
	return err;
}

int record_add(struct record *r, const struct hunt_job *job, double seconds,
	       const struct way_result *result)
{
	struct hunt_run *run = append(r);
	int err = run ? 0 : ENOMEM;

	if (run) {
		snprintf(run->way, sizeof(run->way), "%s", job->way->name);
		snprintf(run->what, sizeof(run->what), "%s", what_of(job));
		run->control = job->control;
		run->seed = job->seed;
		run->limit = job->limit;
		run->seconds = seconds;
		run->result = *result;
		if (r->fd >= 0)
			err = write_run(r, run);
	}
	return err ? cli_error("mmstorm bench: --state: %s", strerror(err)) : 0;
}
