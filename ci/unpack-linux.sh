#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# unpack-linux.sh - unpack what mmstorm needs of Debian's packages of Linux sources.
#
# A tree goes to build/linux/VERSION, where CMake looks for it (targets/linux). That folder is no
# part of the repository. Only the folders in FOLDERS are unpacked.
set -euo pipefail

FOLDERS=(Makefile mm lib include tools/memory-model/litmus-tests Documentation/litmus-tests)

usage() {
	cat <<-END
	usage: ci/unpack-linux.sh [OPTION]

	Unpacks /usr/src/linux-source-VERSION.tar.xz into build/linux/VERSION, each version
	once, all of them at the same time. Trees that are there already are left alone.

	Options:
	  -h, --help  print this help

	Exit status: 0 done, or nothing to do; 1 a tree could not be unpacked; 2 bad usage.
	END
}

case ${1:-} in
"") ;;
--help | -h)
	usage
	exit 0
	;;
*)
	echo "unpack-linux.sh: found option '$1', expected --help" >&2
	exit 2
	;;
esac

cd "$(dirname "$0")/.."

# Unpack one package beside its place, so that a half unpacked tree is never taken for one.
unpack() { # unpack TAR VERSION STAMP
	local tree=build/linux/$2 new=build/linux/.new-$2-$$ folder
	local -a members=()

	for folder in "${FOLDERS[@]}"; do
		members+=("linux-source-$2/$folder")
	done
	mkdir -p "$new"
	if ! tar -xJf "$1" -C "$new" --strip-components=1 "${members[@]}"; then
		rm -rf "$new"
		return 1
	fi
	echo "$3" >"$new/.unpacked"
	rm -rf "$tree"
	mv "$new" "$tree"
	echo "unpack-linux.sh: unpacked $tree"
}

pids=()
for tar in /usr/src/linux-source-*.tar.xz; do
	[ -e "$tar" ] || continue
	version=${tar##*/linux-source-}
	version=${version%.tar.xz}
	stamp=$(stat -c '%s %Y' "$tar")
	[ "$(cat "build/linux/$version/.unpacked" 2>/dev/null)" != "$stamp" ] || continue
	unpack "$tar" "$version" "$stamp" &
	pids+=($!)
done
status=0
for pid in "${pids[@]}"; do
	wait "$pid" || status=1
done
exit $status
