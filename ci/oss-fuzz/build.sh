#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh - build the fuzz targets for OSS-Fuzz and ClusterFuzzLite.
#
# The services set SRC (the sources are in $SRC/mmstorm), OUT (for targets and seeds), WORK (for
# other files), CC, CXX, CFLAGS, CXXFLAGS, LIB_FUZZING_ENGINE and SANITIZER. The image that runs the
# targets has only the C library, so they must need no other.
set -euo pipefail

build=$WORK/mmstorm-build
mkdir -p "$OUT" "$build"
cd "$SRC/mmstorm"

. ci/lib.sh
mapfile -t targets < <(fuzz_targets)
# A kernel tree. MemorySanitizer does not know its memory.
linux=()
if [ -e "$SRC/linux/mm/vmalloc.c" ] && [ "$SANITIZER" != memory ]; then
	linux=("-DMM_LINUX_TREE=$SRC/linux")
	mapfile -t -O ${#targets[@]} targets < <(
		linux_fuzz_target_names)
fi
# A build type such as Release would add flags.
cmake -G Ninja -S . -B "$build" -DMM_FUZZER=engine -DCMAKE_BUILD_TYPE=None "${linux[@]}"
ninja -C "$build" "${targets[@]}"

for target in "${targets[@]}"; do
	cp "$build/targets/$target" "$OUT/$target"
	# Every target reads texts; programs in byte form come from the fuzzer.
	seeds=$WORK/mmstorm-seeds/$target
	rm -rf "$seeds" "$OUT/${target}_seed_corpus.zip"
	mkdir -p "$seeds"
	if reads_text "$target"; then
		copy_texts "$target" "$seeds"
		dictionary "$target" >"$OUT/$target.dict"
	else
		cp corpus/"$target"/*.prog "$seeds/"
	fi
	zip -q -r -j "$OUT/${target}_seed_corpus.zip" "$seeds"
	# The same length as in ci/fuzz.sh.
	printf '[libfuzzer]\nmax_len = 2048\n' >"$OUT/$target.options"
done
