/* SPDX-License-Identifier: Apache-2.0 */
/* What a bill comes to: rounding down, tax contained in prices, overflow. */
/* ours first: cmocka makes a macro of fail */
#include "settlement/settlement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct settlement_sums
sum(int64_t labour, int64_t discount, int64_t tax_bp, int64_t rounding_fen)
{
	struct settlement_sums sums = { .labour = labour, .discount = discount };

	assert_true(settlement_sum(&sums, tax_bp, rounding_fen));
	assert_int_equal(sums.net + sums.tax, sums.total);
	assert_int_equal(labour - discount + sums.rounding, sums.total);
	return sums;
}

static void
test_tax_is_rounded_half_up(void **state)
{
	(void)state;
	assert_int_equal(sum(10600, 0, 600, 1).tax, 600);
	assert_int_equal(sum(113, 0, 1300, 1).tax, 13);
	assert_int_equal(sum(3, 0, 2000, 1).tax, 1); /* 0.5 */
	assert_int_equal(sum(2, 0, 2000, 1).tax, 0); /* 0.33 */
	assert_int_equal(sum(4, 0, 2000, 1).tax, 1); /* 0.67 */
	assert_int_equal(sum(42705, 0, 0, 1).tax, 0);
}

static void
test_total_is_rounded_down(void **state)
{
	(void)state;
	assert_int_equal(sum(12399, 0, 600, 100).total, 12300);
	assert_int_equal(sum(12399, 0, 600, 100).rounding, -99);
	assert_int_equal(sum(12300, 0, 600, 100).rounding, 0);
	assert_int_equal(sum(99, 0, 600, 100).total, 0);
	assert_int_equal(sum(500, 500, 600, 100).total, 0);
	assert_int_equal(sum(500, 501, 600, 100).total, -1);
}

static void
test_overflow_is_told(void **state)
{
	struct settlement_sums parts = { .labour = INT64_MAX, .part = 1 };
	struct settlement_sums tax = { .labour = INT64_MAX / 1000 };

	(void)state;
	assert_false(settlement_sum(&parts, 0, 1));
	assert_false(settlement_sum(&tax, 600, 1));
	/* the product fits, and half of the rate on top of it does not */
	tax.labour = INT64_MAX / 1200;
	assert_false(settlement_sum(&tax, 600, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tax_is_rounded_half_up),
		cmocka_unit_test(test_total_is_rounded_down),
		cmocka_unit_test(test_overflow_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
