#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# setup.sh - install the Debian 12 packages that mmstorm needs.
#
# If all of them are installed, the script only unpacks the Linux sources, once (unpack-linux.sh),
# and does not use the network.
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
	# ci/oss-fuzz
	zip unzip python3-yaml
	# mmstorm bench --plot
	gnuplot-nox
	# libraries
	liburcu-dev libbsd-dev libcmocka-dev libjson-c-dev zlib1g-dev
	# the kernel's own allocators, for targets/linux
	linux-source-6.1 linux-source-6.12
)

usage() {
	cat <<-END
	usage: ci/setup.sh [OPTION]

	Installs the Debian packages that mmstorm needs, and prints their names. Unpacks the
	Linux sources among them into build/linux/, once.

	Options:
	  --check     only print the missing packages
	  -h, --help  print this help

	Exit status: 0 all installed, 1 with --check, packages are missing; without, the
	installation failed, 2 bad usage.
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
	*) die "found option '$arg', expected --check or --help" 2 ;;
	esac
done

if ! command -v dpkg-query >/dev/null; then
	die "found no dpkg-query, expected Debian. Install by hand: clang 19 with libFuzzer, CMake,
ninja, pkg-config, liburcu, libbsd, cmocka, json-c, zlib; optional: AFL++, clang-format 14,
gnuplot."
fi

# Without the trees everything else works: CMake says that there are none.
unpack_linux() {
	"$(dirname "$0")/unpack-linux.sh" ||
		echo "setup.sh: the Linux sources were not unpacked" >&2
}

missing=()
for package in "${PACKAGES[@]}"; do
	state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing+=("$package")
done

if [ ${#missing[@]} -eq 0 ]; then
	! $check || echo "setup.sh: all packages are installed"
	$check || unpack_linux
	exit 0
fi
if $check; then
	echo "setup.sh: missing: ${missing[*]}"
	exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null ||
		die "missing: ${missing[*]}. Installing them requires root or sudo."
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

# Fetch the lists of packages only if they are missing.
if ! apt-get install -s "${missing[@]}" >/dev/null 2>&1; then
	apt update || fail "apt-get update failed: is there a network?"
fi
for package in "${missing[@]}"; do
	apt-cache show "$package" >/dev/null 2>&1 ||
		die "found no package '$package', expected Debian 12"
done
if ! apt install --no-install-recommends "${missing[@]}"; then
	# Old lists name packages that the mirrors have removed.
	apt update || fail "apt-get update failed: is there a network?"
	apt install --no-install-recommends "${missing[@]}" || fail "apt-get install failed"
fi
echo "setup.sh: installed ${#missing[@]} packages"
unpack_linux
