#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nightly.sh - hours of stress and fuzzing, in steps, with a page that sums them up.
#
# A night is a list of steps in build/nightly/plan. A step leaves its output in
# build/nightly/STEP.log and, once it is done, its exit status in build/nightly/STEP.status. So a
# night that was interrupted goes on with the first step that has none. The summary is written anew
# after each step.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

usage() {
	cat <<-END
	usage: ci/nightly.sh [OPTION]...

	Runs all tests, then stress of every workload in the flavours release, asan and tsan,
	then fuzzing of every target; replays the new findings, merges the work corpora,
	measures how long the bugs of the bank take to find (mmstorm bench hunt), and writes
	build/nightly/summary.md. An interrupted night goes on where it stopped.

	Options:
	  --hours H    time for stress, fuzzing and the hunt, such as 0.1 (default: 8)
	  --new        begin a new night, although the last one has not ended
	  --no-tests   leave the tests out
	  --no-setup   do not install missing packages
	  -h, --help   print this help

	Exit status: 0 no failure and no finding, 1 a failure or a finding, 2 bad usage, or a
	build failed.
	END
}

hours=8 new=false tests=true setup=true
while [ $# -gt 0 ]; do
	case $1 in
	--hours)
		need_value "$@"
		[[ $2 =~ ^[0-9]{1,4}(\.[0-9]{1,3})?$ && $2 =~ [1-9] ]] ||
			die "--hours: found '$2', expected a number of hours above 0"
		hours=$2
		shift
		;;
	--new) new=true ;;
	--no-tests) tests=false ;;
	--no-setup) setup=false ;;
	--help | -h)
		usage
		exit 0
		;;
	*) die "found '$1', expected one of --hours, --new, --no-tests, --no-setup and --help" ;;
	esac
	shift
done

night=build/nightly
stress_flavours=(release asan tsan)

if $setup; then
	bash ci/setup.sh || exit 2
fi
for flavour in "${stress_flavours[@]}"; do
	build "$flavour" mmstorm stress/mmstorm_stress || exit 2
done

# The names of the workloads, from the help of the front door.
workloads() {
	build/release/mmstorm stress --help |
		sed -n '/^WORKLOAD is/,/^$/ s/^  \([a-z]*\)  *[^ ].*/\1/p'
}

# hunt_options SECONDS: of a hunt that takes at most so long. Each of 12 bugs and 10 columns has a
# run and a control.
hunt_options() {
	local limit=$(($1 / 240))
	if [ "$limit" -ge 3 ]; then
		echo "--seeds 1 --seconds $limit"
	else
		echo "--sample"
	fi
}

# make_plan: a line a step, "NAME COMMAND...". The hunt has an eighth of the time, and stress and
# fuzzing half of the rest each.
make_plan() {
	local seconds all share flavour workload hunt
	seconds=$(awk -v h="$hours" 'BEGIN { printf "%d", h * 3600 }')
	hunt=$(hunt_options $((seconds / 8)))
	seconds=$((seconds - seconds / 8))
	mapfile -t all < <(workloads)
	share=$((seconds / 2 / ${#all[@]} / ${#stress_flavours[@]}))
	[ "$share" -gt 0 ] || share=1
	! $tests || echo "tests bash ci/test.sh --full --no-setup"
	for workload in "${all[@]}"; do
		for flavour in "${stress_flavours[@]}"; do
			echo "stress-$flavour-$workload build/$flavour/mmstorm stress --json" \
				"--seconds $share --seed $RANDOM --findings findings $workload"
		done
	done
	echo "fuzz bash ci/fuzz.sh --no-setup --seconds $((seconds / 2 + 1))"
	echo "replay replay_findings"
	echo "hunt build/release/mmstorm bench --build --state $night/hunt.json $hunt hunt"
	echo "merge merge_corpora"
}

# shellcheck disable=SC2317 # called by the plan
# replay_findings: run what is in findings/ and was not there when the night began.
replay_findings() {
	local program oracle tool status=0
	while read -r program; do
		oracle=$(sed -n 's/^expect //p' "$program")
		tool=build/release/mmstorm
		case $oracle in
		race) tool=build/tsan/mmstorm ;;
		sanitizer) tool=build/asan/mmstorm ;;
		esac
		echo "$program"
		"$tool" run --times 100 "$program" || true
		status=1
	done < <(find findings -maxdepth 1 -name '*.prog' -newer "$night/plan" 2>/dev/null | sort)
	return "$status"
}

# shellcheck disable=SC2317 # called by the plan
# merge_corpora: keep of each work corpus the inputs that add coverage.
merge_corpora() {
	local target corpus before
	while read -r target; do
		corpus=build/fuzz-corpus/$target
		if [ ! -d "$corpus" ] || [ ! -x "build/fuzz/targets/$target" ]; then
			continue
		fi
		before=$(find "$corpus" -type f | wc -l)
		rm -rf "$corpus.merged"
		mkdir "$corpus.merged"
		"build/fuzz/targets/$target" -merge=1 "$corpus.merged" "$corpus" \
			>"$night/merge-$target.log" 2>&1 || {
			echo "$target: the merge failed: $night/merge-$target.log"
			return 1
		}
		rm -rf "$corpus"
		mv "$corpus.merged" "$corpus"
		echo "$target: $before inputs, now $(find "$corpus" -type f | wc -l)"
	done < <(fuzz_targets)
}

# field NAME FILE: a number of the last JSON object of a file, or nothing.
field() {
	tail -n 1 "$2" 2>/dev/null | sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p"
}

# quarters FILE: the most memory of a stress run in each quarter of its time, in MiB.
quarters() {
	sed -n 's/.*"second": .*"memory": \([0-9]*\).*/\1/p' "$1" 2>/dev/null |
		awk '{ m[NR] = $1 }
		     END {
			for (q = 0; q < 4 && NR >= 4; q++) {
				most = 0
				for (i = int(q * NR / 4) + 1; i <= int((q + 1) * NR / 4); i++)
					if (m[i] > most)
						most = m[i]
				printf "%s%.1f", q ? " " : "", most / 1048576
			}
		     }'
}

summarise() {
	local name status
	echo "# The night of $(date -r "$night/plan" +%F)"
	echo
	echo "$hours h for stress, fuzzing and the hunt."
	echo "Version $(git describe --always 2>/dev/null || echo unknown)."
	echo
	echo "| step | result | operations/s | memory by quarter, MiB |"
	echo "|---|---|---|---|"
	while read -r name _; do
		status=$(cat "$night/$name.status" 2>/dev/null || echo 'not run')
		case $status in
		0) status=clean ;;
		1) status='**finding**' ;;
		[0-9]*) status="**failed, status $status**" ;;
		esac
		if [[ $name = stress-* ]]; then
			echo "| $name | $status | $(field operations_per_s "$night/$name.log") |" \
				"$(quarters "$night/$name.log") |"
		else
			echo "| $name | $status | | |"
		fi
	done <"$night/plan"
	echo
	echo "Fuzzing:"
	echo
	sed -n '/^target  *flavour/,$ s/^/    /p' "$night/fuzz.log" 2>/dev/null || true
	echo
	echo "Hunt of the bugs of the bank:"
	echo
	sed -n '/^Seconds to the first/,$ s/^/    /p' "$night/hunt.log" 2>/dev/null || true
	echo
	echo "New findings:"
	echo
	sed 's/^/    /' "$night/replay.log" 2>/dev/null || true
}

# The plan of an unfinished night stays.
if $new || [ ! -f "$night/plan" ] || [ -f "$night/merge.status" ]; then
	rm -rf "$night"
	mkdir -p "$night" findings
	make_plan >"$night/plan.part"
	echo "$hours" >"$night/hours"
	mv "$night/plan.part" "$night/plan"
else
	hours=$(cat "$night/hours")
	echo "going on with the night of $(date -r "$night/plan" '+%F %H:%M'), $hours h"
fi

# An interrupted step has no status, and begins anew in the next call.
trap 'echo "interrupted: the next call goes on"; exit 1' INT TERM
result=0
while read -r name command; do
	if [ ! -f "$night/$name.status" ]; then
		printf '%s  %s ... ' "$(date +%T)" "$name"
		status=0
		# shellcheck disable=SC2086 # a command with its words
		$command >"$night/$name.log" 2>&1 </dev/null || status=$?
		echo "$status" >"$night/$name.status"
		case $status in
		0) echo clean ;;
		1) echo "FAILURE OR FINDING: $night/$name.log" ;;
		*) echo "FAILED with status $status: $night/$name.log" ;;
		esac
	fi
	[ "$(cat "$night/$name.status")" -eq 0 ] || result=1
	summarise >"$night/summary.md.part"
	mv "$night/summary.md.part" "$night/summary.md"
done <"$night/plan"
echo "$night/summary.md"
exit $result
