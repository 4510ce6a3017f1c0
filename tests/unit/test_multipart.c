/* SPDX-License-Identifier: Apache-2.0 */
/* Multipart bodies: what browsers and mini-programs send, and what an attacker does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "multipart.h"

#define TYPE      "multipart/form-data; boundary=XX"
#define FILE_HEAD "Content-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n"

static struct arena arena;

/* Steps until it ends; the number of parts, -1 when broken.  The body lies at the end of its
 * allocation, so that a sanitizer sees a step too far. */
static int
count(const char *type, const char *body, size_t size, struct multipart_part *last)
{
	char *copy = malloc(size ? size : 1);
	struct multipart m;
	struct multipart_part part;
	enum multipart_step step = MULTIPART_BROKEN;
	int n = 0;

	assert_non_null(copy);
	memcpy(copy, body, size);
	if (multipart_open(&m, type, copy, size)) {
		while ((step = multipart_next(&m, &arena, &part)) == MULTIPART_PART) {
			n++;
			if (last) {
				*last = part;
				last->data = arena_copy(&arena, part.data, part.size);
			}
		}
	}
	free(copy);
	return step == MULTIPART_END ? n : -1;
}

static void
test_a_file(void **state)
{
	static const char body[] =
		"--XX\r\n" FILE_HEAD
		"Content-Type: image/jpeg\r\n\r\none\r\n--X\r\ntwo\r\n--XX--\r\n";
	struct multipart_part part;

	(void)state;
	assert_int_equal(count(TYPE, body, sizeof(body) - 1, &part), 1);
	assert_string_equal(part.name, "file");
	assert_string_equal(part.filename, "a.jpg");
	assert_int_equal(part.size, 13);
	assert_memory_equal(part.data, "one\r\n--X\r\ntwo", 13);
}

static void
test_several_parts(void **state)
{
	static const char body[] =
		"preamble\r\n--XX  \r\nContent-Disposition: form-data; "
		"name=note\r\n\r\n\r\n--XX\r\n" FILE_HEAD "\r\n\0\r\n--XX--epilogue";
	struct multipart_part part;

	(void)state;
	assert_int_equal(count(TYPE, body, sizeof(body) - 1, &part), 2);
	assert_int_equal(part.size, 1);
	assert_int_equal(part.data[0], 0);
}

static void
test_names(void **state)
{
	static const struct {
		const char *disposition, *filename;
	} names[] = {
		{ "form-data; name=\"f\"; filename=\"a;b=c.jpg\"", "a;b=c.jpg" },
		{ "form-data; name=\"f\"; filename=\"a\\\"b.jpg\"", "a\"b.jpg" },
		{ "form-data; name=\"f\"; filename=\"C:\\dir\\b.jpg\"", "C:\\dir\\b.jpg" },
		{ "FORM-DATA ;NAME=f ; FileName=x.jpg", "x.jpg" },
		{ "form-data; name=\"f\"; filename=\"图.jpg\"", "图.jpg" },
		{ "form-data; name=\"f\"; filename=\"_.jpg\"; filename*=UTF-8''%E5%9B%BE.jpg",
		  "图.jpg" },
		{ "form-data; name=\"f\"; filename=\"_.jpg\"; filename*=UTF-8''%E5%9B%2", "_.jpg" },
		{ "form-data; name=\"f\"; filename=\"_.jpg\"; filename*=latin1''x", "_.jpg" },
		{ "form-data; name=\"f\"; filename=\"_.jpg\"; filename*=UTF-8'x.jpg", "_.jpg" },
		{ "form-data; name=\"f\"; filename=\"_.jpg\"; filename*=x", "_.jpg" },
		{ "form-data; name=\"f\"; filename=a\\", "a\\" },
		{ "form-data; name=\"f\"; filename=\"\"", "" },
		{ "form-data; name=\"f\"", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *body =
			arena_printf(&arena, "--XX\r\ncontent-disposition:%s\r\n\r\nx\r\n--XX--",
		                     names[i].disposition);
		struct multipart_part part;

		assert_int_equal(count(TYPE, body, strlen(body), &part), 1);
		if (names[i].filename)
			assert_string_equal(part.filename, names[i].filename);
		else
			assert_null(part.filename);
	}
}

static void
test_boundaries(void **state)
{
	static const char body[] = "--a b'()+_,-./:=?\r\n" FILE_HEAD "\r\nx\r\n--a b'()+_,-./:=?--";
	static const char short_body[] = "--0aZ9\r\n" FILE_HEAD "\r\nx\r\n--0aZ9--";
	static const char *const wrong[] = {
		"multipart/form-data",
		"multipart/form-data; boundary=",
		"multipart/form-data; boundary=\"\"",
		"multipart/form-data; boundary=\"a",
		"multipart/form-data; boundary=\"a \"",
		"multipart/form-data; boundary=a\tb",
		"multipart/form-data; boundary=a~b",
		"multipart/form-data; boundary=\"a\x01\"",
		"multipart/form-data; xboundary=XX",
		"multipart/form-data; boundary",
		("multipart/form-data; "
		 "boundary=12345678901234567890123456789012345678901234567890123456789012345678901"),
	};

	(void)state;
	assert_int_equal(count("multipart/form-data; charset=utf-8; Boundary=\"a b'()+_,-./:=?\"",
	                       body, sizeof(body) - 1, NULL),
	                 1);
	assert_int_equal(count("multipart/form-data; boundary=0aZ9", short_body,
	                       sizeof(short_body) - 1, NULL),
	                 1);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct multipart m;

		assert_false(multipart_open(&m, wrong[i], "--XX\r\n", 6));
	}
}

static void
test_hostile_bodies(void **state)
{
	static const char *const bodies[] = {
		"",
		"-",
		"--",
		"--X",
		"--XX",
		"--XX\r",
		"--XX\r\n",
		"--XX-",
		"--XY--",
		"\r\n--XX",
		"--XX\r\n\r\nx\r\n--XX--", /* no disposition */
		"--XX\r\nContent-Disposition: attachment; name=f\r\n\r\nx\r\n--XX--",
		"--XX\r\nContent-Disposition: form-database; name=f\r\n\r\nx\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data; filename=f\r\n\r\nx\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--",
		"--XX\r\nContent-Disposition: \r\n\r\nx\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data; name=\"f\r\n\r\nx\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data; name=f; filename\r\n\r\nx\r\n--XX--",
		"--XX\r\n" FILE_HEAD FILE_HEAD "\r\nx\r\n--XX--",
		"--XX\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--XX--",
		"--XX\r\n" FILE_HEAD "\r\nx",
		"--XX\r\n" FILE_HEAD "\r\nx\r\n--XX",
		"--XX\r\n" FILE_HEAD "\r\nx\r\n--XX-",
		"--XXY\r\n" FILE_HEAD "\r\nx\r\n--XX--",
		"--XX\n" FILE_HEAD "\r\nx\r\n--XX--",
		"--XX\r\n" FILE_HEAD "x\r\n--XX--",
		"--XX\r\n" FILE_HEAD "\r\nx\r\n--XXY",
	};
	char *head = arena_alloc(&arena, 10000);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++)
		assert_int_equal(count(TYPE, bodies[i], strlen(bodies[i]), NULL), -1);
	memset(head, 'a', 9999); /* a head that never ends */
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a body has no NUL at its end */
	memcpy(head, "--XX\r\n", 6);
	assert_int_equal(count(TYPE, head, 9999, NULL), -1);
}

/* Whatever is cut off or changed: it ends, and nothing outside is read. */
static void
test_every_prefix_and_byte(void **state)
{
	static const char body[] =
		"--XX\r\n" FILE_HEAD "X-More: \"\r\n\r\none\r\n--XX\r\n" FILE_HEAD
		"\r\ntwo\r\n--XX--\r\n";
	char changed[sizeof(body)];

	(void)state;
	for (size_t n = 0; n < sizeof(body) - 3; n++)
		assert_int_equal(count(TYPE, body, n, NULL), -1);
	for (size_t n = 0; n < sizeof(body) - 1; n++) {
		static const char bytes[] = "\0\r\n-\"\\;=\xff";

		for (size_t k = 0; k < sizeof(bytes) - 1; k++) {
			memcpy(changed, body, sizeof(body));
			changed[n] = bytes[k];
			assert_in_range(count(TYPE, changed, sizeof(body) - 1, NULL) + 1, 0, 3);
		}
	}
}

static int
begin(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file),         cmocka_unit_test(test_several_parts),
		cmocka_unit_test(test_names),          cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_hostile_bodies), cmocka_unit_test(test_every_prefix_and_byte),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
