#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# smoke.sh - a short run of a fuzz target over its seeds; ctest calls it.
#
# The target must start, accept every seed, mutate (with libFuzzer; AFL++'s driver only replays),
# and find nothing in RUNS runs, or in those of the seeds if they are more. The random seed is fixed
# and the work corpus temporary, so a failure repeats.
set -euo pipefail

[ $# -eq 3 ] || [ $# -eq 4 ] || {
	echo "usage: ci/smoke.sh libfuzzer|afl TARGET SEEDS [RUNS]" >&2
	exit 2
}
engine=$1 target=$2 seeds=$3 runs=${4:-4000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/corpus"
export MMSTORM_FINDINGS=$work/findings
status=0
if [ "$engine" = afl ]; then
	"$target" "$seeds"/* || status=$?
else
	"$target" -seed=1 -runs="$runs" -max_len=4096 -timeout=60 -rss_limit_mb=4096 \
		-artifact_prefix="$work/" "$work/corpus" "$seeds" || status=$?
fi
# Print the programs that failed, since the files are temporary.
for program in "$work"/findings/*.prog; do
	[ ! -f "$program" ] || cat "$program"
done
exit "$status"
