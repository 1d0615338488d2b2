/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_lex.h - the lexer of the text form: lines, words, numbers and errors.
 */
#ifndef MM_HARNESS_TEXT_LEX_H
#define MM_HARNESS_TEXT_LEX_H

#include "text.h"

#define TEXT_MAX_LINE 4096
#define TEXT_MAX_NAME 31

/**
 * struct word - a run of characters without blanks
 * @s:      its first character, in the text
 * @len:    characters; 0 after the last word of a line
 * @column: from 1
 */
struct word {
	const char *s;
	u32 len;
	u32 column;
};

/**
 * struct lexer - a text that is being read
 * @next:  the line after the current one
 * @end:   end of the text
 * @at:    in the current line, after the last word read
 * @stop:  end of the current line, without its comment
 * @begin: beginning of the current line
 * @line:  number of the current line, from 1
 * @err:   receives the first error
 */
struct lexer {
	const char *next, *end;
	const char *at, *stop, *begin;
	u32 line;
	struct text_error *err;
};

void lex_init(struct lexer *lx, const char *text, size_t size, struct text_error *err);

/** lex_line() - go to the next line that has a word. Return: 1; 0 at the end; -EINVAL */
int lex_line(struct lexer *lx);

/** lex_word() - read the next word of the line */
struct word lex_word(struct lexer *lx);

/** lex_fail() - record an error at a word of the current line. Return: -EINVAL */
int lex_fail(struct lexer *lx, const struct word *w, const char *fmt, ...) __printf(3, 4);

/**
 * lex_fail_choice() - record that a word is none of the allowed ones
 * @what:  what kind of word was expected: "operation"
 * @names: the allowed words
 * @nr:    how many, at most 64
 *
 * The error names the word that was probably meant, and then all of them. Return: -EINVAL
 */
int lex_fail_choice(struct lexer *lx, const struct word *w, const char *what,
		    const char *const *names, unsigned int nr);

/** lex_end() - check that the line has no more words. Return: 0 or -EINVAL */
int lex_end(struct lexer *lx);

/** word_is() - is the word equal to @name? */
bool word_is(const struct word *w, const char *name);

/** word_same() - are both words equal? */
bool word_same(const struct word *a, const struct word *b);

/** word_is_name() - may the word be the name of a task or an object? */
bool word_is_name(const struct word *w);

/** word_split() - cut a word at the first @c into @head and @tail. Return: does it have a @c? */
bool word_split(const struct word *w, char c, struct word *head, struct word *tail);

/** struct quote - a word as an error shows it */
struct quote {
	char s[48];
};

/** word_quote() - quote a word, shorten it, and escape what cannot be printed */
struct quote word_quote(const struct word *w);

/**
 * lex_number() - convert a word to a number
 * @w:      the word
 * @x:      receives the number
 * @suffix: receives whether there is a suffix; NULL: no suffix is allowed
 *
 * Return: 0 or -EINVAL
 */
int lex_number(struct lexer *lx, const struct word *w, u64 *x, bool *suffix);

/** lex_operand() - convert the value @w of an operand, a number or a name. Return: 0 or -EINVAL */
int lex_operand(struct lexer *lx, const struct word *w, const struct operand *o, u32 *x);

#endif
