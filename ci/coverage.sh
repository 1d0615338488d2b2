#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# coverage.sh - coverage of the tests and the corpus: lines, branches and MC/DC, by file.
#
# It is a tool to find missing tests: look for code that is never reached, not for a percentage.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

usage() {
	cat <<-END
	usage: ci/coverage.sh

	Builds the preset coverage, runs its tests, prints a table of lines, branches and MC/DC
	by file, and writes the annotated sources to build/coverage/html/index.html.

	Options:
	  -h, --help  print this help

	Exit status: 0 done, 1 a failure, 2 bad usage.
	END
}

only_help "$@"

profiles=build/coverage/profiles
mapfile -t targets < <(fuzz_targets)
build coverage
rm -rf "$profiles"
mkdir -p "$profiles"
LLVM_PROFILE_FILE=$PWD/$profiles/%m-%p.profraw \
	quietly build/logs/coverage-ctest.log \
	ctest --test-dir build/coverage -j "$(nproc)" || exit 1
llvm-profdata-19 merge -sparse -o build/coverage/all.profdata "$profiles"/*.profraw

# The unit tests, the targets and the front door contain all counted code.
objects=()
while read -r program; do
	objects+=(-object "$program")
done < <(find build/coverage -type f -perm -u+x -name 'test_*' | sort
	printf 'build/coverage/targets/%s\n' "${targets[@]}")
ignore=(-ignore-filename-regex='/(test|build)/')
llvm-cov-19 show build/coverage/mmstorm "${objects[@]}" "${ignore[@]}" -show-branches=count \
	-show-mcdc -format=html -output-dir=build/coverage/html \
	-instr-profile=build/coverage/all.profdata >/dev/null 2>build/logs/coverage-show.log
llvm-cov-19 report build/coverage/mmstorm "${objects[@]}" "${ignore[@]}" \
	-show-mcdc-summary -show-region-summary=false -show-functions=false \
	-instr-profile=build/coverage/all.profdata 2>build/logs/coverage-report.log |
	awk 'NF == 13 && $2 != 0 { printf "%-40s %10s %10s %10s\n", $1, $7, $10, $13 }
	     NR == 1 { printf "%-40s %10s %10s %10s\n", "file", "lines", "branches", "MC/DC" }'
