#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# scripts_test.sh - the scripts refuse bad usage, and each style check fires; run by ctest.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect STATUS TEXT COMMAND...: exit status, and a line of the output that holds TEXT.
expect() {
	local status=$1 text=$2 got=0
	shift 2
	"$@" >"$work/output" 2>&1 || got=$?
	if [ "$got" -ne "$status" ] || ! grep -qF -e "$text" "$work/output"; then
		echo "$*: status $got, expected $status and '$text'; output:"
		cat "$work/output"
		failed=1
	fi
}

expect 0 "usage:" "$top/ci/setup.sh" --help
expect 2 "unknown option '--nope'" "$top/ci/setup.sh" --nope
expect 0 "usage:" "$top/ci/test.sh" --help
expect 2 "unknown option '--nope'" "$top/ci/test.sh" --nope
expect 0 "usage:" "$top/ci/coverage.sh" --help
expect 0 "Targets: " "$top/ci/fuzz.sh" --help
expect 2 "unknown option '--nope'" "$top/ci/fuzz.sh" --nope
expect 2 "--seconds: found '0'" "$top/ci/fuzz.sh" --seconds 0
expect 2 "--jobs: found 'many'" "$top/ci/fuzz.sh" --jobs many
expect 2 "--seconds needs a value" "$top/ci/fuzz.sh" --seconds
expect 2 "no target 'nope', expected " "$top/ci/fuzz.sh" nope
expect 2 "no fuzzing preset 'gcc'" "$top/ci/fuzz.sh" --preset gcc
expect 2 "no engine 'nope'" "$top/ci/fuzz.sh" --engine nope
expect 2 "exclude each other" "$top/ci/fuzz.sh" --engine afl --preset fuzz

# A repository of its own, first without and then with every violation.
if command -v git >/dev/null; then
	tree=$work/tree
	mkdir -p "$tree/ci" "$tree/bare"
	cp "$top/.clang-format" "$tree/"
	cp "$top/ci/check-style.sh" "$top/ci/README.md" "$tree/ci/"
	git init -q "$tree"
	expect 0 "no violation" "$tree/ci/check-style.sh"
	tag='/* SPDX-License-Identifier: GPL-2.0-or-later */'
	printf 'int no_tag;\n' >"$tree/a.c"
	printf '%s\nint   format;\n' "$tag" >"$tree/b.c"
	printf '%s\nvoid f(void)\n{\n\t__sync_synchronize();\n}\n' "$tag" >"$tree/c.c"
	printf '%s\n/* %0100d */\n' "$tag" 0 >"$tree/d.c"
	printf 'target vmap \n' >"$tree/e.prog"
	printf '%s\nint bare;\n' "$tag" >"$tree/bare/f.c"
	printf '%s\n/* TO''DO */\n' "$tag" >"$tree/g.c"
	expect 1 "a.c:1: no SPDX" "$tree/ci/check-style.sh"
	if command -v clang-format-14 >/dev/null; then
		expect 1 "b.c:2: not as clang-format-14" "$tree/ci/check-style.sh"
	fi
	expect 1 "c.c:4: a fence" "$tree/ci/check-style.sh"
	expect 1 "d.c:2: longer than 100" "$tree/ci/check-style.sh"
	expect 1 "e.prog:1: white space" "$tree/ci/check-style.sh"
	expect 1 "bare: a folder without README.md" "$tree/ci/check-style.sh"
	expect 1 "g.c:2: a task left" "$tree/ci/check-style.sh"
fi
[ "$failed" -eq 0 ] && echo "all as expected"
exit "$failed"
