#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The programs of the corpus run on the host MMU as on the model: the same outcome, oracle, digest,
# operations, refusals and steps.
#
# Not compared: scheduling points. Zones and the top of all addresses depend on the addresses.
#
# usage: mmu_test.sh MMSTORM CORPUS
# shellcheck source=targets/mmstorm/test/cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"
corpus=$2

# The JSON line of each program, less what may differ.
results() {
	"$mmstorm" run --json --mmu "$1" "${folders[@]}" 2>/dev/null |
		sed -E 's/"(points|notice)":("[^"]*"|[0-9]+),//g'
	local status=${PIPESTATUS[0]}
	[ "$status" -eq 0 ] || echo "exit status $status"
}

folders=()
for folder in "$corpus"/*/; do
	folder=${folder%/}
	case ${folder##*/} in
	bugs | import_trace | linux | program_text | traces) continue ;;
	esac
	[ -L "$folder" ] || folders+=("$folder")
done
model=$(results model)
host=$(results host)
nr=$(wc -l <<<"$host")
[ "$nr" -gt 100 ] || fail "found $nr programs, expected more than 100"
[[ $host != *"exit status"* ]] || fail "$(tail -1 <<<"$host"), expected 0"
[ "$model" = "$host" ] || fail "model and host differ: $(diff <(echo "$model") <(echo "$host"))"

bad "mmstorm run: option --mmu: found 'real', expected model or host" run --mmu real x
bad "mmstorm run: found --fail-each with --mmu, expected it without" run --fail-each --mmu host x
bad "mmstorm run: found --fidelity with --mmu, expected it without" run --fidelity --mmu host x
printf 'target vmap\nmachine nodes=8 cpus=8 gap=64G\ntask a\n  p = vm_map_ram pages=4\n' >far.prog
bad "far.prog: the last page frame is number 117442559, and the host MMU maps 8388608 frames" \
	run --mmu host far.prog
check 0 run far.prog

finish
