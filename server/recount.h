/* SPDX-License-Identifier: Apache-2.0 */
/* KPIs made anew from their documents: `fettled recount`, for what `fettled verify` finds. */
#ifndef SERVER_RECOUNT_H
#define SERVER_RECOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The business days from first to last (YYYY-MM-DD, both inclusive) of one store, by its code, or
 * with NULL of all; prints a line for each store whose values changed.  False with a text in
 * error; stores that were done before stay done. */
bool recount(const char *url, const char *store, const char *first, const char *last, FILE *out,
             char *error, size_t size);

#endif
