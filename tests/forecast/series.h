/* SPDX-License-Identifier: Apache-2.0 */
/* Monthly demand of parts, read from a file of tests/data. */
#ifndef FORECAST_SERIES_H
#define FORECAST_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base.h"

#define MONTHS     51
#define SERIES_MAX 4096

/* One part: what each month asked for, in thousandths. */
struct series {
	int64_t demand[MONTHS];
};

struct data {
	size_t count; /* of the series that have all months */
	struct series *series;
	/* What was left out: series that end before the last month, and after how many months; series with a month
	 * without a value before their last one. */
	size_t ended, broken;
	unsigned ended_first, ended_last;
};

/* False, with a line on stderr, where the file is not there or not as expected; *data is to be cleared even
 * then. */
MUSTCHECK bool data_read(struct data *data, const char *path);
void data_clear(struct data *data);

#endif
