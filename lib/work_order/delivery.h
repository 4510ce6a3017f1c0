/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a delivery: the customer's answers, what was explained, what became of old parts. */
#ifndef WORK_ORDER_DELIVERY_H
#define WORK_ORDER_DELIVERY_H

#include "work_order/line.h"

/* What is said fits the order.  ERR_NOT_FOUND and ERR_ONE_OF below /acceptance, ERR_NOT_ASKED at /acceptance for each
 * concern that is not answered where the store asks for all; ERR_NOT_FOUND, ERR_NOT_UNIQUE below /replaced_parts,
 * ERR_BAD_VALUE at /explained_items. */
MUSTCHECK enum err delivery_check(struct ctx *ctx, const struct work_order *wo,
                                  const struct deliver_work_order *in);
/* Write it; what is not solved is an event of its own. */
MUSTCHECK enum err delivery_save(struct ctx *ctx, const struct work_order *wo,
                                 const struct deliver_work_order *in);

#endif
