/* SPDX-License-Identifier: Apache-2.0 */
/* Old pieces on their way from the car to the supplier, and what comes back for them. */
#include "core_deposit/core_deposit.h"

#include "event/event.h"
#include "org/org.h"

#define HERE  (FROM(CORE_DEPOSIT_STATUS_NOT_READY) | FROM(CORE_DEPOSIT_STATUS_READY))
#define SENT  FROM(CORE_DEPOSIT_STATUS_PICKED_UP)
#define ENDED (FROM(CORE_DEPOSIT_STATUS_REFUNDED) | FROM(CORE_DEPOSIT_STATUS_NOT_REFUNDABLE))

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_collectCoreDeposit, FROM(CORE_DEPOSIT_STATUS_NOT_READY), CORE_DEPOSIT_STATUS_READY },
	{ OP_sendCoreDeposit,    FROM(CORE_DEPOSIT_STATUS_READY),     CORE_DEPOSIT_STATUS_PICKED_UP },
	{ OP_refundCoreDeposit,  SENT,                                CORE_DEPOSIT_STATUS_REFUNDED },
	{ OP_forgoCoreDeposit,   HERE | SENT,                         CORE_DEPOSIT_STATUS_NOT_REFUNDABLE },
	{ OP_reopenCoreDeposit,  FROM(CORE_DEPOSIT_STATUS_READY) | SENT | ENDED, 0 },
};
/* clang-format on */
const struct machine core_deposit_machine = MACHINE("status", core_deposit_status, moves);

/* ------------------------------------------------------------ what stock does */

void
core_deposit_issued(struct ctx *ctx, const struct core_deposit_document *document, struct id line,
                    struct id part, struct qty quantity, int64_t deposit)
{
	struct id id = id_new();

	db_write(ctx, core_deposit_add, ARG(core_deposit_id, id), ARG(store_id, document->store),
	         ARG(work_order_id, document->work_order),
	         ARG(sales_order_id, document->sales_order), ARG(line_id, line),
	         ARG(document_id, document->id), ARG(part_id, part), ARG(quantity, quantity),
	         ARG(deposit, deposit));
	event_add_new(ctx, "core_deposit.created", document->store, id);
}

/* Take from the rows of a line that are in one state; what is still to be taken. */
static struct qty
take(struct ctx *ctx, struct id store, const struct rows *rows, struct id line,
     enum core_deposit_status status, struct qty left)
{
	for (size_t i = 0; left.milli > 0 && i < rows_count(rows); i++) {
		struct qty there = row_qty(rows, i, "quantity"), taken = left;
		struct id id = row_id(rows, i, "id");

		if (!id_equal(row_id(rows, i, "line_id"), line) ||
		    row_enum(rows, i, "status", &core_deposit_status_enum) != (int)status)
			continue;
		if (taken.milli > there.milli)
			taken = there;
		db_write(ctx, core_deposit_take, ARG(id, id), ARG(quantity, taken));
		event_add(ctx, "core_deposit.returned", store, id);
		left.milli -= taken.milli;
	}
	return left;
}

enum err
core_deposits_returned(struct ctx *ctx, struct id store, const struct id *lines,
                       const struct qty *quantity, size_t count)
{
	static const enum core_deposit_status order[] = {
		CORE_DEPOSIT_STATUS_NOT_READY,
		CORE_DEPOSIT_STATUS_READY,
		CORE_DEPOSIT_STATUS_NOT_REFUNDABLE,
	};
	struct rows *rows, *beyond;
	enum err err = db_read(ctx, core_deposits_lock, &rows, IDS_ARG(line_ids, lines, count));

	if (err || rows_count(rows) == 0)
		return err;
	for (size_t i = 0; i < count; i++) {
		struct qty left = quantity[i];

		for (size_t k = 0; k < COUNT_OF(order); k++)
			left = take(ctx, store, rows, lines[i], order[k], left);
	}
	err = db_read(ctx, core_deposits_beyond, &beyond, IDS_ARG(line_ids, lines, count));
	if (!err && rows_count(beyond) > 0)
		err = failf(ctx, ERR_CORE_SENT, "/lines/%lld/quantity",
		            (long long)row_int(beyond, 0, "position"));
	return err;
}

enum err
core_deposits_delivered(struct ctx *ctx, struct id store, struct id work_order)
{
	struct rows *rows;
	enum err err = db_read(ctx, core_deposits_kept, &rows, ARG(work_order_id, work_order));

	for (size_t i = 0; !err && i < rows_count(rows); i++)
		event_add(ctx, "core_deposit.forgone", store, row_id(rows, i, "id"));
	return err;
}

/* ------------------------------------------------------------ by hand */

/* The row under lock, in the state that the verb wants; with a quantity below what it has, the rest in a
 * row of its own. */
static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct qty quantity, struct rows **rows, int *to)
{
	struct qty there;
	struct id rest;
	enum err err = db_lock(ctx, core_deposit_lock, id, rows);

	if (!err)
		err = machine_check(ctx, &core_deposit_machine, op,
		                    row_enum(*rows, 0, "status", &core_deposit_status_enum), to);
	if (err)
		return err;
	there = row_qty(*rows, 0, "quantity");
	if (quantity.milli > there.milli)
		return fail_with(ctx, ERR_BAD_VALUE, "/quantity", "is more than there is", NULL);
	if (quantity.milli == 0 || quantity.milli == there.milli)
		return OK;
	rest = id_new();
	db_write(ctx, core_deposit_split, ARG(id, id), ARG(rest_id, rest), ARG(quantity, quantity));
	event_add_new(ctx, "core_deposit.split", row_id(*rows, 0, "store_id"), rest);
	return OK;
}

static enum err
end(struct ctx *ctx, const struct rows *rows, const char *event)
{
	event_add(ctx, event, row_id(rows, 0, "store_id"), ctx->subject);
	return OK;
}

enum err
core_deposit_collect(struct ctx *ctx, struct id id, const struct collect_core_deposit *in)
{
	struct rows *rows;
	int to = 0;
	enum err err = begin(ctx, id, OP_collectCoreDeposit, in->quantity, &rows, &to);

	if (err)
		return err;
	db_write(ctx, core_deposit_set_collected, ARG(id, id),
	         ENUM_ARG(status, core_deposit_status, to), BODY_ARG(collect_core_deposit, in));
	return end(ctx, rows, "core_deposit.collected");
}

enum err
core_deposit_send(struct ctx *ctx, struct id id, const struct send_core_deposit *in)
{
	struct rows *rows, *supplier;
	int to = 0;
	enum err err =
		db_read(ctx, core_deposit_supplier, &supplier, ARG(supplier_id, in->supplier_id));

	if (!err && rows_count(supplier) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/supplier_id");
	if (!err)
		err = begin(ctx, id, OP_sendCoreDeposit, in->quantity, &rows, &to);
	if (err)
		return err;
	db_write(ctx, core_deposit_set_sent, ARG(id, id), ENUM_ARG(status, core_deposit_status, to),
	         BODY_ARG(send_core_deposit, in));
	return end(ctx, rows, "core_deposit.sent");
}

enum err
core_deposit_refund(struct ctx *ctx, struct id id, const struct refund_core_deposit *in)
{
	struct rows *rows;
	int to = 0;
	enum err err = begin(ctx, id, OP_refundCoreDeposit, in->quantity, &rows, &to);

	if (err)
		return err;
	db_write(ctx, core_deposit_set_refunded, ARG(id, id),
	         ENUM_ARG(status, core_deposit_status, to), BODY_ARG(refund_core_deposit, in));
	return end(ctx, rows, "core_deposit.refunded");
}

enum err
core_deposit_forgo(struct ctx *ctx, struct id id, const struct forgo_core_deposit *in)
{
	struct rows *rows;
	int to = 0;
	enum err err = begin(ctx, id, OP_forgoCoreDeposit, in->quantity, &rows, &to);

	if (err)
		return err;
	db_write(ctx, core_deposit_set_forgone, ARG(id, id),
	         ENUM_ARG(status, core_deposit_status, to), BODY_ARG(forgo_core_deposit, in));
	return end(ctx, rows, "core_deposit.forgone");
}

enum err
core_deposit_reopen(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	int to = 0;
	enum err err = begin(ctx, id, OP_reopenCoreDeposit, (struct qty){ 0 }, &rows, &to);

	if (err)
		return err;
	db_write(ctx, core_deposit_set_back, ARG(id, id), ARG(note, reason));
	return end(ctx, rows, "core_deposit.reopened");
}
