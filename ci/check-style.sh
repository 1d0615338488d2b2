#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check-style.sh - check the text of the repository, as far as a script can.
#
# It reads the files that git tracks or would track, and prints each violation as FILE:LINE: TEXT.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

usage() {
	cat <<-END
	usage: ci/check-style.sh

	Checks format, licence tags, line length, white space, memory fences, includes,
	READMEs and scripts.

	Options:
	  -h, --help  print this help

	Exit status: 0 no violation, 1 violations, 2 bad usage.
	END
}

only_help "$@"

if ! git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	echo "check-style.sh: found no git repository, style not checked"
	exit 0
fi

found=$(mktemp)
trap 'rm -f "$found"' EXIT

report() { # report TEXT: standard input holds FILE:LINE pairs, or is empty
	sed "s|\$|: $1|" >>"$found"
}

list() { # list PATHSPEC...: files that exist
	git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r f; do
		[ ! -f "$f" ] || printf '%s\n' "$f"
	done
}

mapfile -t c_files < <(list '*.c' '*.h')
mapfile -t asm_files < <(list '*.S')
mapfile -t scripts < <(list '*.sh' '.ci/run')
mapfile -t cmake_files < <(list '*CMakeLists.txt' '*.cmake')
mapfile -t programs < <(list '*.prog')
mapfile -t texts < <(list '*.md')
source_files=("${c_files[@]}" "${asm_files[@]}" "${scripts[@]}" "${cmake_files[@]}")

# Format: clang-format 14 of Debian 12, since versions disagree.
clang_format=$(command -v clang-format-14 || true)
if [ ${#c_files[@]} -eq 0 ]; then
	:
elif [ -n "$clang_format" ]; then
	"$clang_format" --dry-run -Werror "${c_files[@]}" 2>&1 |
		sed -n 's|^\([^ ]*:[0-9]*\):[0-9]*: error: .*|\1|p' | sort -t : -k1,1 -u |
		report "not as clang-format-14 -i leaves it" || true
else
	echo "check-style.sh: found no clang-format-14, format not checked" >&2
fi

# A licence tag in the first line, or in the second if the first is #!.
awk 'FNR <= 2 && /SPDX-License-Identifier: GPL-2.0-or-later/ { tagged[FILENAME] = 1 }
	FNR == 2 { nextfile }
	END { for (i = 1; i < ARGC; i++) if (!(ARGV[i] in tagged)) print ARGV[i] ":1" }' \
	"${source_files[@]}" | report "no SPDX-License-Identifier: GPL-2.0-or-later"

# 100 columns, where a tab is eight. (check-prose.sh checks Markdown.)
awk '{
		while ((i = index($0, "\t")) > 0) {
			blanks = substr("        ", 1, 8 - (i - 1) % 8)
			$0 = substr($0, 1, i - 1) blanks substr($0, i + 1)
		}
	}
	length($0) > 100 { print FILENAME ":" FNR }' "${source_files[@]}" |
	report "longer than 100 columns"

# The first comment of a long file says why it is one.
awk 'FNR == 1 { head = 1 }
	head && /Longer than 500 lines:/ { reason[FILENAME] = 1 }
	/^ \*\// { head = 0 }
	FNR == 501 && !(FILENAME in reason) { print FILENAME ":1" }' /dev/null "${c_files[@]}" |
	report "longer than 500 lines, and its first comment does not say why"

# A table of contents has each heading of its level.
awk 'FNR == 1 { any = 0; split("", listed) }
	/^[0-9]+\. \[.*\]\(#/ { gsub(/^[^[]*\[|\].*/, ""); listed[$0] = any = 1 }
	/^## / && any && !(substr($0, 4) in listed) { print FILENAME ":" FNR }' \
	/dev/null "${texts[@]}" | report "a heading that the table of contents lacks"

{ grep -nE '[[:space:]]+$' /dev/null "${source_files[@]}" "${programs[@]}" \
	"${texts[@]}" || true; } |
	cut -d: -f1,2 | report "white space at the end of the line"

# ThreadSanitizer does not model fences, and the compiler does not warn.
{ grep -nE '\b(atomic_thread_fence|__atomic_thread_fence|__sync_synchronize|cmm_smp_[a-z]*mb)\b' \
	/dev/null "${c_files[@]}" || true; } |
	cut -d: -f1,2 | report "a fence: use acquire and release operations"

{ grep -nE '\b(TODO|FIXME|XXX)\b' /dev/null "${c_files[@]}" "${scripts[@]}" \
	"${cmake_files[@]}" || true; } |
	grep -v '^ci/check-style.sh:' | cut -d: -f1,2 | report "a task left in the source" || true

# Each folder with tracked files has a README. The folder above describes folders of data and tests.
list '*' | grep / | sed 's|/[^/]*$||' | sort -u | while read -r dir; do
	case $dir in
	.ci | .github/* | */test | corpus/*) ;;
	*) [ -f "$dir/README.md" ] || echo "$dir" ;;
	esac
done | report "a folder without README.md"

# Folders include only those below them.
{ ci/check-includes.sh 2>/dev/null || true; } | grep -v ', no violation$' >>"$found" || true

if command -v shellcheck >/dev/null; then
	{ shellcheck -x -S info -f gcc "${scripts[@]}" || true; } |
		sed -n 's|^\([^:]*:[0-9]*\):[0-9]*: \(.*\)|\1: \2|p' >>"$found"
fi

# Idioms that PROSE.md rules out, and the width of Markdown.
prose=$(bash ci/check-prose.sh 2>/dev/null) || printf '%s\n' "$prose" >>"$found"

if [ -s "$found" ]; then
	cat "$found"
	echo "check-style.sh: $(wc -l <"$found") violations in ${#source_files[@]} sources" >&2
	exit 1
fi
echo "check-style.sh: ${#source_files[@]} sources and ${#programs[@]} programs, no violation"
