/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, blanks, comparison and base64url. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* Spell `c` in UTF-8, whether or not it is a character; returns how many bytes. */
static size_t
spell(uint32_t c, char out[4])
{
	size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	size_t i;

	if (size == 1) {
		out[0] = (char)c;
		return 1;
	}
	for (i = size; --i; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)((0xf00U >> size & 0xff) | c);
	return size;
}

static void
every_code_point_but_zero_and_surrogates_is_valid(void **state)
{
	uint32_t c;

	(void)state;
	for (c = 0; c < 0x120000; c++) {
		char s[4];
		size_t size = spell(c, s);
		bool expected = c != 0 && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
		const char *at = s;

		if (utf8_valid(s, size) != expected)
			fail_msg("U+%04X", (unsigned)c);
		if (!expected)
			continue;
		assert_int_equal(utf8_next(&at, s + size), c);
		assert_ptr_equal(at, s + size);
		assert_int_equal(utf8_length(s, size), 1);
	}
}

/* In memory of exactly its length, so that reading past the end is noticed. */
static bool
valid_alone(const char *s, size_t len)
{
	char *copy = malloc(len ? len : 1);
	const char *at = copy;
	bool valid;

	assert_non_null(copy);
	memcpy(copy, s, len);
	valid = utf8_valid(copy, len);
	while (at < copy + len)
		(void)utf8_next(&at, copy + len);
	assert_ptr_equal(at, copy + len);
	free(copy);
	return valid;
}

static void
ill_formed_texts_are_refused(void **state)
{
	static const struct {
		const char *s;
		size_t len;
	} bad[] = {
		{ "\0", 1 },
		{ "a\0b", 3 }, /* U+0000 */
		{ "\xc0\x80", 2 },
		{ "\xc1\xbf", 2 },
		{ "\xe0\x80\x80", 3 }, /* overlong */
		{ "\xe0\x9f\xbf", 3 },
		{ "\xf0\x80\x80\x80", 4 },
		{ "\xf0\x8f\xbf\xbf", 4 },
		{ "\xed\xa0\x80", 3 },
		{ "\xed\xbf\xbf", 3 }, /* surrogates */
		{ "\xed\xa0\xbd\xed\xb8\x80", 6 },
		{ "\xc3", 1 },
		{ "\xe8\xbd", 2 },
		{ "\xe8", 1 }, /* truncated */
		{ "\xf0\x9f\x98", 3 },
		{ "\xf0\x9f", 2 },
		{ "\xf0", 1 },
		{ "ok\xe8\xbd", 4 },
		{ "\xe8\xbd"
		  "a",
		  3 },
		{ "\xc3(", 2 },
		{ "\xf0\x9f\x98 ", 4 },
		{ "\x80", 1 },
		{ "\xbf", 1 },
		{ "a\x80", 2 }, /* lone continuation */
		{ "\xf4\x90\x80\x80", 4 },
		{ "\xf5\x80\x80\x80", 4 }, /* past U+10FFFF */
		{ "\xf8\x88\x80\x80\x80", 5 },
		{ "\xfe", 1 },
		{ "\xff", 1 },
	};
	const char *at = "\xe8\xbd";
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++) {
		if (valid_alone(bad[i].s, bad[i].len))
			fail_msg("accepted: number %zu", i);
	}
	assert_true(valid_alone("", 0));
	assert_true(valid_alone("\xe6\xb2\xaa\x41-12\xc3\xa9\xf0\x9f\x98\x80", 13));
	assert_int_equal(utf8_next(&at, at + 2), 0xfffd);
}

static void
length_counts_code_points(void **state)
{
	(void)state;
	assert_int_equal(utf8_length("", 0), 0);
	assert_int_equal(utf8_length("\xe6\xb2\xaa\x41-12\xc3\xa9\xf0\x9f\x98\x80", 13), 7);
}

static void
white_space_is_blank_and_trimmed(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_true(text_is_blank(NULL));
	assert_true(text_is_blank(""));
	assert_true(text_is_blank(" \t\r\n\v\f"));
	assert_true(text_is_blank("\xe3\x80\x80 \xc2\xa0\xe2\x80\x8b\xef\xbb\xbf"));
	assert_true(text_is_blank("\xc2\x85\u1680\u2000\u200a\u2028\u2029\u202f\u205f"));
	assert_false(text_is_blank("\x08"));
	assert_false(text_is_blank("\u1fff"));
	assert_false(text_is_blank("\u200c")); /* joins letters, and is one of some scripts */
	assert_false(text_is_blank(" ."));
	assert_false(text_is_blank("\xe3\x80\x81"));

	assert_null(text_trim(&arena, NULL));
	assert_string_equal(text_trim(&arena, ""), "");
	assert_string_equal(text_trim(&arena, " \xe3\x80\x80\n"), "");
	assert_string_equal(text_trim(&arena, "pads"), "pads");
	assert_string_equal(text_trim(&arena, " \xe3\x80\x80 brake  pads\xe3\x80\x80\n"),
	                    "brake  pads");
	assert_string_equal(text_trim(&arena, "\xe8\xbd\xa6 "), "\xe8\xbd\xa6");
	arena_clear(&arena);
}

static void
equality_knows_null(void **state)
{
	(void)state;
	assert_true(text_equal(NULL, NULL));
	assert_true(text_equal("a", (const char[]){ 'a', '\0' }));
	assert_false(text_equal("a", NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("a", "ab"));
}

static void
base64url_matches_the_vectors(void **state)
{
	static const char *const encoded[] = { "",       "Zg",      "Zm8",     "Zm9v",
		                               "Zm9vYg", "Zm9vYmE", "Zm9vYmFy" };
	unsigned char bytes[8];
	char text[BASE64URL_TEXT(6)];
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT_OF(encoded); i++) {
		assert_int_equal(base64url_encode(text, "foobar", i), strlen(encoded[i]));
		assert_string_equal(text, encoded[i]);
		assert_true(base64url_decode(encoded[i], strlen(encoded[i]), bytes, i, &len));
		assert_int_equal(len, i);
		assert_memory_equal(bytes, "foobar", i);
	}
	(void)base64url_encode(text, "\xfb\xff\xbf", 3);
	assert_string_equal(text, "-_-_");
}

static void
base64url_brings_every_byte_back(void **state)
{
	unsigned char in[256], out[256];
	char text[BASE64URL_TEXT(256)];
	size_t i, len, got;

	(void)state;
	for (i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)(i * 167 + 13);
	for (len = 0; len <= sizeof(in); len++) {
		size_t chars = base64url_encode(text, in, len);

		assert_true(chars < BASE64URL_TEXT(len));
		assert_true(base64url_decode(text, chars, out, len, &got));
		assert_int_equal(got, len);
		assert_memory_equal(in, out, len);
		assert_true(len == 0 || !base64url_decode(text, chars, out, len - 1, &got));
	}
}

static void
base64url_has_one_spelling(void **state)
{
	static const char *const bad[] = {
		"Z",     "Zm9vY", "Zg==", "Zm8=",  "Zh",       "Zm9",        "Zm9v\n",
		" Zm9v", "Zm+v",  "Zm/v", "Zm 9v", "Zm9v====", "Z\xc3\xa9g",
	};
	unsigned char out[16];
	size_t i, len = 7;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++) {
		if (base64url_decode(bad[i], strlen(bad[i]), out, sizeof(out), &len))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_false(base64url_decode("Zm\0v", 4, out, sizeof(out), &len));
	assert_int_equal(len, 7);
}

static void
a_distance_counts_what_differs(void **state)
{
	char longer[66];

	(void)state;
	assert_int_equal(text_distance("", ""), 0);
	assert_int_equal(text_distance("status", "status"), 0);
	assert_int_equal(text_distance("sort", "sorts"), 1);
	assert_int_equal(text_distance("", "abc"), 3);
	assert_int_equal(text_distance("abc", ""), 3);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(text_distance("a", longer + 1), 63);
	assert_true(text_distance("a", longer) == SIZE_MAX);
	assert_int_equal(text_distance(longer, "a"), 64);
}

static void
only_hexadecimal_digits_have_a_value(void **state)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *at = c ? strchr(digits, c) : NULL;
		long place = at ? at - digits : -1;

		assert_int_equal(hex_digit((char)c), place > 15 ? place - 6 : place);
	}
}

/* At every place of a text of several words, and beside bytes that are no ASCII. */
static void
a_plain_text_ends_before_what_json_escapes(void **state)
{
	char text[40];

	(void)state;
	for (int fill = 0x20; fill < 256; fill++) {
		if (fill == '"' || fill == '\\' || fill == 0x7f)
			continue;
		memset(text, fill, sizeof(text));
		assert_int_equal(text_plain(text, sizeof(text)), sizeof(text));
		for (size_t at = 0; at < sizeof(text); at++) {
			for (int c = 0; c < 0x80; c++) {
				bool plain = c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;

				text[at] = (char)c;
				assert_int_equal(text_plain(text, sizeof(text)),
				                 plain ? sizeof(text) : at);
				assert_int_equal(text_plain(text, at), at);
			}
			text[at] = (char)fill;
		}
	}
	assert_int_equal(text_plain("", 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_but_zero_and_surrogates_is_valid),
		cmocka_unit_test(ill_formed_texts_are_refused),
		cmocka_unit_test(length_counts_code_points),
		cmocka_unit_test(white_space_is_blank_and_trimmed),
		cmocka_unit_test(equality_knows_null),
		cmocka_unit_test(base64url_matches_the_vectors),
		cmocka_unit_test(base64url_brings_every_byte_back),
		cmocka_unit_test(base64url_has_one_spelling),
		cmocka_unit_test(a_distance_counts_what_differs),
		cmocka_unit_test(only_hexadecimal_digits_have_a_value),
		cmocka_unit_test(a_plain_text_ends_before_what_json_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
