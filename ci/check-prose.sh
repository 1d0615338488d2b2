#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check-prose.sh - find the idioms of ci/PROSE.md that a pattern can find.
#
# The script joins the lines of a comment, of a string or of a paragraph, so that it also finds an
# idiom that a line break divides. Code is not prose: Markdown's code blocks and `code` are left
# out.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

usage() {
	cat <<-END
	usage: ci/check-prose.sh [PATH...]

	Checks comments, strings, Markdown and comments of programs against ci/PROSE.md, and
	prints each violation as FILE:LINE: TEXT: ADVICE. PATH is a file or a folder; without
	one, the script checks all files that git tracks or would track.

	Options:
	  -h, --help  print this help

	Example:
	  ci/check-prose.sh targets/harness/tool README.md

	Exit status: 0 no violation, 1 violations, 2 bad usage.
	END
}

case ${1:-} in
--help | -h)
	usage
	exit 0
	;;
-*) die "found option '$1', expected --help" ;;
esac

# Phrases that stay. A line is: file, a phrase that contains the idiom, the reason; divided by |.
allow_list() {
	cat <<-'END'
	END
}

for path in "$@"; do
	[ -e "$path" ] || die "found no '$path', expected a file or a folder of the repository"
done

# The rules and this script quote the idioms.
mapfile -t files < <(git ls-files --cached --others --exclude-standard -- "$@" | sort -u |
	grep -E '(\.(c|h|S|md|sh|cmake|prog)|CMakeLists\.txt|\.ci/run)$' |
	grep -vxE 'ci/(PROSE\.md|check-prose\.sh|test/scripts_test\.sh)' |
	while read -r f; do [ ! -f "$f" ] || printf '%s\n' "$f"; done)
[ ${#files[@]} -gt 0 ] || exit 0

# If all files were read, an allowed phrase that none of them contains is a violation.
MM_ALLOW=$(allow_list) MM_WHOLE_TREE=$(($# == 0)) perl - "${files[@]}" <<'END'
use strict;
use warnings;

my $violations = 0;

# A clause or a sentence begins at the start of a text, or after one of these.
my $joint = qr/and|or|but|if|as|than|by|of|to|for|from|with|that|since|because|when|where|while/;
my $clause = qr/(?:^|[.,;:?!(]\s+|\s-\s+|\b(?:$joint)\s+)/;
my $sentence = qr/(?:^|[.;:?!]\s+)/;
my $place = qr/(?:pointer|interface|handle|back end|seam|table of functions)s?/;

# Each idiom, and what to write instead. A question may begin with "who" or "what".
my @idioms = (
	[qr/(?<!left )(?<!leave )(?<!leaves )\bbehind\b(?!\s+(?:\w+\s+){1,2}$place)/i,
		'"after" or "next" for time and order'],
	[qr/(?:$clause\Kwho|$sentence\Kwhose)\b(?![^.;:!]*\?)/i, 'name the subject'],
	[qr/(?:$sentence\KWhat|;\s+\Kwhat)(?:ever)?\b(?![^.;:!]*\?)/, 'name the subject'],
	[qr/\bwhoever\b/i, 'name the subject'],
	[qr/\b(?:no|some|any)body\b/i, 'name the subject: a task, a CPU, a caller, the user'],
	[qr/\bth(?:at|ose) which\b/i, 'name the subject'],
	[qr/\bnot without\b|\bnone other than\b|\bnot (?:im|in|un)(?:possible|usual|common)\b/i,
		'say what is, not what is not'],
	[qr/\b(?:no|none|nothing)(?: \w+)? but\b/i, 'say what is: "only"'],
	[qr/\btold from\b|\btells? (?:\w+ ){1,3}from\b/i, '"distinguish from"'],
	[qr/\bmore not told\b/i, '"more suppressed"'],
	[qr/\blikewise\b/i, 'say it again, or "also"'],
);

my %allowed;
for (split /\n/, $ENV{MM_ALLOW}) {
	my ($file, $phrase, $reason) = split /\|/;

	$phrase && $reason or die "check-prose.sh: allow list: '$_': expected file|phrase|reason\n";
	push @{$allowed{$file}}, {phrase => $phrase, used => 0};
}

sub complain {
	my ($file, $line, $text) = @_;

	print "$file:$line: $text\n";
	$violations++;
}

# Is the idiom at @$from to @$to of a text part of an allowed phrase?
sub is_allowed {
	my ($file, $text, $from, $to) = @_;

	for my $entry (@{$allowed{$file} // []}) {
		my $at = -1;

		while (($at = index($text, $entry->{phrase}, $at + 1)) >= 0) {
			next if $at > $from || $at + length($entry->{phrase}) < $to;
			$entry->{used} = 1;
			return 1;
		}
	}
	return 0;
}

# check FILE, [LINE, TEXT]...: the lines of one paragraph.
sub check {
	my ($file, @lines) = @_;
	my ($text, @start) = ('');

	for (@lines) {
		my ($number, $part) = @$_;

		$part =~ s/^\s+|\s+$//g;
		$part =~ s/`[^`]*`/code/g;
		$text .= ' ' if length $text;
		push @start, [length $text, $number];
		$text .= $part;
	}
	for my $idiom (@idioms) {
		my ($pattern, $advice) = @$idiom;

		while ($text =~ /$pattern/g) {
			my ($from, $to) = ($-[0], $+[0]);
			my $line = 0;

			next if is_allowed($file, $text, $from, $to);
			for (@start) { $line = $_->[1] if $_->[0] <= $from }
			my $found = substr $text, $from, $to - $from;
			complain($file, $line, "'$found': $advice");
		}
	}
}

# Of C: comments by paragraph, and strings, where neighbours are one text.
sub check_c {
	my ($file, $source) = @_;
	my ($number, @strings) = (1);

	while ($source =~ m{\G(?:
			(?<comment>/\*.*?\*/|//[^\n]*) | (?<string>"(?:[^"\\\n]|\\.)*") |
			(?<char>'(?:[^'\\\n]|\\.)+') | (?<space>\s+) | (?<code>.))}gsx) {
		my ($found, $whole) = ({%+}, $&);

		if (defined $found->{string}) {
			my $part = substr $whole, 1, -1;
			my $ends = $part =~ s/\\n$//;

			push @strings, [$number, $part];
			# A line of a help text that is followed by an empty one ends a paragraph.
			if ($ends && $part eq '') { check($file, @strings); @strings = () }
		} elsif (!defined $found->{space}) {
			check($file, @strings);
			@strings = ();
		}
		if (defined $found->{comment}) {
			my ($at, @paragraph) = ($number);

			for (split /\n/, $whole) {
				s{^\s*(?:/\*+|\*/|\*|//)}{};
				s{\*/$}{};
				if (/^\s*$/ || /^\s*\@?\w+(?:\(\))?:\s/ || /^\s*Return:/) {
					check($file, @paragraph);
					@paragraph = ();
				}
				push @paragraph, [$at, $_] if /\S/;
				$at++;
			}
			check($file, @paragraph);
		}
		$number += $whole =~ tr/\n//;
	}
	check($file, @strings);
}

# Of scripts and programs: comments by paragraph; of scripts all other lines one by one, since help
# texts and messages are among them.
sub check_hash {
	my ($file, $source, $comments_only) = @_;
	my ($number, @paragraph) = (0);

	for (split /\n/, $source) {
		$number++;
		if (/^\s*#(.*)/ && length $1) {
			push @paragraph, [$number, $1];
			next;
		}
		check($file, @paragraph);
		@paragraph = ();
		check($file, [$number, $_]) unless $comments_only;
	}
	check($file, @paragraph);
}

# Of Markdown: paragraphs, list items and cells of tables. Headings and code blocks are left out,
# and the width of tables is free. Of the fields of about.md only the width counts; a line that
# continues a field is indented by two.
sub check_markdown {
	my ($file, $source) = @_;
	my ($number, $fenced, $list, $blank, $field, @paragraph) = (0, 0, 0, 1, 0);

	for (split /\n/, $source) {
		$number++;
		if (/^\s*```/) { $fenced = !$fenced; $blank = 1; next }
		next if $fenced;
		if ($file =~ /about\.md$/ && /^(?:target|oracle|also|source): /) { $field = 1 }
		$field = 0 unless /^\S+: |^ {2}\S/;
		complain($file, $number, 'longer than 100 columns') if $field && length > 100;
		next if $field;
		# An indented block begins after an empty line, and not inside of a list.
		if (/^(?: {4}|\t)/ && $blank && !$list) { next }
		if (/^\s*$/) {
			check($file, @paragraph);
			@paragraph = ();
			$blank = 1;
			next;
		}
		if (/^\s*\|/) {
			check($file, @paragraph);
			@paragraph = ();
			check($file, [$number, $_]) for split /\|/;
			next;
		}
		$list = 1 if /^\s*(?:[-*]|\d+\.) /;
		$list = 0 if /^\S/ && !/^(?:[-*]|\d+\.) / && $blank;
		if (/^#/ || /^\s*(?:[-*]|\d+\.) /) { check($file, @paragraph); @paragraph = () }
		complain($file, $number, 'longer than 100 columns') if length > 100;
		next if /^#/;
		s/^\s*(?:[-*]|\d+\.) //;
		push @paragraph, [$number, $_];
		$blank = 0;
	}
	check($file, @paragraph);
}

for my $file (@ARGV) {
	open my $in, '<:encoding(UTF-8)', $file or die "check-prose.sh: $file: $!\n";
	my $source = do { local $/; <$in> } // '';

	if ($file =~ /\.md$/) { check_markdown($file, $source) }
	elsif ($file =~ /\.[chS]$/) { check_c($file, $source) }
	else { check_hash($file, $source, $file =~ /\.prog$/) }
}
if ($ENV{MM_WHOLE_TREE}) {
	for my $file (sort keys %allowed) {
		for (@{$allowed{$file}}) {
			complain($file, 1, "no '$_->{phrase}': remove it from the allow list")
				unless $_->{used};
		}
	}
}
printf STDERR "check-prose.sh: %d violations in %d files\n", $violations, scalar @ARGV
	if $violations;
exit($violations > 0);
END
echo "check-prose.sh: ${#files[@]} files, no violation"
