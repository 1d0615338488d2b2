#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# scripts_test.sh - the scripts refuse bad usage, and each style check fires; ctest runs it.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect STATUS TEXT COMMAND...: exit status, and a line of the output that holds TEXT.
expect() {
	local status=$1 text=$2 got=0
	shift 2
	"$@" >"$work/output" 2>&1 || got=$?
	if [ "$got" -ne "$status" ] || ! grep -qF -e "$text" "$work/output"; then
		echo "$*: status $got, expected $status and '$text'; output:"
		cat "$work/output"
		failed=1
	fi
}

expect 0 "usage:" "$top/ci/setup.sh" --help
expect 2 "found option '--nope'" "$top/ci/setup.sh" --nope
expect 0 "usage:" "$top/ci/test.sh" --help
expect 2 "found option '--nope'" "$top/ci/test.sh" --nope
expect 0 "usage:" "$top/ci/coverage.sh" --help
expect 0 "Targets: " "$top/ci/fuzz.sh" --help
expect 2 "found option '--nope'" "$top/ci/fuzz.sh" --nope
expect 2 "--seconds: found '0'" "$top/ci/fuzz.sh" --seconds 0
expect 2 "--jobs: found 'many'" "$top/ci/fuzz.sh" --jobs many
expect 2 "--seconds: found no value" "$top/ci/fuzz.sh" --seconds
expect 2 "found target 'nope', expected one of" "$top/ci/fuzz.sh" nope
expect 2 "--preset: found 'gcc', expected" "$top/ci/fuzz.sh" --preset gcc
expect 2 "--engine: found 'nope', expected" "$top/ci/fuzz.sh" --engine nope
expect 2 "found --engine afl and --preset" "$top/ci/fuzz.sh" --engine afl --preset fuzz
expect 0 "usage:" "$top/ci/nightly.sh" --help
expect 2 "found '--nope'" "$top/ci/nightly.sh" --nope
expect 2 "--hours: found 'all'" "$top/ci/nightly.sh" --hours all
expect 2 "--hours: found '0'" "$top/ci/nightly.sh" --hours 0
expect 0 "usage:" "$top/ci/check-includes.sh" --help
expect 2 "found option '--nope'" "$top/ci/check-includes.sh" --nope
expect 0 "usage:" "$top/ci/check-prose.sh" --help
expect 2 "found option '--nope'" "$top/ci/check-prose.sh" --nope
expect 2 "found no 'nope'" "$top/ci/check-prose.sh" nope

# A finding that cannot be kept is printed, and is not said to be kept.
tree=$work/unwritable
mkdir -p "$tree/ci" "$tree/build/logs" "$tree/raw"
cp "$top"/ci/{finding.sh,lib.sh} "$tree/ci/"
touch "$tree/findings"
printf 'target vmap\n' >"$tree/raw/vmap-race-1.prog"
printf 'bytes' >"$tree/raw/crash-1"
expect 0 "    target vmap" bash "$tree/ci/finding.sh" vmap race <<<"fuzz $tree/raw/vmap-race-1.prog"
expect 0 "NOT kept: cannot write findings/vmap-race-1.prog; it is $tree/raw/vmap-race-1.prog" \
	bash "$tree/ci/finding.sh" vmap race <<<"fuzz $tree/raw/vmap-race-1.prog"
expect 0 "NOT kept: cannot write findings/vmap-crash-1; it is $tree/raw/crash-1" \
	bash "$tree/ci/finding.sh" vmap crash <<<"fuzz $tree/raw/crash-1"

expect 0 "usage:" "$top/ci/oss-fuzz/check.sh" --help
expect 2 "--engine: found 'nope'" "$top/ci/oss-fuzz/check.sh" --engine nope
expect 2 "found target 'nope'" "$top/ci/oss-fuzz/check.sh" nope

# The settings of the services, sound and with faults.
expect 0 "no violation" "$top/ci/oss-fuzz/check_files.sh"
tree=$work/services
mkdir -p "$tree/ci" "$tree/.github"
cp -r "$top/ci/oss-fuzz" "$tree/ci/"
cp -r "$top/.github/workflows" "$tree/.github/"
cp -r "$top/.clusterfuzzlite" "$tree/"
expect 0 "no violation" "$top/ci/oss-fuzz/check_files.sh" "$tree"
sed -i 's/fuzz-seconds:/seconds:/' "$tree/.github/workflows/cflite_batch.yml"
sed -i 's/mode: prune/mode: batch/' "$tree/.github/workflows/cflite_prune.yml"
sed -i 's/  - memory/  - thread/; s/^homepage/home/' "$tree/ci/oss-fuzz/project.yaml"
sed -i 's/ zip//' "$tree/.clusterfuzzlite/Dockerfile"
expect 1 "run_fuzzers has no input 'seconds'" "$top/ci/oss-fuzz/check_files.sh" "$tree"
expect 1 "expected batch, code-change, coverage and prune" "$top/ci/oss-fuzz/check_files.sh" "$tree"
expect 1 "sanitizers: found 'thread'" "$top/ci/oss-fuzz/check_files.sh" "$tree"
expect 1 "found no 'homepage'" "$top/ci/oss-fuzz/check_files.sh" "$tree"
expect 1 "image or packages differ" "$top/ci/oss-fuzz/check_files.sh" "$tree"

# A new repository, first without and then with every violation.
if command -v git >/dev/null; then
	tree=$work/tree
	mkdir -p "$tree/ci" "$tree/bare"
	cp "$top/.clang-format" "$tree/"
	cp "$top"/ci/{check-style.sh,check-includes.sh,check-prose.sh,lib.sh,README.md} "$tree/ci/"
	git init -q "$tree"
	expect 0 "no violation" "$tree/ci/check-style.sh"
	tag='/* SPDX-License-Identifier: GPL-2.0-or-later */'
	printf 'int no_tag;\n' >"$tree/a.c"
	printf '%s\nint   format;\n' "$tag" >"$tree/b.c"
	printf '%s\nvoid f(void)\n{\n\t__sync_synchronize();\n}\n' "$tag" >"$tree/c.c"
	printf '%s\n/* %0100d */\n' "$tag" 0 >"$tree/d.c"
	printf 'target vmap \n' >"$tree/e.prog"
	printf '%s\nint bare;\n' "$tag" >"$tree/bare/f.c"
	printf '%s\n/* TO''DO */\n' "$tag" >"$tree/g.c"
	printf '%s\n' "$tag" $(seq -f 'int%.0f;' 500) >"$tree/h.c"
	printf '1. [One](#one)\n\n## One\n\n## Two\n' >"$tree/h.md"
	mkdir "$tree/bare/bug"
	printf '# bug\n\nsource: a book\n  %0100d\n' 0 >"$tree/bare/bug/about.md"
	expect 1 "a.c:1: no SPDX" "$tree/ci/check-style.sh"
	if command -v clang-format-14 >/dev/null; then
		expect 1 "b.c:2: not as clang-format-14" "$tree/ci/check-style.sh"
	fi
	expect 1 "c.c:4: a fence" "$tree/ci/check-style.sh"
	expect 1 "d.c:2: longer than 100" "$tree/ci/check-style.sh"
	expect 1 "h.c:1: longer than 500 lines" "$tree/ci/check-style.sh"
	expect 1 "h.md:5: a heading that" "$tree/ci/check-style.sh"
	expect 1 "about.md:4: longer than 100" "$tree/ci/check-style.sh"
	expect 1 "e.prog:1: white space" "$tree/ci/check-style.sh"
	expect 1 "bare: a folder without README.md" "$tree/ci/check-style.sh"
	expect 1 "g.c:2: a task left" "$tree/ci/check-style.sh"
	printf '%s\n/* It comes behind its last user. */\n' "$tag" >"$tree/h.c"
	expect 1 "h.c:2: 'behind'" "$tree/ci/check-style.sh"
	mkdir -p "$tree/core/sched" "$tree/core/vmap" "$tree/core/new"
	printf '%s\n#include "vmap/h.h"\n#include "../sched/h.h"\n' "$tag" >"$tree/core/sched/h.c"
	printf '%s\n#include "sched/h.h"\n#include "none.h"\n' "$tag" >"$tree/core/vmap/h.c"
	printf '%s\n#include "sched/h.h"\n' "$tag" >"$tree/core/new/h.c"
	printf '%s\n' "$tag" | tee "$tree/core/sched/h.h" >"$tree/core/vmap/h.h"
	expect 1 'core/sched/h.c:2: "vmap/h.h": core/sched may not include core/vmap' \
		"$tree/ci/check-style.sh"
	expect 1 'core/vmap/h.c:3: "none.h" is in none' "$tree/ci/check-includes.sh"
	expect 1 "core/new/h.c:2: a folder without a line" "$tree/ci/check-includes.sh"
	expect 1 "3 violations" "$tree/ci/check-includes.sh"
	rm -r "$tree/core"
	expect 0 "found no C file" "$tree/ci/check-includes.sh"
fi

# prose TEXT CONTENT [FILE]: check-prose.sh finds TEXT in a file that holds CONTENT; with an empty
# TEXT it finds nothing.
prose() {
	local file=${3:-a.c}
	printf '%b' "$2" >"$tree/$file"
	if [ -n "$1" ]; then
		expect 1 "$file:$1" "$tree/ci/check-prose.sh" "$file"
	else
		expect 0 "no violation" "$tree/ci/check-prose.sh" "$file"
	fi
	rm "$tree/$file"
}

if command -v git >/dev/null; then
	tree=$work/prose
	mkdir -p "$tree/ci"
	cp "$top/ci/check-prose.sh" "$top/ci/lib.sh" "$tree/ci/"
	git init -q "$tree"
	prose "1: 'behind'" '/* It comes behind its last user. */\n'
	prose "" '/* The struct behind the pointer; a file that they leave behind. */\n'
	prose "1: 'Who'" '/* Who finds none fetches. */\n'
	prose "2: 'who'" '/*\n * A list; who\n * reads it must wait.\n */\n'
	prose "" '/* Who may call this? */\n'
	prose "1: 'What'" '/* What is free stays. */\n'
	prose "3: 'What'" '/*\n * One.\n * What is free stays.\n */\n'
	prose "" '/**\n * @end: what follows the last\n */\n'
	prose "1: 'Whoever'" '/* Whoever asks gets it. */\n'
	prose "1: 'nobody'" 'char *s = "is in use by nobody";\n'
	prose "1: 'that which'" '/* Free that which is left. */\n'
	prose "2: 'not without'" '#!/bin/bash\n# This is not without risk.\n' a.sh
	prose "1: 'No task but'" '# No task but the first runs.\n' a.prog
	prose "" 'task who cpu=0\n' a.prog
	prose "1: 'told from'" 'A leak is told from a cache.\n' a.md
	prose "1: 'more not told'" 'char *s = "%u more not told";\n'
	prose "1: 'likewise'" '# The second likewise.\n' a.cmake
	prose "1: longer than 100" "$(printf '%0101d' 0)\n" a.md
	prose "" "| $(printf '%0101d' 0) |\n\n    $(printf '%0101d' 0)\n" a.md
	prose "" "\140\140\140\n$(printf '%0101d' 0)\n\140\140\140\n" a.md

	# An allowed phrase passes, and must be there.
	sed -i "/^\tcat <<-'END'/a\\	a.c|sits behind you|a place" "$tree/ci/check-prose.sh"
	prose "" '/* It sits\n * behind you. */\n'
	prose "1: 'behind'" '/* It walks behind you. */\n'
	echo '/* It sits. */' >"$tree/a.c"
	expect 1 "a.c:1: no 'sits behind you'" "$tree/ci/check-prose.sh"
fi
[ "$failed" -eq 0 ] && echo "all as expected"
exit "$failed"
