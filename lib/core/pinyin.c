/* SPDX-License-Identifier: Apache-2.0 */
/* Reads Chinese text by the longest words of a dictionary. */
#include "core/pinyin.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/pinyin_data.h"
#include "core/text.h"
#include "core/width.h"

/* What is written so far; room for the longest answer is allocated before. */
struct answer {
	char *full;
	char *initials;
};

static void
put_char(struct answer *answer, char c)
{
	*answer->full++ = c;
	*answer->initials++ = c;
}

static void
put_syllables(struct answer *answer, const uint16_t *syllables, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *syllable = pinyin_syllables[syllables[i]];
		size_t len = strlen(syllable);

		memcpy(answer->full, syllable, len);
		answer->full += len;
		*answer->initials++ = syllable[0];
	}
}

static const struct pinyin_char *
find_char(uint32_t code)
{
	size_t low = 0, high = pinyin_chars_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pinyin_chars[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < pinyin_chars_count && pinyin_chars[low].code == code ? &pinyin_chars[low]
	                                                                  : NULL;
}

static bool
has_codes(const uint32_t *text, const uint16_t *codes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] != codes[i])
			return false;
	}
	return true;
}

/* Write the longest word that begins the n characters; returns how many it has, 0 for none. */
static size_t
put_word(struct answer *answer, const struct pinyin_char *first, const uint32_t *text, size_t n)
{
	const uint16_t *word = first->words ? pinyin_words + first->words : NULL;

	while (word && *word) {
		size_t len = *word++;

		if (len <= n && has_codes(text + 1, word, len - 1)) {
			put_syllables(answer, word + len - 1, len);
			return len;
		}
		word += len - 1 + len;
	}
	return 0;
}

static size_t
put_surname(struct answer *answer, const uint32_t *text, size_t n)
{
	for (size_t i = 0; i < pinyin_surnames_count; i++) {
		const struct pinyin_surname *name = &pinyin_surnames[i];
		size_t len = name->code[1] ? 2 : 1;

		if (len <= n && has_codes(text, name->code, len)) {
			put_syllables(answer, name->syllable, len);
			return len;
		}
	}
	return 0;
}

/* Write what stands at the start of the n characters; returns how many were read. */
static size_t
put_next(struct answer *answer, const uint32_t *text, size_t n)
{
	uint32_t c = *text;
	const struct pinyin_char *first;
	size_t len;

	if (c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
		put_char(answer, (char)c);
		return 1;
	}
	first = find_char(c);
	if (!first)
		return 1;
	len = put_word(answer, first, text, n);
	if (len > 0)
		return len;
	put_syllables(answer, &first->syllable, 1);
	return 1;
}

/* Decode to code points, full-width forms folded; returns their number. */
static size_t
decode(const char *text, size_t len, uint32_t *out)
{
	const char *end = text + len;
	size_t n = 0;

	while (text < end) {
		uint32_t c = width_fold(utf8_next(&text, end));

		if (c != ' ')
			out[n++] = c;
	}
	return n;
}

void
pinyin_of(struct arena *arena, const char *text, bool is_person_name, char **full, char **initials)
{
	size_t len = text ? strlen(text) : 0;
	/* A character of three bytes has at most six letters, one of one byte has one. */
	struct answer answer = { arena_alloc(arena, 2 * len + 1), arena_alloc(arena, len + 1) };
	uint32_t *codes = arena_array(arena, len + 1, sizeof(*codes));
	size_t n = text ? decode(text, len, codes) : 0, i = 0;

	*full = answer.full;
	*initials = answer.initials;
	if (is_person_name)
		i = put_surname(&answer, codes, n);
	while (i < n)
		i += put_next(&answer, codes + i, n - i);
	*answer.full = '\0';
	*answer.initials = '\0';
}
