/* SPDX-License-Identifier: Apache-2.0 */
/* Plate numbers: how they are written and which follow the patterns of GA 36. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/base.h"
#include "vehicle/plate.h"

static void
test_plates_that_follow_a_pattern(void **state)
{
	static const struct {
		const char *plate;
		enum plate_kind kind;
	} plates[] = {
		{ "京A12345", PLATE_ORDINARY },    { "粤Z1234港", PLATE_ORDINARY },
		{ "川A1234警", PLATE_ORDINARY },   { "苏E1234学", PLATE_ORDINARY },
		{ "粤Z1234澳", PLATE_ORDINARY },   { "鲁B1234挂", PLATE_ORDINARY },
		{ "使A12345", PLATE_ORDINARY },    { "领BA2345", PLATE_ORDINARY },
		{ "沪AD12345", PLATE_NEW_ENERGY }, { "粤B12345D", PLATE_NEW_ENERGY },
		{ "鲁BF00012", PLATE_NEW_ENERGY }, { "京AAD1234", PLATE_NEW_ENERGY },
		{ "京AK12345", PLATE_NEW_ENERGY }, { "京A12345K", PLATE_NEW_ENERGY },
		{ "沪ADA1234", PLATE_NEW_ENERGY }, { "京A1234B", PLATE_ORDINARY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(plates); i++) {
		enum plate_kind kind = PLATE_NONE;

		assert_true(plate_is_valid(plates[i].plate, &kind));
		assert_int_equal(kind, plates[i].kind);
	}
}

static void
test_all_first_places(void **state)
{
	static const char *provinces[] = {
		"京", "津", "沪", "渝", "冀", "豫", "云", "辽", "黑", "湘", "皖",
		"鲁", "新", "苏", "浙", "赣", "鄂", "桂", "甘", "晋", "蒙", "陕",
		"吉", "闽", "贵", "粤", "青", "藏", "川", "宁", "琼",
	};
	enum plate_kind kind;

	(void)state;
	assert_int_equal(COUNT_OF(provinces), 31);
	for (size_t i = 0; i < COUNT_OF(provinces); i++) {
		char plate[16];

		memcpy(plate, provinces[i], 3);
		memcpy(plate + 3, "A12345", 7);
		assert_true(plate_is_valid(plate, &kind));
	}
}

static void
test_plates_that_follow_none(void **state)
{
	static const char *plates[] = {
		"京AI1234", /* I and O are left out */
		"京AD1234I",   "京O12345",   "京A1234O",  "京A1234",   "京A123456", "京A1234567",
		"京",          "台A12345",   "AA12345",   "12345678",  "",          "京A123挂4",
		"京AL12345",   "京A12345L",  "京ADAA123", "京a12345",  "京A 12345", "京A·12345",
		"京A1234\xE6", "京AD1234港", "京A12-45",  "京AD-1234", "京AX1234D", "京A1X234D",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(plates); i++) {
		enum plate_kind kind = PLATE_OTHER;

		assert_false(plate_is_valid(plates[i], &kind));
		assert_int_equal(kind, PLATE_OTHER);
	}
}

static void
test_one_way_to_write_a_plate(void **state)
{
	static const char *ways[] = {
		"京A12345",    "京a12345",  "京A·12345",  "京A 12345",
		" 京A-12345 ", "京A•12345", "京A　12345", "京Ａ１２３４５",
	};
	char out[PLATE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		assert_true(plate_normalise(ways[i], strlen(ways[i]), out, sizeof(out)));
		assert_string_equal(out, "京A12345");
	}
	/* Foreign plates are kept as they are, in upper case. */
	assert_true(plate_normalise("b-mw 1234", 9, out, sizeof(out)));
	assert_string_equal(out, "BMW1234");
}

static void
test_what_is_no_text_or_too_long(void **state)
{
	char out[10];

	(void)state;
	assert_true(plate_normalise("京A12345", 9, out, sizeof(out)));
	assert_false(plate_normalise("沪AD12345", 10, out, sizeof(out)));
	assert_string_equal(out, "");
	assert_false(plate_normalise("", 0, out, sizeof(out)));
	assert_false(plate_normalise(" - ·", 5, out, sizeof(out)));
	assert_false(plate_normalise("\xE4\xBA", 2, out, sizeof(out)));
	assert_string_equal(out, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plates_that_follow_a_pattern),
		cmocka_unit_test(test_all_first_places),
		cmocka_unit_test(test_plates_that_follow_none),
		cmocka_unit_test(test_one_way_to_write_a_plate),
		cmocka_unit_test(test_what_is_no_text_or_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
