#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# setup.sh - install what mmstorm is built with, from Debian 12 packages.
#
# Does nothing, and asks the network nothing, if all of it is there.
set -euo pipefail

PACKAGES=(
	# build
	cmake ninja-build pkg-config git patch gcc g++ libc6-dev
	# clang, its sanitizers and libFuzzer; llvm has the symbolizer and llvm-cov
	clang-19 llvm-19 lld-19 libclang-rt-19-dev
	# style
	clang-format-14
	# the other fuzzer
	afl++
	# mmstorm bench --plot
	gnuplot-nox
	# libraries
	liburcu-dev libbsd-dev libcmocka-dev libjson-c-dev zlib1g-dev
)

usage() {
	cat <<-END
	usage: ci/setup.sh [--check]

	Installs the Debian packages that mmstorm is built with, and says which.
	  --check  only say what is missing; exit status 1 if something is
	  --help   this text
	END
}

die() {
	echo "setup.sh: $1" >&2
	exit "${2:-1}"
}

check=false
for arg in "$@"; do
	case $arg in
	--check) check=true ;;
	--help | -h)
		usage
		exit 0
		;;
	*) die "unknown option '$arg', expected --check or --help" 2 ;;
	esac
done

if ! command -v dpkg-query >/dev/null; then
	die "this is not Debian (no dpkg-query). Install by hand: clang 19 with libFuzzer, CMake,
ninja, pkg-config, liburcu, libbsd, cmocka, json-c, zlib; if wanted: AFL++, clang-format 14,
gnuplot."
fi

missing=()
for package in "${PACKAGES[@]}"; do
	state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
	! $check || echo "setup.sh: nothing is missing"
	exit 0
fi
if $check; then
	echo "setup.sh: missing: ${missing[*]}"
	exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null ||
		die "missing: ${missing[*]}. To install them, be root or have sudo."
	as_root=(sudo)
fi

echo "setup.sh: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

apt() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >"$log" 2>&1
}

fail() {
	tail -n 15 "$log" >&2
	die "$1"
}

# The lists of packages may be there already; they are fetched only if they are not.
if ! apt-get install -s "${missing[@]}" >/dev/null 2>&1; then
	apt update || fail "apt-get update failed: is there a network?"
fi
for package in "${missing[@]}"; do
	apt-cache show "$package" >/dev/null 2>&1 ||
		die "package '$package' is not known here; the names are those of Debian 12"
done
if ! apt install --no-install-recommends "${missing[@]}"; then
	# Lists that are too old name packages that are gone.
	apt update || fail "apt-get update failed: is there a network?"
	apt install --no-install-recommends "${missing[@]}" || fail "apt-get install failed"
fi
echo "setup.sh: installed ${#missing[@]} packages"
