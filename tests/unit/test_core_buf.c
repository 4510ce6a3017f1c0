/* SPDX-License-Identifier: Apache-2.0 */
/* The growing buffer: numbers, JSON strings, the ceiling and handing over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"

/* The JSON spelling of `s`. */
static char *
json(const char *s, size_t len)
{
	struct buf buf;

	buf_init(&buf, 1000);
	buf_json(&buf, s, len);
	assert_false(buf.full);
	return buf_take(&buf, NULL);
}

static void
assert_json(const char *s, size_t len, const char *expected)
{
	char *text = json(s, len);

	assert_string_equal(text, expected);
	free(text);
}

static void
json_escapes_every_control_byte_and_no_other(void **state)
{
	int c;

	(void)state;
	for (c = 0; c < 256; c++) {
		char s[] = { 'a', (char)c, 'z' };
		char expected[16];

		if (c == '"' || c == '\\')
			(void)snprintf(expected, sizeof(expected), "\"a\\%cz\"", c);
		else if (c < 0x20 || c == 0x7f)
			(void)snprintf(expected, sizeof(expected), "\"a\\u00%02xz\"", (unsigned)c);
		else
			(void)snprintf(expected, sizeof(expected), "\"a%cz\"", c);
		assert_json(s, sizeof(s), expected);
	}
}

static void
json_writes_texts_whole(void **state)
{
	(void)state;
	assert_json(NULL, 0, "null");
	assert_json("", 0, "\"\"");
	assert_json("\n\n", 2, "\"\\u000a\\u000a\"");
	assert_json("say \"brake\"", 11, "\"say \\\"brake\\\"\"");
	assert_json("\xe5\x88\xb9\xe8\xbd\xa6/pads", 11, "\"\xe5\x88\xb9\xe8\xbd\xa6/pads\"");
}

static void
pieces_follow_each_other(void **state)
{
	struct buf buf;
	char *text;
	size_t len;

	(void)state;
	buf_init(&buf, 1000);
	buf_put(&buf, NULL, 0);
	buf_put(&buf, "abc", 2);
	buf_char(&buf, ':');
	buf_int(&buf, 0);
	buf_char(&buf, ' ');
	buf_int(&buf, INT64_MIN);
	buf_char(&buf, ' ');
	buf_int(&buf, INT64_MAX);
	buf_printf(&buf, " %s=%d", "lift", 3);
	buf_puts(&buf, "!");
	text = buf_take(&buf, &len);
	assert_string_equal(text, "ab:0 -9223372036854775808 9223372036854775807 lift=3!");
	assert_int_equal(len, strlen(text));
	free(text);
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
}

static void
it_grows_as_far_as_needed(void **state)
{
	struct buf buf;
	int i;

	(void)state;
	buf_init(&buf, 1 << 20);
	for (i = 0; i < 100000; i++)
		buf_char(&buf, (char)('a' + i % 26));
	buf_printf(&buf, "%50000d", 5);
	assert_false(buf.full);
	assert_int_equal(buf.len, 150000);
	for (i = 0; i < 100000; i++)
		assert_int_equal(buf.data[i], 'a' + i % 26);
	assert_int_equal(buf.data[149999], '5');
	buf_clear(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.max, 1 << 20);
}

static void
the_ceiling_drops_that_write_and_all_later_ones(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	buf_puts(&buf, "12345");
	assert_false(buf.full);
	buf_clear(&buf);

	buf_puts(&buf, "1234");
	buf_puts(&buf, "56");
	assert_true(buf.full);
	buf_char(&buf, '5');
	buf_printf(&buf, "%d", 5);
	assert_int_equal(buf.len, 4);
	assert_memory_equal(buf.data, "1234", 4);
	buf_clear(&buf);
	assert_false(buf.full);

	buf_printf(&buf, "%s", "123456");
	assert_true(buf.full);
	assert_int_equal(buf.len, 0);
	buf_clear(&buf);
}

static void
taking_nothing_gives_an_empty_text(void **state)
{
	struct buf buf;
	size_t len = 9;
	char *text;

	(void)state;
	buf_init(&buf, 10);
	text = buf_take(&buf, &len);
	assert_string_equal(text, "");
	assert_int_equal(len, 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_escapes_every_control_byte_and_no_other),
		cmocka_unit_test(json_writes_texts_whole),
		cmocka_unit_test(pieces_follow_each_other),
		cmocka_unit_test(it_grows_as_far_as_needed),
		cmocka_unit_test(the_ceiling_drops_that_write_and_all_later_ones),
		cmocka_unit_test(taking_nothing_gives_an_empty_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
