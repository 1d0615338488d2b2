#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fail_each_test.sh - a bug that only shows when a request fails is found, told and written down.
#
# usage: fail_each_test.sh MMSTORM PROGRAM
# MMSTORM is built with a bug that PROGRAM shows only if one certain request of it fails.
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
line=$(sed -n 's/^  to repeat it, add before the first task: //p' <<<"$out")
[ "$line" = "fail at=$n" ] || fail "found '$line', expected 'fail at=$n'"

# The line, added to the program, repeats it; so does the program that is written.
awk -v line="$line" '/^(task|irq) / && !done { print line; done = 1 } 1' "$2" >"$dir/with.prog"
"$1" run --no-expect "$dir/with.prog" >"$dir/again" && fail "the line does not repeat it"
"$1" run --fail-each -o "$dir/out.prog" "$2" >"$dir/out" && fail "found nothing with -o"
grep -q "^fail at=$n\$" "$dir/out.prog" || fail "no failing request in what was written"
grep -q '^expect ' "$dir/out.prog" || fail "no oracle in what was written"
grep -q '^digest 0x' "$dir/out.prog" || fail "no digest in what was written"
"$1" run --times 3 "$dir/out.prog" >"$dir/again" || fail "what was written: $(cat "$dir/again")"
grep -q 'fails as expected' "$dir/again" || fail "what was written does not fail"

out=$("$1" run --fail-each --json --no-fork "$2")
grep -q '"outcome":"finding",.*"failed_request":'"$n"',"oracle":"' <<<"$out" || fail "json: $out"
exit 0
