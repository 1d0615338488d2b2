/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot.c - collect points of plots, and let gnuplot draw them into one PNG.
 *
 * gnuplot reads its script from standard input and writes the PNG to standard output. Both are
 * files without a name, so no name needs quoting. The PNG gets its name after a check.
 *
 * Every point is drawn as it was measured, without fitting or smoothing. Lines join the points of a
 * series.
 */
#include "plot.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "tool/output.h"

#define PLOT_WIDTH 1000
#define PLOT_HEIGHT 480
#define UPRIGHT_LABEL 10
#define BARS_WIDTH 0.8 /* as a part of the distance of two labels */

/**
 * struct point - arguments of plots_add()
 * @series: allocated
 * @label:  allocated; NULL: a point of a line
 */
struct point {
	const struct bench_plot *plot;
	char *series;
	char *label;
	double x, y;
};

/**
 * struct plots - points in the order of plots_add()
 * @path: path of the PNG
 */
struct plots {
	const char *path;
	struct point *point;
	size_t nr, max;
};

static void *check_memory(void *p)
{
	if (!p) {
		cli_error("mmstorm bench: no memory");
		exit(EXIT_BAD);
	}
	return p;
}

/* Is there a program of this name in PATH? */
static bool is_installed(const char *name)
{
	const char *path = getenv("PATH");
	bool found = false;
	char *dirs, *file, *next;

	if (!path)
		return false;
	dirs = check_memory(strdup(path));
	next = dirs;
	while (next && !found) {
		const char *dir = strsep(&next, ":");

		if (asprintf(&file, "%s/%s", *dir ? dir : ".", name) < 0)
			check_memory(NULL);
		found = !access(file, X_OK);
		free(file);
	}
	free(dirs);
	return found;
}

/* Return: 0 if the folder of a file exists and is writable, or a negative error number. */
static int check_folder(const char *path)
{
	char *copy = check_memory(strdup(path));
	int err = access(dirname(copy), W_OK | X_OK) ? -errno : 0;

	free(copy);
	return err;
}

struct plots *plots_create(const char *path)
{
	struct plots *p;
	int err = check_folder(path);

	if (err) {
		cli_error("mmstorm bench: --plot: %s: %s", path, strerror(-err));
		return NULL;
	}
	if (!is_installed("gnuplot")) {
		cli_error("mmstorm bench: --plot needs gnuplot (Debian: gnuplot-nox)");
		return NULL;
	}
	p = check_memory(calloc(1, sizeof(*p)));
	p->path = path;
	return p;
}

void plots_destroy(struct plots *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nr; i++) {
		free(p->point[i].series);
		free(p->point[i].label);
	}
	free(p->point);
	free(p);
}

void plots_add(struct plots *p, const struct bench_plot *plot, const char *series,
	       const char *label, double x, double y)
{
	if (p->nr == p->max) {
		p->max = p->max ? 2 * p->max : 64;
		p->point = check_memory(realloc(p->point, p->max * sizeof(*p->point)));
	}
	p->point[p->nr++] = (struct point){
		.plot = plot,
		.series = check_memory(strdup(series)),
		.label = label ? check_memory(strdup(label)) : NULL,
		.x = x,
		.y = y,
	};
}

/* Is point @i the first of its plot, or of its series or label there? */
static bool is_new_plot(const struct plots *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (p->point[k].plot == p->point[i].plot)
			return false;
	return true;
}

static bool is_new_series(const struct plots *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (p->point[k].plot == p->point[i].plot &&
		    !strcmp(p->point[k].series, p->point[i].series))
			return false;
	return true;
}

static bool is_new_label(const struct plots *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (p->point[k].plot == p->point[i].plot &&
		    !strcmp(p->point[k].label, p->point[i].label))
			return false;
	return true;
}

/* The number of labels of point @i's plot that precede its label. */
static unsigned int label_number(const struct plots *p, size_t i)
{
	unsigned int n = 0;

	/* Points of lines have no label. */
	for (size_t k = 0;
	     p->point[k].plot != p->point[i].plot || strcmp(p->point[k].label, p->point[i].label);
	     k++)
		n += p->point[k].plot == p->point[i].plot && is_new_label(p, k);
	return n;
}

/* Write a string literal of gnuplot, in which no character is special. */
static void put_text(FILE *f, const char *text)
{
	fputc('\'', f);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', f);
		fputc(*text, f);
	}
	fputc('\'', f);
}

static void put_setting(FILE *f, const char *what, const char *text)
{
	fprintf(f, "set %s ", what);
	put_text(f, text);
	fputc('\n', f);
}

/* Write the points of a series; the bars of a label surround its number. */
static void put_data(FILE *f, const struct plots *p, size_t first, unsigned int series,
		     unsigned int nr_series)
{
	double width = BARS_WIDTH / nr_series;

	fprintf(f, "$s%u << EOD\n", series);
	for (size_t i = first; i < p->nr; i++) {
		const struct point *point = &p->point[i];

		if (point->plot != p->point[first].plot ||
		    strcmp(point->series, p->point[first].series))
			continue;
		if (point->label)
			fprintf(f, "%.9g %.9g %.9g\n",
				label_number(p, i) + (series - (nr_series - 1) / 2.0) * width,
				point->y, width);
		else
			fprintf(f, "%.9g %.9g\n", point->x, point->y);
	}
	fputs("EOD\n", f);
}

/* Long labels lie aslant, and need room beyond the last bar. */
static void put_labels(FILE *f, const struct plots *p, size_t first)
{
	const char *comma = "";
	unsigned int n = 0;
	bool aslant = false;

	for (size_t i = first; i < p->nr; i++)
		if (p->point[i].plot == p->point[first].plot)
			aslant |= strlen(p->point[i].label) > UPRIGHT_LABEL;
	fputs(aslant ? "set rmargin 24\nset xtics rotate by -30 left (" : "set xtics (", f);
	for (size_t i = first; i < p->nr; i++) {
		if (p->point[i].plot != p->point[first].plot || !is_new_label(p, i))
			continue;
		fputs(comma, f);
		put_text(f, p->point[i].label);
		fprintf(f, " %u", n++);
		comma = ", ";
	}
	fprintf(f, ")\nset xrange [-0.6:%g]\n", n - 0.4);
}

/* The plot that point @first is the first of. */
static void put_plot(FILE *f, const struct plots *p, size_t first)
{
	const struct bench_plot *plot = p->point[first].plot;
	bool bars = p->point[first].label;
	unsigned int nr_series = 0, series = 0;
	const char *comma = "plot ";

	put_setting(f, "title", plot->title);
	put_setting(f, "xlabel", plot->x);
	put_setting(f, "ylabel", plot->y);
	fprintf(f, "unset logscale\nset autoscale\nset rmargin\nset xtics norotate autofreq\n");
	if (plot->log)
		fprintf(f, "set logscale %s\n", bars ? "y" : "xy");
	else
		fputs("set yrange [0:*]\n", f);
	if (bars)
		put_labels(f, p, first);
	for (size_t i = first; i < p->nr; i++)
		nr_series += p->point[i].plot == plot && is_new_series(p, i);
	for (size_t i = first; i < p->nr; i++)
		if (p->point[i].plot == plot && is_new_series(p, i))
			put_data(f, p, i, series++, nr_series);
	fputs(nr_series == 1 ? "unset key\n" : "set key outside right\n", f);
	series = 0;
	for (size_t i = first; i < p->nr; i++) {
		if (p->point[i].plot != plot || !is_new_series(p, i))
			continue;
		fprintf(f, "%s$s%u using %s title ", comma, series++,
			bars ? "1:2:3 with boxes" : "1:2 with linespoints");
		put_text(f, p->point[i].series);
		comma = ", ";
	}
	fputc('\n', f);
}

static void put_script(FILE *f, const struct plots *p)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < p->nr; i++)
		nr += is_new_plot(p, i);
	fprintf(f, "set terminal pngcairo noenhanced size %u,%u\n", PLOT_WIDTH, PLOT_HEIGHT * nr);
	fprintf(f, "set encoding utf8\nset multiplot layout %u,1\n", nr);
	fputs("set grid\nset style fill solid 0.6\n", f);
	for (size_t i = 0; i < p->nr; i++)
		if (is_new_plot(p, i))
			put_plot(f, p, i);
	fputs("unset multiplot\n", f);
}

/* Return: gnuplot's exit status, or 1 if it has none. */
static int run_gnuplot(FILE *script, FILE *png)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return 1;
	if (!child) {
		if (dup2(fileno(script), STDIN_FILENO) >= 0 &&
		    dup2(fileno(png), STDOUT_FILENO) >= 0)
			execlp("gnuplot", "gnuplot", "-", (char *)NULL);
		_exit(127);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* gnuplot's exit status reports only some errors, so check the first and last bytes of the PNG. */
static bool is_png(const char *data, size_t size)
{
	static const char begin[] = "\x89PNG\r\n\x1a\n", end[] = "IEND\xae\x42\x60\x82";

	return size > 16 && !memcmp(data, begin, 8) && !memcmp(data + size - 8, end, 8);
}

/* Read a whole file. */
static char *read_all(FILE *f, size_t *size)
{
	char *data;

	if (fseek(f, 0, SEEK_END))
		return NULL;
	*size = ftell(f);
	rewind(f);
	data = check_memory(malloc(*size + 1));
	if (fread(data, 1, *size, f) == *size)
		return data;
	free(data);
	return NULL;
}

int plots_draw(struct plots *p)
{
	FILE *script = tmpfile(), *png = tmpfile();
	char *data = NULL;
	size_t size;
	int err = 0;

	if (!p->nr || !script || !png) {
		err = cli_error("mmstorm bench: --plot: %s",
				p->nr ? strerror(errno) : "there are no points");
		goto out;
	}
	put_script(script, p);
	rewind(script);
	if (!run_gnuplot(script, png))
		data = read_all(png, &size);
	if (!data || !is_png(data, size)) {
		err = cli_error("mmstorm bench: --plot: gnuplot made no PNG");
		goto out;
	}
	err = output_write(p->path, data, size);
	if (err)
		err = cli_error("mmstorm bench: --plot: %s: %s", p->path, strerror(-err));
out:
	free(data);
	if (script)
		fclose(script);
	if (png)
		fclose(png);
	return err;
}
