/* SPDX-License-Identifier: Apache-2.0 */
/* Part numbers: all ways to write one compare equal, and none is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/arena.h"
#include "core/base.h"
#include "part/part_number.h"

static const struct {
	const char *number;
	const char *norm;
} numbers[] = {
	{ "6101-010", "6101010" },
	{ "6q0 615 301.b", "6Q0615301B" },
	{ "6Q0615301B", "6Q0615301B" },
	{ "90915-YZZE1", "90915YZZE1" },
	{ "A/000·180_26 09", "A0001802609" },
	{ "1602010-K00-A1", "1602010K00A1" },
	{ "0 986 452 041", "0986452041" },
	{ "GB/T 5782 M8×40", "GBT5782M840" },
	{ "ＡＢ－１２３", "AB123" },
	{ "5-离合器套（大）", "5离合器套大" },
	{ "通用件 #3", "通用件3" },
	/* the blocks of signs end where letters of a script begin */
	{ "1\u00f7\u00d72\u00c0", "12\u00c0" },
	{ "1\u2000\u2bff2\u2c003", "12\u2c003" },
	{ "1\u3000\u303f2\u30423", "12\u30423" },
	{ "1\u30fb2\ufeff3\ufffd4", "1234" },
	{ "--", "--" },
	{ "#", "#" },
	{ "", "" },
};

static void
test_comparable_form(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		char *norm = part_number_normalise(&arena, numbers[i].number);

		assert_string_equal(norm, numbers[i].norm);
		assert_string_equal(part_number_normalise(&arena, norm), norm);
	}
	arena_clear(&arena);
}

static void
test_bad_bytes_are_left_out(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(part_number_normalise(&arena, "12\xFF-3\xE7\xA6"), "123");
	assert_null(part_number_normalise(&arena, NULL));
	arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comparable_form),
		cmocka_unit_test(test_bad_bytes_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
