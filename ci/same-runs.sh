#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# same-runs.sh - show that a change leaves every run as it was.
#
# Builds a base revision and the working tree in the release flavour, lets the tool `same_runs`
# print what runs do in each, and compares the two. Digests, oracles, counts and statistics must
# be equal; the words of messages may change.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

usage() {
	cat <<-END
	usage: ci/same-runs.sh [OPTION]... REV

	Compares the runs of the working tree with those of the revision REV, which are written
	to build/same-runs/new and build/same-runs/base.

	Options:
	  --quick       run a hundredth of the random programs
	  --corpus DIR  run the programs of DIR in both (default: those of REV)
	  -h, --help    print this help

	Example:
	  ci/same-runs.sh --quick HEAD~1

	Exit status: 0 equal, 1 a run differs or a build failed, 2 bad usage.
	END
}

quick=() corpus='' base=''
while [ $# -gt 0 ]; do
	case $1 in
	--quick) quick=(--quick) ;;
	--corpus)
		need_value "$@"
		corpus=$(realpath "$2")
		shift
		;;
	--help | -h)
		usage
		exit 0
		;;
	-*) die "found option '$1', expected --quick, --corpus or --help" ;;
	*) base=$1 ;;
	esac
	shift
done
[ -n "$base" ] || die "found no revision, expected one"
git rev-parse -q --verify "$base^{commit}" >/dev/null || die "found '$base', expected a revision"
git cat-file -e "$base:ci/same-runs.sh" 2>/dev/null ||
	die "found revision '$base', expected one with the tool same_runs"

dir=$PWD/build/same-runs
mkdir -p "$dir"
if [ ! -e "$dir/tree/.git" ]; then
	git worktree prune
	git worktree add -q --detach "$dir/tree" "$base"
fi
git -C "$dir/tree" checkout -q --detach "$(git rev-parse "$base")"
(cd "$dir/tree" && . ci/lib.sh && build release same_runs) || exit 1
build release same_runs || exit 1
corpus=${corpus:-$dir/tree/corpus}

# find_tool TREE: the tool in a tree's build, the newest one where the tree has moved it.
find_tool() {
	find "$1/build/release" -type f -name same_runs -printf '%T@ %p\n' | sort -rn |
		sed -n '1s/^[^ ]* //p'
}

"$(find_tool "$dir/tree")" "${quick[@]}" "$corpus" >"$dir/base"
"$(find_tool "$PWD")" "${quick[@]}" "$corpus" >"$dir/new"
if ! diff "$dir/base" "$dir/new" >"$dir/diff"; then
	head -n 10 "$dir/diff"
	echo "same-runs.sh: $(grep -c '^>' "$dir/diff") of $(wc -l <"$dir/base") runs differ" >&2
	exit 1
fi
echo "same-runs.sh: $(wc -l <"$dir/base") runs, all as in $base"
