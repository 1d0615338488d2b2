#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A recording becomes a program; the program runs clean, and three times the same.
# usage: import_test.sh MMSTORM RECORDING percpu|vmap
set -euo pipefail

mmstorm=$1 recording=$2 events=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$mmstorm" import "$recording" --events "$events" -o "$dir/whole.prog"
"$mmstorm" run "$dir/whole.prog" --times 3
# Two forms, one program.
"$mmstorm" pack "$dir/whole.prog" -o "$dir/whole.bytes"
"$mmstorm" show "$dir/whole.bytes" -o "$dir/back.prog"
cmp <(grep -v '^#' "$dir/whole.prog") <(grep -v '^#' "$dir/back.prog")
# The beginning alone, one task.
"$mmstorm" import "$recording" --events "$events" --max 100 --one-task -o "$dir/one.prog"
"$mmstorm" run "$dir/one.prog"
