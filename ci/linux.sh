#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# linux.sh - check a Linux tree, and judge a revision of one for git bisect: `mmstorm linux`
#
# The programs with the tree, and the base beside it, are linked in build/linux-check/FLAVOUR from
# the tree's files and the libraries of build/FLAVOUR. linux_lib.sh builds, linux_check.sh checks.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/.."
. ci/lib.sh
. ci/linux_lib.sh
script="mmstorm linux"

usage() {
	cat <<-END
	usage: mmstorm linux check --tree PATH [OPTION]...
	       mmstorm linux bisect-run --tree PATH FILE

	Runs the mm/percpu.c and mm/vmalloc.c of a Linux tree under the programs, schedules and
	oracles of mmstorm. PATH is a git checkout, a release or a patched copy.

	  check       build the tree, replay the corpus, fuzz, and print a report
	  bisect-run  say whether a program fails on the tree, as git bisect run asks

	mmstorm linux COMMAND --help describes a command.
	END
}

# shellcheck disable=SC2317 # called by the name of the command
usage_check() {
	cat <<-END
	usage: mmstorm linux check --tree [NAME=]PATH [OPTION]...

	Builds the files of a Linux tree, replays the corpus on it, fuzzes it, and prints a
	report: each finding as a minimised program, with the oracle, the place in the kernel,
	how often it replays, and whether the base has it too. Defects of Linux that mmstorm
	knows (corpus/linux, targets/linux/known.txt) are told apart. Ctrl-C ends the search
	with the report so far.

	Options:
	  --tree [NAME=]PATH  the tree (default name: linux- and the version)
	  --base REV|PATH     compare with this revision of the git tree, or with another tree
	  --minutes N         time to fuzz (default: 5)
	  --jobs N            processes (default: number of CPUs)
	  --no-fuzz           replay the corpus in the flavour release, and fuzz nothing
	  --no-build          use mmstorm's own libraries in build/ as they are
	  --work FOLDER       build in FOLDER, and write programs to FOLDER/findings
	  -h, --help          print this help

	The first call builds mmstorm in the flavours release, fuzz and fuzz-tsan. Programs go
	to findings/linux/, where the next call replaces them; messages and all that is built
	go to build/linux-check/.

	Examples:
	  mmstorm linux check --tree ~/linux
	  mmstorm linux check --tree ~/linux --base origin/master --minutes 20

	Exit status: 0 all findings are known or the base has them, 1 one is new, 2 bad usage,
	or a tree that does not build.
	END
}

# shellcheck disable=SC2317 # called by the name of the command
usage_bisect_run() {
	cat <<-END
	usage: mmstorm linux bisect-run --tree PATH [OPTION]... FILE

	Builds the files of a Linux tree, and runs a program on them: the command for git
	bisect run. Only the oracle of the program's \`expect\` line counts, or any finding if
	it has none. A \`race\` is looked for in the flavour tsan, a \`sanitizer\` finding in the
	flavour asan, others in release.

	Options:
	  --tree PATH  the tree
	  --jobs N     processes (default: number of CPUs)
	  --no-build   use mmstorm's own libraries in build/ as they are
	  --work FOLDER  build in FOLDER (default: build/linux-check)
	  -h, --help   print this help

	Example, in a git checkout of Linux:
	  git bisect start BAD GOOD -- mm/percpu.c mm/vmalloc.c
	  git bisect run ~/mmstorm/build/release/mmstorm linux bisect-run --tree . ~/small.prog

	Exit status: 0 the program does not fail, 1 it does, 125 the tree does not build, or the
	program cannot be judged on it; 128, which ends the bisection, for bad usage.
	END
}

# from_caller PATH: print a path that was given in the caller's folder.
from_caller() {
	[[ $1 = /* ]] && echo "$1" || echo "$caller/$1"
}

command=${1-}
case $command in
check | bisect-run) shift ;;
--help | -h)
	usage
	exit 0
	;;
"") die "found no command, expected check or bisect-run" ;;
*) die "found '$command', expected check, bisect-run or --help" ;;
esac
bad=2
if [ "$command" = bisect-run ]; then
	# git bisect takes a status from 1 to 127 for a verdict.
	bad=128
	trap 'status=$?; [ $status -ne 2 ] || exit $bad' EXIT
fi
script="mmstorm linux $command"

linux_work=build/linux-check kept=findings/linux
tree='' base='' minutes=5 jobs=$(nproc) fuzz=true make=true files=()
while [ $# -gt 0 ]; do
	case $command:$1 in
	*:--tree | *:--jobs | *:--work | check:--base | check:--minutes)
		need_value "$@"
		case $1 in
		--tree) tree=$2 ;;
		--base) base=$2 ;;
		--work) linux_work=$(from_caller "$2") kept=$(from_caller "$2")/findings ;;
		--minutes) need_number "$1" "$2" && minutes=$2 ;;
		--jobs) need_number "$1" "$2" && jobs=$2 ;;
		esac
		shift
		;;
	check:--no-fuzz) fuzz=false ;;
	*:--no-build) make=false ;;
	*:--help | *:-h)
		"usage_${command/-/_}"
		exit 0
		;;
	*:-*) die "found option '$1', expected one of $script --help" ;;
	*) files+=("$1") ;;
	esac
	shift
done
[ -n "$tree" ] || die "found no --tree, expected one"
name=
if [[ $tree =~ ^[^=/]+= ]]; then
	name=${tree%%=*}
	tree=${tree#*=}
fi
tree=$(realpath -m "$(from_caller "$tree")")
linux_logs=$linux_work/logs
mkdir -p "$linux_logs"

if [ "$command" = bisect-run ]; then
	[ ${#files[@]} -eq 1 ] || die "found ${#files[@]} files, expected one program"
	program=$(from_caller "${files[0]}")
	[ -f "$program" ] || die "found no file $program"
	expected=$(sed -n 's/^ *expect  *\([a-z-]*\).*/\1/p' "$program")
	case $expected in
	race) flavour=tsan ;;
	sanitizer) flavour=asan ;;
	*) flavour=release ;;
	esac
	(need_tree --tree "$tree") || exit 125
	status=0
	linux_build "$flavour" "bisected=$tree" || status=$?
	[ $status -ne 1 ] || exit 125
	[ $status -eq 0 ] || exit $bad
	front=$linux_work/$flavour/mmstorm
	"$front" show "$program" >/dev/null || exit $bad
	result=$("$front" run --json --no-expect --on bisected "$program") || true
	oracle=$(sed -n 's/.*"oracle":"\([a-z-]*\)".*/\1/p' <<<"$result")
	echo "$program: ${oracle:-cannot be judged}, expected ${expected:-any finding}"
	case $oracle in
	"") exit 125 ;;
	none) exit 0 ;;
	"${expected:-$oracle}") exit 1 ;;
	*) exit 125 ;; # another finding comes first
	esac
fi

[ ${#files[@]} -eq 0 ] || die "found '${files[0]}', expected one of $script --help"
need_tree --tree "$tree"
[ -n "$name" ] || name=$(tree_name "$tree")
trees="$name=$tree"
if [ -n "$base" ]; then
	if [ -d "$(from_caller "$base")" ]; then
		base_path=$(realpath "$(from_caller "$base")")
		need_tree --base "$base_path"
	else
		base_path=$PWD/$(revision_tree "$tree" "$base") ||
			die "--base: found '$base', expected a folder or a revision of $tree"
	fi
	[ "$name" != base ] || die "--tree: found the name 'base', expected another with --base"
	trees+=";base=$base_path"
fi
. ci/linux_check.sh
