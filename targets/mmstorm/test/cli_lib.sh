# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cli_lib.sh - functions for tests of the front door. To be sourced, with the path of mmstorm as the
# first argument; the working folder is then a new one.
set -u

mmstorm=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
checked=0

fail() {
	echo "FAILED: $*"
	failed=$((failed + 1))
}

# check STATUS ARGUMENT... - run mmstorm; $out receives its output, $err its messages. Its standard
# input is the file $input, if that is set.
check() {
	local status=$1
	shift
	"$mmstorm" "$@" >out 2>err <"${input:-/dev/null}"
	local got=$?
	out=$(cat out)
	err=$(cat err)
	checked=$((checked + 1))
	[ $got -eq "$status" ] || fail "mmstorm $*: status $got, expected $status: $out $err"
}

# bad MESSAGE ARGUMENT... - mmstorm must fail with this one line, and print nothing.
bad() {
	local message=$1
	shift
	check 2 "$@"
	[ "$err" = "$message" ] || fail "mmstorm $*: said '$err', expected '$message'"
	[ -z "$out" ] || fail "mmstorm $*: printed '$out', expected nothing"
}

# bad_like PATTERN ARGUMENT... - as bad, for messages that match a pattern.
bad_like() {
	local pattern=$1
	shift
	check 2 "$@"
	# shellcheck disable=SC2053
	[[ $err == $pattern ]] || fail "mmstorm $*: said '$err', expected $pattern"
	[ "$(wc -l <err)" -eq 1 ] || fail "mmstorm $*: said more than one line: $err"
	[ -z "$out" ] || fail "mmstorm $*: printed '$out', expected nothing"
}

# says TEXT - the output of the last check must contain TEXT.
says() {
	[[ $out == *"$1"* ]] || fail "expected '$1' in: $out"
}

# says_not TEXT - the output of the last check must not contain TEXT.
says_not() {
	[[ $out != *"$1"* ]] || fail "did not expect '$1' in: $out"
}

# finish - print the counts. Return: whether all checks passed.
finish() {
	echo "$checked commands, $failed failures"
	[ $failed -eq 0 ]
}
