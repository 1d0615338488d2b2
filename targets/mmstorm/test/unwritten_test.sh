#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# unwritten_test.sh - a finding that cannot be written is printed.
#
# usage: unwritten_test.sh MMSTORM REPRO
# MMSTORM is built with a bug that REPRO shows by its oracle `spurious-failure`.
set -u

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

: >"$dir/file" # not a folder: even root cannot write into it
for option in --json --no-fork --strategy=all; do
	err=$(MMSTORM_FINDINGS=$dir/file/findings "$1" explore "$2" "$option" 2>&1 >"$dir/out")
	status=$?
	[ $status -eq 2 ] || { echo "$option: found status $status, expected 2" && exit 1; }
	for words in 'cannot write the finding' 'at run [0-9]+: spurious-failure' 'operation 3'; do
		grep -Eq "$words" <<<"$err" || { echo "$option: no '$words' in: $err" && exit 1; }
	done
done
