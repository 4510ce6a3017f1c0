/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of purchase orders as they are drafted: what their supplier asks for them, and whether it may be asked at all. */
#ifndef PURCHASE_DRAFT_H
#define PURCHASE_DRAFT_H

#include "db/db.h"

/* Lines to be written, and what they come to. */
struct purchase_draft {
	struct id store, supplier;
	const struct new_purchase_order_line *lines;
	size_t count;
	struct arg body; /* that has the lines */
	struct id *ids;
	const char **numbers; /* the supplier's own; NULL where it tells none */
	int64_t *prices, amount;
};

/* Price each line: as it says, else as the supplier offers it today, in its packs and from its minimum on. */
MUSTCHECK enum err purchase_price_lines(struct ctx *ctx, struct purchase_draft *draft);

/* ERR_NOT_FOUND at /supplier_id, ERR_SUPPLIER_INACTIVE; *rows: its terms, and what qualification it lacks today. */
MUSTCHECK enum err purchase_check_supplier(struct ctx *ctx, struct id supplier, struct rows **rows);

/* An order of a store, perhaps as part of a central purchase; sets ctx->subject. */
MUSTCHECK enum err purchase_order_draft(struct ctx *ctx, const struct create_purchase_order *in,
                                        struct id central);

#endif
