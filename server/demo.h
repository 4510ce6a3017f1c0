/* SPDX-License-Identifier: Apache-2.0 */
/* The demo data set: a small chain and some weeks of its life, made by the commands themselves. */
#ifndef SERVER_DEMO_H
#define SERVER_DEMO_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base.h"

/* Fill an empty database.  True without doing anything when the demo is there already; false with a
 * sentence in error when the database has other data.  Roughly ten seconds. */
MUSTCHECK bool demo_load(const char *url, char *error, size_t size);

#endif
