/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_lex.h - lines, words, numbers and errors of the text form; for its parser.
 */
#ifndef MM_HARNESS_TEXT_LEX_H
#define MM_HARNESS_TEXT_LEX_H

#include "text.h"

#define TEXT_MAX_LINE 4096
#define TEXT_MAX_NAME 31

/**
 * struct word - a run of characters without blanks
 * @s:      where it begins in the text
 * @len:    characters; 0 behind the last word of a line
 * @column: from 1
 */
struct word {
	const char *s;
	u32 len;
	u32 column;
};

/**
 * struct lexer - a text on its way through the parser
 * @next: first character behind the current line
 * @end:  behind the last
 * @at:   in the current line, behind the last word read
 * @stop: end of the current line, comment left off
 * @begin: of the current line
 * @line: number of the current line, from 1
 * @err:  receives the first error
 */
struct lexer {
	const char *next, *end;
	const char *at, *stop, *begin;
	u32 line;
	struct text_error *err;
};

void lex_init(struct lexer *lx, const char *text, size_t size, struct text_error *err);

/** lex_line() - go to the next line that has a word. 1, 0 at the end, or -EINVAL */
int lex_line(struct lexer *lx);

/** lex_word() - the next word of the line */
struct word lex_word(struct lexer *lx);

/** lex_fail() - note an error at a word of the current line. Return: -EINVAL */
int lex_fail(struct lexer *lx, const struct word *w, const char *fmt, ...) __printf(3, 4);

/**
 * lex_fail_choice() - note that a word is none of those allowed there
 * @what:  what it should have been, "operation"
 * @names: the words allowed
 * @nr:    how many, at most 64
 *
 * Names the one that was probably meant, and then all of them. Return: -EINVAL
 */
int lex_fail_choice(struct lexer *lx, const struct word *w, const char *what,
		    const char *const *names, unsigned int nr);

/** lex_end() - the line must have no more words. 0 or -EINVAL */
int lex_end(struct lexer *lx);

/** word_is() - does it spell @name? */
bool word_is(const struct word *w, const char *name);

/** word_same() - do they spell the same? */
bool word_same(const struct word *a, const struct word *b);

/** word_is_name() - may it be the name of a task or an object? */
bool word_is_name(const struct word *w);

/** word_split() - cut it at the first @c: @head before, @tail behind. false: no @c in it */
bool word_split(const struct word *w, char c, struct word *head, struct word *tail);

/** struct quote - a word as an error shows it */
struct quote {
	char s[48];
};

/** word_quote() - in quotes, shortened, what cannot be printed escaped */
struct quote word_quote(const struct word *w);

/**
 * lex_number() - a number, with its suffix
 * @w:      the word
 * @x:      receives it
 * @suffix: receives whether it has one; NULL: it must have none
 */
int lex_number(struct lexer *lx, const struct word *w, u64 *x, bool *suffix);

/** lex_operand() - a number in the range of @o, or its name; @w is the value alone */
int lex_operand(struct lexer *lx, const struct word *w, const struct operand *o, u32 *x);

#endif
