#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# hunt.sh - measure how long the fuzzer takes to find each bug of the bank from the ordinary seeds.
#
# Each bug has several runs with different random seeds of the fuzzer. A run ends when the bug's
# oracle fires, or at the time limit. Runs that find nothing stay in the statistics: if they are
# half of the runs or more, the median is "> limit".
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

usage() {
	cat <<-END
	usage: ci/hunt.sh [OPTION]... [BUG]...

	Measures how long the fuzzer takes to find bugs of the bank, and prints a table. BUG is
	a folder of corpus/bugs; by default all of them.

	Options:
	  --rounds N   runs of each bug, with different random seeds (default: 5)
	  --seconds N  time limit of a run (default: 120)
	  --plain      use the fuzzer's own mutations instead of the structural mutator
	  --jobs N     parallel runs (default: number of CPUs)
	  --preset P   fuzzing flavour (default: fuzz, and fuzz-tsan for races)
	  --no-setup   do not install missing packages
	  -h, --help   print this help

	Example:
	  ci/hunt.sh --rounds 11 --plain vmap-lazy-count

	Exit status: 0 every bug was found at least once, 1 one was not, 2 bad usage.
	END
}

rounds=5 seconds=120 plain=0 preset='' jobs=$(nproc) setup=true
bugs=()
while [ $# -gt 0 ]; do
	case $1 in
	--rounds | --seconds | --jobs | --preset)
		need_value "$@"
		case $1 in
		--rounds) need_number "$1" "$2" && rounds=$2 ;;
		--seconds) need_number "$1" "$2" && seconds=$2 ;;
		--jobs) need_number "$1" "$2" && jobs=$2 ;;
		--preset)
			fuzz_presets | grep -x -e "$2" >/dev/null ||
				die "$1: found '$2', expected one of $(fuzz_presets | one_of)"
			preset=$2
			;;
		esac
		shift
		;;
	--plain) plain=1 ;;
	--no-setup) setup=false ;;
	--help | -h)
		usage
		exit 0
		;;
	-*) die "found option '$1', expected one of --help" ;;
	*)
		[ -f "corpus/bugs/$1/about.md" ] ||
			die "found bug '$1', expected a folder of corpus/bugs"
		bugs+=("$1")
		;;
	esac
	shift
done
if [ ${#bugs[@]} -eq 0 ]; then
	for dir in corpus/bugs/*/; do bugs+=("$(basename "$dir")"); done
fi

field() { sed -n "s/^$2: *//p" "corpus/bugs/$1/about.md" | head -n 1; }

# flavour BUG: print the preset to hunt it with.
flavour() {
	if [ -n "$preset" ]; then
		echo "$preset"
	elif [ "$(field "$1" oracle)" = race ]; then
		echo fuzz-tsan
	else
		echo fuzz
	fi
}

if $setup; then
	bash ci/setup.sh || exit 2
fi
build release mmstorm || exit 2
flavours=$(for id in "${bugs[@]}"; do flavour "$id"; done | sort -u)
for preset_built in $flavours; do
	hunters=()
	for id in "${bugs[@]}"; do
		[ "$(flavour "$id")" != "$preset_built" ] ||
			hunters+=("$(field "$id" target)_$id")
	done
	build "$preset_built" "${hunters[@]}" || exit 2
done
log=build/hunt
mkdir -p "$log"

# Pack the ordinary seeds; the reproducers of the bugs are not among them.
for target in $(for id in "${bugs[@]}"; do field "$id" target; done | sort -u); do
	rm -rf "$log/seeds/$target"
	mkdir -p "$log/seeds"
	build/release/mmstorm pack --target "$target" corpus/"$target" -o "$log/seeds/$target"
done

# hunt BUG SEED: do one run. Print "executions seconds oracle" if the bug was found by its oracle or
# by one of its `also` line, and "-" or "other:ORACLE" if not.
hunt() {
	local id=$1 seed=$2 target oracles fired work start end out
	target=$(field "$id" target)
	oracles=$(echo "$(field "$id" oracle) $(field "$id" also)" | tr -s ', ' '|')
	work=$(mktemp -d)
	out=$work/log
	mkdir "$work/corpus"
	start=$(date +%s.%N)
	MMSTORM_PLAIN_MUTATOR=$plain MMSTORM_FINDINGS=$work/findings \
		"build/$(flavour "$id")/corpus/bugs/$id/$target" -seed="$seed" \
		-max_total_time="$seconds" -max_len=4096 -print_final_stats=1 \
		-artifact_prefix="$work/" \
		"$work/corpus" "$log/seeds/$target" >"$out" 2>&1 || true
	end=$(date +%s.%N)
	fired=$(sed -nE "s/^mmstorm-finding: (${oracles%|}) .*/\1/p" "$out" | head -n 1)
	if [ -n "$fired" ]; then
		awk -v s="$start" -v e="$end" -v fired="$fired" \
			'/number_of_executed_units/ { n = $2 }
			END { printf "%d %.1f %s\n", n, e - s, fired }' "$out"
		cp "$work"/findings/*.prog "$log/$id-$seed.prog" 2>/dev/null || true
	elif grep -q '^mmstorm-finding: ' "$out"; then
		sed -n 's/^mmstorm-finding: \([^ ]*\) .*/other:\1/p' "$out" | head -n 1
	else
		echo -
	fi
	rm -rf "$work"
}

# summarise BUG: print the bug's row of the table.
summarise() {
	local id=$1
	sort -n "$log/$id.results" | awk -v id="$id" -v oracle="$(field "$id" oracle)" \
		-v rounds="$rounds" -v limit="$seconds" '
		/^[0-9]/ { n++; runs[n] = $1; time[n] = $2; if ($3 != oracle) other["also " $3]++ }
		/^other:/ { other[substr($1, 7)]++ }
		END {
			half = int((rounds + 1) / 2)
			# Sorted by executions; the times have nearly the same order.
			median = n >= half ? runs[half] : "> limit"
			seconds = n >= half ? time[half] : "> " limit
			for (o in other)
				others = others (others ? ", " : "") o " x" other[o]
			printf "%-24s %-18s %6s %18s %10s %8s  %s\n", id, oracle, n + 0 "/" rounds,
				n ? runs[1] ".." runs[n] : "-", median, seconds, others
			exit n == 0
		}'
}

printf '%-24s %-18s %6s %18s %10s %8s  %s\n' bug oracle found executions median seconds other
missed=0
for id in "${bugs[@]}"; do
	: >"$log/$id.results"
	for ((seed = 1; seed <= rounds; seed++)); do
		while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
		(hunt "$id" "$seed" >>"$log/$id.results") &
	done
	wait
	summarise "$id" || missed=1
done
exit $missed
