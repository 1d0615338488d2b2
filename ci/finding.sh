#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# finding.sh - minimise one kind of finding, keep it, and print it; called by fuzz.sh.
#
# Standard input lists what showed it, PRESET PATH a line. The shortest stands for all: a
# program is minimised and kept as text in findings/, other bytes (an input of program_text, one
# that ran out of time or memory) are kept as they are.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

[ $# -eq 2 ] || die "usage: ci/finding.sh TARGET ORACLE <LIST"
target=$1 oracle=$2

shortest='' preset=''
while read -r flavour path; do
	if [ -z "$shortest" ] || [ "$(wc -c <"$path")" -lt "$(wc -c <"$shortest")" ]; then
		shortest=$path preset=$flavour
	fi
done
[ -n "$shortest" ] || die "no file given"

echo
echo "FINDING $oracle in $target ($preset)"
if [[ $shortest != *.prog ]]; then
	kept=findings/$target-${shortest##*/}
	cp "$shortest" "$kept"
	echo "kept as $kept; replay it with"
	echo "  build/$preset/targets/$target $kept"
	exit 0
fi

# What a sanitizer alone can see needs the flavour that has it.
tool=build/release/mmstorm
case $oracle in
race | sanitizer) tool=build/$preset/mmstorm ;;
esac
kept=findings/${shortest##*/}
if ! "$tool" minimize "$shortest" --seconds 20 -o "$kept" >/dev/null 2>build/logs/minimize.log; then
	tail -n 3 build/logs/minimize.log
	tool=build/$preset/mmstorm
	if [ "$tool" = build/release/mmstorm ] ||
		! "$tool" minimize "$shortest" --seconds 20 -o "$kept" >/dev/null; then
		echo "not minimised"
		cp "$shortest" "$kept"
	fi
fi
sed 's/^/    /' "$kept"
"$tool" run "$kept" || true
echo "kept as $kept; replay it with"
echo "  $tool run --times 1000 $kept"
