#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bug_test.sh - a planted bug: threads find it, and it ends as a small program that fails each time.
#
# usage: bug_test.sh MMSTORM WORKLOAD
# MMSTORM is a front door with the bug, and beside it stress/mmstorm_stress with the bug.
set -u

mmstorm=$1
workload=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

fail() {
	echo "FAILED: $*"
	cat out err
	exit 1
}

# The cause may lie too far back in the history of the threads, and the time to minimise is limited.
# Each seed is another history.
for seed in 1 2 3 4 5; do
	rm -rf findings
	"$mmstorm" stress --seconds 60 --search 30 --seed $seed "$workload" >out 2>err
	[ $? -eq 1 ] || fail "seed $seed: status $?, expected a finding"
	grep -q '^FINDING ' out || fail "no finding"
	# A finding that is reported is on disk: the program as it was found, and the rings.
	program=$(sed -n 's/^  the last operations: //p' out)
	grep -q '^# found on threads, not yet replayed: ' "$program" || fail "no program"
	grep -q '^thread ' "${program%.prog}.rings" || fail "no rings"
	"$mmstorm" show "$program" >shown || fail "$program is not well formed"
	small=${program%.prog}-small.prog
	[ ! -e "$small" ] || [ "$(grep -c '^  ' "$small")" -gt 12 ] || break
done
[ -e "$small" ] || fail "no small program: $(cat "$program")"
[ "$(grep -c '^  ' "$small")" -le 12 ] || fail "more than 12 operations: $(cat "$small")"
"$mmstorm" run --times 1000 "$small" >out 2>err || fail "status $?: $(cat "$small")"
grep -q '1000 of 1000 the same' out || fail "not always: $(cat "$small")"
