/* SPDX-License-Identifier: Apache-2.0 */
/* Recording complaints and moving them. */
#include "complaint/complaint.h"

#include "customer/customer.h"
#include "event/event.h"
#include "event/search.h"
#include "org/org.h"
#include "vehicle/vehicle.h"

#define OPEN                                                                  \
	(FROM(COMPLAINT_STATUS_RECEIVED) | FROM(COMPLAINT_STATUS_ASSIGNED) |  \
	 FROM(COMPLAINT_STATUS_ANALYSING) | FROM(COMPLAINT_STATUS_HANDLING) | \
	 FROM(COMPLAINT_STATUS_FED_BACK) | FROM(COMPLAINT_STATUS_TRACKING))

/* A complaint keeps its state when its owner changes, and may be planned anew. */
/* clang-format off */
static const struct machine_move moves[] = {
	{ OP_assignComplaint,   OPEN, 0 },
	{ OP_analyseComplaint,  FROM(COMPLAINT_STATUS_ASSIGNED) | FROM(COMPLAINT_STATUS_ANALYSING),
	  COMPLAINT_STATUS_ANALYSING },
	{ OP_planComplaint,     FROM(COMPLAINT_STATUS_ANALYSING) | FROM(COMPLAINT_STATUS_HANDLING),
	  COMPLAINT_STATUS_HANDLING },
	{ OP_tellComplaint,     FROM(COMPLAINT_STATUS_HANDLING), COMPLAINT_STATUS_FED_BACK },
	{ OP_confirmComplaint,  FROM(COMPLAINT_STATUS_FED_BACK), COMPLAINT_STATUS_TRACKING },
	{ OP_objectComplaint,   FROM(COMPLAINT_STATUS_FED_BACK) | FROM(COMPLAINT_STATUS_TRACKING),
	  COMPLAINT_STATUS_HANDLING },
	{ OP_closeComplaint,    FROM(COMPLAINT_STATUS_TRACKING), COMPLAINT_STATUS_CLOSED },
	{ OP_reopenComplaint,   FROM(COMPLAINT_STATUS_CLOSED), COMPLAINT_STATUS_HANDLING },
	{ OP_withdrawComplaint, OPEN, COMPLAINT_STATUS_WITHDRAWN },
	{ OP_archiveComplaint,  FROM(COMPLAINT_STATUS_CLOSED), COMPLAINT_STATUS_ARCHIVED },
};
/* clang-format on */

const struct machine complaint_machine = MACHINE("status", complaint_status, moves);

static void
add_step(struct ctx *ctx, struct id store, int status, const char *note)
{
	db_write(ctx, complaint_step_add, ARG(step_id, id_new()), ARG(store_id, store),
	         ARG(id, ctx->subject), ENUM_ARG(status, complaint_status, status),
	         ARG(note, note));
}

/* ctx->subject is the new complaint's id. */
static enum err
add(struct ctx *ctx, struct id store, const char *origin, struct id survey,
    const struct create_complaint *in)
{
	const char *number;
	enum err err = document_number(ctx, store, "CP", &number);

	if (err)
		return err;
	db_write(ctx, complaint_add, ARG(id, ctx->subject), ARG(store_id, store),
	         ARG(number, number), ARG(origin, origin), ARG(survey_id, survey),
	         BODY_ARG(create_complaint, in));
	add_step(ctx, store, COMPLAINT_STATUS_RECEIVED, NULL);
	event_add(ctx, "complaint.received", store, ctx->subject);
	search_add(ctx, "number", number, "complaint", ctx->subject, store);
	return OK;
}

/* Row security hides what is another store's; foreign keys would see through it.  The customer may
 * have been merged into another since the caller looked. */
static enum err
check_subjects(struct ctx *ctx, struct id store, struct create_complaint *in)
{
	struct rows *rows;
	enum err err = OK;

	if (in->has_customer_id)
		err = customer_resolve(ctx, &in->customer_id, "/customer_id");
	if (!err && in->has_vehicle_id)
		err = vehicle_check_visible(ctx, in->vehicle_id, "/vehicle_id");
	if (err || !in->has_work_order_id)
		return err;
	err = db_read(ctx, complaint_order, &rows, ARG(store_id, store),
	              BODY_ARG(create_complaint, in));
	if (!err && rows_count(rows) == 0)
		err = fail(ctx, ERR_NOT_FOUND, "/work_order_id");
	return err;
}

enum err
complaint_create(struct ctx *ctx, const struct create_complaint *in)
{
	static const struct id none;
	const char *origin = in->has_origin
	                             ? enum_code(&complaint_received_from_enum, (int)in->origin)
	                             : "customer";
	struct create_complaint said = *in;
	struct id store;
	enum err err;

	if (in->has_customer_id == in->has_contact)
		return fail_with(ctx, ERR_ONE_OF, "/customer_id", "customer_id, contact", NULL);
	err = ctx_store(ctx, in->store_id, &store);
	if (!err)
		err = new_id(ctx, in->id, &ctx->subject);
	if (!err)
		err = check_subjects(ctx, store, &said);
	if (!err)
		err = add(ctx, store, origin, none, &said);
	if (err)
		return err;
	/* headquarters may record what a store has not seen yet */
	if (said.has_customer_id)
		customer_link(ctx, said.customer_id, store, "document");
	if (said.has_vehicle_id)
		vehicle_link(ctx, said.vehicle_id, store, "document");
	return OK;
}

enum err
complaint_from_survey(struct ctx *ctx, struct id store, struct id survey,
                      const struct create_complaint *in)
{
	ctx->subject = id_new();
	return add(ctx, store, "survey", survey, in);
}

/* Lock a complaint and see that the verb may be used; *to stays the state it has when the command
 * decides. */
static enum err
lock(struct ctx *ctx, struct id id, enum op verb, struct id *store, int *to)
{
	struct rows *rows;
	enum err err = db_lock(ctx, complaint_lock, id, &rows);

	if (err)
		return err;
	*store = row_id(rows, 0, "store_id");
	*to = row_enum(rows, 0, "status", &complaint_status_enum);
	return machine_check(ctx, &complaint_machine, verb, *to, to);
}

static void
move(struct ctx *ctx, struct id store, int to, enum op verb, const char *reason, const char *note)
{
	static const char *const events[] = {
		[COMPLAINT_STATUS_ASSIGNED] = "complaint.assigned",
		[COMPLAINT_STATUS_ANALYSING] = "complaint.analysed",
		[COMPLAINT_STATUS_HANDLING] = "complaint.planned",
		[COMPLAINT_STATUS_FED_BACK] = "complaint.told",
		[COMPLAINT_STATUS_TRACKING] = "complaint.confirmed",
		[COMPLAINT_STATUS_CLOSED] = "complaint.closed",
		[COMPLAINT_STATUS_ARCHIVED] = "complaint.archived",
		[COMPLAINT_STATUS_WITHDRAWN] = "complaint.withdrawn",
	};
	const char *event = verb == OP_assignComplaint   ? "complaint.assigned"
	                    : verb == OP_objectComplaint ? "complaint.objected"
	                    : verb == OP_reopenComplaint ? "complaint.reopened"
	                                                 : events[to];

	db_write(ctx, complaint_move, ARG(id, ctx->subject), ENUM_ARG(status, complaint_status, to),
	         ARG(reason, reason), ARG(objected, verb == OP_objectComplaint));
	add_step(ctx, store, to, note ? note : reason);
	event_add(ctx, event, store, ctx->subject);
}

enum err
complaint_move(struct ctx *ctx, struct id id, enum op verb, const struct complaint_reason *in)
{
	struct id store;
	int to = 0;
	enum err err = lock(ctx, id, verb, &store, &to);

	if (err)
		return err;
	move(ctx, store, to, verb, in ? in->reason : NULL,
	     in && in->has_note ? arena_printf(ctx->arena, "%s: %s", in->reason, in->note) : NULL);
	return OK;
}

enum err
complaint_assign(struct ctx *ctx, struct id id, const struct assign_complaint *in)
{
	struct rows *rows;
	struct id store;
	int to = 0;
	enum err err = lock(ctx, id, OP_assignComplaint, &store, &to);

	if (err)
		return err;
	err = db_read(ctx, complaint_owner, &rows, BODY_ARG(assign_complaint, in));
	if (err)
		return err;
	if (rows_count(rows) == 0)
		return fail(ctx, ERR_NOT_FOUND, "/owner_id");
	if (to == COMPLAINT_STATUS_RECEIVED)
		to = COMPLAINT_STATUS_ASSIGNED;
	db_write(ctx, complaint_set_owner, ARG(id, id), BODY_ARG(assign_complaint, in));
	move(ctx, store, to, OP_assignComplaint, NULL, in->note);
	return OK;
}

enum err
complaint_analyse(struct ctx *ctx, struct id id, const struct analyse_complaint *in)
{
	struct id store;
	int to = 0;
	enum err err = lock(ctx, id, OP_analyseComplaint, &store, &to);

	if (err)
		return err;
	db_write(ctx, complaint_set_analysis, ARG(id, id), BODY_ARG(analyse_complaint, in));
	move(ctx, store, to, OP_analyseComplaint, NULL, in->note);
	return OK;
}

enum err
complaint_plan(struct ctx *ctx, struct id id, const struct plan_complaint *in)
{
	struct id store;
	int to = 0;
	enum err err = lock(ctx, id, OP_planComplaint, &store, &to);

	if (err)
		return err;
	db_write(ctx, complaint_set_plan, ARG(id, id), BODY_ARG(plan_complaint, in));
	move(ctx, store, to, OP_planComplaint, NULL, in->plan);
	return OK;
}

enum err
complaint_tell(struct ctx *ctx, struct id id, const struct tell_complaint *in)
{
	struct id store;
	int to = 0;
	enum err err = lock(ctx, id, OP_tellComplaint, &store, &to);

	if (err)
		return err;
	db_write(ctx, complaint_set_answer, ARG(id, id), BODY_ARG(tell_complaint, in));
	move(ctx, store, to, OP_tellComplaint, NULL, in->answer);
	return OK;
}

enum err
complaint_update(struct ctx *ctx, struct id id, const struct update_complaint *in)
{
	struct rows *rows;
	enum err err = db_lock(ctx, complaint_lock, id, &rows);

	if (err)
		return err;
	db_write(ctx, complaint_update, ARG(id, id), BODY_ARG(update_complaint, in));
	event_add(ctx, "complaint.updated", row_id(rows, 0, "store_id"), id);
	return OK;
}
