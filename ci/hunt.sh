#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# hunt.sh: how long does the fuzzer take to find each bug of the bank, from the ordinary seeds?
#
# Every bug is hunted several times, each time with another seed of the fuzzer's random
# generator, until its oracle fires or the time is up. Runs that found nothing stay in the
# statistics: the median is printed as "> limit" unless half of the runs found the bug.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
	cat <<-END
	usage: ci/hunt.sh [options] [bug...]
	  --rounds N     runs a bug, each with its own random seed (default 5)
	  --seconds N    limit of a run (default 120)
	  --plain        the fuzzer's own mutations instead of the structural mutator
	  --jobs N       runs at a time (default: number of CPUs)
	  --preset P     fuzzing flavour (default fuzz)
	Bugs are folders of corpus/bugs; default: all. Exit status 0 if every bug was found at
	least once, 1 if not, 2 on bad usage.
	END
}

rounds=5 seconds=120 plain=0 preset=fuzz jobs=$(nproc)
bugs=()
while [ $# -gt 0 ]; do
	case $1 in
	--rounds | --seconds | --jobs | --preset)
		[ $# -ge 2 ] || { echo "hunt.sh: $1 needs a value" >&2; exit 2; }
		declare "${1#--}=$2"
		shift
		;;
	--plain) plain=1 ;;
	--help) usage; exit 0 ;;
	-*) echo "hunt.sh: unknown option '$1', see --help" >&2; exit 2 ;;
	*) bugs+=("$1") ;;
	esac
	shift
done
for n in "$rounds" "$seconds" "$jobs"; do
	[[ $n =~ ^[1-9][0-9]*$ ]] || { echo "hunt.sh: '$n' is not a positive number" >&2; exit 2; }
done
if [ ${#bugs[@]} -eq 0 ]; then
	for dir in corpus/bugs/*/; do bugs+=("$(basename "$dir")"); done
fi
for id in "${bugs[@]}"; do
	[ -f "corpus/bugs/$id/about.md" ] || { echo "hunt.sh: no bug '$id' in corpus/bugs" >&2; exit 2; }
done

field() { sed -n "s/^$2: *//p" "corpus/bugs/$1/about.md" | head -n 1; }

bash ci/setup.sh
log=build/hunt
mkdir -p "$log"
{
	cmake --preset release && cmake --build --preset release --target mmstorm
	cmake --preset "$preset"
	for id in "${bugs[@]}"; do
		cmake --build --preset "$preset" --target "$(field "$id" target)_$id"
	done
} >"$log/build.log" 2>&1 || { tail -n 20 "$log/build.log" >&2; exit 2; }

# The ordinary seeds, in byte form; nothing that was written for a bug is among them.
for target in percpu vmap; do
	rm -rf "$log/seeds/$target"
	mkdir -p "$log/seeds/$target"
	for prog in corpus/"$target"/*.prog; do
		build/release/mmstorm pack "$prog" -o "$log/seeds/$target/$(basename "$prog" .prog)"
	done
done

# One run: prints "executions seconds" if the oracle fired, "-" if not.
hunt() {
	local id=$1 seed=$2 target oracle work start end out
	target=$(field "$id" target)
	oracle=$(field "$id" oracle)
	work=$(mktemp -d)
	out=$work/log
	mkdir "$work/corpus"
	start=$(date +%s.%N)
	MMSTORM_PLAIN_MUTATOR=$plain MMSTORM_FINDINGS=$work/findings \
		"build/$preset/corpus/bugs/$id/$target" -seed="$seed" -max_total_time="$seconds" \
		-max_len=4096 -print_final_stats=1 -artifact_prefix="$work/" \
		"$work/corpus" "$log/seeds/$target" >"$out" 2>&1 || true
	end=$(date +%s.%N)
	if grep -q "^mmstorm-finding: $oracle " "$out"; then
		awk -v s="$start" -v e="$end" \
			'/number_of_executed_units/ { n = $2 } END { printf "%d %.1f\n", n, e - s }' "$out"
		cp "$work"/findings/*.prog "$log/$id-$seed.prog" 2>/dev/null || true
	elif grep -q '^mmstorm-finding: ' "$out"; then
		sed -n 's/^mmstorm-finding: \([^ ]*\) .*/other:\1/p' "$out" | head -n 1
	else
		echo -
	fi
	rm -rf "$work"
}

table='%-24s %-20s %6s %14s %14s %10s  %s\n'
printf "$table" bug oracle found "executions" "(median)" seconds other
missed=0
for id in "${bugs[@]}"; do
	results=$log/$id.results
	: >"$results"
	for ((seed = 1; seed <= rounds; seed++)); do
		while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
		(hunt "$id" "$seed" >>"$results") &
	done
	wait
	found=$(grep -c '^[0-9]' "$results" || true)
	other=$(grep '^other:' "$results" | sort | uniq -c | awk '{ printf "%s%s x%d", s, substr($2, 7), $1; s = ", " }')
	range=$(grep '^[0-9]' "$results" | sort -n | awk 'NR == 1 { a = $1 } { b = $1 } END { if (NR) print a ".." b; else print "-" }')
	half=$(((rounds + 1) / 2))
	if [ "$found" -ge "$half" ]; then
		median=$(grep '^[0-9]' "$results" | sort -n | awk -v h="$half" 'NR == h { print $1 }')
		time=$(grep '^[0-9]' "$results" | awk '{ print $2 }' | sort -n | awk -v h="$half" 'NR == h { print $1 }')
	else
		median="> limit" time="> $seconds"
	fi
	[ "$found" -gt 0 ] || missed=1
	printf "$table" "$id" "$(field "$id" oracle)" "$found/$rounds" "$range" "$median" "$time" "$other"
done
exit $missed
