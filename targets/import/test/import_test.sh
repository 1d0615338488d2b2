#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# import_test.sh - import a recording; the program passes, three times in the same way.
# usage: import_test.sh MMSTORM RECORDING percpu|vmap
set -euo pipefail

mmstorm=$1 recording=$2 events=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$mmstorm" import "$recording" --events "$events" -o "$dir/whole.prog"
"$mmstorm" run "$dir/whole.prog" --times 3
# Both forms of the program are equal.
"$mmstorm" pack "$dir/whole.prog" -o "$dir/whole.bytes"
"$mmstorm" show "$dir/whole.bytes" -o "$dir/back.prog"
cmp <(grep -v '^#' "$dir/whole.prog") <(grep -v '^#' "$dir/back.prog")
# The first events only, in one task.
"$mmstorm" import "$recording" --events "$events" --max 100 --one-task -o "$dir/one.prog"
"$mmstorm" run "$dir/one.prog"
