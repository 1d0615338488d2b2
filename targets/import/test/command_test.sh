#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# command_test.sh - mmstorm import and run --fidelity: output, and messages of errors
# usage: command_test.sh MMSTORM FOLDER-OF-RECORDINGS
set -euo pipefail

mmstorm=$1 traces=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() {
	echo "FAILED: $*" >&2
	cat "$dir/out" "$dir/err" >&2
	exit 1
}

# expect STATUS PATTERN COMMAND...: exit status, and a line of the output that matches
expect() {
	local status=$1 pattern=$2 got=0
	shift 2
	"$@" >"$dir/out" 2>"$dir/err" || got=$?
	[ "$got" -eq "$status" ] || fail "status $got, expected $status: $*"
	grep -q -E -e "$pattern" "$dir/out" "$dir/err" || fail "no '$pattern': $*"
}

event='a-1 [000] ..... 1.5: percpu_free_percpu: base_addr=1 off=8 ptr=1'
printf 'nonsense\n%s\n' "$event" >"$dir/small.trace"
printf '# tracer: nop\n' >"$dir/none.trace"
: >"$dir/empty.trace"

expect 0 'usage: mmstorm import' "$mmstorm" import --help
expect 2 'found 0 files' "$mmstorm" import
expect 2 'found 2 files' "$mmstorm" import "$dir/small.trace" "$dir/small.trace"
expect 2 'found option --what, expected one of' "$mmstorm" import --what "$dir/small.trace"
expect 2 'option --max: found no value' "$mmstorm" import "$dir/small.trace" --max
expect 2 "option --max: found '0', expected a size from 1" \
	"$mmstorm" import --max 0 "$dir/small.trace"
expect 2 "option --unit: found '2M', expected a size from 4K to 1M" \
	"$mmstorm" import --unit 2M "$dir/small.trace"
expect 2 "option --events: found 'x', expected percpu or vmap" \
	"$mmstorm" import --events x "$dir/small.trace"
expect 2 'expected at most a unit' "$mmstorm" import --static 1M --dynamic 4 "$dir/small.trace"
# The first dynamic byte is byte 4 of the unit.
expect 2 'expected at most a unit' \
	"$mmstorm" import --unit 4096 --static 1 --dynamic 4095 "$dir/small.trace"
expect 2 'found no event for --events vmap' "$mmstorm" import --events vmap "$dir/small.trace"
expect 2 'no/such: cannot read the recording' "$mmstorm" import "$dir/no/such"
expect 2 'found no known event' "$mmstorm" import "$dir/none.trace"
expect 2 'found no known event' "$mmstorm" import "$dir/empty.trace"
expect 2 'cannot write the program' "$mmstorm" import "$dir/small.trace" -o "$dir/no/such/out.prog"
expect 2 'gzip' "$mmstorm" import <(head -c 1000 "$traces/netns-churn.trace.gz")
[ ! -e "$dir/no" ] || fail 'something was written'

# Standard input, with a byte order mark and from a pipe; a name that is no line of a comment.
printf '\357\273\277%s\n' "$event" >"$dir/mark.trace"
expect 0 '^standard input: 1 lines, 1 events' "$mmstorm" import - <"$dir/mark.trace"
expect 0 'imported from standard input\.$' "$mmstorm" import - \
	< <(cat "$dir/small.trace")
expect 2 '^standard input: found no known event' "$mmstorm" import - <"$dir/none.trace"
cp "$dir/small.trace" "$dir/two
lines"
expect 0 '^# Requests .* from two\?lines\.$' "$mmstorm" import "$dir/two
lines"
echo 'a-1 [000] ..... 1.5: purge_vmap_area_lazy: start=0x1000 end=0x2000 num_purged=1' \
	>"$dir/purge.trace"
expect 2 'found purges alone \(1 of them\), expected allocations or frees' \
	"$mmstorm" import "$dir/purge.trace"

expect 0 ":1: found 'nonsense', expected" "$mmstorm" import "$dir/small.trace"
expect 0 'left out: 1 unreadable lines' "$mmstorm" import "$dir/small.trace"
expect 0 '^target percpu_bitmap' "$mmstorm" import "$dir/small.trace" --bare
expect 0 'left out: 32 events for --events vmap' "$mmstorm" import "$traces/netns-churn.trace.gz"
expect 0 '^target vmap' "$mmstorm" import "$traces/thread-churn.trace.gz" --max 50

# Recordings of one CPU, which is not CPU 0: whole programs, that pass.
echo 'x-1 [001] .... 1.0: percpu_alloc_percpu: reserved=0 is_atomic=0 size=8 align=8' \
	'base_addr=0x1 off=8 ptr=0x1' >"$dir/one.trace"
cat >"$dir/one.expected" <<-END
	mmstorm 1
	target percpu_bitmap
	machine pages=1800 unit=1M
	task a cpu=1
	  p1 = alloc_percpu size=8 align=4
	  p2 = alloc_percpu size=8
	schedule turns a*2
END
expect 0 'target percpu_bitmap: 2 operations, 1 of them' \
	"$mmstorm" import "$dir/one.trace" -o "$dir/one.prog"
diff "$dir/one.expected" <(grep -v '^#' "$dir/one.prog") >&2 || fail 'a recording of CPU 1'
# "sed" reads to the end, so that zcat does not fail.
zcat "$traces/netns-churn.trace.gz" | sed -n '/\[001\]/p' >"$dir/cpu1.trace"
for events in percpu vmap; do
	expect 0 'target ' "$mmstorm" import --events "$events" "$dir/cpu1.trace" -o "$dir/one.prog"
	expect 0 ': ok ' "$mmstorm" run "$dir/one.prog" --times 3
	! grep -E '^task . cpu=0' "$dir/one.prog" || fail "events of CPU 0: $events"
done

expect 2 'found no known event' "$mmstorm" run "$dir/none.trace" --fidelity
expect 0 'of 7202 allocations elsewhere' "$mmstorm" run "$traces/netns-churn.trace.gz" --fidelity
expect 0 '^[^ ]*netns-churn.trace.gz:[0-9]+: size=' \
	"$mmstorm" run "$traces/netns-churn.trace.gz" --fidelity --list
expect 0 '"allocator":"percpu","events":14398,.*"first_fit":7' \
	"$mmstorm" run "$traces/netns-churn.trace.gz" --fidelity --json
