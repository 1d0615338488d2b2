#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cli_test.sh - the front door as users see it: exit status, messages, files.
#
# usage: cli_test.sh MMSTORM CORPUS
# MMSTORM is the program, CORPUS the folder that contains percpu/ and vmap/.
corpus=$2
# shellcheck source=targets/mmstorm/test/cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"

cat >good.prog <<'EOF'
# Two tasks.
target vmap
task a cpu=0
  x = vm_map_ram pages=64
  vm_unmap_ram x
task b cpu=1
  vm_unmap_aliases
schedule a a b
EOF
printf 'target vmap\ntask a cpu=0\n  vm_unmap_aliases\nexpect overlap\n' >expects.prog
printf 'target vmap\ntask a cpu=0\n  vm_unmap_aliases\ndigest 0x1\n' >digest.prog

echo "# the tool itself"
check 0 --help
says "usage: mmstorm COMMAND"
check 0 --version
says "program format: text 1, bytes 3"
bad "mmstorm: found no command, expected one of mmstorm --help"
bad "mmstorm: found command 'nonsense', expected one of mmstorm --help" nonsense
for command in run show pack list explore minimize import bugs bench; do
	check 0 $command --help
	says "usage: mmstorm $command"
	[ -z "$err" ] || fail "$command --help wrote to standard error: $err"
	bad_like "*--nonsense*" $command --nonsense
done
if [ -w /dev/full ]; then
	"$mmstorm" list >/dev/full 2>err
	[ $? -eq 2 ] || fail "a full disk went unnoticed"
fi

echo "# run"
check 0 run good.prog
says "good.prog: ok (3 operations"
check 0 run --times 1000 good.prog
says "good.prog: 1000 of 1000 the same: ok"
check 0 run -n 10 --no-fork good.prog
says "10 of 10 the same"
check 0 run -v good.prog
says "a     cpu 0  m1 = vm_map_ram pages=64"
check 0 run -v "$corpus/first_chunk/embed-two-nodes.prog"
says "pcpu-alloc: s1000 r2000 d5000 u32768 alloc=8*4096"
says "pcpu-alloc: [0] 0 [0] 1 [1] 2 [1] 3"
says "percpu: first chunk: embed, at 0x"
check 0 run --stats "$corpus/first_chunk/embed-two-nodes.prog"
says "  static_size         :         1000"
says "  nr_cur_alloc        :            1"
says "Chunk: <- Reserved Chunk"
says "  contig_bytes        :         2768"
check 2 run --stats --fail-each good.prog
# The statistics come from an additional run: they change neither digests nor repetitions.
check 0 run --stats --times 3 "$corpus/percpu/sizes.prog"
says "sizes.prog: 3 of 3 the same: ok"
says "nr_cur_alloc"
cat >no-boot.prog <<-END
	target percpu_bitmap
	machine backing=km percpu_alloc=page dynamic=64
	task a cpu=0
	  p1 = alloc_percpu
END
check 0 run no-boot.prog
says "ok, but the machine does not boot (Invalid argument; percpu: page by page needs an MMU)"
check 0 run --json no-boot.prog
says '"boot_error":-22,"notice":"percpu: page by page needs an MMU"'
check 0 run --fail-each no-boot.prog
says "but the machine did not boot, so no operation ran"
check 0 list --json operations
says '"choices":["inside","other-cpu","nowhere","static"]'
check 0 run --json good.prog
says '"file":"good.prog","target":"vmap","outcome":"ok","oracle":"none"'
check 1 run expects.prog
says "expects.prog: found no failure, expected overlap"
check 0 run --no-expect expects.prog
check 1 run digest.prog
says "digest.prog: replay-digest: found digest 0x"
check 1 run --json digest.prog
says '"outcome":"finding","oracle":"replay-digest"'
check 0 run --strategy random --seed 5 --odds 3 expects.prog
check 0 run --strategy pct --depth 2 good.prog
check 0 run --strategy changes --depth 2 good.prog
check 0 run "$corpus/vmap" "$corpus/percpu"
[ "$(wc -l <out)" -ge 30 ] || fail "the corpus has less than 30 programs: $out"
says_not "finding"
check 0 run --times 20 "$corpus/vmap"
check 0 run --fail-each good.prog
says "good.prog: ok, each of "
says " requests failed in turn"
check 0 run --fail-each --no-fork --strategy random --seed 3 good.prog
check 0 run --fail-each expects.prog digest.prog
check 0 run --fail-each --json good.prog
says '"file":"good.prog","target":"vmap","outcome":"ok","requests":'
bad "mmstorm run: found --fail-each with --times, expected it without" \
	run --fail-each --times 2 good.prog
bad "mmstorm run: found --output, expected --fail-each with it" run -o x good.prog
bad "mmstorm run: found 2 files with --output, expected one" \
	run --fail-each -o x good.prog digest.prog
bad "mmstorm run: found no file, expected one or more" run
bad "mmstorm run: option --times: found '0', expected a number from 1 to 4294967295" \
	run --times 0 x
bad "mmstorm run: option --times: found 'many', expected a number from 1 to 4294967295" \
	run --times many x
bad_like "mmstorm run: option --strategy: found 'luck', expected sequential, *" \
	run --strategy luck x
bad "mmstorm run: found --strategy all, expected a single one" run --strategy all x
bad "mmstorm run: option --on: found 'dreams', expected one of mmstorm list implementations" \
	run --on dreams x
bad "mmstorm run: found --fidelity with --on, expected it without" run --fidelity --on ours x
bad "mmstorm run: found --list, expected --fidelity with it" run --list x
bad "mmstorm run: option --times: found no value, expected one" run --times
bad "mmstorm run: found option -q, expected one of mmstorm run --help" run -vq good.prog

echo "# standard input, and a byte order mark"
input=good.prog check 0 run -
says "standard input: ok (3 operations"
gzip -c good.prog >good.prog.gz
input=good.prog.gz check 0 run --times 3 -
says "standard input: 3 of 3 the same: ok"
input=good.prog check 0 show -
says "target vmap"
bad "standard input: found an empty file, expected a program" run -
printf 'nonsense\n' >nonsense.prog
input=nonsense.prog bad_like "standard input:1:1: *expected 'target*" run -
printf '\357\273\277' | cat - good.prog >mark.prog
check 0 run mark.prog

echo "# one bad path among others"
mkdir some
cp good.prog some/a.prog
ln -s nowhere some/b.prog
printf 'nonsense\n' >some/c.prog
cp good.prog some/d.prog
check 2 run missing.prog some good.prog
says "some/a.prog: ok"
says "some/d.prog: ok"
says "good.prog: ok"
[ "$err" = "missing.prog: No such file or directory
some/b.prog: No such file or directory
some/c.prog:1:1: found 'nonsense', expected 'target NAME' first" ] || fail "run some: $err"
check 2 run some/b.prog expects.prog
says "expects.prog: found no failure"
check 2 pack some missing.prog -o some-bytes
check 0 run some-bytes
[ "$(ls some-bytes)" = "a
d" ] || fail "pack some: $(ls some-bytes)"
check 2 show missing.prog good.prog
says "target vmap"
# A name that has room for no suffix, by which output_write() writes first.
long=$(printf '%0250d' 0)
rm some/b.prog some/c.prog
cp good.prog "some/$long"
check 2 pack some -o some-more
[ "$(ls some-more)" = "a
d" ] || fail "pack a long name: $(ls some-more)"
[[ $err == *"File name too long" ]] || fail "pack a long name: $err"

echo "# JSON of any file name is UTF-8"
printf -v odd 'x\377\303\251\355\240\200\300\257\364\220\200\200\360\237\230\200\342\202.prog'
cp good.prog "$odd"
check 0 run --json "$odd"
iconv -f UTF-8 -t UTF-8 out >/dev/null || fail "JSON is no UTF-8: $out"
q=$'\357\277\275'
says "\"file\":\"x$q"$'\303\251'"$q$q$q$q$q$q$q$q$q"$'\360\237\230\200'"$q$q.prog\""

echo "# bad input"
: >empty.prog
printf 'mmst\001\001' >short.bin
"$mmstorm" pack good.prog -o good.bin
head -c 150 good.bin >short2.bin
cp good.bin newer.bin
printf '\011' | dd of=newer.bin bs=1 seek=4 conv=notrunc 2>/dev/null
cp good.bin target.bin
printf '\376' | dd of=target.bin bs=1 seek=5 conv=notrunc 2>/dev/null
head -c 200 /dev/zero >bare.bin
truncate -s 17M large.prog
head -c 17000000 /dev/zero | tr '\0' '#' | gzip >large.prog.gz
gzip -c good.prog | head -c 60 >cut.prog.gz
mkdir none
bad "missing.prog: No such file or directory" run missing.prog
bad "empty.prog: found an empty file, expected a program" run empty.prog
bad "short.bin: found 6 bytes, expected at least the 128 of a header" run short.bin
bad "short2.bin: found 150 bytes, expected at least the 192 of a header" run short2.bin
bad "newer.bin: found format version 9, expected at most 3" run newer.bin
bad_like "target.bin: *target*" run target.bin
bad_like "bare.bin: found bytes without the magic \"mmst\", expected a program, or --target *" \
	run bare.bin
bad "large.prog: found 17825792 bytes, expected at most 16 MiB" run large.prog
bad "large.prog.gz: found more than 16 MiB, expected at most that" run large.prog.gz
bad "cut.prog.gz: found a damaged or truncated .gz file, expected a whole one" run cut.prog.gz
bad "none: found no program in the folder, expected *.prog" run none
bad "none: found a folder, expected a file" show none
bad "good.prog: found a program for target vmap, expected operations that percpu_bitmap has" \
	run --target percpu_bitmap good.prog
printf 'target vmap\ntask a\n  migrate cpu=1\nexpect overlap\n' >both.prog
check 0 run --target percpu_bitmap both.prog
check 0 show --target percpu_bitmap both.prog
says "target percpu_bitmap"
says_not "expect"
check 0 pack --target percpu_bitmap both.prog -o both.bin
check 0 show both.bin
says "target percpu_bitmap"
bad "mmstorm run: option --target: found 'heap', expected one of mmstorm list targets" \
	run --target heap good.prog
if [ "$(id -u)" -ne 0 ]; then
	cp good.prog secret.prog
	chmod 000 secret.prog
	bad "secret.prog: Permission denied" run secret.prog
fi
check 0 run --target vmap bare.bin

# text LINE:COLUMN WORD TEXT - an invalid text, the place of its error, and a word of the message.
text() {
	printf '%b' "$3" >text.prog
	bad_like "text.prog:$1: *$2*" run text.prog
}
text 3:3 "vm_map_ram" 'target vmap\ntask a cpu=0\n  vm_map_rom\n'
text 1:8 "heap" 'target heap\n'
text 3:20 "1 to 256" 'target vmap\ntask a cpu=0\n  vm_map_ram pages=257\n'
text 3:14 "color" 'target vmap\ntask a cpu=0\n  vm_map_ram color=3\n'
text 3:16 "m1" 'target vmap\ntask a cpu=0\n  vm_unmap_ram m1\n'
text 1:9 "newer" 'mmstorm 2\ntarget vmap\n'
text 3:8 "nonsense" 'target vmap\ntask a cpu=0\nexpect nonsense\n'
text 3:7 "prefetch" 'target vmap\ntask a cpu=0\nshows prefetsh\n'

echo "# show and pack"
check 0 show good.prog -o canonical.prog
check 0 pack good.prog -o good.bin
check 0 show good.bin
cmp -s out canonical.prog || fail "bytes and text differ: $out"
for file in "$corpus"/vmap/*.prog "$corpus"/percpu/*.prog; do
	check 0 pack "$file" -o one.bin
	check 0 show one.bin -o two.prog
	check 0 pack two.prog -o three.bin
	cmp -s one.bin three.bin || fail "$file is not the same after a round trip"
	check 0 show --sort "$file"
done
check 0 pack "$corpus/vmap" -o packed
inputs=("$corpus"/vmap/*.prog)
outputs=(packed/*)
[ ${#outputs[@]} -eq ${#inputs[@]} ] ||
	fail "a folder was not packed as a whole"
check 0 run packed
# Files of one name in two folders: mmstorm refuses to lose one.
mkdir -p twins/a twins/b
cp good.prog twins/a
cp expects.prog twins/b/good.prog
bad "twins/b/good.prog: found another file for packed2/good, expected distinct names" \
	pack twins -o packed2
gzip -c good.prog >good.prog.gz
check 0 run good.prog.gz
bad "mmstorm pack: found no --output, expected one" pack good.prog
bad "nowhere/out: No such file or directory" pack good.prog -o nowhere/out
bad "nowhere/out: No such file or directory" show good.prog -o nowhere/out
bad "mmstorm show: found --output and 2 files, expected one file" \
	show good.prog good.prog -o out.prog
echo precious >precious.prog
bad_like "expected.prog: *" show expected.prog -o precious.prog
[ "$(cat precious.prog)" = precious ] || fail "a file was overwritten although there was an error"
ls -- *.part 2>/dev/null && fail "a temporary file is left"

echo "# list"
check 0 list
says "vm_unmap_aliases"
says "alias-survived"
check 0 list targets
says "percpu_bitmap"
says_not "overlap"
check 0 list --json
while read -r line; do
	[[ $line == "{"*"}" ]] || fail "no object on a line of its own: $line"
done <out
check 0 list implementations
says "ours, vmap zone"
says "cache=by-cpu, cache_parts=3"
check 0 run --on ours good.prog
check 0 run --fail-each --on ours good.prog

echo "# on"
sed 's/^target .*/&\non dreams/' good.prog >dreams.prog
there_is="which this build does not have, expected one of ours*"
for command in run explore minimize; do
	bad_like "dreams.prog: runs on 'dreams', $there_is" $command dreams.prog
done
check 0 run --on ours dreams.prog
check 0 show dreams.prog
says "on dreams"
check 0 show --on ours dreams.prog
says "on ours"
check 0 explore --on ours --runs 10 dreams.prog
bad "mmstorm minimize: option --on: found 'x', expected one of mmstorm list implementations" \
	minimize --on x good.prog
check 0 list --markdown operations
says "| \`p = alloc_percpu\` |"
bad_like "mmstorm list: found topic 'dreams', expected targets, *" list dreams

echo "# explore and minimize"
check 0 explore good.prog --strategy all --runs 200
says "random odds=1"
says "pct depth=3"
says "changes depth=3"
check 0 explore good.prog --runs 100 --json
says '"runs":100'
[ -e findings ] && fail "findings/ was made without a finding"
bad "mmstorm explore: found 0 files, expected one" explore
cat >purge.prog <<END
target vmap
task a cpu=0
  v1 = alloc_vmap_area
  free_vmap_area v1
task b cpu=0
  vm_unmap_aliases
END
check 0 explore --exhaustive purge.prog good.prog
check 0 explore --exhaustive --preemptions all --interrupts all --json purge.prog
check 0 explore --exhaustive --runs 7 --state purge.state purge.prog
check 0 explore --exhaustive --state purge.state purge.prog
check 0 explore --exhaustive --shard 2/3 purge.prog
cp purge.prog certified.prog
"$mmstorm" explore --exhaustive purge.prog | grep -o 'certified K.*' >>certified.prog
check 0 explore --exhaustive certified.prog
sed 's/traces=[0-9]*/traces=5/' certified.prog >stale.prog
check 1 explore --exhaustive stale.prog
bad "purge.state: found the state of another one, expected the state of this search" \
	explore --exhaustive --state purge.state good.prog
bad "mmstorm explore: found a bound, --state, --shard or --memory, expected --exhaustive with it" \
	explore --preemptions 1 good.prog
others="--strategy, --shows, --oracle or --keep-going"
bad "mmstorm explore: found --exhaustive with $others, expected it without" \
	explore --exhaustive --strategy pct good.prog
parts="expected a part and a number of parts, such as 1/4"
bad "mmstorm explore: option --shard: found '4/3', $parts" \
	explore --exhaustive --shard 4/3 good.prog
bad "mmstorm explore: found --output and --keep-going, expected one of them" \
	explore good.prog -o x --keep-going
bad "mmstorm explore: option --oracle: found 'wonder', expected one of mmstorm list oracles" \
	explore --oracle wonder good.prog
expected="expected two names of functions with a comma between them"
for functions in a 'a,' ',b' 'a,b,c'; do
	bad "mmstorm explore: option --functions: found '$functions', $expected" \
		explore --oracle race --functions "$functions" good.prog
done
bad "mmstorm explore: found --functions with --oracle overlap, expected race" \
	explore --oracle overlap --functions a,b good.prog
bad "mmstorm explore: found --minimize, expected --oracle with it" explore --minimize good.prog
bad "mmstorm explore: found --times, expected --oracle with it" explore --times 3 good.prog
bad "mmstorm explore: found --oracle with --keep-going, expected it without" \
	explore --oracle overlap --keep-going good.prog
bad "mmstorm explore: found --oracle with --strategy all, expected it without" \
	explore --oracle overlap --strategy all good.prog
check 0 explore --oracle overlap --runs 50 --strategy pct good.prog
says "good.prog: overlap not found in 50 runs"
bad_like "mmstorm explore: option --odds: found '0', expected a number from 1 to *" \
	explore good.prog --odds 0
bad "good.prog: found no failure, expected one" minimize good.prog -o small.prog
bad "expects.prog: found no failure by oracle overlap, expected one" \
	minimize expects.prog -o small.prog
[ -e small.prog ] && fail "a result was written without one"
bad "mmstorm minimize: option --oracle: found 'delphi', expected one of mmstorm list oracles" \
	minimize --oracle delphi good.prog
bad "mmstorm minimize: option --tsan: found 'missing', expected a program" \
	minimize --tsan missing good.prog
bad "mmstorm minimize: found 2 files, expected one" minimize good.prog good.prog

echo "# shows"
cat >fetch.prog <<'END'
target vmap_zone
task a cpu=0
  v1 = alloc_vmap_area
task b cpu=0
  v2 = alloc_vmap_area
shows prefetch
END
check 0 run fetch.prog
check 0 run --stats fetch.prog
says "Events:"
says "  prefetch            :            1"
says_not "prefetch-extra"
check 0 run --json fetch.prog
says '"events":{"prefetch":1}'
says_not "missing"
sed 's/shows prefetch/shows prefetch-extra lazy-twice prefetch/' fetch.prog >extra.prog
check 1 run extra.prog
says "extra.prog: found no prefetch-extra, no lazy-twice, expected the events of the \`shows\` line"
check 1 run --json extra.prog
says '"outcome":"finding"'
says '"missing":["prefetch-extra","lazy-twice"]'
check 0 run --no-expect extra.prog
check 0 run --strategy random extra.prog
check 0 run --fail-each extra.prog
check 0 show --target vmap_pool extra.prog
says_not "shows"
for strategy in random pct changes; do
	check 0 explore --shows prefetch-extra --strategy $strategy fetch.prog -o shown.prog
	[ -z "$out" ] || fail "explore --shows --output printed: $out"
	check 0 run --times 3 shown.prog
	check 0 show shown.prog
	says "shows prefetch-extra"
	says "schedule @"
	says_not "digest"
done
check 0 explore --shows prefetch-extra --shows prefetch --no-fork fetch.prog
says "shows prefetch prefetch-extra"
# A task changes its CPU only by a change of the schedule that moves it. The second request leaves a
# range in the cache.
sed -e 's/task b cpu=0/task b cpu=1/' -e 's/  v1 = .*/&\n  alloc_vmap_area/' fetch.prog >left.prog
check 1 explore --shows cpu-left --runs 500 left.prog
[[ $err == *"left.prog: random: not shown in 500 runs, "* ]] || fail "explore --shows: said $err"
[ -z "$out" ] || fail "explore --shows printed without a result: $out"
check 0 explore --shows cpu-left --strategy changes left.prog
says ">"
[ -e findings ] && fail "findings/ was made by explore --shows"
check 0 minimize shown.prog -o small.prog
check 0 run small.prog
check 0 minimize --shows prefetch shown.prog
says "shows prefetch"
says_not "schedule"
says_not "digest"
says_not "task b"
check 0 minimize --no-fork --shows prefetch shown.prog
bad "fetch.prog: found a program without these events, expected one that shows them" \
	minimize --shows lazy-twice fetch.prog
bad "mmstorm minimize: found --shows and --oracle, expected one of them" \
	minimize --shows prefetch --oracle overlap fetch.prog
bad "mmstorm explore: option --shows: found 'wonders', expected one of mmstorm list events" \
	explore --shows wonders fetch.prog
bad "mmstorm minimize: option --shows: found 'wonders', expected one of mmstorm list events" \
	minimize --shows wonders fetch.prog
for option in --keep-going --json "--strategy all"; do
	# shellcheck disable=SC2086
	bad "mmstorm explore: found --shows with $option, expected it without" \
		explore --shows prefetch $option fetch.prog
done
check 0 list events
says "prefetch-extra"
says "freed-far-in-flush"
check 0 list --json events
says '{"topic":"event","name":"lazy-twice"'

echo "# bugs"
mkdir -p bank/some-bug
printf '# some-bug\n\noracle: overlap\n' >bank/some-bug/about.md
printf 'a patch\n' >bank/some-bug/bug.patch
cp expects.prog bank/some-bug/repro.prog
check 0 bugs --dir bank
says "some-bug"
check 0 bugs --dir bank --json
says '{"bug":"some-bug","oracle":"overlap","target":"vmap"'
cp good.prog bank/some-bug/repro.prog
check 2 bugs --dir bank
[ "$err" = 'bank/some-bug/repro.prog: found "expect none", expected overlap as about.md has it' ] ||
	fail "bugs said: $err"
rm bank/some-bug/bug.patch
check 2 bugs --dir bank
bad "missing: No such file or directory" bugs --dir missing

finish
