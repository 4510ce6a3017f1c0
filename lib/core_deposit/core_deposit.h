/* SPDX-License-Identifier: Apache-2.0 */
/* Cores: old pieces that the supplier pays a deposit back for (features H10). */
#ifndef CORE_DEPOSIT_CORE_DEPOSIT_H
#define CORE_DEPOSIT_CORE_DEPOSIT_H

#include "db/db.h"
#include "db/machine.h"

extern const struct machine core_deposit_machine;

/* What a stock document put out for lines of one order, or took back from them. */
struct core_deposit_document {
	struct id id, store;
	struct id work_order, sales_order; /* one of them */
};

/* Parts went out for a line, each with a deposit in fen. */
void core_deposit_issued(struct ctx *ctx, const struct core_deposit_document *document,
                         struct id line, struct id part, struct qty quantity, int64_t deposit);

/* Parts of these lines came back unused; their order is locked, and the ledger has it already.  First
 * go those whose old piece is still in the car, then those that lie at the store.  ERR_CORE_SENT at /lines/i/quantity for what the supplier
 * has got the old piece of. */
MUSTCHECK enum err core_deposits_returned(struct ctx *ctx, struct id store, const struct id *lines,
                                          const struct qty *quantity, size_t count);

/* The order is handed over, and all that is said at that is written: what its customer takes home does
 * not go to the supplier. */
MUSTCHECK enum err core_deposits_delivered(struct ctx *ctx, struct id store, struct id work_order);

/* All set ctx->subject.  A quantity below what there is leaves the rest as it was, in a row of its own.
 * ERR_BAD_VALUE at /quantity for more than there is; ERR_NOT_FOUND at /supplier_id. */
MUSTCHECK enum err core_deposit_collect(struct ctx *ctx, struct id id,
                                        const struct collect_core_deposit *in);
MUSTCHECK enum err core_deposit_send(struct ctx *ctx, struct id id,
                                     const struct send_core_deposit *in);
MUSTCHECK enum err core_deposit_refund(struct ctx *ctx, struct id id,
                                       const struct refund_core_deposit *in);
MUSTCHECK enum err core_deposit_forgo(struct ctx *ctx, struct id id,
                                      const struct forgo_core_deposit *in);

/* One step back. */
MUSTCHECK enum err core_deposit_reopen(struct ctx *ctx, struct id id, const char *reason);

#endif
