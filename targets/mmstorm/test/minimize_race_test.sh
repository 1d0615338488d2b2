#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# minimize_race_test.sh - what a sanitizer finds is shortened by way of the race that causes it.
#
# usage: minimize_race_test.sh MMSTORM REPRO [walk]
# MMSTORM is built with AddressSanitizer and a bug, of which REPRO shows the race. ThreadSanitizer
# is in another flavour, so a script plays its front door here: its answer is REPRO as a race. The
# finding is minimize_race.prog, of 20 operations and 16 changes.
#
# With `walk` it must end as the short race under a schedule that a random walk finds. Some machines
# find one in seconds, and others in no minute, for a reason that is not known: ctest leaves it out.
repro=$2
finding=$(realpath "$(dirname "$0")")/minimize_race.prog
# shellcheck source=targets/mmstorm/test/cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

seconds=10
[ "${3:-}" != walk ] || seconds=90

cp "$finding" found.prog
check 0 run found.prog
cat >tsan <<-END
	#!/bin/sh
	echo "\$@" >asked
	while [ "\$1" != --output ]; do shift; done
	grep -v '^digest' "$repro" | sed 's/^expect.*/expect race/' >"\$2"
	exit 1
END
chmod +x tsan
check 0 minimize --tsan ./tsan --seconds $seconds found.prog -o small.prog
grep -q '^explore --oracle race --minimize ' asked || fail "asked: $(cat asked)"
if [ "${3:-}" = walk ]; then
	[[ $err == *", by way of a race" ]] || fail "said: $err"
	[ "$(grep -c '^  ' small.prog)" -le 6 ] || fail "it stays long: $(cat small.prog)"
	[ "$(grep '^schedule' small.prog | tr -cd @ | wc -c)" -le 9 ] ||
		fail "many changes are left: $(cat small.prog)"
fi
check 0 run --times 20 small.prog
says "20 of 20 the same: fails as expected: sanitizer"

echo "# a front door that finds no race, and a race that does not fail here"
printf '#!/bin/sh\nexit 0\n' >tsan
check 0 minimize --tsan ./tsan --seconds 1 found.prog -o small.prog
[[ $err != *"race"* ]] || fail "said: $err"
cat >tsan <<-'END'
	#!/bin/sh
	while [ "$1" != --output ]; do shift; done
	printf 'target vmap_block\ntask a cpu=0\n  vm_unmap_aliases\nexpect race\n' >"$2"
	exit 1
END
check 0 minimize --tsan ./tsan --seconds 1 found.prog -o small.prog
[[ $err != *"race"* ]] || fail "said: $err"
check 0 run small.prog
finish
