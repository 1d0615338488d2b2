#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# finding.sh - minimise, keep and print a finding; fuzz.sh calls it.
#
# Standard input lists the files that show the finding, one PRESET PATH a line. The shortest one
# represents all: a program is minimised and kept as text in findings/. Other bytes, such as an
# input of a target that reads text or one that exceeded time or memory, are kept unchanged.
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
[ -n "$shortest" ] || die "found no line, expected PRESET PATH"

# keep FILE: copy it to $kept. A finding that cannot be kept is printed, or named where it lies.
keep() {
	if cp "$1" "$kept" && cmp -s "$1" "$kept"; then
		return
	fi
	echo "NOT kept: cannot write $kept; it is $1"
	[[ $1 != *.prog ]] || sed 's/^/    /' "$1"
	exit 0
}

echo
echo "FINDING $oracle in $target ($preset)"
if [[ $shortest != *.prog ]]; then
	kept=findings/$target-${shortest##*/}
	keep "$shortest"
	echo "kept as $kept; replay it with"
	echo "  build/$preset/targets/$target $kept"
	exit 0
fi

# A finding of a sanitizer needs the flavour with that sanitizer.
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
		keep "$shortest"
	fi
fi
[ -s "$kept" ] || keep "$shortest"
sed 's/^/    /' "$kept"
"$tool" run "$kept" || true
echo "kept as $kept; replay it with"
echo "  $tool run --times 1000 $kept"
