#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fuzz.sh - set up, build, fuzz every target for a while, and print a table.
#
# A *unit* is a target in one flavour. The units are distributed over the jobs, and each job gives
# its units equal shares of the time. A unit that ends at a finding is restarted until its share is
# over. All findings are kept in findings/raw; for each (unit, oracle) one program is minimised,
# printed, and kept in findings/.
#
# The work corpus build/fuzz-corpus/<target> is kept between runs, and shared by flavours.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

all_targets() {
	fuzz_targets
	linux_fuzz_targets
}

usage() {
	cat <<-END
	usage: ci/fuzz.sh [OPTION]... [TARGET]...

	Fuzzes targets, all by default, prints a table, and keeps findings in findings/.

	Options:
	  --seconds N  time to fuzz, for all targets together (default: 60)
	  --jobs N     parallel fuzzers (default: number of CPUs)
	  --preset P   flavour; may be given several times (default: fuzz, and fuzz-tsan for
	               targets that run tasks)
	  --engine E   libfuzzer or afl (default: libfuzzer; afl means --preset afl)
	  --no-setup   do not install missing packages
	  -h, --help   print this help

	Targets: $(all_targets | one_of | fold -s -w 79 | sed '2,$s/^/         /')
	Presets: $(fuzz_presets | one_of)

	Examples:
	  ci/fuzz.sh --seconds 600
	  ci/fuzz.sh --preset fuzz-tsan --seconds 3600 vmap vmap_zone

	Exit status: 0 no finding, 1 a finding, 2 bad usage, or a build or a fuzzer failed.
	END
}

seconds=60 jobs=$(nproc) engine=libfuzzer flavours=() targets=() setup=true
while [ $# -gt 0 ]; do
	case $1 in
	--seconds | --jobs | --preset | --engine)
		need_value "$@"
		case $1 in
		--seconds) need_number "$1" "$2" && seconds=$2 ;;
		--jobs) need_number "$1" "$2" && jobs=$2 ;;
		--preset)
			fuzz_presets | grep -x -e "$2" >/dev/null ||
				die "$1: found '$2', expected one of $(fuzz_presets | one_of)"
			flavours+=("$2")
			;;
		--engine)
			[[ $2 = libfuzzer || $2 = afl ]] ||
				die "$1: found '$2', expected libfuzzer or afl"
			engine=$2
			;;
		esac
		shift
		;;
	--no-setup) setup=false ;;
	--help | -h)
		usage
		exit 0
		;;
	-*) die "found option '$1', expected one of --help" ;;
	*)
		all_targets | grep -x -e "$1" >/dev/null ||
			die "found target '$1', expected one of $(all_targets | one_of)"
		targets+=("$1")
		;;
	esac
	shift
done
if [ "$engine" = afl ]; then
	[ ${#flavours[@]} -eq 0 ] || die "found --engine afl and --preset, expected one of them"
	flavours=(afl)
fi
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(all_targets)
if [ ${#flavours[@]} -eq 0 ]; then
	flavours=(fuzz fuzz-tsan)
	default_flavours=true
else
	default_flavours=false
fi

# A parser has no races, and what import_trace runs is in the other targets as well.
units=()
for flavour in "${flavours[@]}"; do
	for target in "${targets[@]}"; do
		! $default_flavours || [ "$flavour" != fuzz-tsan ] || ! reads_text "$target" ||
			continue
		fits "$flavour" "$target" || continue
		units+=("$target:$flavour")
	done
done

if $setup; then
	bash ci/setup.sh || exit 2
fi
build release mmstorm || exit 2
for flavour in "${flavours[@]}"; do
	built=()
	[ "$flavour" != afl ] || built=(afl_mutator)
	for target in "${targets[@]}"; do
		! fits "$flavour" "$target" || built+=("$target")
	done
	build "$flavour" mmstorm "${built[@]}" || exit 2
done

logs=build/fuzz-logs
rm -rf "$logs"
mkdir -p "$logs" findings/raw

# Pack the seeds of each target. Texts stay as they are, and get a dictionary.
for target in "${targets[@]}"; do
	corpus=build/fuzz-corpus/$target
	mkdir -p "$corpus"
	if reads_text "$target"; then
		copy_texts "$target" "$corpus"
		dictionary "$target" >"$logs/$target.dict"
		continue
	fi
	build/release/mmstorm pack --target "$(program_target "$target")" corpus/"$target" \
		-o "$corpus" ||
		die "corpus/$target: cannot pack the seeds"
done

# figures LOG: print "executions coverage files" of libFuzzer's messages.
figures() {
	awk '/^#[0-9]+/ {
		n = substr($1, 2)
		for (i = 2; i < NF; i++) {
			if ($i == "cov:") cov = $(i + 1)
			if ($i == "corp:") { split($(i + 1), c, "/"); corp = c[1] }
		}
	     }
	     /^stat::number_of_executed_units:/ { n = $2 }
	     END { print n + 0, cov + 0, corp + 0 }' "$1"
}

# afl_figures FILE: print the same of AFL++'s statistics.
afl_figures() {
	awk -F ' *: *' '{ v[$1] = $2 }
	     END { print v["execs_done"] + 0, v["edges_found"] + 0, v["corpus_count"] + 0 }' "$1"
}

# A line of the first file is a finding, UNIT ORACLE PATH; of the second a time, UNIT MILLISECONDS.
found=$logs/findings
: >"$found"
: >"$logs/times"

milliseconds() {
	echo "$(($(date +%s%N) / 1000000))"
}

# note_finding UNIT LOG: record the finding that ended the process of LOG. Fails if there is none.
note_finding() {
	local unit=$1 log=$2 line artifact oracle
	line=$(sed -n '/mmstorm-finding: [^ ]* [^ ]*$/ { s/^.*mmstorm-finding: //p; q }' "$log")
	# Take the last one, since a slow input may have been written before.
	artifact=$(sed -n 's/^.*Test unit written to \([^ ]*\)$/\1/p' "$log" | tail -n 1)
	# Remove an input that kills the process from the corpus: the next fuzzer would die at its
	# start.
	if [ -f "$artifact" ]; then
		# Another fuzzer may remove a file between the search and the comparison.
		find "build/fuzz-corpus/${unit%%:*}" -size "$(wc -c <"$artifact")c" \
			-exec cmp -s {} "$artifact" \; -delete 2>/dev/null || true
	fi
	if [ -n "$line" ]; then
		echo "$unit $line" >>"$found"
		return
	fi
	# The program could not be written: its oracle and text are in the log.
	oracle=$(sed -n 's/^.*mmstorm-finding: \([^ ]*\)$/\1/p' "$log" | head -n 1)
	if [ -f "$artifact" ]; then
		line=${artifact##*/}
		echo "$unit ${oracle:-${line%%-*}} $artifact" >>"$found"
	elif [ -n "$oracle" ]; then
		echo "$unit $oracle $log" >>"$found"
	else
		return 1
	fi
}

# fuzz UNIT SHARE NUMBER: run one fuzzer after the other until the share of the time is over.
fuzz() {
	local unit=$1 share=$2 number=$3 target=${1%%:*} preset=${1##*:}
	local raw=findings/raw/$target-$preset round=0 end=$((SECONDS + share))
	local log status begin known tsan words=()
	mkdir -p "$raw"
	! reads_text "$target" || words=("-dict=$logs/$target.dict")
	begin=$(milliseconds)
	while [ $((end - SECONDS)) -gt 0 ] && [ ! -e "$logs/stop" ]; do
		round=$((round + 1))
		log=$logs/$target.$preset.$number.$round.log
		status=0
		known=$(awk -v u="$unit" '$1 == u && $3 ~ /\.prog$/ { print $2 }' "$found" |
			sort -u | paste -s -d ,)
		# The report of a race that is then ignored would take longer than many runs.
		tsan=${TSAN_OPTIONS-}
		[[ ,$known, != *,race,* ]] || tsan+=:report_bugs=0
		TSAN_OPTIONS=$tsan MMSTORM_KNOWN=$known MMSTORM_FINDINGS=$raw \
			"build/$preset/targets/$target" \
			-max_total_time=$((end - SECONDS)) -print_final_stats=1 \
			-max_len=2048 -timeout=60 -rss_limit_mb=4096 -artifact_prefix="$raw/" \
			"${words[@]}" "build/fuzz-corpus/$target" >"$log" 2>&1 || status=$?
		[ "$status" -ne 0 ] || break
		[ ! -e "$logs/stop" ] || break
		if ! note_finding "$unit" "$log"; then
			echo "$unit: ended with status $status:" >>"$logs/broken"
			tail -n 8 "$log" >>"$logs/broken"
			break
		fi
	done
	echo "$unit $(($(milliseconds) - begin))" >>"$logs/times"
}

# afl UNIT SHARE NUMBER: the same with AFL++, which continues after a finding.
afl() {
	local unit=$1 share=$2 number=$3 target=${1%%:*} out=build/fuzz-afl/${1%%:*}
	local log=$logs/$target.afl.$number.log raw=findings/raw/$target-afl only=
	# A resumed fuzzer ignores new seeds, but the main one takes them over from other folders.
	local role=(-M "job$number" -F "build/fuzz-corpus/$target") mutator='' words=()
	[ "$number" = 0 ] || role=(-S "job$number")
	mkdir -p "$raw" "$out"
	touch "$logs/afl-start.$target"
	# The structural mutator is for programs; texts are mutated as bytes.
	if reads_text "$target"; then
		words=(-x "$logs/$target.dict")
	else
		mutator=$PWD/build/afl/targets/afl_mutator.so
		only=AFL_CUSTOM_MUTATOR_ONLY=1
	fi
	env ${only:+"$only"} MMSTORM_FINDINGS="$raw" AFL_CUSTOM_MUTATOR_LIBRARY="$mutator" \
		AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_AUTORESUME=1 \
		AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		afl-fuzz "${role[@]}" "${words[@]}" -i "build/fuzz-corpus/$target" -o "$out" \
		-t 10000 -m none -V "$share" -- "build/afl/targets/$target" >"$log" 2>&1 || {
		[ -e "$logs/stop" ] || {
			echo "$unit: afl-fuzz failed:" >>"$logs/broken"
			tail -n 8 "$log" >>"$logs/broken"
		}
	}
	# Its new inputs serve the other engines too.
	find "$out/job$number/queue" -type f -name 'id:*' -newer "$logs/afl-start.$target" |
		while read -r input; do
			cp "$input" "build/fuzz-corpus/$target/$(sha1sum <"$input" | cut -c 1-40)"
		done
	# AFL++ counts over all runs in this folder, so take the time from there too.
	awk -F ' *: *' -v u="$unit" '$1 == "run_time" { print u, $2 * 1000 }' \
		"$out/job$number/fuzzer_stats" >>"$logs/times" || true
	find "$raw" -name '*.prog' -newer "$logs/afl-start.$target" | while read -r program; do
		echo "$unit $(sed -n 's/^expect //p' "$program") $program"
	done >>"$found"
}

# With more jobs than units, several jobs run the same unit.
dealt=("${units[@]}")
while [ ${#dealt[@]} -lt "$jobs" ]; do dealt+=("${units[@]}"); done
[ ${#units[@]} -ge "$jobs" ] || dealt=("${dealt[@]:0:jobs}")

# job NUMBER: run the units of a job, one after the other.
job() {
	local mine=() i
	# stop() ends the current fuzzer, whose results are counted afterwards.
	trap '' INT TERM
	for ((i = $1; i < ${#dealt[@]}; i += jobs)); do mine+=("$i"); done
	for i in "${mine[@]}"; do
		local share=$((seconds / ${#mine[@]}))
		if [[ ${dealt[i]} = *:afl ]]; then
			afl "${dealt[i]}" $((share > 0 ? share : 1)) $((i / ${#units[@]}))
		else
			fuzz "${dealt[i]}" $((share > 0 ? share : 1)) $((i / ${#units[@]}))
		fi
	done
}

# total UNIT: print executions, coverage and corpus size over all processes of a unit.
total() {
	local target=${1%%:*} preset=${1##*:} log n cov corp sum=0 most=0 files=0
	if [ "$preset" = afl ]; then
		for log in build/fuzz-afl/"$target"/*/fuzzer_stats; do
			[ -f "$log" ] || continue
			read -r n cov corp < <(afl_figures "$log")
			sum=$((sum + n)) most=$((cov > most ? cov : most))
			files=$((corp > files ? corp : files))
		done
	else
		for log in "$logs/$target.$preset".*.log; do
			[ -f "$log" ] || continue
			read -r n cov corp < <(figures "$log")
			sum=$((sum + n)) most=$((cov > most ? cov : most))
			files=$((corp > files ? corp : files))
		done
	fi
	echo "$sum $most $files"
}

# progress: every few seconds print a line for each unit that has begun.
progress() {
	local unit sum cov files
	while sleep 5; do
		for unit in "${units[@]}"; do
			read -r sum cov files < <(total "$unit")
			[ "$sum" -gt 0 ] || continue
			printf '%4d s  %-20s %9d runs, coverage %d, corpus %d, findings %d\n' \
				$((SECONDS - start)) "$unit" "$sum" "$cov" "$files" \
				"$(grep -c "^$unit " "$found" || true)"
		done
	done
}

start=$SECONDS pids=()
# shellcheck disable=SC2317 # called by trap
stop() {
	touch "$logs/stop"
	for pid in "${pids[@]}"; do
		pkill -TERM -P "$pid" 2>/dev/null || true
	done
}
trap stop INT TERM
echo "fuzzing ${#units[@]} units for $seconds s in $jobs jobs: ${units[*]}"
for ((i = 0; i < jobs && i < ${#dealt[@]}; i++)); do
	job "$i" &
	pids+=($!)
done
if [ -t 1 ]; then
	progress &
	monitor=$!
else
	monitor=
fi
for pid in "${pids[@]}"; do
	wait "$pid" || true
done
# A signal interrupts a wait: wait for the rest of the jobs.
wait "${pids[@]}" || true
[ -z "$monitor" ] || kill "$monitor" 2>/dev/null || true
trap - INT TERM

# For each target and oracle, keep the shortest program.
status=0
while read -r target oracle; do
	status=1
	awk -v t="$target" -v o="$oracle" '{
		split($1, unit, ":")
		if (unit[1] == t && $2 == o) print unit[2], $3
	}' "$found" | bash ci/finding.sh "$target" "$oracle"
done < <(awk '{ sub(/:.*/, "", $1); print $1, $2 }' "$found" | sort -u)

row='%-14s %-11s %12s %9s %9s %7s %9s\n'
# shellcheck disable=SC2059 # the format is the table's
{
	echo
	printf "$row" target flavour executions per-s coverage corpus findings
	for unit in "${units[@]}"; do
		read -r sum cov files < <(total "$unit")
		elapsed=$(awk -v u="$unit" '$1 == u { s += $2 } END { print s + 0 }' "$logs/times")
		printf "$row" "${unit%%:*}" "${unit##*:}" "$sum" \
			$((elapsed ? sum * 1000 / elapsed : 0)) "$cov" "$files" \
			"$(awk -v u="$unit" '$1 == u { print $2 }' "$found" | sort -u | wc -l)"
	done
}
if [ -s "$logs/broken" ]; then
	cat "$logs/broken" >&2
	die "a fuzzer failed; its messages are in $logs" 2
fi
exit $status
