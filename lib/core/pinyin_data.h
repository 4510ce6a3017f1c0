/* SPDX-License-Identifier: Apache-2.0 */
/* The pinyin tables, which tools/pinyin.py writes at build time. */
#ifndef CORE_PINYIN_DATA_H
#define CORE_PINYIN_DATA_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the longest syllable (zhuang) with its NUL. */
#define PINYIN_SYLLABLE_SIZE 7

/* One character: its usual syllable, and where the words that begin with it stand (0: none). */
struct pinyin_char {
	uint16_t code;
	uint16_t syllable;
	uint32_t words;
};

/* A surname of one or two characters that is not read as the dictionary has it. */
struct pinyin_surname {
	uint16_t code[2]; /* the second is 0 for a single character */
	uint16_t syllable[2];
};

extern const char pinyin_syllables[][PINYIN_SYLLABLE_SIZE];

/* Ordered by code. */
extern const struct pinyin_char pinyin_chars[];
extern const size_t pinyin_chars_count;

/*
 * For each first character a run of words, the longest first: the number of characters n, the
 * n - 1 other characters, n syllables.  A 0 ends the run.
 */
extern const uint16_t pinyin_words[];

/* The longest first. */
extern const struct pinyin_surname pinyin_surnames[];
extern const size_t pinyin_surnames_count;

#endif
