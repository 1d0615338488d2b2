#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# oracle_table_test.sh SOURCE: is every oracle of report.h proven where the README's table says?
#
# Each oracle needs a row `| id | file | what |`, one for each file. The file must exist and
# mention the oracle: a program expects it, a script names its identifier, a test in C its
# enumerator. A row for an unknown oracle, without a file, or twice the same, is an error as well.
# At the end the script makes the check itself fail.
# shellcheck disable=SC2016 # backquotes are those of the table
set -euo pipefail

source=$1
report=$source/core/sched/report.h
readme=$source/targets/harness/oracle/README.md

# check REPORT README: one line for each thing that is wrong
check() {
	local rows name id row file files spoken
	rows=$(sed -n '/^## Where each oracle is proven$/,$p' "$2" |
		grep -E '^\| `[a-z-]+` \|' || true)
	cut -d '|' -f 2,3 <<<"$rows" | sort | uniq -d | sed 's/^ *\(.*\) $/row \1: found twice/'
	while read -r name id; do
		[ "$name" != NONE ] || continue
		row=$(grep -F "| \`$id\` |" <<<"$rows" || true)
		if [ -z "$row" ]; then
			echo "oracle $id: found no row in the table"
			continue
		fi
		files=$(cut -d '|' -f 3 <<<"$row" | grep -oE '`[A-Za-z0-9_./-]+`' |
			tr -d '`' || true)
		[ -n "$files" ] || echo "oracle $id: found no file in its row, expected a test"
		for file in $files; do
			case $file in
			*.prog) spoken="^expect $id$" ;;
			*.sh) spoken="\b$id\b" ;;
			*) spoken="\b(ORACLE_)?$name\b" ;;
			esac
			if [ ! -f "$source/$file" ]; then
				echo "oracle $id: $file is not there"
			elif ! grep -qE "$spoken" "$source/$file"; then
				echo "oracle $id: $file does not speak of it"
			fi
		done
	done < <(sed -nE 's/^\tX\(([A-Z_]+), "([a-z-]+)".*/\1 \2/p' "$1")
	while read -r id; do
		grep -qF "\"$id\"" "$1" || echo "row $id: found no such oracle in report.h"
	done < <(sed -nE 's/^\| `([a-z-]+)` \|.*/\1/p' <<<"$rows")
}

wrong=$(check "$report" "$readme")
if [ -n "$wrong" ]; then
	echo "$wrong" >&2
	exit 1
fi

# finds WORDS SED: is a README, changed like that, found to be wrong in these words?
finds() {
	local changed said
	changed=$(mktemp)
	sed "$2" "$readme" >"$changed"
	said=$(check "$report" "$changed")
	rm -f "$changed"
	[[ $said == *"$1"* ]] || { echo "found '$said', expected '$1'" >&2; exit 1; }
}
finds 'oracle overlap: found no row in the table' '/^| `overlap` /d'
finds 'row `overlap` | `core/vmap/test/test_verify.c`: found twice' \
	'/^| `overlap` .*test_verify/p'
finds 'oracle overlap: found no file in its row' 's/^| `overlap` |.*/| `overlap` | nowhere | |/'
finds 'oracle overlap: no/such.c is not there' 's/^| `overlap` |.*/| `overlap` | `no\/such.c` | |/'
finds 'oracle overlap: LICENSE does not speak of it' \
	's/^| `overlap` |.*/| `overlap` | `LICENSE` | |/'
finds 'row overlaps: found no such oracle' 's/^| `overlap` |/| `overlaps` |/'
