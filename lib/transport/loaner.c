/* SPDX-License-Identifier: Apache-2.0 */
/* Loans of cars: reserved for a period, handed out, returned. */
#include "transport/loaner.h"

#include "customer/customer.h"
#include "event/event.h"
#include "org/org.h"
#include "transport/transport.h"

#define LOAN_US_MAX (INT64_C(366) * 24 * 3600 * 1000000)

/* clang-format off */
static const struct machine_move car_moves[] = {
	{ OP_withdrawLoanerCar, FROM(LOANER_CAR_STATUS_IN_SERVICE), LOANER_CAR_STATUS_WITHDRAWN },
	{ OP_putLoanerCarBack,  FROM(LOANER_CAR_STATUS_WITHDRAWN),  LOANER_CAR_STATUS_IN_SERVICE },
};

static const struct machine_move loan_moves[] = {
	{ OP_extendLoan,  FROM(LOAN_STATUS_RESERVED) | FROM(LOAN_STATUS_OUT), 0 },
	{ OP_handOutLoan, FROM(LOAN_STATUS_RESERVED), LOAN_STATUS_OUT },
	{ OP_returnLoan,  FROM(LOAN_STATUS_OUT),      LOAN_STATUS_RETURNED },
	{ OP_cancelLoan,  FROM(LOAN_STATUS_RESERVED), LOAN_STATUS_CANCELLED },
};
/* clang-format on */

const struct machine loaner_car_machine = MACHINE("status", loaner_car_status, car_moves);
const struct machine loan_machine = MACHINE("status", loan_status, loan_moves);

/* ------------------------------------------------------------ cars */

/* A car runs forward only. */
static enum err
check_odometer(struct ctx *ctx, int64_t km, int64_t before)
{
	return km < before ? fail_with(ctx, ERR_TOO_SMALL, "/odometer_km",
	                               arena_printf(ctx->arena, "%lld", (long long)before), NULL)
	                   : OK;
}

enum err
loaner_car_create(struct ctx *ctx, const struct create_loaner_car *in)
{
	struct id store = { 0 };
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (err)
		return err;
	db_write(ctx, loaner_car_add, ARG(loaner_car_id, ctx->subject), ARG(store_id, store),
	         BODY_ARG(create_loaner_car, in));
	event_add_new(ctx, "loaner_car.created", store, ctx->subject);
	return OK;
}

enum err
loaner_car_update(struct ctx *ctx, struct id id, const struct update_loaner_car *in)
{
	struct rows *rows, *driven;
	enum err err = db_lock(ctx, loaner_car_lock, id, &rows);

	if (!err && in->has_odometer_km)
		err = db_read(ctx, loaner_car_driven, &driven, ARG(id, id));
	if (!err && in->has_odometer_km)
		err = check_odometer(ctx, in->odometer_km, row_int(driven, 0, "odometer_km"));
	if (err)
		return err;
	db_write(ctx, loaner_car_update, ARG(id, id), BODY_ARG(update_loaner_car, in));
	event_add(ctx, "loaner_car.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}

static enum err
car_move(struct ctx *ctx, enum op op, struct id id, const struct reason_given *why,
         const char *event)
{
	struct rows *rows;
	int to = 0;
	enum err err = db_lock(ctx, loaner_car_lock, id, &rows);

	if (!err)
		err = machine_check(ctx, &loaner_car_machine, op,
		                    row_enum(rows, 0, "status", &loaner_car_status_enum), &to);
	if (err)
		return err;
	db_write(ctx, loaner_car_set_status, ARG(id, id), ENUM_ARG(status, loaner_car_status, to),
	         ARG(reason, why ? why->reason : NULL), ARG(note, why ? why->note : NULL));
	event_add(ctx, event, row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
loaner_car_withdraw(struct ctx *ctx, struct id id, const struct reason_given *in)
{
	return car_move(ctx, OP_withdrawLoanerCar, id, in, "loaner_car.withdrawn");
}

enum err
loaner_car_put_back(struct ctx *ctx, struct id id)
{
	return car_move(ctx, OP_putLoanerCarBack, id, NULL, "loaner_car.put_back");
}

/* ------------------------------------------------------------ loans */

/* Lock the car; it must be one that may be lent until then.  ERR_NOT_FOUND at /loaner_car_id. */
static enum err
lock_car(struct ctx *ctx, struct id id, struct utc ends_at, struct rows **car)
{
	enum err err = db_read(ctx, loaner_car_for_loan, car, ARG(loaner_car_id, id),
	                       ARG(ends_at, ends_at));

	if (err)
		return err;
	if (rows_count(*car) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/loaner_car_id");
	if (!row_bool(*car, 0, "fit"))
		return fail_with(ctx, ERR_LOANER_UNFIT, NULL, row_text(*car, 0, "lent_until"),
		                 NULL);
	return OK;
}

static enum err
check_end(struct ctx *ctx, struct utc starts_at, struct utc ends_at)
{
	const char *wrong = ends_at.us <= ctx->now.us    ? "must not be in the past"
	                    : ends_at.us <= starts_at.us ? "must be after the beginning"
	                    : ends_at.us - starts_at.us > LOAN_US_MAX
	                            ? "must be within a year of the beginning"
	                            : NULL;

	return wrong ? fail_with(ctx, ERR_BAD_VALUE, "/to", wrong, NULL) : OK;
}

/* The customer of an appointment or order, or the one that the body names. */
static enum err
borrower(struct ctx *ctx, const struct create_loan *in, struct visit *visit)
{
	if (in->has_appointment_id || in->has_work_order_id) {
		if (in->has_customer_id)
			return fail_with(ctx, ERR_ONE_OF, "/customer_id",
			                 "customer_id, appointment_id, work_order_id", NULL);
		return visit_find(ctx, in->appointment_id, in->work_order_id, visit);
	}
	if (!in->has_customer_id)
		return fail_with(ctx, ERR_ONE_OF, "/customer_id",
		                 "customer_id, appointment_id, work_order_id", NULL);
	visit->customer = in->customer_id;
	return customer_resolve(ctx, &visit->customer, "/customer_id");
}

enum err
loan_create(struct ctx *ctx, const struct create_loan *in)
{
	struct utc starts_at = in->has_from ? in->from : ctx->now;
	struct visit visit = { 0 };
	struct rows *car = NULL;
	struct id id = { 0 }, store;
	enum err err = new_id(ctx, in->id, &id);

	if (!err && starts_at.us < ctx->now.us)
		err = fail_with(ctx, ERR_BAD_VALUE, "/from", "must not be in the past", NULL);
	if (!err)
		err = check_end(ctx, starts_at, in->to);
	if (!err)
		err = borrower(ctx, in, &visit);
	if (!err)
		err = lock_car(ctx, in->loaner_car_id, in->to, &car);
	if (err)
		return err;
	store = row_id(car, 0, "store_id");
	/* a store lends its own cars to its own visitors */
	if (!id_is_none(visit.store) && !id_equal(visit.store, store))
		return fail(ctx, ERR_NOT_FOUND, "/loaner_car_id");
	customer_link(ctx, visit.customer, store, "document");
	db_write(ctx, loan_add, ARG(loan_id, id), ARG(store_id, store),
	         ARG(loaner_car_id, in->loaner_car_id), ARG(customer_id, visit.customer),
	         ARG(appointment_id, visit.appointment), ARG(work_order_id, visit.order),
	         ARG(starts_at, starts_at), ARG(ends_at, in->to), ARG(note, in->note));
	event_add_new(ctx, "loan.reserved", store, id);
	ctx->subject = id;
	return OK;
}

static enum err
begin(struct ctx *ctx, enum op op, struct id id, struct rows **rows)
{
	int to = 0;
	enum err err = db_lock(ctx, loan_lock, id, rows);

	return err ? err
	           : machine_check(ctx, &loan_machine, op,
	                           row_enum(*rows, 0, "status", &loan_status_enum), &to);
}

enum err
loan_extend(struct ctx *ctx, struct id id, const struct extend_loan *in)
{
	struct rows *rows = NULL, *car = NULL;
	enum err err = begin(ctx, OP_extendLoan, id, &rows);

	if (!err)
		err = check_end(ctx, row_utc(rows, 0, "starts_at"), in->to);
	if (!err)
		err = lock_car(ctx, row_id(rows, 0, "loaner_car_id"), in->to, &car);
	if (err)
		return err;
	db_write(ctx, loan_extend, ARG(id, id), ARG(ends_at, in->to));
	event_add(ctx, "loan.extended", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
loan_hand_out(struct ctx *ctx, struct id id, const struct hand_out_loan *in)
{
	struct rows *rows = NULL, *car = NULL;
	struct id car_id;
	enum err err = begin(ctx, OP_handOutLoan, id, &rows);

	if (!err && row_utc(rows, 0, "ends_at").us <= ctx->now.us)
		err = fail(ctx, ERR_LOAN_LAPSED, NULL);
	if (err)
		return err;
	car_id = row_id(rows, 0, "loaner_car_id");
	err = lock_car(ctx, car_id, row_utc(rows, 0, "ends_at"), &car);
	if (!err)
		err = check_odometer(ctx, in->odometer_km, row_int(car, 0, "odometer_km"));
	if (err)
		return err;
	db_write(ctx, loan_hand_out, ARG(id, id), BODY_ARG(hand_out_loan, in));
	db_write(ctx, loaner_car_drive, ARG(loaner_car_id, car_id),
	         ARG(odometer_km, in->odometer_km));
	event_add(ctx, "loan.handed_out", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
loan_return(struct ctx *ctx, struct id id, const struct return_loan *in)
{
	struct rows *rows = NULL;
	enum err err = begin(ctx, OP_returnLoan, id, &rows);

	if (!err)
		err = check_odometer(ctx, in->odometer_km, row_int(rows, 0, "odometer_out_km"));
	if (err)
		return err;
	db_write(ctx, loan_return, ARG(id, id), BODY_ARG(return_loan, in));
	db_write(ctx, loaner_car_drive, ARG(loaner_car_id, row_id(rows, 0, "loaner_car_id")),
	         ARG(odometer_km, in->odometer_km));
	event_add(ctx, "loan.returned", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
loan_cancel(struct ctx *ctx, struct id id, const struct reason_given *in)
{
	struct rows *rows = NULL;
	enum err err = begin(ctx, OP_cancelLoan, id, &rows);

	if (err)
		return err;
	db_write(ctx, loan_cancel, ARG(id, id), ARG(reason, in->reason), ARG(note, in->note));
	event_add(ctx, "loan.cancelled", row_id(rows, 0, "store_id"), id);
	return OK;
}
