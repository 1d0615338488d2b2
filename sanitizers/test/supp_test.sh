#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# supp_test.sh SUPP: each suppression has its reason in the comment directly above it.
set -eu
awk '
	/^#/ { reason = 1; next }
	/^$/ { reason = 0; next }
	{
		n++
		if (!reason) {
			printf "%s:%d: found %s without a reason, expected a comment above\n",
				FILENAME, FNR, $0
			bad = 1
		}
		reason = 0
	}
	END {
		if (!n)
			printf "%s: found no suppression, expected one\n", FILENAME
		exit bad || !n
	}' "$1"
