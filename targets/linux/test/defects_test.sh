#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# defects_test.sh MMSTORM FOLDER NAME... - replay the defects that were found in trees
#
# FOLDER has a folder for each: a program, and about.md with a line "Trees: NAME...". On each of
# these trees that is one of the names given, the program must fail as it expects.
set -euo pipefail

mmstorm=$1 folder=$2
shift 2
failed=0

for about in "$folder"/*/about.md; do
	trees=$(sed -n 's/^Trees: //p' "$about")
	[ -n "$trees" ] || { echo "$about: found no line 'Trees:'"; failed=1; }
	for name in $trees; do
		[[ " $* " == *" $name "* ]] || continue
		"$mmstorm" run --on "$name" "${about%/*}"/*.prog || failed=1
	done
done
exit $failed
