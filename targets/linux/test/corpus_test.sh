#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# corpus_test.sh MMSTORM CORPUS NAME KNOWN - run the corpus on a tree
#
# Each program that has its operations must end without a finding, except for those of KNOWN, whose
# lines are: NAME PROGRAM ORACLE. These must end with that finding: an entry that no longer does is
# stale. A program that the tree cannot run is refused by a line that says why.
set -euo pipefail

mmstorm=$1 corpus=$2 name=$3 known=$4
out=$(mktemp)
trap 'rm -f "$out"' EXIT

cd "$corpus"
# The front door ends with 2, since it refuses some, or with 1, for those that are known.
"$mmstorm" run --no-expect --on "$name" [!blp]*/*.prog percpu/*.prog boot*/*.prog \
	>"$out" 2>&1 || true

awk -v name="$name" -v known="$known" '
	BEGIN {
		while ((getline line <known) > 0) {
			split(line, f, " ")
			if (f[1] == name)
				expected[f[2]] = f[3]
		}
	}
	/^  / { next }
	{
		program = $1
		sub(/:$/, "", program)
		oracle = $2
		sub(/[:,]$/, "", oracle)
	}
	/ needs .*, which .* (offer|have)$/ ||
	/ stands in an interrupt, and .* sleeps in it$/ {
		refused++
		next
	}
	oracle == "ok" {
		if (program in expected) {
			print program ": stale entry: found none, expected " expected[program]
			bad++
		}
		ran++
		next
	}
	expected[program] == oracle { ran++; next }
	{ print; bad++ }
	END {
		printf "%s: %d programs ran, %d were refused\n", name, ran, refused
		# Most programs have their operations everywhere.
		exit bad || ran < 200
	}' "$out"
