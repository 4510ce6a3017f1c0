/* SPDX-License-Identifier: Apache-2.0 */
/* Instants and civil days, in the proleptic Gregorian calendar and free of time zones. */
#ifndef CORE_UTC_H
#define CORE_UTC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base.h"

#define UTC_TEXT  32 /* room for an instant as text, with the NUL */
#define DATE_TEXT 16 /* room for a day as text, with the NUL */

/* Microseconds since 1970-01-01T00:00:00Z; 0 is none. */
struct utc {
	int64_t us;
};

/* Days since 1970-01-01; not `set` is none. */
struct date {
	int32_t days;
	bool set;
};

struct utc utc_now(void);

/* Microseconds of a clock that nobody sets, for measuring durations. */
int64_t clock_monotonic_us(void);

/*
 * RFC 3339 date-time: `T` or `t`, a fraction of 1-9 digits (those beyond microseconds are cut off),
 * `Z`, `z` or an offset.  Refused: days the calendar does not have, second 60, hour 24, and what is
 * not in the years 1900 to 9999 of UTC or is 1970-01-01T00:00:00Z itself, which means none.
 */
MUSTCHECK bool utc_parse(const char *s, size_t len, struct utc *utc);

/* `2026-11-21T08:00:00Z`, with a fraction if there is one; none gives "".  Returns `out`. */
char *utc_format(struct utc utc, char out[static UTC_TEXT]);

/* None stays none; the result stays inside the years 1900 to 9999. */
struct utc utc_add_ms(struct utc utc, int64_t ms);

/* `2026-11-21`; a day the calendar has, in the years 1900 to 9999. */
MUSTCHECK bool date_parse(const char *s, size_t len, struct date *date);

/* None gives "".  Returns `out`. */
char *date_format(struct date date, char out[static DATE_TEXT]);

#endif
