#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# planted_test.sh - the watchdog reports a hang, the age check a grace period that is left out, and
# a finding that was reported is on disk even if the process is killed.
#
# usage: planted_test.sh STRESS_HANG STRESS_EARLY
set -u

hang=$1
early=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

fail() {
	echo "FAILED: $*"
	cat out err
	failed=$((failed + 1))
}

"$hang" --seconds 100 --watchdog 2 --search 0 aliases >out 2>err
[ $? -eq 1 ] || fail "hang: not status 1"
grep -qE '^FINDING deadlock in aliases \(stress\): flusher[01] has been in vm_unmap_aliases' out ||
	fail "hang: the thread is not named"
grep -qE '^  flusher[01] +in vm_unmap_aliases, [0-9]+ operations' err ||
	fail "hang: no list of threads"
grep -qE '^  flusher[01] +holds planted$' err || fail "hang: the lock held is not named"
grep -qE '^  flusher[01] +holds nothing, waits for planted$' err ||
	fail "hang: the lock waited for is not named"

# Other oracles may be first: the object of an element is freed too early as well.
for seed in 1 2 3 4 5 6 7 8 9 10; do
	"$early" --seconds 100 --search 0 --seed $seed percpu >out 2>err
	[ $? -eq 1 ] || fail "no grace period: not status 1"
	! grep -q '^FINDING contents in percpu (stress): a reader sees memory 1 grace' out || break
done
grep -q 'a reader sees memory' out || fail "no grace period: not reported"

"$hang" --seconds 100 --watchdog 1 --search 100 aliases >out 2>err &
pid=$!
until grep -q 'the last operations' out || ! kill -0 $pid; do sleep 0.1; done
kill -KILL $pid
wait $pid 2>/dev/null
file=$(sed -n 's/^  the last operations: //p' out)
grep -q '^mmstorm 1$' "$file" || fail "killed: the finding is lost"

[ $failed -eq 0 ]
