/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * falsified.h - a table of worlds with one falsified value each, which the verifier must report.
 *
 * Include this after a fixture. The table is an X macro with rows X(name, statement, oracle,
 * words); its owner makes the bodies from the statements.
 */
#ifndef MM_PERCPU_TEST_FALSIFIED_H
#define MM_PERCPU_TEST_FALSIFIED_H

/**
 * struct falsified - a body that must end in a finding
 * @name:   the name of the row, and of the body
 * @body:   makes the world, falsifies a value, and calls the verifier
 * @oracle: the oracle of the finding
 * @words:  a part of its text
 */
struct falsified {
	const char *name;
	void (*body)(struct fixture *f);
	enum oracle oracle;
	const char *words;
};

#define FALSIFIED_ROW(name, falsify, oracle, words) {#name, name, ORACLE_##oracle, words},

/* The test fails, with a message for each row without a finding or with another one. */
static inline void expect_findings(struct fixture *f, const struct falsified *rows, u32 nr)
{
	u32 failed = 0;

	for (u32 i = 0; i < nr; i++) {
		const struct report *found = &f->result.report;

		run(f, rows[i].body);
		if (found->oracle == rows[i].oracle && strstr(found->text, rows[i].words))
			continue;
		print_message("%s: found %s: %s\n", rows[i].name, oracle_id(found->oracle),
			      found->text);
		failed++;
	}
	assert_int_equal(failed, 0);
}

#endif
