#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# reference_test.sh MMSTORM FILE [--write]: compare the reference with the tables.
# The part after the line with the command is compared, or with --write generated anew.
set -euo pipefail

mark='^<!-- mmstorm list --markdown -->$'
made=$(mktemp)
trap 'rm -f "$made"' EXIT
sed "/$mark/q" "$2" >"$made"
"$1" list --markdown >>"$made"
if [ "${3-}" = --write ]; then
	cat "$made" >"$2"
else
	diff -u "$2" "$made"
fi
