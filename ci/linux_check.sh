# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# linux_check.sh - the steps of `mmstorm linux check`: build, replay, fuzz, report. linux.sh sources
# it, with name, trees, base, minutes, jobs, fuzz, linux_work, linux_logs and kept set.
#
# A finding is a line of linux_work/found: FLAVOUR TARGET ORACLE PATH SIGN, separated by tabs. Its
# SIGN is the report without its numbers: findings with the same sign are one.
#
# linux_work/signs.known lists the signs of known defects, ORACLE SIGN, and linux_work/signs what
# fuzzers pass over: these, and each finding from the moment that it is found.
# shellcheck disable=SC2154 # the variables of linux.sh

front=$linux_work/release/mmstorm
raw=$linux_work/raw found=$linux_work/found signs=$linux_work/signs
rm -rf "$linux_work"/{raw,stop,broken,report.txt}
mkdir -p "$raw" "$kept"
: >"$found"
: >"$signs"
: >"$signs.known"
tab=$'\t'

# sign TEXT: print a report without its numbers.
sign() {
	sed -E 's/0x[0-9a-f]+|[0-9]+/#/g' <<<"$1"
}

# replay FLAVOUR NAME PROGRAM...: run programs, and print PROGRAM, ORACLE and text of each that has
# a finding, separated by tabs. Programs that the tree cannot run are left out.
replay() {
	local flavour=$1 on=$2
	shift 2
	"$linux_work/$flavour/mmstorm" run --no-expect --on "$on" "$@" 2>/dev/null |
		sed -nE "s/^([^ ]+): ([a-z-]+): (.*)/\1$tab\2$tab\3/p" || true
}

# note FLAVOUR TARGET ORACLE PATH TEXT: record a finding, unless one of its sign was recorded.
note() {
	local s
	s=$(sign "$5")
	! grep -qxF "$3$tab$s" "$signs" || return 0
	printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$s" >>"$found"
	printf '%s\t%s\n' "$3" "$s" >>"$signs"
	printf '%5d s  %s in %s (%s): %s\n' $((SECONDS - begin)) "$3" "$2" "$1" "$5" >&2
}

# replay_corpus FLAVOUR: known defects go to known.FLAVOUR and signs, other findings to found, and
# what the base alone has to gone.
replay_corpus() {
	local flavour=$1 program oracle text defects=(corpus/linux/*/*.prog) seeds
	seeds=(corpus/[!bp]*/*.prog corpus/percpu/*.prog corpus/boot*/*.prog)
	# Races need two tasks.
	[ "$flavour" != fuzz-tsan ] ||
		mapfile -t seeds < <(grep -lPz '(?s)\n(task|irq) .*\n(task|irq) ' "${seeds[@]}")
	replay "$flavour" "$name" "${defects[@]}" >"$linux_work/known.$flavour"
	while IFS=$tab read -r program oracle text; do
		printf '%s\t%s\n' "$oracle" "$(sign "$text")" | tee -a "$signs" >>"$signs.known"
	done <"$linux_work/known.$flavour"
	replay "$flavour" "$name" "${seeds[@]}" >"$linux_work/seeds"
	while IFS=$tab read -r program oracle text; do
		if grep -qE "^[^#]* ${program#corpus/} $oracle\$" targets/linux/known.txt ||
			grep -qxF "$oracle$tab$(sign "$text")" "$signs.known"; then
			printf '%s\t%s\t%s\n' "$program" "$oracle" "$text" \
				>>"$linux_work/known.$flavour"
		else
			note "$flavour" corpus "$oracle" "$program" "$text"
		fi
	done <"$linux_work/seeds"
	[ -n "$base" ] || return 0
	# A program that fails on the base and not on the tree.
	replay "$flavour" base "${defects[@]}" "${seeds[@]}" |
		awk -F "$tab" 'FILENAME != "-" { fails[$1, $2] = 1; next }
			!(($1, $2) in fails)' \
			"$linux_work/known.$flavour" "$linux_work/seeds" - \
			>"$linux_work/gone.$flavour"
}

# fuzz_unit TARGET:FLAVOUR SECONDS: run one fuzzer after the other until the time is over.
fuzz_unit() {
	local target=${1%%:*} flavour=${1##*:} end=$((SECONDS + $2)) round=0 log status line text
	while [ $((end - SECONDS)) -gt 0 ] && [ ! -e "$linux_work/stop" ] && [ $round -lt 40 ]; do
		log=$linux_logs/$target.$flavour.$round.log round=$((round + 1)) status=0
		MMSTORM_ON=$name MMSTORM_KNOWN_SIGNS=$signs MMSTORM_FINDINGS=$raw \
			"$linux_work/$flavour/targets/$target" -max_total_time=$((end - SECONDS)) \
			-max_len=2048 -timeout=60 -rss_limit_mb=4096 -artifact_prefix="$raw/" \
			-print_final_stats=1 "$linux_work/corpus/$target" >"$log" 2>&1 || status=$?
		if [ $status -eq 0 ] || [ -e "$linux_work/stop" ]; then
			break
		fi
		line=$(sed -n 's/^.*mmstorm-finding: \([^ ]* [^ ]*\.prog\)$/\1/p' "$log" |
			head -n 1)
		if [ -z "$line" ]; then
			{
				echo "$1 ended with status $status:"
				tail -n 8 "$log"
			} >>"$linux_work/broken"
			break
		fi
		text=$(sed -nE "s/^mmstorm: ${line%% *}: //p; s/^SUMMARY: //p" "$log" | head -n 1)
		note "$flavour" "$target" "${line%% *}" "${line#* }" "$text"
	done
}

# fuzz_all: spread the units over the jobs. Ctrl-C ends all of them.
fuzz_all() {
	local units=() targets=(percpu_bitmap vmap vmalloc vm_areas) target flavour pids=() i
	for target in "${targets[@]}"; do
		mkdir -p "$linux_work/corpus/$target"
		"$front" pack --target "$target" "corpus/$target" -o "$linux_work/corpus/$target"
	done
	for flavour in fuzz fuzz-tsan; do
		for target in "${targets[@]}"; do units+=("$target:$flavour"); done
	done
	echo "fuzzing for $minutes min in $jobs jobs: ${units[*]}" >&2
	job() {
		local i mine=()
		trap '' INT TERM
		for ((i = $1; i < ${#units[@]}; i += jobs)); do mine+=("${units[i]}"); done
		for i in "${mine[@]}"; do fuzz_unit "$i" $((minutes * 60 / ${#mine[@]})); done
	}
	# shellcheck disable=SC2317 # called by trap
	stop() {
		touch "$linux_work/stop"
		for i in "${pids[@]}"; do pkill -TERM -P "$i" || true; done
	}
	trap stop INT TERM
	for ((i = 0; i < jobs && i < ${#units[@]}; i++)); do
		job "$i" &
		pids+=($!)
	done
	if [ -t 2 ]; then
		while sleep 5 && [ ! -e "$linux_work/stop" ] && kill -0 "${pids[@]}" 2>/dev/null; do
			printf '%5d s  %d runs\n' $((SECONDS - begin)) "$(runs)" >&2
		done
	fi
	# A signal interrupts a wait.
	while ! wait "${pids[@]}"; do kill -0 "${pids[@]}" 2>/dev/null || break; done
	trap - INT TERM
}

# runs: print how many programs the fuzzers have run.
runs() {
	awk 'FNR == 1 { sum += n; n = 0 }
	     /^#[0-9]+/ { n = substr($1, 2) }
	     /^stat::number_of_executed_units:/ { n = $2 }
	     END { print sum + n }' "$linux_logs"/*.fuzz*.log /dev/null 2>/dev/null
}

# report_one NUMBER FLAVOUR TARGET ORACLE PATH: minimise a finding, and print it. Sets verdict to
# new, both or known.
report_one() {
	local flavour=$2 oracle=$4 path=$5 tool=$front program=$kept/$name-$4-$1.prog line text
	local same place
	case $oracle in
	race | sanitizer) tool=$linux_work/$flavour/mmstorm ;;
	esac
	"$tool" minimize --on "$name" --oracle "$oracle" --seconds 20 -o "$program" "$path" \
		>/dev/null 2>"$linux_logs/minimize.log" ||
		"$tool" show --on "$name" "$path" >"$program"
	line=$("$tool" run --times 100 --no-expect "$program" 2>&1 | head -n 1) || true
	text=${line#*: "$oracle": }
	same=$(sed -nE 's/^[^ ]+: ([0-9]+ of [0-9]+) the same: .*/\1/p' <<<"$line")
	verdict=new
	if grep -qxF "$oracle$tab$(sign "$text")" "$signs.known"; then
		verdict=known
		printf '%s\t%s\t%s\n' "$program" "$oracle" "$text" >>"$linux_work/known.release"
		return
	fi
	if [ -n "$base" ] && "$tool" run --no-expect --on base "$program" 2>&1 |
		grep -q ": $oracle: "; then
		verdict=both
	fi
	place=$(MMSTORM_TSAN=verbose "$tool" run -v --no-expect "$program" 2>&1 |
		grep -oE '(mm|lib)/[a-z_-]+\.c:[0-9]+' | awk '!seen[$0]++' | head -n 2 |
		one_of) || true
	echo
	case $verdict:${base:+base} in
	new:base) echo "NEW with this tree: $oracle in $3 ($flavour)" ;;
	both:*) echo "IN BOTH: $oracle in $3 ($flavour)" ;;
	*) echo "FINDING: $oracle in $3 ($flavour)" ;;
	esac
	echo "  $text"
	echo "  ${place:+at $place; }${same:-0 of 100} runs the same"
	sed 's/^/    /' "$program"
	echo "  replay: $tool run $program"
}

# report: all findings, one of each sign, and sums. Fails if one is new.
report() {
	local number=0 flavour target oracle path s new=0 both=0 known gone
	while IFS=$tab read -r flavour target oracle path s; do
		number=$((number + 1))
		report_one $number "$flavour" "$target" "$oracle" "$path"
		case $verdict in
		new) new=$((new + 1)) ;;
		both) both=$((both + 1)) ;;
		esac
	done < <(sort -t "$tab" -k 3,3 -k 5,5 -u "$found")
	known=$(cat "$linux_work"/known.* | sort -u -k 1,2)
	gone=$(cat "$linux_work"/gone.* /dev/null 2>/dev/null | sort -u -k 1,2)
	if [ -n "$known" ]; then
		printf '\nKNOWN defects of Linux that this tree has:\n'
		awk -F "$tab" '{ print "  " $1 ": " $2 ": " $3 }' <<<"$known"
	fi
	if [ -n "$gone" ]; then
		printf '\nGONE: these fail on the base alone:\n'
		awk -F "$tab" '{ print "  " $1 ": " $2 ": " $3 }' <<<"$gone"
	fi
	printf '\n%s: %d s, %d runs of fuzzers: ' "$name" $((SECONDS - begin)) "$(runs)"
	[ -z "$base" ] || printf '%d in both, %d gone, ' $both "$(grep -c . <<<"$gone")"
	printf '%d known, %d new\n' "$(grep -c . <<<"$known")" $new
	[ $new -eq 0 ]
}

flavours=(release)
! $fuzz || flavours+=(fuzz fuzz-tsan)
for flavour in "${flavours[@]}"; do
	linux_build "$flavour" "$trees" || exit 2
done
begin=$SECONDS
rm -f "$linux_work"/{known,gone}.* "$linux_logs"/*.fuzz*.log
for flavour in "${flavours[@]}"; do
	echo "replaying the corpus in the flavour $flavour" >&2
	replay_corpus "$flavour"
done
! $fuzz || fuzz_all
# Without -e, so that a part that cannot be told does not end the report.
set +e
report | tee "$linux_work/report.txt"
status=${PIPESTATUS[0]}
if [ -s "$linux_work/broken" ]; then
	cat "$linux_work/broken" >&2
	die "a fuzzer failed; its messages are in $linux_logs"
fi
exit "$status"
