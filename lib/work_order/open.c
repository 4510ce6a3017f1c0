/* SPDX-License-Identifier: Apache-2.0 */
/* Opening an order and writing its lines, in few round trips: everything is read in one. */
#include "event/event.h"
#include "inspection/diagnosis.h"
#include "event/search.h"
#include "org/org.h"
#include "stock/stock.h"
#include "work_order/consent.h"
#include "work_order/line.h"

/* An order opens once somebody has met the customer. */
static enum err
check_reception(struct ctx *ctx, const struct rows *facts)
{
	const char *status;

	if (rows_count(facts) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/reception_id");
	status = row_text(facts, 0, "status");
	switch (enum_value(&reception_status_enum, status)) {
	case RECEPTION_STATUS_GREETED:
	case RECEPTION_STATUS_CHECKING:
	case RECEPTION_STATUS_HANDED_OVER:
		return OK;
	default:
		return fail_with(ctx, ERR_ILLEGAL_TRANSITION, "/reception_id", status, NULL);
	}
}

/* A repair of its class should be done so long after the arrival: the rule of this day. */
static struct utc
repair_due_at(const struct create_work_order *in, const struct rows *facts)
{
	bool is_complex = in->has_fault_class && in->fault_class == FAULT_CLASS_COMPLEX;
	int64_t hours =
		row_int(facts, 0, is_complex ? "complex_repair_hours" : "simple_repair_hours");

	return utc_add_ms(row_utc(facts, 0, "arrived_at"), hours * 3600 * 1000);
}

static void
save(struct ctx *ctx, const struct create_work_order *in, const struct work_order *wo,
     const struct rows *facts)
{
	const char *number = row_text(facts, 0, "number");
	const char *status = enum_code(&work_order_status_enum, (int)wo->status);
	const enum work_order_status stages[] = { WORK_ORDER_STATUS_OPENED,
		                                  WORK_ORDER_STATUS_READY };
	bool is_ready = wo->status == WORK_ORDER_STATUS_READY;

	db_write(ctx, work_order_add, ARG(order_id, wo->id), ARG(store_id, wo->store),
	         ARG(number, number), ARG(customer_id, wo->customer), ARG(vehicle_id, wo->vehicle),
	         ARG(status, status), ARG(reception_old_parts, row_text(facts, 0, "old_parts")),
	         ARG(odometer_km, row_int(facts, 0, "odometer_km")),
	         ARG(repair_due_at, repair_due_at(in, facts)), BODY_ARG(create_work_order, in));
	search_add(ctx, "number", number, "work_order", wo->id, wo->store);
	work_order_stages(ctx, wo, stages, is_ready ? 2 : 1, NULL, NULL);
	event_add_new(ctx, "work_order.opened", wo->store, wo->id);
	if (is_ready)
		event_add_new(ctx, "work_order.authorised", wo->store, wo->id);
	if (in->has_promised_at)
		work_order_promise_add(ctx, wo, in->promised_at, "opened", NULL);
}

static bool
is_declined(const struct authorise_new_work_order *in, struct id line)
{
	for (size_t i = 0; i < in->declined_count; i++)
		if (id_equal(in->declined[i].line_id, line))
			return true;
	return false;
}

/* Consent given with the order is consent to all its lines that are not declined, unless it names
 * some. */
static enum err
consent_of_new(struct ctx *ctx, const struct authorise_new_work_order *in,
               const struct lines *lines, struct consent *consent)
{
	struct authorise_work_order *whole = arena_alloc(ctx->arena, sizeof(*whole));

	*whole = (struct authorise_work_order){
		.lines = in->lines,
		.lines_count = in->lines_count,
		.declined = in->declined,
		.declined_count = in->declined_count,
		.method = in->method,
		.by = in->by,
		.amount_limit = in->amount_limit,
		.has_amount_limit = in->has_amount_limit,
		.on_shortage = in->on_shortage,
		.has_on_shortage = in->has_on_shortage,
	};
	if (!in->has_lines) {
		whole->lines = arena_array(ctx->arena, lines->count + 1, sizeof(*whole->lines));
		for (size_t i = 0; i < lines->count; i++) {
			if (is_declined(in, lines->line[i].id))
				continue;
			if (lines->line[i].unapproved)
				return fail(ctx, ERR_APPROVAL_REQUIRED, "/authorise");
			whole->lines[whole->lines_count++] = lines->line[i].id;
		}
	}
	return consent_take(ctx, lines, whole, "/authorise", consent);
}

enum err
work_order_open(struct ctx *ctx, const struct create_work_order *in)
{
	struct work_order wo = { .status = WORK_ORDER_STATUS_OPENED };
	struct consent consent = { 0 };
	struct lines lines = { 0 };
	struct wishes wishes = { 0 };
	struct stock_held *held = NULL;
	struct line_facts facts;
	enum err err = new_id(ctx, in->id, &wo.id);

	if (!err && in->has_promised_at)
		err = work_order_check_promise(ctx, in->promised_at);
	if (!err)
		err = wishes_gather(ctx, in->lines, in->lines_count, in->packages,
		                    in->packages_count, "/packages", &wishes);
	if (!err)
		err = lines_facts(ctx, wo.id, in->reception_id, true, &wishes, &facts);
	if (!err)
		err = check_reception(ctx, facts.rows);
	if (err)
		return err;
	lines.line = arena_array(ctx->arena, wishes.count + 1, sizeof(*lines.line));
	err = lines_price(ctx, &facts, "/lines", &wishes, &lines);
	if (!err && in->has_authorise)
		err = consent_of_new(ctx, in->authorise, &lines, &consent);
	if (err)
		return err;
	wo.store = row_id(facts.rows, 0, "store_id");
	if (consent.authorised > 0 && in->has_fault_class && in->fault_class == FAULT_CLASS_COMPLEX)
		err = diagnosis_check_agreed(ctx, wo.store, in->reception_id, (struct id){ { 0 } },
		                             "/authorise");
	if (err)
		return err;
	err = lines_reserve(ctx, wo.store, wo.id, consent.decided, consent.decided_count,
	                    consent.refuse, &held);
	if (err)
		return err;
	wo.customer = row_id(facts.rows, 0, "customer_id");
	wo.vehicle = row_id(facts.rows, 0, "vehicle_id");
	if (consent.authorised > 0)
		wo.status = WORK_ORDER_STATUS_READY;
	ctx->subject = wo.id;
	event_gather(ctx);
	save(ctx, in, &wo, facts.rows);
	if (in->has_authorise)
		consent_save(ctx, &wo, &consent);
	lines_add(ctx, wo.store, wo.id, 0, &lines, consent.id);
	if (in->has_authorise)
		lines_record(ctx, wo.store, wo.id, consent.decided, consent.decided_count,
		             in->authorise->method, in->authorise->by);
	if (held)
		stock_hold(ctx, held);
	event_write(ctx);
	return OK;
}

/* New lines of an order that is there; the body is one line, or one package. */
static enum err
propose(struct ctx *ctx, struct id id, const struct add_work_order_line *in, size_t count,
        const struct use_package *packages, size_t packages_count, bool again, struct lines *lines)
{
	struct wishes wishes = { 0 };
	struct line_facts facts;
	struct work_order wo;
	enum work_order_status same;
	enum err err = work_order_begin(ctx, id, OP_NONE, &wo, &same);

	if (!err)
		err = wishes_gather(ctx, in, count, packages, packages_count, "", &wishes);
	wishes.again = again;
	if (!err)
		err = lines_facts(ctx, id, wo.reception, false, &wishes, &facts);
	if (err)
		return err;
	lines->line = arena_array(ctx->arena, wishes.count, sizeof(*lines->line));
	err = lines_price(ctx, &facts, "", &wishes, lines);
	if (err)
		return err;
	lines_add(ctx, wo.store, id, row_int(facts.rows, 0, "last_position"), lines,
	          (struct id){ { 0 } });
	db_write(ctx, work_order_touch, ARG(id, id));
	event_add(ctx, "work_order.line_added", wo.store, id);
	return OK;
}

static enum err
add_line(struct ctx *ctx, struct id id, const struct add_work_order_line *in, bool again)
{
	struct lines lines = { 0 };
	enum err err = propose(ctx, id, in, 1, NULL, 0, again, &lines);

	if (!err)
		ctx->subject = lines.line[0].id;
	return err;
}

enum err
work_order_add_line(struct ctx *ctx, struct id id, const struct add_work_order_line *in)
{
	return add_line(ctx, id, in, false);
}

enum err
work_order_add_again(struct ctx *ctx, struct id id, const struct add_work_order_line *in)
{
	return add_line(ctx, id, in, true);
}

enum err
work_order_add_package(struct ctx *ctx, struct id id, const struct use_package *in)
{
	struct lines lines = { 0 };

	return propose(ctx, id, NULL, 0, in, 1, false, &lines);
}

enum err
work_order_update(struct ctx *ctx, struct id id, const struct update_work_order *in)
{
	const uint32_t over = FROM(WORK_ORDER_STATUS_DELIVERED) | FROM(WORK_ORDER_STATUS_CLOSED) |
	                      FROM(WORK_ORDER_STATUS_CANCELLED);
	struct work_order wo;
	enum err err = work_order_lock(ctx, id, NULL, &wo);

	ctx->subject = id;
	if (!err)
		err = ctx_check_version(ctx, wo.version);
	if (!err && in->has_old_parts && (over & FROM(wo.status)))
		err = work_order_refuse(ctx, &wo);
	/* what has been done is measured as what it was */
	if (!err && in->has_fault_class)
		err = work_order_check_open(ctx, &wo);
	/* nobody gets around the second person by another name for the fault */
	if (!err && in->has_fault_class && in->fault_class == FAULT_CLASS_SIMPLE &&
	    !scope_covers(ctx->beyond, wo.store))
		err = diagnosis_check_agreed(ctx, wo.store, wo.reception, id, "/fault_class");
	if (err)
		return err;
	db_write(ctx, work_order_update, ARG(id, id), BODY_ARG(update_work_order, in));
	event_add(ctx, "work_order.updated", wo.store, id);
	return OK;
}
