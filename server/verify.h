/* SPDX-License-Identifier: Apache-2.0 */
/* Books that are kept twice, compared: `fettled verify`. */
#ifndef SERVER_VERIFY_H
#define SERVER_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base.h"

/* What is looked at, and how often; zeros: everything, once. */
struct verify_plan {
	bool books;       /* only stock, bills, payments and the prices of lines */
	int64_t times;    /* 0 is 1 */
	int64_t every_ms; /* from one look's beginning to the next's, if the look is done by then */
};

/*
 * Recompute what the plan names and print a line for each difference.  Every look is a snapshot of
 * its own, over one connection; the first one that differs is the last.  *differences counts its
 * lines; false with a text in error when the database could not be read.
 */
MUSTCHECK bool verify(const char *url, const struct verify_plan *plan, FILE *out,
                      size_t *differences, char *error, size_t size);

#endif
