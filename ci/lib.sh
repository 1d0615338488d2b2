# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - shared functions of the scripts of this folder. To be sourced, in the top folder.

script=${0##*/}

die() { # die TEXT [STATUS]
	echo "$script: $1" >&2
	exit "${2:-2}"
}

# only_help [ARG...]: of a script whose only option is --help; its function usage prints the text.
only_help() {
	case ${1:-} in
	"") ;;
	--help | -h)
		usage
		exit 0
		;;
	*) die "found option '$1', expected --help" ;;
	esac
}

# need_value OPTION [VALUE]: die unless there is a value.
need_value() {
	[ $# -ge 2 ] || die "$1: found no value, expected one"
}

# need_number OPTION VALUE: die unless the value is a whole number from 1 on.
need_number() {
	[[ $2 =~ ^[1-9][0-9]{0,7}$ ]] || die "$1: found '$2', expected a whole number from 1 on"
}

# fuzz_targets: print the names of the fuzz targets: those whose inputs are programs, from the file
# that lists them, and those that read text.
fuzz_targets() {
	sed -n 's/^\tX([A-Z_]*, "\([a-z_]*\)".*/\1/p' targets/harness/program/target.h
	printf '%s\n' program_text import_trace
}

# linux_fuzz_targets: print the names of those that run on a kernel tree, if there is one, unpacked
# or named to CMake.
linux_fuzz_targets() {
	if compgen -G 'build/linux/*/mm' >/dev/null ||
		grep -qs '^MM_LINUX_TREE:STRING=.' build/*/CMakeCache.txt; then
		linux_fuzz_target_names
	fi
}

# fits FLAVOUR TARGET: does the flavour have the target?
fits() {
	[[ $1 != fuzz-msan || $2 != linux_* ]]
}

linux_fuzz_target_names() {
	sed -n 's/^\([a-z][a-z_]*\) .*/\1/p' targets/linux/fuzz_targets.txt
}

# program_target TARGET: print what `target` says in the programs of a fuzz target.
program_target() {
	awk -v t="$1" '$1 == t { t = $2 } END { print t }' targets/linux/fuzz_targets.txt
}

# reads_text TARGET: are the inputs of the target texts, and not programs in byte form? Its seeds
# are the files of its folder as they are, and its inputs are mutated as bytes.
reads_text() {
	[[ $1 = program_text || $1 = import_trace ]]
}

# copy_texts TARGET FOLDER: copy the seeds of a target that reads text. Those of program_text are
# all programs of the corpus.
copy_texts() {
	local seed
	if [ "$1" = program_text ]; then
		find corpus -name '*.prog' | while read -r seed; do
			cp "$seed" "$2/seed-$(tr / - <<<"${seed#corpus/}")"
		done
	else
		for seed in corpus/"$1"/*; do
			cp "$seed" "$2/seed-${seed##*/}"
		done
	fi
}

# dictionary TARGET: print the words of the texts that a target reads, for the option -dict of
# libFuzzer and -x of AFL++: those of targets/REFERENCE.md and of the grammar, or of its seeds.
dictionary() {
	if [ "$1" = program_text ]; then
		printf '%s\n' mmstorm target on machine fail task irq schedule turns shows expect \
			digest '@' '>' '*' '=' 0x
		# shellcheck disable=SC2016 # a backtick of Markdown
		sed -n 's/^| `\([^`]*\)`.*/\1/p' targets/REFERENCE.md | grep -oE '[a-z][a-z0-9_-]+'
	else
		cat corpus/"$1"/* | grep -aoE '[a-z_]{3,}[:=]'
	fi | sort -u | sed 's/.*/"&"/'
}

# fuzz_presets: print the names of the flavours with a fuzzer.
fuzz_presets() {
	sed -n 's/.*"configurePreset": "\(fuzz[a-z-]*\|afl\)".*/\1/p' CMakePresets.json
}

# one_of: join lines to "a, b, c".
one_of() {
	paste -s -d , | sed 's/,/, /g'
}

# quietly LOG COMMAND...: write the output to LOG; at a failure print the errors and the end of it.
quietly() {
	local log=$1
	shift
	if ! "$@" >"$log" 2>&1; then
		grep -nE -m 20 'error|Error|FAILED' "$log" >&2 || true
		echo "  ... end of $log:" >&2
		tail -n 25 "$log" >&2
		return 1
	fi
}

# build PRESET [TARGET...]: configure and build, and print the time.
build() {
	local preset=$1 start=$SECONDS options=()
	shift
	[ $# -eq 0 ] || options=(--target "$@")
	mkdir -p build/logs
	printf '%-12s build ... ' "$preset"
	if ! quietly "build/logs/$preset-configure.log" cmake --preset "$preset" ||
		! quietly "build/logs/$preset-build.log" \
			cmake --build --preset "$preset" -j "$(nproc)" "${options[@]}"; then
		echo "$preset: build failed" >&2
		return 1
	fi
	echo "$((SECONDS - start)) s"
}
