#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seen_test.sh - mmstorm explore --oracle finds the way back from what was seen elsewhere.
#
# usage: seen_test.sh SOUND MMSTORM ORACLE REPRO [FUNCTION FUNCTION]
# MMSTORM is built with a bug that REPRO shows by ORACLE; SOUND is built without. The schedule of
# REPRO is taken away, and other operations go before and after it. For a race, FUNCTIONs are those
# of its accesses.
sound=$1
oracle=$3
repro=$4
shift
# shellcheck source=targets/mmstorm/test/cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

forget() { grep -v -e '^schedule' -e '^expect' -e '^digest' -e '^shows' "$1"; }

# replays FILE: the same finding each time.
replays() {
	check 0 run --times 20 "$1"
	says "20 of 20 the same: fails as expected: $oracle"
}

forget "$repro" >seen.prog
functions=()
[ $# -lt 5 ] || functions=(--functions "$4,$5")
check 1 explore --oracle "$oracle" "${functions[@]}" --minimize --times 20 -o small.prog seen.prog
says "seen.prog: "
says ": $oracle: "
says "written to small.prog"
says "20 runs the same"
replays small.prog
operations=$(grep -c '^  ' seen.prog)
[ "$(grep -c '^  ' small.prog)" -le "$operations" ] || fail "it grew: $(cat small.prog)"
MMSTORM_FINDINGS=here check 1 explore --oracle "$oracle" --json seen.prog
says '"found":true'
says "\"wanted\":\"$oracle\""
replays here/*"-$oracle-"*.prog

echo "# more tasks, which have no part in it"
{
	cat seen.prog
	target=$(sed -n 's/^target //p' seen.prog)
	for task in y z; do
		echo "task $task cpu=0"
		for i in 1 2 3 4 5 6 7 8; do
			case $target in
			percpu*) echo "  $task$i = alloc_percpu size=64" ;;
			*) echo "  cond_resched" ;;
			esac
		done
	done
} >long.prog
check 1 explore --oracle "$oracle" "${functions[@]}" --minimize --times 20 -o small.prog long.prog
replays small.prog
[ "$(grep -c '^  ' small.prog)" -lt 12 ] || fail "it stays long: $(cat small.prog)"

echo "# nothing to find"
check 0 explore --oracle contents --runs 100 seen.prog
says "contents not found in 100 runs"
if [ $# -ge 5 ]; then
	check 0 explore --oracle race --functions nothing,nowhere --runs 300 seen.prog
	says "race not found in 300 runs"
	says "passed over: race "
	check 1 explore --oracle race --functions "$5,$4" seen.prog
fi
mmstorm=$sound
check 0 explore --oracle "$oracle" --runs 300 seen.prog
says "$oracle not found in 300 runs"
check 0 explore --oracle "$oracle" --runs 30 --json seen.prog
says '"found":false'
finish
