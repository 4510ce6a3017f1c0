/* SPDX-License-Identifier: Apache-2.0 */
/* Instants and days: the calendar, offsets, limits and round trips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/utc.h"

struct reading {
	const char *text;
	int64_t us;
	const char *written; /* NULL: as `text` */
};

static void
instants_are_read_and_written(void **state)
{
	static const struct reading readings[] = {
		{ "1970-01-01T00:00:01Z", 1000000, NULL },
		{ "1969-12-31T23:59:59.999999Z", -1, NULL },
		{ "2026-11-21T08:00:00Z", 1795248000000000, NULL },
		{ "2026-11-21T08:00:00.5Z", 1795248000500000, NULL },
		{ "2026-11-21T08:00:00.000001Z", 1795248000000001, NULL },
		{ "2000-02-29T12:34:56.12Z", 951827696120000, NULL },
		{ "2024-02-29T00:00:00Z", 1709164800000000, NULL },
		{ "1900-01-01T00:00:00Z", -2208988800000000, NULL },
		{ "9999-12-31T23:59:59.999999Z", 253402300799999999, NULL },
		{ "2026-11-21t08:00:00z", 1795248000000000, "2026-11-21T08:00:00Z" },
		{ "2026-11-21T16:00:00+08:00", 1795248000000000, "2026-11-21T08:00:00Z" },
		{ "2026-11-20T20:30:00-11:30", 1795248000000000, "2026-11-21T08:00:00Z" },
		{ "2026-11-21T08:00:00-00:00", 1795248000000000, "2026-11-21T08:00:00Z" },
		{ "2026-11-22T07:59:00+23:59", 1795248000000000, "2026-11-21T08:00:00Z" },
		{ "2026-11-21T08:00:00.123456789Z", 1795248000123456,
		  "2026-11-21T08:00:00.123456Z" },
		{ "2026-11-21T08:00:00.0000009Z", 1795248000000000, "2026-11-21T08:00:00Z" },
		{ "2026-11-21T08:00:00.100000Z", 1795248000100000, "2026-11-21T08:00:00.1Z" },
		{ "1969-12-31T23:30:00-01:00", 1800000000, "1970-01-01T00:30:00Z" },
		{ "1900-01-01T08:00:00+08:00", -2208988800000000, "1900-01-01T00:00:00Z" },
	};
	char text[UTC_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(readings); i++) {
		const struct reading *r = &readings[i];
		struct utc utc = { 0 };

		if (!utc_parse(r->text, strlen(r->text), &utc))
			fail_msg("refused: %s", r->text);
		assert_int_equal(utc.us, r->us);
		assert_ptr_equal(utc_format(utc, text), text);
		assert_string_equal(text, r->written ? r->written : r->text);
	}
}

static void
other_instants_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-21",
		"2026-11-21T",
		"2026-11-21T08:00Z",
		"2026-11-21T08.00:00Z",
		"2026-11-21T08:00:00",
		"2026-11-21 08:00:00Z",
		"2026-11-21_08:00:00Z",
		" 2026-11-21T08:00:00Z",
		"2026-11-21T08:00:00Z ",
		"2026-11-21T24:00:00Z",
		"2026-11-21T23:60:00Z",
		"2026-11-21T23:59:60Z",
		"2016-12-31T23:59:60Z",
		"2026-11-21T8:00:00Z",
		"2026-11-21T08:00:00.Z",
		"2026-11-21T08:00:00.1234567890Z",
		"2026-11-21T08:00:00,5Z",
		"2026-11-21T08:00:00+8:00",
		"2026-11-21T08:00:00+0800",
		"2026-11-21T08:00:00+24:00",
		"2026-11-21T08:00:00+08:60",
		"2026-11-21T08:00:00+08",
		"2026-11-21T08:00:00 Z",
		"2026-11-21T08:00:00ZZ",
		"2026-11-21T08:00:00+08:00Z",
		"2026-02-29T08:00:00Z",
		"1900-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-32T00:00:00Z",
		"1899-12-31T23:59:59Z",
		"10000-01-01T00:00:00Z",
		"0026-11-21T08:00:00Z",
		"+026-11-21T08:00:00Z",
		"-026-11-21T08:00:00Z",
		"20261121T080000Z",
		"2026-W47-6T08:00:00Z",
		"1970-01-01T00:00:00Z",
		"1970-01-01T08:00:00+08:00",
		"1900-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"2026-11-21T08:-1:00Z",
		"2026-11-21T08:00:+1Z",
	};
	struct utc utc = { 7 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++) {
		if (utc_parse(bad[i], strlen(bad[i]), &utc))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_false(utc_parse("2026-11-21T08:00:00\0", 20, &utc));
	assert_int_equal(utc.us, 7);
}

/* A fixed sequence, so that a failure repeats. */
static uint64_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 11;
}

static void
random_instants_come_back(void **state)
{
	const int64_t first = -2208988800000000, span = 255611289600000000;
	uint64_t seed = 20261121;
	char text[UTC_TEXT];
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		struct utc utc = { first + (int64_t)(next_random(&seed) % (uint64_t)span) };
		struct utc again;

		(void)utc_format(utc, text);
		if (!utc_parse(text, strlen(text), &again) || again.us != utc.us)
			fail_msg("%s", text);
	}
}

/* Day by day from 1900 to 9999, counted here the slow way. */
static void
every_day_of_the_calendar_follows_the_one_before(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year = 1900, month = 1, day = 1;
	struct date date = { .days = -25567, .set = true };
	struct date again;
	char text[DATE_TEXT];

	(void)state;
	for (; year <= 9999; date.days++) {
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

		(void)date_format(date, text);
		if ((text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 +
		                    (text[3] - '0') !=
		            year ||
		    (text[5] - '0') * 10 + (text[6] - '0') != month ||
		    (text[8] - '0') * 10 + (text[9] - '0') != day || strlen(text) != 10)
			fail_msg("day %d is written %s", date.days, text);
		if (!date_parse(text, 10, &again) || !again.set || again.days != date.days)
			fail_msg("%s does not come back", text);
		if (day++ < lengths[month - 1] + (month == 2 && leap))
			continue;
		day = 1;
		if (month++ < 12)
			continue;
		month = 1;
		year++;
	}
	assert_int_equal(date.days, 2932897);
}

static void
days_are_real_and_nothing_else(void **state)
{
	static const char *const bad[] = {
		"",           "2026-11-2",  "2026-11-21T", "2026-11-210", "2026/11/21",
		"20261121",   "2026-02-29", "1900-02-29",  "2026-06-31",  "2026-00-10",
		"2026-10-00", "1899-12-31", "10000-01-01", "21-11-2026",  " 2026-11-21",
	};
	struct date date = { 0 };
	char text[DATE_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++) {
		if (date_parse(bad[i], strlen(bad[i]), &date))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_false(date.set);
	assert_string_equal(date_format(date, text), "");
	assert_true(date_parse("1970-01-01", 10, &date));
	assert_true(date.set);
	assert_int_equal(date.days, 0);
	assert_string_equal(date_format(date, text), "1970-01-01");
}

static void
none_is_nothing(void **state)
{
	char text[UTC_TEXT] = "before";

	(void)state;
	assert_string_equal(utc_format((struct utc){ 0 }, text), "");
	assert_int_equal(utc_add_ms((struct utc){ 0 }, 1000).us, 0);
}

static void
adding_stays_inside_the_calendar(void **state)
{
	const struct utc morning = { 1795248000000000 };
	char text[UTC_TEXT];

	(void)state;
	assert_int_equal(utc_add_ms(morning, 1500).us, 1795248001500000);
	assert_int_equal(utc_add_ms(morning, -1).us, 1795247999999000);
	(void)utc_format(utc_add_ms(morning, INT64_MAX), text);
	assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
	/* the microseconds fit, their sum does not */
	(void)utc_format(utc_add_ms(morning, INT64_MAX / 1000), text);
	assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
	(void)utc_format(utc_add_ms(morning, INT64_C(999999999999999)), text);
	assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
	(void)utc_format(utc_add_ms(morning, -INT64_C(999999999999999)), text);
	assert_string_equal(text, "1900-01-01T00:00:00Z");
	(void)utc_format(utc_add_ms(morning, INT64_MIN), text);
	assert_string_equal(text, "1900-01-01T00:00:00Z");
}

static void
the_furthest_instants_fit_their_text(void **state)
{
	char text[UTC_TEXT];

	(void)state;
	assert_string_equal(utc_format((struct utc){ INT64_MAX }, text),
	                    "294247-01-10T04:00:54.775807Z");
	assert_string_equal(utc_format((struct utc){ INT64_MIN }, text),
	                    "-290308-12-21T19:59:05.224192Z");
}

static void
clocks_run(void **state)
{
	int64_t start = clock_monotonic_us();

	(void)state;
	/* 2024-01-01; a clock before that is not set. */
	assert_true(utc_now().us > 1704067200000000);
	while (clock_monotonic_us() == start)
		;
	assert_true(clock_monotonic_us() > start);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instants_are_read_and_written),
		cmocka_unit_test(other_instants_are_refused),
		cmocka_unit_test(random_instants_come_back),
		cmocka_unit_test(every_day_of_the_calendar_follows_the_one_before),
		cmocka_unit_test(days_are_real_and_nothing_else),
		cmocka_unit_test(none_is_nothing),
		cmocka_unit_test(adding_stays_inside_the_calendar),
		cmocka_unit_test(the_furthest_instants_fit_their_text),
		cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
