# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# linux_lib.sh - build programs with kernel trees; a part of linux.sh, which sets
#   linux_work  the folder of all that is made; linux_work/FLAVOUR has the programs of a flavour
#   linux_logs  the folder of messages
#   make        true: build the flavours' own libraries first
#   jobs        processes at a time
# shellcheck disable=SC2154 # these variables

# need_tree OPTION PATH: die unless it has the files of a kernel tree.
need_tree() {
	local file
	[ -d "$2" ] || die "$1: $2 is no folder, expected a kernel tree"
	for file in Makefile mm/vmalloc.c mm/percpu.c lib/rbtree.c include/linux/percpu.h; do
		[ -f "$2/$file" ] || die "$1: $2 has no $file, expected a kernel tree"
	done
}

# tree_name PATH: print the name of a tree, as CMake makes it of VERSION and PATCHLEVEL.
tree_name() {
	awk '$1 == "VERSION" && $2 == "=" { v = $3 }
	     $1 == "PATCHLEVEL" && $2 == "=" { print "linux-" v "." $3; exit }' "$1/Makefile"
}

# revision_tree TREE REVISION: take what is needed of a revision out of a git tree, once, and print
# the folder. Fails if there is no such revision.
revision_tree() {
	local commit folder=$linux_work/revisions
	commit=$(git -C "$1" rev-parse --verify -q "$2^{commit}" 2>/dev/null) || return
	if [ ! -d "$folder/$commit" ]; then
		mkdir -p "$folder"
		rm -rf "$folder/new"
		mkdir "$folder/new"
		# -m: files as old as their commit would not be compiled again.
		git -C "$1" archive "$commit" Makefile mm lib include |
			tar -xmf - -C "$folder/new" || return
		mv "$folder/new" "$folder/$commit"
	fi
	echo "$folder/$commit"
}

# cmake_error LOG: print the first message of CMake's as one line.
cmake_error() {
	awk '/^CMake Error/ { on = 1; next }
	     on && /^Call Stack|^-- |^CMake / { exit }
	     on { line = line $0 }
	     END { gsub(/ +/, " ", line); sub(/^ /, "", line); print line }' "$1"
}

# first_error LOG: print the first error of a compiler or linker. If it is about a word that the
# tree uses and nothing defines, say where such words are bound.
first_error() {
	local line word unbound='undeclared (function|identifier)|unknown type name|no member named'
	if grep -q '^CMake Error' "$1"; then
		cmake_error "$1"
		return
	fi
	line=$(grep -m 1 -E '(^|: )(fatal )?error: |undefined (symbol|reference)' "$1") ||
		line=$(tail -n 1 "$1")
	unbound+='|undefined symbol:|undefined reference to'
	word=$(sed -nE "s/.*($unbound) ['\`]?([A-Za-z0-9_]+).*/\3/p" <<<"$line")
	line=${line#*error: error: }
	echo "$line${word:+ (the word $word is not bound; words are bound in targets/linux/words)}"
}

# linux_build FLAVOUR TREES: programs with the trees, a list as MM_LINUX_TREE, in
# linux_work/FLAVOUR. Prints one message and fails, with status 1 if a tree does not build and 2 if
# mmstorm does not; nothing half-built is left.
linux_build() {
	local flavour=$1 trees=$2 dir=$linux_work/$1 start=$SECONDS log=$linux_logs/$1
	if $make; then
		build "$flavour" linux_parts || return 2
	elif [ ! -f "build/$flavour/linux_parts.cmake" ]; then
		echo "$script: build/$flavour is not built, expected it with --no-build" >&2
		return 2
	fi
	printf '%-12s trees ... ' "$flavour"
	if [ "$(cat "$dir/trees" 2>/dev/null)" != "$trees" ]; then
		if ! cmake -S targets/linux/check -B "$dir" -G Ninja \
			"-DMM_FLAVOUR=$PWD/build/$flavour" "-DMM_LINUX_TREE=$trees" \
			>"$log-configure.log" 2>&1; then
			rm -rf "$dir"
			printf '\n%s: %s\n' "$script" "$(cmake_error "$log-configure.log")" >&2
			return 1
		fi
		echo "$trees" >"$dir/trees"
	fi
	if ! cmake --build "$dir" -j "$jobs" --target trees >"$log-trees.log" 2>&1 ||
		! cmake --build "$dir" -j "$jobs" >>"$log-trees.log" 2>&1; then
		rm -rf "$dir"
		printf '\n%s: %s: a tree does not build: %s\n' "$script" "$flavour" \
			"$(first_error "$log-trees.log")" >&2
		return 1
	fi
	echo "$((SECONDS - start)) s"
}
