#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# races_test.sh MMSTORM CORPUS RACES NAME... - is each race of RACES still there?
#
# With MMSTORM_RACES=unlisted its program must show it on one of the trees NAME at least.
set -euo pipefail

mmstorm=$1 corpus=$2 races=$3
shift 3
failed=0

while read -r one other program; do
	[[ $one != "#"* ]] || continue
	shown=false
	for name in "$@"; do
		line=$(MMSTORM_RACES=unlisted "$mmstorm" run --no-expect --on "$name" \
			"$corpus/$program" 2>&1 | head -n 1 || true)
		for part in ${other//,/ }; do
			[[ $line != *": race: "*"$one"* || $line != *"$part"* ]] || shown=true
		done
	done
	$shown || { echo "stale: $one $other: $program shows it on none of: $*"; failed=1; }
done <"$races"
exit $failed
