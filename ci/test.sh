#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# test.sh - set-up, build and all tests, in one command.
#
# The script builds every flavour in build/<preset>, and runs ctest there: unit tests, the corpus
# and the bank of bugs in the plain and sanitizer flavours, and a short run of each fuzz target in
# the fuzzing flavours (see the table in README.md). Only the set-up uses the network.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

usage() {
	cat <<-END
	usage: ci/test.sh [OPTION]...

	Sets up, checks the style, builds and tests. By default the flavours are release, gcc,
	asan, tsan, fuzz and fuzz-tsan.

	Options:
	  --quick     only the style and the release flavour
	  --full      also fuzz-asan, fuzz-ubsan, fuzz-msan, afl and coverage
	  --no-setup  do not install missing packages
	  -h, --help  print this help

	Exit status: 0 all passed, 1 a failure, 2 bad usage.
	END
}

flavours=(release gcc asan tsan fuzz fuzz-tsan)
setup=true
while [ $# -gt 0 ]; do
	case $1 in
	--quick) flavours=(release) ;;
	--full) flavours+=(fuzz-asan fuzz-ubsan fuzz-msan afl coverage) ;;
	--no-setup) setup=false ;;
	--help | -h)
		usage
		exit 0
		;;
	*) die "found option '$1', expected --quick, --full, --no-setup or --help" ;;
	esac
	shift
done

if $setup; then
	bash ci/setup.sh || exit 1
fi
mkdir -p build/logs

passed=0 failed=0 failures=()

fail() {
	failed=$((failed + 1))
	failures+=("$1")
}

# run_ctest PRESET: run all tests of the flavour.
run_ctest() {
	local preset=$1 log=build/logs/$1-ctest.log start=$SECONDS totals bad
	ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure --timeout 300 \
		--no-tests=error >"$log" 2>&1 || true
	totals=$(grep -E '[0-9]+ tests failed out of [0-9]+' "$log" || true)
	if [ -z "$totals" ]; then
		tail -n 25 "$log" >&2
		fail "$preset: ctest"
		return
	fi
	bad=${totals%% tests failed*}
	bad=${bad##* }
	passed=$((passed + ${totals##* } - bad))
	failed=$((failed + bad))
	printf '%-12s %s, %d s\n' "$preset" "$totals" $((SECONDS - start))
	[ "$bad" -eq 0 ] || {
		# Print the output of the failing tests, and collect their names.
		sed -n '/^Test project/,/tests passed/p' "$log" | grep -vE ' Passed +[0-9.]+ sec$' |
			grep -vE '^ +Start +[0-9]+:' | tail -n 200 >&2
		while read -r name; do
			failures+=("$preset: $name")
		done < <(sed -n 's/^[\t ]*[0-9]* - \(.*\) (.*)$/\1/p' "$log")
	}
}

if bash ci/check-style.sh; then
	passed=$((passed + 1))
else
	fail "style"
fi

for preset in "${flavours[@]}"; do
	if build "$preset"; then
		run_ctest "$preset"
	else
		fail "$preset: build"
	fi
done

for failure in "${failures[@]}"; do
	echo "FAILED: $failure"
done
echo "$SECONDS s in all"
echo "test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
