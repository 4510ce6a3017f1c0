/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180 in pieces of every size, what is wrong with a record, and going on behind it. */
#include "csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct text {
	const char *at;
	size_t left, piece;
};

static ssize_t
read_text(void *arg, char *data, size_t size)
{
	struct text *text = arg;
	size_t n = text->left < text->piece ? text->left : text->piece;

	n = n < size ? n : size;
	memcpy(data, text->at, n);
	text->at += n;
	text->left -= n;
	return (ssize_t)n;
}

/* Everything that is read, as `line:field|field;` or `line!status;`. */
static const char *
told(const char *stream, size_t size, size_t piece, bool lines)
{
	static char out[4096];
	struct text text = { stream, size, piece };
	enum csv_status status;
	struct csv csv;
	size_t n = 0;

	csv_open(&csv, read_text, &text, 0, 1);
	out[0] = '\0';
	while ((status = lines ? csv_next_line(&csv) : csv_next(&csv)) != CSV_END) {
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%d", (int)csv.line);
		if (status != CSV_RECORD)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "!%d", (int)status);
		for (size_t i = 0; status == CSV_RECORD && i < csv.count; i++) {
			assert_int_equal(strlen(csv.fields[i].text), csv.fields[i].len);
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%c%.20s", i ? '|' : ':',
			                      csv.fields[i].text);
		}
		n += (size_t)snprintf(out + n, sizeof(out) - n, ";");
	}
	assert_int_equal(csv.offset, size);
	csv_close(&csv);
	return out;
}

static void
expect(const char *stream, const char *result)
{
	for (size_t piece = 1; piece <= 7; piece++)
		assert_string_equal(told(stream, strlen(stream), piece, false), result);
	assert_string_equal(told(stream, strlen(stream), 65536, false), result);
}

static void
test_records(void **state)
{
	(void)state;
	expect("", "");
	expect("\n\r\n", "");
	expect("a,b\n1,2\n", "1:a|b;2:1|2;");
	expect("a,b\r\n1,2", "1:a|b;2:1|2;");
	expect("\xef\xbb\xbf"
	       "a\n\xef\xbb\xbf"
	       "b",
	       "1:a;2:\xef\xbb\xbf"
	       "b;");
	expect(",\n,,x\n", "1:|;2:||x;");
	expect("\n\na\n\nb\n", "3:a;5:b;");
	expect("a\rb,c\n", "1:a\rb|c;");
	expect("5\" pipe,x\n", "1:5\" pipe|x;");
}

static void
test_quotes(void **state)
{
	(void)state;
	expect("\"a\",\"\"\n", "1:a|;");
	expect("\"a,b\",\"c\"\"d\"\n", "1:a,b|c\"d;");
	expect("\"a\nb\r\nc\",d\r\ne,f\n", "1:a\nb\r\nc|d;4:e|f;");
	expect("\"\"\"\"", "1:\";");
	expect("\"\"\"a\"\"\"\n", "1:\"a\";");
	expect("x,\"离合器, 总成\"\n", "1:x|离合器, 总成;");
}

static void
test_what_is_wrong(void **state)
{
	(void)state;
	expect("\"a\"b,c\nd,e\n", "1!2;2:d|e;");
	expect("a\n\"b\nc,d\n", "1:a;2!2;3:c|d;");
	expect("\"", "1!2;");
	expect("a\xff\nb\n", "1!5;2:b;");
	assert_string_equal(told("a\0b\nc\n", 6, 3, false), "1!5;2:c;");
}

static void
test_limits(void **state)
{
	size_t size = CSV_RECORD_MAX + 10;
	char *big = malloc(size);

	(void)state;
	memset(big, 'x', size);
	memcpy(big + CSV_RECORD_MAX + 4, "\nb\nc\n", 5);
	assert_string_equal(told(big, CSV_RECORD_MAX + 9, 1000, false), "1!3;2:b;3:c;");
	big[0] = '"';
	big[3] = '\n';
	assert_string_equal(told(big, CSV_RECORD_MAX + 2, 65536, false),
	                    "1!3;2:xxxxxxxxxxxxxxxxxxxx;");
	/* and with no line end up to the end of the stream */
	memset(big, 'x', size);
	assert_string_equal(told(big, CSV_RECORD_MAX, 1024, false), "1!3;");
	memset(big, ',', 600);
	big[255] = '\n';
	big[599] = '\n';
	assert_true(strncmp(told(big, 600, 100, false) + 2 + 255, ";2!4;", 5) == 0);
	free(big);
}

/* Of a stream that breaks off: what came before it, then the failure. */
static ssize_t
read_and_fail(void *arg, char *data, size_t size)
{
	ssize_t n = read_text(arg, data, size);

	return n > 0 ? n : -1;
}

static void
test_a_stream_that_fails(void **state)
{
	static char big[CSV_RECORD_MAX + 10];
	const struct {
		const char *text;
		size_t size;
	} streams[] = {
		{ "a\nb", 3 },       /* in a line */
		{ "a\n\"b\nc", 6 },  /* in quotes, behind a line end */
		{ big, sizeof(big) } /* in a line that is passed over */
	};

	(void)state;
	memset(big, 'x', sizeof(big));
	big[0] = 'a';
	big[1] = '\n';
	for (size_t i = 0; i < COUNT_OF(streams); i++) {
		struct text text = { streams[i].text, streams[i].size, 1000 };
		struct csv csv;

		csv_open(&csv, read_and_fail, &text, 0, 1);
		assert_int_equal(csv_next(&csv), CSV_RECORD);
		assert_string_equal(csv.fields[0].text, "a");
		assert_int_equal(csv_next(&csv), CSV_READ_FAILED);
		csv_close(&csv);
	}
}

/* How long a record may be does not depend on where the window happens to end. */
static void
test_the_limit_in_every_window(void **state)
{
	static char stream[65536 + CSV_RECORD_MAX + 3];
	char *second = stream + 65536, *last = second + CSV_RECORD_MAX;

	(void)state;
	memset(stream, 'x', sizeof(stream));
	second[-1] = '\n'; /* the first fills the window to its last octet */
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a stream has no NUL at its end */
	memcpy(last, "\nc\n", 3);
	assert_string_equal(told(stream, sizeof(stream), 65537, false),
	                    "1:xxxxxxxxxxxxxxxxxxxx;2!3;3:c;");
	/* as long, but with a line end in quotes */
	second[0] = '"';
	second[1] = '\n';
	last[-1] = '"';
	assert_true(strncmp(told(stream, sizeof(stream), 65537, false),
	                    "1:xxxxxxxxxxxxxxxxxxxx;2!3;", 27) == 0);
	/* one octet less is a record */
	memmove(last - 1, last, 3);
	last[-2] = '"';
	assert_true(strncmp(told(stream, sizeof(stream) - 1, 65537, false),
	                    "1:xxxxxxxxxxxxxxxxxxxx;2:\nxxxxxxxxxxxxxxxxxxx;4:c;", 49) == 0);
}

static void
test_lines(void **state)
{
	const char *text = "{\"a\": \"b\"}\r\n\n\"x\n[1]";

	(void)state;
	for (size_t piece = 1; piece < 5; piece++)
		assert_string_equal(told(text, strlen(text), piece, true),
		                    "1:{\"a\": \"b\"};3:\"x;4:[1];");
}

static void
test_going_on(void **state)
{
	const char *text = "h\n\"a\nb\"\nc\nd";
	struct text stream = { text, strlen(text), 3 };
	struct csv csv;
	uint64_t offset, line;

	(void)state;
	csv_open(&csv, read_text, &stream, 0, 1);
	assert_int_equal(csv_next(&csv), CSV_RECORD);
	assert_int_equal(csv_next(&csv), CSV_RECORD);
	offset = csv.offset;
	line = csv.next_line;
	csv_close(&csv);
	stream = (struct text){ text + offset, strlen(text) - offset, 100 };
	csv_open(&csv, read_text, &stream, offset, line);
	assert_int_equal(csv_next(&csv), CSV_RECORD);
	assert_string_equal(csv.fields[0].text, "c");
	assert_int_equal(csv.line, 4);
	assert_int_equal(csv_next(&csv), CSV_RECORD);
	assert_int_equal(csv.line, 5);
	assert_int_equal(csv_next(&csv), CSV_END);
	csv_close(&csv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_what_is_wrong),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_going_on),
		cmocka_unit_test(test_a_stream_that_fails),
		cmocka_unit_test(test_the_limit_in_every_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
