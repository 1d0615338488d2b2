#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# absent.sh MMSTORM REPRO: the reproducer of a bug, without its `expect` and `digest` lines, must
# run clean on the sound allocators.
set -eu
copy=$(mktemp)
trap 'rm -f "$copy"' EXIT
grep -v -e '^expect ' -e '^digest ' "$2" >"$copy"
"$1" run "$copy"
