/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, blanks, comparison and base64url. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/base.h"

/* Characters of `n` bytes in base64url, with the NUL. */
#define BASE64URL_TEXT(n) (((n) + 2) / 3 * 4 + 1)

/* Well-formed (Unicode, table 3-7: no overlong forms, no surrogates) and without U+0000. */
bool utf8_valid(const char *s, size_t len);

/* Code points in a valid text. */
size_t utf8_length(const char *s, size_t len);

/* The code point at `*s` (before `end`), and step over it.  A bad byte gives U+FFFD. */
uint32_t utf8_next(const char **s, const char *end);

/* NULL, empty, or nothing but white space, of which the ideographic space is one. */
bool text_is_blank(const char *s);

/* A copy without white space at both ends; NULL stays NULL. */
char *text_trim(struct arena *arena, const char *s);

/* How many characters to change, add or leave out to make one text of the other (Levenshtein), in
 * bytes; SIZE_MAX when `b` has more than 64. */
size_t text_distance(const char *a, const char *b);

/* How many bytes there are before the first control character (0x00-0x1f, 0x7f), `"` or `\\`. */
size_t text_plain(const char *s, size_t len);

/* Value of a hexadecimal digit in either case, -1 of anything else. */
int hex_digit(char c);

/* NULL equals NULL and nothing else. */
bool text_equal(const char *a, const char *b);

/*
 * Write at most BASE64URL_TEXT(len) characters, without padding (RFC 4648 5).  Returns how many,
 * not counting the NUL.
 */
size_t base64url_encode(char *out, const void *data, size_t len);

/* Refused: padding, other characters, left-over bits that are not zero, more than `max` bytes. */
MUSTCHECK bool base64url_decode(const char *s, size_t len, unsigned char *out, size_t max,
                                size_t *out_len);

#endif
