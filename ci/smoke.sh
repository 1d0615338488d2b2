#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# smoke.sh - a short run of one fuzz target over its seeds; called by ctest.
#
# Shows that the target starts, takes every seed, mutates (libFuzzer; AFL++'s driver only replays),
# and finds nothing. The random seed is fixed and the work corpus thrown away, so that a failure
# is there again the next time.
set -euo pipefail

[ $# -eq 3 ] || {
	echo "usage: ci/smoke.sh libfuzzer|afl TARGET SEEDS" >&2
	exit 2
}
engine=$1 target=$2 seeds=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/corpus"
export MMSTORM_FINDINGS=$work/findings
status=0
if [ "$engine" = afl ]; then
	"$target" "$seeds"/* || status=$?
else
	"$target" -seed=1 -runs=4000 -max_len=4096 -timeout=60 -rss_limit_mb=4096 \
		-artifact_prefix="$work/" "$work/corpus" "$seeds" || status=$?
fi
# What failed is in the log, since the files are thrown away.
for program in "$work"/findings/*.prog; do
	[ ! -f "$program" ] || cat "$program"
done
exit "$status"
