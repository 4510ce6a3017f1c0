/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks of a store's staff, and the calls that arrivals of parts make and unmake. */
#include "task/task.h"

#include "customer/customer.h"
#include "event/event.h"
#include "org/org.h"
#include "vehicle/vehicle.h"

#define OPEN (FROM(TASK_STATUS_PLANNED) | FROM(TASK_STATUS_ATTEMPTED))

/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_attemptTask, OPEN, 0 },
	{ OP_finishTask,  OPEN, TASK_STATUS_DONE },
	{ OP_cancelTask,  OPEN, TASK_STATUS_CANCELLED },
};
/* clang-format on */
const struct machine task_machine = MACHINE("status", task_status, moves);

#define ORDER_OVER                                                            \
	(FROM(WORK_ORDER_STATUS_DELIVERED) | FROM(WORK_ORDER_STATUS_CLOSED) | \
	 FROM(WORK_ORDER_STATUS_CANCELLED))

static enum err
check_future(struct ctx *ctx, bool sent, struct utc at, const char *pointer)
{
	return sent && at.us < ctx->now.us
	               ? fail_with(ctx, ERR_BAD_VALUE, pointer, "must not be in the past", NULL)
	               : OK;
}

/* ------------------------------------------------------------ by hand */

struct subject {
	struct id order, customer, vehicle;
};

/* What is sent beside the order or the wish says the same as they do. */
static enum err
agree(struct ctx *ctx, struct id *told, struct id known, const char *pointer)
{
	if (id_is_none(*told))
		*told = known;
	return id_is_none(known) || id_equal(*told, known)
	               ? OK
	               : fail_with(ctx, ERR_BAD_VALUE, pointer,
	                           "is not that of the order or the wish", NULL);
}

static enum err
check_subject(struct ctx *ctx, const struct create_task *in, const struct rows *rows,
              struct subject *about)
{
	enum err err;

	if (in->has_demand_id && row_is_null(rows, 0, "demand_id"))
		return fail(ctx, ERR_NOT_FOUND, "/demand_id");
	if (in->has_work_order_id && row_is_null(rows, 0, "work_order_id"))
		return fail(ctx, ERR_NOT_FOUND, "/work_order_id");
	if (in->has_assignee_id && row_is_null(rows, 0, "assignee_id"))
		return fail(ctx, ERR_NOT_FOUND, "/assignee_id");
	if (in->has_work_order_id && in->has_demand_id &&
	    !id_equal(row_id(rows, 0, "demand_order"), in->work_order_id))
		return fail_with(ctx, ERR_BAD_VALUE, "/demand_id", "is not of the order", NULL);
	about->order = row_id(rows, 0, "work_order_id");
	err = agree(ctx, &about->customer, row_id(rows, 0, "customer_id"), "/customer_id");
	if (!err)
		err = agree(ctx, &about->vehicle, row_id(rows, 0, "vehicle_id"), "/vehicle_id");
	if (err || in->kind != TASK_KIND_CALL_IN || id_is_none(about->order))
		return err;
	if (FROM(row_enum(rows, 0, "order_status", &work_order_status_enum)) & ORDER_OVER)
		return fail_with(ctx, ERR_ILLEGAL_TRANSITION, "/work_order_id",
		                 row_text(rows, 0, "order_status"), NULL);
	return OK;
}

static enum err
find_subject(struct ctx *ctx, struct id store, const struct create_task *in, struct subject *about)
{
	struct rows *rows = NULL;
	enum err err = OK;

	if (!in->has_customer_id && !in->has_vehicle_id && !in->has_work_order_id &&
	    !in->has_demand_id)
		return fail(ctx, ERR_REQUIRED, "/customer_id");
	about->customer = in->customer_id;
	about->vehicle = in->vehicle_id;
	if (in->has_customer_id)
		err = customer_resolve(ctx, &about->customer, "/customer_id");
	if (!err && in->has_vehicle_id)
		err = vehicle_check_visible(ctx, about->vehicle, "/vehicle_id");
	if (err)
		return err;
	db_write(ctx, task_call_in_wait, ARG(work_order_id, in->work_order_id),
	         IDS_ARG(demand_ids, &in->demand_id, in->has_demand_id ? 1 : 0));
	err = db_read(ctx, task_subject, &rows, ARG(store_id, store), BODY_ARG(create_task, in));
	return err ? err : check_subject(ctx, in, rows, about);
}

enum err
task_create(struct ctx *ctx, const struct create_task *in)
{
	struct subject about = { 0 };
	struct id id, store;
	enum err err = ctx_store(ctx, in->store_id, &store);

	if (!err)
		err = new_id(ctx, in->id, &id);
	if (!err)
		err = check_future(ctx, true, in->due_at, "/due_at");
	if (!err)
		err = find_subject(ctx, store, in, &about);
	if (err)
		return err;
	db_write(ctx, task_add, ARG(task_id, id), ARG(store_id, store),
	         ARG(of_order_id, about.order), ARG(of_customer_id, about.customer),
	         ARG(of_vehicle_id, about.vehicle), BODY_ARG(create_task, in));
	event_add_new(ctx, "task.created", store, id);
	ctx->subject = id;
	return OK;
}

enum err
task_update(struct ctx *ctx, struct id id, const struct update_task *in)
{
	struct rows *rows = NULL, *staff = NULL;
	enum task_status status;
	int to;
	enum err err = db_lock(ctx, task_lock, id, &rows);

	if (err)
		return err;
	status = (enum task_status)row_enum(rows, 0, "status", &task_status_enum);
	/* no verb of the machine's, so this tells state and verbs */
	if (!(FROM(status) & OPEN))
		return machine_check(ctx, &task_machine, OP_updateTask, (int)status, &to);
	err = check_future(ctx, in->has_due_at, in->due_at, "/due_at");
	if (!err && !id_is_none(in->assignee_id))
		err = db_read(ctx, task_assignee, &staff, ARG(assignee_id, in->assignee_id));
	if (!err && staff && rows_count(staff) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/assignee_id");
	if (err)
		return err;
	db_write(ctx, task_update, ARG(id, id), BODY_ARG(update_task, in));
	event_add(ctx, "task.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}

static enum err
begin(struct ctx *ctx, struct id id, enum op op, struct rows **rows)
{
	int to;
	enum err err = db_lock(ctx, task_lock, id, rows);

	return err ? err
	           : machine_check(ctx, &task_machine, op,
	                           row_enum(*rows, 0, "status", &task_status_enum), &to);
}

/* Nobody was spoken to. */
static bool
is_unanswered(enum contact_result result)
{
	return result == CONTACT_RESULT_NO_ANSWER || result == CONTACT_RESULT_MESSAGE_LEFT ||
	       result == CONTACT_RESULT_WRONG_NUMBER;
}

enum err
task_attempt(struct ctx *ctx, struct id id, const struct attempt_task *in)
{
	enum task_status to = TASK_STATUS_ATTEMPTED;
	struct rows *rows;
	int64_t unanswered = 0;
	struct id store;
	enum err err = begin(ctx, id, OP_attemptTask, &rows);

	if (!err)
		err = check_future(ctx, in->has_next_at, in->next_at, "/next_at");
	if (err)
		return err;
	store = row_id(rows, 0, "store_id");
	if (is_unanswered(in->result))
		unanswered = row_int(rows, 0, "unanswered_count") + 1;
	if (unanswered >= row_int(rows, 0, "call_attempts"))
		to = TASK_STATUS_UNREACHABLE;
	db_write(ctx, task_attempt_add, ARG(attempt_id, id_new()), ARG(id, id),
	         BODY_ARG(attempt_task, in));
	db_write(ctx, task_attempted, ARG(id, id), ENUM_ARG(status, task_status, to),
	         ARG(unanswered, unanswered), ARG(next_at, in->next_at));
	event_add(ctx, to == TASK_STATUS_UNREACHABLE ? "task.unreachable" : "task.attempted", store,
	          id);
	return OK;
}

enum err
task_done(struct ctx *ctx, struct id id, const struct finish_task *in)
{
	struct rows *rows;
	enum err err = begin(ctx, id, OP_finishTask, &rows);

	if (err)
		return err;
	db_write(ctx, task_done, ARG(id, id), BODY_ARG(finish_task, in));
	event_add(ctx, "task.done", row_id(rows, 0, "store_id"), id);
	return OK;
}

enum err
task_cancel(struct ctx *ctx, struct id id, const char *reason)
{
	struct rows *rows;
	enum err err = begin(ctx, id, OP_cancelTask, &rows);

	if (err)
		return err;
	db_write(ctx, task_cancel, ARG(id, id), ARG(reason, reason));
	event_add(ctx, "task.cancelled", row_id(rows, 0, "store_id"), id);
	return OK;
}

/* ------------------------------------------------------------ by the parts */

static void
call_in(struct ctx *ctx, struct id store, const struct rows *rows, size_t i)
{
	struct id id = id_new();

	db_write(ctx, task_call_in_add, ARG(task_id, id), ARG(store_id, store),
	         ARG(of_order_id, row_id(rows, i, "work_order_id")),
	         ARG(of_customer_id, row_id(rows, i, "customer_id")),
	         ARG(of_vehicle_id, row_id(rows, i, "vehicle_id")),
	         ARG(demand_id, row_id(rows, i, "demand_id")),
	         ARG(assignee_id, row_id(rows, i, "assignee_id")),
	         ARG(parts_arrived_at, row_utc(rows, i, "arrived_at")));
	event_add_new(ctx, "task.created", store, id);
}

/* One open task keeps up with the parts: our own goes with them, somebody else's only knows of them. */
static enum err
keep_up(struct ctx *ctx, struct id store, const struct rows *rows, size_t i)
{
	struct id id = row_id(rows, i, "task_id");
	struct utc had = row_utc(rows, i, "parts_arrived_at"), has = { 0 };
	struct rows *changed;
	bool wanted = row_bool(rows, i, "wanted"), ours;
	enum task_cancel_cause cause = row_bool(rows, i, "waiting")
	                                       ? TASK_CANCEL_CAUSE_PARTS_MISSING
	                                       : TASK_CANCEL_CAUSE_NOT_NEEDED;
	enum err err;

	if (wanted)
		has = row_utc(rows, i, "arrived_at");
	ours = row_enum(rows, i, "source", &task_source_enum) == TASK_SOURCE_PARTS;
	/* of what came, the last may have been issued */
	if (has.us == had.us || (wanted && has.us < had.us))
		return OK;
	if (ours && !wanted)
		err = db_read(ctx, task_withdraw, &changed, ARG(id, id),
		              ENUM_ARG(cause, task_cancel_cause, cause));
	else
		err = db_read(ctx, task_set_arrived, &changed, ARG(id, id),
		              ARG(parts_arrived_at, has));
	if (!err && rows_count(changed) > 0)
		event_add(ctx, ours && !wanted ? "task.cancelled" : "task.updated", store, id);
	return err;
}

struct later *
task_call_in_ask(struct ctx *ctx, struct id work_order)
{
	return db_read_later(ctx, task_call_in_demands, ARG(work_order_id, work_order));
}

enum err
task_parts_changed(struct ctx *ctx, struct id store, const struct id *demands, size_t count)
{
	struct rows *rows;
	enum err err;

	if (count == 0)
		return OK;
	db_write(ctx, task_call_in_wait, NULL_ARG(work_order_id),
	         IDS_ARG(demand_ids, demands, count));
	/* a statement of its own: it sees what whoever had the lock has written */
	err = db_read(ctx, task_parts_state, &rows, ARG(store_id, store),
	              IDS_ARG(demand_ids, demands, count));
	for (size_t i = 0; !err && i < rows_count(rows); i++)
		if (!row_is_null(rows, i, "task_id"))
			err = keep_up(ctx, store, rows, i);
		else if (row_bool(rows, i, "wanted") && !row_bool(rows, i, "told"))
			call_in(ctx, store, rows, i);
	return err;
}

enum err
task_order_over(struct ctx *ctx, struct id work_order, enum task_cancel_cause cause)
{
	struct rows *rows;
	enum err err;

	db_write(ctx, task_call_in_wait, ARG(work_order_id, work_order),
	         IDS_ARG(demand_ids, NULL, 0));
	err = db_read(ctx, task_withdraw_order, &rows, ARG(work_order_id, work_order),
	              ENUM_ARG(cause, task_cancel_cause, cause));
	for (size_t i = 0; !err && i < rows_count(rows); i++)
		event_add(ctx, "task.cancelled", row_id(rows, i, "store_id"),
		          row_id(rows, i, "id"));
	return err;
}
