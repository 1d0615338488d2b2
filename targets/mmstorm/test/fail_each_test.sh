#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fail_each_test.sh - --fail-each finds, prints and writes a bug that needs a failing request.
#
# usage: fail_each_test.sh MMSTORM PROGRAM
# MMSTORM is built with a bug that PROGRAM shows only if a certain request fails.
set -u

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

fail() {
	echo "FAILED: $*"
	exit 1
}

"$1" run "$2" >/dev/null || fail "the bug shows without a failing request"
out=$("$1" run --fail-each "$2")
[ $? -eq 1 ] || fail "status is not 1: $out"
n=$(sed -n '1s/^.*: request \([0-9]*\) fails: .*$/\1/p' <<<"$out")
[ -n "$n" ] || fail "no request is named: $out"
line=$(sed -n 's/^  to reproduce it, add before the first task: //p' <<<"$out")
[ "$line" = "fail at=$n" ] || fail "found '$line', expected 'fail at=$n'"

# The program with that line reproduces the finding; so does the program that is written.
awk -v line="$line" '/^(task|irq) / && !done { print line; done = 1 } 1' "$2" >"$dir/with.prog"
"$1" run --no-expect "$dir/with.prog" >"$dir/again" && fail "the line does not reproduce it"
"$1" run --fail-each -o "$dir/out.prog" "$2" >"$dir/out" && fail "found nothing with -o"
grep -q "^fail at=$n\$" "$dir/out.prog" || fail "no failing request in the written program"
grep -q '^expect ' "$dir/out.prog" || fail "no oracle in the written program"
grep -q '^digest 0x' "$dir/out.prog" || fail "no digest in the written program"
"$1" run --times 3 "$dir/out.prog" >"$dir/again" || fail "written program: $(cat "$dir/again")"
grep -q 'fails as expected' "$dir/again" || fail "the written program does not fail"

out=$("$1" run --fail-each --json --no-fork "$2")
grep -q '"outcome":"finding",.*"failed_request":'"$n"',"oracle":"' <<<"$out" || fail "json: $out"
exit 0
