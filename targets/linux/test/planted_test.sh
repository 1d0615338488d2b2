#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# planted_test.sh MMSTORM FOLDER NAME SANITIZERS - prove the judges of a tree
#
# On the copy NAME of a tree, each planted defect of FOLDER/planted.txt must be found by its oracle,
# and without a defect the same program must pass. Races need ThreadSanitizer.
set -euo pipefail

mmstorm=$1 folder=$2 name=$3 sanitizers=${4-}
failed=0

run() { # run PROGRAM: the line that says how it ended
	"$mmstorm" run --on "$name" "$folder/planted/$1.prog" 2>&1 | head -n 1 || true
}

for program in percpu percpu-ends vmalloc race; do
	line=$(run "$program")
	[[ $line == *": ok "* ]] || { echo "no defect: $line"; failed=1; }
done
while read -r defect oracle program; do
	[[ $defect != "#"* ]] || continue
	[[ $oracle != race || $sanitizers == thread ]] || continue
	line=$(MMSTORM_PLANTED=$defect run "$program")
	[[ $line == *": $oracle: "* ]] || { echo "$defect: $line, expected $oracle"; failed=1; }
done <"$folder/planted.txt"

# The kernel warns by itself of an area that is still on a list.
line=$(MMSTORM_PLANTED=vmalloc-unlink run vmalloc)
[[ $line == *": assertion: "* ]] || { echo "vmalloc-unlink: $line, expected assertion"; failed=1; }
exit $failed
