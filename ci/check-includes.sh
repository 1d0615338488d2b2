#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check-includes.sh - check that each folder includes only the folders below it.
#
# It reads the lines #include "..." of core/, targets/ and stress/. A path is looked for beside the
# including file, then in the folders that the build searches.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

usage() {
	cat <<-END
	usage: ci/check-includes.sh

	Checks the #include lines of core/, targets/ and stress/ against a table in this
	script, and prints each violation as FILE:LINE: TEXT.

	Options:
	  -h, --help  print this help

	Exit status: 0 no violation, 1 violations, 2 bad usage.
	END
}

only_help "$@"

# A line is: a folder, and the folders that it may include besides itself. A name that ends in *
# stands for all folders below it. Folders of tests may include all. Operations and oracles drive
# allocators through the back ends of world/, so they include none; but boot memory has no back end.
table() {
	local h=targets/harness allocators='core/boot core/vmap core/percpu'
	cat <<-END
	core/sched sanitizers
	core/sched/strategy core/sched
	core/explore core/sched
	core/machine core/sched
	core/boot core/sched core/machine
	core/vmap core/sched core/machine
	core/percpu core/sched core/machine core/vmap
	core/bench core/sched core/explore core/machine $allocators
	$h/program core/sched
	$h/mutate core/sched $h/program
	$h/world core/sched core/machine $allocators $h/program
	$h/exec core/sched core/machine $h/program $h/world
	$h/oracle core/sched core/machine core/boot $h/program $h/world $h/exec
	$h/ops core/sched core/machine core/boot $h/program $h/world $h/exec $h/oracle
	$h/tool core/sched core/machine core/bench $h/program $h/world $h/exec $h/oracle $h/ops
	$h/fuzz core/sched core/machine $h/*
	targets core/* $h/* targets/import
	targets/linux core/sched core/machine $h/world $h/program
	targets/linux/bridge core/sched core/machine $h/world $h/program targets/linux*
	targets/linux/units targets/linux*
	targets/linux/words targets/linux*
	targets/linux/include targets/linux*
	targets/import core/* $h/*
	targets/mmstorm core/* $h/* targets/import targets/mmstorm/hunt
	targets/mmstorm/hunt core/sched core/bench $h/program $h/tool targets/mmstorm
	stress core/* $h/*
	END
}

list() { # list FOLDER...: C files that exist
	git ls-files --cached --others --exclude-standard -- "$@" | sort -u |
		grep -E '\.[ch]$' | grep -v '/test/' |
		while read -r f; do [ ! -f "$f" ] || printf '%s\n' "$f"; done
}

mapfile -t files < <(list core targets stress)
if [ ${#files[@]} -eq 0 ]; then
	echo "check-includes.sh: found no C file" >&2
	exit 0
fi

grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' /dev/null "${files[@]}" |
	awk -v table="$(table)" '
	function exists(path,    line, r) {
		if (!(path in known)) {
			r = (getline line < path)
			close(path)
			known[path] = r >= 0
		}
		return known[path]
	}
	function folder(path) {
		return match(path, /\/[^\/]*$/) ? substr(path, 1, RSTART - 1) : "."
	}
	function clean(path) { # a/b/../c is a/c
		while (match(path, /[^\/.][^\/]*\/\.\.\//))
			path = substr(path, 1, RSTART - 1) substr(path, RSTART + RLENGTH)
		return path
	}
	function resolve(from, name,    i, dir, nr, path) {
		nr = split(from ";core;targets/harness;targets/import;targets/mmstorm;sanitizers;" \
			   "targets", dir, ";")
		for (i = 1; i <= nr; i++) {
			path = clean(dir[i] "/" name)
			sub(/^\.\//, "", path)
			if (exists(path))
				return path
		}
		return ""
	}
	function allowed(from, to,    i, nr, may, below) {
		if (from == to)
			return 1
		nr = split(rule[from], may, " ")
		for (i = 2; i <= nr; i++) {
			below = may[i]
			if (may[i] == to || (sub(/\*$/, "", below) && index(to "/", below) == 1))
				return 1
		}
		return 0
	}
	BEGIN {
		nr = split(table, line, "\n")
		for (i = 1; i <= nr; i++) {
			split(line[i], word, " ")
			rule[word[1]] = line[i]
		}
	}
	{
		split($0, field, ":")
		place = field[1] ":" field[2]
		name = $0
		sub(/^[^"]*"/, "", name)
		sub(/".*/, "", name)
		from = folder(field[1])
		path = resolve(from, name)
		checked++
		if (!(from in rule))
			text = "a folder without a line in the table"
		else if (path == "")
			text = "\"" name "\" is in none of the folders of the tree"
		else if (!allowed(from, folder(path)))
			text = "\"" name "\": " from " may not include " folder(path)
		else
			next
		print place ": " text
		violations++
	}
	END {
		if (violations) {
			printf "check-includes.sh: %d violations\n", violations > "/dev/stderr"
			exit 1
		}
		printf "check-includes.sh: %d include lines, no violation\n", checked
	}'
