#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# link.sh ID OUTPUT OBJECT;... KM-OBJECT - make one object of a tree's objects
#
# All that the objects define gets the prefix ID_, so that several trees and our own allocators fit
# into one program. Symbols that they lack keep their names, and are bound to the bridge and to the
# engine. Their variables get sections of their own, ID_data and so on, which bridge/tree.c finds.
# mm/percpu.c is there twice: of the second one (percpu-km.c) only its table is seen.
set -euo pipefail

id=$1 output=$2 km=$4
IFS=';' read -r -a objects <<<"$3"
work=$output.tmp
mkdir -p "$work"

"$OBJCOPY" --keep-global-symbol=tree_percpu_km "$km" "$work/km.o"
"$LD" -r -o "$work/all.o" "${objects[@]}" "$work/km.o"
"$NM" -g --defined-only "$work/all.o" | awk -v id="$id" '
	NF == 3 && $3 !~ /^(__start_|__stop_|__sancov|asan\.|__asan)/ {
		print $3, id "_" $3
	}' >"$work/symbols"
cat >>"$work/symbols" <<-END
	__start_mm_percpu __start_${id}_percpu
END
"$OBJCOPY" --redefine-syms="$work/symbols" \
	--rename-section .data="${id}_data" --rename-section .bss="${id}_bss" \
	--rename-section mm_percpu="${id}_percpu" --rename-section mm_inits="${id}_inits" \
	"$work/all.o" "$output"
rm -r "$work"
