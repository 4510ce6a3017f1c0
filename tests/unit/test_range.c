/* SPDX-License-Identifier: Apache-2.0 */
/* The Range header: one range is given, anything odd is the whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base.h"
#include "range.h"

static void
test_ranges(void **state)
{
	static const struct {
		const char *header;
		uint64_t size;
		enum range range;
		uint64_t offset, length;
	} cases[] = {
		{ "bytes=0-9", 100, RANGE_PART, 0, 10 },
		{ "bytes=0-0", 1, RANGE_PART, 0, 1 },
		{ "BYTES=90-", 100, RANGE_PART, 90, 10 },
		{ "bytes=90-1000", 100, RANGE_PART, 90, 10 },
		{ "bytes=0-99999999999999999999999999", 100, RANGE_PART, 0, 100 },
		{ "bytes=0-18446744073709551616", 100, RANGE_PART, 0, 100 }, /* 2^64 */
		{ "bytes=-10", 100, RANGE_PART, 90, 10 },
		{ "bytes=-1000", 100, RANGE_PART, 0, 100 },
		{ "bytes=100-", 100, RANGE_OUTSIDE, 7, 7 },
		{ "bytes=99999999999999999999999999-", 100, RANGE_OUTSIDE, 7, 7 },
		{ "bytes=-0", 100, RANGE_OUTSIDE, 7, 7 },
		{ "bytes=0-", 0, RANGE_OUTSIDE, 7, 7 },
		{ "bytes=-1", 0, RANGE_OUTSIDE, 7, 7 },
		{ "bytes=9-1", 100, RANGE_NONE, 7, 7 },
		{ "bytes=0-1,3-4", 100, RANGE_NONE, 7, 7 },
		{ "bytes=-", 100, RANGE_NONE, 7, 7 },
		{ "bytes=", 100, RANGE_NONE, 7, 7 },
		{ "bytes=1", 100, RANGE_NONE, 7, 7 },
		{ "bytes=a-b", 100, RANGE_NONE, 7, 7 },
		{ "lines=1-2", 100, RANGE_NONE, 7, 7 },
		{ "", 100, RANGE_NONE, 7, 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t offset = 7, length = 7;

		assert_int_equal(range_parse(cases[i].header, cases[i].size, &offset, &length),
		                 cases[i].range);
		assert_int_equal(offset, cases[i].offset);
		assert_int_equal(length, cases[i].length);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
