/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities and money: spelling, rounding and overflow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/qty.h"

struct reading {
	const char *text;
	int64_t milli;
	const char *written; /* NULL: as `text` */
};

static void
quantities_are_read_and_written(void **state)
{
	static const struct reading readings[] = {
		{ "0", 0, NULL },
		{ "2", 2000, NULL },
		{ "0.5", 500, NULL },
		{ "-1.125", -1125, NULL },
		{ "0.001", 1, NULL },
		{ "-0.001", -1, NULL },
		{ "10", 10000, NULL },
		{ "100.01", 100010, NULL },
		{ "-0", 0, "0" },
		{ "-0.000", 0, "0" },
		{ "2.0", 2000, "2" },
		{ "2.500", 2500, "2.5" },
		{ "2.050", 2050, "2.05" },
		{ "1000000000000", QTY_MAX_MILLI, NULL },
		{ "1000000000000.000", QTY_MAX_MILLI, "1000000000000" },
		{ "-1000000000000", -QTY_MAX_MILLI, NULL },
		{ "999999999999.999", QTY_MAX_MILLI - 1, NULL },
	};
	char text[QTY_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(readings); i++) {
		const struct reading *r = &readings[i];
		struct qty qty = { 7 };

		if (!qty_parse(r->text, strlen(r->text), &qty))
			fail_msg("refused: %s", r->text);
		assert_int_equal(qty.milli, r->milli);
		assert_ptr_equal(qty_format(qty, text), text);
		assert_string_equal(text, r->written ? r->written : r->text);
	}
}

static void
other_quantities_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"-",
		"+1",
		".5",
		"-.5",
		"1.",
		"-1.",
		"01",
		"00",
		"-01",
		"1e3",
		"1E3",
		"1.5e1",
		"1.0000",
		"0.0001",
		"1.2345",
		"1,5",
		" 1",
		"1 ",
		"1.5 ",
		"--1",
		"0x10",
		"NaN",
		"1000000000000.001",
		"-1000000000000.001",
		"1000000000001",
		"9999999999999",
		"10000000000000",
		"99999999999999999999999999",
		"1.5.5",
		"1-",
		"\xef\xbc\x91",
	};
	struct qty qty = { 7 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++) {
		if (qty_parse(bad[i], strlen(bad[i]), &qty))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_int_equal(qty.milli, 7);
}

static void
only_the_given_length_is_read(void **state)
{
	struct qty qty;

	(void)state;
	assert_true(qty_parse("1.259", 4, &qty));
	assert_int_equal(qty.milli, 1250);
	assert_true(qty_parse("12", 1, &qty));
	assert_int_equal(qty.milli, 1000);
	assert_false(qty_parse("1.5", 2, &qty));
	assert_false(qty_parse("-1", 1, &qty));
}

static void
the_furthest_values_fit_their_text(void **state)
{
	char text[QTY_TEXT];

	(void)state;
	assert_string_equal(qty_format((struct qty){ INT64_MIN }, text), "-9223372036854775.808");
	assert_string_equal(qty_format((struct qty){ INT64_MAX }, text), "9223372036854775.807");
}

static void
quantities_add_up_to_their_limit(void **state)
{
	struct qty sum = { 7 };

	(void)state;
	assert_true(qty_add((struct qty){ 1500 }, (struct qty){ -2750 }, &sum));
	assert_int_equal(sum.milli, -1250);
	assert_true(qty_add((struct qty){ QTY_MAX_MILLI - 1 }, (struct qty){ 1 }, &sum));
	assert_int_equal(sum.milli, QTY_MAX_MILLI);
	assert_false(qty_add((struct qty){ QTY_MAX_MILLI }, (struct qty){ 1 }, &sum));
	assert_false(qty_add((struct qty){ -QTY_MAX_MILLI }, (struct qty){ -1 }, &sum));
	assert_false(qty_add((struct qty){ INT64_MAX }, (struct qty){ 1 }, &sum));
	assert_int_equal(sum.milli, QTY_MAX_MILLI);
}

static void
money_adds_or_says_no(void **state)
{
	int64_t sum = 7;

	(void)state;
	assert_true(money_add(12345, -345, &sum));
	assert_int_equal(sum, 12000);
	assert_true(money_add(INT64_MAX, INT64_MIN, &sum));
	assert_int_equal(sum, -1);
	assert_false(money_add(INT64_MAX, 1, &sum));
	assert_false(money_add(INT64_MIN, -1, &sum));
	assert_int_equal(sum, -1);
}

struct product {
	int64_t unit_price, milli, amount;
};

static void
half_a_fen_is_rounded_away_from_zero(void **state)
{
	static const struct product products[] = {
		{ 19800, 2000, 39600 },
		{ 19800, 500, 9900 },
		{ 1, 499, 0 },
		{ 1, 500, 1 },
		{ 1, 501, 1 },
		{ 1, 1499, 1 },
		{ 1, 1500, 2 },
		{ -1, 499, 0 },
		{ -1, 500, -1 },
		{ 1, -500, -1 },
		{ 1, -499, 0 },
		{ -1, -500, 1 },
		{ 333, 333, 111 },
		{ 3, 1500, 5 },
		{ -3, 1500, -5 },
		{ 0, 123456, 0 },
		{ 123456, 0, 0 },
		{ 9999, 1, 10 },
		{ 10001, -125, -1250 },
		{ 2, -1250, -3 },
		{ 2, -1249, -2 },
		{ INT64_MAX, 1000, INT64_MAX },
		{ INT64_MIN, 1000, INT64_MIN },
		{ INT64_MAX, 999, INT64_C(9214148664817921031) },
		{ 9223372, QTY_MAX_MILLI, INT64_C(9223372000000000000) },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(products); i++) {
		const struct product *p = &products[i];
		int64_t amount = 7;

		assert_true(money_mul_qty(p->unit_price, (struct qty){ p->milli }, &amount));
		assert_int_equal(amount, p->amount);
	}
}

static void
an_amount_that_does_not_fit_is_refused(void **state)
{
	int64_t amount = 7;

	(void)state;
	assert_false(money_mul_qty(INT64_MAX, (struct qty){ 1001 }, &amount));
	assert_false(money_mul_qty(INT64_MIN, (struct qty){ -1000 }, &amount));
	assert_false(money_mul_qty(INT64_MIN, (struct qty){ 1001 }, &amount));
	assert_false(money_mul_qty(INT64_MIN, (struct qty){ INT64_MIN }, &amount));
	assert_false(money_mul_qty(9223373, (struct qty){ QTY_MAX_MILLI }, &amount));
	assert_int_equal(amount, 7);
}

/* Half a fen goes up, the last piece takes the rest, and nothing overflows on the way. */
static void
test_money_share(void **state)
{
	(void)state;
	assert_int_equal(money_share(301, (struct qty){ 1000 }, (struct qty){ 3000 }), 100);
	assert_int_equal(money_share(201, (struct qty){ 1000 }, (struct qty){ 2000 }), 101);
	assert_int_equal(money_share(100, (struct qty){ 1000 }, (struct qty){ 1000 }), 100);
	assert_int_equal(money_share(7, (struct qty){ 0 }, (struct qty){ 1 }), 0);
	assert_int_equal(money_share(INT64_MAX, (struct qty){ QTY_MAX_MILLI },
	                             (struct qty){ QTY_MAX_MILLI }),
	                 INT64_MAX);
	assert_int_equal(money_share(INT64_MAX, (struct qty){ 1 }, (struct qty){ 2 }),
	                 INT64_MAX / 2 + 1);
}

/* A part may be more than the whole, as long as the money fits. */
static void
test_money_scale(void **state)
{
	int64_t value = 7;

	(void)state;
	assert_true(money_scale(100, (struct qty){ 1000 }, (struct qty){ 500 }, &value));
	assert_int_equal(value, 200);
	assert_true(money_scale(100, (struct qty){ 3000 }, (struct qty){ 3000 }, &value));
	assert_int_equal(value, 100);
	assert_true(money_scale(100, (struct qty){ 2000 }, (struct qty){ 3000 }, &value));
	assert_int_equal(value, 67);
	assert_true(money_scale(INT64_MAX / 2, (struct qty){ 2 }, (struct qty){ 1 }, &value));
	assert_int_equal(value, INT64_MAX - 1);
	assert_false(money_scale(INT64_MAX, (struct qty){ 2 }, (struct qty){ 1 }, &value));
	assert_false(
		money_scale(INT64_MAX, (struct qty){ QTY_MAX_MILLI }, (struct qty){ 1 }, &value));
	assert_int_equal(value, INT64_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_money_share),
		cmocka_unit_test(test_money_scale),
		cmocka_unit_test(quantities_are_read_and_written),
		cmocka_unit_test(other_quantities_are_refused),
		cmocka_unit_test(only_the_given_length_is_read),
		cmocka_unit_test(the_furthest_values_fit_their_text),
		cmocka_unit_test(quantities_add_up_to_their_limit),
		cmocka_unit_test(money_adds_or_says_no),
		cmocka_unit_test(half_a_fen_is_rounded_away_from_zero),
		cmocka_unit_test(an_amount_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
