/* SPDX-License-Identifier: Apache-2.0 */
/* Books that are kept twice, compared: `fettled verify`. */
#ifndef SERVER_VERIFY_H
#define SERVER_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Recompute everything at one moment and print a line for each difference.  *differences counts
 * them; false with a text in error when the database could not be read. */
bool verify(const char *url, FILE *out, size_t *differences, char *error, size_t size);

#endif
