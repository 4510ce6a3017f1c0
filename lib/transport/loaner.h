/* SPDX-License-Identifier: Apache-2.0 */
/* Loaner cars, and to whom they are promised and lent. */
#ifndef TRANSPORT_LOANER_H
#define TRANSPORT_LOANER_H

#include "db/machine.h"

extern const struct machine loaner_car_machine, loan_machine;

/* Each sets ctx->subject to what it made or changed.  A loan's car is locked last. */

/* ERR_DUPLICATE at /plate. */
MUSTCHECK enum err loaner_car_create(struct ctx *ctx, const struct create_loaner_car *in);
/* ERR_TOO_SMALL at /odometer_km (less than at one of its loans). */
MUSTCHECK enum err loaner_car_update(struct ctx *ctx, struct id id,
                                     const struct update_loaner_car *in);
MUSTCHECK enum err loaner_car_withdraw(struct ctx *ctx, struct id id,
                                       const struct reason_given *in);
MUSTCHECK enum err loaner_car_put_back(struct ctx *ctx, struct id id);

/* ERR_NOT_FOUND, ERR_ONE_OF at /customer_id, ERR_BAD_VALUE at /from (in the past) or /to (not after
 * it, or more than a year), ERR_LOANER_UNFIT, ERR_LOANER_TAKEN. */
MUSTCHECK enum err loan_create(struct ctx *ctx, const struct create_loan *in);
/* The same of /to. */
MUSTCHECK enum err loan_extend(struct ctx *ctx, struct id id, const struct extend_loan *in);
/* ERR_LOAN_LAPSED, ERR_LOANER_UNFIT, ERR_LOANER_OUT, ERR_LOANER_TAKEN (earlier than promised),
 * ERR_TOO_SMALL at /odometer_km. */
MUSTCHECK enum err loan_hand_out(struct ctx *ctx, struct id id, const struct hand_out_loan *in);
/* ERR_TOO_SMALL at /odometer_km. */
MUSTCHECK enum err loan_return(struct ctx *ctx, struct id id, const struct return_loan *in);
MUSTCHECK enum err loan_cancel(struct ctx *ctx, struct id id, const struct reason_given *in);

#endif
