#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# stress_test.sh - each workload runs for a moment without a finding, and the command line refuses
# what makes no sense.
#
# usage: stress_test.sh MMSTORM CORPUS [OPERATIONS]
set -u

mmstorm=$1
corpus=$(realpath "$2")
operations=${3:-100K}
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

"$mmstorm" stress --help >help || fail "--help: status $?"
grep -q '^usage: mmstorm stress' help || fail "--help: $(cat help)"
bad "found 0 workloads, expected one"
bad "found 2 workloads, expected one" percpu vmap
bad "nonsense" nonsense
bad "'65'" --cpus 65 percpu
bad "'0'" --threads 0 percpu
bad "found 'zone', expected the kind of a space that the workload aliases has" --kva zone aliases
bad "found 'linux0', expected an implementation" --on linux0 percpu
bad "found 'real', expected model or host" --mmu real percpu
bad "found 33 threads, expected at most 32 with --mmu host" --mmu host --threads 33 boot
bad "found 'nothing', expected an operation" --mix nothing=1 vmap
bad "found 'vmalloc', which the target percpu_bitmap does not have" \
	--mix vmalloc=1,vfree=1 percpu
bad "found 'alloc_percpu', expected operations that make and free percpu" \
	--mix alloc_percpu=1 percpu
bad "found 'x', expected an operand" --mix alloc_percpu=1:x=3,free_percpu=1 percpu
bad "found weights of 0 only" --mix alloc_percpu=0,free_percpu=0 percpu
bad "expected none of them with a program" --cpus 2 "$corpus/vmap/aliases.prog"

# One object a line, the last one the summary.
for workload in percpu vmap aliases zone vmalloc mixed fail; do
	"$mmstorm" stress --json --operations "$operations" --quiet-every 2000 --worlds-every 4 \
		"$workload" >out 2>err || fail "$workload: status $?: $(cat out err)"
	tail -n 1 out | grep -q '"workload": "'$workload'"' || fail "$workload: $(cat out)"
	grep -q '"operation": "' out || fail "$workload: no percentiles: $(cat out)"
done
# On the host MMU.
for workload in percpu vmap vmalloc mixed; do
	"$mmstorm" stress --mmu host --operations 10K --quiet-every 1000 --worlds-every 4 \
		"$workload" >out 2>err || fail "--mmu host $workload: status $?: $(cat out err)"
done
for what in boot "$corpus/vmap/aliases.prog"; do
	"$mmstorm" stress --mmu host --operations 500 "$what" >out 2>err ||
		fail "--mmu host $what: status $?: $(cat out err)"
done
"$mmstorm" stress --operations 2000 boot >out 2>err || fail "boot: status $?: $(cat out err)"
grep -q '^boot: ' out || fail "boot: $(cat out)"
"$mmstorm" stress --operations 2000 "$corpus/vmap/aliases.prog" >out 2>err ||
	fail "a program: status $?: $(cat out err)"

# A signal ends a run cleanly, with its summary.
for sig in INT TERM; do
	"$mmstorm" stress --seconds 100 vmap >out 2>err &
	pid=$!
	sleep 0.5
	kill -$sig $pid
	wait $pid || fail "SIG$sig: status $?: $(cat out err)"
	grep -q '^vmap: ' out || fail "SIG$sig: no summary: $(cat out)"
done

[ $failed -eq 0 ]
