/* SPDX-License-Identifier: Apache-2.0 */
/* The named formats: what each takes and in which form it is kept, and what it refuses. */
#include "format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/base.h"

/* last: it calls a macro fail */
#include <cmocka.h>

static struct arena arena;

struct reading {
	enum format format;
	const char *text, *kept; /* NULL: refused */
};

static void
expect(const struct reading *readings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct reading *r = &readings[i];
		const char *kept = format_normalise(&arena, r->format, r->text);

		if (kept ? !r->kept || strcmp(kept, r->kept) != 0 : r->kept != NULL)
			fail_msg("%s \"%s\" became \"%s\"", format_name(r->format, 0), r->text,
			         kept ? kept : "nothing");
	}
}

static void
test_phones(void **state)
{
	static const struct reading readings[] = {
		{ FORMAT_PHONE, "13800001234", "13800001234" },
		{ FORMAT_PHONE, "+86 138-0000-1234", "13800001234" },
		{ FORMAT_PHONE, "(021) 6280 0000", "02162800000" },
		{ FORMAT_PHONE, "+852 2345 6789", "+85223456789" },
		{ FORMAT_PHONE, "110", "110" },
		{ FORMAT_PHONE, "+86110", "110" },
		{ FORMAT_PHONE, "+110", "+110" },
		{ FORMAT_PHONE, "12345678901234567890123", "12345678901234567890123" },
		{ FORMAT_PHONE, "123456789012345678901234", NULL },
		{ FORMAT_PHONE, "11", NULL },
		{ FORMAT_PHONE, "+11", NULL },
		{ FORMAT_PHONE, "+86", NULL },
		{ FORMAT_PHONE, "+8611", NULL },
		{ FORMAT_PHONE, "138+0000", NULL },
		{ FORMAT_PHONE, "++8613800001234", NULL },
		{ FORMAT_PHONE, "1380000123a", NULL },
		{ FORMAT_PHONE, "138.0000.1234", NULL },
		{ FORMAT_PHONE, "", NULL },
		{ FORMAT_PHONE, "- ( )", NULL },
	};

	(void)state;
	expect(readings, COUNT_OF(readings));
}

static void
test_vehicles(void **state)
{
	static const struct reading readings[] = {
		{ FORMAT_PLATE, "沪a·12345", "沪A12345" },
		{ FORMAT_PLATE, "·", NULL },
		{ FORMAT_VIN, "lvgbe40k58g123456", "LVGBE40K58G123456" },
		{ FORMAT_VIN, "LVGBE40K58G12345", NULL },
	};

	(void)state;
	expect(readings, COUNT_OF(readings));
}

static void
test_names_and_codes(void **state)
{
	static const struct reading readings[] = {
		{ FORMAT_USERNAME, "Li.Na_2-A@SH01", "li.na_2-a@sh01" },
		{ FORMAT_USERNAME, "0z", "0z" },
		{ FORMAT_USERNAME, ".a", NULL },
		{ FORMAT_USERNAME, "a b", NULL },
		{ FORMAT_USERNAME, "李娜", NULL },
		{ FORMAT_USERNAME, "", NULL },
		{ FORMAT_CODE, "BRAKE-F_1.2", "BRAKE-F_1.2" },
		{ FORMAT_CODE, "_A", NULL },
		{ FORMAT_CODE, "A@", NULL },
		{ FORMAT_TOKEN, "aZ09-_.", "aZ09-_." },
		{ FORMAT_TOKEN, "a+b", NULL },
		{ FORMAT_ID_NUMBER, "31011519900101123X", "31011519900101123X" },
		{ FORMAT_ID_NUMBER, "H1/2-3", "H1/2-3" },
		{ FORMAT_ID_NUMBER, "1 2", NULL },
		{ FORMAT_CURRENCY, "CNY", "CNY" },
		{ FORMAT_CURRENCY, "AZA", "AZA" },
		{ FORMAT_CURRENCY, "CN", NULL },
		{ FORMAT_CURRENCY, "CNYX", NULL },
		{ FORMAT_CURRENCY, "cNY", NULL },
		{ FORMAT_CURRENCY, "CnY", NULL },
		{ FORMAT_CURRENCY, "CNy", NULL },
		{ FORMAT_CURRENCY, "4NY", NULL },
		{ FORMAT_CURRENCY, "C4Y", NULL },
		{ FORMAT_CURRENCY, "CN4", NULL },
		{ FORMAT_NONE, " as it is ", " as it is " },
	};

	(void)state;
	expect(readings, COUNT_OF(readings));
}

static void
test_mail(void **state)
{
	static const struct reading readings[] = {
		{ FORMAT_EMAIL, "li.na@example.com", "li.na@example.com" },
		{ FORMAT_EMAIL, "a+b@c.d", "a+b@c.d" },
		{ FORMAT_EMAIL, "李娜@例子.中国", "李娜@例子.中国" },
		{ FORMAT_EMAIL, "", NULL },
		{ FORMAT_EMAIL, "example.com", NULL },
		{ FORMAT_EMAIL, "@example.com", NULL },
		{ FORMAT_EMAIL, "a@b@c.com", NULL },
		{ FORMAT_EMAIL, "a@localhost", NULL },
		{ FORMAT_EMAIL, "a.b@c", NULL },
		{ FORMAT_EMAIL, "a@.com", NULL },
		{ FORMAT_EMAIL, "a b@c.com", NULL },
		{ FORMAT_EMAIL, "a\n@c.com", NULL },
		{ FORMAT_EMAIL, "a@c.com,b", NULL },
		{ FORMAT_EMAIL, "a@c.com;b", NULL },
		{ FORMAT_EMAIL, "A<a@c.com", NULL },
		{ FORMAT_EMAIL, "a@c.com>", NULL },
	};

	(void)state;
	expect(readings, COUNT_OF(readings));
}

static void
test_times_and_places(void **state)
{
	static const struct reading readings[] = {
		{ FORMAT_CLOCK, "00:00", "00:00" },
		{ FORMAT_CLOCK, "23:59", "23:59" },
		{ FORMAT_CLOCK, "24:00", "24:00" },
		{ FORMAT_CLOCK, "24:01", NULL },
		{ FORMAT_CLOCK, "25:00", NULL },
		{ FORMAT_CLOCK, "12:60", NULL },
		{ FORMAT_CLOCK, "8:00", NULL },
		{ FORMAT_CLOCK, "08:00:00", NULL },
		{ FORMAT_CLOCK, "08-00", NULL },
		{ FORMAT_CLOCK, "x8:00", NULL },
		{ FORMAT_CLOCK, "0x:00", NULL },
		{ FORMAT_CLOCK, "08:x0", NULL },
		{ FORMAT_CLOCK, "08:0x", NULL },
		{ FORMAT_CLOCK, "0/:00", NULL },
		{ FORMAT_TIMEZONE, "UTC", "UTC" },
		{ FORMAT_TIMEZONE, "Asia/Shanghai", "Asia/Shanghai" },
		{ FORMAT_TIMEZONE, "America/Argentina/Buenos_Aires",
		  "America/Argentina/Buenos_Aires" },
		{ FORMAT_TIMEZONE, "Etc/GMT+8", "Etc/GMT+8" },
		{ FORMAT_TIMEZONE, "CST", NULL },
		{ FORMAT_TIMEZONE, "8/Shanghai", NULL },
		{ FORMAT_TIMEZONE, "/etc/passwd", NULL },
		{ FORMAT_TIMEZONE, "Asia/../x", NULL },
		{ FORMAT_MOMENT, "2026-11-21", "2026-11-21" },
		{ FORMAT_MOMENT, "2026-11-21T08:00:00Z", "2026-11-21T08:00:00Z" },
		{ FORMAT_MOMENT, "2026-02-30", NULL },
		{ FORMAT_MOMENT, "2026-11-21T08:00", NULL },
		{ FORMAT_MOMENT, "", NULL },
		{ FORMAT_ME_OR_ID, "me", "me" },
		{ FORMAT_ME_OR_ID, "0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6",
		  "0192f1d4-7a3b-7c8d-9e0f-a1b2c3d4e5f6" },
		{ FORMAT_ME_OR_ID, "you", NULL },
	};

	(void)state;
	expect(readings, COUNT_OF(readings));
}

/* Every format is told in both languages. */
static void
test_names(void **state)
{
	(void)state;
	for (int f = FORMAT_NONE; f < FORMAT_COUNT; f++) {
		assert_true(strlen(format_name((enum format)f, 0)) > 3);
		assert_string_not_equal(format_name((enum format)f, 0),
		                        format_name((enum format)f, 1));
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
		cmocka_unit_test(test_phones),           cmocka_unit_test(test_vehicles),
		cmocka_unit_test(test_names_and_codes),  cmocka_unit_test(test_mail),
		cmocka_unit_test(test_times_and_places), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
