/* SPDX-License-Identifier: Apache-2.0 */
/* The customer's consent to lines of an order. */
#ifndef WORK_ORDER_CONSENT_H
#define WORK_ORDER_CONSENT_H

#include "work_order/line.h"

struct consent {
	struct id id;
	const struct authorise_work_order *in;
	size_t authorised;     /* how many lines */
	struct line **decided; /* authorised and declined ones */
	size_t decided_count;
	int64_t amount; /* of the authorised lines, less discounts */
	bool refuse;    /* when parts are short */
};

/* Decide the lines in memory.  at is the pointer of the consent in the body ("" or "/authorise").
 * ERR_NOT_FOUND, ERR_LINE_STATUS (only proposed lines can be decided), ERR_TOO_SMALL (the lines
 * cost more than the limit), ERR_TOO_FEW (nothing to decide). */
MUSTCHECK enum err consent_take(struct ctx *ctx, const struct lines *lines,
                                const struct authorise_work_order *in, const char *at,
                                struct consent *consent);

/* Record who has consented, how, and to how much. */
void consent_save(struct ctx *ctx, const struct work_order *wo, const struct consent *consent);

/* Where it leads, once its lines are written: a waiting order is ready, one before its check goes back to
 * work; of an order to which nothing was consented only its version changes.  The agreement whose limit
 * it passes says so. */
MUSTCHECK enum err consent_move(struct ctx *ctx, const struct work_order *wo,
                                const struct consent *consent);

#endif
