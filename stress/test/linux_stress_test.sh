#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# linux_stress_test.sh - each workload runs for a moment on the files of kernel trees, and what a
# tree does not have is refused.
#
# usage: linux_stress_test.sh MMSTORM CORPUS OPERATIONS TREE...
#
# A finding is a failure, unless the corpus knows the defect of the tree: corpus/linux/*/about.md
# has a line "Trees:", and its program one "expect ORACLE".
set -u

mmstorm=$1
corpus=$(realpath "$2")
operations=$3
shift 3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

fail() {
	echo "FAILED: $*"
	failed=$((failed + 1))
}

# bad TEXT OPTION...: one line that has TEXT, and status 2.
bad() {
	local text=$1

	shift
	"$mmstorm" stress "$@" >out 2>err
	[ $? -eq 2 ] || fail "$*: not refused with status 2: $(cat out err)"
	[ "$(wc -l <err)" = 1 ] || fail "$*: more than one line: $(cat err)"
	grep -qF -e "$text" err || fail "$*: said '$(cat err)', expected '$text'"
}

# known TREE ORACLE: does the corpus have a defect of this tree with this oracle?
known() {
	local about

	for about in "$corpus"/linux/*/about.md; do
		grep -q "^Trees:.* $1\( \|$\)" "$about" &&
			grep -qx "expect $2" "${about%about.md}repro.prog" && return 0
	done
	return 1
}

# run TREE OPTION...
run() {
	local tree=$1 oracle

	shift
	"$mmstorm" stress --on "$tree" --operations "$operations" --quiet-every 1000 --search 0 \
		--worlds-every 4 --pass-over invariant-hint "$@" >out 2>err && return
	oracle=$(sed -n 's/^FINDING \([^ ]*\) .*/\1/p' out)
	[ -n "$oracle" ] && known "$tree" "$oracle" && return
	fail "$tree: $*: $(cat out err)"
}

for tree; do
	for workload in percpu vmap aliases vmalloc mixed fail; do
		run "$tree" "$workload"
	done
	run "$tree" --mmu host percpu
	run "$tree" --threads 1 boot
	bad "target vmap_zone needs back end 'zone', which $tree does not have" --on "$tree" zone
	bad "expected --threads 1" --on "$tree" --threads 2 boot
	bad "vmallocinfo, which $tree does not offer" --on "$tree" \
		--mix vmalloc=1,vfree=1,vmallocinfo=1 vmalloc
	bad "found 'pair-$tree', expected an implementation that is no pair" \
		--on "pair-$tree" percpu
	bad "found 'overlap', expected invariant-hint" --on "$tree" --pass-over overlap percpu
done
bad "found --pass-over, expected --on with it" --pass-over invariant-hint percpu

[ $failed -eq 0 ]
