#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bench_test.sh - mmstorm bench: figures, tables, JSON, plots, and messages.
#
# usage: bench_test.sh MMSTORM
# shellcheck source=targets/mmstorm/test/cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

bad "mmstorm bench: found no name, expected one of mmstorm bench --help" bench
check 0 bench --help
for part in harness sched machine boot vmap zone percpu programs; do
	says "$part"
done
check 0 bench --json machine
says '{"bench":"machine","case":"'
# With --json, standard output holds figures only. A note that they are scaled down is among the
# figures, and on standard error.
check 0 bench --json --quick machine
says '"case":"--quick","metric":"scale"'
[[ $err == *"scaled down"* ]] || fail "bench --quick --json: no note on standard error: $err"
[ "$(grep -vc '^{"bench":"machine","case":' out)" -eq 0 ] || fail "bench --json: not JSON: $out"
check 0 bench --quick machine
says "note: --quick: scaled down"
check 0 bench --quick --json percpu
for metric in bitmap areamap ratio kernel bitmap-n areamap-n design; do
	says "\"metric\":\"$metric\""
done
check 0 bench --quick --json boot
for metric in set-up requests hand-over metadata goal bootmem rootmem; do
	says "\"metric\":\"$metric\""
done
# A metric that a case lacks leaves a "-" in its column.
awk '/free alternating/ && $(NF - 2) != "-" { exit 1 }' <(
	"$mmstorm" bench --quick percpu
) || fail "bench percpu: no kernel figure is known for free alternating, but one is there"
check 0 bench --quick --json vmap
for metric in kernel block old-2008 lazy-ipi depth residual; do
	says "\"metric\":\"$metric\""
done
# Options set the prices of virtual time: an eager unmap interrupts 63 CPUs, for 200 ns each by
# default, and for 0 ns here.
check 0 bench --quick --json --ipi 0 --ipi-wait 0x10 zone
for metric in eager lazy zone pool lazy-2023 zone-2023 prefetch pool-hit zone-ipi lazy/pool 2024; do
	says "\"metric\":\"$metric\""
done
cheap=$(sed -n 's/.*"case":"1 of 64 CPUs","metric":"eager","value":\([0-9]*\).*/\1/p' out)
[ "$cheap" -lt 12600 ] || fail "bench --ipi 0: an eager unmap takes $cheap ns"
says '"case":"threads, zone: area pair, 4 pages"'
[[ $out != *'"threads, zone: vm_map_ram'* ]] || fail "bench zone: blocks are not of zones"
bad "mmstorm bench: option --line: found 'x', expected a number from 0 to 1000000000" \
	bench --line x zone
bad "mmstorm bench: option --touch: found '-1', expected a number from 0 to 1000000000" \
	bench --touch -1 zone
if command -v gnuplot >/dev/null; then
	# A plot with lines, then one with bars.
	check 0 bench --quick --plot plot.png vmap
	check 0 bench --quick --plot plot.png machine
	[ "$(head -c 8 plot.png | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ] ||
		fail "bench --plot: no PNG"
	mkdir bin
	bad "mmstorm bench: --plot: missing/plot.png: No such file or directory" \
		bench --quick --plot missing/plot.png machine
	check 2 bench --quick --plot bin machine
	[ "$err" = "mmstorm bench: --plot: bin: Is a directory" ] || fail "bench --plot: said $err"
	# If gnuplot fails, or stops in the middle, an older file stays as it was.
	cp plot.png before.png
	for broken in 'exit 1' 'cat before.png; exit 1' 'printf "\211PNG\r\n\032\nhalf"'; do
		printf '#!/bin/sh\n%s\n' "$broken" >bin/gnuplot
		chmod +x bin/gnuplot
		PATH=$PWD/bin:$PATH check 2 bench --quick --plot plot.png machine
		[[ $err == *"gnuplot made no PNG" ]] || fail "bench --plot: said $err"
		cmp -s plot.png before.png || fail "bench --plot: a broken gnuplot spoilt the PNG"
	done
fi
printf '#!/bin/sh\nPATH=%s exec "%s" "$@"\n' "$work/missing" "$mmstorm" >no-gnuplot
chmod +x no-gnuplot
tool=$mmstorm
mmstorm=./no-gnuplot
bad "mmstorm bench: --plot needs gnuplot (Debian: gnuplot-nox)" \
	bench --quick --plot none.png machine
mmstorm=$tool
bad "mmstorm bench: found name 'press', expected one of mmstorm bench --help" bench press

finish
