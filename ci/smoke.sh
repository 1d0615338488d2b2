#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# smoke.sh - a short run of one libFuzzer target over its seeds; called by ctest.
#
# Shows that the target starts, takes every seed, mutates, and finds nothing. The random seed is
# fixed and the work corpus thrown away, so that a failure is there again the next time.
set -euo pipefail

[ $# -eq 2 ] || {
	echo "usage: ci/smoke.sh TARGET SEEDS" >&2
	exit 2
}
target=$1 seeds=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/corpus"
status=0
MMSTORM_FINDINGS=$work/findings "$target" -seed=1 -runs=4000 -max_len=4096 -timeout=60 \
	-rss_limit_mb=4096 -artifact_prefix="$work/" "$work/corpus" "$seeds" || status=$?
# What failed is in the log, since the files are thrown away.
for program in "$work"/findings/*.prog; do
	[ ! -f "$program" ] || cat "$program"
done
exit "$status"
