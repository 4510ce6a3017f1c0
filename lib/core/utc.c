/* SPDX-License-Identifier: Apache-2.0 */
/* Instants and civil days, computed here: libc would bring in its time zone. */
#include "core/utc.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

#define DAY_US     INT64_C(86400000000)
#define MINUTE_US  INT64_C(60000000)
#define SECOND_US  INT64_C(1000000)
#define YEAR_FIRST 1900
#define YEAR_LAST  9999
#define UTC_FIRST  (INT64_C(-25567) * DAY_US)      /* 1900-01-01T00:00:00Z */
#define UTC_LAST   (INT64_C(2932897) * DAY_US - 1) /* 9999-12-31T23:59:59.999999Z */

struct civil {
	int year, month, day;
};

/* What is left of the text being parsed. */
struct cursor {
	const char *s, *end;
};

struct utc
utc_now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		die("no real-time clock");
	return (struct utc){ (int64_t)ts.tv_sec * SECOND_US + ts.tv_nsec / 1000 };
}

int64_t
clock_monotonic_us(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		die("no monotonic clock");
	return (int64_t)ts.tv_sec * SECOND_US + ts.tv_nsec / 1000;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/*
 * Years are counted from March, so that the leap day is the last of its year and the lengths of the
 * months before it are 153 days to five.  719468 days lie between 0000-03-01 and 1970-01-01, 146097
 * in 400 years.  For years from 0 on.
 */
static int32_t
days_from_civil(struct civil civil)
{
	int year = civil.month <= 2 ? civil.year - 1 : civil.year;
	int month = (civil.month + 9) % 12;
	int day_of_year = (153 * month + 2) / 5 + civil.day - 1;

	return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

static struct civil
civil_from_days(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int day_of_era = (int)(z - era * 146097);
	int year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (5 * day_of_year + 2) / 153;
	struct civil civil;

	civil.day = day_of_year - (153 * month + 2) / 5 + 1;
	civil.month = month < 10 ? month + 3 : month - 9;
	civil.year = (int)(era * 400) + year_of_era + (civil.month <= 2 ? 1 : 0);
	return civil;
}

/* Exactly `width` digits with a value from `min` to `max`. */
static bool
take_number(struct cursor *at, int width, int min, int max, int *value)
{
	int n = 0;

	if (at->end - at->s < width)
		return false;
	for (; width; width--, at->s++) {
		if (*at->s < '0' || *at->s > '9')
			return false;
		n = n * 10 + (*at->s - '0');
	}
	*value = n;
	return n >= min && n <= max;
}

static bool
take_char(struct cursor *at, char c)
{
	if (at->s == at->end || *at->s != c)
		return false;
	at->s++;
	return true;
}

static bool
take_date(struct cursor *at, int32_t *days)
{
	struct civil civil;

	if (!take_number(at, 4, YEAR_FIRST, YEAR_LAST, &civil.year) || !take_char(at, '-') ||
	    !take_number(at, 2, 1, 12, &civil.month) || !take_char(at, '-') ||
	    !take_number(at, 2, 1, days_in_month(civil.year, civil.month), &civil.day))
		return false;
	*days = days_from_civil(civil);
	return true;
}

/* One to nine digits after the point; those below the microsecond are cut off. */
static bool
take_fraction(struct cursor *at, int64_t *us)
{
	int64_t unit = SECOND_US;
	int digits, digit;

	for (digits = 0; take_number(at, 1, 0, 9, &digit); digits++) {
		unit /= 10;
		*us += digit * unit;
		if (digits == 9)
			return false;
	}
	return digits > 0;
}

static bool
take_time(struct cursor *at, int64_t *us)
{
	int hour, minute, second;

	if (!take_number(at, 2, 0, 23, &hour) || !take_char(at, ':') ||
	    !take_number(at, 2, 0, 59, &minute) || !take_char(at, ':') ||
	    !take_number(at, 2, 0, 59, &second))
		return false;
	*us = (hour * 60 + minute) * MINUTE_US + second * SECOND_US;
	return !take_char(at, '.') || take_fraction(at, us);
}

static bool
take_offset(struct cursor *at, int64_t *us)
{
	int hour, minute, sign;

	*us = 0;
	if (take_char(at, 'Z') || take_char(at, 'z'))
		return true;
	sign = take_char(at, '-') ? -1 : 1;
	if (sign > 0 && !take_char(at, '+'))
		return false;
	if (!take_number(at, 2, 0, 23, &hour) || !take_char(at, ':') ||
	    !take_number(at, 2, 0, 59, &minute))
		return false;
	*us = (int64_t)sign * (hour * 60 + minute) * MINUTE_US;
	return true;
}

bool
utc_parse(const char *s, size_t len, struct utc *utc)
{
	struct cursor at = { s, s + len };
	int64_t time, offset, us;
	int32_t days;

	if (!take_date(&at, &days) || !(take_char(&at, 'T') || take_char(&at, 't')) ||
	    !take_time(&at, &time) || !take_offset(&at, &offset) || at.s != at.end)
		return false;
	us = days * DAY_US + time - offset;
	if (us < UTC_FIRST || us > UTC_LAST || us == 0)
		return false;
	utc->us = us;
	return true;
}

char *
utc_format(struct utc utc, char out[static UTC_TEXT])
{
	int64_t days = utc.us / DAY_US;
	int64_t us = utc.us % DAY_US;
	struct civil civil;
	int minutes, len;

	out[0] = '\0';
	if (utc.us == 0)
		return out;
	if (us < 0) {
		us += DAY_US;
		days--;
	}
	civil = civil_from_days(days);
	minutes = (int)(us / MINUTE_US);
	len = snprintf(out, UTC_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%06d", civil.year, civil.month,
	               civil.day, minutes / 60, minutes % 60, (int)(us % MINUTE_US / SECOND_US),
	               (int)(us % SECOND_US));
	assert(len > 0 && len < UTC_TEXT - 1);
	while (out[len - 1] == '0' && us % SECOND_US)
		len--;
	if (us % SECOND_US == 0)
		len -= 7;
	out[len] = 'Z';
	out[len + 1] = '\0';
	return out;
}

struct utc
utc_add_ms(struct utc utc, int64_t ms)
{
	int64_t us;

	if (utc.us == 0)
		return utc;
	if (__builtin_mul_overflow(ms, 1000, &us) || __builtin_add_overflow(utc.us, us, &us))
		us = ms < 0 ? UTC_FIRST : UTC_LAST;
	if (us < UTC_FIRST)
		us = UTC_FIRST;
	if (us > UTC_LAST)
		us = UTC_LAST;
	return (struct utc){ us };
}

bool
date_parse(const char *s, size_t len, struct date *date)
{
	struct cursor at = { s, s + len };
	int32_t days;

	if (!take_date(&at, &days) || at.s != at.end)
		return false;
	*date = (struct date){ .days = days, .set = true };
	return true;
}

char *
date_format(struct date date, char out[static DATE_TEXT])
{
	struct civil civil;
	int len;

	out[0] = '\0';
	if (!date.set)
		return out;
	civil = civil_from_days(date.days);
	len = snprintf(out, DATE_TEXT, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
	assert(len > 0 && len < DATE_TEXT);
	return out;
}
