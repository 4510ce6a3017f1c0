/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities, hours and money as whole numbers, with every overflow reported. */
#ifndef CORE_QTY_H
#define CORE_QTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base.h"

#define QTY_TEXT      32 /* room for a quantity as text, with the NUL */
#define QTY_MAX_MILLI INT64_C(1000000000000000)

/* A quantity or hours in thousandths, at most 10^12 whole units either way. */
struct qty {
	int64_t milli;
};

/* A JSON number without exponent and with at most three decimals. */
MUSTCHECK bool qty_parse(const char *s, size_t len, struct qty *qty);

/* Without trailing zeros: `2`, `0.5`, `-1.125`.  Returns `out`. */
char *qty_format(struct qty qty, char out[static QTY_TEXT]);

/* False if the sum passes the limit of a quantity; `out` is then untouched. */
MUSTCHECK bool qty_add(struct qty a, struct qty b, struct qty *out);

/* Money is in fen.  False on overflow; `out` is then untouched. */
MUSTCHECK bool money_add(int64_t a, int64_t b, int64_t *out);

/* Unit price times quantity, half a fen rounded away from zero.  False on overflow. */
MUSTCHECK bool money_mul_qty(int64_t unit_price, struct qty qty, int64_t *amount);

/* What `part` is worth when a `whole` quantity is worth `value`: value x part / whole, half a fen
 * rounded up, and the value itself when part is the whole.  part may be more than the whole: false on
 * overflow; `out` is then untouched.  part >= 0, whole > 0, value >= 0. */
MUSTCHECK bool money_scale(int64_t value, struct qty part, struct qty whole, int64_t *out);

/* The same of a part that is no more than the whole. */
int64_t money_share(int64_t value, struct qty part, struct qty whole);

#endif
