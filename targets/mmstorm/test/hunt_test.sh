#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hunt_test.sh - mmstorm bench hunt: medians, censored runs, controls, a state file, and messages.
#
# usage: hunt_test.sh MMSTORM BANK
# The programs that it runs are scripts: they find what the test wants, at once.
bank=$(realpath "$2")
# shellcheck source=targets/mmstorm/test/cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

# A build of all flavours: the front door itself, and scripts.
mkdir -p build/release tmp
cp "$mmstorm" build/release/mmstorm || exit 1
mmstorm=$work/build/release/mmstorm
export TMPDIR=$work/tmp
bug=vmap-lazy-count

# script PATH: a program, from standard input.
script() {
	mkdir -p "$(dirname "build/$1")"
	{
		echo '#!/bin/bash'
		cat
	} >"build/$1"
	chmod +x "build/$1"
}

hunt() { # hunt STATUS OPTION...
	local status=$1
	shift
	check "$status" bench --bank "$bank" --bugs $bug --seconds 7 "$@" hunt
}

bad_hunt() { # bad_hunt MESSAGE OPTION...
	local message=$1
	shift
	check 2 bench --bank "$bank" "$@" hunt
	[[ $err == *"$message"* && $err != *$'\n'* ]] || fail "$*: said '$err', expected '$message'"
}

bad_hunt "--bugs: found 'nope', expected one of mmstorm bugs" --bugs nope
bad_hunt "--columns: found 'slow', expected one of mmstorm bench --help" --columns tsan,slow
bad_hunt "--bugs: found no name" --bugs ,
bad_hunt "option --seeds: found '0', expected a number from 1 to 1000" --seeds 0
bad_hunt "none: No such file or directory" --bank none
bad_hunt "found no program, such as the target mmstorm_stress of the flavour tsan" \
	--bugs $bug --columns tsan
bad_hunt "these columns do not apply to these bugs" --bugs bootmem-trim-node --columns tsan
check 0 bench --help
says "hunt"

# Threads: the first seed finds it, the others do not. The control finds nothing.
script tsan/corpus/bugs/$bug/stress/mmstorm_stress <<'END'
echo '{"second": 1, "operations_per_s": 5}'
[[ " $* " != *" --seed=1 "* ]] || {
	for arg in "$@"; do
		[[ $arg != --findings=* ]] || echo "target vmap" >"${arg#*=}/stress-1.prog"
	done
	echo '{"finding": "race", "workload": "vmap", "operations": 1234, "program": ""}'
	exit 1
}
echo '{"workload": "vmap", "operations": 5678}'
END
script tsan/stress/mmstorm_stress <<'END'
echo '{"workload": "vmap", "operations": 9999}'
END
hunt 0 --columns tsan --seeds 1 --json --findings kept
says '"metric":"tsan","value":1234,"unit":"executions"}'
says '"metric":"tsan","value":100,"unit":"% of findings"}'
says_not above
[ "$(cat kept/$bug-tsan-1.prog)" = "target vmap" ] || fail "the program was not kept"
hunt 0 --columns tsan --seeds 3 --json --state runs
says '"metric":"tsan","value":7,"unit":"s","above":true}'
says '"metric":"tsan","value":5678,"unit":"executions","above":true}'
says '"metric":"tsan","value":33.3333,"unit":"% of runs"}'
[ "$(grep -c '"control":false' runs)" -eq 3 ] || fail "state: $(cat runs)"
hunt 0 --columns tsan --seeds 3
says "> 7.000"
says "> 5678"

# The same command goes on where it was interrupted, and runs nothing twice.
cp runs all
sed -i '$d' runs
printf '{"way":"tsan","what":"cut' >>runs
hunt 0 --columns tsan --seeds 3 --json --state runs
diff <(sed 's/"seconds":[^,]*//' runs) <(sed 's/"seconds":[^,]*//' all) || fail "state differs"
script tsan/corpus/bugs/$bug/stress/mmstorm_stress <<<'exit 9'
hunt 0 --columns tsan --seeds 3 --state runs
bad_hunt "runs:1: found a run of at most 7 s, expected 8 s, as --seconds" \
	--bugs $bug --columns tsan --seconds 8 --state runs
echo '{"way":"tsan"}' >broken
bad_hunt "broken:1: found '{\"way\":\"tsan\"}', expected a run of mmstorm bench hunt" \
	--bugs $bug --columns tsan --state broken

# A program that fails without a finding.
hunt 2 --columns tsan
[[ $err == *"status 9 without a finding: no output" ]] || fail "status 9: $err"

# A report on the sound allocators is an error.
script tsan/stress/mmstorm_stress <<'END'
echo '{"finding": "overlap", "workload": "vmap", "operations": 1, "program": ""}'
exit 1
END
script tsan/corpus/bugs/$bug/stress/mmstorm_stress </dev/null
hunt 1 --columns tsan --seeds 1
says "ERROR: the control of vmap by tsan reported overlap"

# An interrupt ends a run, and the hunt with what there is.
script tsan/stress/mmstorm_stress <<END
touch "$work/started"
exec sleep 100
END
(
	cd tmp || exit
	exec "$mmstorm" bench --bank "$bank" --bugs $bug --columns tsan --state ../cut hunt
) >out 2>err &
for ((i = 0; i < 600; i++)); do
	[ ! -e started ] || break
	sleep 0.1
done
kill -INT $!
wait $!
[ $? -eq 1 ] || fail "an interrupt: expected status 1"
grep -q 'interrupted: the same command goes on' out || fail "an interrupt: $(cat out err)"

# Fibers and fuzzers.
script release/corpus/bugs/$bug/mmstorm <<'END'
[[ " $* " == *" --strategy=pct "* ]] || {
	echo '{"file":"x","strategy":"x","runs":50,"seconds":1,"findings":0}'
	exit 0
}
! grep -E '^(schedule|expect|digest)' "${@: -1}" >&2 || exit 9
echo '{"file":"x","strategy":"pct","runs":12,"found_at":11,"oracle":"invariant-count"}'
exit 1
END
script fuzz/corpus/bugs/$bug/vmap <<'END'
[ "$MMSTORM_PLAIN_MUTATOR" = 0 ] || exit 0
[ -n "$(ls -A "${@: -1}")" ] || exit 9
echo "mmstorm-finding: sanitizer in vmap"
echo "stat::number_of_executed_units: 77"
exit 77
END
script fuzz/targets/vmap <<<'echo "stat::number_of_executed_units: 5"'
hunt 0 --columns pct,changes,fuzz,fuzz-plain --seeds 1 --seconds 1 --json
says '"metric":"pct","value":11,"unit":"executions"}'
says '"metric":"changes","value":50,"unit":"executions","above":true}'
says '"metric":"fuzz","value":77,"unit":"executions"}'
says '"metric":"fuzz-plain","value":1,"unit":"s","above":true}'
[ -z "$(ls -A tmp)" ] || fail "left behind: $(ls tmp)"

finish
