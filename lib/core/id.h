/* SPDX-License-Identifier: Apache-2.0 */
/* Identities: UUIDs (RFC 9562), made here as version 7 so that they sort by time of making. */
#ifndef CORE_ID_H
#define CORE_ID_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base.h"

#define ID_TEXT 37 /* characters of an id as text, with the NUL */

/* All zero is none. */
struct id {
	unsigned char b[16];
};

/* A new id, greater than all that this process made before, from whichever thread. */
struct id id_new(void);

/* Exactly 36 characters, hyphens in their places, hex digits in either case, any version. */
MUSTCHECK bool id_parse(const char *s, size_t len, struct id *id);

/* Lower case; returns `out`. */
char *id_format(struct id id, char out[static ID_TEXT]);

bool id_is_none(struct id id);
bool id_equal(struct id a, struct id b);
int id_version(struct id id);

#endif
