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

# check REPORT README: one line for each thing that is wrong. A process costs more than the check.
check() {
	awk -v source="$source" '
		# Does the file have a line that speaks of the oracle?
		function speaks(file, id, name,    pattern, line, found) {
			pattern = "(^|[^A-Za-z0-9_])(ORACLE_)?" name "([^A-Za-z0-9_]|$)"
			if (file ~ /\.sh$/)
				pattern = "(^|[^A-Za-z0-9_])" id "([^A-Za-z0-9_]|$)"
			if (file ~ /\.prog$/)
				pattern = "^expect " id "$"
			while (!found && (getline line < (source "/" file)) > 0)
				found = line ~ pattern
			close(source "/" file)
			return found
		}
		function is_there(file,    line, there) {
			there = (getline line < (source "/" file)) >= 0
			close(source "/" file)
			return there
		}
		FNR == NR && /^\tX\([A-Z_]+, "[a-z-]+"/ {
			split($0, part, "\"")
			name = substr($1, 3, length($1) - 3)
			known[part[2]] = name
			if (name != "NONE")
				order[++oracles] = part[2]
		}
		FNR != NR && /^## Where each oracle is proven$/ { table = 1 }
		table && /^\| `[a-z-]+` \|/ {
			split($0, cell, "|")
			gsub(/[ `]/, "", cell[2])
			row = cell[2] SUBSEP cell[3]
			if (seen[row]++ == 1)
				printf "row `%s` |%s: found twice\n", cell[2], cell[3]
			if (!(cell[2] in known))
				printf "row %s: found no such oracle in report.h\n", cell[2]
			rows[cell[2]] = rows[cell[2]] " " cell[3]
		}
		END {
			for (i = 1; i <= oracles; i++) {
				id = order[i]
				if (!(id in rows)) {
					printf "oracle %s: found no row in the table\n", id
					continue
				}
				n = split(rows[id], quoted, "`")
				if (n < 3)
					printf "oracle %s: found no file in its row, " \
						"expected a test\n", id
				for (k = 2; k < n; k += 2) {
					if (!is_there(quoted[k]))
						printf "oracle %s: %s is not there\n", id, quoted[k]
					else if (!speaks(quoted[k], id, known[id]))
						printf "oracle %s: %s does not speak of it\n", id, \
							quoted[k]
				}
			}
		}' "$1" "$2" | sed 's/ *: found twice$/: found twice/'
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
