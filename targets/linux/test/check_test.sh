#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check_test.sh MMSTORM TREE PLANTED - mmstorm linux, on a copy of TREE with a defect of PLANTED
#
# Only the flavour release, and no fuzzing. The flavour is built.
set -euo pipefail

mmstorm=$1 tree=$2 planted=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect STATUS TEXT COMMAND ARGUMENT...: exit status of mmstorm linux, and what the output holds.
expect() {
	local status=$1 text=$2 command=$3 got=0
	shift 3
	"$mmstorm" linux "$command" --no-build --work "$work/build" "$@" >"$work/output" 2>&1 ||
		got=$?
	if [ $got -ne "$status" ] || ! grep -qF -e "$text" "$work/output"; then
		echo "$command $*: status $got, expected $status and '$text'; output:"
		cat "$work/output"
		failed=1
	fi
}

# says TEXT: the last output holds it.
says() {
	if ! grep -qF -e "$1" "$work/output"; then
		echo "expected '$1' in:"
		cat "$work/output"
		failed=1
	fi
}

# A copy with one defect. All else is the tree's.
copy=$work/tree
mkdir -p "$copy/mm"
ln -s "$tree"/{Makefile,include,lib} "$copy/"
cp "$tree"/mm/percpu*.c "$tree"/mm/vmalloc.c "$tree"/mm/*.h "$copy/mm/"
patch --silent -d "$copy" -p1 <"$planted/vmalloc-lazy-count.patch"
sed -i 's/planted([A-Z_]*)/1/' "$copy/mm/vmalloc.c"

expect 2 "found no --tree, expected one" check
expect 2 "$work/none is no folder, expected a kernel tree" check --tree "$work/none"
expect 2 "$work has no Makefile, expected a kernel tree" check --tree "$work"
expect 2 "found the name 'base', expected another" check --tree "base=$copy" --base "$tree"
expect 2 "found 'none', expected a folder or a revision" check --tree "$copy" --base none
expect 2 "found name 'No', expected at most 26 lower case letters" check --tree "No=$copy"
expect 2 "--minutes: found '0'" check --tree "$copy" --minutes 0
expect 128 "found 0 files, expected one program" bisect-run --tree "$copy"
expect 128 "found no --tree, expected one" bisect-run x.prog
expect 125 "has no Makefile, expected a kernel tree" bisect-run --tree "$work" "$0"

# A word that nothing binds.
mv "$copy/mm/percpu-vm.c" "$work/"
{
	cat "$work/percpu-vm.c"
	echo 'static int new_word_user(void) { return new_word(); }'
} >"$copy/mm/percpu-vm.c"
expect 2 "the word new_word is not bound" check --jobs 1 --tree "bisected=$copy"
[ ! -e "$work/build/release" ] || { echo "found $work/build/release, half-built"; failed=1; }
mv "$work/percpu-vm.c" "$copy/mm/"

# The name is that of bisect-run, so the tree is built once.
expect 1 "FINDING: invariant-count" check --no-fuzz --tree "bisected=$copy"
says "lazy pages: the counter says"
says "100 of 100 runs the same"
says "on bisected"
says "KNOWN defects of Linux that this tree has:"
says " 1 new"
program=$(echo "$work"/build/findings/bisected-invariant-count-*.prog)
expect 1 "invariant-count, expected invariant-count" bisect-run --tree "$copy" "$program"
sed '/^  /d; /^digest/d' "$program" >"$work/passes.prog"
expect 0 "none, expected invariant-count" bisect-run --tree "$copy" "$work/passes.prog"
sed 's/^expect .*/expect overlap/; /^digest/d' "$program" >"$work/other.prog"
expect 125 "invariant-count, expected overlap" bisect-run --tree "$copy" "$work/other.prog"
expect 128 "expected 'target NAME'" bisect-run --tree "$copy" "$0"
exit $failed
