#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ends_test.sh - however a fuzz target's process ends, the input is kept and fails again; ctest runs
# it in the flavours with libFuzzer.
#
# For each kind of end, with and without handle_abort=1, as OSS-Fuzz sets it: libFuzzer's file
# exists, is not empty, and ends the process in the same way. Where a sanitizer or an oracle sees
# the end, the program is written and printed too, also if the folder cannot be made.
set -euo pipefail

[ $# -ge 2 ] || {
	echo "usage: ends_test.sh TARGET RACING PROGRAM [SANITIZER...]" >&2
	exit 2
}
target=$1 racing=$2 program=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

wrong() {
	echo "$end, options '$options': $1; output:"
	tail -n 40 "$work/log"
	failed=1
}

# has_line LINE...: the log holds each of these lines, as extended regular expressions.
has_line() {
	local line missing=
	for line in "$@"; do
		grep -qE "$line" "$work/log" || missing+=" '$line'"
	done
	[ -z "$missing" ] || wrong "no line$missing"
}

# ends KIND SEED FILE LINE...: the process ends and prints the lines. libFuzzer leaves FILE-*.
ends() {
	end=$1
	local seed=$2 file=$3 binary=$target limit=30 artifact
	shift 3
	[ "$end" != race ] || binary=$racing
	[ "$end" != timeout ] || limit=1
	for options in "" handle_abort=1; do
		rm -rf "$work/seeds" "$work/kept" "$work/findings"
		mkdir "$work/seeds" "$work/kept"
		cp "$seed" "$work/seeds/"
		for again in "" again; do
			seeds=("$work/seeds" -artifact_prefix="$work/kept/")
			[ -z "$again" ] || seeds=("$artifact")
			if MMSTORM_END=$end MMSTORM_FINDINGS=$work/findings/below \
				ASAN_OPTIONS=$options UBSAN_OPTIONS=$options \
				MSAN_OPTIONS=$options TSAN_OPTIONS=$options \
				"$binary" -runs=1 -seed=1 -max_len=4096 -timeout=$limit \
				-rss_limit_mb=300 "${seeds[@]}" >"$work/log" 2>&1; then
				wrong "exit status 0"
			fi
			has_line "$@"
			[ -z "$again" ] || continue
			artifact=$(find "$work/kept" -name "$file-*" -size +0)
			if [ "$(wc -l <<<"$artifact")" != 1 ] || [ -z "$artifact" ]; then
				wrong "libFuzzer left no $file-*"
				break
			fi
		done
	done
}

seed=$work/seed.prog
printf 'target vmap\ntask a cpu=0\nm = vm_map_ram pages=2\nvm_unmap_ram m\n' >"$seed"
finding="^mmstorm-finding: sanitizer $work/findings/below/vmap-sanitizer-[0-9a-f]+.prog$"
text='^ *m1 = vm_map_ram'

ends oracle "$seed" crash '^mmstorm-finding: overlap .*\.prog$' '^mmstorm: overlap: planted$' \
	"$text" '#0 (.* in )?finding_OVERLAP' '#1 (.* in )?mm_report' '#2 (.* in )?fail_one_check'
ends other-oracle "$seed" crash '^mmstorm-finding: stale-translation ' \
	'#0 (.* in )?finding_STALE' '#1 (.* in )?mm_report' '#2 (.* in )?fail_other_check'
ends signal "$seed" crash 'SEGV|deadly signal'
ends timeout "$seed" timeout 'ERROR: libFuzzer: timeout'
ends out-of-memory "$seed" oom 'libFuzzer: out-of-memory'
for sanitizer in "$@"; do
	case $sanitizer in
	address) ends address "$seed" crash "$finding" heap-buffer-overflow "$text" ;;
	undefined) ends undefined "$seed" crash "$finding" 'signed integer overflow' "$text" ;;
	memory) ends memory "$seed" crash "$finding" use-of-uninitialized-value "$text" ;;
	thread)
		ends race "$program" crash '^mmstorm-finding: race .*\.prog$' \
			'^mmstorm: race: data-race' '#0 (.* in )?finding_RACE'
		;;
	esac
done

# A folder that cannot be made: the oracle and the program are printed.
end=read-only options=
printf x >"$work/file"
MMSTORM_END=oracle MMSTORM_FINDINGS=$work/file/below "$target" "$seed" >"$work/log" 2>&1 || true
has_line '^mmstorm-finding: overlap$' "cannot write the finding: Not a directory" "$text"
# A loop without a scheduling point: longer than the others, so once.
end=livelock
MMSTORM_END=livelock MMSTORM_FINDINGS=$work/findings "$target" -timeout=60 "$seed" \
	>"$work/log" 2>&1 || true
has_line '^mmstorm-finding: livelock .*\.prog$' 'more than 5 s of processor time' "$text" \
	'#[0-9] (.* in )?loop '
[ "$failed" -ne 0 ] || echo "all as expected"
exit "$failed"
