/* SPDX-License-Identifier: Apache-2.0 */
/* Vehicle identification numbers: form, check digit, suggestions and model year. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/arena.h"
#include "core/base.h"
#include "vehicle/vin.h"

/* The model year after this one is not sold yet. */
#define NOT_AFTER 2027

static const struct {
	const char *vin;
	enum vin_check check;
	int year;
	int latest;
} vins[] = {
	/* Worked examples of ISO 3779 and of domain practice. */
	{ "LATPAB071W1005301", VIN_OK, 1998, 1998 },
	{ "1M8GDM9AXKP042788", VIN_OK, 1989, 2019 },
	{ "1HGBH41JXMN109186", VIN_OK, 1991, 2021 },
	{ "11111111111111111", VIN_OK, 2001, 2001 },
	{ "LSVAG2187A2000001", VIN_OK, 2010, 2010 },
	{ "LVGBE40K58G123456", VIN_OK, 2008, 2008 },
	{ "LGXCE6CB2N0000123", VIN_OK, 2022, 2022 },
	{ "LFV2A21J493000001", VIN_OK, 2009, 2009 },
	{ "LSVAA4182E2123456", VIN_FAILED, 2014, 2014 },
	{ "LNBSCB1E5AH123456", VIN_FAILED, 2010, 2010 },
	/* Printed in public tests and documents. */
	{ "LSJA24U62JG269225", VIN_OK, 2018, 2018 },
	{ "LBV5S3102ESJ25655", VIN_OK, 2014, 2014 },
	{ "LVSHCAMB1CE054249", VIN_OK, 2012, 2012 },
	{ "LHGRC3838F8043791", VIN_OK, 2015, 2015 },
	{ "WP0AA2987FK162906", VIN_OK, 2015, 2015 },
	{ "WF0PXXGCDP8K23759", VIN_ABSENT, 0, 2023 },
	{ "1HGCM82643A004352", VIN_FAILED, 2003, 2003 },
	{ "1FTFW1ET5DFC10312", VIN_FAILED, 2013, 2013 },
	/* Position 10 is no year code. */
	{ "JTEBU3FJ000000000", VIN_FAILED, 0, 0 },
	{ "WDB1111110Z000000", VIN_FAILED, 0, 0 },
	/* A heavy lorry may have a digit at position 7 in 2016, too: only its maker's patterns
	 * tell. */
	{ "1XKYD49XXGJ123456", VIN_OK, 1986, 2016 },
	/* 0 is no region: the rule of North America is not for it. */
	{ "0FTFW15T1DFC10312", VIN_OK, 2013, 2013 },
};

static void
test_check_digit_and_model_year(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(vins); i++) {
		const char *vin = vins[i].vin;

		assert_int_equal(vin_check_digit(vin), vins[i].check);
		assert_int_equal(vin_model_year(vin, NOT_AFTER), vins[i].year);
		assert_int_equal(vin_model_year_latest(vin, NOT_AFTER), vins[i].latest);
	}
}

static void
test_every_single_error_is_found(void **state)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
	char vin[VIN_SIZE];
	size_t missed = 0;

	(void)state;
	for (const char *c = alphabet; *c; c++) {
		memcpy(vin, "LVGBE40K58G123456", VIN_SIZE);
		if (vin[4] == *c)
			continue;
		vin[4] = *c;
		missed += vin_check_digit(vin) == VIN_OK;
	}
	/* Of the 32 others only 5, N and V have the value of E. */
	assert_int_equal(missed, 3);
}

static void
test_cycles_of_the_model_year(void **state)
{
	(void)state;
	assert_int_equal(vin_model_year("LSVAA4182T2123456", 2026), 2026);
	assert_int_equal(vin_model_year("LSVAA4182T2123456", 2025), 1996);
	assert_int_equal(vin_model_year("LSVAA418292123456", 2039), 2039);
	assert_int_equal(vin_model_year("LSVAA418292123456", 2038), 2009);
	assert_int_equal(vin_model_year("LSVAA4182A2123456", 2040), 2040);
	/* A letter at position 7 is a car of 2010 or later, so that a later year is an error. */
	assert_int_equal(vin_model_year("2HGFE1E58NH081047", NOT_AFTER), 2022);
	assert_int_equal(vin_model_year("2HGFE1E58VH081047", 2026), 0);
	assert_int_equal(vin_model_year("LSVAA4182A2123456", 1979), 0);
}

static void
test_one_way_to_write_a_vin(void **state)
{
	static const char *good[] = {
		"LVGBE40K58G123456",
		"lvgbe40k58g123456",
		" LVG-BE40K58G 123456\t",
	};
	static const char *bad[] = {
		"",
		"LVGBE40K58G12345",
		"LVGBE40K58G1234567",
		"LVGBE40K58G12345I",
		"OVGBE40K58G123456",
		"LVGBE40K58Q123456",
		"LVGBE40K58G12345.",
		"LVGBE40K58G1234\xE4\xBA\xAC",
	};
	char out[VIN_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(vin_normalise(good[i], strlen(good[i]), out));
		assert_string_equal(out, good[0]);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_false(vin_normalise(bad[i], strlen(bad[i]), out));
		assert_string_equal(out, "");
	}
	assert_false(vin_normalise("LVGBE40K58G12345\0", VIN_LENGTH, out));
}

static void
test_suggestion_for_look_alikes(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(vin_suggest(&arena, "lvgbe4ok58gi23456"), "LVGBE40K58G123456");
	assert_string_equal(vin_suggest(&arena, "LVGBE4Q-K58G123456"), "LVGBE40K58G123456");
	assert_null(vin_suggest(&arena, "LVGBE40K58G123456"));
	assert_null(vin_suggest(&arena, "LVGBE4OK58G12345"));
	assert_null(vin_suggest(&arena, ""));
	arena_clear(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_digit_and_model_year),
		cmocka_unit_test(test_every_single_error_is_found),
		cmocka_unit_test(test_cycles_of_the_model_year),
		cmocka_unit_test(test_one_way_to_write_a_vin),
		cmocka_unit_test(test_suggestion_for_look_alikes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
