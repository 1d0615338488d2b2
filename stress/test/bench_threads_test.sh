#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench_threads_test.sh - each case has a figure, and mmstorm prints all figures.
#
# usage: bench_threads_test.sh BENCH_THREADS MMSTORM
set -u

bench=$1
mmstorm=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

fail() {
	echo "FAILED: $*"
	failed=$((failed + 1))
}

"$bench" --help >help || fail "--help: status $?"
grep -q '^usage: bench_threads' help || fail "--help: $(cat help)"
"$bench" --nonsense >out 2>err
[ $? -eq 2 ] || fail "an unknown option is not refused with status 2"
"$bench" word >out 2>err
[ $? -eq 2 ] || fail "an argument is not refused with status 2"
[ "$(cat err)" = "bench_threads: found 'word', expected one of bench_threads --help" ] ||
	fail "an argument: said $(cat err)"
"$bench" --quick --only nonsense >out 2>err
[ $? -eq 2 ] || fail "--only that fits no case is not refused with status 2"
grep -q "found 'nonsense'" err || fail "--only that fits no case: said $(cat err)"

# figures FILE: print the name of each figure of several threads in FILE.
figures() {
	local name='"case": ?"(threads, [^"]*)"' metric='"metric": ?"([1248] threads?)"'
	local value='"value": ?[0-9.]*[1-9][0-9.]*' unit='"unit": ?"(cpu-)?ns"'

	sed -nE "s/^\{\"bench\": ?\"vmap\", ?$name, ?$metric, ?$value, ?$unit ?\}$/\1: \2/p" "$1"
}

"$bench" --quick >out || fail "--quick: status $?"
figures out >measured
[ "$(wc -l <measured)" -eq "$(wc -l <out)" ] || fail "a line without a figure: $(cat out)"
# Each kind of space that there is has all cases.
kinds=$(sed 's/^threads, \([a-z]*\):.*/\1/' measured | sort -u)
grep -qx lazy <<<"$kinds" || fail "no figures of the lazy kind"
for kva in $kinds; do
	for what in "vm_map_ram pair, 1 page" "vm_map_ram pair, 4 pages" "area pair, 4 pages"; do
		for threads in "1 thread" "2 threads" "4 threads" "8 threads"; do
			[ "$(grep -cx "threads, $kva: $what: $threads" measured)" -eq 1 ] ||
				fail "$kva: $what, $threads: not found exactly once"
		done
	done
done
[ $failed -eq 0 ] || cat out

"$mmstorm" bench --quick --json vmap >out 2>err || fail "mmstorm bench: status $?: $(cat err)"
figures out >printed
cmp measured printed || fail "mmstorm bench --json has other figures: $(cat out)"

# The table has a row for each case and kind of space.
"$mmstorm" bench --quick vmap >out 2>err || fail "mmstorm bench: status $?: $(cat err)"
rows=$(grep -cE '^threads, .*( +[0-9.]+){4}$' out)
[ "$rows" -eq $(($(wc -l <measured) / 4)) ] || fail "mmstorm bench: $rows rows: $(cat out)"

# The plot has a line for each case: this gnuplot keeps its script.
mkdir bin
printf '#!/bin/sh\ncat >"%s/script"\nexit 1\n' "$work" >bin/gnuplot
chmod +x bin/gnuplot
PATH=$work/bin:$PATH "$mmstorm" bench --quick --plot plot.png vmap >out 2>err
sed 's/: [1248] threads\{0,1\}$//' measured | sort -u >names
while read -r name; do
	[ "$(grep -oF "title '$name'" script | wc -l)" -eq 1 ] ||
		fail "--plot: no line '$name': $(cat err)"
done <names

# Without the program, or if it fails, there is a note, and all other figures.
mkdir alone
cp "$mmstorm" alone/mmstorm
alone/mmstorm bench --quick --json vmap >out 2>err || fail "alone: status $?"
grep -q 'note: no figures of several threads' err || fail "alone: no note: $(cat err)"
[ -s out ] || fail "alone: found no figure"
[ -z "$(figures out)" ] || fail "alone: found figures of several threads"
mkdir alone/stress
printf '#!/bin/sh\necho nonsense\nexit 0\n' >alone/stress/bench_threads
chmod +x alone/stress/bench_threads
alone/mmstorm bench --quick --json vmap >out 2>err || fail "nonsense: status $?"
grep -q 'note: figures of several threads are missing' err || fail "nonsense: no note: $(cat err)"
printf '#!/bin/sh\nkill -9 $$\n' >alone/stress/bench_threads
alone/mmstorm bench --quick --json vmap >out 2>err || fail "killed: status $?"
grep -q 'note: figures of several threads are missing' err || fail "killed: no note: $(cat err)"

[ $failed -eq 0 ]
