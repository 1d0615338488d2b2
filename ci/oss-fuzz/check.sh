#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh - check, offline, what the services check of a build, and each seed.
#
# For each engine and sanitizer it runs build.sh with the variables of the services, and then looks
# at each target where it may write to /tmp only, from another folder: it needs only the C library
# and those of the compiler, it has the coverage and the sanitizer of the build, it starts and
# runs without seeds, and each seed by itself ends without a finding.
# Quoted commands for bash -c expand their own arguments.
# shellcheck disable=SC2016
set -euo pipefail
cd "$(dirname "$0")/../.."
. ci/lib.sh

usage() {
	cat <<-END
	usage: ci/oss-fuzz/check.sh [OPTION]... [TARGET]...

	Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite do, in mmstorm-oss-fuzz of
	TMPDIR (default: /var/tmp), and checks each target and each of its seeds. Prints a
	table. Needs root, for a mount namespace in which only /tmp can be written.

	Options:
	  --engine E     libfuzzer or afl (default: both)
	  --sanitizer S  address, undefined or memory (default: all; AFL++ has no memory)
	  -h, --help     print this help

	Example:
	  ci/oss-fuzz/check.sh --engine libfuzzer --sanitizer address vmap

	Exit status: 0 all passed, 1 a check failed, 2 bad usage.
	END
}

engines=(libfuzzer afl) sanitizers=(address undefined memory) wanted=()
while [ $# -gt 0 ]; do
	case $1 in
	--engine)
		need_value "$@"
		[[ $2 =~ ^(libfuzzer|afl)$ ]] ||
			die "--engine: found '$2', expected libfuzzer or afl"
		engines=("$2")
		shift
		;;
	--sanitizer)
		need_value "$@"
		[[ $2 =~ ^(address|undefined|memory)$ ]] ||
			die "--sanitizer: found '$2', expected address, undefined or memory"
		sanitizers=("$2")
		shift
		;;
	--help | -h)
		usage
		exit 0
		;;
	-*) die "found option '$1', expected --engine, --sanitizer or --help" ;;
	*) wanted+=("$1") ;;
	esac
	shift
done
for target in "${wanted[@]}"; do
	fuzz_targets | grep -qx -e "$target" ||
		die "found target '$target', expected one of $(fuzz_targets | one_of)"
done
unshare --mount true 2>/dev/null || die "found no right to make a mount namespace, expected root"

# Outside of the sources, since CMake mixes up a build folder with the link to its sources.
top=${TMPDIR:-/var/tmp}/mmstorm-oss-fuzz
mkdir -p "$top/src"
ln -sfn "$PWD" "$top/src/mmstorm"

# set_variables ENGINE SANITIZER: the variables that the images set, and CC and CXX of this machine.
set_variables() {
	local flags='-O1 -fno-omit-frame-pointer -gline-tables-only'
	case $2 in
	address) flags+=' -fsanitize=address -fsanitize-address-use-after-scope' ;;
	undefined) flags+=' -fsanitize=undefined -fno-sanitize-recover=undefined' ;;
	memory) flags+=' -fsanitize=memory -fsanitize-memory-track-origins' ;;
	esac
	case $1 in
	libfuzzer)
		export CC=clang-19 CXX=clang++-19 LIB_FUZZING_ENGINE=-fsanitize=fuzzer
		flags+=' -fsanitize=fuzzer-no-link'
		;;
	afl)
		export CC=afl-clang-fast CXX=afl-clang-fast++ AFL_QUIET=1
		export LIB_FUZZING_ENGINE=/usr/lib/afl/libAFLDriver.a
		;;
	esac
	export CFLAGS=$flags CXXFLAGS=$flags SANITIZER=$2 FUZZING_ENGINE=$1
	export SRC=$top/src OUT=$top/$1-$2/out WORK=$top/$1-$2/work
	mkdir -p "$OUT" "$WORK"
}

# confined COMMAND...: run it where only /tmp can be written, and is empty but for the seeds.
confined() {
	unshare --mount bash -c '
		mount --make-rprivate / && mount -o remount,bind,ro / || exit 125
		seeds=$1 && shift
		mount -t tmpfs tmpfs /tmp && mkdir /tmp/seeds && cd /tmp/seeds || exit 125
		[ ! -f "$seeds" ] || unzip -q "$seeds" || exit 125
		cd / && exec "$@"' bash "$seeds" "$@"
}

# check_target TARGET: print the faults of a target, a line each.
check_target() {
	local file=$OUT/$1 seeds=$OUT/$1_seed_corpus.zip log=$WORK/$1.log extra place
	[ -x "$file" ] || { echo "is not there" && return; }
	extra=$(ldd "$file" | awk '{ print $1 }' | grep -vE \
		'^(linux-vdso|libc|libm|libstdc\+\+|libgcc_s|libresolv|/lib64/ld-linux)' || true)
	[ -z "$extra" ] || echo "needs $(one_of <<<"$extra")"
	case $SANITIZER in
	address) place=__asan_init ;;
	undefined) place=__ubsan_handle ;;
	memory) place=__msan_init ;;
	esac
	nm "$file" | grep "$place" >/dev/null || echo "has no $place"
	if [ "$FUZZING_ENGINE" = libfuzzer ]; then
		confined "$file" -runs=4 >"$log" 2>&1 || echo "does not start: $(tail -n 1 "$log")"
		grep -qE 'inline 8-bit counters|guards' "$log" || echo "has no coverage"
		# Some inputs of the services' own: empty, and longer than max_len.
		confined "$file" -runs=50 -max_len=8192 -seed=1 >"$log" 2>&1 ||
			echo "fails without seeds: $(tail -n 1 "$log")"
	else
		confined bash -c 'echo x >/tmp/x &&
			afl-showmap -q -m none -o /tmp/map -- "$1" /tmp/x && wc -l </tmp/map' \
			bash "$file" >"$log" 2>&1 || echo "does not start: $(tail -n 1 "$log")"
		[ "$(tail -n 1 "$log")" -gt 100 ] 2>/dev/null || echo "has no coverage"
	fi
	[ -f "$seeds" ] || { echo "has no seeds" && return; }
	confined bash -c 'failed=0 && cd /tmp
		for seed in seeds/*; do
			"$1" "$seed" >/tmp/log 2>&1 || { failed=1 && echo "seed ${seed#seeds/}"; }
		done; exit $failed' bash "$file" || true
}

failed=0
printf '%-10s %-10s %8s %8s %8s\n' engine sanitizer targets seeds faults
for engine in "${engines[@]}"; do
	for sanitizer in "${sanitizers[@]}"; do
		[ "$engine-$sanitizer" != afl-memory ] || continue
		(
			set_variables "$engine" "$sanitizer"
			quietly "$top/$engine-$sanitizer.log" bash ci/oss-fuzz/build.sh || exit 1
			mapfile -t targets < <(fuzz_targets)
			[ ${#wanted[@]} -eq 0 ] || targets=("${wanted[@]}")
			seeds=0 faults=0
			for target in "${targets[@]}"; do
				while read -r fault; do
					echo "FAULT $engine $sanitizer $target: $fault"
					faults=$((faults + 1))
				done < <(check_target "$target")
				list=$(unzip -Z1 "$OUT/${target}_seed_corpus.zip")
				seeds=$((seeds + $(wc -l <<<"$list")))
			done
			printf '%-10s %-10s %8d %8d %8d\n' "$engine" "$sanitizer" ${#targets[@]} \
				$seeds $faults
			[ $faults -eq 0 ]
		) || failed=1
	done
done
exit $failed
